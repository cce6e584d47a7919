"""Side rules: what holds between pairs of a plan, beside seats and the hard rules of single pairs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from freeagents.matching._arrays import Whole, frozen, same_length, whole
from freeagents.matching._errors import ProblemError
from freeagents.matching._tables import Pairs

Key = tuple[str, str, tuple[int, ...]]
"""Kind, code and where of a row: as those of a breach."""
IN_NONE = -1
NOBODY = -1


class Breach(NamedTuple):
    """A side rule that a plan does not keep.

    :ivar code: the rule's; ``kind``: what is not kept: ``most``, ``least``, ``apart``, ``minimum``, ``team`` or
        ``time``.
    :ivar where: group; two people and a project; project; project and discipline; or person and day.
    :ivar people: how many too many or too few; ``units``: what they cost.
    """

    code: str
    kind: str
    where: tuple[int, ...]
    people: int
    units: int


class Row(NamedTuple):
    """A side rule as a row of a programme: the sum of its pairs, times ``each``, and of *y* stays within ``most``.

    :ivar key: kind, code and where, as for a breach.
    :ivar pairs: places of pairs.
    :ivar project: whose *y* (1: somebody is placed there) counts so many times as ``times`` says; −1: nobody's.
    """

    key: Key
    pairs: Whole
    each: int | Whole
    project: int
    times: int
    most: int


@dataclass(frozen=True, eq=False)
class SideRule(ABC):
    """What must hold between pairs of a plan, those kept among them.

    :ivar code: names it.
    :ivar price: units for each person too many or too few; None: it must hold.
    """

    code: str
    price: int | None = field(default=None, kw_only=True)

    @property
    def name(self) -> str:
        """Its name among the fields of a problem."""
        return f"limits.{self.code}"

    @property
    def present(self) -> Whole:
        """The projects of which it asks something only where somebody is placed."""
        return np.zeros(0, np.int64)

    @abstractmethod
    def check(self, people: int, projects: int) -> None:
        """Refuse arrays that do not fit so many people and projects.

        :raises ProblemError: naming the array.
        """

    def refuse_kept(self, kept: Pairs) -> None:
        """Refuse kept pairs that leave no plan in which the rule holds.

        :raises ProblemError: naming the rule and what is kept.
        """
        del kept

    @abstractmethod
    def people_at_worst(self, seats: int) -> int:
        """Return how many people too many or too few there are at worst, with so many seats in all."""

    @abstractmethod
    def found(self, person: Whole, project: Whole) -> Iterator[Breach]:
        """Yield what the pairs of a plan do not keep."""

    @abstractmethod
    def rows(self, person: Whole, project: Whole, kept: Pairs) -> Iterator[Row]:
        """Yield the rule as rows over pairs that may be placed besides those kept."""


def _priced(code: str, price: int | None) -> None:
    if price is not None and price < 0:
        raise ProblemError(f"limits.{code}.price", "out_of_range", value=price, low=0)


@dataclass(frozen=True, eq=False)
class Limit(SideRule):
    """So many people are placed of each group, those kept among them: a department releases at most *r*.

    :ivar code: what the groups are, such as ``department``.
    :ivar group: n numbers of groups, from 0; −1: in none.
    :ivar most: for each group how many of its people may be placed.
    :ivar least: for each group how many must be; none given: 0.
    """

    group: Whole
    most: Whole
    least: Whole = ()  # type: ignore[assignment]

    def __post_init__(self) -> None:
        most = whole(f"{self.name}.most", self.most, 0)
        least = whole(f"{self.name}.least", self.least if len(self.least) else np.zeros_like(most), 0)
        same_length(self.name, len(most), least=least)
        above = least > most
        if above.any():
            raise ProblemError(f"{self.name}.least", "above_most", int(np.argmax(above)))
        object.__setattr__(self, "most", most)
        object.__setattr__(self, "least", least)
        object.__setattr__(self, "group", whole(f"{self.name}.group", self.group, IN_NONE, len(most) - 1))
        _priced(self.code, self.price)

    @property
    def is_layer(self) -> bool:
        """Whether it is a layer of the flow: it only says how many at most, and must hold."""
        return self.price is None and not self.least.any()

    def check(self, people: int, projects: int) -> None:
        """Refuse groups of another number of people."""
        del projects
        same_length(self.name, people, group=self.group)

    def counts(self, people: Whole) -> Whole:
        """Return how many of the people, by index, are in each group."""
        found = self.group[people]
        return np.bincount(found[found >= 0], minlength=len(self.most))

    def room(self, kept: Whole) -> Whole:
        """Return for each group how many people may be placed besides those kept.

        :raises ProblemError: more are kept than may be placed, and the limit must hold.
        """
        count = self.counts(kept)
        room = self.most - count
        if self.price is None and (room < 0).any():
            group = int(np.argmax(room < 0))
            raise ProblemError(self.name, "kept_above", group, kept=int(count[group]), most=int(self.most[group]))
        return frozen(room)

    def refuse_kept(self, kept: Pairs) -> None:
        """Refuse more kept people of a group than may be placed."""
        self.room(kept.person)

    def people_at_worst(self, seats: int) -> int:
        """Count everybody placed, and whoever is to be."""
        return seats + int(self.least.sum())

    def found(self, person: Whole, project: Whole) -> Iterator[Breach]:
        """Yield groups with too many or too few people."""
        del project
        count, price = self.counts(person), self.price or 0
        for kind, over in (("most", count - self.most), ("least", self.least - count)):
            for group in np.flatnonzero(over > 0).tolist():
                yield Breach(self.code, kind, (group,), int(over[group]), int(over[group]) * price)

    def rows(self, person: Whole, project: Whole, kept: Pairs) -> Iterator[Row]:
        """Yield a row for each group with a limit that could be reached, and for each of which some must be placed."""
        del project
        room, count = self.room(kept.person), self.counts(kept.person)
        for group in range(len(self.most)):
            pairs = np.flatnonzero(self.group[person] == group)
            if len(pairs) > room[group]:
                yield Row(("most", self.code, (group,)), pairs, 1, NOBODY, 0, int(room[group]))
            need = int(self.least[group] - count[group])
            if need > 0:
                yield Row(("least", self.code, (group,)), pairs, -1, NOBODY, 0, -need)


@dataclass(frozen=True, eq=False)
class Separate(SideRule):
    """Two people are not together on one project, for each of some pairs of people.

    :ivar one: people by index.
    :ivar other: people by index.
    """

    one: Whole
    other: Whole

    def __post_init__(self) -> None:
        for name in ("one", "other"):
            object.__setattr__(self, name, whole(f"{self.name}.{name}", getattr(self, name), 0))
        same_length(self.name, len(self.one), other=self.other)
        _priced(self.code, self.price)

    def check(self, people: int, projects: int) -> None:
        """Refuse people who are not there, and somebody apart from themselves."""
        del projects
        for name in ("one", "other"):
            whole(f"{self.name}.{name}", getattr(self, name), 0, people - 1)
        same = self.one == self.other
        if same.any():
            raise ProblemError(self.name, "same_person", int(np.argmax(same)))

    def refuse_kept(self, kept: Pairs) -> None:
        """Refuse two people kept together."""
        for breach in self.found(kept.person, kept.project) if self.price is None else ():
            one, other, project = breach.where
            raise ProblemError(self.name, "kept_together", one=one, other=other, project=project)

    def people_at_worst(self, seats: int) -> int:
        """Count what is asked."""
        del seats
        return len(self.couples)

    def found(self, person: Whole, project: Whole) -> Iterator[Breach]:
        """Yield two people and the project they are together on."""
        at: dict[int, set[int]] = {}
        for who, where in zip(person.tolist(), project.tolist(), strict=True):
            at.setdefault(who, set()).add(where)
        for one, other in self.couples:
            for where in sorted(at.get(one, set()) & at.get(other, set())):
                yield Breach(self.code, "apart", (one, other, where), 1, self.price or 0)

    def rows(self, person: Whole, project: Whole, kept: Pairs) -> Iterator[Row]:
        """Yield a row for each two people and each project on which both could be placed, or one is kept."""
        mine: dict[int, dict[int, int]] = {}
        wanted = np.isin(person, np.concatenate((self.one, self.other)))
        for pair in np.flatnonzero(wanted).tolist():
            mine.setdefault(int(person[pair]), {})[int(project[pair])] = pair
        fixed = set(zip(kept.person.tolist(), kept.project.tolist(), strict=True))
        for one, other in self.couples:
            here, there = mine.get(one, {}), mine.get(other, {})
            for where in sorted(here.keys() | there.keys()):
                held = ((one, where) in fixed) + ((other, where) in fixed)
                pairs = np.array([row[where] for row in (here, there) if where in row])
                if len(pairs) + held > 1:
                    yield Row(("apart", self.code, (one, other, where)), pairs, 1, NOBODY, 0, 1 - held)

    @property
    def couples(self) -> list[tuple[int, int]]:
        """Each two people once, the smaller index first."""
        pairs = zip(self.one.tolist(), self.other.tolist(), strict=True)
        return sorted({(min(pair), max(pair)) for pair in pairs})


@dataclass(frozen=True, eq=False)
class Minimum(SideRule):
    """A project stays empty unless at least so many people are placed there, those kept among them.

    :ivar least: m numbers of people; 0 or 1 asks nothing.
    """

    least: Whole

    def __post_init__(self) -> None:
        object.__setattr__(self, "least", whole(f"{self.name}.least", self.least, 0))
        _priced(self.code, self.price)

    @property
    def present(self) -> Whole:
        """The projects with a minimum."""
        return np.flatnonzero(self.least > 1)

    def check(self, people: int, projects: int) -> None:
        """Refuse minimums of another number of projects."""
        del people
        same_length(self.name, projects, least=self.least)

    def people_at_worst(self, seats: int) -> int:
        """Count what is asked."""
        del seats
        return int(self.least.sum())

    def found(self, person: Whole, project: Whole) -> Iterator[Breach]:
        """Yield projects with some people, but too few."""
        del person
        count = np.bincount(project, minlength=len(self.least))
        for each in np.flatnonzero((count > 0) & (count < self.least)).tolist():
            short = int(self.least[each] - count[each])
            yield Breach(self.code, "minimum", (each,), short, short * (self.price or 0))

    def rows(self, person: Whole, project: Whole, kept: Pairs) -> Iterator[Row]:
        """Yield a row for each project with a minimum that those kept do not reach."""
        del person
        count = np.bincount(kept.project, minlength=len(self.least))
        for each in self.present.tolist():
            need = int(self.least[each] - count[each])
            if need > 0:
                yield Row(("minimum", self.code, (each,)), np.flatnonzero(project == each), -1, each, need, 0)


@dataclass(frozen=True, eq=False)
class Team(SideRule):
    """A project stays empty unless it has somebody of each discipline that it names: one team.

    :ivar held: n disciplines of people, from 0; −1: none.
    :ivar project: who names a discipline, project by project, each once.
    :ivar discipline: which.
    """

    held: Whole
    project: Whole
    discipline: Whole

    def __post_init__(self) -> None:
        object.__setattr__(self, "held", whole(f"{self.name}.held", self.held, IN_NONE))
        for name in ("project", "discipline"):
            object.__setattr__(self, name, whole(f"{self.name}.{name}", getattr(self, name), 0))
        same_length(self.name, len(self.project), discipline=self.discipline)
        _priced(self.code, self.price)

    @property
    def present(self) -> Whole:
        """The projects that name disciplines."""
        return np.unique(self.project)

    def check(self, people: int, projects: int) -> None:
        """Refuse disciplines of another number of people, and projects that are not there."""
        same_length(self.name, people, held=self.held)
        whole(f"{self.name}.project", self.project, 0, projects - 1)

    @property
    def named(self) -> list[tuple[int, int]]:
        """Each project with each discipline that it names."""
        return sorted(set(zip(self.project.tolist(), self.discipline.tolist(), strict=True)))

    def people_at_worst(self, seats: int) -> int:
        """Count what is asked."""
        del seats
        return len(self.named)

    def found(self, person: Whole, project: Whole) -> Iterator[Breach]:
        """Yield disciplines that projects with some people lack."""
        some = set(project.tolist())
        there = set(zip(project.tolist(), self.held[person].tolist(), strict=True))
        for each, discipline in self.named:
            if each in some and (each, discipline) not in there:
                yield Breach(self.code, "team", (each, discipline), 1, self.price or 0)

    def rows(self, person: Whole, project: Whole, kept: Pairs) -> Iterator[Row]:
        """Yield a row for each discipline of each project that nobody kept there has."""
        there = set(zip(kept.project.tolist(), self.held[kept.person].tolist(), strict=True))
        for each, discipline in self.named:
            if (each, discipline) not in there:
                pairs = np.flatnonzero((project == each) & (self.held[person] == discipline))
                yield Row(("team", self.code, (each, discipline)), pairs, -1, each, 1, 0)


def breaches(rules: tuple[SideRule, ...], person: ArrayLike, project: ArrayLike) -> tuple[Breach, ...]:
    """Return all that the pairs of a plan do not keep."""
    pairs = np.asarray(person, dtype=np.int64), np.asarray(project, dtype=np.int64)
    return tuple(breach for rule in rules for breach in rule.found(*pairs))


def dearest(rules: tuple[SideRule, ...], seats: int) -> int:
    """Return what all side rules with a price could cost together at worst, in units."""
    return sum(rule.price * rule.people_at_worst(seats) for rule in rules if rule.price)
