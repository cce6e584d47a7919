"""Who saw my profile: everybody who looked, told to whom it is about and to nobody else."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from freeagents.accounts.services.tokens import make_api_token
from freeagents.applications import services as applications
from freeagents.audit.services import record
from freeagents.extensions import db
from freeagents.projects.queries import whole_project
from freeagents.rounds.queries import rounds
from freeagents.rounds.services import leaving, planning, review
from tests.clients import signed_in
from tests.factories import PACK, PASSWORD, a_department, a_person, a_project, an_agent, with_role
from tests.integration.rounds.world import a_world, solved


@pytest.fixture
def manager(app: Flask) -> str:
    """The e-mail address of the owner of two projects, for one of which Ada applied."""
    with app.app_context():
        owner = with_role(a_person("Mary Manager", password=PASSWORD), "manager", a_department("host"))
        ada = an_agent("Ada Lovelace", department=a_department("home"), password=PASSWORD)
        an_agent("Bob Bystander", department=a_department("home"), password=PASSWORD)
        for title in ("Wanted", "Unwanted by her"):
            a_project(title, department=a_department("host"), owner=owner)
        project = whole_project(_id("Wanted"))
        applications.apply(project=project, person_id=ada.id, home_employer_id=None)
        db.session.commit()
        return owner.email


def _id(title: str) -> str:
    return db.session.execute(db.text("SELECT public_id FROM project WHERE title = :title"), {"title": title}).scalar()


def _email(name: str) -> str:
    return db.session.execute(db.text("SELECT email FROM person WHERE name = :name"), {"name": name}).scalar()


def test_manager_s_look_is_told_to_who_applied_alone(app: Flask, manager: str) -> None:
    with app.app_context():
        wanted, other, ada, bob = _id("Wanted"), _id("Unwanted by her"), _email("Ada Lovelace"), _email("Bob Bystander")
    before = signed_in(app, ada).get("/profile/looks")
    assert "Nobody has looked at you yet." in before
    browser = signed_in(app, manager)
    browser.get(f"/projects/{other}")
    browser.get(f"/projects/{wanted}")
    page = signed_in(app, ada).get("/profile/looks")
    assert page.count("Mary Manager saw that you applied for “Wanted”, and how you fit.") == 1
    assert "Unwanted by her" not in page
    assert f"/projects/{wanted}" in page
    assert "Mary" not in signed_in(app, bob).get("/profile/looks")
    assert "saw that" not in signed_in(app, manager).get("/profile/looks")


def test_who_withdrew_and_applied_again_still_sees_the_looks_of_before(app: Flask, manager: str) -> None:
    with app.app_context():
        wanted, ada = _id("Wanted"), _email("Ada Lovelace")
    signed_in(app, manager).get(f"/projects/{wanted}")
    browser = signed_in(app, ada)
    with app.app_context():
        own = db.session.execute(db.text("SELECT public_id FROM application")).scalar()
    browser.post(f"/applications/{own}/withdraw", page="/applications")
    signed_in(app, manager).get(f"/projects/{wanted}")
    browser.post(f"/projects/{wanted}/apply", page=f"/projects/{wanted}")
    assert browser.get("/profile/looks").count("Mary Manager saw") == 1


def test_pages_follow_one_another_by_key(app: Flask, manager: str) -> None:
    with app.app_context():
        ada = _email("Ada Lovelace")
        key = db.session.execute(db.text("SELECT public_id FROM person WHERE name = 'Ada Lovelace'")).scalar()
        for _number in range(45):
            record(db.session, "project:see_applicants", f"project/{_id('Wanted')}", actor_id=None, people=[key])
        db.session.commit()
        person_id = db.session.execute(db.text("SELECT id FROM person WHERE name = 'Ada Lovelace'")).scalar()
        bearer = {"Authorization": f"Bearer {make_api_token(person_id=person_id, name='test', actor_id=person_id)}"}
        db.session.commit()
    browser = signed_in(app, ada)
    address, seen = "/profile/looks", []
    while address:
        page = browser.get(address)
        seen.append(page.count("Somebody whose account was erased saw"))
        following = re.search(r'href="([^"]+)" rel="next"', page)
        address = following[1] if following else ""
    assert seen == [20, 20, 5]
    answer = app.test_client().get("/api/v1/data/looks?limit=30", headers=bearer).json
    assert len(answer["items"]) == 30
    rest = app.test_client().get(f"/api/v1/data/looks?limit=30&after={answer['next']}", headers=bearer).json
    assert len(rest["items"]) == 15
    assert rest["next"] is None
    assert rest["items"][0] == {
        "at": rest["items"][0]["at"],
        "what": "project:see_applicants",
        "by": None,
        "project": rest["items"][0]["project"],
        "title": "Wanted",
        "round": None,
    }
    assert app.test_client().get("/api/v1/data/looks?after=x", headers=bearer).status_code == 422
    assert browser.get("/profile/looks?after=x")
    assert "There is nothing older." in browser.get("/profile/looks?after=1")


def test_reviewers_looks_come_to_light_when_the_round_is_published(app: Flask) -> None:
    with app.app_context():
        subject = solved(a_world())
        hr = with_role(a_person("Rita Reviewer", password=PASSWORD), "hr")
        proposal = rounds.proposals(subject.id, after=None, limit=1)[0]
        placed, left = proposal.person, leaving.listed(subject=subject, after=None, limit=1)[0].person
        for person in (placed, left):
            person.password_hash = hr.password_hash
        emails, addresses = (placed.email, left.email), (f"/rounds/proposals/{proposal.public_id}", left.public_id)
        number, hr_id, reviewer = subject.public_id, hr.id, hr.email
        db.session.commit()
    browser = signed_in(app, reviewer)
    browser.get(addresses[0])
    browser.get(f"/rounds/{number}/left-out/{addresses[1]}")
    for email in emails:
        assert "Rita" not in signed_in(app, email).get("/profile/looks")
    with app.app_context():
        subject = rounds.round_by_public_id(number)
        for one in rounds.proposals(subject.id, after=None, limit=9):
            review.approve(subject=one, pack=PACK, actor_id=hr_id)
        planning.publish(subject=rounds.round_by_public_id(number), actor_id=hr_id)
        db.session.commit()
    assert "Rita Reviewer, in HR, opened the proposal to match you with" in signed_in(app, emails[0]).get(
        "/profile/looks"
    )
    assert "Rita Reviewer, in HR, looked at why the round" in signed_in(app, emails[1]).get("/profile/looks")
