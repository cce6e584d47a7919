"""The kinds of hard rule: each tells, for one project, which of many people it allows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np

from freeagents.matching._arrays import Flags, Hashes, Whole, flags, same_length, whole
from freeagents.matching._errors import ProblemError
from freeagents.matching._keys import alike
from freeagents.matching._tables import Levels, Pairs

UNSTATED = -1


@dataclass(frozen=True, eq=False)
class Rule(ABC):
    """A hard rule over n people and m projects, named by its code. A pair is allowed when all rules allow it."""

    code: str

    @abstractmethod
    def check(self, people: int, projects: int) -> None:
        """Refuse arrays that do not fit so many people and projects.

        :raises ProblemError: naming the array.
        """

    @abstractmethod
    def allows(self, project: int, people: Whole) -> Flags:
        """Return, for each of the people (by index, any order), whether the rule allows the pair with the project."""

    @property
    def parts(self) -> tuple[Rule, ...]:
        """The rules that it consists of, all of which must allow a pair: itself, if it is of one piece."""
        return (self,)

    def candidates(self, project: int) -> Whole | None:
        """Return the only people who can be allowed, sorted, where the rule knows them at once; None: it does not."""
        del project
        return None

    def alike(self, projects: int) -> tuple[Hashes, Hashes] | None:
        """Return a number for each person and for each project, such that the rule's answer depends on these alone.

        None: hardly any two are alike to the rule, or it cannot tell.
        """
        del projects
        return None


@dataclass(frozen=True, eq=False)
class Holds(Rule):
    """Everything a project asks is held, at least at the asked level.

    :ivar held: n × things.
    :ivar asked: m × things.
    """

    held: Levels
    asked: Levels

    def check(self, people: int, projects: int) -> None:
        """Refuse tables of another shape."""
        if self.held.shape[0] != people:
            raise ProblemError(f"{self.code}.held", "length", expected=people, found=self.held.shape[0])
        if self.asked.shape != (projects, self.held.shape[1]):
            expected = (projects, self.held.shape[1])
            raise ProblemError(f"{self.code}.asked", "shape", expected=expected, found=self.asked.shape)

    def allows(self, project: int, people: Whole) -> Flags:
        """Allow those who hold everything asked."""
        enough = np.ones(len(people), dtype=np.bool_)
        for thing, level in zip(*self.asked.of_row(project), strict=True):
            enough &= self.held.at(int(thing), people) >= level
        return enough

    def candidates(self, project: int) -> Whole | None:
        """Return the holders of the rarest thing asked."""
        asked = zip(*self.asked.of_row(project), strict=True)
        return min((self.held.holders(int(thing), int(level)) for thing, level in asked), key=len, default=None)

    def alike(self, projects: int) -> tuple[Hashes, Hashes] | None:
        """Liken rows with the same entries."""
        del projects
        held, asked = self.held.alike, self.asked.alike
        return None if held is None or asked is None else (held, asked)


@dataclass(frozen=True, eq=False)
class Rungs:
    """Rungs of ladders, one a row. Ladder −1: none is stated; band −1: it compares with no other ladder."""

    ladder: Whole
    rank: Whole
    band: Whole

    def __post_init__(self) -> None:
        for name in ("ladder", "rank", "band"):
            object.__setattr__(self, name, whole(f"rungs.{name}", getattr(self, name), UNSTATED))
        same_length("rungs", len(self.ladder), rank=self.rank, band=self.band)

    @classmethod
    def unstated(cls, count: int) -> Self:
        """Return so many rungs that are not stated."""
        nothing = np.full(count, UNSTATED)
        return cls(nothing, nothing, nothing)

    def __len__(self) -> int:
        return len(self.ladder)

    def at_least(self, people: Whole, asked: tuple[int, int, int], sign: int) -> Flags:
        """Return who stands at or above the asked rung (sign 1), or at or below it (sign −1)."""
        ladder, rank, band = asked
        if ladder == UNSTATED:
            return np.ones(len(people), dtype=np.bool_)
        by_rank = sign * self.rank[people] >= sign * rank
        by_band = (self.band[people] != UNSTATED) & (band != UNSTATED) & (sign * self.band[people] >= sign * band)
        held = self.ladder[people]
        found: Flags = np.where(held == ladder, by_rank, by_band) & (held != UNSTATED)
        return found

    def of(self, row: int) -> tuple[int, int, int]:
        """Return ladder, rank and band of one row."""
        return int(self.ladder[row]), int(self.rank[row]), int(self.band[row])


@dataclass(frozen=True, eq=False)
class Within(Rule):
    """The person's rung lies from the project's low to its high rung, both included, as far as these are stated.

    On one ladder ranks compare; between ladders bands do, where both are known; else nobody is allowed. A project that
    states neither allows everybody; one that states any allows nobody without a rung.

    :ivar held: n rungs.
    :ivar low: m rungs.
    :ivar high: m rungs.
    """

    held: Rungs
    low: Rungs
    high: Rungs

    def check(self, people: int, projects: int) -> None:
        """Refuse rungs of another number."""
        same_length(self.code, people, held=self.held.ladder)
        same_length(self.code, projects, low=self.low.ladder, high=self.high.ladder)

    def allows(self, project: int, people: Whole) -> Flags:
        """Allow those between the two rungs."""
        low, high = self.low.of(project), self.high.of(project)
        return self.held.at_least(people, low, 1) & self.held.at_least(people, high, -1)

    def alike(self, projects: int) -> tuple[Hashes, Hashes]:
        """Liken people on one rung, and projects with the same two rungs."""
        del projects
        held, _ = alike(self.held.ladder, self.held.rank, self.held.band)
        asked, _ = alike(*(getattr(end, name) for end in (self.low, self.high) for name in ("ladder", "rank", "band")))
        return held.astype(np.uint64), asked.astype(np.uint64)


@dataclass(frozen=True, eq=False)
class Differs(Rule):
    """The person's value is another than the project avoids. −1 differs from everything, itself included.

    :ivar held: n values.
    :ivar avoided: m values.
    """

    held: Whole
    avoided: Whole

    def __post_init__(self) -> None:
        object.__setattr__(self, "held", whole(f"{self.code}.held", self.held, UNSTATED))
        object.__setattr__(self, "avoided", whole(f"{self.code}.avoided", self.avoided, UNSTATED))

    def check(self, people: int, projects: int) -> None:
        """Refuse values of another number."""
        same_length(self.code, people, held=self.held)
        same_length(self.code, projects, avoided=self.avoided)

    def allows(self, project: int, people: Whole) -> Flags:
        """Allow those with another value."""
        avoided = self.avoided[project]
        differs: Flags = (self.held[people] != avoided) | (avoided == UNSTATED)
        return differs

    def alike(self, projects: int) -> tuple[Hashes, Hashes]:
        """Liken equal values."""
        del projects
        return (self.held + 1).astype(np.uint64), (self.avoided + 1).astype(np.uint64)


@dataclass(frozen=True, eq=False)
class Apart(Rule):
    """The pair is not one of those declared apart: a conflict of interest, or barred.

    :ivar pairs: their numbers say nothing.
    """

    pairs: Pairs

    def check(self, people: int, projects: int) -> None:
        """Refuse pairs of nobody."""
        self.pairs.check(self.code, people, projects)

    def allows(self, project: int, people: Whole) -> Flags:
        """Allow those not declared apart from the project."""
        return ~self.pairs.has(project, people)


@dataclass(frozen=True, eq=False)
class Flag(Rule):
    """The person's flag is raised, whatever the project: admitted and not paused.

    :ivar ok: n flags.
    """

    ok: Flags

    def __post_init__(self) -> None:
        object.__setattr__(self, "ok", flags(f"{self.code}.ok", self.ok))

    def check(self, people: int, projects: int) -> None:
        """Refuse flags of another number."""
        del projects
        same_length(self.code, people, ok=self.ok)

    def allows(self, project: int, people: Whole) -> Flags:
        """Allow those whose flag is raised."""
        del project
        return self.ok[people]

    def alike(self, projects: int) -> tuple[Hashes, Hashes]:
        """Liken people with the same flag, and all projects."""
        return self.ok.astype(np.uint64), np.zeros(projects, np.uint64)


@dataclass(frozen=True, eq=False)
class Lasts(Rule):
    """What the person holds counts at least until the day to which the project needs it.

    :ivar until: n last days; for those who hold no such thing any day will do, since another rule keeps them out.
    :ivar needed: m days; 0: the project does not need it.
    """

    until: Whole
    needed: Whole

    def __post_init__(self) -> None:
        for name in ("until", "needed"):
            object.__setattr__(self, name, whole(f"{self.code}.{name}", getattr(self, name), 0))

    def check(self, people: int, projects: int) -> None:
        """Refuse days of another number."""
        same_length(self.code, people, until=self.until)
        same_length(self.code, projects, needed=self.needed)

    def allows(self, project: int, people: Whole) -> Flags:
        """Allow those who hold it long enough."""
        lasts: Flags = self.until[people] >= self.needed[project]
        return lasts

    def alike(self, projects: int) -> tuple[Hashes, Hashes]:
        """Liken days between which no project ends, and equal days of projects."""
        del projects
        days = np.unique(self.needed)
        return np.searchsorted(days, self.until, side="right").astype(np.uint64), self.needed.astype(np.uint64)


@dataclass(frozen=True, eq=False)
class All(Rule):
    """Several rules that are told as one.

    :ivar rules: at least one.
    """

    rules: tuple[Rule, ...]

    @property
    def parts(self) -> tuple[Rule, ...]:
        """The rules."""
        return self.rules

    def check(self, people: int, projects: int) -> None:
        """Refuse what any of them refuses."""
        for rule in self.rules:
            rule.check(people, projects)

    def allows(self, project: int, people: Whole) -> Flags:
        """Allow those whom all of them allow."""
        found: Flags = np.logical_and.reduce([rule.allows(project, people) for rule in self.rules])
        return found

    def candidates(self, project: int) -> Whole | None:
        """Return the fewest that any of them knows at once."""
        known = (rule.candidates(project) for rule in self.rules)
        return min((few for few in known if few is not None), key=len, default=None)


def told_apart(rules: Iterable[Rule]) -> Iterator[tuple[int, Rule, Rule]]:
    """Yield the bit of each rule, the rule, and each of its parts."""
    for place, rule in enumerate(rules):
        for part in rule.parts:
            yield 1 << place, rule, part
