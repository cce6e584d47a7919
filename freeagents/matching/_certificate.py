"""The certificate: prices that prove a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from freeagents.matching._arrays import Flags, Whole, frozen
from freeagents.matching._candidates import Basis

NOT_TOLD = -2
"""Stands for a cut-off beside side rules: lists hold whom their prices let in, which are not just the best."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Cover:
    """Projects and people who between them are in every allowed pair that scores at least the floor.

    Each such pair takes a seat of these projects or one of these people, so no plan fills more seats with such pairs
    than these projects have, and these people are (König 1931).

    :ivar floor: in units.
    :ivar project: m flags of projects.
    :ivar person: people by index, sorted.
    :ivar bound: how many seats no plan of such pairs exceeds.
    """

    floor: int
    project: Flags
    person: Whole
    bound: int


@dataclass(frozen=True, eq=False, kw_only=True)
class Certificate:
    """Prices that prove that no plan is better, by weak duality of linear programmes.

    Scores are told as the objective weighs them. Each pair weighs its score and ``seat_weight`` (0 unless seats
    come first). No allowed pair weighs more than its project's price, its person's worth and the price of the person's
    group together; people who are not placed are worth 0. So no plan weighs more than the prices of all seats and of
    all room in groups and all people's worths, and the plan that was found weighs exactly that.

    :ivar price: m prices of a seat that is not kept, in units; 0 where one stays empty or there is none.
    :ivar person: the people placed and not kept, by index, sorted.
    :ivar worth: their worths in units.
    :ivar listed: m numbers of the best people who were listed as candidates.
    :ivar cut_off: m best scores in units that were not listed; −1: everybody allowed was. Under a limit who is best may
        be told by score less the price of the group.
    :ivar seat_weight: what each pair weighs besides its score.
    :ivar bound: the weight that no plan exceeds.
    :ivar group_price: prices of one more person of each group of the problem's limit, in units; 0 where it has room.
    :ivar rule_prices: prices of side rules in units, by kind, code and where; see ``Breach``. Kind ``with`` stands for
        *a person is placed on a project only if somebody is*.
    :ivar floor: prices, lists and cut-offs are about pairs that score at least so much; 0 but for ``worst_off``.
    :ivar most: for ``worst_off``, a cover of all pairs: no plan fills more seats.
    :ivar higher: and one of the pairs above the floor: no plan of these fills as many.

    A stable plan has no prices: all are 0, and so is the bound. Its lists end before the best person left out, whose
    score is the cut-off: nobody from there on is wanted as much as that person.
    """

    price: Whole
    person: Whole
    worth: Whole
    listed: Whole
    cut_off: Whole
    seat_weight: int
    bound: int
    group_price: Whole = field(default_factory=lambda: np.zeros(0, np.int64))
    rule_prices: Mapping[tuple[str, str, tuple[int, ...]], int] = field(default_factory=dict)
    floor: int = 0
    most: Cover | None = None
    higher: Cover | None = None

    @classmethod
    def of(cls, basis: Basis, most: Cover | None = None, higher: Cover | None = None) -> Certificate:
        """Return the certificate of a choice among candidates."""
        candidates, flow, people = basis.candidates, basis.flow, basis.people
        problem = candidates.index.problem
        m = len(problem.projects)
        price, listed, cut_off = np.zeros(m, np.int64), np.zeros(m, np.int64), np.full(m, -1)
        price[candidates.projects] = flow.price
        listed[candidates.projects] = candidates.listed
        cut_off[candidates.projects] = candidates.cut_off(flow)
        number = np.flatnonzero(flow.pair_of >= 0)
        order = np.argsort(people[number])
        return cls(
            price=frozen(price),
            person=frozen(people[number][order]),
            worth=frozen(flow.worth[number][order]),
            listed=frozen(listed),
            cut_off=frozen(cut_off),
            seat_weight=flow.seat_weight,
            bound=int(price @ problem.free_seats + flow.worth.sum() + flow.group_price @ basis.graph.room),
            group_price=frozen(flow.group_price),
            floor=candidates.floor,
            most=most,
            higher=higher,
        )
