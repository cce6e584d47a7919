"""Parts of the scores of many pairs at once, from the index."""

from __future__ import annotations

import numpy as np

from freeagents.matching._arrays import Whole
from freeagents.matching._compiled import kernel
from freeagents.matching._index import Index, People, Projects
from freeagents.matching._pairs import NONE, find

SKILLS, GROWTH, RANK, SHORT_LIST, BENCH, DISTANCE = range(6)


def parts_of_pairs(index: Index, person: Whole, project: Whole) -> Whole:
    """Return the parts (p × 6, in the order of ``PARTS``, in units) of p pairs; hard rules are not looked at."""
    skills = index.problem.fit.held.shape[1]
    return _parts(index.people, index.projects, skills, person, project)


@kernel
def _parts(people: People, projects: Projects, skills: int, person: Whole, project: Whole) -> Whole:
    parts = np.zeros((len(person), 6), np.int64)
    level = np.zeros(skills, np.uint8)
    for row in range(len(person)):
        i, j = project[row], person[row]
        for at in range(people.held_indptr[j], people.held_indptr[j + 1]):
            level[people.held_skill[at]] = people.held_level[at]
        begin, end = projects.criterion_indptr[i], projects.criterion_indptr[i + 1]
        for criterion in range(begin, end):
            skill = projects.skill[criterion]
            parts[row, SKILLS] += projects.skill_units[criterion, level[skill]]
            for at in range(people.goal_indptr[j], people.goal_indptr[j + 1]):
                if people.goal_skill[at] == skill:
                    parts[row, GROWTH] += projects.growth_units[criterion, level[skill]]
        parts[row, GROWTH] = min(parts[row, GROWTH], projects.most_growth)
        for at in range(people.held_indptr[j], people.held_indptr[j + 1]):
            level[people.held_skill[at]] = 0
        at = find(projects.ranked, projects.rank_indptr[i], projects.rank_indptr[i + 1], j)
        if at != NONE:
            parts[row, RANK] = projects.rank_units[at]
        if find(projects.listed, projects.listed_indptr[i], projects.listed_indptr[i + 1], j) != NONE:
            parts[row, SHORT_LIST] = projects.short_list
        parts[row, BENCH] = people.bench[j]
        if projects.site[i] >= 0:
            for at in range(people.point_indptr[j], people.point_indptr[j + 1]):
                parts[row, DISTANCE] = max(parts[row, DISTANCE], projects.distance[projects.site[i], people.point[at]])
    return parts
