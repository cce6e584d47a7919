"""Skills are suggested for what is written about a project, and taken as assets."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from freeagents.accounts.services.tokens import make_api_token
from freeagents.country.pack import load_pack
from freeagents.extensions import db
from freeagents.projects.queries import whole_project
from freeagents.skills.models import Skill
from freeagents.skills.queries import suggested
from tests.clients import Browser, signed_in
from tests.factories import PACK, PASSWORD, a_department, a_person, a_project, some_skills, with_role

LETTERS = "People understand our letters and forms at the first reading, and fewer of them complain."


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize(
    ("text", "code"),
    [
        (LETTERS, "plain-language"),
        ("Ministers see the same charts and dashboards.", "data-visualisation"),
        ("Renegotiate what suppliers charge and prepare the next procurements.", "procurement"),
        ("Work off the backlog of cases, and find fraudulent claims.", "fraud-detection"),
        ("We INTERVIEWED users and know what they need.", "user-research-methods"),
    ],
)
def test_a_text_finds_the_skills_it_speaks_of(text: str, code: str) -> None:
    some_skills(*PACK.skills)
    found = [skill.code for skill in suggested(text, pack=PACK, locale="en", limit=8)]
    assert code in found
    assert len(found) <= 8
    others = [skill.code for skill in suggested(text, pack=PACK, locale="en", limit=8, without=[code])]
    assert code not in others


@pytest.mark.usefixtures("session")
def test_a_text_in_french_finds_the_same_skills() -> None:
    canada = load_pack("canada")
    for skill in canada.skills.values():
        db.session.add(Skill(code=skill.code, names=skill.names, descriptions=skill.descriptions, source=canada.code))
    db.session.flush()
    text = "Le public comprend nos lettres; nous avons mené des sondages et négocié les contrats des fournisseurs."
    found = {skill.code for skill in suggested(text, pack=canada, locale="fr", limit=8)}
    assert {"plain-language", "survey-design", "commercial-negotiation"} <= found
    assert suggested(text, pack=canada, locale="xx", limit=8) is not None, (
        "a language without a dictionary is read as is"
    )


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize("text", ["", "the of and", "'; DROP TABLE skill; --", "& | ! ( ) : *", "\\", "x" * 8000])
def test_texts_that_speak_of_nothing_find_nothing(text: str) -> None:
    some_skills(*PACK.skills)
    assert suggested(text, pack=PACK, locale="en", limit=8) == []


@pytest.fixture
def draft(app: Flask) -> str:
    """A draft of manager@example.org's that asks for one asset."""
    with app.app_context():
        host = a_department("host")
        owner = with_role(a_person(email="manager@example.org", password=PASSWORD), "manager", host)
        some_skills(*PACK.skills)
        made = a_project("Letters", department=host, owner=owner, opened=False, outcome="", asset={"editing": 3})
        db.session.commit()
        return made.public_id


@pytest.fixture
def manager(app: Flask, draft: str) -> Browser:
    return signed_in(app, "manager@example.org")


def ticked(page: str) -> set[str]:
    return set(re.findall(r'name="suggested" type="checkbox" value="([^"]+)" checked', page))


def test_the_button_suggests_and_saves_nothing(app: Flask, manager: Browser, draft: str) -> None:
    address = f"/projects/{draft}/edit/outcome"
    assert 'name="suggested"' not in manager.get(address)
    typed = {"section": "outcome", "version": "1", "outcome": LETTERS, "suggested": ["accessibility"]}
    page = manager.post(f"/projects/{draft}/suggest", typed, page=address, status=200).text
    assert LETTERS in page
    assert 'value="plain-language"' in page
    assert ticked(page) == {"accessibility"}, "what was ticked stays, whether or not the text speaks of it"
    with app.app_context():
        assert whole_project(draft).outcome == ""
    part = manager.client.post(
        f"/projects/{draft}/suggest",
        data={**typed, "csrf_token": manager.token(address)},
        headers={"HX-Request": "true"},
    )
    assert "<!DOCTYPE" not in part.text
    assert 'value="plain-language"' in part.text
    for section in ("dates", "", "nothing"):
        manager.post(f"/projects/{draft}/suggest", {"section": section}, page=address, status=404)


def test_what_is_ticked_becomes_an_asset_and_the_rest_of_the_skills_is_still_asked_for(
    app: Flask, manager: Browser, draft: str
) -> None:
    address = f"/projects/{draft}/edit/outcome"
    version = re.search(r'name="version" value="(\d+)"', manager.get(address))[1]
    sent = {"version": version, "outcome": LETTERS, "suggested": ["plain-language", "editing"], "then": "list"}
    manager.post(address, sent)
    with app.app_context():
        project = whole_project(draft)
        assert project.outcome == LETTERS
        assert {row.skill.code: (row.kind, row.level) for row in project.criteria} == {
            "editing": ("asset", 3),
            "plain-language": ("asset", 2),
        }
    page = manager.get(address)
    assert 'value="plain-language"' not in page, "what is asked for is not suggested again"
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    where = f"/projects/{draft}/edit/where"
    onward = manager.post(where, {"version": version, "work_mode": "remote", "then": "next"})
    assert onward.headers["Location"].endswith("/edit/skills"), "assets alone do not settle the skills"


def test_a_skill_that_is_in_no_list_is_not_taken(app: Flask, manager: Browser, draft: str) -> None:
    address = f"/projects/{draft}/edit/tasks"
    version = re.search(r'name="version" value="(\d+)"', manager.get(address))[1]
    manager.post(address, {"version": version, "tasks": "Ask.", "suggested": ["no-such", "x" * 300]})
    with app.app_context():
        assert [row.skill.code for row in whole_project(draft).criteria] == ["editing"]


def test_the_api_suggests(app: Flask, draft: str) -> None:
    with app.app_context():
        person = a_person()
        bearer = {"Authorization": f"Bearer {make_api_token(person_id=person.id, name='t', actor_id=person.id)}"}
        db.session.commit()
    client = app.test_client()
    found = client.post("/api/v1/skills/suggestions", headers=bearer, json={"text": LETTERS, "limit": 2})
    assert found.status_code == 200, found.text
    assert "plain-language" in [skill["code"] for skill in found.json]
    for wrong in ({}, {"text": ""}, {"text": LETTERS, "limit": 21}):
        assert client.post("/api/v1/skills/suggestions", headers=bearer, json=wrong).status_code == 422
