"""A trial: the best plan if one project asked something else, found from what the plan at hand knows already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from freeagents.matching._allowed import qualifies
from freeagents.matching._arrays import Whole
from freeagents.matching._errors import ProblemError
from freeagents.matching._index import Index
from freeagents.matching._plan import Plan
from freeagents.matching._policy import Objective
from freeagents.matching._problem import Problem
from freeagents.matching._search import Search, Watch
from freeagents.matching._tables import Pairs
from freeagents.matching._views import with_bonus


class Trial:
    """Projects of a plan that ask otherwise, each tried in the place of its original, all else staying as it is.

    The other projects' lists of candidates stay; only the list of the one that changes is made anew, and the assignment
    is made from the lists. It is proven as a plan is: where the proof needs more candidates, lists grow.

    :param plan: of an objective that is a sum, without limits.
    :param problem: the plan's own, followed by the changed projects: no seats, but bound to people as their originals.
    :param originals: for each changed project the index of its original, which has seats that are not kept.
    """

    def __init__(self, plan: Plan, problem: Problem, originals: Sequence[int]) -> None:
        if not plan.is_priced:
            raise ProblemError("objective", "not_priced", objective=str(plan.objective))
        if plan.index.problem.limits:
            raise ProblemError("limits", "not_priced")
        self.plan = plan
        self._start = len(problem.projects) - len(originals)
        self._originals = np.array(originals, dtype=np.int64)
        index = Index.of(problem, plan.index.policy)
        # Ties fall as they do for the original.
        hashes = index.projects.hashes.copy()
        hashes[self._start :] = hashes[self._originals]
        index = replace(index, projects=index.projects._replace(hashes=hashes))
        if plan.objective is Objective.FEWEST_CHANGES:
            index = with_bonus(index, self._previous(), index.policy.change_units)
        self._index = index

    def qualify(self, number: int) -> int:
        """Return how many people the rules allow on a changed project."""
        return qualifies(self._index.problem, self._start + number)

    def placed(self, number: int) -> Whole:
        """Return whom the best plan would choose for a changed project, in order of index; those kept are left away."""
        candidates = self.plan.basis.candidates.copy()
        candidates.index, candidates.executor, candidates.progress = self._index, None, None
        [place] = np.flatnonzero(candidates.projects == self._originals[number])
        candidates.projects = candidates.projects.copy()
        candidates.projects[place] = self._start + number
        candidates.extend(np.array([place]), 2 * candidates.seats[[place]] + 5)
        search = Search(candidates, lambda *_: None, Watch())
        basis = search.best(fill_first=self.plan.objective is Objective.MOST_SEATS)
        own = np.arange(basis.graph.indptr[place], basis.graph.indptr[place + 1])
        chosen = basis.flow.pair_of[basis.graph.person[own]] == own
        return np.sort(basis.people[basis.graph.person[own[chosen]]])

    def _previous(self) -> Pairs:
        """Return the pairs of the plan before, those of an original also as pairs of what it is changed to."""
        before = self.plan.previous
        again = [np.flatnonzero(before.project == project) for project in self._originals.tolist()]
        rows = np.concatenate([np.arange(len(before.person)), *again])
        number = np.repeat(self._start + np.arange(len(again)), [len(each) for each in again])
        project = np.concatenate((before.project, number))
        return Pairs(before.person[rows], project, before.value[rows])
