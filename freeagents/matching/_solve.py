"""The solver: kept pairs first, then the best of all plans for the seats that are left, then the reasons."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import perf_counter

import numpy as np

from freeagents.matching._allowed import allowed
from freeagents.matching._arrays import Whole, frozen
from freeagents.matching._assign import Graph, assign
from freeagents.matching._candidates import Candidates, Progress, list_candidates
from freeagents.matching._errors import ProblemError
from freeagents.matching._order import Order
from freeagents.matching._plan import Plan
from freeagents.matching._policy import PARTS, Objective, Policy
from freeagents.matching._problem import Problem
from freeagents.matching._reasons import explain_people, explain_seats
from freeagents.matching._score import score_parts


def solve(problem: Problem, policy: Policy, progress: Progress | None = None) -> Plan:
    """Return the best plan: none that obeys the hard rules and the kept pairs is better by the policy's objective.

    The same problem in any input order gives the same plan. ``progress`` is called with a stage (``order``,
    ``candidates``, ``assign``, ``explain``), how much of it is done, and how much there is.

    :raises ProblemError: a kept pair breaks a hard rule, or sums could not be exact.
    """
    tell = progress or _silence
    watch = _Watch()
    _refuse_unlawful(problem)
    tell("order", 0, 1)
    order = Order.of(problem)
    watch.lap("order")
    candidates = list_candidates(problem, policy, order, tell)
    watch.lap("candidates")
    tell("assign", 0, 1)
    chosen, stats = _choose(candidates, order, problem.free_seats, policy)
    project, seat, person = _seated(problem, order, candidates, chosen)
    parts = _parts(problem, policy, person, project)
    was_kept = problem.is_kept[person]
    watch.lap("assign")
    tell("explain", 0, 2)
    unfilled = explain_seats(problem, candidates, project, seat)
    tell("explain", 1, 2)
    unplaced = explain_people(problem, candidates, person, project, np.where(was_kept, -1, parts.sum(axis=1)))
    tell("explain", 2, 2)
    watch.lap("explain")
    return Plan(
        objective=policy.objective,
        person=frozen(person),
        project=frozen(project),
        seat=frozen(seat),
        kept=frozen(was_kept),
        parts=frozen(parts),
        unfilled=unfilled,
        unplaced=unplaced,
        seconds=watch.seconds,
        stats={
            "seats": int(problem.seats.sum()),
            "allowed_pairs": int(candidates.allowed_people.sum()),
            "listed_pairs": len(candidates.score),
            **stats,
        },
    )


@dataclass(slots=True)
class _Watch:
    """Seconds of each stage."""

    seconds: dict[str, float] = field(default_factory=dict)
    since: float = field(default_factory=perf_counter)

    def lap(self, stage: str) -> None:
        now = perf_counter()
        self.seconds[stage], self.since = now - self.since, now


def _silence(_stage: str, _done: int, _total: int) -> None:
    pass


def _refuse_unlawful(problem: Problem) -> None:
    """Refuse kept pairs that the hard rules do not allow."""
    kept = problem.kept
    for index, (person, project) in enumerate(zip(kept.person.tolist(), kept.project.tolist(), strict=True)):
        for rule in allowed(problem, person, project):
            raise ProblemError("kept", "rule_broken", index, rule=rule, person=person, project=project)


def _choose(candidates: Candidates, order: Order, free: Whole, policy: Policy) -> tuple[Whole, dict[str, int]]:
    """Return which of the candidates to place. The graph is numbered in canonical order, whatever the input's."""
    ranks = order.project_rank[candidates.project], order.person_rank[candidates.person]
    sequence = np.lexsort(ranks[::-1])
    project, person = (each[sequence] for each in ranks)
    graph = Graph.of(project, np.unique(person, return_inverse=True)[1], free[order.projects])
    ties = order.ties(candidates.person[sequence], candidates.project[sequence])
    fill_first = policy.objective is Objective.MOST_SEATS
    chosen, stats = assign(graph, candidates.score[sequence], ties, fill_first=fill_first)
    return sequence[chosen], stats


def _seated(problem: Problem, order: Order, candidates: Candidates, chosen: Whole) -> tuple[Whole, Whole, Whole]:
    """Return project, seat and person of all placements: kept pairs keep their seats, the others follow by score."""
    project, person, score = (each[chosen] for each in (candidates.project, candidates.person, candidates.score))
    best_first = np.lexsort((order.person_rank[person], ~order.ties(person, project), -score, project))
    project, person = project[best_first], person[best_first]
    seat = np.zeros_like(project)
    for each in np.unique(project).tolist():
        here = project == each
        held = problem.kept.of_project(each)[1]
        numbers = np.arange(1, problem.seats[each] + 1)
        seat[here] = numbers[~np.isin(numbers, held)][: here.sum()]
    kept = problem.kept
    project = np.concatenate((project, kept.project))
    seat = np.concatenate((seat, kept.value))
    person = np.concatenate((person, kept.person))
    rows = np.lexsort((seat, project))
    return project[rows], seat[rows], person[rows]


def _parts(problem: Problem, policy: Policy, person: Whole, project: Whole) -> Whole:
    parts = np.zeros((len(person), len(PARTS)), dtype=np.int64)
    for each in np.unique(project).tolist():
        here = project == each
        parts[here] = score_parts(problem, policy, person[here], each)
    return parts
