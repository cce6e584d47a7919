"""Departments, roles and accounts looked after on pages: what is recorded, what is refused, what ends at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from freeagents.accounts.models import Department, Employment, Person, RoleHolding, SecondFactor, SignIn
from freeagents.accounts.queries import credentials, directory
from freeagents.accounts.services import leaving
from freeagents.audit.models import AuditEntry, AuditNote
from freeagents.db.base import utc_now
from freeagents.exchange.services.loading import load_pack
from freeagents.extensions import db
from tests.clients import Browser, signed_in
from tests.factories import PACK, PASSWORD, TODAY, a_department, a_person, an_agent, with_role

ADMIN, OTHER, EVE = "admin@example.org", "other@example.org", "eve@example.org"
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


@pytest.fixture
def ids(app: Flask) -> dict[str, str]:
    """Public ids of an administrator, of Eve who has a post, and of a department."""
    with app.app_context():
        admin = with_role(a_person("Admin Root", email=ADMIN, password=PASSWORD), "administrator")
        eve = an_agent("Eve Moneypenny", department=a_department("office"), password=PASSWORD)
        eve.email = EVE
        found = {"admin": admin.public_id, "eve": eve.public_id, "office": a_department("office").public_id}
        db.session.commit()
    return found


@pytest.fixture
def admin(app: Flask, ids: dict[str, str]) -> Browser:
    """The administrator's browser."""
    return signed_in(app, ADMIN)


def day(name: str, value: date) -> dict[str, str]:
    return {f"{name}-day": str(value.day), f"{name}-month": str(value.month), f"{name}-year": str(value.year)}


def actions(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def holding_of(app: Flask, email: str, role: str) -> str:
    with app.app_context():
        found = db.session.scalar(
            select(RoleHolding.public_id)
            .join(Person, Person.id == RoleHolding.person_id)
            .where(Person.email == email, RoleHolding.role == role)
        )
        assert found
        return found


def test_a_branch_is_added_renamed_and_closed(app: Flask, admin: Browser, ids: dict[str, str]) -> None:
    office = f"/departments/{ids['office']}"
    page = f"{office}/branches/new"
    assert "There is a problem" in admin.post(page, {"code": "Bad Code", "name_en": ""}, status=422).text
    answer = admin.post(page, {"code": "office-north", "name_en": "North <b>& co"})
    branch = answer.headers["Location"]
    assert "North &lt;b&gt;&amp; co" in admin.get(branch)
    assert "has the code office-north" in admin.post(page, {"code": "office-north", "name_en": "x"}, status=422).text
    admin.post(f"{branch}/rename", {"name_en": "North"})
    assert "Close its branch first." in admin.post(f"{office}/close", status=409).text
    admin.post(f"{branch}/close")
    assert "Closed" in admin.get(branch)
    admin.post(f"{branch}/close", page="/account", status=409)
    admin.post(f"{branch}/branches/new", {"code": "deeper", "name_en": "x"}, status=409)
    with app.app_context():
        row = directory.department_by_code("office-north")
        parent = directory.department_by_code("office")
        assert row
        assert parent
        assert (row.kind, row.lineage, row.employer_id) == ("branch", [parent.id, row.id], parent.id)
    assert [action for action in actions(app) if action.startswith("department:")] == [
        "department:add",
        "department:rename",
        "department:close",
    ]


def test_a_department_where_people_have_posts_stays_open(admin: Browser, ids: dict[str, str]) -> None:
    page = f"/departments/{ids['office']}/close"
    assert "One person still has a post here." in admin.post(page, status=409).text


def test_a_name_given_on_a_page_is_kept_when_the_pack_is_loaded_again(app: Flask, admin: Browser) -> None:
    with app.app_context():
        load_pack(PACK)
        department = db.session.scalars(select(Department).order_by(Department.code)).first()
        assert department
        public_id, code = department.public_id, department.code
        db.session.commit()
    admin.post(f"/departments/{public_id}/rename", {"name_en": "Ministry of Magic"})
    with app.app_context():
        assert load_pack(PACK) == {"departments": 0, "places": 0, "skills": 0}
        renamed = directory.department_by_code(code)
        assert renamed
        assert renamed.names == {"en": "Ministry of Magic"}


def test_departments_are_found_by_name_and_code_and_read_page_by_page(app: Flask, admin: Browser) -> None:
    with app.app_context():
        for number in range(60):
            a_department(f"dept-{number:02}")
        db.session.commit()
    page = admin.get("/departments")
    assert "Dept-49" in page
    assert "Dept-50" not in page
    assert "Dept-50" in admin.get("/departments?after=dept-49")
    found = admin.get("/departments?q=DEPT-07")
    assert "Dept-07" in found
    assert "Dept-08" not in found
    for hostile in ("%25", "_", "x%00", "<script>x</script>", "' OR 1=1"):
        assert "Dept-07" not in admin.get(f"/departments?q={hostile}")


def test_a_role_is_given_and_ended_with_dates(app: Flask, admin: Browser, ids: dict[str, str]) -> None:
    page = f"/departments/{ids['office']}/roles/new"
    data = {"email": EVE, "role": "manager", **day("starts_on", TODAY), **day("ends_on", TOMORROW)}
    backwards = {**data, **day("ends_on", YESTERDAY)}
    assert "must not be before the first" in admin.post(page, backwards, status=422).text
    assert "Nobody has an account" in admin.post(page, {**data, "email": "no@example.org"}, status=422).text
    admin.post(page, {**data, "role": "king"}, status=422)
    admin.post(page, data)
    assert "holds this role there already" in admin.post(page, data, status=409).text
    eve = signed_in(app, EVE)
    assert "Manager" in eve.get("/account")
    end = f"/roles/{holding_of(app, EVE, 'manager')}/end"
    assert "must not be in the past" in admin.post(end, day("last_day", YESTERDAY), status=422).text
    admin.post(end)
    assert "You hold no role." in eve.get("/account")
    admin.get(end, status=404)
    assert [action for action in actions(app) if action in {"role:end", "role:give"}][-2:] == ["role:give", "role:end"]


def test_nobody_gives_themselves_a_role(admin: Browser, ids: dict[str, str]) -> None:
    for page, data in (
        (f"/departments/{ids['office']}/roles/new", {"email": ADMIN}),
        (f"/people/{ids['admin']}/roles/new", {}),
    ):
        answer = admin.post(page, {"role": "hr", **day("starts_on", TODAY), **data}, status=409)
        assert "Nobody gives themselves a role." in answer.text


def test_the_last_administrator_stays(app: Flask, admin: Browser, ids: dict[str, str]) -> None:
    own = f"/roles/{holding_of(app, ADMIN, 'administrator')}/end"
    assert "is the last administrator" in admin.post(own, status=409).text
    assert "is the last administrator" in admin.post(own, day("last_day", TOMORROW), status=409).text
    role = f"/people/{ids['eve']}/roles/new"
    admin.post(role, {"role": "administrator", **day("starts_on", TODAY), **day("ends_on", TOMORROW)})
    admin.post(own, status=409)
    admin.post(f"/roles/{holding_of(app, EVE, 'administrator')}/end")
    admin.post(role, {"role": "administrator", **day("starts_on", TODAY)})
    admin.post(own)
    admin.get("/people", status=403)


def test_two_administrators_who_end_each_other_leave_one(app: Flask, ids: dict[str, str]) -> None:
    with app.app_context():
        with_role(a_person("Other Root", email=OTHER, password=PASSWORD), "administrator")
        db.session.commit()
    first, second = signed_in(app, ADMIN), signed_in(app, OTHER)
    acts = []
    for browser, whose in ((first, OTHER), (second, ADMIN)):
        page = f"/roles/{holding_of(app, whose, 'administrator')}/end"
        acts.append((browser, page, browser.token(page)))

    def end(act: tuple[Browser, str, str]) -> int:
        browser, page, token = act
        return browser.client.post(page, data={"csrf_token": token}).status_code

    with ThreadPoolExecutor(2) as pool:
        statuses = sorted(pool.map(end, acts))
    assert statuses[0] == 303
    # Refused by the rule, or, come too late, as somebody who holds no role any more.
    assert statuses[1] in {403, 404, 409}
    with app.app_context():
        assert len(directory.lasting_administrators()) == 1


def test_a_leaver_is_out_at_once(app: Flask, admin: Browser, ids: dict[str, str]) -> None:
    with app.app_context():
        eve = directory.person_by_email(EVE)
        assert eve
        with_role(eve, "manager", a_department("office"))
        db.session.commit()
    browser = signed_in(app, EVE)
    page = f"/people/{ids['eve']}/end"
    admin.post(page, {"reason": ""}, status=422)
    admin.post(page, {"reason": "Resigned on the spot."})
    assert browser.client.get("/account").status_code == 303
    refused = Browser(app).post("/sign-in", {"email": EVE, "password": PASSWORD}, status=422)
    assert "is not right" in refused.text
    assert "Has left" in admin.get(f"/people/{ids['eve']}")
    admin.post(page, {"reason": "Again."}, status=409)
    with app.app_context():
        eve = directory.person_by_email(EVE)
        assert eve
        assert directory.roles_not_ended(eve.id) == []
        assert directory.employment_today(eve.id) is None
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "person:end")).one()
        assert "Resigned" not in str(entry.facts)
        assert db.session.scalars(select(AuditNote.words)).all() == ["Resigned on the spot."]


def test_a_post_that_ends_ends_sign_ins_and_roles_that_day_and_the_records_follow(
    app: Flask, admin: Browser, ids: dict[str, str]
) -> None:
    with app.app_context():
        eve = directory.person_by_email(EVE)
        assert eve
        with_role(eve, "manager", a_department("office"))
        db.session.commit()
    browser = signed_in(app, EVE)
    admin.post(f"/people/{ids['eve']}/end", {"reason": "A new life.", **day("last_day", TOMORROW)})
    browser.get("/account")
    assert "Leaves on" in admin.get(f"/people/{ids['eve']}")
    with app.app_context():
        post = db.session.scalars(select(Employment)).one()
        assert post.ends_on == TOMORROW
        post.ends_on = YESTERDAY
        eve = db.session.get_one(Person, post.person_id)
        eve.left_on = None
        db.session.commit()
    assert browser.client.get("/account").status_code == 303
    for _run in range(2):
        with app.app_context():
            leaving.end_leavers()
            db.session.commit()
    with app.app_context():
        eve = directory.person_by_email(EVE)
        assert eve
        assert eve.left_on == TODAY
        assert directory.roles_not_ended(eve.id) == []
        assert (
            db.session.scalars(select(SignIn).where(SignIn.person_id == eve.id, SignIn.ended_at.is_(None))).all() == []
        )
    assert actions(app).count("person:leave") == 1


def test_the_last_administrator_is_not_ended_either_nor_anybody_by_themselves(
    app: Flask, admin: Browser, ids: dict[str, str]
) -> None:
    answer = admin.post(f"/people/{ids['admin']}/end", {"reason": "Bye."}, status=409)
    assert "Nobody ends their own account." in answer.text


def test_somebody_is_invited_and_comes_back_after_leaving(app: Flask, admin: Browser, ids: dict[str, str]) -> None:
    data = {"name": "Zoë <i>O’Hara</i>", "email": "Zoe@Example.org", "department": ids["office"]}
    assert "There is a problem" in admin.post("/people/new", {**data, "department": "nowhere"}, status=422).text
    assert "There is a problem" in admin.post("/people/new", {**data, "email": "no address"}, status=422).text
    shown = admin.post("/people/new", data).headers["Location"]
    page = admin.get(shown)
    assert "Zoë &lt;i&gt;O’Hara&lt;/i&gt;" in page
    assert "zoe@example.org" in page
    assert "has an account already" in admin.post("/people/new", data, status=409).text
    admin.post(f"{shown}/end", {"reason": "Left."})
    assert admin.post("/people/new", data).headers["Location"] == shown
    assert "Has left" not in admin.get(shown)
    with app.app_context():
        zoe = directory.person_by_email("zoe@example.org")
        assert zoe
        assert credentials.was_invited(zoe)
        assert not directory.has_left(zoe.id)


def test_people_are_found_by_the_beginning_of_name_or_address(admin: Browser, ids: dict[str, str]) -> None:
    assert "Eve Moneypenny" in admin.get("/people?q=EVE+m")
    assert "Eve Moneypenny" in admin.get("/people?q=eve%40")
    for hostile in ("%25", "_", "%00", "<script>x</script>", "' OR 1=1"):
        assert "Eve Moneypenny" not in admin.get(f"/people?q={hostile}")
    assert "Admin Root" in admin.get("/people")


def test_the_second_factor_of_somebody_who_lost_it_is_removed_with_a_reason(
    app: Flask, admin: Browser, ids: dict[str, str]
) -> None:
    browser = signed_in(app, EVE)
    with app.app_context():
        eve = directory.person_by_email(EVE)
        assert eve
        db.session.add(SecondFactor(person_id=eve.id, seed=b"x" * 16, confirmed_at=utc_now()))
        db.session.commit()
    page = f"/people/{ids['eve']}/second-factor/remove"
    admin.post(page, {"reason": ""}, status=422)
    admin.post(page, {"reason": "Came to the desk with her pass."})
    assert browser.client.get("/account").status_code == 303
    signed_in(app, EVE).get("/account")
    admin.post(page, {"reason": "Again."}, status=409)


def test_only_administrators_of_the_whole_government_get_there(app: Flask, ids: dict[str, str]) -> None:
    with app.app_context():
        eve = directory.person_by_email(EVE)
        assert eve
        with_role(eve, "administrator", a_department("office"))
        with_role(eve, "hr")
        db.session.commit()
    browser = signed_in(app, EVE)
    for page in ("/departments", "/people"):
        browser.get(page, status=403)
    for page in (f"/departments/{ids['office']}", f"/departments/{ids['office']}/roles/new", f"/people/{ids['admin']}"):
        browser.get(page, status=404)
