"""People to invite: who is found, in which order, by whom; and what becomes of an invitation."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session, scoped_session

from freeagents.accounts.models import Person
from freeagents.accounts.queries.directory import person_by_email
from freeagents.accounts.services.tokens import make_api_token
from freeagents.applications import services as applications
from freeagents.applications.models import ProjectInvitation
from freeagents.applications.queries.invitations import invitations_of, invitations_to
from freeagents.audit.models import AuditEntry
from freeagents.eligibility import services as eligibility
from freeagents.errors import Conflict
from freeagents.extensions import db
from freeagents.messages.models import Message
from freeagents.profiles.models import Profile
from freeagents.projects.models import Project
from freeagents.projects.queries import whole_project
from freeagents.projects.services import writing
from freeagents.rounds.services import inviting
from tests.clients import Browser, signed_in
from tests.factories import END, PACK, PASSWORD, START, TODAY, a_department, a_person, a_project, an_agent, with_role
from tests.integration.rounds.test_filling import published
from tests.integration.rounds.world import SURVEYS, a_round, a_world, solved

ASKED = {"essential": {"plain-words": 2}, "asset": {"editing": 2}}


def a_need(**members: Any) -> Project:
    """Return an open project of the host, owned by Olga."""
    owner = with_role(a_person("Olga", email="owner@example.org", password=PASSWORD), "manager", a_department("host"))
    return a_project("Letters", department=a_department("host"), owner=owner, **(ASKED | members))


def found_person(name: str, *, editing: int = 0, findable: bool = True, **members: Any) -> Person:
    """Return an agent who agreed to be found and meets what :data:`ASKED` says."""
    members = {"department": a_department("home"), "password": PASSWORD} | members
    skills = {"plain-words": 3} | ({"editing": editing} if editing else {})
    person = an_agent(name, **({"skills": skills} | members))
    db.session.execute(update(Profile).where(Profile.person_id == person.id).values(findable=findable))
    return person


def names(project: Project) -> list[str]:
    whole = whole_project(project.public_id)
    return [one.person.name for one in inviting.people_to_invite(project=whole, today=TODAY, pack=PACK)]


def invite(project: Project, person: Person) -> Person:
    whole = whole_project(project.public_id)
    return inviting.invite(project=whole, person=person.public_id, actor_id=person.id, today=TODAY, pack=PACK)


def test_they_come_by_fit_without_private_parts(session: scoped_session[Session]) -> None:
    project = a_need()
    for name, editing in (("Least", 0), ("Most", 3), ("Middle", 1)):
        found_person(name, editing=editing)
    found = inviting.people_to_invite(project=project, today=TODAY, pack=PACK)
    assert [one.person.name for one in found] == ["Most", "Middle", "Least"]
    totals = [one.total for one in found]
    assert totals == sorted(totals, reverse=True)
    assert found[0].fit.parts["rank"] == found[0].fit.parts["short_list"] == 0
    assert found[0].home == {"en": "Home"}


def test_only_those_who_agreed_and_whom_nothing_keeps_out(session: scoped_session[Session]) -> None:
    project = a_need()
    found_person("Found")
    found_person("Never asked", findable=False)
    found_person("Of the host", department=a_department("host"))
    found_person("Unskilled", skills={"plain-words": 1})
    found_person("Not admitted", admitted=False)
    found_person("Busy", available=[(START + timedelta(days=1), None, 100)])
    found_person("Half", available=[(TODAY, None, 50)])
    paused = found_person("Paused")
    session.execute(update(Profile).where(Profile.person_id == paused.id).values(paused=True))
    eligibility.declare_conflict(project=project, person_id=found_person("In conflict").id)
    applied = found_person("Applied")
    applications.apply(project=project, person_id=applied.id, home_employer_id=None)
    withdrew = found_person("Withdrew")
    application = applications.apply(project=project, person_id=withdrew.id, home_employer_id=None)
    applications.withdraw(application=application, actor_id=withdrew.id)
    assert names(project) == ["Found"]
    closed = a_project("Draft", department=a_department("host"), opened=False)
    assert names(closed) == []


def test_who_is_matched_on_these_days_is_not_found_and_on_others_is(session: scoped_session[Session]) -> None:
    world = a_world()
    session.execute(update(Profile).values(findable=True))
    session.commit()
    need = {"department": a_department("host"), "essential": {"user-research": 4}}
    same = a_project("Same days", **need)
    later = a_project("Later", **need, starts_on=END + timedelta(days=1), ends_on=END + timedelta(days=60))
    session.commit()
    assert names(same) == names(later) == ["Ada Lovelace"]
    session.execute(update(Project).where(Project.title == "Same days").values(state="draft", opened_at=None))
    session.execute(update(Project).where(Project.title == "Later").values(state="draft", opened_at=None))
    session.commit()
    published(world, solved(world, a_round(world)))
    session.execute(update(Project).where(Project.title.in_(("Same days", "Later"))).values(state="open"))
    session.commit()
    assert session.get_one(Project, world.projects[SURVEYS]).state == "filled"
    assert names(same) == []
    assert names(later) == ["Ada Lovelace"]


def test_asking_for_one_clearance_after_the_other_tells_nothing(session: scoped_session[Session]) -> None:
    project = a_need()
    for name, held in (("High", "DV"), ("None", None)):
        found_person(name, clearance=held)
    seen = set()
    for asked in (None, "BPSS", "SC", "DV"):
        writing.write_project(project=project, data={"clearance": asked}, pack=PACK, actor_id=None)
        seen.add(tuple(sorted(names(project))))
    assert seen == {("High", "None")}


def test_an_invitation_tells_once_and_is_noted(session: scoped_session[Session]) -> None:
    project, person = a_need(), found_person("Ada")
    assert invite(project, person).id == person.id
    session.commit()
    [message] = session.scalars(select(Message).where(Message.kind == "project:invite"))
    assert (message.recipient_id, message.facts["title"]) == (person.id, "Letters")
    [entry] = session.scalars(select(AuditEntry).where(AuditEntry.action == "project:invite"))
    assert entry.facts["invited"] == person.public_id
    assert names(project) == []
    with pytest.raises(Conflict, match="cannot be invited any more"):
        invite(project, person)
    assert len(invitations_to(project.id)) == 1


def test_nobody_is_invited_who_is_not_among_those_to_invite(session: scoped_session[Session]) -> None:
    project = a_need()
    for person in (found_person("Hidden", findable=False), found_person("Unskilled", skills={})):
        with pytest.raises(Conflict):
            invite(project, person)
    assert invitations_to(project.id) == []


def test_so_many_may_wait_and_answers_and_lapses_make_room(session: scoped_session[Session]) -> None:
    project = a_need()
    people = [found_person(f"Agent {number}") for number in range(inviting.MOST_WAITING + 2)]
    for person in people[: inviting.MOST_WAITING]:
        invite(project, person)
    with pytest.raises(Conflict, match="have not answered yet"):
        invite(project, people[-1])
    [first] = invitations_of(people[0].id, today=TODAY)
    applications.decline(invitation=first, reason=" ", today=TODAY)
    assert first.reason is None
    invite(project, people[-1])
    with pytest.raises(Conflict):
        invite(project, people[-2])
    session.execute(update(ProjectInvitation).values(until=TODAY - timedelta(days=1)))
    invite(project, people[-2])


def test_applying_accepts_and_declining_says_why(session: scoped_session[Session]) -> None:
    project = a_need()
    ada, grace = found_person("Ada"), found_person("Grace")
    for person in (ada, grace):
        invite(project, person)
    applications.apply(project=project, person_id=ada.id, home_employer_id=None)
    [hers] = invitations_of(grace.id, today=TODAY)
    applications.decline(invitation=hers, reason="Too far for me.", today=TODAY)
    assert {(row.person.name, row.state, row.reason) for row in invitations_to(project.id)} == {
        ("Ada", "accepted", None),
        ("Grace", "declined", "Too far for me."),
    }
    assert invitations_of(ada.id, today=TODAY) == invitations_of(grace.id, today=TODAY) == []
    with pytest.raises(Conflict):
        applications.decline(invitation=hers, reason="", today=TODAY)


def test_what_has_lapsed_or_ended_asks_for_no_answer(session: scoped_session[Session]) -> None:
    project, person = a_need(), found_person("Ada")
    invite(project, person)
    [made] = invitations_of(person.id, today=TODAY)
    assert invitations_of(person.id, today=made.until) == [made]
    late = made.until + timedelta(days=1)
    assert (made.standing(made.until), made.standing(late)) == ("open", "lapsed")
    assert invitations_of(person.id, today=late) == []
    with pytest.raises(Conflict):
        applications.decline(invitation=made, reason="", today=late)
    applications.end_project(project=project, ending="cancelled", reason="No.", actor_id=None)
    assert invitations_of(person.id, today=TODAY) == []


@pytest.fixture
def letters(app: Flask) -> str:
    """The public id of Olga's project, with Ada and Grace to be found."""
    with app.app_context():
        project = a_need()
        for name, editing in (("Ada", 3), ("Grace", 0)):
            found_person(name, editing=editing).email = f"{name.lower()}@example.org"
        db.session.commit()
        return project.public_id


def cards(page: str) -> list[str]:
    return re.findall(r"<h2[^>]*>\d+\. (\w+)<", page)


def invited_by_page(app: Flask, letters: str, name: str) -> Browser:
    """Return Olga's browser once she has invited somebody by the buttons of the page."""
    browser, address = signed_in(app, "owner@example.org"), f"/projects/{letters}/people"
    with app.app_context():
        person = person_by_email(f"{name.lower()}@example.org").public_id
    browser.post(address, {"person": person})
    return browser


def test_the_owner_finds_and_invites_and_the_person_sees_who_looked(app: Flask, letters: str) -> None:
    browser = invited_by_page(app, letters, "Ada")
    page = browser.get(f"/projects/{letters}/people")
    assert "Ada is invited." in page
    assert cards(page) == ["Grace"]
    assert "Not answered yet" in page
    looks = signed_in(app, "grace@example.org").get("/profile/looks")
    assert "Olga looked for people to invite to “Letters”, and saw your name, department and fit." in looks
    again = browser.post(f"/projects/{letters}/people", {"person": "nobody"}, status=409)
    assert "cannot be invited any more" in again.text
    browser.post(f"/projects/{letters}/people", {}, status=422)


def test_the_person_applies_or_declines_and_the_owner_reads_it(app: Flask, letters: str) -> None:
    for name in ("Ada", "Grace"):
        invited_by_page(app, letters, name)
    ada, grace = signed_in(app, "ada@example.org"), signed_in(app, "grace@example.org")
    assert "You are invited" in ada.get("/")
    page = ada.get("/applications")
    assert "The invitation lapses after" in page
    ada.post(f"/projects/{letters}/apply", page="/applications")
    assert "You are invited" not in ada.get("/applications")
    decline = re.search(r'href="(/invitations/[^"]+/decline)"', grace.get("/applications"))[1]
    grace.post(decline, {"reason": "x" * 2001}, status=422)
    grace.post(decline, {"reason": "Not <i>now</i>."})
    assert grace.client.get(decline).status_code == 303
    grace.post(decline, {"reason": ""}, page="/profile", status=409)
    page = signed_in(app, "owner@example.org").get(f"/projects/{letters}/people")
    assert "Declined" in page
    assert "Not &lt;i&gt;now&lt;/i&gt;." in page
    assert re.search(r"Applied\s*</strong>", page)
    assert ada.client.get(decline).status_code == 404, "an invitation is its person's alone"


def test_the_api_does_the_same(app: Flask, letters: str) -> None:
    client = app.test_client()

    def bearer(email: str) -> dict[str, str]:
        with app.app_context():
            person = person_by_email(email)
            token = make_api_token(person_id=person.id, name="test", actor_id=person.id)
            db.session.commit()
        return {"Authorization": f"Bearer {token}"}

    owner, ada = bearer("owner@example.org"), bearer("ada@example.org")
    api = f"/api/v1/projects/{letters}"
    found = client.get(f"{api}/people", headers=owner).get_json()
    assert [row["name"] for row in found] == ["Ada", "Grace"]
    assert sum(found[0]["fit"]["parts"].values()) == found[0]["fit"]["total"]
    body = {"person": found[0]["person"]}
    assert client.post(f"{api}/invitations", json=body, headers=owner).get_json() == body | {"name": "Ada"}
    assert client.post(f"{api}/invitations", json=body, headers=owner).status_code == 409
    [own] = client.get("/api/v1/invitations", headers=ada).get_json()
    assert (own["project"], own["title"]) == (letters, "Letters")
    decline = f"/api/v1/invitations/{own['id']}/decline"
    assert client.post(decline, json={"reason": "No."}, headers=bearer("grace@example.org")).status_code == 404
    assert client.post(decline, json={"reason": "No."}, headers=ada).status_code == 204
    assert client.post(decline, json={}, headers=ada).status_code == 409
    [told] = client.get(f"{api}/invitations", headers=owner).get_json()
    assert (told["name"], told["state"], told["reason"]) == ("Ada", "declined", "No.")


def test_two_who_invite_at_once_make_one_invitation(app: Flask, letters: str) -> None:
    with app.app_context():
        ada = person_by_email("ada@example.org")
        invite(whole_project(letters), ada)
        db.session.commit()
        with pytest.raises(Conflict):
            invite(whole_project(letters), ada)
        db.session.rollback()
        assert db.session.query(ProjectInvitation).count() == db.session.query(Message).count() == 1
