"""A plan: who is placed where, what it scores, and why seats stay empty and people are left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from freeagents.matching._arrays import Flags, Whole
from freeagents.matching._certificate import Certificate
from freeagents.matching._policy import PARTS, Objective


class Reason(StrEnum):
    """Why a pair is placed, a seat is empty or a person is left out; the parameters of each are given in brackets."""

    PLACED = "placed"
    KEPT = "kept"

    NOBODY_ALLOWED = "nobody_allowed"
    """Seat: the hard rules allow nobody (``alone``: code → how many people that rule alone keeps out)."""
    NOBODY_ELSE_ALLOWED = "nobody_else_allowed"
    """Seat: all allowed people are on this project already (``allowed``, ``alone``)."""
    CHOSEN_ELSEWHERE = "chosen_elsewhere"
    """Seat: its allowed people add more elsewhere, or are kept there (``allowed``, ``elsewhere``: how many)."""

    NO_SEAT_ALLOWED = "no_seat_allowed"
    """Person: the hard rules allow no project (``projects``: how many have seats, ``alone``: code → how many projects
    that rule alone keeps the person from)."""
    OTHERS_SCORED_MORE = "others_scored_more"
    """Person: others score at least as much (``allowed``: on how many projects with seats not kept; ``project``: where
    the person scores most, ``score``: that score, ``lowest``: the lowest score placed there, kept ones apart)."""
    SEATS_KEPT = "seats_kept"
    """Person: all seats of the projects that allow the person are kept for others (``allowed``: how many projects)."""


class Unfilled(NamedTuple):
    """A seat that stays empty: project by index, seat by number."""

    project: int
    seat: int
    reason: Reason
    params: Mapping[str, Any]


class Unplaced(NamedTuple):
    """A person left out, by index."""

    person: int
    reason: Reason
    params: Mapping[str, Any]


@dataclass(frozen=True, eq=False, kw_only=True)
class Plan:
    """The answer to a problem under a policy. Placements stand in order of project index and seat number.

    :ivar person: p people by index.
    :ivar project: p projects by index.
    :ivar seat: p seat numbers, from 1.
    :ivar kept: p flags: the pair was kept, not chosen.
    :ivar parts: p × 6 parts of scores in units, in the order of ``PARTS``.
    :ivar certificate: the prices that prove it.
    :ivar seconds: how long each stage took.
    :ivar stats: counts of what was looked at: ``seats``, ``listed_pairs``, ``rounds`` of listing and
        assigning, ``scans`` of pairs.
    """

    objective: Objective
    person: Whole
    project: Whole
    seat: Whole
    kept: Flags
    parts: Whole
    certificate: Certificate
    seconds: Mapping[str, float]
    stats: Mapping[str, int]

    def __len__(self) -> int:
        return len(self.person)

    @property
    def scores(self) -> Whole:
        """The p scores in units: the sums of the parts."""
        scores: Whole = self.parts.sum(axis=1)
        return scores

    @property
    def totals(self) -> dict[str, int]:
        """What each part adds up to over all placements, in units."""
        return dict(zip(PARTS, self.parts.sum(axis=0).tolist(), strict=True))

    @property
    def score(self) -> int:
        """The total score in units."""
        return int(self.parts.sum())

    @property
    def objective_value(self) -> tuple[int, int]:
        """The total score and the number of filled seats, in the order in which the objective compares them."""
        pair = self.score, len(self)
        return pair if self.objective is Objective.MOST_SCORE else pair[::-1]

    def reasons(self) -> tuple[Reason, ...]:
        """Return the reason of each placement."""
        return tuple(Reason.KEPT if kept else Reason.PLACED for kept in self.kept.tolist())
