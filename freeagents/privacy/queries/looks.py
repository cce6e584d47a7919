"""Who looked at a person's profile, fit or scores: what the audit trail noted of it, for that person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import aliased

from freeagents.accounts.models import Person
from freeagents.audit.models import AuditEntry
from freeagents.extensions import db
from freeagents.projects.models import Project
from freeagents.rounds.models import Proposal, Round

TOLD = ("published", "closed")
"""The states of a round in which those who took part may know what it looked at."""
LOOKS = ("project:see_applicants", "round:look", "project:see_people", "proposal:open")


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody looked.

    :ivar id: of the audit entry.
    :ivar what: the action of the audit entry, one of :data:`LOOKS`.
    :ivar by: the name of who looked; None: the account was erased.
    :ivar project: title and public id of the project that was looked at, if it was one.
    :ivar round: name of the round that was looked at, if it was one.
    """

    id: int
    at: datetime
    what: str
    by: str | None
    project: tuple[str, str] | None
    round: str | None


def looks_at(*, person_id: int, public_id: str, after: int | None, limit: int) -> list[Look]:
    """Return up to ``limit`` looks at a person by others, newest first, that come after the one with id ``after``.

    Looks of reviewers come to light once the round is published: before that they would say what it proposes.
    """
    key = func.split_part(AuditEntry.subject, "/", 2)
    of_proposal, of_project = aliased(Project), aliased(Project)
    at_people = select(AuditEntry.id).where(
        # Written out, so that the index of just these is found.
        AuditEntry.action.in_(bindparam("looks", LOOKS[:3], expanding=True, literal_execute=True)),
        or_(
            AuditEntry.facts.contains({"people": [public_id]}),
            AuditEntry.facts.contains({"person": public_id}),
        ),
    )
    at_proposals = select(AuditEntry.id).join(Proposal, AuditEntry.subject == "proposal/" + Proposal.public_id)
    at_proposals = at_proposals.where(Proposal.person_id == person_id, AuditEntry.action == LOOKS[3])
    # Gathered first: few of all entries are about one person, and the newest first would be looked for among all.
    found = at_people.union(at_proposals).cte("found").prefix_with("MATERIALIZED")
    query = (
        select(
            AuditEntry.id,
            AuditEntry.at,
            AuditEntry.action,
            Person.name,
            func.coalesce(of_project.title, of_proposal.title),
            func.coalesce(of_project.public_id, of_proposal.public_id),
            Round.name,
        )
        .join(found, found.c.id == AuditEntry.id)
        .outerjoin(Person, Person.id == AuditEntry.actor_id)
        .outerjoin(of_project, of_project.public_id == key)
        .outerjoin(Proposal, Proposal.public_id == key)
        .outerjoin(of_proposal, of_proposal.id == Proposal.project_id)
        .outerjoin(Round, or_(Round.public_id == key, Round.id == Proposal.round_id))
        .where(AuditEntry.actor_id.is_distinct_from(person_id), or_(Round.id.is_(None), Round.state.in_(TOLD)))
        .order_by(AuditEntry.id.desc())
        .limit(limit)
    )
    if after is not None:
        query = query.where(AuditEntry.id < after)
    return [
        Look(number, at, what, by, (title, public) if title else None, name)
        for number, at, what, by, title, public, name in db.session.execute(query)
    ]
