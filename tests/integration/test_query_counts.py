"""How often a page or a resource asks the database: little, and as often for two hundred rows as for two."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest
from flask import Flask
from sqlalchemy import event, select, update

from freeagents.accounts.queries.directory import person_by_email
from freeagents.applications.models import Application
from freeagents.country.models import Instance
from freeagents.db.base import utc_now
from freeagents.extensions import db
from freeagents.profiles.models import Profile
from freeagents.projects.models import Project
from freeagents.questions.models import Question
from freeagents.rounds.queries import rounds
from freeagents.rounds.services import leaving, planning, review, sampling, solving
from freeagents.web.context import DEMO
from tests.architecture.access_table import TABLE
from tests.architecture.access_world import AccessWorld, an_access_world
from tests.architecture.test_access import Client, endpoints, row_of
from tests.factories import PACK, a_department, a_project, an_agent

LIST, DETAIL = 6, 10
LISTS = {
    "api_projects.ProjectHistory GET",
    "questions.index",
    "api_questions.OwnQuestions GET",
    "api_project_questions.ProjectQuestions GET",
    "api_project_questions.WaitingQuestions GET",
    "applications.mine",
    "finding.projects",
    "overview.when_and_where",
    "owners.unowned",
    "audit.index",
    "policies.index",
    "privacy.looks",
    "rounds.empty_seats",
    "rounds.index",
    "rounds.left_out",
    "api_applications.Applications GET",
    "api_data.Looks GET",
    "api_policies.Policies GET",
    "api_finding.ForMe GET",
    "api_inviting.Invitations GET",
    "api_invitations.Invitations GET",
    "api_projects.Projects GET",
    "api_projects.UnownedProjects GET",
    "api_rounds.Rounds GET",
    "api_rounds.RoundProposals GET",
    "api_rounds.EmptySeats GET",
    "api_rounds.LeftOut GET",
    "api_skills.Skills GET",
}
FEW, MANY = 2, 200
EVERY_SIGHT = ("applicant", "owner", "hr", "auditor")
"""Between them they see all there is on any page: others see as much or less."""


@pytest.fixture
def asked(app: Flask) -> Iterator[list[str]]:
    """All that the application asks the database, of a government that knows what it is."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    with app.app_context():
        engine = db.engine
        db.session.add(Instance(country="uk", pack_digest="of a test", is_demo=False))
        db.session.commit()
    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)
    app.extensions.pop(DEMO, None)


def grow(app: Flask, world: AccessWorld, count: int) -> None:
    """Add so many of everything that a list may hold, and let the world's round be a new one over all of it."""
    with app.app_context():
        before = rounds.round_by_public_id(world.values["subject"])
        project = db.session.scalars(select(Project).where(Project.public_id == world.values["project"])).one()
        owner, applicant = (person_by_email(world.emails[who]) for who in ("owner", "applicant"))
        home, host = a_department("home-of-agents"), a_department("host")
        a_project("Needs many", department=host, owner=owner, asset={"counting": 2}, essential={"sums": 1}, seats=count)
        a_project("Finds nobody", department=host, essential={"alchemy": 4}, seats=count)
        an_agent("Spare Counter", department=home, skills={"counting": 3, "sums": 2})
        for number in range(count):
            person = an_agent(f"Counter {number}", department=home, skills={"counting": 3, "sums": 2})
            db.session.add(Application(person_id=person.id, project_id=project.id, rank=1))
            an_agent(f"Nobody {number}", department=host, skills={"alchemy": 1})
            a_project(f"Orphan {number}", department=host, opened=False)
            another = a_project(f"Need {number}", department=host, owner=owner, essential={"alchemy": 3})
            db.session.add(Application(person_id=applicant.id, project_id=another.id, rank=None))
            for state, words in (("asked", None), ("answered", "Yes."), ("declined", "No.")):
                question = {"person_id": applicant.id, "words": "Whether?", "state": state, "answer": words}
                db.session.add_all(Question(project_id=one.id, **question) for one in (project, another))
            made = planning.make_round(
                name=f"Round {number}", policy=before.policy, cut_off=utc_now(), actor_id=before.created_by
            )
        planning.queue_round(subject=made, now=utc_now(), actor_id=before.created_by)
        db.session.execute(update(Profile).values(findable=True))
        db.session.commit()
        solving.solve_round(round_id=made.id, pack=PACK)
        subject = rounds.round_by_id(made.id)
        proposed = rounds.proposals(subject.id, after=None, limit=count)
        left_out = leaving.listed(subject=subject, after=None, limit=count)
        empty = rounds.empty_seats(subject.id, after=None, limit=count)
        assert len(proposed) == len(left_out) == len(empty) == count
        review.keep(subject=proposed[1], reason="A reason.", actor_id=before.created_by)
        reviewer = person_by_email(world.emails["hr"])
        sampling.draw(subject=subject, asked="100 %", chance=Random(0), actor_id=reviewer.id)
        world.values |= {
            "subject": subject.public_id,
            "proposal": proposed[0].public_id,
            "person": left_out[0].person.public_id,
        }
        db.session.commit()


def allowance(row: str) -> int:
    """Return how many statements an answer may take."""
    return LIST if row in LISTS else DETAIL


def counted(app: Flask, world: AccessWorld, asked: list[str]) -> dict[tuple[str, str], int]:
    """Return (row of the table, who) → how many statements its answer takes at the first look, or a later one."""
    found = {}
    for who in EVERY_SIGHT:
        client = Client(app, who, world)
        for rule, method in endpoints(app):
            row = row_of(rule, method)
            if method != "GET" or who not in TABLE[row]:
                continue
            for _look in range(2):
                asked.clear()
                status, _location = client.ask(rule, method)
                assert status in {200, 204, 303, 409}, (row, who, status)
                found[row, who] = max(len(asked), found.get((row, who), 0))
    return found


def test_answers_take_few_statements_and_no_more_for_many_rows(app: Flask, asked: list[str]) -> None:
    world = an_access_world(app)
    grow(app, world, FEW)
    few = counted(app, world, asked)
    grow(app, world, MANY)
    many = counted(app, world, asked)
    assert {key: (few[key], many[key]) for key in few if many[key] > few[key]} == {}
    assert {key: count for key, count in many.items() if count > allowance(key[0])} == {}
