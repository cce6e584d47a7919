"""Limits: how many people may be placed of each group of a partition, such as those of one home department."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from freeagents.matching._arrays import Whole, frozen, same_length, whole
from freeagents.matching._errors import ProblemError

IN_NONE = -1


@dataclass(frozen=True, eq=False)
class Limit:
    """At most so many people are placed of each group, those kept among them: a department releases at most *r*.

    :ivar code: what the groups are, such as ``department``.
    :ivar group: n numbers of groups, from 0; −1: in none.
    :ivar most: for each group how many of its people may be placed.
    """

    code: str
    group: Whole
    most: Whole

    def __post_init__(self) -> None:
        object.__setattr__(self, "most", whole(f"limits.{self.code}.most", self.most, 0))
        group = whole(f"limits.{self.code}.group", self.group, IN_NONE, len(self.most) - 1)
        object.__setattr__(self, "group", group)

    def check(self, people: int) -> None:
        """Refuse groups of another number of people.

        :raises ProblemError: naming the array.
        """
        same_length(f"limits.{self.code}", people, group=self.group)

    def counts(self, people: Whole) -> Whole:
        """Return how many of the people, by index, are in each group."""
        found = self.group[people]
        return np.bincount(found[found >= 0], minlength=len(self.most))

    def room(self, kept: Whole) -> Whole:
        """Return for each group how many people may be placed besides those kept.

        :raises ProblemError: more are kept than may be placed.
        """
        count = self.counts(kept)
        room = self.most - count
        if (room < 0).any():
            group = int(np.argmax(room < 0))
            field = f"limits.{self.code}"
            raise ProblemError(field, "kept_above", group, kept=int(count[group]), most=int(self.most[group]))
        return frozen(room)
