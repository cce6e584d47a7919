"""What a manager sees of those who applied does not tell who holds which clearance."""

from __future__ import annotations

import re
from decimal import Decimal

from flask import Flask
from sqlalchemy import update

from freeagents.accounts.queries.directory import person_by_email
from freeagents.accounts.services.tokens import make_api_token
from freeagents.applications import services as applications
from freeagents.extensions import db
from freeagents.profiles.models import Profile
from freeagents.projects.queries import whole_project
from freeagents.projects.services import writing
from tests.clients import Browser, signed_in
from tests.factories import PACK, PASSWORD, a_department, a_person, a_project, an_agent, with_role


def applicants(browser: Browser, project: str) -> str:
    """Return what the project's page shows of those who applied, in words."""
    page = browser.get(f"/projects/{project}")
    shown = page.partition('id="applicants"')[2].partition('id="history"')[0].partition("A tool proposes matches")[0]
    return re.sub(r"<[^>]*>|\s+", " ", shown)


def test_asking_for_one_clearance_after_the_other_tells_nothing_of_who_applied(app: Flask) -> None:
    with app.app_context():
        host = a_department("host")
        owner = with_role(a_person(email="owner@example.org", password=PASSWORD), "manager", host)
        with_role(a_person(email="hr@example.org", password=PASSWORD), "hr", host)
        project = a_project("Letters", department=host, owner=owner, essential={"plain-words": 2}).public_id
        agent = an_agent("Ada", department=a_department("home"), skills={"plain-words": 3})
        applications.apply(project=whole_project(project), person_id=agent.id, home_employer_id=None)
        db.session.commit()
    owner_sees, hr_sees = set(), set()
    for held in (None, "BPSS", "DV"):
        rung = PACK.clearances[held] if held else None
        for asked in ("BPSS", "SC", "DV"):
            with app.app_context():
                ladder, rank = (rung.ladder, rung.rank) if rung else (None, None)
                db.session.execute(update(Profile).values(clearance=held, clearance_ladder=ladder, clearance_rank=rank))
                writing.write_project(
                    project=whole_project(project),
                    data={"clearance": asked},
                    pack=PACK,
                    actor_id=person_by_email("owner@example.org").id,
                )
                db.session.commit()
            owner_sees.add(applicants(signed_in(app, "owner@example.org"), project))
            hr_sees.add(applicants(signed_in(app, "hr@example.org"), project))
    assert len(owner_sees) == 1
    [said] = owner_sees
    assert "Qualifies" in said
    assert "Who holds the security clearance is not shown here" in said
    assert len(hr_sees) == 2, "HR sees who qualifies by all rules"


def test_what_was_done_is_told_to_those_who_may_change_the_project_and_no_conflict_is(app: Flask) -> None:
    with app.app_context():
        host = a_department("host")
        owner = with_role(a_person("Olga", email="owner@example.org", password=PASSWORD), "manager", host)
        project = a_project("Letters", department=host, owner=owner)
        first, second = (
            an_agent(name, department=a_department("home"), skills={"plain-words": 3}, password=PASSWORD)
            for name in ("Ada Lovelace", "Grace Hopper")
        )
        for agent in (first, second):
            applications.apply(project=project, person_id=agent.id, home_employer_id=None)
        applications.declare_conflict(project=project, person_id=first.id)
        writing.write_project(project=project, data={"tasks": "Ask."}, pack=PACK, actor_id=owner.id)
        public_id, agent_email = project.public_id, second.email
        bearer = {"Authorization": f"Bearer {make_api_token(person_id=owner.id, name='test', actor_id=owner.id)}"}
        db.session.commit()
    page = signed_in(app, "owner@example.org").get(f"/projects/{public_id}").partition('id="history"')[2]
    assert "Changed: tasks" in page
    assert "Olga" in page
    assert page.index("Changed: tasks") < page.index("Opened") < page.index("Started as a draft")
    assert "Ada" not in page
    assert "onflict" not in page
    told = app.test_client().get(f"/api/v1/projects/{public_id}/history?limit=2", headers=bearer).json
    assert [(act["action"], act["by"], act["parts"]) for act in told["items"]] == [
        ("project:write", "Olga", ["tasks"]),
        ("project:open", None, []),
    ]
    older = app.test_client().get(f"/api/v1/projects/{public_id}/history?after={told['next']}", headers=bearer).json
    assert [act["action"] for act in older["items"]] == ["project:write", "project:draft"]
    assert older["next"] is None
    assert 'id="history"' not in signed_in(app, agent_email).get(f"/projects/{public_id}")


def test_applicants_stand_side_by_side(app: Flask) -> None:
    with app.app_context():
        host = a_department("host")
        owner = with_role(a_person(email="owner@example.org", password=PASSWORD), "manager", host)
        project = a_project("Letters", department=host, owner=owner, essential={"plain-words": 2}, asset={"editing": 2})
        for name, skills in (("Ada", {"plain-words": 3}), ("Grace", {"plain-words": 3, "editing": 4})):
            agent = an_agent(name, department=a_department("home"), skills=skills)
            applications.apply(project=project, person_id=agent.id, home_employer_id=None)
        public_id = project.public_id
        db.session.commit()
    page = signed_in(app, "owner@example.org").get(f"/projects/{public_id}")
    table = page.partition("Side by side</caption>")[2].partition("</table>")[0]
    rows = [re.findall(r"<t[dh][^>]*>([^<]*)<", row) for row in table.split("<tr")[1:]]
    assert [row[0] for row in rows] == ["Name", "Ada", "Grace"]
    assert rows[1][1] == rows[2][1] == "Met"
    points = [[Decimal(cell) for cell in row[2:]] for row in rows[1:]]
    assert [sum(row[:-1]) for row in points] == [row[-1] for row in points], "the parts add up"
    assert points[0][-1] < points[1][-1]
