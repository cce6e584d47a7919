"""The hard rules as arrays: a case becomes a problem of the matcher, without a step for each person."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from freeagents.eligibility.case import Case
from freeagents.eligibility.columns import Array, Listing, days, offsets, rung_word
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
    Limit,
    Minimum,
    Near,
    Pairs,
    Places,
    Policy,
    Problem,
    Rule,
    Rungs,
    Segments,
    Separate,
    Shares,
    SideRule,
    Team,
    Within,
    keys,
    merge_availabilities,
)


@dataclass(frozen=True, slots=True)
class Between:
    """What side rules look at beside the case.

    :ivar teams: the disciplines that projects name, by key.
    :ivar apart: two people each who are not together on one project, by their keys.
    """

    teams: Mapping[str, Sequence[str]] = field(default_factory=dict)
    apart: Sequence[tuple[str, str]] = ()

    def pieces(self, policy: Policy) -> Iterator[bytes]:
        """Yield the canonical bytes of what side rules look at, if they look at any of it."""
        teams = {project: sorted(set(words)) for project, words in self.teams.items()} if policy.one_team else {}
        if teams or self.apart:
            apart = sorted({tuple(sorted(two)) for two in self.apart})
            yield json.dumps({"teams": teams, "apart": apart}, sort_keys=True, ensure_ascii=False).encode()


NOTHING = Between()


class Arrays:
    """A case as arrays; rows stand in the order of their keys, so that the order they came in does not matter."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.people, self.projects = case.people, case.projects
        self.disciplines: list[str] = []
        self.project_of = {project.key: index for index, project in enumerate(self.projects)}

    def problem(self, policy: Policy | None = None, between: Between = NOTHING) -> Problem:
        """Return the matcher's problem.

        :param policy: states the side rules; None: there are none.
        :param between: what side rules look at.
        :raises ProblemError: two rows have the same key, or the case contradicts itself otherwise.
        """
        rules = tuple(map(self.rule, RULES))
        side_rules = self._side_rules(policy, between) if policy else ()
        return Problem(
            people=self.people.key,
            projects=keys("projects", [project.key for project in self.projects]),
            seats=_whole(len(project.seats) for project in self.projects),
            rules=rules,
            fit=self.fit(),
            kept=self._kept(),
            limits=(*side_rules, *_of_time(rules)) if policy and policy.several_seats else side_rules,
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
            goals=_held(self.people.lists["learning"], self._skill_numbers, len(self.skills)),
            ranks=Pairs(wishes.row[ranked], wishes["word"][ranked], wishes["rank"][ranked]),
            short_list=self.pairs("short_list"),
            bench_days=self.people.single["bench_days"],
            places=self.places,
        )

    def _side_rules(self, policy: Policy, between: Between) -> tuple[SideRule, ...]:
        rules: list[SideRule] = []
        for name in policy.limits:
            ranges = policy.ranges(name)
            least, most = zip(*ranges.values(), strict=True) if ranges else ((), ())
            groups = self._of_words(_GROUPED_BY[name], list(ranges))
            rules.append(Limit(name, groups, _whole(most), _whole(least), price=policy.breach_units(name)))
        if policy.one_team:
            named = [
                (project, word.casefold())
                for project, facts in enumerate(self.projects)
                if len(facts.seats) >= TEAM
                for word in between.teams.get(facts.key, ())
            ]
            words = self.disciplines = sorted({word for _, word in named})
            held = self._of_words("discipline", words)
            place = {word: number for number, word in enumerate(words)}
            projects, disciplines = _whole(each for each, _ in named), _whole(place[word] for _, word in named)
            rules.append(Team("team", held, projects, disciplines, price=policy.breach_units("team")))
        if policy.least_people > 1:
            few = policy.least_people
            least_here = _whole(few if len(facts.seats) >= few else 0 for facts in self.projects)
            rules.append(Minimum("least_people", least_here, price=policy.breach_units("least_people")))
        if between.apart:
            one, other = (_whole(self.people.find(pair[side]) for pair in between.apart) for side in (0, 1))
            rules.append(Separate("apart", one, other, price=policy.breach_units("apart")))
        return tuple(rules)

    def where(self, policy: Policy, code: str, where: Sequence[int]) -> dict[str, str]:
        """Return in words where a side rule asks something: a group, two people, a project, a discipline."""
        if code in policy.limits:
            return {"of": code, "group": list(policy.limits[code])[where[0]]}
        if code == "apart":
            one, other = (self.people.key_of(person) for person in where[:2])
            return {"of": code, "one": one, "other": other, "project": self.projects[where[2]].key}
        found = {"of": code, "project": self.projects[where[0]].key}
        return found | ({"discipline": self.disciplines[where[1]]} if code == "team" else {})

    def _of_words(self, fact: str, words: Sequence[str]) -> NDArray[np.int64]:
        """Return which of the words each person has, by its place; −1: none of them."""
        number = {word.casefold(): place for place, word in enumerate(words)}
        held = [str(word[0] if isinstance(word, tuple) else word).casefold() for word in self.people.words[fact]]
        return _of_word([number.get(word, -1) for word in held], self.people.single[fact])

    def row(self, pair: Pair | Wish) -> tuple[int, int]:
        """Return the rows of a pair of keys."""
        return self.people.find(pair.person), self.project_of[pair.project]

    def pairs(self, name: str) -> Pairs:
        """Return what binds people and projects as pairs of rows."""
        listing = self.people.lists[name]
        return Pairs(listing.row, listing["word"], np.zeros(len(listing["word"]), dtype=np.int64))

    def table(self, member: str) -> Levels:
        """Return projects × skills of a member that maps skills to levels."""
        return _levels([getattr(project, member) for project in self.projects], self._skills)

    @cached_property
    def held(self) -> Levels:
        """People × skills."""
        return _held(self.people.lists["skills"], self._skill_numbers, len(self.skills))

    @cached_property
    def essential(self) -> Levels:
        """Projects × skills that must be held."""
        return self.table("essential")

    @cached_property
    def places(self) -> Places:
        """Where people would work and where projects are."""
        words = self.people.words["places"]
        wheres = [project.where for project in self.projects]
        numbers = _numbered(
            {place.casefold() for place, _, _ in words} | {each.place.casefold() for each in wheres if each}
        )
        listing = self.people.lists["places"]
        latitude, longitude = (_reals(word[part] for word in words) for part in (1, 2))
        return Places(
            indptr=listing.indptr,
            place=_whole(numbers[place.casefold()] for place, _, _ in words)[listing["word"]],
            latitude=latitude[listing["word"]],
            longitude=longitude[listing["word"]],
            max_km=listing["max_km"],
            project_place=_whole(numbers[where.place.casefold()] if where else -1 for where in wheres),
            project_latitude=_reals(where.latitude if where else None for where in wheres),
            project_longitude=_reals(where.longitude if where else None for where in wheres),
        )

    @cached_property
    def skills(self) -> tuple[str, ...]:
        """The skills by column."""
        return tuple(self._skills)

    @cached_property
    def _skills(self) -> dict[str, int]:
        words = {skill for project in self.projects for skill in (*project.essential, *project.asset)}
        return _numbered(words.union(self.people.words["skills"]))

    @cached_property
    def _skill_numbers(self) -> NDArray[np.int64]:
        return _whole(self._skills[word] for word in self.people.words["skills"])

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
    numbers = {"": -1} | _numbered({*words, *avoided} - {""})
    held = _of_word([numbers[word] for word in words], arrays.people.single[rule.person])
    return Differs(rule.code, held, _whole(numbers[word] for word in avoided))


def _holds(arrays: Arrays, rule: HardRule) -> Rule:
    """Skills stand as they are; a language is a thing itself, and so is each part of its level."""
    if rule.person == "skills":
        return Holds(rule.code, arrays.held, arrays.essential)
    asked = [_parts(getattr(project, rule.project[0])) for project in arrays.projects]
    columns = _numbered({thing for row in asked for thing in row})
    things = _levels([_parts(dict([word])) for word in arrays.people.words[rule.person]], columns)
    return Holds(rule.code, _spelt_out(arrays.people.lists[rule.person], things), _levels(asked, columns))


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
    ladders = _numbered({word[1] for word in (*words, *low, *high) if word})
    held = _rungs([*words, None], ladders)
    code = arrays.people.single[rule.person]
    return Within(
        rule.code,
        Rungs(held.ladder[code], held.rank[code], held.band[code]),
        _rungs(low, ladders),
        _rungs(high, ladders),
    )


def _rungs(words: Sequence[tuple[Any, ...] | None], ladders: dict[str, int]) -> Rungs:
    return Rungs(
        _whole(ladders[word[1]] if word else -1 for word in words),
        _whole(word[2] if word else -1 for word in words),
        _whole(word[3] if word and word[3] is not None else -1 for word in words),
    )


def _accepts(arrays: Arrays, rule: HardRule) -> Rule:
    asked = [getattr(project, rule.project[0]) for project in arrays.projects]
    columns = _numbered({value for value in asked if value})
    words, listing = arrays.people.words[rule.person], arrays.people.lists[rule.person]
    # One word more stands for all there are: for those who state none.
    anything = np.flatnonzero(np.diff(listing.indptr) == 0)
    things = _levels([*({word: 1} for word in words), dict.fromkeys(columns, 1)], columns)
    counts = np.diff(listing.indptr)
    counts[anything] = 1
    stated = Listing(
        offsets(counts),
        {"word": np.insert(listing["word"].astype(np.int64), listing.indptr[anything], len(words))},
    )
    return Holds(
        rule.code, _spelt_out(stated, things), _levels([{value: 1} if value else {} for value in asked], columns)
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


TEAM = 3
"""From so many seats on a project can be one team."""
_GROUPED_BY = {"department": "home", "discipline": "discipline", "grade": "grade"}


def _of_time(rules: Iterable[Rule]) -> Iterator[Shares]:
    """Yield the side rule by which people may have several seats while their time lasts."""
    yield from (Shares("time", rule) for rule in rules if isinstance(rule, Free))


def _numbered(words: Iterable[str]) -> dict[str, int]:
    return {word: number for number, word in enumerate(sorted(words))}


def _of_word(values: Sequence[int], numbers: Array) -> NDArray[np.int64]:
    """Return what stands for each number of a word, −1 for none."""
    return np.array([*values, -1], dtype=np.int64)[numbers]


def _levels(rows: Sequence[Mapping[str, int]], columns: dict[str, int]) -> Levels:
    """Return rows × columns; words that are no column are left out, since nobody asks for them."""
    entries = [
        (number, columns[word], level)
        for number, row in enumerate(rows)
        for word, level in row.items()
        if word in columns
    ]
    return Levels.from_rows((len(rows), len(columns)), entries)


def _held(listing: Listing, numbers: NDArray[np.int64], columns: int) -> Levels:
    """Return people × columns, given the column of each word; both are in the same order."""
    level = listing.columns.get("level")
    return _table(
        np.ones(len(listing["word"]), dtype=np.uint8) if level is None else level,
        numbers.astype(np.int32)[listing["word"]],
        listing.indptr,
        columns,
    )


def _spelt_out(listing: Listing, things: Levels) -> Levels:
    """Return people × columns, given what each word stands for."""
    if not things.shape[0]:
        return Levels.none((len(listing.indptr) - 1, things.shape[1]))
    words, of_word = things.table, listing["word"]
    each = Listing(words.indptr.astype(np.int64), {"column": words.indices, "level": words.data}).take(of_word)
    return _table(each["level"], each["column"], each.indptr[listing.indptr], things.shape[1])


def _table(level: Array, column: Array, indptr: Array, columns: int) -> Levels:
    table = csr_array((level, column.astype(np.int32), indptr), shape=(len(indptr) - 1, columns))
    table.sort_indices()
    for part in (table.data, table.indices, table.indptr):
        part.setflags(write=False)
    return Levels(table)


def _whole(values: Iterable[int]) -> NDArray[np.int64]:
    return np.fromiter(values, dtype=np.int64)


def _reals(values: Iterable[float | None]) -> NDArray[np.float64]:
    return np.fromiter((np.nan if value is None else value for value in values), dtype=np.float64)
