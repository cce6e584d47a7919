"""A small government for tests of rounds: three agents, two projects, applications, and HR to look at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from freeagents.applications import services as applications
from freeagents.applications.models import Application
from freeagents.db.base import utc_now
from freeagents.extensions import db
from freeagents.rounds.models import Proposal, Round
from freeagents.rounds.queries import policies
from freeagents.rounds.services import planning, solving
from tests.factories import PACK, a_department, a_person, a_policy, a_project, an_agent, with_role

HR, HR2, AUDITOR, MANAGER = "hr@example.org", "hr2@example.org", "auditor@example.org", "manager@example.org"
SURVEYS, FORMS = "Ask what people need", "Write plain forms"


@dataclass(frozen=True)
class World:
    """Ids of what there is.

    Ada and Grace can do the surveys, which have one seat: Ada better. Grace alone can do the forms, which have two
    seats. Alan can do nothing that is asked. All three applied for the surveys.
    """

    hr: int
    auditor: int
    policy: str
    people: dict[str, int]
    projects: dict[str, int]


def a_world(*, password: str | None = None) -> World:
    """Make it and commit.

    :param password: of everybody, for tests in which they sign in.
    """
    hr = with_role(a_person("Hedy Lamarr", email=HR, password=password), "hr")
    with_role(a_person("Mary Jackson", email=HR2, password=password), "hr")
    auditor = with_role(a_person("Dorothy Vaughan", email=AUDITOR, password=password), "auditor")
    with_role(a_person("Katherine Johnson", email=MANAGER, password=password), "manager")
    home, host = a_department("home"), a_department("host")
    people = {
        "ada": an_agent("Ada Lovelace", department=home, skills={"user-research": 4}, password=password),
        "grace": an_agent(
            "Grace Hopper", department=home, skills={"user-research": 2, "plain-words": 3}, password=password
        ),
        "alan": an_agent("Alan Turing", department=home, skills={"numbers": 4}, password=password),
    }
    projects = {
        SURVEYS: a_project(SURVEYS, department=host, essential={"user-research": 2}),
        FORMS: a_project(FORMS, department=host, essential={"plain-words": 2}, asset={"user-research": 2}, seats=2),
    }
    for person in people.values():
        applications.apply(project=projects[SURVEYS], person_id=person.id, home_employer_id=home.id)
    policy = a_policy()
    db.session.commit()
    return World(
        hr=hr.id,
        auditor=auditor.id,
        policy=policy.public_id,
        people={name: person.id for name, person in people.items()},
        projects={title: project.id for title, project in projects.items()},
    )


def a_round(world: World, name: str = "November") -> Round:
    """Return a planned round whose cut-off has just passed."""
    made = planning.make_round(
        name=name,
        policy=policies.by_public_id(world.policy),
        cut_off=utc_now() - timedelta(milliseconds=1),
        actor_id=world.hr,
    )
    db.session.commit()
    return made


def solved(world: World, subject: Round | None = None) -> Round:
    """Return a round in review, solved here and now as the worker would."""
    subject = subject or a_round(world)
    if subject.state == "draft":
        planning.queue_round(subject=subject, now=utc_now(), actor_id=world.hr)
    round_id = subject.id
    db.session.commit()
    solving.solve_round(round_id=round_id, pack=PACK)
    db.session.commit()
    return planning.queries.round_by_id(round_id)


def again(world: World, subject: Round) -> Round:
    """Return the next version of a round, solved."""
    return solved(world, planning.rerun(subject=subject, actor_id=world.hr))


def pairs(world: World, subject: Round) -> set[tuple[str, str, str]]:
    """Return (person, project, state) of all the round proposes."""
    people = {person: name for name, person in world.people.items()}
    projects = {project: title for title, project in world.projects.items()}
    rows = db.session.query(Proposal).where(Proposal.round_id == subject.id)
    return {(people[row.person_id], projects[row.project_id], row.state) for row in rows}


def proposal(world: World, subject: Round, person: str, title: str) -> Proposal:
    """Return the proposal of a pair, as the pages load it."""
    found = planning.queries.proposal_of(subject.id, world.people[person], world.projects[title])
    assert found is not None, pairs(world, subject)
    loaded = planning.queries.proposal_by_public_id(found.public_id)
    assert loaded is not None
    return loaded


def answers(world: World) -> dict[tuple[str, str], tuple[str, str | None]]:
    """Return (person, project) → state and reason of all applications."""
    people = {person: name for name, person in world.people.items()}
    projects = {project: title for title, project in world.projects.items()}
    rows = db.session.query(Application)
    return {(people[row.person_id], projects[row.project_id]): (row.state, row.reason) for row in rows}
