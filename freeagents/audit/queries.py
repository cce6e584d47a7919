"""Questions about the audit trail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from freeagents.audit.models import AuditEntry, AuditNote
from freeagents.extensions import db


@dataclass(frozen=True, slots=True)
class Chain:
    """One month's chain. ``head``: the digest of its last entry, in hexadecimal."""

    name: str
    entries: int
    head: str


def entries(
    *, after: int | None, limit: int, action: str | None = None, subject: str | None = None
) -> Sequence[tuple[AuditEntry, str | None]]:
    """Return up to ``limit`` entries, newest first, that come after the one with id ``after``, with the note's words.

    :param action: only this action, such as ``round:publish``; ``subject``: only what was done to this.
    """
    query = (
        select(AuditEntry, AuditNote.words)
        .outerjoin(AuditNote, AuditNote.entry_id == AuditEntry.id)
        .order_by(AuditEntry.id.desc())
        .limit(limit)
    )
    if after is not None:
        query = query.where(AuditEntry.id < after)
    if action:
        query = query.where(AuditEntry.action == action)
    if subject:
        query = query.where(AuditEntry.subject == subject)
    return [(entry, words) for entry, words in db.session.execute(query)]


def actions() -> Sequence[str]:
    """Return all actions that were ever recorded, by name; each is found by its index, not by reading all entries."""
    first = select(func.min(AuditEntry.action).label("action")).cte("actions", recursive=True)
    following = select(
        select(func.min(AuditEntry.action)).where(AuditEntry.action > first.c.action).scalar_subquery()
    ).where(first.c.action.is_not(None))
    found = first.union_all(following)
    return db.session.scalars(select(found.c.action).where(found.c.action.is_not(None))).all()


def chains() -> Sequence[Chain]:
    """Return the chains with their last entries, newest first."""
    names = select(func.max(AuditEntry.chain).label("chain")).cte("chains", recursive=True)
    earlier = select(
        select(func.max(AuditEntry.chain)).where(AuditEntry.chain < names.c.chain).scalar_subquery()
    ).where(names.c.chain.is_not(None))
    found = names.union_all(earlier)
    last = (
        select(AuditEntry.position, AuditEntry.digest)
        .where(AuditEntry.chain == found.c.chain)
        .order_by(AuditEntry.position.desc())
        .limit(1)
        .lateral()
    )
    rows = db.session.execute(select(found.c.chain, last.c.position, last.c.digest).join(last, last.c.position > 0))
    return [Chain(chain, position, digest.hex()) for chain, position, digest in rows]


def chain(name: str) -> Chain | None:
    """Return a chain, or None."""
    return next((found for found in chains() if found.name == name), None)


def position_of(chain_name: str, digest: bytes) -> int | None:
    """Return at which position of a chain the entry with this digest stands, or None."""
    return db.session.scalar(
        select(AuditEntry.position).where(AuditEntry.chain == chain_name, AuditEntry.digest == digest)
    )
