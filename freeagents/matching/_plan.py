"""A plan: who is placed where, what it scores, and the proof that nothing is better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from freeagents.matching._arrays import Flags, Whole
from freeagents.matching._candidates import Basis
from freeagents.matching._certificate import Certificate
from freeagents.matching._index import Index
from freeagents.matching._limits import Breach
from freeagents.matching._parts import parts_of_pairs
from freeagents.matching._policy import PARTS, PRICED, Objective
from freeagents.matching._tables import Pairs


@dataclass(frozen=True, eq=False, kw_only=True)
class Plan:
    """The answer to a problem under a policy. Placements stand in order of project index and seat number.

    :ivar person: p people by index.
    :ivar project: p projects by index.
    :ivar seat: p seat numbers, from 1.
    :ivar kept: p flags: the pair was kept, not chosen.
    :ivar parts: p × 6 parts of scores in units, in the order of ``PARTS``.
    :ivar certificate: the prices that prove it.
    :ivar bound: what no plan weighs more than, in units; the plan itself weighs so much but for the ``gap``.
    :ivar breaches: side rules with a price that are not kept.
    :ivar index: the problem and policy as the plan was found with them.
    :ivar previous: the pairs that it was to change as little as pays.
    :ivar basis: the candidates it was chosen from, and the choice.
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
    bound: int
    breaches: tuple[Breach, ...] = ()
    index: Index
    basis: Basis
    previous: Pairs = field(default_factory=Pairs.none)
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
    def weighed(self) -> Whole:
        """The p scores as the objective weighs them: with the bonus of pairs kept, or as projects see them."""
        weighed: Whole = parts_of_pairs(self.index, self.person, self.project).sum(axis=1)
        return weighed

    @property
    def is_priced(self) -> bool:
        """Whether a change has a price: the plan is a greatest sum without limits."""
        return self.objective in PRICED and not self.index.problem.limits

    @property
    def worst(self) -> int:
        """The lowest score of a pair that was chosen, in units; 0: none was."""
        chosen = self.scores[~self.kept]
        return int(chosen.min()) if len(chosen) else 0

    @property
    def penalty(self) -> int:
        """What side rules cost that are not kept, in units."""
        return sum(breach.units for breach in self.breaches)

    @property
    def gap(self) -> int:
        """By how much a better plan could weigh more at most, in units; 0: it is proven that there is none.

        Where seats come first, a seat weighs ``certificate.seat_weight`` besides the score.
        """
        if self.objective not in PRICED:
            return 0
        chosen = ~self.kept
        weight = int(self.weighed[chosen].sum()) + self.certificate.seat_weight * int(chosen.sum())
        return self.bound - weight + self.penalty

    @property
    def changes(self) -> int:
        """How many pairs of the previous plan are not kept."""
        m = len(self.index.problem.projects)
        before, now = (pairs.person * m + pairs.project for pairs in (self.previous, self))
        return int((~np.isin(before, now)).sum())

    @property
    def objective_value(self) -> tuple[int, ...]:
        """What the objective compares, in its order: score and seats filled, or more; a stable plan only has these.

        What side rules cost that are not kept is taken off the score.
        """
        score, seats = self.score - self.penalty, len(self)
        if self.objective is Objective.MOST_SEATS:
            return seats, score
        if self.objective is Objective.WORST_OFF:
            return seats, self.worst, score
        if self.objective is Objective.FEWEST_CHANGES:
            return score - self.index.policy.change_units * self.changes, seats
        return score, seats
