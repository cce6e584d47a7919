"""Several part-time seats for one person: a side rule that takes the place of one seat each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np

from freeagents.matching._arrays import Whole
from freeagents.matching._availability import Free
from freeagents.matching._errors import ProblemError
from freeagents.matching._limits import NOBODY, Breach, Row, SideRule
from freeagents.matching._tables import Pairs


@dataclass(frozen=True, eq=False)
class Shares(SideRule):
    """Somebody may have seats of several projects: on no day do these ask more time than the person has free.

    This is generalised assignment: hard to solve, so a plan states its gap. Whatever counts people counts somebody as
    often as they are placed.

    :ivar free: the hard rule that every day of a project is covered; its tables are read.
    """

    free: Free

    def __post_init__(self) -> None:
        if self.price is not None:
            raise ProblemError(f"{self.name}.price", "never_soft")

    @classmethod
    def among(cls, rules: tuple[SideRule, ...]) -> Self | None:
        """Return the rule of this kind, if there is one."""
        return next((rule for rule in rules if isinstance(rule, cls)), None)

    def check(self, people: int, projects: int) -> None:
        """Refuse tables of another number of people or projects."""
        self.free.check(people, projects)

    def refuse_kept(self, kept: Pairs) -> None:
        """Refuse kept pairs that together ask more time than a person has."""
        for breach in self.found(kept.person, kept.project):
            person, day = breach.where
            raise ProblemError(self.name, "kept_over_time", person, day=day, over=breach.people)

    def people_at_worst(self, seats: int) -> int:
        """Count nobody: it has no price."""
        del seats
        return 0

    def found(self, person: Whole, project: Whole) -> Iterator[Breach]:
        """Yield the people with too much to do, the first such day of each; ``people`` tells the percent above."""
        for who, places in _by_person(person):
            for day in self._days(who, project[places]):
                over = int(self.asked(project[places], day).sum()) - self.room(who, day)
                if over > 0:
                    yield Breach(self.code, "time", (who, day), over, 0)
                    break

    def rows(self, person: Whole, project: Whole, kept: Pairs) -> Iterator[Row]:
        """Yield a row for each person and day on which the pairs could ask more time than is left beside those kept."""
        fixed = {who: kept.project[places] for who, places in _by_person(kept.person)}
        nothing = np.zeros(0, np.int64)
        for who, places in _by_person(person):
            least: dict[bytes, Row] = {}
            held = fixed.get(who, nothing)
            for day in self._days(who, np.concatenate((project[places], held))):
                asked = self.asked(project[places], day)
                room = self.room(who, day) - int(self.asked(held, day).sum())
                running = places[asked > 0]
                name = running.tobytes()
                if asked.sum() > room and (name not in least or room < least[name].most):
                    least[name] = Row(("time", self.code, (who, day)), running, asked[asked > 0], NOBODY, 0, room)
            yield from least.values()

    def asked(self, project: Whole, day: int) -> Whole:
        """Return what share of time each of the projects asks on a day, in percent."""
        free = self.free
        running = (free.start[project] <= day) & (day <= free.end[project])
        return np.where(running, free.asked[project], 0)

    def room(self, person: int, day: int) -> int:
        """Return what share of time a person has free on a day, in percent."""
        free = self.free
        span = slice(free.indptr[person], free.indptr[person + 1])
        at = int(np.searchsorted(free.first[span], day, side="right")) - 1
        return int(free.percent[span][at]) if at >= 0 and free.last[span][at] >= day else 0

    def _days(self, person: int, project: Whole) -> list[int]:
        """Return the days on which some of the projects begin, or the person's time changes: no other day is fuller."""
        free = self.free
        own = free.first[free.indptr[person] : free.indptr[person + 1]]
        return np.unique(np.concatenate((free.start[project], own))).tolist()


def _by_person(person: Whole) -> Iterator[tuple[int, Whole]]:
    """Yield each person with the places where they stand."""
    order = np.argsort(person, kind="stable")
    begins = np.flatnonzero(np.diff(person[order], prepend=-1))
    for places in np.split(order, begins[1:]) if len(order) else ():
        yield int(person[places[0]]), places
