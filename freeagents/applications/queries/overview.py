"""Questions about all open projects at once: when they start, and where they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from freeagents.extensions import db
from freeagents.projects.models import Project


@dataclass(frozen=True, slots=True)
class AtPlace:
    """How many open projects are at one place, some days a week at least; coordinates in degrees, where known."""

    place: str
    latitude: float | None
    longitude: float | None
    count: int


def starts_by_day() -> dict[date, int]:
    """Return first day → how many open projects start on it, in order."""
    query = (
        select(Project.starts_on, func.count())
        .where(Project.state == "open", Project.starts_on.is_not(None))
        .group_by(Project.starts_on)
        .order_by(Project.starts_on)
    )
    return {day: count for day, count in db.session.execute(query) if day is not None}


def open_by_place() -> Sequence[AtPlace]:
    """Return the places of open projects that are not remote, those with the most first."""
    counted = func.count().label("count")
    query = (
        select(Project.place, func.min(Project.latitude), func.min(Project.longitude), counted)
        .where(Project.state == "open", Project.work_mode != "remote", Project.place.is_not(None))
        .group_by(Project.place)
        .order_by(counted.desc(), Project.place)
    )
    return [
        AtPlace(place, latitude, longitude, count)
        for place, latitude, longitude, count in db.session.execute(query)
        if place is not None
    ]
