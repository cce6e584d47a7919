"""The assignment: seats to people so that no other choice of listed pairs is worth more, with prices that prove it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from freeagents.matching._arrays import Flags, Hashes, Whole, spread
from freeagents.matching._errors import ProblemError

EXACT_BITS = 53
"""Whole numbers of so many bits are exact in scipy's floating-point sums."""
MOST_TIE_BITS, LEAST_TIE_BITS = 32, 8


@dataclass(frozen=True, eq=False)
class Graph:
    """Pairs that may be placed, sorted by project and then by person, and how many people each project can take.

    :ivar project: e project numbers, 0 … p − 1.
    :ivar person: e person numbers, 0 … q − 1, each pair once.
    :ivar indptr: p + 1 offsets of each project's pairs.
    :ivar capacity: p numbers of seats, none above the project's number of pairs.
    """

    project: Whole
    person: Whole
    indptr: Whole
    capacity: Whole

    @classmethod
    def of(cls, project: Whole, person: Whole, seats: Whole) -> Graph:
        """Return the graph of pairs that are sorted already, for projects with so many seats."""
        pairs = np.bincount(project, minlength=len(seats))
        return cls(project, person, np.concatenate(([0], np.cumsum(pairs))), np.minimum(seats, pairs))

    def only(self, chosen: Flags) -> Graph:
        """Return the graph with some of the pairs and the same capacities."""
        project = self.project[chosen]
        pairs = np.bincount(project, minlength=len(self.capacity))
        return Graph(project, self.person[chosen], np.concatenate(([0], np.cumsum(pairs))), self.capacity)


def assign(graph: Graph, score: Whole, ties: Hashes, *, fill_first: bool) -> tuple[Whole, dict[str, int]]:
    """Return the pairs to place, by position, and how many pairs the prices leave open.

    The total score is as great as can be, then the number of pairs; with ``fill_first`` the other way round. Of several
    such choices it is the one with the greatest sum of tie bits.

    :param score: e scores in units, from 0.
    :param ties: e times 64 tie bits, of which the topmost that can be summed exactly are used.
    :raises ProblemError: the sums could exceed what is exact in floating point.
    """
    seats = int(graph.capacity.sum())
    if not seats:
        return np.zeros(0, dtype=np.int64), {"tight_pairs": 0}
    weight, bits = _weights(score, seats, fill_first=fill_first), _tie_bits(seats)
    optional = np.ones(len(graph.capacity), dtype=np.bool_)
    chosen = _heaviest(graph, weight, optional)
    price, worth = _prices(graph, weight, chosen)
    # Complementary slackness: the optimal choices are exactly those of tight pairs in which every project with a price
    # is full and every person of worth is placed. Among them the tie bits decide.
    tight = price[graph.project] + worth[graph.person] == weight
    tied = graph.only(tight)
    weight = _tie_weights(ties[tight], worth[tied.person] > 0, bits, seats)
    return np.flatnonzero(tight)[_heaviest(tied, weight, price == 0)], {"tight_pairs": int(tight.sum())}


def _weights(score: Whole, seats: int, *, fill_first: bool) -> Whole:
    """Return one number for each pair such that sums compare by score, then by number of pairs, or the reverse."""
    most = int(score.max())
    heaviest = most + seats * most + 1 if fill_first else most * (seats + 1) + 1
    if (2 * seats * (heaviest + 1)).bit_length() > EXACT_BITS:
        raise ProblemError("seats", "too_many_to_sum_exactly", seats=seats, score=most)
    return score + seats * most + 1 if fill_first else score * (seats + 1) + 1


def _tie_bits(seats: int) -> int:
    """Return how many tie bits of each pair can be summed exactly beside what :func:`_tie_weights` puts above them."""
    bits = min(MOST_TIE_BITS, EXACT_BITS - 2 - (seats * (seats + 1)).bit_length())
    if bits < LEAST_TIE_BITS:
        raise ProblemError("seats", "too_many_to_order_ties", seats=seats)
    return bits


def _tie_weights(ties: Hashes, must: Flags, bits: int, seats: int) -> Whole:
    """Return tie bits, and above all their sums one more for each pair of a person who must be placed."""
    above = seats << bits
    return (ties >> np.uint64(64 - bits)).astype(np.int64) + above * must


def _heaviest(graph: Graph, weight: Whole, optional: Flags) -> Whole:
    """Return the pairs of a full assignment of greatest weight, by position.

    Each seat is a row; where a project's seats are optional each has a dummy person of its own, of weight 0. A cost is
    the weight taken from an offset that keeps it above zero, since scipy drops zeros.
    """
    row_project = np.repeat(np.arange(len(graph.capacity)), graph.capacity)
    row, pair = spread(graph.indptr, row_project)
    people = int(graph.person.max()) + 1
    offset = int(weight.max()) + 1
    idle = np.flatnonzero(optional[row_project])
    rows = np.concatenate((row, idle))
    columns = np.concatenate((graph.person[pair], people + idle))
    costs = np.concatenate((offset - weight[pair], np.full(len(idle), offset)))
    shape = (len(row_project), people + len(row_project))
    table = csr_array((costs.astype(np.float64), (rows, columns)), shape=shape)
    matched, column = min_weight_full_bipartite_matching(table)
    real = column < people
    key = graph.project * people + graph.person
    return np.searchsorted(key, row_project[matched[real]] * people + column[real])


def _prices(graph: Graph, weight: Whole, chosen: Whole) -> tuple[Whole, Whole]:
    """Return the least prices of projects, and what people are worth, that prove the chosen pairs optimal.

    No pair weighs more than its project's price and its person's worth, while prices over all seats and worths together
    come to the chosen pairs' weight: by weak duality nothing weighs more. A price is what the best person outside adds,
    directly or by a chain of moves: the longest path in the residual graph of projects (Bellman and Ford).

    :raises ArithmeticError: there are no such prices, so the choice is not optimal.
    """
    at = np.full(int(graph.person.max()) + 1, -1)
    earned = np.zeros_like(at)
    at[graph.person[chosen]] = graph.project[chosen]
    earned[graph.person[chosen]] = weight[chosen]
    source = at[graph.person]
    price = np.zeros(len(graph.capacity), dtype=np.int64)
    outside = source < 0
    np.maximum.at(price, graph.project[outside], weight[outside])
    move = ~outside & (source != graph.project)
    source, target = source[move], graph.project[move]
    gain = weight[move] - earned[graph.person[move]]
    for _ in range(len(price) + 1):
        raised = price.copy()
        np.maximum.at(raised, target, price[source] + gain)
        if np.array_equal(raised, price):
            break
        price = raised
    worth = np.zeros_like(at)
    np.maximum.at(worth, graph.person, weight - price[graph.project])
    if int(price @ graph.capacity) + int(worth.sum()) != int(weight[chosen].sum()):
        raise ArithmeticError("the assignment has no prices that prove it")
    return price, worth
