"""What-ifs are what solving again comes to, and their moves lead there."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest

from freeagents.matching import (
    PRICED,
    Apart,
    Objective,
    Pairs,
    Plan,
    Policy,
    Problem,
    ProblemError,
    WhatIf,
    allowed,
    qualifying,
    score_parts,
    solve,
)
from tests.unit.matching.worlds import keep_some, policies, random_world


def barred(problem: Problem, pairs: list[tuple[int, int]]) -> Problem:
    return replace(problem, rules=(*problem.rules, Apart("barred now", Pairs.of(pairs))))


def solved_with(problem: Problem, policy: Policy, person: int, project: int) -> Plan:
    """The best plan that places the person on the project: kept on each of its seats in turn."""
    taken = set(problem.kept.value[problem.kept.project == project].tolist())
    seat = next(seat for seat in range(1, int(problem.seats[project]) + 1) if seat not in taken)
    kept = Pairs(
        *(
            np.append(values, value)
            for values, value in zip(
                (problem.kept.person, problem.kept.project, problem.kept.value), (person, project, seat), strict=True
            )
        )
    )
    return solve(replace(problem, kept=kept), policy)


def loss(before: Plan, after: Plan) -> tuple[int, int]:
    return len(before) - len(after), before.score - after.score


def world_of(seed: int, objective: Objective) -> tuple[Problem, Policy, Plan]:
    shape = {"strict": seed % 3, "alike": seed % 5 == 0, "seats": seed % 4}
    world = random_world(seed, 4 + seed % 9, 2 + seed % 4, **shape)
    problem = (keep_some(world, seed) if seed % 2 else world).problem()
    policy = policies(objective)[seed % 4]
    return problem, policy, solve(problem, policy)


@pytest.mark.parametrize("objective", PRICED)
def test_every_pair_forced_or_barred_costs_what_solving_again_costs(objective: Objective):
    asked = 0
    for seed in range(60):
        problem, policy, plan = world_of(seed, objective)
        what_if = WhatIf(plan)
        for person in np.flatnonzero(~problem.is_taken).tolist():
            for project in np.flatnonzero(problem.free_seats).tolist():
                if allowed(problem, person, project):
                    continue
                forced = what_if.force(person, project)
                assert forced[:2] == loss(plan, solved_with(problem, policy, person, project)), (seed, person, project)
                assert_leads_there(plan, forced.moves, (person, project))
                off = what_if.bar(person, project)
                assert off[:2] == loss(plan, solve(barred(problem, [(person, project)]), policy)), (
                    seed,
                    person,
                    project,
                )
                asked += 1
    assert asked > 400


@pytest.mark.parametrize("objective", PRICED)
@pytest.mark.parametrize(("people", "projects", "seats", "asked"), [(50, 15, 3, 300), (1_500, 150, 4, 60)])
def test_in_larger_rounds_too(people: int, projects: int, seats: int, asked: int, objective: Objective):
    problem = random_world(people, people, projects, seats=seats).problem()
    policy = policies(objective)[1]
    plan = solve(problem, policy)
    what_if, chance = WhatIf(plan), Random(people)
    pairs = [
        (person, project)
        for project in np.flatnonzero(problem.free_seats).tolist()
        for person in qualifying(problem, project).tolist()
    ]
    for person, project in chance.sample(pairs, min(asked, len(pairs))):
        forced, off = what_if.force(person, project), what_if.bar(person, project)
        assert forced[:2] == loss(plan, solved_with(problem, policy, person, project))
        assert off[:2] == loss(plan, solve(barred(problem, [(person, project)]), policy))
    for person in chance.sample(plan.person.tolist(), min(len(plan), asked // 4)):
        everywhere = [(person, project) for project in range(projects)]
        assert what_if.withdraw(person)[:2] == loss(plan, solve(barred(problem, everywhere), policy))


@pytest.mark.parametrize("objective", PRICED)
def test_a_withdrawal_costs_what_solving_without_the_person_costs(objective: Objective):
    asked = 0
    for seed in range(60):
        problem, policy, plan = world_of(seed, objective)
        what_if = WhatIf(plan)
        for person in plan.person[~plan.kept].tolist():
            everywhere = [(person, project) for project in range(len(problem.projects))]
            assert what_if.withdraw(person)[:2] == loss(plan, solve(barred(problem, everywhere), policy))
            asked += 1
    assert asked > 100


@pytest.mark.parametrize("objective", PRICED)
def test_the_next_best_stand_by_what_choosing_them_costs(objective: Objective):
    for seed in range(60):
        problem, policy, plan = world_of(seed, objective)
        what_if = WhatIf(plan)
        for project in np.flatnonzero(problem.free_seats).tolist():
            placed = set(plan.person[plan.project == project].tolist())
            others = [
                person
                for person in np.flatnonzero(~problem.is_taken).tolist()
                if person not in placed and not allowed(problem, person, project)
            ]
            seat_weight = plan.certificate.seat_weight
            prices = sorted(
                seats * seat_weight + units
                for seats, units in (loss(plan, solved_with(problem, policy, person, project)) for person in others)
            )
            for count in (1, 3, len(problem.people)):
                found = what_if.next_best(project, count)
                assert [seats * seat_weight + units for _, (seats, units, _) in found] == prices[:count], (
                    seed,
                    project,
                )
                assert {person for person, _ in found} <= set(others)


def test_a_threshold_is_where_one_more_person_is_placed():
    for seed in range(40):
        problem, policy, plan = world_of(seed, Objective.MOST_SCORE)
        what_if = WhatIf(plan)
        threshold = what_if.thresholds()
        for person in sorted(set(np.flatnonzero(~problem.is_taken).tolist()) - set(plan.person.tolist())):
            for project in np.flatnonzero(problem.free_seats).tolist():
                if not allowed(problem, person, project):
                    score = score_parts(problem, policy, np.array([person]), project).sum()
                    assert what_if.force(person, project).units == threshold[project] - score


def test_what_cannot_be_asked_is_refused_by_name():
    problem, _, plan = world_of(1, Objective.MOST_SCORE)
    what_if = WhatIf(plan)
    with pytest.raises(ProblemError, match="kept"):
        what_if.withdraw(int(plan.person[plan.kept][0]))
    idle = next(person for person in range(len(problem.people)) if person not in plan.person)
    with pytest.raises(ProblemError, match="not_placed"):
        what_if.withdraw(idle)


def assert_leads_there(plan: Plan, moves, forced: tuple[int, int]) -> None:
    at = dict(zip(plan.person.tolist(), plan.project.tolist(), strict=True))
    for person, before, after in moves:
        assert at.get(person, -1) == before
        at[person] = after
    taken = np.bincount([project for project in at.values() if project >= 0], minlength=len(plan.index.problem.seats))
    assert (taken <= plan.index.problem.seats).all()
    assert at[forced[0]] == forced[1]
    assert all(not allowed(plan.index.problem, person, project) for person, project in at.items() if project >= 0)
