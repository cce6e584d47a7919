"""Questions about what was done to a project."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from freeagents.accounts.models import Person
from freeagents.audit.models import AuditEntry, AuditNote
from freeagents.extensions import db
from freeagents.projects.models import Project

ACTS = (
    "project:draft",
    "project:fill",
    "project:write",
    "project:open",
    "project:add_owner",
    "project:remove_owner",
    "project:lose_owner",
    "project:filled",
    "project:cancelled",
    "project:expired",
)
"""What is told of the trail; what others did about the project for themselves, such as a conflict, is not."""


def acts_on(
    project: Project, *, limit: int, after: int | None = None
) -> Sequence[tuple[AuditEntry, str | None, str | None]]:
    """Return up to ``limit`` entries of :data:`ACTS` on a project, newest first.

    :param after: the id of the last one of the page before.
    :returns: each with the words that were given as its reason and the name of who did it, where they are known.
    """
    query = (
        select(AuditEntry, AuditNote.words, Person.name)
        .outerjoin(AuditNote, AuditNote.entry_id == AuditEntry.id)
        .outerjoin(Person, Person.id == AuditEntry.actor_id)
        .where(AuditEntry.subject == f"project/{project.public_id}", AuditEntry.action.in_(ACTS))
        .order_by(AuditEntry.id.desc())
        .limit(limit)
    )
    if after is not None:
        query = query.where(AuditEntry.id < after)
    return [(entry, words, name) for entry, words, name in db.session.execute(query)]
