"""A person's profile: skills, goals, languages, clearance, places, availability; and admission to the pool."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from freeagents.accounts.models import Person
from freeagents.db.base import Base, Key
from freeagents.skills.models import Skill

WORK_MODES = ("on_site", "hybrid", "remote")
PARTS: dict[str, Any] = {"lazy": "raise_on_sql", "cascade": "all, delete-orphan"}
"""What the parts of a profile have in common: never loaded in passing, and gone when taken off the profile."""


class Profile(Base):
    """What a person brings and wants.

    ``clearance_ladder`` and ``clearance_rank`` place the clearance in the pack's order; ``clearance_until`` is the last
    day on which it counts, None where it has no end.
    ``countable``: the person agreed to be counted in the live counts that managers see; ``findable``: to be found by
    managers who look for people to invite.
    """

    __tablename__ = "profile"
    __table_args__ = (
        CheckConstraint(f"work_modes <@ ARRAY{list(WORK_MODES)}::text[]", name="work_modes"),
        Index("ix_profile_findable", "id", postgresql_where="findable"),
        Index("ix_profile_clearance_until", "clearance_until", postgresql_where="clearance_until IS NOT NULL"),
        CheckConstraint("clearance IS NOT NULL OR clearance_until IS NULL", name="clearance_until"),
    )

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), unique=True)
    discipline: Mapped[str | None]
    about: Mapped[str] = mapped_column(default="")
    about_language: Mapped[str | None]
    clearance: Mapped[str | None]
    clearance_ladder: Mapped[str | None]
    clearance_rank: Mapped[int | None]
    clearance_until: Mapped[date | None]
    work_modes: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    paused: Mapped[bool] = mapped_column(default=False)
    countable: Mapped[bool] = mapped_column(default=False)
    findable: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this as declared

    person: Mapped[Person] = relationship(lazy="raise_on_sql")
    skills: Mapped[list[HeldSkill]] = relationship(**PARTS, order_by="HeldSkill.skill_id")
    goals: Mapped[list[LearningGoal]] = relationship(**PARTS, order_by="LearningGoal.skill_id")
    languages: Mapped[list[HeldLanguage]] = relationship(**PARTS, order_by="HeldLanguage.language")
    places: Mapped[list[AcceptedPlace]] = relationship(**PARTS, order_by="AcceptedPlace.id")
    availability: Mapped[list[Availability]] = relationship(**PARTS, order_by="Availability.starts_on")


class HeldSkill(Base):
    """A skill a person holds at a level 1–4, with where it was shown, and the year in which it was last used."""

    __tablename__ = "held_skill"
    __table_args__ = (
        CheckConstraint("level BETWEEN 1 AND 4", name="level"),
        CheckConstraint("last_used BETWEEN 1950 AND 2200", name="last_used"),
        Index("ix_held_skill_skill_level_profile", "skill_id", "level", "profile_id"),
    )

    profile_id: Mapped[int] = mapped_column(ForeignKey("profile.id", ondelete="CASCADE"), primary_key=True)
    skill_id: Mapped[int] = mapped_column(ForeignKey("skill.id"), primary_key=True)
    level: Mapped[int] = mapped_column(SmallInteger)
    evidence: Mapped[str] = mapped_column(default="")
    last_used: Mapped[int | None] = mapped_column(SmallInteger)

    skill: Mapped[Skill] = relationship(lazy="raise_on_sql")


class LearningGoal(Base):
    """A skill a person wants to grow."""

    __tablename__ = "learning_goal"

    profile_id: Mapped[int] = mapped_column(ForeignKey("profile.id", ondelete="CASCADE"), primary_key=True)
    skill_id: Mapped[int] = mapped_column(ForeignKey("skill.id"), primary_key=True, index=True)

    skill: Mapped[Skill] = relationship(lazy="raise_on_sql")


class HeldLanguage(Base):
    """A language with its level in the pack's scheme; ``ranks`` are the letters as numbers, one for each part.

    ``until`` is the last day on which the test of it counts, None where it has no end.
    """

    __tablename__ = "held_language"
    __table_args__ = (Index("ix_held_language_until", "until", postgresql_where="until IS NOT NULL"),)

    profile_id: Mapped[int] = mapped_column(ForeignKey("profile.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    letters: Mapped[str] = mapped_column(default="")
    ranks: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger), default=list)
    until: Mapped[date | None]


class AcceptedPlace(Base):
    """A place a person would work at; ``max_km`` None means that very place. Coordinates in degrees where known."""

    __tablename__ = "accepted_place"
    __table_args__ = (
        CheckConstraint("max_km >= 0", name="max_km"),
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="coordinates"),
    )

    id: Mapped[Key]
    profile_id: Mapped[int] = mapped_column(ForeignKey("profile.id", ondelete="CASCADE"), index=True)
    place: Mapped[str]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    max_km: Mapped[float | None]


class Availability(Base):
    """Days, inclusive, on which a person can give a share of time; ``ends_on`` None means no end."""

    __tablename__ = "availability"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint("percent BETWEEN 1 AND 100", name="percent"),
        ExcludeConstraint(
            ("profile_id", "="),
            (text("daterange(starts_on, ends_on, '[]')"), "&&"),
            name="ex_availability_no_overlap",
            using="gist",
        ),
    )

    id: Mapped[Key]
    profile_id: Mapped[int] = mapped_column(ForeignKey("profile.id", ondelete="CASCADE"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    percent: Mapped[int] = mapped_column(SmallInteger)


class Admission(Base):
    """Makes a person an *agent* from one day to another, by a named talent manager."""

    __tablename__ = "admission"
    __table_args__ = (
        CheckConstraint("expires_on >= admitted_on", name="expires_after_start"),
        UniqueConstraint("person_id", "admitted_on"),
    )

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    admitted_on: Mapped[date]
    expires_on: Mapped[date]
    admitted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
