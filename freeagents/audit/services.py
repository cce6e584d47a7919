"""Record who did what: an entry for each act, chained by hashes when the act is committed."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from freeagents.audit.models import AuditEntry, AuditNote
from freeagents.db.base import AnySession, utc_now
from freeagents.db.locks import AdvisoryLock

PENDING = "audit_pending"
_TAIL = text("SELECT last_position, last_digest FROM audit_tail(:chain, :lock)")


def record(
    session: AnySession, action: str, subject: str, *, actor_id: int | None, note: str | None = None, **facts: Any
) -> None:
    """Note that ``actor_id`` (None: the service) did ``action`` to ``subject``; written when ``session`` commits.

    :param action: ``noun:verb``, as in ``project:open``.
    :param subject: the kind and public id, as in ``project/Xr4…``.
    :param note: words a person wrote; kept outside the chain, which holds a salted hash of them.
    :param facts: codes, numbers and ids, never words a person wrote.
    """
    session.connection()  # begins a transaction, so that a rollback with nothing else to undo forgets this too
    session.info.setdefault(PENDING, []).append((action, subject, actor_id, note, facts))


def entry_digest(previous: bytes, entry: AuditEntry) -> bytes:
    """Return the SHA-256 over the previous entry's digest and the canonical JSON of this entry's members."""
    members = {
        "chain": entry.chain,
        "position": entry.position,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": entry.actor_id,
        "action": entry.action,
        "subject": entry.subject,
        "facts": entry.facts,
        "note": entry.note_digest.hex() if entry.note_digest else None,
    }
    canonical = json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(previous + canonical.encode()).digest()


def chain_of(at: datetime) -> str:
    """Return the name of the chain an instant belongs to: its month in UTC, ``2026-11``."""
    return at.astimezone(UTC).strftime("%Y-%m")


@event.listens_for(Session, "before_commit")
def _write_pending(session: Session) -> None:
    """Chain what was recorded. The lock is taken last of all, so that it is held only while committing."""
    pending = session.info.pop(PENDING, None)
    if not pending:
        return
    session.flush()
    at, position, digest = _end_of_chain(session)
    chain = chain_of(at)
    for action, subject, actor_id, note, facts in pending:
        position += 1
        salt = secrets.token_bytes(16) if note else b""
        entry = AuditEntry(
            chain=chain,
            position=position,
            at=at,
            actor_id=actor_id,
            action=action,
            subject=subject,
            facts=facts,
            note_digest=note_digest(salt, note) if note else None,
        )
        digest = entry.digest = entry_digest(digest, entry)
        session.add(entry)
        if note:
            session.flush()
            session.add(AuditNote(entry_id=entry.id, salt=salt, words=note))
    session.flush()


def _end_of_chain(session: Session) -> tuple[datetime, int, bytes]:
    """Hold the trail until the transaction ends; return the present instant, and where the chain of its month ends."""
    while True:
        chain = chain_of(utc_now())
        position, digest = session.execute(_TAIL, {"chain": chain, "lock": AdvisoryLock.AUDIT_TRAIL.value}).one()
        at = utc_now()
        if chain_of(at) == chain:  # the month may end while others hold the trail
            return at, position or 0, digest or b""


@event.listens_for(Session, "after_rollback")
def _forget_pending(session: Session) -> None:
    session.info.pop(PENDING, None)


@dataclass(frozen=True, slots=True)
class Verification:
    """What the check of a chain found.

    :ivar entries: how many entries were read.
    :ivar broken_at: the position of the first entry that does not follow from the one before, or None.
    :ivar altered_notes: the positions of entries whose note does not hold the words that were written.
    """

    entries: int
    broken_at: int | None
    altered_notes: tuple[int, ...]


def verify(session: AnySession, chain: str) -> Verification:
    """Read a chain from its first entry to its last and compute every digest again.

    An end that was cut off leaves a shorter chain that is whole: only a digest kept elsewhere shows it.
    """
    digest, position, broken = b"", 0, None
    entries = session.scalars(select(AuditEntry).where(AuditEntry.chain == chain).order_by(AuditEntry.position))
    for entry in entries.yield_per(1_000):
        position += 1
        digest = entry_digest(digest, entry)
        if broken is None and entry.digest != digest:
            broken = position
    notes = session.execute(
        select(AuditEntry.position, AuditEntry.note_digest, AuditNote.salt, AuditNote.words)
        .join(AuditNote, AuditNote.entry_id == AuditEntry.id)
        .where(AuditEntry.chain == chain)
        .order_by(AuditEntry.position)
    )
    altered = [place for place, kept, salt, words in notes if note_digest(salt, words) != kept]
    return Verification(position, broken, tuple(altered))


def note_digest(salt: bytes, words: str) -> bytes:
    """Return what the chain holds of words a person wrote."""
    return hashlib.sha256(salt + words.encode()).digest()
