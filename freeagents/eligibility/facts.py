"""What the hard rules and the score look at, as frozen values: the same from a database row and from a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from freeagents.country.entries import Rung
from freeagents.country.places import Location


@dataclass(frozen=True, slots=True)
class Reach:
    """A place a person would work at, and how far around it in kilometres; None: that very place."""

    location: Location
    max_km: float | None = None


@dataclass(frozen=True, slots=True)
class Spell:
    """Days, inclusive, at a share of time in percent; None as an end means open."""

    first: date | None
    last: date | None
    percent: int = 100

    def moved(self, by: timedelta) -> Spell:
        """Return the same days, so much later."""
        first, last = (day and day + by for day in (self.first, self.last))
        return Spell(first, last, self.percent)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts:
    """One person of the pool. ``key`` is stable and orders ties. No work mode and no place stated ask nothing.

    :ivar home: the home department, as a code or word.
    :ivar admitted: admitted to the pool and not paused.
    :ivar languages: language → rank of each part in the pack's scheme; empty ranks: at no stated level.
    :ivar clearance_until: the last day on which the clearance counts; None: it has no end.
    :ivar languages_until: language → the last day on which its test counts, for those that have an end.
    :ivar bench_days: days since the last placement ended, or since admission.
    """

    key: str
    home: str
    admitted: bool = True
    discipline: str | None = None
    grade: Rung | None = None
    clearance: Rung | None = None
    clearance_until: date | None = None
    languages: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    languages_until: Mapping[str, date] = field(default_factory=dict)
    places: tuple[Reach, ...] = ()
    work_modes: frozenset[str] = frozenset()
    available: tuple[Spell, ...] = ()
    committed: tuple[Spell, ...] = ()
    skills: Mapping[str, int] = field(default_factory=dict)
    learning: frozenset[str] = frozenset()
    bench_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFacts:
    """One project. A None or empty member asks nothing.

    :ivar department: the host department, as a code or word.
    :ivar seats: the numbers of the seats to fill.
    :ivar disciplines: what it names; they rule nobody out.
    """

    key: str
    department: str
    seats: tuple[int, ...] = (1,)
    starts_on: date | None = None
    ends_on: date | None = None
    time_percent: int | None = None
    work_mode: str | None = None
    location: Location | None = None
    grade_min: Rung | None = None
    grade_max: Rung | None = None
    clearance: Rung | None = None
    languages: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    essential: Mapping[str, int] = field(default_factory=dict)
    asset: Mapping[str, int] = field(default_factory=dict)
    disciplines: tuple[str, ...] = ()

    @property
    def where(self) -> Location | None:
        """Where the work is done: nowhere in particular when it is remote."""
        return None if self.work_mode == "remote" else self.location

    @property
    def span(self) -> Spell | None:
        """The days somebody must be free, at the asked share; one blank date asks for the other day only."""
        first, last = self.starts_on or self.ends_on, self.ends_on or self.starts_on
        return None if first is None else Spell(first, last, self.time_percent or 1)

    def moved(self, by: timedelta) -> ProjectFacts:
        """Return the same project, all days so much later."""
        starts_on, ends_on = (day and day + by for day in (self.starts_on, self.ends_on))
        return replace(self, starts_on=starts_on, ends_on=ends_on)


@dataclass(frozen=True, slots=True)
class Lapse:
    """What a person holds as a project asks, but not to the project's last day.

    :ivar rule: the hard rule it breaks, which nothing else breaks.
    :ivar word: the code of the clearance or of the language.
    :ivar until: the last day on which it counts; ``needed``: the project's last day.
    """

    rule: str
    word: str
    until: date
    needed: date


@dataclass(frozen=True, slots=True)
class Wish:
    """A person's application for a project; rank 1 is the first choice, None no preference."""

    person: str
    project: str
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """A person and a project, by their keys, with the number of a seat where one is meant."""

    person: str
    project: str
    seat: int = 0


@dataclass(frozen=True, slots=True)
class LimitUse:
    """A limit on one group, and what it came to.

    :ivar of: what the group is, such as ``department``; ``word``: which.
    :ivar most: how many people may be placed, ``least``: how many must be; ``placed``: how many are.
    :ivar people: how many there are.
    :ivar units: what one person more would add to the whole; under ``most_seats`` besides ``seats``. None: not known.
    """

    of: str
    word: str
    least: int
    most: int
    placed: int
    people: int
    seats: int
    units: int | None
