"""A person about whom there is something in every table, with words that would be found wherever they are left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import insert, text

from freeagents.accounts.models import (
    ExternalId,
    Identity,
    Invitation,
    MailedLink,
    Person,
    RecoveryCode,
    RoleHolding,
    SecondFactor,
    SignIn,
)
from freeagents.accounts.services.tokens import make_api_token
from freeagents.applications import services as applications
from freeagents.applications.models import ProjectInvitation
from freeagents.audit.services import record
from freeagents.db.base import utc_now
from freeagents.eligibility import services as eligibility
from freeagents.eligibility.models import CountRequest
from freeagents.extensions import db
from freeagents.messages.models import Mail, MailChoice
from freeagents.messages.services.telling import Notice, tell
from freeagents.profiles import services as profiles
from freeagents.questions import services as questions
from freeagents.rounds.models import Proposal
from freeagents.rounds.queries import rounds
from freeagents.rounds.services import planning, review
from tests.factories import PACK, PASSWORD, TODAY, a_department, a_project, profile_of, some_skills
from tests.integration.rounds.world import SURVEYS, a_world, solved

CANARY = "zimtstern"
"""Stands in every text that is written by or about the person."""


@dataclass(frozen=True)
class Life:
    """Who it is about, and what tests ask for."""

    person_id: int
    public_id: str
    email: str
    hr: int
    bearer: str


def a_life() -> Life:
    """Make it and commit: a person whom a published round placed, on whom HR had a word."""
    subject = solved(a_world(password=PASSWORD))
    hr = db.session.query(Person).filter_by(email="hr@example.org").one()
    placed = rounds.proposals(subject.id, after=None, limit=9)
    first = next(proposal for proposal in placed if proposal.project.title == SURVEYS)
    person = first.person
    review.keep(subject=first, reason=f"The best, {CANARY} says.", actor_id=hr.id)
    db.session.commit()
    for proposal in placed:
        review.note_opening(subject=proposal, actor_id=hr.id)
    for proposal in placed:
        review.approve(subject=proposal, pack=PACK, actor_id=hr.id)
    person.name, person.email = f"Ada {CANARY}", f"{CANARY}@example.org"
    _write(person, hr)
    planning.publish(subject=rounds.round_by_id(subject.id), actor_id=hr.id)
    db.session.commit()
    bearer = make_api_token(person_id=person.id, name=CANARY, actor_id=person.id)
    db.session.commit()
    return Life(person.id, person.public_id, person.email, hr.id, bearer)


def end_what_binds(life: Life) -> None:
    """Cancel the project for which the person is matched, so that nobody relies on them any more."""
    found = db.session.query(Proposal).filter_by(person_id=life.person_id).one()
    db.session.execute(
        text("UPDATE project SET state = 'cancelled', ended_at = now(), ended_reason = 'No more.' WHERE id = :id"),
        {"id": found.project_id},
    )
    db.session.commit()


def _write(person: Person, hr: Person) -> None:
    some_skills("user-research", "plain-words")
    profiles.write_profile(
        profile=profile_of(person),
        data={
            "about": f"I like {CANARY}.",
            "discipline": "policy",
            "clearance": next(iter(PACK.clearances)),
            "skills": [{"skill": "user-research", "level": 4, "evidence": f"Forty {CANARY} interviews."}],
            "learning": ["plain-words"],
            "languages": [{"language": "en", "letters": ""}],
            "places": [{"place": "Leeds", "max_km": 25}],
            "work_modes": ["remote"],
            "availability": [{"starts_on": TODAY, "ends_on": None, "percent": 100}],
        },
        pack=PACK,
        actor_id=person.id,
    )
    host = a_department("host")
    apart = a_project("Apart", department=host, owner=hr)
    eligibility.declare_conflict(project=apart, person_id=person.id)
    search = {"text": CANARY, "discipline": None, "work_mode": None, "show": "all"}
    applications.save_search(person_id=person.id, data=search)
    tell("application:submit", [Notice(person.id, "event/1", {"project": apart.public_id, "title": CANARY})])
    questions.ask(project=apart, person_id=person.id, words=f"Is there {CANARY}?")
    ended = a_project("Ended", department=host, owner=person)
    applications.end_project(project=ended, ending="filled", reason=f"Because of {CANARY}.", actor_id=person.id)
    db.session.commit()
    applications.note_look(project=apart, people=[person], actor_id=hr.id)
    record(db.session, "person:end", f"person/{person.public_id}", actor_id=hr.id, note=f"Too much {CANARY}.")
    now = utc_now()
    later = now + timedelta(days=1)
    own = {"person_id": person.id}
    rows = {
        CountRequest: {"project_id": apart.id},
        ProjectInvitation: {
            "project_id": apart.id,
            "public_id": "invited",
            "invited_by": hr.id,
            "invited_at": now,
            "until": TODAY,
            "state": "declined",
            "answered_at": now,
            "reason": f"No {CANARY} there.",
        },
        ExternalId: {"source": "hr", "kind": "person", "external_id": CANARY, "row_id": person.id},
        Identity: {"issuer": "https://id.example.org", "subject": CANARY},
        Invitation: {"token_hash": b"1", "expires_at": later},
        MailedLink: {"purpose": "email", "email": f"new-{CANARY}@example.org", "token_hash": b"2", "expires_at": later},
        SecondFactor: {"seed": b"3"},
        RecoveryCode: {"digest": b"4"},
        RoleHolding: {"role": "manager", "department_id": host.id, "starts_on": TODAY},
        SignIn: {"token_hash": b"5", "device": CANARY},
        MailChoice: {"recipient_id": person.id, "topic": "applications", "moment": "daily"},
    }
    for model, values in rows.items():
        owned = own if hasattr(model, "person_id") else {}
        db.session.execute(insert(model).values(**owned, **values))
    db.session.add(Mail(address=person.email, kind="account:reset", facts={"token": CANARY}))
    db.session.add(Mail(recipient_id=person.id))
    db.session.flush()
