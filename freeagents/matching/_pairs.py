"""One pair: whether the hard rules allow it and what it scores, as kernels call it."""

from __future__ import annotations

import numpy as np

from freeagents.matching._arrays import Flags, Numbers, Small, Whole
from freeagents.matching._compiled import kernel
from freeagents.matching._index import Table
from freeagents.matching._keys import mixed

REFUSED = -1
NONE = -1

# Kernels pass arrays, not the tuples that hold them: taking a member out of a tuple counts references, and in a loop
# that costs more than the work itself.


@kernel
def find(people: Numbers, first: int, last: int, person: int) -> int:
    """Return where a person stands in a sorted span; −1: not in it."""
    end = last
    while first < last:
        middle = (first + last) >> 1
        if people[middle] < person:
            first = middle + 1
        else:
            last = middle
    return first if first < end and people[first] == person else NONE


@kernel
def tie_bits(person_hash: np.uint64, project_hash: np.uint64) -> np.uint64:
    """Return 64 tie bits of a pair."""
    return mixed(mixed(person_hash) + project_hash)


@kernel
def is_kind(kinds: Numbers, answers: Whole, allows: Flags, project: int, person: int) -> bool:
    """Return whether all tabled rules allow a pair."""
    for rule in range(answers.shape[1]):
        if not allows[answers[project, rule] + kinds[person, rule]]:
            return False
    return True


@kernel
def is_free(indptr: Whole, spells: Numbers, percent: int, start: int, end: int, person: int) -> bool:
    """Return whether a person's spells cover every day, at the asked share; being disjoint, they may be counted."""
    days = 0
    for at in range(indptr[person], indptr[person + 1]):
        if spells[at, 2] >= percent:
            days += max(0, min(spells[at, 1], end) - max(spells[at, 0], start) + 1)
    return days == end - start + 1


@kernel
def is_near(indptr: Whole, point: Numbers, near: Flags, person: int) -> bool:
    """Return whether one of a person's places is near enough to a site, if there are any."""
    found = indptr[person] == indptr[person + 1]
    for at in range(indptr[person], indptr[person + 1]):
        found |= near[point[at]]
    return found


@kernel
def skill_score(
    held_indptr: Numbers,
    held_skill: Numbers,
    held_level: Small,
    goal_indptr: Numbers,
    goal_skill: Numbers,
    slot: Small,
    level: Small,
    asked: Small,
    skill_units: Table,
    growth_units: Table,
    most_growth: int,
    person: int,
) -> int:
    """Return the skills and growth parts of a pair, −1 where an essential skill is not held as asked.

    :param slot: for each skill one more than its place among the project's criteria; 0: it is none.
    :param level: scratch for the held levels of the project's criteria.
    :param asked: the project's criteria; so are ``skill_units`` and ``growth_units``.
    """
    for criterion in range(len(asked)):
        level[criterion] = 0
    for at in range(held_indptr[person], held_indptr[person + 1]):
        place = slot[held_skill[at]]
        if place:
            level[place - 1] = held_level[at]
    score = 0
    for criterion in range(len(asked)):
        if level[criterion] < asked[criterion]:
            return REFUSED
        score += skill_units[criterion, level[criterion]]
    growth = 0
    for at in range(goal_indptr[person], goal_indptr[person + 1]):
        place = slot[goal_skill[at]]
        if place:
            growth += growth_units[place - 1, level[place - 1]]
    return score + min(growth, most_growth)


@kernel
def nearest_units(indptr: Whole, point: Numbers, distance: Whole, person: int) -> int:
    """Return the distance part of a person with a site."""
    best = 0
    for at in range(indptr[person], indptr[person + 1]):
        best = max(best, distance[point[at]])
    return best
