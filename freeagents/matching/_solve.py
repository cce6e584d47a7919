"""The solver: a problem and a policy in, the best plan out. Nothing is changed, and nothing else is looked at."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np

from freeagents.matching._allowed import allowed
from freeagents.matching._arrays import Whole, frozen
from freeagents.matching._candidates import Basis, Candidates, Progress
from freeagents.matching._certificate import Certificate
from freeagents.matching._errors import ProblemError
from freeagents.matching._index import Index
from freeagents.matching._parts import parts_of_pairs
from freeagents.matching._plan import Plan
from freeagents.matching._policy import Objective, Policy
from freeagents.matching._problem import Problem

LONGER = 4
"""Where the proof needs more candidates of a project, its list grows so many times."""


def solve(
    problem: Problem,
    policy: Policy,
    previous: Plan | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Plan:
    """Return the best plan of the problem under the policy, with the certificate that proves it.

    The same problem under the same policy gives the same plan, in whichever order its people and projects stand and on
    however many threads the work is done.

    :param executor: where lists are made; None: on threads of its own.
    :param progress: told the stage, how much of it is done and how much there is, at most a few hundred times.
    :raises ProblemError: a kept pair breaks a hard rule (``rule_broken``), or the problem is so large that sums of
        scores could not be exact.
    """
    del previous
    tell = progress or _silence
    watch = _Watch()
    _refuse_unlawful(problem)
    tell("index", 0, 1)
    index = Index.of(problem, policy)
    watch.lap("index")
    candidates = Candidates(index, executor, tell)
    watch.lap("candidates")
    fill_first = policy.objective is Objective.MOST_SEATS
    seats, rounds = int(problem.free_seats.sum()), 0
    while True:
        rounds += 1
        tell("assign", 0, 1)
        basis = candidates.basis(fill_first=fill_first)
        watch.lap("assign")
        open_ends = basis.open_ends(fill_first=fill_first)
        watch.lap("certify")
        if not len(open_ends):
            break
        # With one more than all seats listed somebody listed is free, and the price is high enough.
        candidates.extend(open_ends, np.minimum(LONGER * candidates.sizes[open_ends], seats + 1))
        watch.lap("candidates")
    person, project, score = _placed(basis)
    project, seat, person = _seated(index, project, person, score)
    parts = parts_of_pairs(index, person, project)
    watch.lap("parts")
    return Plan(
        objective=policy.objective,
        person=frozen(person),
        project=frozen(project),
        seat=frozen(seat),
        kept=frozen(problem.is_kept[person]),
        parts=frozen(parts),
        certificate=Certificate.of(basis),
        index=index,
        basis=basis,
        seconds=watch.seconds,
        stats={
            "seats": int(problem.seats.sum()),
            "listed_pairs": len(basis.graph.score),
            "rounds": rounds,
            "scans": basis.flow.scans,
        },
    )


@dataclass(slots=True)
class _Watch:
    """Seconds of each stage."""

    seconds: dict[str, float] = field(default_factory=dict)
    since: float = field(default_factory=perf_counter)

    def lap(self, stage: str) -> None:
        now = perf_counter()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self.since
        self.since = now


def _silence(_stage: str, _done: int, _total: int) -> None:
    pass


def _refuse_unlawful(problem: Problem) -> None:
    """Refuse kept pairs that the hard rules do not allow."""
    kept = problem.kept
    for index, (person, project) in enumerate(zip(kept.person.tolist(), kept.project.tolist(), strict=True)):
        for rule in allowed(problem, person, project):
            raise ProblemError("kept", "rule_broken", index, rule=rule, person=person, project=project)


def _placed(basis: Basis) -> tuple[Whole, Whole, Whole]:
    """Return person, project and score of the pairs chosen."""
    graph = basis.graph
    number = np.flatnonzero(basis.flow.pair_of >= 0)
    pair = basis.flow.pair_of[number]
    row = np.searchsorted(graph.indptr, pair, side="right") - 1
    return basis.people[number], basis.candidates.projects[row], graph.score[pair]


def _seated(index: Index, project: Whole, person: Whole, score: Whole) -> tuple[Whole, Whole, Whole]:
    """Return project, seat and person of all placements: kept pairs keep their seats, the others follow by score."""
    problem, order = index.problem, index.order
    ties = order.ties(person, project)
    best_first = np.lexsort((order.person_hash[person], ~ties, -score, project))
    project, person = project[best_first], person[best_first]
    seat = _free_seats(problem)
    starts = np.concatenate((np.zeros(1, np.int64), np.cumsum(problem.free_seats)))
    began = np.searchsorted(project, project)
    seat = seat[starts[project] + np.arange(len(project)) - began]
    kept = problem.kept
    project = np.concatenate((project, kept.project))
    seat = np.concatenate((seat, kept.value))
    person = np.concatenate((person, kept.person))
    rows = np.lexsort((seat, project))
    return project[rows], seat[rows], person[rows]


def _free_seats(problem: Problem) -> Whole:
    """Return the numbers of all seats that are not kept, by project."""
    starts = np.concatenate((np.zeros(1, np.int64), np.cumsum(problem.seats)))
    number = np.arange(starts[-1]) - np.repeat(starts[:-1], problem.seats) + 1
    free = np.ones(len(number), dtype=np.bool_)
    free[starts[problem.kept.project] + problem.kept.value - 1] = False
    return number[free]
