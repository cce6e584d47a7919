"""Everything held about a person: given whole, and erased without a trace but for what must stay."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, inspect, select, text

from freeagents.accounts.models import Person
from freeagents.audit.models import AuditEntry
from freeagents.audit.services import chain_of, verify
from freeagents.db.base import Base, utc_now
from freeagents.extensions import db
from freeagents.privacy.queries.held import given_columns, given_tables, is_about
from freeagents.privacy.queries.register import register
from freeagents.privacy.services.erasing import erase
from tests.clients import signed_in
from tests.factories import PASSWORD, a_department, a_person, a_project, with_role
from tests.integration.privacy.lives import CANARY, Life, a_life, end_what_binds

NUMBERS_ONLY = {
    *((table, "id") for table in ("accepted_place", "admission", "api_token", "application", "availability", "edit")),
    *((table, "id") for table in ("employment", "external_id", "identity", "mail", "message", "profile", "proposal")),
    *((table, "id") for table in ("audit_entry", "count_request", "person", "role_holding", "saved_search", "sign_in")),
    ("question", "id"),
    ("audit_note", "entry_id"),
    ("message", "mail_id"),
    ("project_invitation", "id"),
}
"""Columns that the register gives out and the file leaves out: numbers that only hold tables together."""
WHOSE = {"person_id", "profile_id", "recipient_id"}
ROUNDS = {"left_out_part", "snapshot_key"}
"""Tables read as what became of the person in each round."""


@pytest.fixture
def life(app: Flask) -> Life:
    """A person about whom there is something everywhere."""
    with app.app_context():
        return a_life()


def everything(app: Flask, life: Life) -> dict[str, Any]:
    answer = app.test_client().get("/api/v1/data", headers={"Authorization": f"Bearer {life.bearer}"})
    assert answer.status_code == 200
    return answer.json


def test_every_column_of_the_register_is_given_or_left_out_on_purpose() -> None:
    given = {(table.name, column) for table in given_tables() for column in given_columns(table)}
    asked = {(table, one.name) for table, columns in register().items() for one in columns if one.is_given}
    missing = {(table, column) for table, column in asked - given if table not in ROUNDS and column not in WHOSE}
    assert missing == NUMBERS_ONLY
    assert given <= asked


def test_whose_the_rows_are_is_known_of_every_table() -> None:
    person = Person(id=1, public_id="x", email="x@example.org")
    assert [is_about(table, person) is not None for table in given_tables()]


def test_the_file_holds_something_of_every_table(app: Flask, life: Life) -> None:
    found = everything(app, life)
    assert {table.name for table in given_tables()} - set(found["held"]) == set()
    held = found["held"]
    assert held["person"]["rows"] == [
        {
            "public_id": life.public_id,
            "name": f"Ada {CANARY}",
            "email": life.email,
            "locale": None,
            "created_at": held["person"]["rows"][0]["created_at"],
            "left_on": None,
        }
    ]
    assert held["person"]["purpose"] == "the account"
    assert held["held_skill"]["rows"] == [
        {"skill_id": "user-research", "level": 4, "evidence": f"Forty {CANARY} interviews.", "last_used": None}
    ]
    (application,) = held["application"]["rows"]
    assert application["project_id"]["title"] == "Ask what people need"
    assert application["state"] == "matched"
    assert [row["words"] for row in held["audit_note"]["rows"]] == [f"Too much {CANARY}."]
    assert found["rounds"][0]["left_out"] is None
    assert [(look["what"], look["by"]) for look in found["looks"]] == [
        ("project:see_applicants", "Hedy Lamarr"),
        ("proposal:open", "Hedy Lamarr"),
    ]


def test_the_file_gives_nothing_that_is_secret_or_private_to_others(app: Flask, life: Life) -> None:
    with app.app_context():
        db.session.execute(text("UPDATE proposal SET parts = parts || '{\"short_list\": 4242}'"))
        db.session.commit()
    found = everything(app, life)
    (proposal,) = found["held"]["proposal"]["rows"]
    assert "skills" in proposal["parts"]
    assert "short_list" not in proposal["parts"]
    assert "score" not in proposal
    for word in ("password_hash", "token_hash", "seed", "digest", "4242", "argon2"):
        assert word not in {key for rows in found["held"].values() for row in rows["rows"] for key in row} - {"digest"}
    assert "argon2" not in str(found)


def test_what_a_round_proposes_is_not_given_before_it_is_published(app: Flask, life: Life) -> None:
    with app.app_context():
        db.session.execute(text("UPDATE round SET state = 'in_review', published_by = NULL"))
        db.session.commit()
    found = everything(app, life)
    assert "proposal" not in found["held"]
    assert "edit" not in found["held"]
    assert found["rounds"] == []
    assert [look["what"] for look in found["looks"]] == ["project:see_applicants"]


def test_people_left_out_learn_why(app: Flask) -> None:
    with app.app_context():
        a_life()
        alan = db.session.query(Person).filter_by(name="Alan Turing").one()
        email = alan.email
    browser = signed_in(app, email)
    answer = browser.client.get("/account/data/file")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="free-agents-2')
    assert answer.headers["Cache-Control"] == "no-store"
    assert [(one["left_out"], one["allowed"]) for one in answer.json["rounds"]] == [("no_seat_allowed", 0)]
    assert CANARY not in answer.text
    assert "Download your data" in browser.get("/account/data")


def dump() -> dict[str, str]:
    """Return table → all its rows as text."""
    names = inspect(db.engine).get_table_names()
    return {
        name: str(
            db.session.execute(text(f"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM \"{name}\" t")).scalar()
        )
        for name in names
    }


def left_of(life: Life) -> dict[str, int]:
    """Return table → rows about the person."""
    person = Person(id=life.person_id, public_id=life.public_id, email=life.email)
    counts = {
        table.name: db.session.scalar(select(func.count()).select_from(table).where(is_about(table, person)))
        for table in given_tables()
    }
    return {name: count for name, count in counts.items() if count}


def test_erasure_leaves_numbers_alone(app: Flask, life: Life) -> None:
    with app.app_context():
        before = dump()
        assert sum(CANARY in rows for rows in before.values()) > 10
        end_what_binds(life)
    browser = signed_in(app, life.email)
    browser.post("/account/erase", {"email": f" {life.email.upper()}", "password": PASSWORD})
    assert "Your account is erased" in browser.get("/sign-in")
    assert browser.client.get("/account").status_code == 303
    with app.app_context():
        after = dump()
        kept = {name for name, rows in after.items() if CANARY in rows}
        # What they wrote of a project is the department's; of themselves nothing stays.
        assert kept == {"project"}
        assert left_of(life).keys() == {"audit_entry"}
        assert str(life.person_id) not in after["snapshot_key"].replace("{", ",").replace("}", ",").split(",")
        assert db.session.get(Person, life.person_id) is None
        assert verify(db.session, chain_of(utc_now())).broken_at is None
        last = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert (last.action, last.actor_id, last.subject) == (
            "person:erase",
            life.person_id,
            f"person/{life.public_id}",
        )
    assert app.test_client().get("/api/v1/data", headers={"Authorization": f"Bearer {life.bearer}"}).status_code == 401


def test_who_decided_about_others_leaves_a_row_without_a_name(app: Flask, life: Life) -> None:
    with app.app_context():
        hr = db.session.get(Person, life.hr)
        hr.name = f"Hedy {CANARY}x"
        db.session.flush()
        public_id = hr.public_id
        erase(person=hr, actor_id=hr.id)
        db.session.commit()
        left = db.session.get(Person, life.hr)
        assert (left.name, left.email, left.password_hash) == ("", f"erased-{life.hr}@invalid", None)
        assert f"{CANARY}x" not in str(dump())
        about = left_of(Life(life.hr, public_id, "hr@example.org", 0, ""))
        assert about.keys() == {"person", "audit_entry"}
        decided = "SELECT count(*) FROM proposal WHERE decided_by = :hr"
        assert db.session.execute(text(decided), {"hr": life.hr}).scalar()
        assert db.session.execute(text("SELECT count(*) FROM proposal_opening")).scalar()
        words = db.session.execute(text("SELECT words FROM audit_note ORDER BY entry_id")).scalars().all()
        assert any("The best" in one for one in words)
    browser = signed_in(app, "hr2@example.org")
    browser.get("/rounds")
    assert "hr@example.org" not in browser.get("/rounds")


def test_nobody_is_erased_on_whom_others_rely(app: Flask, life: Life) -> None:
    browser = signed_in(app, life.email)
    sent = {"email": life.email, "password": PASSWORD}
    for wrong, status, words in (
        ({"email": "", "password": PASSWORD}, 422, "Enter your email address, to show that you mean it."),
        ({"email": "ada@example.org", "password": PASSWORD}, 422, "This is not the email address of your account."),
        ({"email": life.email, "password": "wrong"}, 422, "The password is not right."),
        (sent, 409, "You are matched with “Ask what people need”. Ask HR to end that first."),
    ):
        assert words in browser.post("/account/erase", wrong, status=status).text
    with app.app_context():
        end_what_binds(life)
        a_project("Open", department=a_department("host"), owner=db.session.get(Person, life.person_id))
        db.session.commit()
    assert "You own an open project alone" in browser.post("/account/erase", sent, status=409).text
    with app.app_context():
        db.session.execute(text("DELETE FROM project_owner"))
        db.session.execute(text("UPDATE round SET state = 'solving'"))
        db.session.commit()
    assert "A round is being solved just now" in browser.post("/account/erase", sent, status=409).text
    with app.app_context():
        db.session.execute(text("UPDATE round SET state = 'published'"))
        db.session.commit()
    bearer = {"Authorization": f"Bearer {life.bearer}"}
    assert app.test_client().post("/api/v1/data/erase", json={"email": "x"}, headers=bearer).status_code == 422
    assert app.test_client().post("/api/v1/data/erase", json=sent, headers=bearer).status_code == 204
    assert app.test_client().post("/api/v1/data/erase", json=sent, headers=bearer).status_code == 401


def test_the_last_administrator_stays(app: Flask) -> None:
    with app.app_context():
        email = with_role(a_person(password=PASSWORD), "administrator").email
        db.session.commit()
    sent = {"email": email, "password": PASSWORD}
    answer = signed_in(app, email).post("/account/erase", sent, status=409)
    assert "administrator" in answer.text


def test_every_table_that_points_to_a_person_says_what_becomes_of_the_row() -> None:
    rules = {
        key.ondelete
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == "person"
    }
    assert rules == {"CASCADE", "SET NULL", None}
