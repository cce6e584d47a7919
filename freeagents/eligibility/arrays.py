"""The hard rules as arrays: facts of many people and projects become a problem of the matcher."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from freeagents.country.entries import Rung
from freeagents.country.places import Location
from freeagents.eligibility.case import Case
from freeagents.eligibility.facts import Pair, Spell, Wish
from freeagents.eligibility.rules import RULES, HardRule, Kind
from freeagents.matching import (
    Apart,
    Differs,
    Fit,
    Flag,
    Free,
    Holds,
    Levels,
    Near,
    Pairs,
    Places,
    Problem,
    Rule,
    Rungs,
    Segment,
    Within,
    merge_availability,
)

FIRST_DAY, LAST_DAY = date(1900, 1, 1).toordinal(), date(2200, 1, 1).toordinal()
"""What an open start or end of availability means, as day numbers."""


class Arrays:
    """A case as arrays; rows stand in the order of their keys, so that the order they came in does not matter."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.people = sorted(case.people, key=lambda person: person.key)
        self.projects = sorted(case.projects, key=lambda project: project.key)
        self.person_of = {person.key: index for index, person in enumerate(self.people)}
        self.project_of = {project.key: index for index, project in enumerate(self.projects)}

    def problem(self) -> Problem:
        """Return the matcher's problem.

        :raises ProblemError: two rows have the same key, or the case contradicts itself otherwise.
        """
        return Problem(
            people=tuple(person.key for person in self.people),
            projects=tuple(project.key for project in self.projects),
            seats=np.array([len(project.seats) for project in self.projects], dtype=np.int64),
            rules=tuple(_BUILDERS[rule.kind](self, rule) for rule in RULES),
            fit=self.fit(),
            kept=self._kept(),
            salt=self.case.salt,
        )

    def fit(self) -> Fit:
        """Return what the score looks at."""
        ranked = [wish for wish in self.case.wishes if wish.rank is not None]
        return Fit(
            held=self.table(self.people, "skills", self._skills),
            essential=self.table(self.projects, "essential", self._skills),
            asset=self.table(self.projects, "asset", self._skills),
            goals=_levels([dict.fromkeys(person.learning, 1) for person in self.people], self._skills),
            ranks=Pairs.from_rows((*self.row(wish), wish.rank or 0) for wish in ranked),
            short_list=self.pairs(self.case.short_list),
            bench_days=np.array([person.bench_days for person in self.people], dtype=np.int64),
            places=self.places,
        )

    def row(self, pair: Pair | Wish) -> tuple[int, int]:
        """Return the rows of a pair of keys."""
        return self.person_of[pair.person], self.project_of[pair.project]

    def pairs(self, pairs: Iterable[Pair]) -> Pairs:
        """Return pairs of keys as pairs of rows."""
        return Pairs.of(self.row(pair) for pair in pairs)

    def table(self, rows: Sequence[Any], member: str, columns: dict[str, int]) -> Levels:
        """Return rows × columns of a member that maps words to levels."""
        return _levels([getattr(row, member) for row in rows], columns)

    @cached_property
    def places(self) -> Places:
        """Where people would work and where projects are."""
        numbers: dict[str, int] = {}

        def number(where: Location | None) -> int:
            return -1 if where is None else numbers.setdefault(where.place.casefold(), len(numbers))

        reaches = [reach for person in self.people for reach in person.places]
        wheres = [project.where for project in self.projects]
        return Places(
            indptr=_offsets([len(person.places) for person in self.people]),
            place=_whole(number(reach.location) for reach in reaches),
            latitude=_reals(reach.location.latitude for reach in reaches),
            longitude=_reals(reach.location.longitude for reach in reaches),
            max_km=_reals(reach.max_km for reach in reaches),
            project_place=_whole(number(where) for where in wheres),
            project_latitude=_reals(where.latitude if where else None for where in wheres),
            project_longitude=_reals(where.longitude if where else None for where in wheres),
        )

    @cached_property
    def skills(self) -> tuple[str, ...]:
        """The skills by column."""
        return tuple(self._skills)

    @cached_property
    def _skills(self) -> dict[str, int]:
        words = {skill for person in self.people for skill in (*person.skills, *person.learning)}
        words |= {skill for project in self.projects for skill in (*project.essential, *project.asset)}
        return _numbered(words)

    def _kept(self) -> Pairs:
        """Return the kept pairs, each numbered by its seat's position in the project: its own, else the next free."""
        rows, taken = [], set[tuple[int, int]]()
        for pair in sorted(self.case.kept, key=lambda pair: (pair.seat == 0, pair.person)):
            person, project = self.row(pair)
            seats = self.projects[project].seats
            free = [position for position in range(1, len(seats) + 1) if (project, position) not in taken]
            own = seats.index(pair.seat) + 1 if pair.seat in seats else 0
            seat = own if own in free else next(iter(free), 0)
            taken.add((project, seat))
            rows.append((person, project, seat))
        return Pairs.from_rows(rows)


def _is_so(arrays: Arrays, rule: HardRule) -> Rule:
    return Flag(rule.code, np.array([getattr(person, rule.person) for person in arrays.people], dtype=np.bool_))


def _differs(arrays: Arrays, rule: HardRule) -> Rule:
    held = [getattr(person, rule.person).casefold() for person in arrays.people]
    avoided = [getattr(project, rule.project[0]).casefold() for project in arrays.projects]
    numbers = {"": -1} | _numbered({*held, *avoided} - {""})
    return Differs(rule.code, _whole(numbers[word] for word in held), _whole(numbers[word] for word in avoided))


def _holds(arrays: Arrays, rule: HardRule) -> Rule:
    """Skills stand as they are; a language is a thing itself, and so is each part of its level."""
    asked = [getattr(project, rule.project[0]) for project in arrays.projects]
    held = [getattr(person, rule.person) for person in arrays.people]
    if rule.person == "languages":
        asked, held = [_parts(row) for row in asked], [_parts(row) for row in held]
    columns = _numbered({word for row in asked for word in row})
    return Holds(rule.code, _levels(held, columns), _levels(asked, columns))


def _parts(languages: Mapping[str, tuple[int, ...]]) -> dict[str, int]:
    levels = dict.fromkeys(languages, 1)
    for language, ranks in languages.items():
        levels |= {f"{language}/{part}": rank for part, rank in enumerate(ranks)}
    return levels


def _within(arrays: Arrays, rule: HardRule) -> Rule:
    held = [getattr(person, rule.person) for person in arrays.people]
    low, high = (
        [getattr(project, member) if member else None for project in arrays.projects] for member in rule.project
    )
    ladders = _numbered({rung.ladder for rung in (*held, *low, *high) if rung})
    return Within(rule.code, *(_rungs(rungs, ladders) for rungs in (held, low, high)))


def _rungs(rungs: Sequence[Rung | None], ladders: dict[str, int]) -> Rungs:
    return Rungs(
        _whole(ladders[rung.ladder] if rung else -1 for rung in rungs),
        _whole(rung.rank if rung else -1 for rung in rungs),
        _whole(rung.band if rung and rung.band is not None else -1 for rung in rungs),
    )


def _accepts(arrays: Arrays, rule: HardRule) -> Rule:
    asked = [getattr(project, rule.project[0]) for project in arrays.projects]
    columns = _numbered({value for value in asked if value})
    held = [dict.fromkeys(getattr(person, rule.person) or columns, 1) for person in arrays.people]
    return Holds(rule.code, _levels(held, columns), _levels([{value: 1} if value else {} for value in asked], columns))


def _near(arrays: Arrays, rule: HardRule) -> Rule:
    return Near(rule.code, arrays.places)


def _free(arrays: Arrays, rule: HardRule) -> Rule:
    segments = [
        merge_availability(_segments(getattr(person, rule.person)), _segments(person.committed))
        for person in arrays.people
    ]
    spans: list[Spell | None] = [getattr(project, rule.project[0]) for project in arrays.projects]
    flat = [segment for row in segments for segment in row]
    return Free(
        rule.code,
        indptr=_offsets([len(row) for row in segments]),
        first=_whole(segment.first for segment in flat),
        last=_whole(segment.last for segment in flat),
        percent=_whole(segment.percent for segment in flat),
        start=_whole(_segment(span).first if span else 0 for span in spans),
        end=_whole(_segment(span).last if span else 0 for span in spans),
        asked=_whole(span.percent if span else 0 for span in spans),
    )


def _segments(spells: Iterable[Spell]) -> list[Segment]:
    return [_segment(spell) for spell in spells]


def _segment(spell: Spell) -> Segment:
    first = spell.first.toordinal() if spell.first else FIRST_DAY
    return Segment(first, spell.last.toordinal() if spell.last else LAST_DAY, spell.percent)


def _apart(arrays: Arrays, rule: HardRule) -> Rule:
    return Apart(rule.code, arrays.pairs({"conflict": arrays.case.conflicts, "barred": arrays.case.barred}[rule.code]))


_BUILDERS: dict[Kind, Callable[[Arrays, HardRule], Rule]] = {
    Kind.IS_SO: _is_so,
    Kind.DIFFERS: _differs,
    Kind.HOLDS: _holds,
    Kind.WITHIN: _within,
    Kind.ACCEPTS: _accepts,
    Kind.NEAR: _near,
    Kind.FREE: _free,
    Kind.APART: _apart,
}


def _numbered(words: Iterable[str]) -> dict[str, int]:
    return {word: number for number, word in enumerate(sorted(words))}


def _levels(rows: Sequence[Mapping[str, int]], columns: dict[str, int]) -> Levels:
    """Return rows × columns; words that are no column are left out, since nobody asks for them."""
    entries = [
        (number, columns[word], level)
        for number, row in enumerate(rows)
        for word, level in row.items()
        if word in columns
    ]
    return Levels.from_rows((len(rows), len(columns)), entries)


def _offsets(lengths: Sequence[int]) -> NDArray[np.int64]:
    return np.concatenate(([0], np.cumsum(lengths, dtype=np.int64)))


def _whole(values: Iterable[int]) -> NDArray[np.int64]:
    return np.fromiter(values, dtype=np.int64)


def _reals(values: Iterable[float | None]) -> NDArray[np.float64]:
    return np.fromiter((np.nan if value is None else value for value in values), dtype=np.float64)
