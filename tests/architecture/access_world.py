"""Somebody of every role and relation, and one of each thing they may or may not touch."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from flask import Flask
from sqlalchemy import select

from freeagents.accounts.models import Person
from freeagents.accounts.queries.credentials import api_tokens, sign_ins
from freeagents.accounts.queries.directory import roles_today
from freeagents.accounts.services import links
from freeagents.accounts.services.people import invite
from freeagents.accounts.services.signing_in import sign_in
from freeagents.accounts.services.tokens import make_api_token
from freeagents.applications import services as applications
from freeagents.applications.queries.invitations import invitations_to
from freeagents.audit.services import chain_of
from freeagents.db.base import utc_now
from freeagents.extensions import db
from freeagents.messages.queries import messages_of
from freeagents.messages.services.telling import Notice, tell
from freeagents.profiles import services as profiles
from freeagents.projects.models import Project
from freeagents.questions import services as questions
from freeagents.rounds.models import Edit
from freeagents.rounds.queries import rounds
from freeagents.rounds.services import inviting, leaving, review, sampling
from tests.factories import PACK, PASSWORD, TODAY, a_department, a_person, a_project, an_agent, profile_of, with_role
from tests.integration.rounds.world import a_world, solved

ROLES: dict[str, tuple[str, str | None] | None] = {
    "person": None,
    "agent": None,
    "applicant": None,
    "owner": ("manager", "host"),
    "colleague": ("manager", "host"),
    "stranger": ("manager", "elsewhere"),
    "host_hr": ("hr", "host"),
    "hr": ("hr", None),
    "auditor": ("auditor", None),
    "administrator": ("administrator", None),
}
"""Who asks, with the role held and the department: *owner* owns the project; *applicant* applied and has a token."""


@dataclass
class AccessWorld:
    """Addresses' variables by name, and a bearer token for each who asks."""

    values: dict[str, str] = field(default_factory=dict)
    bearers: dict[str, str] = field(default_factory=dict)
    emails: dict[str, str] = field(default_factory=dict)


def an_access_world(app: Flask) -> AccessWorld:
    """Make it and commit."""
    world = AccessWorld()
    with app.app_context():
        subject = solved(a_world())
        people = {name: somebody(name) for name in ROLES}
        host = a_department("host")
        project = a_project("Open one", department=host, owner=people["owner"])
        draft = a_project("Draft", department=host, owner=people["owner"], opened=False)
        home = a_department("home-of-agents")
        application = applications.apply(
            project=project, person_id=people["applicant"].id, home_employer_id=home.employer_id
        )
        left_out = leaving.listed(subject=subject, after=None, limit=1)[0].person.public_id
        second = rounds.proposals(subject.id, after=None, limit=2)[1]
        review.keep(subject=second, reason="A reason.", actor_id=people["hr"].id)
        sampling.draw(subject=subject, asked="100 %", chance=Random(0), actor_id=people["hr"].id)
        edit = db.session.scalars(select(Edit.public_id)).first()
        invitation = an_invitation(people["applicant"], people["owner"])
        told = {"project": project.public_id, "title": "Open one", "start": "2026-12-01", "end": "2027-02-26"}
        tell("application:matched", [Notice(people["applicant"].id, "application/1/matched", told)])
        for name, person in people.items():
            world.bearers[name] = make_api_token(person_id=person.id, name="test", actor_id=person.id)
            world.emails[name] = person.email
        applicant = people["applicant"]
        sign_in(email=applicant.email, password=PASSWORD, address="", secret="")
        world.values = {
            "department": host.public_id,
            "holding": roles_today(people["owner"].id)[0].public_id,
            "reset": links._new_link(a_person(), "password", hours=1),
            "new-email": links._new_link(a_person(), "email", hours=1, email="new@example.org"),
            "sign_in": sign_ins(applicant.id, hours=1)[0].public_id,
            "project": project.public_id,
            "draft": draft.public_id,
            "application": application.public_id,
            "project_invitation": invitation,
            "search": a_search(people["applicant"], "forms"),
            "other_search": a_search(people["applicant"], "letters"),
            "message": messages_of(people["applicant"].id, after=None, limit=1)[0].public_id,
            "policy": subject.policy.public_id,
            "subject": subject.public_id,
            "proposal": rounds.proposals(subject.id, after=None, limit=1)[0].public_id,
            "api_token": api_tokens(people["applicant"].id)[0].public_id,
            "invitation": invite(person=people["person"], actor_id=None),
            "person": left_out,
            "edit": edit,
            "language": "en",
            "part": "about",
            "section": "outcome",
            "source": "template",
            "chain": chain_of(utc_now()),
            "name": "css/app.css",
            **asked(project, applicant),
        }
        db.session.commit()
    return world


def an_invitation(person: Person, owner: Person) -> str:
    """Invite somebody to another project of that owner; return the invitation's public id."""
    project = a_project("One more", department=a_department("host"), owner=owner)
    choice = {"choice": "findable", "value": True, "actor_id": person.id}
    profiles.choose(profile=profile_of(person), **choice)
    inviting.invite(project=project, person=person.public_id, actor_id=owner.id, today=TODAY, pack=PACK)
    return invitations_to(project.id)[0].public_id


def asked(project: Project, person: Person) -> dict[str, str]:
    """Let somebody ask three things about a project, one of which is answered; return the public ids of the others."""
    first, other, last = (
        questions.ask(project=project, person_id=person.id, words=words) for words in ("When?", "Where?", "How?")
    )
    questions.answer(question=last, answer="With care.", actor_id=project.owner_ids[0])
    return {"question": first.public_id, "other_question": other.public_id}


def a_search(person: Person, text: str) -> str:
    """Save a search; return its public id."""
    data = {"text": text, "discipline": None, "work_mode": None, "show": "all"}
    return applications.save_search(person_id=person.id, data=data).public_id


def somebody(name: str) -> Person:
    """Return a person of that name in :data:`ROLES`, with the role it says and nothing else."""
    person = an_agent(
        name.title(),
        department=a_department("home-of-agents"),
        admitted=name in {"agent", "applicant"},
        password=PASSWORD,
    )
    held = ROLES[name]
    if held is not None:
        role, department = held
        with_role(person, role, a_department(department) if department else None)
    return person
