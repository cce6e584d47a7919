"""What if: the exact price, for the whole round, of choosing otherwise, and who would move."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from typing import NamedTuple

import numpy as np

from freeagents.matching._allowed import allowed
from freeagents.matching._arrays import Flags, Numbers, Whole
from freeagents.matching._compiled import kernel
from freeagents.matching._errors import ProblemError
from freeagents.matching._flow import pop, push
from freeagents.matching._parts import parts_of_pairs
from freeagents.matching._plan import Plan
from freeagents.matching._policy import PRICED, Objective

LONGER = 4
NOBODY = -1
FAR = 1 << 62
FIRST = 1 << 50
"""More than any difference of scores: what comes before them."""


class Move(NamedTuple):
    """What a change does to one person: from a project to another, by index; −1: not placed."""

    person: int
    before: int
    after: int


class Change(NamedTuple):
    """What the round would be if one thing were otherwise: the best plan there is then.

    :ivar seats: how many seats fewer would be filled; below 0: more.
    :ivar units: by how much less the whole would score; with fewer seats filled it may score more.
    :ivar moves: who would be placed otherwise than now; of several ways at the same price this is one.
    """

    seats: int
    units: int
    moves: tuple[Move, ...]


class Steps(NamedTuple):
    """The steps of vacancies, sorted by the node they are kept at.

    :ivar indptr: offsets of each node's steps.
    :ivar to: where each step leads.
    :ivar cost: price + worth − weight of the pair it makes.
    :ivar taker: who fills the vacancy, as numbered by the graph; −1: nobody.
    """

    indptr: Whole
    to: Whole
    cost: Whole
    taker: Whole


class WhatIf:
    """Answers about one plan, exact on the full problem.

    Whoever leaves a seat opens a vacancy; it moves from project to project as each takes somebody from the next, until
    somebody free takes it or it stays. In the graph of projects, with one node more for all that is outside, a step
    costs price + worth − weight of the pair it makes, never below 0. So the price of a change is a shortest path
    (Dijkstra), and the steps of the path are who would move.

    A step through a pair that was not listed as a candidate costs at least its project's price less its cut-off. Where
    such a step could shorten the path, the project's list grows and the answer is made anew.
    """

    def __init__(self, plan: Plan, executor: Executor | None = None) -> None:
        if plan.objective not in PRICED:
            raise ProblemError("objective", "not_priced", objective=str(plan.objective))
        if plan.index.problem.limits:
            raise ProblemError("limits", "not_priced")
        self.plan = plan
        self._fill_first = plan.objective is Objective.MOST_SEATS
        self._candidates = plan.basis.candidates.copy()
        self._candidates.executor, self._candidates.progress = executor, None
        self._outside = len(self._candidates.projects)
        self._make_graph()

    def withdraw(self, person: int) -> Change:
        """Return what it costs if a person placed by the plan withdraws.

        :raises ProblemError: the person is kept, or not placed.
        """
        here = self._row_of_person(person)
        if here == self._outside:
            raise ProblemError("person", "not_placed", person=person)
        return self._cheapest(person, here, [self._outside])

    def force(self, person: int, project: int) -> Change:
        """Return what it costs to place a person on a project, whatever else follows.

        :raises ProblemError: the person is kept, the project has no seat that is not kept, or a rule forbids the pair.
        """
        here, there = self._row_of_person(person), self._row_of_project(project)
        for rule in allowed(self.plan.index.problem, person, project):
            raise ProblemError("pair", "rule_broken", rule=rule, person=person, project=project)
        if here == there:
            return Change(0, 0, ())
        return self._cheapest(person, here, [there])

    def bar(self, person: int, project: int) -> Change:
        """Return what it costs to keep a person off a project.

        :raises ProblemError: the person is kept, or the project has no seat that is not kept.
        """
        here, there = self._row_of_person(person), self._row_of_project(project)
        if here != there:
            return Change(0, 0, ())
        return self._cheapest(person, here, None)

    def next_best(self, project: int, count: int) -> list[tuple[int, Change]]:
        """Return the people who could take a seat of a project, those first whose choice costs the whole round least.

        People whom the plan places there are left out; of two at the same price the better on the project comes first.

        :raises ProblemError: the project has no seat that is not kept.
        """
        there = self._row_of_project(project)
        while True:
            graph, flow = self._basis.graph, self._basis.flow
            lengths, by = _search(*self._backward[:3], there)
            span = slice(graph.indptr[there], graph.indptr[there + 1])
            elsewhere = np.flatnonzero(self._row[graph.person[span]] != there)
            number, score = graph.person[span][elsewhere], graph.score[span][elsewhere]
            own = flow.price[there] + flow.worth[number] - score - flow.seat_weight
            cost = own + lengths[self._row[number]]
            best = np.argsort(cost, kind="stable")[:count]
            most = int(cost[best].max(initial=0)) if len(best) == count else FAR
            # Whoever is not listed costs no less than the cut-off lets them; neither does a step through such a pair.
            limit = np.full(self._outside, int(lengths[self._row[number[best]]].max(initial=0)))
            limit[there] = most
            short = self._unlisted_costs() < limit
            if not short.any():
                break
            self._lengthen(np.flatnonzero(short))
        people = self._basis.people[number[best]].tolist()
        return [
            (who, self._change(who, row, there, int(price), self._back(by, row, there)))
            for who, row, price in zip(people, self._row[number[best]].tolist(), cost[best].tolist(), strict=True)
        ]

    def thresholds(self) -> Whole:
        """Return, for each project by index, the score in units above which one more person would be placed there.

        Below 0: whoever is allowed would be. Where all seats are kept no score would do.
        """
        lengths, _ = self._ways_in()
        found = np.full(len(self.plan.index.problem.projects), FAR)
        found[self._candidates.projects] = self._basis.flow.price + lengths[:-1] - self._basis.flow.seat_weight
        return found

    def bars(self) -> tuple[Whole, Whole]:
        """Return the projects with seats not kept, in canonical order, and the bar that twice a score must pass.

        Whoever is left out and would score more there than half the bar is placed, in every best plan of the round with
        that person; of several such projects on the one where twice the score is farthest above the bar. One more seat
        filled counts as the objective says: before all scores, or where scores are equal.
        """
        lengths, by = self._ways_in()
        start = np.searchsorted(self._forward.indptr, np.maximum(by[:-1], 0), side="right") - 1
        # Where the vacancy comes in: the project itself, or where the one before it on the way came in.
        entry = np.where(start == self._outside, np.arange(self._outside), start)
        while (entry != entry[entry]).any():
            entry = entry[entry]
        placed = np.bincount(self._row[self._row < self._outside], minlength=self._outside)
        gain = placed[entry] < self._candidates.seats[entry]
        flow = self._basis.flow
        score = flow.price + lengths[:-1] - flow.seat_weight + gain * flow.seat_weight
        return self._candidates.projects, 2 * score - gain * (FIRST if self._fill_first else 1)

    def _ways_in(self) -> tuple[Whole, Whole]:
        """Return how far each row is from outside, also over pairs that are not listed, and by which step."""
        while True:
            lengths, by = _search(*self._forward[:3], self._outside)
            longest = int(lengths[:-1].max(initial=0))
            short = lengths[:-1] + self._unlisted_costs() < longest
            if not short.any():
                return lengths, by
            self._lengthen(np.flatnonzero(short))

    # What follows speaks of rows: places among the candidates' projects, and one more for all that is outside.

    def _make_graph(self) -> None:
        self._basis = self._candidates.basis(fill_first=self._fill_first)
        graph, flow = self._basis.graph, self._basis.flow
        self._row = np.full(graph.people, self._outside)
        placed = np.flatnonzero(flow.pair_of >= 0)
        self._row[placed] = np.searchsorted(graph.indptr, flow.pair_of[placed], side="right") - 1
        empty = np.bincount(self._row[placed], minlength=self._outside) < self._candidates.seats
        weight = graph.score + flow.seat_weight
        steps = _steps(graph.indptr, graph.person, weight, flow.price, flow.worth, self._row, empty)
        self._forward, self._backward = _by_node(steps, 0, self._outside + 1), _by_node(steps, 1, self._outside + 1)
        self._number = np.full(len(self.plan.index.problem.people), NOBODY)
        self._number[self._basis.people] = np.arange(graph.people)

    def _lengthen(self, rows: Whole) -> None:
        self._candidates.extend(rows, LONGER * self._candidates.sizes[rows])
        self._make_graph()

    def _unlisted_costs(self) -> Whole:
        """Return the least that a pair of each row's project costs if it is not listed."""
        cut = self._candidates.cut
        return np.where(cut < 0, FAR, self._basis.flow.price - cut - self._basis.flow.seat_weight)

    def _row_of_project(self, project: int) -> int:
        found = np.flatnonzero(self._candidates.projects == project)
        if not len(found):
            raise ProblemError("project", "no_free_seat", project=project)
        return int(found[0])

    def _row_of_person(self, person: int) -> int:
        if self.plan.index.problem.is_taken[person]:
            raise ProblemError("person", "kept", person=person)
        number = self._number[person]
        return int(self._row[number]) if number != NOBODY else self._outside

    def _cheapest(self, person: int, here: int, ends: Sequence[int] | None) -> Change:
        """Return the cheapest change that takes a person from the row they are at to one of the ends.

        :param ends: None: wherever else the person is allowed, or outside.
        """
        while True:
            lengths, by = _search(*self._forward[:3], here)
            rows = np.array(self._elsewhere(person, here) if ends is None else ends)
            cost = np.array([self._own_cost(person, row) for row in rows.tolist()]) + lengths[rows]
            best = int(np.argmin(cost))
            # Neither a step nor, for the person, a place that is not listed could make it cheaper.
            needed = int(cost[best]) if ends is None else int(lengths[rows[best]])
            short = lengths[:-1] + self._unlisted_costs() < needed
            if not short.any():
                break
            self._lengthen(np.flatnonzero(short))
        end = int(rows[best])
        return self._change(person, here, end, int(cost[best]), self._forth(by, here, end))

    def _elsewhere(self, person: int, here: int) -> list[int]:
        """Return the rows of a person's listed pairs but one, and the row outside."""
        graph = self._basis.graph
        pairs = np.flatnonzero(graph.person == self._number[person])
        rows = np.searchsorted(graph.indptr, pairs, side="right") - 1
        return [*rows[rows != here].tolist(), self._outside]

    def _own_cost(self, person: int, row: int) -> int:
        """Return price + worth − weight of a pair; for the row outside the worth alone."""
        flow, number = self._basis.flow, self._number[person]
        worth = int(flow.worth[number]) if number != NOBODY else 0
        if row == self._outside:
            return worth
        parts = parts_of_pairs(self.plan.index, np.array([person]), self._candidates.projects[[row]])
        return int(flow.price[row]) + worth - int(parts.sum()) - flow.seat_weight

    def _forth(self, by: Whole, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Yield the steps of a path, the last first: from, to, who takes."""
        while end != start:
            step = by[end]
            before = int(np.searchsorted(self._forward.indptr, step, side="right") - 1)
            yield before, end, int(self._forward.taker[step])
            end = before

    def _back(self, by: Whole, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Yield the steps of a path found backward, the first first."""
        while start != end:
            step = by[start]
            after = int(np.searchsorted(self._backward.indptr, step, side="right") - 1)
            yield start, after, int(self._backward.taker[step])
            start = after

    def _change(self, person: int, here: int, end: int, weight: int, path: Iterator[tuple[int, int, int]]) -> Change:
        names = [*self._candidates.projects.tolist(), NOBODY]
        moves = [Move(person, names[here], names[end])]
        # The vacancy before a step is taken by somebody from where it leads; outside, somebody loses the seat.
        moves += (
            Move(int(self._basis.people[taker]), names[after], names[before])
            for before, after, taker in path
            if taker != NOBODY
        )
        seats = sum((move.before >= 0) - (move.after >= 0) for move in moves)
        return Change(seats, weight - seats * self._basis.flow.seat_weight, tuple(moves))


def _by_node(steps: tuple[Whole, Whole, Whole, Whole], side: int, nodes: int) -> Steps:
    """Return steps sorted by where they start (side 0) or end (side 1), leading to the other side."""
    order = np.argsort(steps[side], kind="stable")
    counts = np.bincount(steps[side], minlength=nodes)
    indptr = np.concatenate((np.zeros(1, np.int64), np.cumsum(counts)))
    return Steps(indptr, steps[1 - side][order], steps[2][order], steps[3][order])


@kernel
def _steps(
    indptr: Whole, person: Numbers, weight: Whole, price: Whole, worth: Whole, row_of: Whole, empty: Flags
) -> tuple[Whole, Whole, Whole, Whole]:
    """Return where the steps of vacancies start and end, what they cost and who takes them.

    A row's vacancy is taken by somebody from another row or from outside, or stays. One from outside is an empty seat
    of a row, or opens there when its person of least worth loses the seat.
    """
    rows, outside = len(price), len(price)
    most = len(person) + 2 * rows
    start, end = np.empty(most, np.int64), np.empty(most, np.int64)
    cost, taker = np.empty(most, np.int64), np.empty(most, np.int64)
    least, least_worth = np.full(rows, NOBODY, np.int64), np.zeros(rows, np.int64)
    count = 0
    for row in range(rows):
        stays, free = price[row], NOBODY
        for pair in range(indptr[row], indptr[row + 1]):
            j = person[pair]
            own = price[row] + worth[j] - weight[pair]
            if row_of[j] == row:
                if least[row] == NOBODY or worth[j] < least_worth[row]:
                    least[row], least_worth[row] = j, worth[j]
            elif row_of[j] == outside:
                if own < stays or (free == NOBODY and own == stays):
                    stays, free = own, j
            else:
                start[count], end[count], cost[count], taker[count] = row, row_of[j], own, j
                count += 1
        start[count], end[count], cost[count], taker[count] = row, outside, stays, free
        count += 1
    for row in range(rows):
        if empty[row]:
            start[count], end[count], cost[count], taker[count] = outside, row, 0, NOBODY
            count += 1
        elif least[row] != NOBODY:
            start[count], end[count], cost[count], taker[count] = outside, row, least_worth[row], least[row]
            count += 1
    return start[:count], end[:count], cost[:count], taker[:count]


@kernel
def _search(indptr: Whole, to: Whole, cost: Whole, source: int) -> tuple[Whole, Whole]:
    """Return how far each node is from the source, and the step that reaches it (Dijkstra 1959)."""
    nodes = len(indptr) - 1
    length, by = np.full(nodes, FAR), np.full(nodes, NOBODY, np.int64)
    done = np.zeros(nodes, np.bool_)
    room = len(to) + 1
    heap1, heap2, item = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int32)
    length[source] = 0
    heap1[0], heap2[0], item[0], size = 0, 0, source, 1
    while size > 0:
        node = item[0]
        pop(heap1, heap2, item, size)
        size -= 1
        if done[node]:
            continue
        done[node] = True
        for step in range(indptr[node], indptr[node + 1]):
            other, found = to[step], length[node] + cost[step]
            if found < length[other]:
                length[other], by[other] = found, step
                # The heap has its greatest key first, so lengths stand below 0.
                push(heap1, heap2, item, size, -found, -other, other)
                size += 1
    return length, by
