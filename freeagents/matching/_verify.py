"""A plain check of a plan's proof against the full problem, apart from all that the plan was found with."""

from __future__ import annotations

import numpy as np

from freeagents.matching._allowed import qualifying
from freeagents.matching._plan import Plan
from freeagents.matching._policy import Objective, Policy
from freeagents.matching._problem import Problem
from freeagents.matching._score import score_parts


def verify(problem: Problem, policy: Policy, plan: Plan) -> tuple[str, ...]:
    """Return what is wrong with a plan's proof, as codes; empty: no plan of the full problem is better.

    Reads the problem itself, pair by pair, with none of the arrays or lists that the plan was found with.

    ``not_allowed`` a pair breaks a hard rule · ``person_twice`` · ``too_many`` people on a project · ``parts`` of a
    score are not the pair's · ``negative`` price or worth · ``empty_seat_priced`` a seat stays empty and has a price ·
    ``worth_unplaced`` somebody of worth is not placed · ``beaten`` an allowed pair weighs more than price and worth ·
    ``not_equal`` the plan weighs less than the bound, or the bound is not the sum · ``cut_off`` is not the best score
    that was not listed.
    """
    proof = plan.certificate
    wrong: set[str] = set()
    chosen = ~plan.kept
    person, project = plan.person[chosen], plan.project[chosen]
    free = problem.free_seats
    if len(np.unique(plan.person)) < len(plan.person):
        wrong.add("person_twice")
    taken = np.bincount(project, minlength=len(free))
    if (taken > free).any():
        wrong.add("too_many")
    if (proof.price < 0).any() or (proof.worth < 0).any():
        wrong.add("negative")
    if (proof.price[taken < free] != 0).any():
        wrong.add("empty_seat_priced")
    worth = np.zeros(len(problem.people), dtype=np.int64)
    worth[proof.person] = proof.worth
    placed = np.zeros(len(problem.people), dtype=np.bool_)
    placed[person] = True
    if (worth[~placed] != 0).any():
        wrong.add("worth_unplaced")
    most = fillable = 0
    for each in np.flatnonzero(problem.seats > 0).tolist():
        here = plan.project == each
        people = qualifying(problem, each)
        if not np.isin(plan.person[here], people).all():
            wrong.add("not_allowed")
        if not np.array_equal(score_parts(problem, policy, plan.person[here], each), plan.parts[here]):
            wrong.add("parts")
        people = people[~problem.is_kept[people]]
        if not free[each]:
            continue
        score = score_parts(problem, policy, people, each).sum(axis=1)
        if (score + proof.seat_weight > proof.price[each] + worth[people]).any():
            wrong.add("beaten")
        falling = -np.sort(-score)
        best_left = int(falling[proof.listed[each]]) if proof.listed[each] < len(falling) else -1
        if proof.cut_off[each] != best_left:
            wrong.add("cut_off")
        most = max(most, int(falling[0]) if len(falling) else 0)
        fillable += min(int(free[each]), len(people))
    seats_first = policy.objective is Objective.MOST_SEATS
    if proof.seat_weight <= fillable * most if seats_first else proof.seat_weight != 0:
        wrong.add("seat_weight")
    weight = int(plan.parts[chosen].sum()) + proof.seat_weight * len(person)
    if not weight == proof.bound == int(proof.price @ free + proof.worth.sum()):
        wrong.add("not_equal")
    return tuple(sorted(wrong))
