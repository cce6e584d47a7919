"""When people are free: the rule that a project's every day is covered, and how availability is put together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, Self

import numpy as np

from freeagents.matching._arrays import Flags, Whole, first, offsets, ranges, same_length, spread, whole
from freeagents.matching._errors import ProblemError
from freeagents.matching._rules import Rule

FIRST_DAY, LAST_DAY = -(2**31), 2**31 - 1
MOST_PERCENT = 100


class Segment(NamedTuple):
    """Days by number, both ends included, at a share of time in percent."""

    first: int
    last: int
    percent: int


def merge_availability(declared: Iterable[Segment], committed: Iterable[Segment] = ()) -> tuple[Segment, ...]:
    """Return what is left of declared time after commitments: disjoint segments in order, without empty ones.

    Where declared segments overlap the greatest share counts; commitments add up; adjoining equal shares are one.
    """
    offered, used = list(declared), list(committed)
    edges = sorted({day for each in offered + used for day in (each.first, each.last + 1)})
    merged: list[Segment] = []
    for start, stop in pairwise(edges):
        most = max((each.percent for each in offered if each.first <= start <= each.last), default=0)
        left = most - sum(each.percent for each in used if each.first <= start <= each.last)
        if left <= 0:
            continue
        adjoins = bool(merged) and merged[-1].last == start - 1 and merged[-1].percent == left
        merged.append(Segment(merged.pop().first if adjoins else start, stop - 1, left))
    return tuple(merged)


class Segments(NamedTuple):
    """The segments of many people as columns.

    :ivar indptr: n + 1 offsets of each person's segments; ``first``, ``last``, ``percent`` as in :class:`Segment`.
    """

    indptr: Whole
    first: Whole
    last: Whole
    percent: Whole


def merge_availabilities(declared: Segments, committed: Segments) -> Segments:
    """Return for each of n people what :func:`merge_availability` returns for one."""
    people = len(declared.indptr) - 1
    first, last = (
        np.concatenate((getattr(declared, name), getattr(committed, name))).astype(np.int64)
        for name in ("first", "last")
    )
    owner = np.concatenate([np.repeat(np.arange(people), np.diff(each.indptr)) for each in (declared, committed)])
    if not len(owner):
        return Segments(np.zeros(people + 1, dtype=np.int64), first, first, first)
    # Person and day in one number, so that one sort puts all edges in order; last + 1 is the highest day there is.
    low, days = int(first.min()), int(last.max()) - int(first.min()) + 2
    edges = np.sort(np.concatenate((owner * days + first - low, owner * days + last + 1 - low)))
    edges = edges[np.diff(edges, prepend=-1) > 0]
    begin, end = (np.searchsorted(edges, owner * days + day - low) for day in (first, last + 1))
    owners, starts = np.divmod(edges, days)
    # The declared come first; each covers the intervals between edges from its own first day to its last.
    which, interval = ranges(begin, end)
    offers = which < len(declared.first)
    most, used = np.zeros(len(edges), dtype=np.int64), np.zeros(len(edges), dtype=np.int64)
    share = np.concatenate((declared.percent, committed.percent)).astype(np.int64)[which]
    np.maximum.at(most, interval[offers], share[offers])
    np.add.at(used, interval[~offers], share[~offers])
    left = most - used
    free = np.flatnonzero(left > 0)
    adjoins = np.zeros(len(free), dtype=np.bool_)
    adjoins[1:] = (free[1:] == free[:-1] + 1) & (left[free[1:]] == left[free[:-1]])
    opening = np.flatnonzero(~adjoins)
    closing = np.append(opening[1:], len(free))[: len(opening)] - 1
    counts = np.bincount(owners[free[opening]], minlength=people)
    return Segments(
        np.concatenate(([0], np.cumsum(counts))),
        starts[free[opening]] + low,
        starts[free[closing] + 1] + low - 1,
        left[free[opening]],
    )


@dataclass(frozen=True, eq=False)
class Free(Rule):
    """On every day from a project's start to its end, both included, the person has at least the asked share of time.

    :ivar indptr: n + 1 offsets of each person's segments, which are in order and disjoint (:func:`merge_availability`).
    :ivar first: first days of the segments.
    :ivar last: last days of the segments.
    :ivar percent: shares of the segments, 1–100.
    :ivar start: m first days.
    :ivar end: m last days.
    :ivar asked: m shares, 1–100; 0: the project asks nothing.
    """

    indptr: Whole
    first: Whole
    last: Whole
    percent: Whole
    start: Whole
    end: Whole
    asked: Whole

    @classmethod
    def unasked(cls, code: str, people: int, projects: int) -> Self:
        """Return the rule for people who state nothing and projects that ask nothing."""
        nothing, none = np.zeros(0, np.int64), np.zeros(projects, np.int64)
        return cls(code, np.zeros(people + 1, np.int64), nothing, nothing, nothing, none, none, none)

    def __post_init__(self) -> None:
        for name in ("first", "last", "start", "end"):
            object.__setattr__(self, name, whole(f"{self.code}.{name}", getattr(self, name), FIRST_DAY, LAST_DAY))
        for name, least in (("percent", 1), ("asked", 0)):
            object.__setattr__(self, name, whole(f"{self.code}.{name}", getattr(self, name), least, MOST_PERCENT))
        object.__setattr__(self, "indptr", offsets(f"{self.code}.indptr", self.indptr, len(self.first)))
        same_length(self.code, len(self.first), last=self.last, percent=self.percent)
        same_length(self.code, len(self.start), end=self.end, asked=self.asked)
        self._refuse_disorder()

    def _refuse_disorder(self) -> None:
        backward = self.last < self.first
        if backward.any():
            raise ProblemError(f"{self.code}.last", "before_first", first(backward))
        backward = (self.end < self.start) & (self.asked > 0)
        if backward.any():
            raise ProblemError(f"{self.code}.end", "before_start", first(backward))
        begins_person = np.zeros(len(self.first) + 1, dtype=np.bool_)
        begins_person[self.indptr] = True
        overlap = (self.first[1:] <= self.last[:-1]) & ~begins_person[1:-1]
        if overlap.any():
            raise ProblemError(f"{self.code}.first", "overlaps", first(overlap) + 1)

    def check(self, people: int, projects: int) -> None:
        """Refuse another number of people or projects."""
        if len(self.indptr) != people + 1:
            raise ProblemError(f"{self.code}.indptr", "length", expected=people + 1, found=len(self.indptr))
        same_length(self.code, projects, start=self.start)

    def allows(self, project: int, people: Whole) -> Flags:
        """Allow those whose segments with share enough cover all the days; being disjoint, they may be counted."""
        start, end, asked = (int(each[project]) for each in (self.start, self.end, self.asked))
        if not asked:
            return np.ones(len(people), dtype=np.bool_)
        owner, entry = spread(self.indptr, people)
        days = np.minimum(self.last[entry], end) - np.maximum(self.first[entry], start) + 1
        enough = (days > 0) & (self.percent[entry] >= asked)
        covered = np.bincount(owner[enough], days[enough], minlength=len(people))
        all_days: Flags = covered == end - start + 1
        return all_days
