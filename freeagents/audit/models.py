"""The append-only audit trail: one hash chain a month."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from freeagents.db.base import Base


class AuditEntry(Base):
    """Who did what to what, when. ``facts`` holds codes and ids only; words a person wrote are an :class:`AuditNote`.

    ``digest`` is the SHA-256 over the previous entry's digest and this entry's members, so that a change to any entry
    shows in all that follow. The database refuses UPDATE, DELETE and TRUNCATE on this table.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        UniqueConstraint("chain", "position"),
        Index(
            "ix_audit_entry_people",
            "facts",
            postgresql_using="gin",
            postgresql_ops={"facts": "jsonb_path_ops"},
            postgresql_where="action IN ('project:see_applicants', 'round:look', 'project:see_people')",
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    chain: Mapped[str]
    position: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(index=True)
    action: Mapped[str] = mapped_column(index=True)
    subject: Mapped[str] = mapped_column(index=True)
    facts: Mapped[dict[str, Any]]
    note_digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    digest: Mapped[bytes] = mapped_column(LargeBinary)


class AuditNote(Base):
    """Words a person wrote with an act: outside the chain, which holds a salted hash, so that they can be erased."""

    __tablename__ = "audit_note"

    entry_id: Mapped[int] = mapped_column(ForeignKey("audit_entry.id"), primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    words: Mapped[str]
