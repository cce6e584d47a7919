"""Projects: a manager's need, its seats and criteria, and the states it moves through."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, Text, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from freeagents.accounts.models import Department, Person
from freeagents.db.base import Base, Key, PublicId, one_of, utc_now
from freeagents.profiles.models import WORK_MODES
from freeagents.skills.models import Skill

MOVES: dict[str, tuple[str, ...]] = {
    "draft": ("open", "cancelled"),
    "open": ("filled", "cancelled", "expired"),
    "filled": ("cancelled",),
    "cancelled": (),
    "expired": (),
}
SEAT_STATES = ("open", "filled", "cancelled")
CRITERION_KINDS = ("essential", "asset")


class Project(Base):
    """A need, from draft to its ending. A draft may lack anything but a title, an owner and a department."""

    __tablename__ = "project"
    __table_args__ = (
        one_of("state", MOVES),
        one_of("work_mode", WORK_MODES),
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint("time_percent BETWEEN 1 AND 100", name="time_percent"),
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="coordinates"),
        CheckConstraint(
            "state IN ('draft', 'cancelled')"
            " OR (starts_on IS NOT NULL AND ends_on IS NOT NULL"
            " AND time_percent IS NOT NULL AND work_mode IS NOT NULL)",
            name="open_is_complete",
        ),
        Index("ix_project_open_newest", "opened_at", "id", postgresql_where="state = 'open'"),
        Index("ix_project_open_starts", "starts_on", postgresql_where="state = 'open'"),
        Index(
            "ix_project_open_places", "place", "work_mode", "latitude", "longitude", postgresql_where="state = 'open'"
        ),
        Index("ix_project_open_kinds", "work_mode", "disciplines", postgresql_where="state = 'open'"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    state: Mapped[str] = mapped_column(default="draft")
    title: Mapped[str]
    outcome: Mapped[str] = mapped_column(default="")
    tasks: Mapped[str] = mapped_column(default="")
    language: Mapped[str | None]
    disciplines: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    time_percent: Mapped[int | None] = mapped_column(SmallInteger)
    work_mode: Mapped[str | None]
    place: Mapped[str | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    grade_min: Mapped[str | None]
    grade_max: Mapped[str | None]
    clearance: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    opened_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this as declared

    department: Mapped[Department] = relationship(lazy="raise_on_sql")
    owners: Mapped[list[Person]] = relationship(
        secondary="project_owner", lazy="raise_on_sql", order_by="ProjectOwner.since, Person.id"
    )
    seats: Mapped[list[Seat]] = relationship(lazy="raise_on_sql", cascade="all, delete-orphan", order_by="Seat.number")
    criteria: Mapped[list[Criterion]] = relationship(
        lazy="raise_on_sql", cascade="all, delete-orphan", order_by="Criterion.position"
    )
    languages: Mapped[list[AskedLanguage]] = relationship(
        lazy="raise_on_sql", cascade="all, delete-orphan", order_by="AskedLanguage.language"
    )

    @property
    def owner_ids(self) -> list[int]:
        """Who owns it: what the access policy asks of things that several people own."""
        return [person.id for person in self.owners]


Index(
    "ix_project_open_words",
    func.lower(Project.title).label("title"),
    func.lower(Project.outcome).label("outcome"),
    postgresql_using="gin",
    postgresql_ops={"title": "gin_trgm_ops", "outcome": "gin_trgm_ops"},
    postgresql_where="state = 'open'",
)


class ProjectOwner(Base):
    """Somebody who owns a project; all owners have the same rights."""

    __tablename__ = "project_owner"

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True)
    since: Mapped[datetime] = mapped_column(default=utc_now)


class Seat(Base):
    """One place in a project, to be filled by one person; its number never changes."""

    __tablename__ = "seat"
    __table_args__ = (one_of("state", SEAT_STATES), UniqueConstraint("project_id", "number"))

    id: Mapped[Key]
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(SmallInteger)
    discipline: Mapped[str | None]
    state: Mapped[str] = mapped_column(default="open")


class Criterion(Base):
    """One skill a project asks for, at a level 1–4: *essential* (never matched without it) or *asset* (earns score)."""

    __tablename__ = "criterion"
    __table_args__ = (
        one_of("kind", CRITERION_KINDS),
        CheckConstraint("level BETWEEN 1 AND 4", name="level"),
        Index("ix_criterion_skill_id", "skill_id", "project_id"),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), primary_key=True)
    skill_id: Mapped[int] = mapped_column(ForeignKey("skill.id"), primary_key=True)
    kind: Mapped[str]
    level: Mapped[int] = mapped_column(SmallInteger)
    position: Mapped[int] = mapped_column(SmallInteger, default=0)

    skill: Mapped[Skill] = relationship(lazy="raise_on_sql")


class AskedLanguage(Base):
    """A language a project asks for, in the letters of the pack's scheme (blank: at any level)."""

    __tablename__ = "asked_language"

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    letters: Mapped[str] = mapped_column(default="")
