"""What is nearest for a person left out is true when tried, and nothing smaller is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from random import Random

import numpy as np
import pytest

from freeagents.matching import PRICED, Objective, Plan, Policy, ProblemError, Segment, WhatIf, nearest, solve
from tests.unit.matching.worlds import NOWHERE, UNSTATED, World, keep_some, policies, random_world

CHANGEABLE = ("grade", "availability", "place")


def world_of(seed: int) -> World:
    shape = {"strict": seed % 4, "alike": seed % 11 == 0, "seats": 1 + seed % 2}
    world = random_world(seed, 6 + seed % 12, 2 + seed % 3, **shape)
    return keep_some(world, seed) if seed % 2 else world


def left_out(world: World, plan: Plan) -> np.ndarray:
    return np.array(sorted(set(range(len(world.people))) - set(plan.person.tolist())), dtype=np.int64)


def asked(plan: Plan, people: np.ndarray, codes: tuple[str, ...] = CHANGEABLE):
    everybody = np.ones(len(plan.index.problem.people), dtype=np.bool_)
    return nearest(WhatIf(plan), people, dict.fromkeys(codes, everybody))


def with_skill(world: World, person: int, skill: int, level: int) -> World:
    changed = deepcopy(world)
    changed.people[person].skills[skill] = level
    return changed


def with_rule_met(world: World, person: int, project: int, code: str) -> World | None:
    """The world where the person has just what the project asks; None: no fact of the person would do that."""
    changed = deepcopy(world)
    one, other = changed.people[person], changed.projects[project]
    if code == "grade":
        one.grade = other.low if other.low != UNSTATED else other.high
    elif code == "availability":
        first, last, _ = other.span
        before = [each for each in one.free if each.last < first]
        after = [each for each in one.free if each.first > last]
        cut = [Segment(each.first, first - 1, each.percent) for each in one.free if each.first < first <= each.last]
        rest = [Segment(last + 1, each.last, each.percent) for each in one.free if each.first <= last < each.last]
        one.free = [*before, *cut, Segment(first, last, 100), *rest, *after]
    else:
        one.places = [(*place[:3], 2e4) if place[1:3] != NOWHERE else place for place in one.places]
    return changed if not changed.failing(one, other) else None


def place_of(plan: Plan, person: int) -> int:
    return next(iter(plan.project[plan.person == person].tolist()), -1)


def what_is_told(world: World, plan: Plan, policy: Policy, seed: int) -> int:
    """Try all that is told of everybody left out; return how much was tried."""
    people, tried = left_out(world, plan), 0
    told = zip(people.tolist(), *(column.tolist() for column in asked(plan, people)), strict=True)
    for person, project, skill, level, rule, alike in told:
        held = world.people[person].skills
        if project >= 0:
            changed = (
                with_skill(world, person, skill, level)
                if skill >= 0
                else with_rule_met(world, person, project, CHANGEABLE[rule])
            )
            if changed is not None:
                found = place_of(solve(changed.problem(), policy), person)
                assert found >= 0, (seed, person, project, skill, level, rule)
                assert found == project or alike, (seed, person, project, found, skill, level, rule)
                tried += 1
        if seed % 4:
            continue
        size = level - held.get(skill, 0) if skill >= 0 else 5
        for other in range(5):
            for higher in range(held.get(other, 0) + 1, min(held.get(other, 0) + size, 5)):
                smaller = solve(with_skill(world, person, other, higher).problem(), policy)
                if place_of(smaller, person) >= 0:
                    now = plan.index.policy.objective
                    assert now != Objective.MOST_SEATS or len(smaller) == len(plan), (seed, person, other, higher)
                    assert smaller.score == plan.score, (seed, person, other, higher)
    return tried


@pytest.mark.parametrize("objective", PRICED)
def test_it_is_true_when_tried_and_nothing_smaller_is(objective: Objective):
    tried = 0
    for seed in range(50):
        world, policy = world_of(seed), policies(objective)[seed % 3]
        tried += what_is_told(world, solve(world.problem(), policy), policy, seed)
    assert tried > 80


def test_in_a_larger_round_too():
    world, policy, chance = random_world(7, 1_500, 150, seats=4), Policy(), Random(7)
    plan = solve(world.problem(), policy)
    people = left_out(world, plan)
    told = asked(plan, people)
    raised = np.flatnonzero(told.skill >= 0).tolist()
    assert len(raised) > 50
    for row in chance.sample(raised, 25):
        changed = with_skill(world, int(people[row]), int(told.skill[row]), int(told.level[row]))
        found = place_of(solve(changed.problem(), policy), int(people[row]))
        assert found == told.project[row] or (told.alike[row] and found >= 0)


def test_each_is_told_the_same_alone_in_any_company_and_on_any_executor():
    plan = solve(random_world(3, 3_000, 60, seats=2).problem(), Policy())
    people = left_out(random_world(3, 3_000, 60, seats=2), plan)
    everybody = dict.fromkeys(CHANGEABLE, np.ones(3_000, dtype=np.bool_))
    what_if = WhatIf(plan)
    told = nearest(what_if, people, everybody)
    with ThreadPoolExecutor(2) as executor:
        again = nearest(what_if, people, everybody, executor)
    assert all((one == other).all() for one, other in zip(told, again, strict=True))
    for row in (0, 7, len(people) - 1):
        alone = nearest(what_if, people[[row]], everybody)
        assert [column[0] for column in alone] == [column[row] for column in told]


def test_what_somebody_cannot_change_is_not_asked_of_them():
    plan = solve(random_world(3, 3_000, 60, seats=2).problem(), Policy())
    people = left_out(random_world(3, 3_000, 60, seats=2), plan)
    assert (asked(plan, people).rule >= 0).any()
    assert (asked(plan, people, ()).rule == -1).all()
    nobody = dict.fromkeys(CHANGEABLE, np.zeros(3_000, dtype=np.bool_))
    assert (nearest(WhatIf(plan), people, nobody).rule == -1).all()


def test_whoever_is_placed_is_refused():
    plan = solve(random_world(3, 9, 3).problem(), Policy())
    with pytest.raises(ProblemError, match="placed"):
        asked(plan, plan.person[:1])
