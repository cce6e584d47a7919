"""The search: candidates listed and assigned in turn, until nobody who is not listed could add anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import perf_counter

import numpy as np

from freeagents.matching._arrays import Whole
from freeagents.matching._candidates import Basis, Candidates, Progress

LONGER = 4
"""Where the proof needs more candidates of a project, its list grows so many times."""


@dataclass(slots=True)
class Watch:
    """Seconds of each stage."""

    seconds: dict[str, float] = field(default_factory=dict)
    since: float = field(default_factory=perf_counter)

    def lap(self, stage: str) -> None:
        """Count the time since the last lap to a stage."""
        now = perf_counter()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self.since
        self.since = now


@dataclass(slots=True)
class Search:
    """One search for a plan.

    :ivar rounds: how many times candidates were listed and assigned.
    """

    candidates: Candidates
    tell: Progress
    watch: Watch
    rounds: int = 0

    def begin(self) -> None:
        """Count one more round."""
        self.rounds += 1
        self.tell("assign", 0, 1)

    def extend(self, places: Whole) -> None:
        """List more people of some of the projects, given by their places: at most one more than there are seats.

        With so many somebody listed is free, so that nobody who is not listed is needed.
        """
        most = int(self.candidates.seats.sum()) + 1
        self.candidates.extend(places, np.minimum(LONGER * self.candidates.sizes[places], most))
        self.watch.lap("candidates")

    def best(self, *, fill_first: bool, floor: int = 0) -> Basis:
        """Return the best choice among all allowed pairs that score at least the floor."""
        while True:
            self.begin()
            basis = self.candidates.at_least(floor).basis(fill_first=fill_first)
            self.watch.lap("assign")
            open_ends = basis.open_ends(fill_first=fill_first)
            self.watch.lap("certify")
            if not len(open_ends):
                return basis
            self.extend(open_ends)
