"""A project that is cancelled after it was matched: its people are told, and their applications say so."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from freeagents.accounts.models import Person
from freeagents.applications import services as applications
from freeagents.eligibility.facts import Spell
from freeagents.eligibility.pool import people_facts
from freeagents.extensions import db
from freeagents.messages.kinds import say
from freeagents.messages.models import Message
from freeagents.projects.models import Project
from freeagents.projects.queries import whole_project
from freeagents.rounds.services import planning
from freeagents.rounds.services.calling_off import tell_called_off
from tests.clients import signed_in
from tests.factories import PACK, PASSWORD, TODAY, a_department, a_project
from tests.integration.rounds.test_filling import approve_all
from tests.integration.rounds.world import FORMS, SURVEYS, World, a_world, answers, solved


@pytest.fixture
def world(session: scoped_session[Session]) -> World:
    """Ada is matched with the surveys, which she applied for, and Grace with the forms, which she did not."""
    return matched()


def matched(password: str | None = None) -> World:
    world = a_world(password=password)
    subject = solved(world)
    approve_all(world, subject)
    planning.publish(subject=subject, actor_id=world.hr)
    db.session.commit()
    return world


def cancel(world: World, title: str) -> None:
    """Cancel a project and do what its job does, twice."""
    project = whole_project(db.session.get_one(Project, world.projects[title]).public_id)
    assert project is not None
    applications.end_project(project=project, ending="cancelled", reason="No money.", actor_id=world.hr)
    for _time in range(2):
        tell_called_off(project_id=project.id, today=TODAY, pack=PACK)
    db.session.commit()


def committed(world: World, who: str) -> tuple[Spell, ...]:
    return people_facts(today=TODAY, only=world.people[who])[world.people[who]].committed


def told(kind: str) -> dict[int, Message]:
    rows = db.session.scalars(select(Message).where(Message.kind == kind)).all()
    assert len({row.recipient_id for row in rows}) == len(rows), "nobody is told twice"
    return {row.recipient_id: row for row in rows}


def test_who_is_matched_without_having_applied_is_told(world: World) -> None:
    message = told("application:matched")[world.people["grace"]]
    assert message.facts["title"] == FORMS


def test_a_full_project_can_be_cancelled_and_its_match_ends(app: Flask, world: World) -> None:
    a_project("Numbers", department=a_department("host"), essential={"user-research": 2})
    cancel(world, SURVEYS)
    assert answers(world)["ada", SURVEYS] == ("called_off", "project_called_off")
    [message] = told("project:call_off").values()
    assert message.recipient_id == world.people["ada"]
    with app.test_request_context():
        said = say(message.kind, message.facts)
    assert said.subject == f"“{SURVEYS}” was cancelled: your match has ended"
    assert "The reason given: No money." in said.paragraphs
    assert [link.words for link in said.links] == ["Numbers"]
    assert committed(world, "ada") == (), "the days are free again"


def test_also_who_had_not_applied_is_told_and_nobody_else(world: World) -> None:
    cancel(world, FORMS)
    assert set(told("project:call_off")) == {world.people["grace"]}
    assert answers(world)["ada", SURVEYS] == ("matched", "approved")


def test_what_ends_otherwise_leaves_its_matches(world: World) -> None:
    project = whole_project(db.session.get_one(Project, world.projects[FORMS]).public_id)
    applications.end_project(project=project, ending="filled", reason="One is enough.", actor_id=world.hr)
    assert committed(world, "grace")


def test_the_page_of_a_full_project_leads_there_and_the_person_reads_why(app: Flask) -> None:
    with app.app_context():
        world = matched(PASSWORD)
        project = db.session.get_one(Project, world.projects[SURVEYS])
        public_id, ada = project.public_id, db.session.get_one(Person, world.people["ada"]).email
        db.session.commit()
    hr = signed_in(app, "hr@example.org")
    address = f"/projects/{public_id}"
    assert f'href="{address}/end"' in hr.get(address)
    form = hr.get(f"{address}/end")
    assert "Its people are matched already." in form
    assert 'name="ending"' not in form
    hr.post(f"{address}/end", {"version": "-1", "reason": ""}, status=422)
    version = form.partition('name="version" value="')[2].partition('"')[0]
    hr.post(f"{address}/end", {"version": version, "reason": "The money <b>went</b>."})
    page = signed_in(app, ada).get("/applications")
    assert "Matched, then cancelled" in page
    assert "Your match has ended with it" in page
    assert "The money &lt;b&gt;went&lt;/b&gt;." in page
    assert "Matched, then cancelled" in signed_in(app, ada).get(address)
