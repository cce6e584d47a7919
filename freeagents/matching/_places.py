"""Where people would work and where projects are: the rule that they are near, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import cos, inf, isnan, nan, radians

import numpy as np
from numpy.typing import NDArray

from freeagents.matching._arrays import Flags, Numbers, Reals, Whole, offsets, reals, same_length, spread, whole
from freeagents.matching._errors import ProblemError
from freeagents.matching._keys import alike
from freeagents.matching._rules import UNSTATED, Rule

EARTH_RADIUS_KM = 6371.0088
FARTHEST_KM = 20_040.0


@dataclass(frozen=True, eq=False)
class Places:
    """The places of n people (ragged: any number each) and of m projects (one or none each).

    :ivar indptr: n + 1 offsets of each person's places.
    :ivar place: an id for each place people state; −1: none, told by its coordinates alone.
    :ivar latitude: degrees; NaN: not known.
    :ivar longitude: degrees; NaN: not known.
    :ivar max_km: how far around the place; NaN: that very place.
    :ivar project_place: m ids; −1 without coordinates: the work is nowhere in particular.
    :ivar project_latitude: degrees; NaN: not known.
    :ivar project_longitude: degrees; NaN: not known.
    """

    indptr: Whole
    place: Whole
    latitude: Reals
    longitude: Reals
    max_km: Reals
    project_place: Whole
    project_latitude: Reals
    project_longitude: Reals

    def __post_init__(self) -> None:
        bounds = {"latitude": (-90.0, 90.0), "longitude": (-180.0, 180.0), "max_km": (0.0, FARTHEST_KM)}
        bounds |= {f"project_{name}": bounds[name] for name in ("latitude", "longitude")}
        for name, (low, high) in bounds.items():
            object.__setattr__(self, name, reals(f"places.{name}", getattr(self, name), low, high))
        for name in ("place", "project_place"):
            object.__setattr__(self, name, whole(f"places.{name}", getattr(self, name), UNSTATED))
        object.__setattr__(self, "indptr", offsets("places.indptr", self.indptr, len(self.place)))
        same_length("places", len(self.place), latitude=self.latitude, longitude=self.longitude, max_km=self.max_km)
        same_length(
            "places",
            len(self.project_place),
            project_latitude=self.project_latitude,
            project_longitude=self.project_longitude,
        )

    def check(self, field: str, people: int, projects: int) -> None:
        """Refuse places of another number of people or projects.

        :raises ProblemError: naming the array.
        """
        if len(self.indptr) != people + 1:
            raise ProblemError(f"{field}.indptr", "length", expected=people + 1, found=len(self.indptr))
        same_length(field, projects, project_place=self.project_place)

    def is_somewhere(self, project: int) -> bool:
        """Return whether the project has a place."""
        return self.project_place[project] != UNSTATED or not isnan(self._point(project)[0])

    def near(self, project: int, people: Whole) -> Flags:
        """Return who has the project's place, or a place near enough to it, or states no place at all."""
        if not self.is_somewhere(project):
            return np.ones(len(people), dtype=np.bool_)
        owner, entry, same = self._entries(project, people)
        fits = same | (self._km(project, entry) <= self.max_km[entry])
        near: Flags = self.indptr[people] == self.indptr[people + 1]
        near[owner[fits]] = True
        return near

    def kilometres(self, project: int, people: Whole) -> Reals:
        """Return how far it is from each person's nearest place; infinite where that is not known."""
        found = np.full(len(people), inf)
        if self.is_somewhere(project):
            owner, entry, same = self._entries(project, people)
            distance = np.where(same, 0.0, self._km(project, entry))
            np.fmin.at(found, owner, distance)
        return found

    @cached_property
    def points(self) -> tuple[Numbers, Whole]:
        """For each entry the number of its point (place, coordinates, reach), and the entry where each is met first."""
        return alike(self.place, self.latitude, self.longitude, self.max_km)

    @cached_property
    def sites(self) -> tuple[Numbers, Whole]:
        """For each project the number of its site (place and coordinates), and the project where each is met first."""
        return alike(self.project_place, self.project_latitude, self.project_longitude)

    def reach(self, project: int, entries: Whole) -> tuple[Flags, Reals]:
        """Return which of people's places are near enough to a project, and how far they are; infinite: not known."""
        there = self.project_place[project]
        same = (self.place[entries] == there) & (there != UNSTATED)
        km = haversine_km(self.latitude[entries], self.longitude[entries], *self._point(project))
        return same | (km <= self.max_km[entries]), np.where(same, 0.0, np.where(np.isnan(km), inf, km))

    def _point(self, project: int) -> tuple[float, float]:
        latitude, longitude = float(self.project_latitude[project]), float(self.project_longitude[project])
        return (latitude, longitude) if not isnan(latitude + longitude) else (nan, nan)

    def _entries(self, project: int, people: Whole) -> tuple[Whole, Whole, Flags]:
        """Return the people's places, whose they are, and which of them are the project's own."""
        owner, entry = spread(self.indptr, people)
        there = self.project_place[project]
        return owner, entry, (self.place[entry] == there) & (there != UNSTATED)

    def _km(self, project: int, entry: Whole) -> Reals:
        """Return the great-circle distance in kilometres (haversine formula); NaN where a point is not known."""
        points, point = self._points
        if len(points) < len(entry):
            return haversine_km(points.real, points.imag, *self._point(project))[point[entry]]
        return haversine_km(self.latitude[entry], self.longitude[entry], *self._point(project))

    @cached_property
    def _points(self) -> tuple[NDArray[np.complex128], Whole]:
        """Every point once, as latitude + longitude i, and which of them each place has: towns are few, people many."""
        return np.unique(self.latitude + 1j * self.longitude, return_inverse=True)


def haversine_km(latitudes: Reals, longitudes: Reals, latitude: float, longitude: float) -> Reals:
    """Return the great-circle distance in kilometres from points to one point, all in degrees."""
    north = np.sin(np.radians(latitudes - latitude) / 2) ** 2
    east = np.sin(np.radians(longitudes - longitude) / 2) ** 2
    across: NDArray[np.float64] = cos(radians(latitude)) * np.cos(np.radians(latitudes)) * east
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(north + across, 1.0))))


@dataclass(frozen=True, eq=False)
class Near(Rule):
    """One of the person's places is the project's, or lies near enough to it.

    A project without a place allows everybody, a person without any place is allowed everywhere, and where coordinates
    are not known only the same place will do.
    """

    places: Places

    def check(self, people: int, projects: int) -> None:
        """Refuse places of another number of people or projects."""
        self.places.check(self.code, people, projects)

    def allows(self, project: int, people: Whole) -> Flags:
        """Allow those near enough."""
        return self.places.near(project, people)
