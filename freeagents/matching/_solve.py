"""The solver: a problem and a policy in, the best plan out. Nothing is changed, and nothing else is looked at."""

from __future__ import annotations

from concurrent.futures import Executor

import numpy as np

from freeagents.matching._allowed import allowed
from freeagents.matching._arrays import Flags, Whole, frozen
from freeagents.matching._candidates import Basis, Candidates, Progress
from freeagents.matching._certificate import Certificate
from freeagents.matching._errors import ProblemError
from freeagents.matching._index import Index
from freeagents.matching._keys import Keys
from freeagents.matching._limited import Limited, best_within
from freeagents.matching._limits import breaches
from freeagents.matching._parts import parts_of_pairs
from freeagents.matching._plan import Plan
from freeagents.matching._policy import PRICED, STABLE, Objective, Policy
from freeagents.matching._problem import Problem
from freeagents.matching._search import Search, Watch
from freeagents.matching._sided import Sided, best_beside
from freeagents.matching._stable import stable
from freeagents.matching._tables import Pairs
from freeagents.matching._views import as_projects_see, with_bonus
from freeagents.matching._worst_off import worst_off


def solve(
    problem: Problem,
    policy: Policy,
    previous: Plan | Pairs | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Plan:
    """Return the best plan of the problem under the policy, with the certificate that proves it.

    The same problem under the same policy gives the same plan, in whichever order its people and projects stand and on
    however many threads the work is done.

    :param previous: for ``fewest_changes``, the plan or the pairs to change as little as pays: people and projects of a
        plan are known again by their keys, pairs are by index.
    :param executor: where lists are made; None: on threads of its own.
    :param progress: told the stage, how much of it is done and how much there is, at most a few hundred times.
    :raises ProblemError: a kept pair breaks a hard rule (``rule_broken``), there are limits and the objective is no sum
        of pairs (``not_with_objective``), or the problem is so large that sums of scores could not be exact.
    """
    tell = progress or _silence
    watch = Watch()
    _refuse_unlawful(problem)
    if problem.limits and policy.objective not in PRICED:
        raise ProblemError("limits", "not_with_objective", objective=str(policy.objective))
    tell("index", 0, 1)
    plain = Index.of(problem, policy)
    before = _pairs(problem, previous)
    index = _weighed(plain, before)
    watch.lap("index")
    candidates = _candidates(index, executor, tell)
    watch.lap("candidates")
    search = Search(candidates, tell, watch)
    fill_first = policy.objective is Objective.MOST_SEATS
    most = higher = beside = None
    if policy.objective in STABLE:
        basis = stable(search, people_first=policy.objective is Objective.STABLE_PEOPLE)
    elif policy.objective is Objective.WORST_OFF:
        basis, most, higher = worst_off(search)
    elif isinstance(candidates, Limited):
        basis = best_within(search, candidates, fill_first=fill_first)
    elif isinstance(candidates, Sided):
        beside = best_beside(search, candidates, fill_first=fill_first)
        basis = beside.basis
    else:
        basis = search.best(fill_first=fill_first)
    person, project = (beside.person, beside.project) if beside else _placed(basis)
    project, seat, person, kept = _seated(plain, project, person)
    parts = parts_of_pairs(plain, person, project)
    certificate = beside.certificate if beside else Certificate.of(basis, most, higher)
    watch.lap("parts")
    return Plan(
        objective=policy.objective,
        person=frozen(person),
        project=frozen(project),
        seat=frozen(seat),
        kept=frozen(kept),
        parts=frozen(parts),
        certificate=certificate,
        bound=beside.bound if beside else certificate.bound,
        breaches=breaches(problem.limits, person, project),
        previous=before,
        index=index,
        basis=basis,
        seconds=watch.seconds,
        stats={
            "seats": int(problem.seats.sum()),
            "listed_pairs": len(basis.graph.score),
            "rounds": search.rounds,
            "scans": basis.flow.scans,
        },
    )


def _candidates(index: Index, executor: Executor | None, tell: Progress) -> Candidates:
    """Return first lists, of the kind that the problem's side rules need."""
    problem = index.problem
    if not problem.limits:
        return Candidates(index, executor, tell)
    if (limit := problem.layer) is not None:
        return Limited(index, limit, executor, tell)
    return Sided(index, executor, tell)


def _silence(_stage: str, _done: int, _total: int) -> None:
    pass


def _refuse_unlawful(problem: Problem) -> None:
    """Refuse kept pairs that the hard rules do not allow."""
    kept = problem.kept
    for index, (person, project) in enumerate(zip(kept.person.tolist(), kept.project.tolist(), strict=True)):
        for rule in allowed(problem, person, project):
            raise ProblemError("kept", "rule_broken", index, rule=rule, person=person, project=project)


def _pairs(problem: Problem, previous: Plan | Pairs | None) -> Pairs:
    """Return the pairs of a previous plan by index in the problem; who or what is no longer there is left away."""
    if previous is None:
        return Pairs.none()
    if isinstance(previous, Plan):
        then = previous.index.problem
        person = _known(problem.people, then.people[previous.person])
        project = _known(problem.projects, then.projects[previous.project])
        there = (person >= 0) & (project >= 0)
        previous = Pairs(person[there], project[there], previous.seat[there])
    previous.check("previous", len(problem.people), len(problem.projects))
    return previous


def _known(now: Keys, then: Keys) -> Whole:
    """Return where each key of then stands now; −1: nowhere."""
    found = np.flatnonzero(np.isin(now, then))
    found = found[np.argsort(now[found])]
    if not len(found):
        return np.full(len(then), -1)
    place = np.minimum(np.searchsorted(now[found], then), len(found) - 1)
    return np.where(now[found[place]] == then, found[place], -1)


def _weighed(index: Index, previous: Pairs) -> Index:
    """Return the index with scores as the objective weighs them."""
    policy = index.policy
    if policy.objective in STABLE:
        return as_projects_see(index)
    if policy.objective is Objective.FEWEST_CHANGES:
        return with_bonus(index, previous, policy.change_units)
    return index


def _placed(basis: Basis) -> tuple[Whole, Whole]:
    """Return person and project of the pairs chosen."""
    graph = basis.graph
    number = np.flatnonzero(basis.flow.pair_of >= 0)
    pair = basis.flow.pair_of[number]
    row = np.searchsorted(graph.indptr, pair, side="right") - 1
    return basis.people[number], basis.candidates.projects[row]


def _seated(index: Index, project: Whole, person: Whole) -> tuple[Whole, Whole, Whole, Flags]:
    """Return project, seat and person of all placements, and which were kept.

    Kept pairs keep their seats, the others follow by score.
    """
    problem, order = index.problem, index.order
    score = parts_of_pairs(index, person, project).sum(axis=1)
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
    return project[rows], seat[rows], person[rows], rows >= len(rows) - len(kept)


def _free_seats(problem: Problem) -> Whole:
    """Return the numbers of all seats that are not kept, by project."""
    starts = np.concatenate((np.zeros(1, np.int64), np.cumsum(problem.seats)))
    number = np.arange(starts[-1]) - np.repeat(starts[:-1], problem.seats) + 1
    free = np.ones(len(number), dtype=np.bool_)
    free[starts[problem.kept.project] + problem.kept.value - 1] = False
    return number[free]
