"""Applications: an agent's interest in a project, with a private rank; and searches that a person saved."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from freeagents.accounts.models import Person
from freeagents.db.base import Base, Key, PublicId, one_of, utc_now
from freeagents.profiles.models import WORK_MODES
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


class SavedSearch(Base):
    """Which open projects a person wants to hear of: what :class:`ProjectFilter` says, and until when all was told."""

    __tablename__ = "saved_search"
    __table_args__ = (
        one_of("work_mode", WORK_MODES),
        UniqueConstraint(
            "person_id", "text", "discipline", "work_mode", "only_fits", postgresql_nulls_not_distinct=True
        ),
        Index("ix_saved_search_told_until", "told_until", "id"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    text: Mapped[str]
    discipline: Mapped[str | None]
    work_mode: Mapped[str | None]
    only_fits: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    told_until: Mapped[datetime] = mapped_column(default=utc_now)
