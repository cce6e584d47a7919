"""Declared conflicts of interest, and who asked for a live count."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
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
