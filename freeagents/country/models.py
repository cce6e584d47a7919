"""What a country pack becomes in the database: the instance itself and its places."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from freeagents.db.base import Base, Key, Words, utc_now


class Instance(Base):
    """The one row that says which government this database serves, and whether its people are made up."""

    __tablename__ = "instance"
    __table_args__ = (CheckConstraint("id = 1", name="single_row"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, default=1)
    country: Mapped[str]
    pack_digest: Mapped[str]
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class Place(Base):
    """A town of the pack with its coordinates in degrees."""

    __tablename__ = "place"

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(unique=True)
    names: Mapped[Words]
    region: Mapped[str]
    latitude: Mapped[float]
    longitude: Mapped[float]
    timezone: Mapped[str]
    population: Mapped[int]
