"""The assignment: seats to people so that no other choice of listed pairs is worth more, with prices that prove it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csc_array, sparray

from freeagents.matching._arrays import Flags, Hashes, Numbers, Whole, first, whole
from freeagents.matching._compiled import kernel
from freeagents.matching._dense import NOT_ALLOWED, place_in_table
from freeagents.matching._errors import ProblemError
from freeagents.matching._flow import place

NOBODY = -1
BITS = 62
"""Sums of weights keep within so many bits and a sign."""
MOST_TIE_BITS, LEAST_TIE_BITS = 32, 8
MOST_CELLS = 2**24
"""A table of weights may have so many cells (of 8 bytes)."""
DENSE = 4
"""A graph is dense when one in so many pairs is allowed."""
PATIENCE = 32
"""So many looks at each pair, and the search counts as exploded: rows are better swept whole."""


@dataclass(frozen=True, eq=False)
class Assignment:
    """Who is placed where, and prices that prove that nothing is better.

    Each pair weighs its score and, where seats come first, ``seat_weight`` besides. No pair weighs more than its
    project's price, its person's and that of the person's group together, while prices over all seats, people and room
    of groups come to the weight of the pairs placed: by weak duality no other choice weighs more. Of all prices that
    prove it these are the greatest for projects and the least for groups.

    :ivar project_of: n projects by index, −1: none.
    :ivar total: the sum of scores of the pairs placed.
    :ivar filled: how many pairs are placed.
    :ivar people_prices: n prices, 0 for whoever is not placed.
    :ivar project_prices: m prices of one seat, 0 where a seat stays empty. Taking a seat away would cost so much.
    :ivar group_prices: prices of one more person of each group, 0 where one has room left. Room for one more would add
        so much.
    :ivar seat_weight: what each pair weighs besides its score.
    """

    project_of: Whole
    total: int
    filled: int
    people_prices: Whole
    project_prices: Whole
    group_prices: Whole
    seat_weight: int


def assign(
    scores: sparray,
    seats: ArrayLike,
    *,
    fill_first: bool = False,
    group: ArrayLike = (),
    room: ArrayLike = (),
) -> Assignment:
    """Return the assignment of people to seats with the greatest total score, then with the most pairs.

    :param scores: people × projects, whole numbers from 0; each stored entry is an allowed pair, a stored 0 included.
    :param seats: for each project how many people it takes.
    :param fill_first: the most pairs first, then the greatest total score.
    :param group: the group of each person, numbered from 0; −1: in none.
    :param room: for each group how many of its people may be placed.
    :raises ProblemError: an array is not of that form, or numbers are too large to be summed exactly.
    """
    table = csc_array(scores)
    people, projects = table.shape
    if table.dtype.kind not in "iu":
        raise ProblemError("scores", "not_whole")
    capacity = whole("seats", seats, 0)
    if len(capacity) != projects:
        raise ProblemError("seats", "length", expected=projects, found=len(capacity))
    if not table.has_canonical_format:
        table = table.sorted_indices()
        of_project = np.repeat(np.arange(projects), np.diff(table.indptr))
        if ((np.diff(table.indices) == 0) & (np.diff(of_project) == 0)).any():
            raise ProblemError("scores", "twice")
    indptr, score = table.indptr.astype(np.int64), table.data.astype(np.int64)
    if len(score) and score.min() < 0:
        raise ProblemError("scores", "out_of_range", first(score < 0), low=0)
    rooms = whole("room", room, 0)
    groups = whole("group", group, NOBODY, len(rooms) - 1)
    if len(rooms) and len(groups) != people:
        raise ProblemError("group", "length", expected=people, found=len(groups))
    graph = Graph(indptr, table.indices.astype(np.int32, copy=False), score, None, capacity, people)
    graph = graph.within(groups, rooms)
    flow = solve_flow(graph, fill_first=fill_first)
    placed = flow.pair_of >= 0
    project_of = np.full(people, NOBODY)
    project_of[placed] = np.repeat(np.arange(projects), np.diff(indptr))[flow.pair_of[placed]]
    return Assignment(
        project_of=project_of,
        total=int(score[flow.pair_of[placed]].sum()),
        filled=int(placed.sum()),
        people_prices=flow.worth,
        project_prices=flow.price,
        group_prices=flow.group_price,
        seat_weight=flow.seat_weight,
    )


@dataclass(frozen=True)
class Weights:
    """How pairs are weighed: the first number by score and perhaps seats, the second by number of pairs, then ties.

    Second numbers are one for the pair, so great that no sum of tie bits reaches it, and the tie bits.
    """

    seat_weight: int
    tie_bits: int
    one: int

    @classmethod
    def of(cls, seats: int, most: int, *, fill_first: bool, ties: bool) -> Weights:
        """Return how to weigh pairs that score so much at most, when so many seats can be filled.

        :raises ProblemError: the sums could exceed whole numbers of 64 bits.
        """
        seat_weight = seats * most + 1 if fill_first else 0
        if (seats * (seat_weight + most)).bit_length() > BITS - 2:
            raise ProblemError("seats", "too_many_to_sum_exactly", seats=seats, score=most)
        bits = 0
        if ties:
            bits = min(MOST_TIE_BITS, BITS - 2 - 2 * seats.bit_length())
            if bits < LEAST_TIE_BITS:
                raise ProblemError("seats", "too_many_to_order_ties", seats=seats)
        return cls(seat_weight, bits, 1 << (bits + seats.bit_length()))

    def first(self, score: Whole) -> Whole:
        """Return the first numbers."""
        return score + self.seat_weight

    def second(self, ties: Hashes | None, count: int) -> Whole:
        """Return the second numbers of so many pairs."""
        if ties is None:
            return np.full(count, self.one)
        return self.one + (ties >> np.uint64(64 - self.tie_bits)).astype(np.int64)


@dataclass(frozen=True, eq=False)
class Graph:
    """Pairs that may be placed, by project.

    :ivar indptr: p + 1 offsets of each project's pairs.
    :ivar person: e people, 0 … q − 1, each once for a project.
    :ivar score: e scores in units, from 0.
    :ivar ties: e times 64 tie bits; None: nothing decides between equal choices.
    :ivar capacity: p numbers of seats.
    :ivar group: q groups of people, −1: in none; empty: nobody is in any.
    :ivar room: how many people of each group may be placed.
    """

    indptr: Whole
    person: Numbers
    score: Whole
    ties: Hashes | None
    capacity: Whole
    people: int
    group: Numbers = field(default_factory=lambda: np.zeros(0, np.int32))
    room: Whole = field(default_factory=lambda: np.zeros(0, np.int64))

    def within(self, group: Whole, room: Whole) -> Graph:
        """Return the same pairs, of which only so many people of each group may be placed."""
        if not len(room):
            return self
        there = np.bincount(group[group >= 0], minlength=len(room))
        return replace(self, group=group.astype(np.int32), room=np.minimum(room, there))

    @property
    def fillable(self) -> int:
        """How many seats could be filled if nobody were wanted twice."""
        return int(np.minimum(self.capacity, np.diff(self.indptr)).sum())

    def weights(self, *, fill_first: bool) -> Weights:
        """Return how its pairs are weighed.

        :raises ProblemError: the sums could exceed whole numbers of 64 bits.
        """
        most = int(self.score.max(initial=0))
        return Weights.of(self.fillable, most, fill_first=fill_first, ties=self.ties is not None)


@dataclass(frozen=True, eq=False)
class Flow:
    """The best choice of a graph's pairs. Weights, prices and worths are pairs compared in order.

    :ivar pair_of: for each person the pair placed; −1: none.
    :ivar price: p prices of a seat; ``price_ties`` decides between equal ones.
    :ivar worth: q worths of people; ``worth_ties`` likewise.
    :ivar seat_weight: what each pair weighs besides its score.
    :ivar tie_bits: how many tie bits were summed.
    :ivar scans: how many pairs were looked at.
    :ivar group_price: the price of one more person of each group; ``group_price_ties`` likewise.
    """

    pair_of: Whole
    price: Whole
    price_ties: Whole
    worth: Whole
    worth_ties: Whole
    seat_weight: int
    tie_bits: int
    scans: int
    group_price: Whole = field(default_factory=lambda: np.zeros(0, np.int64))
    group_price_ties: Whole = field(default_factory=lambda: np.zeros(0, np.int64))


def solve_flow(graph: Graph, *, fill_first: bool) -> Flow:
    """Return the best choice of a graph's pairs: by sorted rows, or by a table where that is quicker.

    :raises ProblemError: the sums could exceed what is exact.
    """
    weights = graph.weights(fill_first=fill_first)
    cells = graph.people * len(graph.capacity)
    shift = _shift(graph, weights)
    if shift and cells <= DENSE * len(graph.person):
        return _by_table(graph, weights, shift)
    weight1, weight2 = weights.first(graph.score), weights.second(graph.ties, len(graph.score))
    rows = _sorted_rows(graph.indptr, weight1, weight2)
    order = _scarcity(graph, weight1[rows], weight2[rows])
    patience = PATIENCE * len(rows) + cells if shift else np.iinfo(np.int64).max
    pair_of, price, price_ties, worth, worth_ties, scans = place(
        graph.indptr,
        graph.person[rows],
        weight1[rows],
        weight2[rows],
        graph.capacity,
        order,
        graph.people,
        graph.group,
        graph.room,
        patience,
    )
    if scans > patience:
        return _by_table(graph, weights, shift)
    placed = pair_of >= 0
    pairs = np.full(graph.people, NOBODY)
    pairs[placed] = rows[pair_of[placed]]
    worth, group_price = _apart(graph, worth, placed)
    worth_ties, group_price_ties = _apart(graph, worth_ties, placed)
    return Flow(
        pairs,
        price,
        price_ties,
        worth,
        worth_ties,
        weights.seat_weight,
        weights.tie_bits,
        scans,
        group_price,
        group_price_ties,
    )


def _apart(graph: Graph, worth: Whole, placed: Flags) -> tuple[Whole, Whole]:
    """Return worths of people, and prices of groups, from worths in which those placed have their group's price."""
    own, group_price = worth[: graph.people], worth[graph.people :]
    if len(group_price):
        member = np.flatnonzero(placed & (graph.group != NOBODY))
        own[member] -= group_price[graph.group[member]]
    return own, group_price


def _shift(graph: Graph, weights: Weights) -> int:
    """Return how many bits first numbers must be raised to leave room for sums of second ones; 0: no table will do."""
    if graph.people * len(graph.capacity) > MOST_CELLS or not len(graph.score) or len(graph.room):
        return 0
    room = (2 * graph.fillable * 2 * weights.one).bit_length() + 1
    needed = (weights.seat_weight + int(graph.score.max())).bit_length() + room
    return room if needed <= BITS - 2 else 0


def _by_table(graph: Graph, weights: Weights, shift: int) -> Flow:
    projects = len(graph.capacity)
    weight = (weights.first(graph.score) << shift) + weights.second(graph.ties, len(graph.score))
    table, pair = _table(graph.indptr, graph.person, weight, graph.people)
    most = table.max(axis=1)
    order = np.argsort(-most, kind="stable")
    at, prices, worths = place_in_table(table, graph.capacity, order)
    placed = np.flatnonzero(at >= 0)
    pairs = np.full(graph.people, NOBODY)
    pairs[placed] = pair[at[placed], placed]
    half = 1 << (shift - 1)
    price, worth = (prices + half) >> shift, (worths + half) >> shift
    return Flow(
        pairs,
        price,
        prices - (price << shift),
        worth,
        worths - (worth << shift),
        weights.seat_weight,
        weights.tie_bits,
        projects * graph.people,
    )


def _scarcity(graph: Graph, weight1: Whole, weight2: Whole) -> Whole:
    """Return the projects by pairs to choose from for each seat, those with few first; then by their best pair.

    A row that is read while most people are free is read no further than its best; long rows, whose people many want,
    come when prices have been found.
    """
    pairs = np.diff(graph.indptr)
    some = np.flatnonzero(pairs)
    best = graph.indptr[some]
    choice = pairs[some] / np.maximum(graph.capacity[some], 1)
    return some[np.lexsort((-weight2[best], -weight1[best], choice))]


@kernel
def _table(indptr: Whole, person: Numbers, weight: Whole, people: int) -> tuple[Whole, Numbers]:
    """Return the weights as a table, and where each pair stands."""
    shape = (len(indptr) - 1, people)
    table, pair = np.full(shape, NOT_ALLOWED), np.zeros(shape, np.int32)
    for row in range(shape[0]):
        for at in range(indptr[row], indptr[row + 1]):
            table[row, person[at]] = weight[at]
            pair[row, person[at]] = at
    return table, pair


@kernel
def _sorted_rows(indptr: Whole, weight1: Whole, weight2: Whole) -> Whole:
    """Return the pairs of each project by falling weight; equal ones stay in their order."""
    rows = np.arange(len(weight1))
    for row in range(len(indptr) - 1):
        begin, end = indptr[row], indptr[row + 1]
        if end - begin > 64:
            by_second = rows[begin:end].copy()
            if weight2[begin:end].min() < weight2[begin:end].max():
                by_second = begin + np.argsort(-weight2[begin:end], kind="mergesort")
            rows[begin:end] = by_second[np.argsort(-weight1[by_second], kind="mergesort")]
            continue
        for at in range(begin + 1, end):
            held, to = rows[at], at
            while to > begin:
                above = rows[to - 1]
                if weight1[above] > weight1[held] or (
                    weight1[above] == weight1[held] and weight2[above] >= weight2[held]
                ):
                    break
                rows[to] = above
                to -= 1
            rows[to] = held
    return rows
