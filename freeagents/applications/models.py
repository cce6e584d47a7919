"""Applications: an agent's interest in a project, with a private rank."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column, relationship

from freeagents.accounts.models import Person
from freeagents.db.base import Base, Key, PublicId, one_of, utc_now
from freeagents.projects.models import Project

MOVES: dict[str, tuple[str, ...]] = {
    "submitted": ("withdrawn", "matched", "not_matched"),
    "withdrawn": ("submitted",),
    "matched": (),
    "not_matched": (),
}


class Application(Base):
    """One person's interest in one project. ``rank`` 1 is the first choice, None no preference.

    ``reason`` and ``reason_facts`` say in a code and its parameters why it ended.
    """

    __tablename__ = "application"
    __table_args__ = (
        one_of("state", MOVES),
        CheckConstraint("rank >= 1", name="rank"),
        Index("uq_application_person_project", "person_id", "project_id", unique=True),
        Index("ix_application_project_state", "project_id", "state"),
        Index("ix_application_ended_at", "ended_at", "id"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(default="submitted")
    rank: Mapped[int | None] = mapped_column(SmallInteger)
    submitted_at: Mapped[datetime] = mapped_column(default=utc_now)
    ended_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    reason_facts: Mapped[dict[str, Any] | None]

    person: Mapped[Person] = relationship(lazy="raise_on_sql")
    project: Mapped[Project] = relationship(lazy="raise_on_sql")
