"""Side rules as a mixed-integer programme over listed pairs, and what prices of its rows prove."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, hstack, vstack

from freeagents.matching._arrays import Flags, Reals, Whole
from freeagents.matching._assign import NOBODY, Graph, solve_flow
from freeagents.matching._errors import ProblemError
from freeagents.matching._limits import Key, Row, SideRule, breaches
from freeagents.matching._problem import Problem

Prices = dict[Key, int]
MOST_NODES = 20_000
"""Branch and bound looks at so many nodes at most."""
INFEASIBLE = 2
HALF = 0.5
NOISE = 1e-6
UNITS = 1000.0
"""HiGHS is told points: numbers near 1 suit it better."""


class Duals(NamedTuple):
    """Whole prices, as linear programming finds them.

    :ivar rows: of rows of side rules, by key; those that are 0 are left out.
    :ivar seat: p prices of a seat.
    """

    rows: Prices
    seat: Whole


class Relaxed(NamedTuple):
    """What is proven where side rules have prices instead of holding: no plan exceeds the bound.

    :ivar price: p prices of a seat.
    :ivar person: people of worth, by index, sorted; ``worth``: theirs.
    :ivar prices: of rows of side rules, by key; those that are 0 are left out.
    """

    price: Whole
    person: Whole
    worth: Whole
    prices: Prices
    bound: int


@dataclass(frozen=True, eq=False)
class Programme:
    """The listed pairs and the side rules between them, as a mixed-integer programme.

    Its columns are *x*, 1 where a pair is placed; *y*, 1 where somebody is placed on a project of which a side rule
    asks something; and *z*, by how much a row is not kept.

    :ivar people: q people by index, as the graph numbers them; ``projects``: its p projects by index.
    :ivar weight: e weights.
    """

    problem: Problem
    graph: Graph
    people: Whole
    projects: Whole
    weight: Whole

    @cached_property
    def person(self) -> Whole:
        """The e people of the pairs, by index."""
        return self.people[self.graph.person]

    @cached_property
    def project(self) -> Whole:
        """The e projects of the pairs, by index."""
        return self.projects[self._place]

    @cached_property
    def rules(self) -> dict[str, SideRule]:
        """The side rules by code."""
        return {rule.code: rule for rule in self.problem.limits}

    @cached_property
    def present(self) -> list[int]:
        """The projects with a *y*, in the graph's order."""
        asked = {each for rule in self.problem.limits for each in rule.present.tolist()}
        return [each for each in self.projects.tolist() if each in asked]

    @cached_property
    def rows(self) -> list[Row]:
        """The rows of side rules, in an order that the input's has no part in."""
        kept = self.problem.kept
        found = [
            settled
            for rule in self.problem.limits
            for row in rule.rows(self.person, self.project, kept)
            if (settled := self._settled(row)) is not None
        ]
        for each in self.present:
            for pair in np.flatnonzero(self.project == each).tolist():
                key = ("with", "", (each, int(self.person[pair])))
                found.append(Row(key, np.array([pair]), 1, each, -1, 0))
        place = {each: at for at, each in enumerate(self.present)}
        return sorted(
            found, key=lambda row: (*row.key[:2], place.get(row.project, NOBODY), row.pairs.tolist(), row.most)
        )

    def _settled(self, row: Row) -> Row | None:
        """Return a row without *y* where the project has no seat left: 1 where all are kept, else there is no row."""
        if row.project == NOBODY or row.project in self.present:
            return row
        kept = (self.problem.kept.project == row.project).any()
        return row._replace(project=NOBODY, times=0, most=row.most - row.times) if kept else None

    @cached_property
    def forced(self) -> Flags:
        """Which *y* are 1 in any case, since somebody is kept there."""
        return np.isin(self.present, self.problem.kept.project)

    @cached_property
    def on_pairs(self) -> csr_array:
        """Rows × pairs."""
        counts = [len(row.pairs) for row in self.rows]
        column = np.concatenate([np.zeros(0, np.int64), *(row.pairs for row in self.rows)])
        line = np.repeat(np.arange(len(counts)), counts)
        times = np.concatenate(
            [np.zeros(0, np.int64), *(np.broadcast_to(row.each, len(row.pairs)) for row in self.rows)]
        )
        return csr_array((times, (line, column)), shape=(len(counts), len(self.person)))

    @cached_property
    def on_projects(self) -> csr_array:
        """Rows × *y*."""
        place = {each: at for at, each in enumerate(self.present)}
        some = [(line, place[row.project], row.times) for line, row in enumerate(self.rows) if row.project != NOBODY]
        line, column, times = np.array(some, dtype=np.int64).reshape(-1, 3).T
        return csr_array((times, (line, column)), shape=(len(self.rows), len(self.present)))

    @cached_property
    def most(self) -> Whole:
        """What the rows may come to."""
        return np.array([row.most for row in self.rows], dtype=np.int64)

    @cached_property
    def breach(self) -> Whole:
        """What each unit costs by which a row is not kept; −1: it must hold."""
        prices = [self.rules[row.key[1]].price if row.key[1] else None for row in self.rows]
        return np.array([-1 if price is None else price for price in prices], dtype=np.int64)

    @cached_property
    def dear(self) -> int:
        """A price above all that placing people could bring."""
        return 1 + self.graph.fillable * int(self.weight.max(initial=0)) + int(np.maximum(self.breach, 0).sum())

    @cached_property
    def has_several(self) -> bool:
        """Whether somebody may have several seats."""
        return self.problem.shares is not None

    @cached_property
    def _seats(self) -> tuple[csr_array, Whole]:
        """Rows of projects × pairs, then of people where each has one seat at most, and what they may come to."""
        number = np.arange(len(self.person))
        ones = np.ones(len(number), np.int64)
        of_projects = csr_array((ones, (self._place, number)), shape=(len(self.projects), len(number)))
        if self.has_several:
            return of_projects, self.graph.capacity
        of_people = csr_array((ones, (self.graph.person, number)), shape=(self.graph.people, len(number)))
        return (
            vstack((of_projects, of_people)).tocsr(),
            np.concatenate((self.graph.capacity, np.ones(self.graph.people, np.int64))),
        )

    @cached_property
    def _place(self) -> Whole:
        """The e places of the pairs' projects among the p."""
        return np.repeat(np.arange(len(self.projects)), np.diff(self.graph.indptr))

    def _columns(self, slack: Whole) -> tuple[Any, Whole]:
        """Return the matrix of all columns and what its rows may come to; ``slack``: the rows that may be broken."""
        seats, room = self._seats
        lines = len(self.rows)
        broken = csr_array((-np.ones(len(slack)), (slack, np.arange(len(slack)))), shape=(lines, len(slack)))
        nothing = csr_array((seats.shape[0], len(self.present) + len(slack)))
        matrix = vstack((hstack((seats, nothing)), hstack((self.on_pairs, self.on_projects, broken)))).tocsr()
        return matrix, np.concatenate((room, self.most))

    @cached_property
    def breakable(self) -> Whole:
        """The rows that could be broken: not those that tell whether somebody is placed, nor people's time."""
        return np.flatnonzero([bool(row.key[1]) and row.key[0] != "time" for row in self.rows])

    def duals(self) -> Duals:
        """Return whole prices that make the relaxed choice weigh least, as linear programming finds them.

        Rows that must hold may be broken at a price that no plan is worth, so that prices are found in any case.
        """
        if not len(self.person) or not (self.rows or self.has_several):
            return Duals({}, np.zeros(len(self.projects), np.int64))
        price = np.where(self.breach < 0, self.dear, self.breach)
        slack = self.breakable
        matrix, most = self._columns(slack)
        pairs, shown = len(self.person), len(self.present)
        cost = np.concatenate((-self.weight, np.zeros(shown), price[slack])).astype(np.float64) / UNITS
        low = np.concatenate((np.zeros(pairs), self.forced, np.zeros(len(slack))))
        high = np.concatenate((np.ones(pairs + shown), np.full(len(slack), np.inf)))
        bounds: Any = np.stack((low, high), axis=1)
        found = linprog(cost, A_ub=matrix, b_ub=most, bounds=bounds, method="highs")
        if found.status != 0:
            raise ProblemError("limits", "not_solved", status=int(found.status))
        marginal: Reals = -found.ineqlin.marginals * UNITS
        of_rows = marginal[len(most) - len(self.rows) :]
        # What is taken off the price of somebody's full time, their pairs are worth more: less is never lost by it.
        timed = np.array([row.key[0] == "time" for row in self.rows], dtype=np.bool_)
        near = np.where(timed, np.floor(of_rows + NOISE), np.rint(of_rows))
        whole = np.clip(near, 0, np.where(timed, np.inf, price)).astype(np.int64)
        rows = {row.key: value for row, value in zip(self.rows, whole.tolist(), strict=True) if value}
        return Duals(rows, np.rint(np.maximum(marginal[: len(self.projects)], 0)).astype(np.int64))

    def relaxed(self, duals: Duals) -> Relaxed:
        """Return what is proven of all plans of listed pairs by prices of the rows.

        The best prices of seats and worths of people for these are found anew, but where somebody may have several
        seats: then it is the prices given, and the worth of a person is all that their pairs weigh above them.
        """
        price = np.array([duals.rows.get(row.key, 0) for row in self.rows], dtype=np.int64)
        weight = self.weight - self.on_pairs.T @ price
        if self.has_several:
            seat = duals.seat
            worth = np.zeros(self.graph.people, np.int64)
            np.add.at(worth, self.graph.person, np.maximum(weight - seat[self._place], 0))
        else:
            seat, worth = self._flow_prices(weight)
        shown = -(self.on_projects.T @ price)
        bound = (
            int(seat @ self.graph.capacity + worth.sum())
            + int(np.where(self.forced, shown, np.maximum(shown, 0)).sum())
            + int(price @ self.most)
        )
        of_worth = np.flatnonzero(worth)
        order = np.argsort(self.people[of_worth])
        return Relaxed(seat, self.people[of_worth][order], worth[of_worth][order], duals.rows, bound)

    def _flow_prices(self, weight: Whole) -> tuple[Whole, Whole]:
        """Return the prices of seats and the worths of people of the best choice at such weights."""
        graph, some = self.graph, np.flatnonzero(weight >= 0)
        sizes = np.bincount(self._place[some], minlength=len(self.projects))
        indptr = np.concatenate((np.zeros(1, np.int64), np.cumsum(sizes)))
        flow = solve_flow(
            replace(graph, indptr=indptr, person=graph.person[some], score=weight[some], ties=None), fill_first=False
        )
        return flow.price, flow.worth

    def value(self, chosen: Whole) -> int:
        """Return what a plan of these pairs weighs, less what it breaks."""
        kept = self.problem.kept
        person = np.concatenate((self.person[chosen], kept.person))
        project = np.concatenate((self.project[chosen], kept.project))
        broken = breaches(self.problem.limits, person, project)
        return int(self.weight[chosen].sum()) - sum(breach.units for breach in broken)

    def best(self) -> tuple[Whole, bool] | None:
        """Return which pairs the best plan places, and whether the search for it came to its end.

        Of plans that weigh the same one with the most pairs is sought. None: no plan of listed pairs keeps all rules
        that must hold.
        """
        slack = np.flatnonzero(self.breach >= 0)
        matrix, most = self._columns(slack)
        pair = 1 / (1 + self.graph.fillable)
        aim = np.concatenate((self.weight + pair, np.zeros(len(self.present)), -self.breach[slack])).astype(np.float64)
        if not len(aim):
            return None if (self.most < 0).any() else (np.zeros(0, np.int64), True)
        found = self._solve(aim, matrix, most, len(slack))
        if found.x is None and found.status != INFEASIBLE:
            raise ProblemError("limits", "not_solved", status=int(found.status))
        if found.x is None:
            return None
        return np.flatnonzero(found.x[: len(self.person)] > HALF), found.status == 0

    def impossible(self) -> ProblemError:
        """Return the refusal that names what cannot hold: where the fewest people are too many or too few."""
        slack = self.breakable
        matrix, most = self._columns(slack)
        hard = self.breach[slack] < 0
        aim = np.concatenate((np.zeros(len(self.person) + len(self.present)), -hard.astype(np.float64)))
        found = self._solve(aim, matrix, most, len(slack))
        short = np.rint(found.x[len(found.x) - len(slack) :]).astype(np.int64) * hard
        first = int(np.argmax(short > 0))
        kind, code, where = self.rows[slack[first]].key
        told = {"kind": kind, "where": where, "people": int(short[first]), "broken": int((short > 0).sum())}
        return ProblemError(f"limits.{code}", "cannot_be_met", where[0], **told)

    def _solve(self, aim: Reals, matrix: csr_array, most: Whole, slack: int) -> Any:
        pairs, shown = len(self.person), len(self.present)
        low = np.concatenate((np.zeros(pairs), self.forced, np.zeros(slack)))
        high = np.concatenate((np.ones(pairs + shown), np.full(slack, np.inf)))
        whole = np.concatenate((np.ones(pairs + shown, np.int64), np.zeros(slack, np.int64)))
        return milp(
            -aim,
            constraints=LinearConstraint(matrix, -np.inf, most),
            bounds=Bounds(low, high),
            integrality=whole,
            options={"mip_rel_gap": 0.0, "node_limit": MOST_NODES},
        )
