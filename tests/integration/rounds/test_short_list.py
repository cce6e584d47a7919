"""The manager's short list: it counts in the round that was frozen with it, and is private."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from freeagents.accounts.models import Person
from freeagents.accounts.queries.directory import person_by_email
from freeagents.accounts.services.tokens import make_api_token
from freeagents.applications import services as applications
from freeagents.applications.models import Application
from freeagents.audit.models import AuditEntry
from freeagents.errors import Conflict
from freeagents.extensions import db
from freeagents.privacy.services.giving import everything_about
from freeagents.projects.models import Project
from freeagents.projects.queries import whole_project
from freeagents.rounds.services import explaining
from tests.clients import signed_in
from tests.factories import PASSWORD, a_department, a_person, a_project, an_agent, with_role
from tests.integration.rounds.world import SURVEYS, World, a_round, a_world, again, pairs, proposal, solved


@pytest.fixture
def world(session: scoped_session[Session]) -> World:
    """The small government, in which Ada can do the surveys better than Grace."""
    return a_world()


def listed(world: World, who: str, title: str = SURVEYS, *, on: bool = True) -> None:
    """Put somebody who applied on a project's short list, or take them off, and commit."""
    project = whole_project(db.session.get_one(Project, world.projects[title]).public_id)
    assert project is not None
    applications.short_list(
        project=project, application=application_of(world.people[who]).public_id, listed=on, actor_id=world.hr
    )
    db.session.commit()


def application_of(person_id: int) -> Application:
    return db.session.scalars(select(Application).where(Application.person_id == person_id)).one()


def test_who_is_on_it_earns_its_points_in_the_round(world: World) -> None:
    plain = proposal(world, solved(world), "ada", SURVEYS).parts
    listed(world, "ada")
    subject = solved(world)
    assert proposal(world, subject, "ada", SURVEYS).parts == plain | {"short_list": 10_000}
    assert {who: state for who, _project, state in pairs(world, subject)} == {"ada": "proposed", "grace": "proposed"}


def test_it_is_frozen_with_the_round_and_read_anew_by_the_next_version(world: World) -> None:
    listed(world, "grace")
    subject = solved(world)
    case = explaining.kept_case(subject)
    assert len(case.people.lists["short_list"]["word"]) == 1
    listed(world, "grace", on=False)
    assert len(explaining.kept_case(subject).people.lists["short_list"]["word"]) == 1
    assert len(explaining.kept_case(again(world, subject)).people.lists["short_list"]["word"]) == 0


def test_what_is_put_on_it_after_the_cut_off_does_not_count(world: World) -> None:
    subject = a_round(world)
    listed(world, "ada")
    assert proposal(world, solved(world, subject), "ada", SURVEYS).parts["short_list"] == 0


def test_it_holds_only_applications_for_the_project_that_stand(world: World) -> None:
    listed(world, "ada")
    application = application_of(world.people["ada"])
    applications.withdraw(application=application, actor_id=application.person_id)
    db.session.commit()
    assert application.short_listed_at is None
    with pytest.raises(Conflict):
        listed(world, "ada")
    other = a_project("Another", department=a_department("host"))
    with pytest.raises(Conflict):
        applications.short_list(
            project=other,
            application=application_of(world.people["grace"]).public_id,
            listed=True,
            actor_id=world.hr,
        )


def test_the_trail_says_that_it_changed_and_not_who_is_on_it(world: World) -> None:
    listed(world, "ada")
    listed(world, "ada")
    project = db.session.get_one(Project, world.projects[SURVEYS])
    [entry] = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "project:short_list"))
    assert (entry.subject, entry.facts, entry.actor_id) == (f"project/{project.public_id}", {}, world.hr)


def test_the_person_learns_nothing_of_it(world: World) -> None:
    ada = db.session.get_one(Person, world.people["ada"])
    before = everything_about(person=ada)
    listed(world, "ada")
    after = everything_about(person=ada)
    assert after | {"made_at": before["made_at"]} == before


class Sights:
    """One project with two who applied, and those who look at it."""

    def __init__(self, app: Flask) -> None:
        with app.app_context():
            host = a_department("host")
            self.owner = with_role(a_person("Olga", email="owner@example.org", password=PASSWORD), "manager", host)
            with_role(a_person(email="hosthr@example.org", password=PASSWORD), "hr", host)
            with_role(a_person(email="hr@example.org", password=PASSWORD), "hr")
            project = a_project("Letters", department=host, owner=self.owner, essential={"plain-words": 2})
            self.project = project.public_id
            for name in ("Ada", "Grace"):
                agent = an_agent(name, department=a_department("home"), skills={"plain-words": 3}, password=PASSWORD)
                agent.email = f"{name.lower()}@example.org"
                made = applications.apply(project=project, person_id=agent.id, home_employer_id=None)
                self.application = made.public_id
            db.session.commit()

    def bearer(self, app: Flask, email: str) -> dict[str, str]:
        with app.app_context():
            person = person_by_email(email)
            token = make_api_token(person_id=person.id, name="test", actor_id=person.id)
            db.session.commit()
        return {"Authorization": f"Bearer {token}"}

    def page(self, app: Flask, email: str) -> str:
        return signed_in(app, email).get(f"/projects/{self.project}")


def test_on_pages_the_owner_changes_it_and_reviewers_alone_see_it_too(app: Flask) -> None:
    sights = Sights(app)
    browser = signed_in(app, "owner@example.org")
    address = f"/projects/{sights.project}"
    typed = {"application": sights.application, "listed": "yes"}
    browser.post(f"{address}/short-list", typed, page=address)
    page = browser.get(address)
    assert "Grace is on your short list." in page
    assert re.findall(r"<h3[^>]*>(Ada|Grace)<", page) == ["Grace", "Ada"], "those on it come first"
    assert page.count("On the short list") == 1
    assert page.count("Take off the short list") == 1
    hr = sights.page(app, "hr@example.org")
    assert hr.count("On the short list") == 1
    assert "Put on the short list" not in hr
    for email in ("hosthr@example.org", "grace@example.org"):
        seen = sights.page(app, email)
        assert "short list" not in seen.replace("The manager may have a short list, which you cannot see.", "")
        assert not re.search(r"<h3[^>]*>Grace<.*<h3[^>]*>Ada<", seen, re.DOTALL), "nor does the order tell"
    browser.post(f"{address}/short-list", typed | {"listed": "no"}, page=address)
    assert "On the short list" not in browser.get(address)
    refused = browser.post(f"{address}/short-list", typed | {"application": "gone"}, page=address, status=409)
    assert "does not stand any more" in refused.text


def test_by_the_api_it_is_as_private(app: Flask) -> None:
    sights = Sights(app)
    client, api = app.test_client(), f"/api/v1/projects/{sights.project}"
    body: dict[str, Any] = {"application": sights.application, "listed": True}
    owner = sights.bearer(app, "owner@example.org")
    assert client.post(f"{api}/short-list", json=body, headers=owner).status_code == 204
    seen = {
        email: [
            (row["name"], row["short_listed"])
            for row in client.get(f"{api}/applicants", headers=sights.bearer(app, email)).get_json()
        ]
        for email in ("owner@example.org", "hr@example.org", "hosthr@example.org")
    }
    assert seen == {
        "owner@example.org": [("Ada", False), ("Grace", True)],
        "hr@example.org": [("Ada", False), ("Grace", True)],
        "hosthr@example.org": [("Ada", None), ("Grace", None)],
    }
    [row] = [row for row in client.get(f"{api}/applicants", headers=owner).get_json() if row["name"] == "Grace"]
    assert row["fit"]["qualifies"]
    assert sum(row["fit"]["parts"].values()) == row["fit"]["total"]
    assert client.post(f"{api}/short-list", json=body, headers=sights.bearer(app, "hr@example.org")).status_code == 404
