"""The hard rules as arrays: a case becomes a problem of the matcher, without a step for each person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from freeagents.eligibility.case import Case
from freeagents.eligibility.columns import LAST_DAY, Array, Listing, days, offsets, rung_word
from freeagents.eligibility.facts import Pair, Spell, Wish
from freeagents.eligibility.levels import held_levels, levels, numbered, of_word, reals, spelt_out, whole
from freeagents.eligibility.rules import RULES, HardRule, Kind
from freeagents.eligibility.side_rules import side_rules
from freeagents.matching import (
    All,
    Apart,
    Differs,
    Fit,
    Flag,
    Free,
    Holds,
    Lasts,
    Levels,
    Near,
    Pairs,
    Places,
    Policy,
    Problem,
    Rule,
    Rungs,
    Segments,
    Shares,
    Within,
    keys,
    merge_availabilities,
)


class Arrays:
    """A case as arrays; rows stand in the order of their keys, so that the order they came in does not matter."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.people, self.projects = case.people, case.projects
        self.project_of = {project.key: index for index, project in enumerate(self.projects)}

    def problem(self, policy: Policy | None = None) -> Problem:
        """Return the matcher's problem.

        :param policy: states the side rules; None: there are none.
        :raises ProblemError: two rows have the same key, or the case contradicts itself otherwise.
        """
        rules = tuple(map(self.rule, RULES))
        between = tuple(side_rules(self.case, policy)) if policy else ()
        return Problem(
            people=self.people.key,
            projects=keys("projects", [project.key for project in self.projects]),
            seats=whole(len(project.seats) for project in self.projects),
            rules=rules,
            fit=self.fit(),
            kept=self._kept(),
            limits=(*between, *_of_time(rules)) if policy and policy.several_seats else between,
            salt=self.case.salt,
        )

    def rule(self, rule: HardRule) -> Rule:
        """Return one of the hard rules."""
        return _BUILDERS[rule.kind](self, rule)

    def fit(self) -> Fit:
        """Return what the score looks at."""
        wishes = self.people.lists["wishes"]
        ranked = wishes["rank"] > 0
        return Fit(
            held=self.held,
            essential=self.essential,
            asset=self.table("asset"),
            goals=held_levels(self.people.lists["learning"], self._skill_numbers, len(self.skills)),
            ranks=Pairs(wishes.row[ranked], wishes["word"][ranked], wishes["rank"][ranked]),
            short_list=self.pairs("short_list"),
            bench_days=self.people.single["bench_days"],
            places=self.places,
        )

    def row(self, pair: Pair | Wish) -> tuple[int, int]:
        """Return the rows of a pair of keys."""
        return self.people.find(pair.person), self.project_of[pair.project]

    def previous(self) -> Pairs:
        """Return the pairs that are to be changed as little as pays."""
        return Pairs.from_rows([(*self.row(Pair(*pair)), 1) for pair in self.case.previous])

    def pairs(self, name: str) -> Pairs:
        """Return what binds people and projects as pairs of rows."""
        listing = self.people.lists[name]
        return Pairs(listing.row, listing["word"], np.zeros(len(listing["word"]), dtype=np.int64))

    def table(self, member: str) -> Levels:
        """Return projects × skills of a member that maps skills to levels."""
        return levels([getattr(project, member) for project in self.projects], self._skills)

    @cached_property
    def held(self) -> Levels:
        """People × skills."""
        return held_levels(self.people.lists["skills"], self._skill_numbers, len(self.skills))

    @cached_property
    def essential(self) -> Levels:
        """Projects × skills that must be held."""
        return self.table("essential")

    @cached_property
    def places(self) -> Places:
        """Where people would work and where projects are."""
        words = self.people.words["places"]
        wheres = [project.where for project in self.projects]
        numbers = numbered(
            {place.casefold() for place, _, _ in words} | {each.place.casefold() for each in wheres if each}
        )
        listing = self.people.lists["places"]
        latitude, longitude = (reals(word[part] for word in words) for part in (1, 2))
        return Places(
            indptr=listing.indptr,
            place=whole(numbers[place.casefold()] for place, _, _ in words)[listing["word"]],
            latitude=latitude[listing["word"]],
            longitude=longitude[listing["word"]],
            max_km=listing["max_km"],
            project_place=whole(numbers[where.place.casefold()] if where else -1 for where in wheres),
            project_latitude=reals(where.latitude if where else None for where in wheres),
            project_longitude=reals(where.longitude if where else None for where in wheres),
        )

    @cached_property
    def skills(self) -> tuple[str, ...]:
        """The skills by column."""
        return tuple(self._skills)

    @cached_property
    def _skills(self) -> dict[str, int]:
        words = {skill for project in self.projects for skill in (*project.essential, *project.asset)}
        return numbered(words.union(self.people.words["skills"]))

    @cached_property
    def _skill_numbers(self) -> NDArray[np.int64]:
        return whole(self._skills[word] for word in self.people.words["skills"])

    def _kept(self) -> Pairs:
        """Return the kept pairs, each numbered by its seat's position in the project: its own, else the next free."""
        listing = self.people.lists["kept"]
        rows, taken = [], set[tuple[int, int]]()
        kept = zip(listing.row.tolist(), listing["word"].tolist(), listing["seat"].tolist(), strict=True)
        for person, project, seat in sorted(kept, key=lambda pair: (pair[2] == 0, pair[0])):
            seats = self.projects[project].seats
            free = [position for position in range(1, len(seats) + 1) if (project, position) not in taken]
            own = seats.index(seat) + 1 if seat in seats else 0
            position = own if own in free else next(iter(free), 0)
            taken.add((project, position))
            rows.append((person, project, position))
        return Pairs.from_rows(rows)


def _is_so(arrays: Arrays, rule: HardRule) -> Rule:
    return Flag(rule.code, arrays.people.single[rule.person])


def _differs(arrays: Arrays, rule: HardRule) -> Rule:
    words = [word.casefold() for word in arrays.people.words[rule.person]]
    avoided = [getattr(project, rule.project[0]).casefold() for project in arrays.projects]
    numbers = {"": -1} | numbered({*words, *avoided} - {""})
    held = of_word([numbers[word] for word in words], arrays.people.single[rule.person])
    return Differs(rule.code, held, whole(numbers[word] for word in avoided))


def _holds(arrays: Arrays, rule: HardRule) -> Rule:
    """Skills stand as they are; a language is a thing itself, and so is each part of its level."""
    if rule.person == "skills":
        return Holds(rule.code, arrays.held, arrays.essential)
    asked = [_parts(getattr(project, rule.project[0])) for project in arrays.projects]
    columns = numbered({thing for row in asked for thing in row})
    things = levels([_parts(dict([word])) for word in arrays.people.words[rule.person]], columns)
    holds = Holds(rule.code, spelt_out(arrays.people.lists[rule.person], things), levels(asked, columns))
    return _together(rule, [holds, *_language_tests(arrays, rule)])


def _language_tests(arrays: Arrays, rule: HardRule) -> Iterator[Rule]:
    """Yield, for each language asked, until when the tests of those who speak it count."""
    listing, words = arrays.people.lists[rule.person], arrays.people.words[rule.person]
    asked = [getattr(project, rule.project[0]) for project in arrays.projects]
    for language in sorted({each for row in asked for each in row}):
        theirs = np.array([word[0] == language for word in words], dtype=np.bool_)[listing["word"]]
        until = np.full(len(arrays.people), LAST_DAY, dtype=np.int64)
        until[listing.row[theirs]] = listing["until"][theirs]
        yield from _lasts(arrays, rule, until, [language in row for row in asked])


def _lasts(arrays: Arrays, rule: HardRule, until: Array, asks: Sequence[bool]) -> Iterator[Rule]:
    """Yield the rule that what is held lasts to the last day of projects that ask for it, if it keeps anybody out."""
    spans = [project.span if asked else None for project, asked in zip(arrays.projects, asks, strict=True)]
    needed = whole(span.last.toordinal() if span and span.last else 0 for span in spans)
    if len(until) and until.min() < needed.max(initial=0):
        yield Lasts(rule.code, until, needed)


def _together(rule: HardRule, parts: Sequence[Rule]) -> Rule:
    return parts[0] if len(parts) == 1 else All(rule.code, tuple(parts))


def _parts(languages: Mapping[str, tuple[int, ...]]) -> dict[str, int]:
    levels = dict.fromkeys(languages, 1)
    for language, ranks in languages.items():
        levels |= {f"{language}/{part}": rank for part, rank in enumerate(ranks)}
    return levels


def _within(arrays: Arrays, rule: HardRule) -> Rule:
    words = arrays.people.words[rule.person]
    low, high = (
        [rung_word(getattr(project, member)) if member else None for project in arrays.projects]
        for member in rule.project
    )
    ladders = numbered({word[1] for word in (*words, *low, *high) if word})
    held = _rungs([*words, None], ladders)
    code = arrays.people.single[rule.person]
    within = Within(
        rule.code,
        Rungs(held.ladder[code], held.rank[code], held.band[code]),
        _rungs(low, ladders),
        _rungs(high, ladders),
    )
    if not rule.until:
        return within
    asks = [one is not None or other is not None for one, other in zip(low, high, strict=True)]
    return _together(rule, [within, *_lasts(arrays, rule, arrays.people.single[rule.until], asks)])


def _rungs(words: Sequence[tuple[Any, ...] | None], ladders: dict[str, int]) -> Rungs:
    return Rungs(
        whole(ladders[word[1]] if word else -1 for word in words),
        whole(word[2] if word else -1 for word in words),
        whole(word[3] if word and word[3] is not None else -1 for word in words),
    )


def _accepts(arrays: Arrays, rule: HardRule) -> Rule:
    asked = [getattr(project, rule.project[0]) for project in arrays.projects]
    columns = numbered({value for value in asked if value})
    words, listing = arrays.people.words[rule.person], arrays.people.lists[rule.person]
    # One word more stands for all there are: for those who state none.
    anything = np.flatnonzero(np.diff(listing.indptr) == 0)
    things = levels([*({word: 1} for word in words), dict.fromkeys(columns, 1)], columns)
    counts = np.diff(listing.indptr)
    counts[anything] = 1
    stated = Listing(
        offsets(counts),
        {"word": np.insert(listing["word"].astype(np.int64), listing.indptr[anything], len(words))},
    )
    return Holds(
        rule.code, spelt_out(stated, things), levels([{value: 1} if value else {} for value in asked], columns)
    )


def _near(arrays: Arrays, rule: HardRule) -> Rule:
    return Near(rule.code, arrays.places)


def _free(arrays: Arrays, rule: HardRule) -> Rule:
    declared, committed = (_segments(arrays.people.lists[name]) for name in (rule.person, "committed"))
    spans: list[Spell | None] = [getattr(project, rule.project[0]) for project in arrays.projects]
    asked = np.array([days(span) if span else (0, 0, 0) for span in spans], dtype=np.int64).reshape(-1, 3)
    return Free(rule.code, *merge_availabilities(declared, committed), *asked.T)


def _segments(listing: Listing) -> Segments:
    return Segments(listing.indptr, listing["first"], listing["last"], listing["percent"])


def _apart(arrays: Arrays, rule: HardRule) -> Rule:
    return Apart(rule.code, arrays.pairs({"conflict": "conflicts", "barred": "barred"}[rule.code]))


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


def _of_time(rules: Iterable[Rule]) -> Iterator[Shares]:
    """Yield the side rule by which people may have several seats while their time lasts."""
    yield from (Shares("time", rule) for rule in rules if isinstance(rule, Free))
