"""The governments that the sweep looks at: with nothing in it, with something of everything, with long words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask
from sqlalchemy import select, update

from freeagents.accounts.models import ApiToken, Department, Person
from freeagents.accounts.queries.directory import department_by_code
from freeagents.accounts.services.people import invite
from freeagents.applications import services as applications
from freeagents.applications.models import ProjectInvitation
from freeagents.applications.queries.invitations import invitations_to
from freeagents.db.base import utc_now
from freeagents.eligibility import bridge
from freeagents.eligibility.pages.sections import SECTIONS
from freeagents.extensions import db
from freeagents.profiles import services as profiles
from freeagents.profiles.models import HeldSkill, Profile
from freeagents.profiles.pages.profiles import PARTS
from freeagents.projects.models import Project
from freeagents.projects.queries import whole_project
from freeagents.projects.schemas import SOURCES
from freeagents.questions import services as questions
from freeagents.questions.models import Question
from freeagents.rounds.models import Edit, Policy, Proposal, Round
from freeagents.rounds.queries import policies, rounds
from freeagents.rounds.schemas import POINTS, SETTINGS
from freeagents.rounds.services import inviting, planning, review, solving
from freeagents.rounds.services import policies as writing
from freeagents.skills.models import Skill
from tests.architecture.access_world import ROLES, an_access_world, somebody
from tests.factories import PACK, TODAY, a_department, a_policy, a_project, an_agent, profile_of, some_skills

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft "
"""A word longer than a small screen is wide."""


@dataclass(frozen=True)
class Swept:
    """Who asks, and what the variables of addresses may be; what there is nothing of is missing.

    :ivar emails: of the roles of :data:`ROLES`.
    """

    emails: dict[str, str]
    values: dict[str, Sequence[str]]


def empty(app: Flask) -> Swept:
    """Somebody of every role, with nothing to look at but a draft just begun and rounds that were never solved."""
    with app.app_context():
        people = {name: somebody(name) for name in ROLES}
        nothing = dict.fromkeys(("starts_on", "ends_on", "time_percent", "work_mode"))
        draft = a_project(
            "Draft", department=a_department("host"), owner=people["owner"], opened=False, outcome="", **nothing
        )
        a_policy()
        planned, queued, failed = (_planned(name, people["hr"]) for name in ("Planned", "Queued", "Failed"))
        planning.queue_round(subject=queued, now=utc_now(), actor_id=people["hr"].id)
        failed.state, failed.failure = "failed", "abandoned"
        values = {
            "part": tuple(PARTS),
            "section": tuple(SECTIONS),
            "source": SOURCES,
            "project": [draft.public_id],
            "draft": [draft.public_id],
            "subject": [planned.public_id, queued.public_id, failed.public_id],
            "invitation": [invite(person=people["person"], actor_id=None)],
        }
        db.session.commit()
        return Swept({name: person.email for name, person in people.items()}, values)


def filled(app: Flask) -> Swept:
    """The world of the access table, with profiles, and with what became of a round and of a project."""
    world = an_access_world(app)
    with app.app_context():
        agent, applicant, owner, hr = (_person(world.emails[name]) for name in ("agent", "applicant", "owner", "hr"))
        for person in (agent, applicant):
            _fill_profile(person)
        home, host = department_by_code("home-of-agents"), department_by_code("host")
        ended = a_project("Ended", department=host, owner=owner)
        spare = an_agent("Spare", department=home, skills={"user-research": 2})
        an_agent("Another", department=home, skills={"user-research": 2})
        for project in (ended, whole_project(world.values["project"])):
            applications.apply(project=project, person_id=agent.id, home_employer_id=home.employer_id)
        opened = whole_project(world.values["project"])
        _declined(opened, applicant)
        applications.short_list(project=opened, application=world.values["application"], listed=True, actor_id=owner.id)
        db.session.execute(update(Profile).values(findable=True))
        inviting.invite(project=opened, person=spare.public_id, actor_id=owner.id, today=TODAY, pack=PACK)
        applications.decline(invitation=invitations_to(opened.id)[0], reason="I am away.", today=TODAY)
        applications.note_look(project=ended, people=[agent, applicant], actor_id=owner.id)
        applications.end_project(project=ended, ending="cancelled", reason="The money went elsewhere.", actor_id=hr.id)
        published = _solved(_planned("Published", hr), hr)
        for proposal in rounds.proposals(published.id, after=None, limit=9):
            review.approve(subject=proposal, pack=PACK, actor_id=hr.id)
        planning.publish(subject=published, actor_id=hr.id)
        waiting = written(hr)
        _solved(planning.rerun(subject=rounds.round_by_public_id(world.values["subject"]), actor_id=hr.id), hr)
        db.session.commit()
        several = {
            "part": tuple(PARTS),
            "section": tuple(SECTIONS),
            "source": SOURCES,
            "policy": [world.values["policy"], waiting.public_id],
        }
    return Swept(world.emails, {name: [value] for name, value in world.values.items()} | several)


def long(app: Flask) -> Swept:
    """The same, with the longest words everywhere that people write."""
    swept = filled(app)
    with app.app_context():
        most = {200: (LONG * 3)[:200].strip(), 2000: (LONG * 25)[:2000].strip(), 60: LONG[:60]}
        names = {"en": most[200]}
        written = {
            Person: {"name": most[200]},
            Department: {"names": names},
            Skill: {"names": names},
            ApiToken: {"name": most[60]},
            Project: {"title": most[200], "outcome": most[2000], "tasks": most[2000], "place": most[60]},
            Profile: {"about": most[2000]},
            HeldSkill: {"evidence": most[200]},
            Round: {"name": most[200]},
            Policy: {"titles": names},
            Edit: {"reason": most[2000]},
            Question: {"words": most[2000]},
            Proposal: {"reason": most[2000]},
            ProjectInvitation: {"reason": most[2000]},
        }
        for model, values in written.items():
            db.session.execute(update(model).values(values))
        db.session.execute(update(Question).where(Question.answer.is_not(None)).values(answer=most[2000]))
        db.session.execute(update(Project).where(Project.ended_reason.is_not(None)).values(ended_reason=most[2000]))
        db.session.commit()
    return swept


def written(author: Person) -> Policy:
    """Write a version of a policy that nobody has approved yet."""
    rules = bridge.Policy()
    return writing.write_version(
        name="every-seat",
        first=True,
        titles={"en": "Every seat"},
        objective="most_seats",
        points={part: getattr(rules.points, part) for part in POINTS},
        settings={setting: getattr(rules, setting) for setting in SETTINGS},
        actor_id=author.id,
    )


def _declined(project: Project, person: Person) -> None:
    """Let somebody ask what is not published."""
    question = questions.ask(project=project, person_id=person.id, words="It is me, Ada. When?")
    questions.decline(question=question, reason="It says who asks.", actor_id=project.owner_ids[0])


def _person(email: str) -> Person:
    return db.session.scalars(select(Person).filter_by(email=email)).one()


def _fill_profile(person: Person) -> None:
    some_skills("user-research", "plain-words", "numbers")
    profiles.write_profile(
        profile=profile_of(person),
        data={
            "about": "I ask people what they need.",
            "skills": [{"skill": "user-research", "level": 2, "evidence": "Forty interviews."}],
            "learning": ["plain-words"],
            "languages": [{"language": "en", "letters": ""}],
            "places": [{"place": "Leeds", "max_km": 25}],
            "work_modes": ["remote", "hybrid"],
            "availability": [{"starts_on": TODAY, "ends_on": None, "percent": 100}],
        },
        pack=PACK,
        actor_id=person.id,
    )


def _planned(name: str, hr: Person) -> Round:
    return planning.make_round(
        name=name, policy=policies.approved()[0], cut_off=utc_now() - timedelta(milliseconds=1), actor_id=hr.id
    )


def _solved(subject: Round, hr: Person) -> Round:
    if subject.state == "draft":
        planning.queue_round(subject=subject, now=utc_now(), actor_id=hr.id)
    round_id = subject.id
    db.session.commit()
    solving.solve_round(round_id=round_id, pack=PACK)
    db.session.commit()
    return rounds.round_by_id(round_id)
