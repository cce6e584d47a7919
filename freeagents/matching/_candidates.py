"""The candidates of each project: all allowed people are scored, the best are listed, and everybody's best is noted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from freeagents.matching._allowed import qualifying
from freeagents.matching._arrays import Whole
from freeagents.matching._order import Order
from freeagents.matching._policy import Policy
from freeagents.matching._problem import Problem
from freeagents.matching._score import score_parts

MOST_TOLD = 100
"""How often progress is told, at most: whoever listens may write it down."""

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, eq=False)
class Candidates:
    """The listed pairs, and what was seen on the way.

    :ivar person: e people by index, not kept anywhere.
    :ivar project: e projects by index, with a seat that is not kept.
    :ivar score: e scores in units.
    :ivar allowed_people: m counts of all people the rules allow.
    :ivar allowed_projects: n counts of projects with seats that allow the person.
    :ivar open_projects: n counts of those that have seats not kept.
    :ivar best_project: n projects with seats not kept where the person scores most; −1: none.
    :ivar best_score: n such scores in units; −1: none.
    """

    person: Whole
    project: Whole
    score: Whole
    allowed_people: Whole
    allowed_projects: Whole
    open_projects: Whole
    best_project: Whole
    best_score: Whole


def list_candidates(problem: Problem, policy: Policy, order: Order, progress: Progress) -> Candidates:
    """List for each project its S best people, where S is the number of free seats in all.

    That is enough: were somebody not listed placed on a project, at most S − 1 of its S listed people could be placed,
    so one of them is idle and does at least as well there, in score and in ties.
    """
    people_count, longest = len(problem.people), int(problem.free_seats.sum())
    allowed_people = np.zeros(len(problem.projects), dtype=np.int64)
    allowed_projects = np.zeros(people_count, dtype=np.int64)
    open_projects = np.zeros(people_count, dtype=np.int64)
    best_project = np.full(people_count, -1)
    best_score = np.full(people_count, -1)
    listed: list[tuple[Whole, Whole, Whole]] = []
    seen = order.projects[problem.seats[order.projects] > 0]
    step = len(seen) // MOST_TOLD + 1
    # In canonical order, so that the first of a person's equally good projects is the same for any input order.
    for done, project in enumerate(seen.tolist()):
        if done % step == 0:
            progress("candidates", done, len(seen))
        people = qualifying(problem, project)
        allowed_people[project] = len(people)
        allowed_projects[people] += 1
        people = people[~problem.is_kept[people]]
        if not problem.free_seats[project] or not len(people):
            continue
        score = score_parts(problem, policy, people, project).sum(axis=1)
        open_projects[people] += 1
        better = score > best_score[people]
        best_project[people[better]] = project
        best_score[people[better]] = score[better]
        top = _top(order, people, score, project, longest)
        listed.append((people[top], np.full(len(top), project), score[top]))
    progress("candidates", len(seen), len(seen))
    nothing = np.zeros(0, dtype=np.int64)
    person, projects, scores = (np.concatenate(each) for each in zip((nothing,) * 3, *listed, strict=True))
    return Candidates(
        person, projects, scores, allowed_people, allowed_projects, open_projects, best_project, best_score
    )


def _top(order: Order, people: Whole, score: Whole, project: int, size: int) -> Whole:
    """Return the positions of the ``size`` best people by score, then ties, then order."""
    if len(people) <= size:
        return np.arange(len(people))
    cut = np.partition(score, len(score) - size)[len(score) - size]
    above, level = np.flatnonzero(score > cut), np.flatnonzero(score == cut)
    ties = order.ties(people[level], project)
    best = np.lexsort((order.person_rank[people[level]], ~ties))
    return np.concatenate((above, level[best[: size - len(above)]]))
