"""Places as people write them: a name the pack knows, a pair of coordinates, or a word taken as it is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from freeagents.country.pack import REMEMBERED, Pack


@dataclass(frozen=True, slots=True)
class Location:
    """A place: its code or word, and its coordinates in degrees where known."""

    place: str
    latitude: float | None = None
    longitude: float | None = None


@lru_cache(maxsize=REMEMBERED)
def locate(pack: Pack, word: str) -> Location:
    """Return the place ``word`` means: coordinates (``51.5,-0.12``), a place of the pack, or the word as it is."""
    point = coordinates(word)
    if point is not None:
        return Location(word.replace(" ", ""), *point)
    known = pack.place(word)
    return Location(known.code, known.lat, known.lon) if known else Location(word)


def coordinates(word: str) -> tuple[float, float] | None:
    """Read latitude and longitude in degrees, ``51.5,-0.12``; None for any other word."""
    north, comma, east = word.partition(",")
    try:
        latitude, longitude = float(north), float(east)
    except ValueError:
        return None
    return (latitude, longitude) if comma and -90 <= latitude <= 90 and -180 <= longitude <= 180 else None
