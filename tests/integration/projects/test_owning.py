"""A project has several owners with the same rights; who leaves is no owner any more, and HR sees what has none."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from freeagents.accounts.models import Person
from freeagents.accounts.services.leaving import end_account
from freeagents.accounts.services.tokens import make_api_token
from freeagents.applications import services as applications
from freeagents.audit.models import AuditEntry
from freeagents.errors import Conflict, Invalid
from freeagents.extensions import db
from freeagents.messages.kinds import say
from freeagents.messages.models import Message
from freeagents.projects import queries
from freeagents.projects.models import Project, ProjectOwner
from freeagents.projects.services import owning
from tests.clients import signed_in
from tests.factories import PASSWORD, TODAY, a_department, a_person, a_project, an_agent, with_role


@pytest.fixture
def project(session) -> Project:
    """A project of the host's manager Mary; its department has the manager Max, and HR."""
    host = a_department("host")
    mary = with_role(a_person("Mary", email="mary@example.org", password=PASSWORD), "manager", host)
    with_role(a_person("Max", email="max@example.org", password=PASSWORD), "manager", host)
    with_role(a_person("Helen", email="helen@example.org", password=PASSWORD), "hr", host)
    made = a_project("Ask around", department=host, owner=mary)
    session.commit()
    return queries.whole_project(made.public_id)


def person(name: str) -> Person:
    return db.session.scalars(select(Person).where(Person.name == name)).one()


def owners(project: Project) -> list[str]:
    return [one.name for one in queries.whole_project(project.public_id).owners]


def subjects(name: str) -> list[str]:
    query = select(Message).where(Message.recipient_id == person(name).id).order_by(Message.id)
    return [say(message.kind, message.facts).subject for message in db.session.scalars(query)]


def actions(project: Project) -> list[str]:
    query = (
        select(AuditEntry.action).where(AuditEntry.subject == f"project/{project.public_id}").order_by(AuditEntry.id)
    )
    return [action for action in db.session.scalars(query) if "owner" in action]


def test_an_owner_adds_and_removes_another_and_both_are_told(session, project):
    owning.add_owner(project=project, email=" MAX@example.org ", actor_id=person("Mary").id)
    owning.add_owner(project=project, email="max@example.org", actor_id=person("Mary").id)
    session.commit()
    assert owners(project) == ["Mary", "Max"]
    owning.remove_owner(project=project, person=person("Mary"), actor_id=person("Max").id)
    session.commit()
    assert owners(project) == ["Max"]
    assert subjects("Max") == ["You are now an owner of “Ask around”"]
    assert subjects("Mary") == ["You are no longer an owner of “Ask around”"]
    assert actions(project) == ["project:add_owner", "project:remove_owner"]


def test_hr_s_change_is_told_to_all_owners(session, project):
    owning.add_owner(project=project, email="max@example.org", actor_id=person("Helen").id)
    session.commit()
    assert subjects("Mary") == ["Max is now an owner of “Ask around” too"]


def test_every_owner_hears_of_an_application(session, project):
    owning.add_owner(project=project, email="max@example.org", actor_id=person("Mary").id)
    agent = an_agent("Ada", department=a_department("home"))
    applications.apply(project=project, person_id=agent.id, home_employer_id=None)
    session.commit()
    assert subjects("Mary") == ["Somebody applied for “Ask around”"]
    assert subjects("Max")[-1] == "Somebody applied for “Ask around”"


def test_the_last_owner_stays(session, project):
    with pytest.raises(Conflict, match="needs an owner"):
        owning.remove_owner(project=project, person=person("Mary"), actor_id=person("Mary").id)
    with pytest.raises(Conflict, match="does not own"):
        owning.remove_owner(project=project, person=person("Max"), actor_id=person("Mary").id)
    with pytest.raises(Conflict, match="does not own"):
        owning.remove_owner(project=project, person=None, actor_id=person("Mary").id)


def test_only_managers_and_hr_of_the_department_become_owners(session, project):
    elsewhere = with_role(a_person("Eve"), "manager", a_department("elsewhere"))
    nobody = a_person("Norman")
    gone = with_role(a_person("Gone"), "manager", project.department)
    gone.left_on = TODAY
    session.flush()
    for email in (elsewhere.email, nobody.email, gone.email, "unknown@example.org"):
        with pytest.raises(Invalid, match="Nobody with this email address is a manager in the department"):
            owning.add_owner(project=project, email=email, actor_id=person("Mary").id)
    assert owning.add_owner(project=project, email="helen@example.org", actor_id=person("Mary").id).name == "Helen"


def test_what_has_ended_keeps_its_owners(session, project):
    applications.end_project(project=project, ending="cancelled", reason="No.", actor_id=person("Mary").id)
    with pytest.raises(Conflict, match="has ended"):
        owning.add_owner(project=project, email="max@example.org", actor_id=person("Mary").id)
    with pytest.raises(Conflict, match="has ended"):
        owning.remove_owner(project=project, person=person("Mary"), actor_id=person("Mary").id)


def test_a_project_has_ten_owners_at_most(session, project):
    for number in range(10):
        more = with_role(a_person(f"More {number}"), "manager", project.department)
        if number < 9:
            owning.add_owner(project=project, email=more.email, actor_id=person("Mary").id)
    with pytest.raises(Conflict, match="10 owners at most"):
        owning.add_owner(project=project, email=more.email, actor_id=person("Mary").id)


def test_who_leaves_is_no_owner_any_more_and_those_who_stay_are_told(session, project):
    owning.add_owner(project=project, email="max@example.org", actor_id=person("Mary").id)
    ended = a_project("Ended", department=project.department, owner=person("Mary"))
    applications.end_project(project=ended, ending="cancelled", reason="No.", actor_id=person("Mary").id)
    end_account(person=person("Mary"), last_day=TODAY, note="Moved.", actor_id=person("Max").id)
    owning.part_with_leavers()
    assert owners(project) == ["Mary", "Max"], "the last day is still one of work"
    person("Mary").left_on = TODAY
    session.commit()
    owning.part_with_leavers()
    session.commit()
    assert owners(project) == ["Max"]
    assert subjects("Max")[-1] == "Mary has left and no longer owns “Ask around”"
    assert subjects("Helen") == []
    person("Max").left_on = TODAY - timedelta(days=1)
    session.commit()
    owning.part_with_leavers()
    owning.part_with_leavers()
    session.commit()
    assert owners(project) == []
    assert subjects("Helen") == ["“Ask around” has no owner any more"]
    assert actions(project)[1:] == ["project:lose_owner", "project:lose_owner"]
    assert len(session.scalars(select(ProjectOwner)).all()) == 1, "what has ended keeps its owners"


def test_hr_sees_what_has_no_owner_in_its_own_departments(app: Flask) -> None:
    with app.app_context():
        host, elsewhere = a_department("host"), a_department("elsewhere")
        helen = with_role(a_person("Helen", email="helen@example.org", password=PASSWORD), "hr", host)
        max_ = with_role(a_person("Max", email="max@example.org", password=PASSWORD), "manager", host)
        a_project("Owned", department=host, owner=max_)
        a_project("Far", department=elsewhere)
        orphans = [a_project(f"Orphan {number}", department=host, opened=bool(number)) for number in range(30)]
        public_id = orphans[0].public_id
        bearer = {"Authorization": f"Bearer {make_api_token(person_id=helen.id, name='test', actor_id=helen.id)}"}
        max_id = max_.public_id
        db.session.commit()
    browser = signed_in(app, "helen@example.org")
    assert "Projects without an owner" in browser.get("/")
    page = browser.get("/projects/without-owner")
    assert page.count("Orphan") == 50
    assert "Owned" not in page
    assert "Far" not in page
    client = app.test_client()
    first = client.get("/api/v1/projects/without-owner?limit=20", headers=bearer).json
    rest = client.get(f"/api/v1/projects/without-owner?after={first['next']}", headers=bearer).json
    assert [len(first["items"]), len(rest["items"]), rest["next"]] == [20, 10, None]

    address = f"/projects/{public_id}/owners"
    assert "Enter the work email address of a manager." in browser.post(address, {}, status=422).text
    assert "Nobody with this email address" in browser.post(address, {"email": "x@example.org"}, status=422).text
    browser.post(address, {"email": "max@example.org"})
    assert "Max owns this project." in browser.get(address)
    owners = f"/api/v1/projects/{public_id}/owners"
    assert client.get(owners, headers=bearer).json == [{"id": max_id, "name": "Max"}]
    answer = client.delete(f"{owners}/{max_id}", headers=bearer)
    assert (answer.status_code, answer.json["detail"]) == (
        409,
        "A project needs an owner. Add another owner first, or end the project.",
    )
    assert client.post(owners, json={"email": "helen@example.org"}, headers=bearer).status_code == 201
    assert client.delete(f"{owners}/{max_id}", headers=bearer).status_code == 204
    assert signed_in(app, "max@example.org").client.get(address).status_code == 404


def test_all_owners_may_do_the_same(app: Flask) -> None:
    with app.app_context():
        host = a_department("host")
        first, _second = (
            with_role(a_person(name, email=f"{name.lower()}@example.org", password=PASSWORD), "manager", host)
            for name in ("Mary", "Max")
        )
        made = a_project("Ask around", department=host, owner=first)
        owning.add_owner(project=made, email="max@example.org", actor_id=first.id)
        public_id, mary = made.public_id, first.public_id
        db.session.commit()
    browser = signed_in(app, "max@example.org")
    assert "Mary and Max" in browser.get(f"/projects/{public_id}")
    assert "Ask around" in browser.get("/")
    browser.get(f"/projects/{public_id}/draft")
    browser.post(f"/projects/{public_id}/owners/{mary}/remove", page=f"/projects/{public_id}/owners")
    assert signed_in(app, "mary@example.org").client.get(f"/projects/{public_id}/draft").status_code == 404
    assert "Mary" not in browser.get(f"/projects/{public_id}/owners")
