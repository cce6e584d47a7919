"""A draft is filled in from a template, an earlier project or a role; what was written stays."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from freeagents.accounts.services.tokens import make_api_token
from freeagents.audit.models import AuditEntry
from freeagents.errors import Conflict, Invalid
from freeagents.extensions import db
from freeagents.projects.models import Project
from freeagents.projects.services.filling import MOST_ESSENTIAL, fill_project
from tests.clients import Browser, signed_in
from tests.factories import PACK, PASSWORD, a_department, a_person, a_project, some_skills, with_role

TEMPLATE = PACK.templates["discovery"]
ROLE = next(role for role in PACK.roles if len(role.skills) > MOST_ESSENTIAL + 1)
NOTHING = dict.fromkeys(("starts_on", "ends_on", "time_percent", "work_mode"))


def a_draft(**members: object) -> Project:
    return a_project("New", opened=False, **{"outcome": "", **NOTHING, **members})


def fill(project: Project, /, **chosen: str) -> None:
    fill_project(project=project, chosen=chosen, pack=PACK, locale="en", actor_id=a_person().id)


def asked(project: Project, kind: str) -> dict[str, int]:
    return {row.skill.code: row.level for row in project.criteria if row.kind == kind}


@pytest.mark.usefixtures("session")
def test_a_template_fills_what_the_draft_lacks() -> None:
    some_skills(*TEMPLATE.essential, *TEMPLATE.asset)
    draft = a_draft()
    before = draft.version
    fill(draft, template="discovery")
    assert draft.title == "New"
    assert draft.outcome == TEMPLATE.outcomes["en"]
    assert draft.tasks.splitlines() == [task["en"] for task in TEMPLATE.tasks]
    assert draft.disciplines == [TEMPLATE.discipline]
    assert len(draft.seats) == TEMPLATE.seats
    assert (draft.time_percent, draft.work_mode) == (TEMPLATE.time_percent, TEMPLATE.work_mode)
    assert (draft.starts_on, draft.ends_on) == (None, None)
    assert asked(draft, "essential") == TEMPLATE.essential
    assert asked(draft, "asset") == TEMPLATE.asset
    assert draft.version > before


@pytest.mark.usefixtures("session")
def test_what_was_written_stays() -> None:
    some_skills(*TEMPLATE.essential, *TEMPLATE.asset)
    first, *_others = TEMPLATE.essential
    draft = a_draft(outcome="My own words.", seats=5, work_mode="remote", asset={first: 1})
    fill(draft, template="discovery")
    assert draft.outcome == "My own words."
    assert len(draft.seats) == 5
    assert draft.work_mode == "remote"
    assert asked(draft, "asset") == {first: 1, **TEMPLATE.asset}, "it stays an asset, at the level it was"
    assert first not in asked(draft, "essential")


@pytest.mark.usefixtures("session")
def test_a_role_asks_its_highest_skills_as_essential_and_the_others_as_assets() -> None:
    some_skills(*ROLE.skills)
    draft = a_draft()
    fill(draft, role=ROLE.code)
    essential = asked(draft, "essential")
    assert len(essential) == MOST_ESSENTIAL
    assert essential | asked(draft, "asset") == ROLE.skills
    assert min(essential.values()) >= max(asked(draft, "asset").values())
    assert draft.grade_min is None, "a grade keeps people out: it is for the manager to say"


@pytest.mark.usefixtures("session")
def test_a_copy_has_everything_but_title_and_dates() -> None:
    host = a_department("host")
    earlier = a_project(
        "Earlier",
        department=host,
        essential={"user-research": 3},
        asset={"plain-words": 2},
        tasks="Ask.",
        disciplines=["policy"],
        seats=3,
        work_mode="hybrid",
        place="Leeds",
        grade_min="EO",
        grade_max="G7",
        clearance="SC",
        languages=[{"language": "cy", "letters": "B1"}],
    )
    draft = a_draft(department=host)
    fill(draft, project=earlier.public_id)
    for name in ("outcome", "tasks", "disciplines", "work_mode", "place", "grade_min", "grade_max", "clearance"):
        assert getattr(draft, name) == getattr(earlier, name) != None, name  # noqa: E711 - one chain
    assert draft.latitude == earlier.latitude is not None
    assert [(row.language, row.letters) for row in draft.languages] == [("cy", "B1")]
    assert (len(draft.seats), draft.title, draft.starts_on) == (3, "New", None)
    assert asked(draft, "essential") == {"user-research": 3}
    assert asked(draft, "asset") == {"plain-words": 2}


@pytest.mark.usefixtures("session")
def test_only_an_opened_project_of_the_same_department_can_be_copied() -> None:
    host = a_department("host")
    branch = a_department("host-branch", kind="branch", parent=host)
    draft = a_draft(department=host)
    hidden = a_project("Hidden", department=host, opened=False)
    foreign = a_project("Foreign", department=a_department("elsewhere"))
    for other in (hidden, foreign):
        with pytest.raises(Invalid) as refusal:
            fill(draft, project=other.public_id)
        assert refusal.value.field == "project"
    fill(draft, project=a_project("Of a branch", department=branch).public_id)
    assert draft.outcome


@pytest.mark.usefixtures("session")
def test_unknown_sources_and_opened_projects_are_refused() -> None:
    for chosen in ({"template": "no-such"}, {"role": "no-such"}, {"project": "no-such"}):
        with pytest.raises(Invalid):
            fill(a_draft(), **chosen)
    with pytest.raises(Conflict):
        fill(a_project(), template="discovery")


@pytest.fixture
def manager(app: Flask) -> Browser:
    """A manager of the department *host*, which has one earlier project."""
    with app.app_context():
        host = a_department("host")
        with_role(a_person(email="manager@example.org", password=PASSWORD), "manager", host)
        a_project("The earlier one", department=host, outcome="It went well.")
        some_skills(*TEMPLATE.essential, *TEMPLATE.asset, *ROLE.skills)
        db.session.commit()
    return signed_in(app, "manager@example.org")


@pytest.mark.parametrize(
    ("source", "value", "said"),
    [
        ("template", "discovery", TEMPLATE.outcomes["en"]),
        ("role", ROLE.code, "Essential"),
        ("project", "", "It went well."),
    ],
)
def test_a_new_project_starts_from_a_source(app: Flask, manager: Browser, source: str, value: str, said: str) -> None:
    answer = manager.post("/projects/new", {"title": "Ours", "start_from": source})
    address = answer.headers["Location"]
    assert address.endswith(f"/fill/{source}")
    page = manager.get(address)
    if source == "project":
        assert "The earlier one" in page
        with app.app_context():
            value = db.session.scalars(select(Project.public_id).where(Project.title == "The earlier one")).one()
    assert "Choose" in manager.post(address, {}, status=422).text
    assert "Choose" in manager.post(address, {source: "no-such"}, status=422).text
    filled = manager.post(address, {source: value})
    assert filled.headers["Location"].endswith("/draft")
    page = manager.get(filled.headers["Location"])
    assert said in page
    assert "The draft is filled in." in page
    with app.app_context():
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "project:fill")).one()
        assert entry.facts["source"] == source
        assert entry.facts["of"] == value


def test_earlier_projects_are_found_by_words_of_their_titles(app: Flask, manager: Browser) -> None:
    with app.app_context():
        for number in range(25):
            a_project(f"Needle {number}" if number < 2 else f"Hay {number}", department=a_department("host"))
        db.session.commit()
    address = manager.post("/projects/new", {"title": "Ours", "start_from": "project"}).headers["Location"]
    page = manager.get(address)
    assert page.count('name="project"') == 20
    assert "Find others by words" in page
    page = manager.get(f"{address}?text=needle")
    assert page.count('name="project"') == 2
    assert "No earlier project of the department" in manager.get(f"{address}?text=%25")


def test_the_api_fills_in_as_well(app: Flask, manager: Browser) -> None:
    with app.app_context():
        from_whom = a_person(email="token@example.org")
        with_role(from_whom, "manager", a_department("host"))
        bearer = {"Authorization": f"Bearer {make_api_token(person_id=from_whom.id, name='t', actor_id=from_whom.id)}"}
        db.session.commit()
    client = app.test_client()
    templates = client.get("/api/v1/projects/templates", headers=bearer).json
    assert {one["code"] for one in templates} == set(PACK.templates)
    roles = client.get("/api/v1/skills/roles?limit=2", headers=bearer).json
    assert len(roles["items"]) == 2
    assert (
        client.get(f"/api/v1/skills/roles?after={roles['next']}", headers=bearer).json["items"][0] != roles["items"][0]
    )
    made = client.post("/api/v1/projects", headers=bearer, json={"department": "host", "title": "Ours"}).json
    address = f"/api/v1/projects/{made['id']}/fill"
    filled = client.post(address, headers=bearer, json={"template": "discovery"})
    assert filled.status_code == 200, filled.text
    assert filled.json["outcome"] == TEMPLATE.outcomes["en"]
    assert filled.json["version"] > made["version"]
    for wrong in ({}, {"template": "discovery", "role": ROLE.code}, {"template": "no-such"}):
        assert client.post(address, headers=bearer, json=wrong).status_code == 422
