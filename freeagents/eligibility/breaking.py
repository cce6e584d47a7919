"""Which hard rules many pairs of a case break, and from where each rule alone keeps people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from freeagents.eligibility.arrays import Arrays
from freeagents.eligibility.case import Case
from freeagents.eligibility.columns import Array
from freeagents.eligibility.facts import Pair, Wish


def failing(case: Case, pairs: Iterable[Pair | Wish]) -> list[tuple[str, ...]]:
    """Return, for each pair of the case, the codes of the hard rules that it breaks."""
    arrays = Arrays(case)
    rows = np.array([arrays.row(pair) for pair in pairs], dtype=np.int64).reshape(-1, 2)
    return _failing(arrays, *rows.T)


def failing_wishes(case: Case, people: Array) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Yield row, project key and the codes of the broken rules for each wish of these people, given by row in order."""
    arrays = Arrays(case.only(people))
    wishes = arrays.people.lists["wishes"]
    found = _failing(arrays, wishes.row, wishes["word"])
    for row, project, codes in zip(people[wishes.row].tolist(), wishes["word"].tolist(), found, strict=True):
        yield row, arrays.projects[project].key, codes


def keeps_from(case: Case, people: Array) -> list[dict[str, int]]:
    """Return rule → from how many projects with seats it alone keeps a person, for each of the people of these rows.

    Looks at each of them with each project.
    """
    problem = Arrays(case.only(people)).problem()
    counts = np.zeros((len(people), len(problem.rules)), dtype=np.int64)
    everybody = np.arange(len(people))
    for project in np.flatnonzero(problem.seats).tolist():
        refused = np.array([~rule.allows(project, everybody) for rule in problem.rules])
        alone = np.flatnonzero(refused.sum(axis=0) == 1)
        counts[alone, refused[:, alone].argmax(axis=0)] += 1
    codes = [rule.code for rule in problem.rules]
    return [{code: count for code, count in zip(codes, row, strict=True) if count} for row in counts.tolist()]


def _failing(arrays: Arrays, people: Array, projects: Array) -> list[tuple[str, ...]]:
    """Ask each rule once a project, for all its people."""
    problem = arrays.problem()
    found: list[tuple[str, ...]] = [()] * len(people)
    order = np.argsort(projects, kind="stable")
    begins = np.flatnonzero(np.diff(projects[order], prepend=-1))
    for some in np.split(order, begins[1:]):
        if not len(some):
            continue
        project, who = int(projects[some[0]]), people[some].astype(np.int64)
        allowed_by = np.array([rule.allows(project, who) for rule in problem.rules])
        for pair, column in zip(some.tolist(), allowed_by.T, strict=True):
            found[pair] = tuple(rule.code for rule, allows in zip(problem.rules, column, strict=True) if not allows)
    return found
