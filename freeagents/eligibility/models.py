"""Declared conflicts of interest, who asked for a live count, and whom of the pool a transaction touched."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, column, func, table
from sqlalchemy.orm import Mapped, mapped_column

from freeagents.db.base import Base, Key, utc_now


class Conflict(Base):
    """A person's declared conflict of interest with a project: the two are never matched."""

    __tablename__ = "conflict"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), primary_key=True, index=True)
    declared_at: Mapped[datetime] = mapped_column(default=utc_now)


class CountRequest(Base):
    """A live count somebody asked for: read to limit how many, and to notice probing."""

    __tablename__ = "count_request"
    __table_args__ = (Index("ix_count_request_person_at", "person_id", "at"),)

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(default=utc_now)


class PoolChange(Base):
    """Somebody whose facts a transaction touched, by its number; person 0 stands for everybody.

    Triggers write it, so that what was read of the pool can be put right; kept for some days.
    """

    __tablename__ = "pool_change"

    transaction: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(server_default=func.now())


COMMITTED_DAYS = table("committed_days", column("person_id"), column("starts_on"), column("ends_on"), column("percent"))
"""A view: days and share of time for which people are matched, in published rounds and on projects that go ahead."""
