"""Why seats stay empty and why people are left out."""

from __future__ import annotations

import numpy as np

from freeagents.matching._allowed import keeps_out, near_misses
from freeagents.matching._arrays import Whole
from freeagents.matching._candidates import Candidates
from freeagents.matching._plan import Reason, Unfilled, Unplaced
from freeagents.matching._problem import Problem


def explain_seats(problem: Problem, candidates: Candidates, project: Whole, seat: Whole) -> tuple[Unfilled, ...]:
    """Return every empty seat with its reason, given the placements' projects and seats.

    In the best plan an empty seat's allowed people are all placed: an idle one would have filled it.
    """
    unfilled: list[Unfilled] = []
    placed = np.bincount(project, minlength=len(problem.seats))
    for each in np.flatnonzero(problem.seats > placed).tolist():
        reason, params = _seat_reason(problem, each, int(candidates.allowed_people[each]), int(placed[each]))
        used = set(seat[project == each].tolist())
        numbers = range(1, int(problem.seats[each]) + 1)
        unfilled += (Unfilled(each, number, reason, params) for number in numbers if number not in used)
    return tuple(unfilled)


def _seat_reason(problem: Problem, project: int, allowed: int, here: int) -> tuple[Reason, dict[str, object]]:
    if allowed > here:
        return Reason.CHOSEN_ELSEWHERE, {"allowed": allowed, "elsewhere": allowed - here}
    alone = keeps_out(problem, project)
    if allowed:
        return Reason.NOBODY_ELSE_ALLOWED, {"allowed": allowed, "alone": alone}
    return Reason.NOBODY_ALLOWED, {"alone": alone}


def explain_people(
    problem: Problem, candidates: Candidates, person: Whole, project: Whole, score: Whole
) -> tuple[Unplaced, ...]:
    """Return every person left out with the reason, given the placements and their scores, −1 for those kept."""
    idle = np.ones(len(problem.people), dtype=np.bool_)
    idle[person] = False
    lowest = np.full(len(problem.projects), np.iinfo(np.int64).max)
    chosen = score >= 0
    np.minimum.at(lowest, project[chosen], score[chosen])
    nowhere = np.flatnonzero(idle & (candidates.allowed_projects == 0))
    alone = dict(zip(nowhere.tolist(), _alone_by_person(problem, nowhere), strict=True))
    seats = int((problem.seats > 0).sum())
    unplaced: list[Unplaced] = []
    for each in np.flatnonzero(idle).tolist():
        best = int(candidates.best_project[each])
        if each in alone:
            unplaced.append(Unplaced(each, Reason.NO_SEAT_ALLOWED, {"projects": seats, "alone": alone[each]}))
        elif best < 0:
            allowed = int(candidates.allowed_projects[each])
            unplaced.append(Unplaced(each, Reason.SEATS_KEPT, {"allowed": allowed}))
        else:
            params = {
                "allowed": int(candidates.open_projects[each]),
                "project": best,
                "score": int(candidates.best_score[each]),
                "lowest": int(lowest[best]),
            }
            unplaced.append(Unplaced(each, Reason.OTHERS_SCORED_MORE, params))
    return tuple(unplaced)


def _alone_by_person(problem: Problem, people: Whole) -> list[dict[str, int]]:
    """Return, for each of the people, from how many projects with seats each rule alone keeps them; zeros left out."""
    codes = [rule.code for rule in problem.rules]
    counts = np.zeros((len(problem.people), len(codes)), dtype=np.int64)
    for project in np.flatnonzero(problem.seats > 0).tolist():
        missed, which = near_misses(problem, project, people)
        counts[missed, which] += 1
    return [{code: count for code, count in zip(codes, row, strict=True) if count} for row in counts[people].tolist()]
