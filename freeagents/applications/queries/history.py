"""Questions about what was done to a project."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select

from freeagents.accounts.models import Person
from freeagents.audit.models import AuditEntry, AuditNote
from freeagents.extensions import db
from freeagents.projects.models import Project


def acts_on(
    project: Project, actions: Collection[str], *, limit: int
) -> Sequence[tuple[AuditEntry, str | None, str | None]]:
    """Return up to ``limit`` entries of these actions on a project, newest first.

    :returns: each with the words that were given as its reason and the name of who did it, where they are known.
    """
    query = (
        select(AuditEntry, AuditNote.words, Person.name)
        .outerjoin(AuditNote, AuditNote.entry_id == AuditEntry.id)
        .outerjoin(Person, Person.id == AuditEntry.actor_id)
        .where(AuditEntry.subject == f"project/{project.public_id}", AuditEntry.action.in_(actions))
        .order_by(AuditEntry.id.desc())
        .limit(limit)
    )
    return [(entry, words, name) for entry, words, name in db.session.execute(query)]
