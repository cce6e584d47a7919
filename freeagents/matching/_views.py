"""Views of an index: the same people, projects and rules with applications that earn otherwise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from freeagents.matching._arrays import Flags, Numbers, Whole
from freeagents.matching._index import Index
from freeagents.matching._tables import Pairs

NO_RANK = np.iinfo(np.int64).max - 2
NO_WISH = NO_RANK + 1
NOWHERE = NO_WISH + 1
"""An application without a rank comes after all with one, then what was not applied for, then no project at all."""


def as_projects_see(index: Index) -> Index:
    """Return the index with scores as projects see them: all parts but the rank, which is the person's own wish."""
    project, person, _ = index.problem.fit.ranks.by_project
    return _earning(index, project, person, np.zeros(len(project), np.int64))


def with_bonus(index: Index, pairs: Pairs, units: int) -> Index:
    """Return the index with so many units more for each of the pairs."""
    n, projects = max(len(index.problem.people), 1), index.projects
    ranked = np.repeat(np.arange(len(index.problem.projects)), np.diff(projects.rank_indptr)) * n + projects.ranked
    wanted = pairs.project * n + pairs.person
    pair, place = np.unique(np.concatenate((ranked, wanted)), return_inverse=True)
    earned = np.zeros(len(pair), np.int64)
    np.add.at(earned, place, np.concatenate((projects.rank_units, np.full(len(wanted), units))))
    return _earning(index, *np.divmod(pair, n), earned)


def among(index: Index, some: Flags) -> Index:
    """Return the index in which only some people can be listed."""
    return replace(index, people=index.people._replace(kept=index.people.kept | ~some))


def wishes(index: Index) -> Whole:
    """Return the ranks of all applications by project and person; smaller is more wanted."""
    _, _, rank = index.problem.fit.ranks.by_project
    return np.where(rank == 0, NO_RANK, rank)


def wish_of(index: Index, person: Whole, project: Whole) -> Whole:
    """Return how much each person wants the project: the rank of the application; smaller is more wanted."""
    owner, who, _ = index.problem.fit.ranks.by_project
    n = max(len(index.problem.people), 1)
    applied, asked = owner.astype(np.int64) * n + who, project * n + person
    place = np.searchsorted(applied, asked)
    found = np.full(len(asked), NO_WISH)
    there = np.flatnonzero(place < len(applied))
    there = there[applied[place[there]] == asked[there]]
    found[there] = wishes(index)[place[there]]
    return found


def _earning(index: Index, project: Numbers | Whole, person: Numbers | Whole, units: Whole) -> Index:
    """Return the index with what these pairs, by project and person, earn as applications."""
    m = len(index.problem.projects)
    indptr = np.concatenate((np.zeros(1, np.int64), np.cumsum(np.bincount(project, minlength=m))))
    projects = index.projects._replace(rank_indptr=indptr, ranked=person.astype(np.int32), rank_units=units)
    return replace(index, projects=projects)
