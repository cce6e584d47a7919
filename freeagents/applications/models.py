"""Applications: an agent's interest in a project, with a private rank; invitations to apply; saved searches."""

from __future__ import annotations

from datetime import date, datetime
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
    "matched": ("called_off",),
    "called_off": (),
    "not_matched": (),
}


INVITATION_STATES = ("open", "accepted", "declined")


class Application(Base):
    """One person's interest in one project. ``rank`` 1 is the first choice, None no preference.

    ``reason`` and ``reason_facts`` say in a code and its parameters why it ended. ``short_listed_at``: since when it is
    on the manager's short list, which is as private as the rank.
    """

    __tablename__ = "application"
    __table_args__ = (
        one_of("state", MOVES),
        CheckConstraint("rank >= 1", name="rank"),
        CheckConstraint("short_listed_at IS NULL OR state = 'submitted'", name="short_listed_stands"),
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
    short_listed_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime] = mapped_column(default=utc_now)
    ended_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    reason_facts: Mapped[dict[str, Any] | None]

    person: Mapped[Person] = relationship(lazy="raise_on_sql")
    project: Mapped[Project] = relationship(lazy="raise_on_sql")


class ProjectInvitation(Base):
    """A word to somebody who agreed to be found that a project would like them to apply; one at most for the two.

    Open until the person applies (accepted) or declines; after ``until`` it is *lapsed*, which is not stored.
    ``reason`` is what the person says on declining, for those who look after the project.
    """

    __tablename__ = "project_invitation"
    __table_args__ = (
        one_of("state", INVITATION_STATES),
        CheckConstraint("(state = 'open') = (answered_at IS NULL)", name="answered"),
        UniqueConstraint("project_id", "person_id"),
        Index("ix_project_invitation_person_id", "person_id"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    invited_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    invited_at: Mapped[datetime] = mapped_column(default=utc_now)
    until: Mapped[date]
    state: Mapped[str] = mapped_column(default="open")
    answered_at: Mapped[datetime | None]
    reason: Mapped[str | None]

    person: Mapped[Person] = relationship(lazy="raise_on_sql", foreign_keys=person_id)
    project: Mapped[Project] = relationship(lazy="raise_on_sql")

    def standing(self, today: date) -> str:
        """Return its state, *lapsed* included."""
        return "lapsed" if self.state == "open" and self.until < today else self.state


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
