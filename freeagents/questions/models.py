"""Questions that public servants ask about projects, and their answers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from freeagents.accounts.models import Department
from freeagents.db.base import Base, Key, PublicId, one_of, utc_now
from freeagents.projects.models import Project

MOVES: dict[str, tuple[str, ...]] = {
    "asked": ("answered", "declined", "lapsed"),
    "answered": (),
    "declined": (),
    "lapsed": (),
}


class Question(Base):
    """What somebody asks about a project. Who asked is shown to nobody: to ask is to show interest.

    ``answer`` is public with the question where it was *answered*; where it was *declined* it is the reason, for
    whoever asked alone. It *lapsed* when the project ended first.
    """

    __tablename__ = "question"
    __table_args__ = (
        one_of("state", MOVES),
        CheckConstraint("(state IN ('answered', 'declined')) = (answer IS NOT NULL)", name="answer_where_given"),
        Index("ix_question_project_id_state_id", "project_id", "state", "id"),
        Index("ix_question_person_id_asked_at", "person_id", "asked_at"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    words: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(default=utc_now)
    state: Mapped[str] = mapped_column(default="asked")
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)

    project: Mapped[Project] = relationship(lazy="raise_on_sql")

    @property
    def owner_ids(self) -> list[int]:
        """Who may answer: the owners of its project."""
        return self.project.owner_ids

    @property
    def department(self) -> Department:
        """Whose HR may answer: the department of its project."""
        return self.project.department
