"""The page of all open projects at once: a calendar of their starts, and a map and list of their places."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import cos, radians, sqrt
from typing import Any

from flask import Blueprint, url_for

from freeagents.applications.queries.overview import AtPlace, open_by_place, starts_by_day
from freeagents.extensions import pack
from freeagents.security.guard import allow
from freeagents.web.rendering import Answer, render
from freeagents.web.words import place_name

bp = Blueprint("overview", __name__, template_folder="../templates")
WIDTH, EDGE = 320.0, 16.0
"""Of the map and of the room around it, in its own units."""
LARGEST = 14.0
MOST_MONTHS = 18


@dataclass(frozen=True)
class Month:
    """A month in which projects start.

    :ivar weeks: of each week that touches it, its Monday and how many projects start in it and in the month.
    """

    first: date
    count: int
    weeks: Sequence[tuple[date, int]]
    address: str


@dataclass(frozen=True)
class Spot:
    """A place on the map, in its units: the circle's area says how many projects are there."""

    x: float
    y: float
    radius: float


@bp.get("/projects/when-and-where")
@allow("project:list")
def when_and_where() -> Answer:
    """Show when open projects start, and where they are."""
    places = open_by_place()
    height, spots = drawn(places)
    months = months_of(starts_by_day())
    return render(
        "applications/when_and_where.html",
        months=months[:MOST_MONTHS],
        most=max((count for month in months for _monday, count in month.weeks), default=0),
        places=[(place_name(one.place), one.count, _address(place=one.place)) for one in places],
        spots=spots,
        width=WIDTH,
        height=height,
    )


def months_of(starts: Mapping[date, int]) -> list[Month]:
    """Return the months from the first start to the last, each with its weeks, those without a start too."""
    if not starts:
        return []
    month, last, found = min(starts).replace(day=1), max(starts), []
    while month <= last:
        weeks = [
            (week[0], sum(starts.get(day, 0) for day in week if day.month == month.month))
            for week in Calendar().monthdatescalendar(month.year, month.month)
        ]
        found.append(Month(month, sum(count for _monday, count in weeks), weeks, _address(month=f"{month:%Y-%m}")))
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return found


def drawn(places: Sequence[AtPlace]) -> tuple[float, list[Spot]]:
    """Return the height of the map and a circle for each place whose coordinates are known.

    Degrees east shrink by the cosine of the middle latitude, so that the country keeps its shape. All towns of the
    country pack set the frame: the map stays as it is when projects come and go.
    """
    known = [(one.latitude, one.longitude, one.count) for one in places if one.latitude and one.longitude]
    towns = [(town.lat, town.lon) for town in pack.places.values()] + [(north, east) for north, east, _count in known]
    if not known:
        return 0.0, []
    south, north = min(one[0] for one in towns), max(one[0] for one in towns)
    west, east = min(one[1] for one in towns), max(one[1] for one in towns)
    shrunk = cos(radians((south + north) / 2))
    scale = (WIDTH - 2 * EDGE) / max((east - west) * shrunk, (north - south) / 2, 0.1)
    most = max(count for _north, _east, count in known)
    spots = [
        Spot(
            round(EDGE + (there - west) * shrunk * scale, 1),
            round(EDGE + (north - up) * scale, 1),
            round(max(LARGEST * sqrt(count / most), 2.5), 1),
        )
        for up, there, count in known
    ]
    return round((north - south) * scale + 2 * EDGE, 1), spots


def _address(**arguments: Any) -> str:
    return url_for("finding.projects", **arguments)
