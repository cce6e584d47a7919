"""A project that asks otherwise, tried in place, gets whom solving the changed problem gives it."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from random import Random

import numpy as np
import pytest

from freeagents.matching import (
    PRICED,
    Objective,
    Pairs,
    Plan,
    Policy,
    ProblemError,
    Trial,
    qualifies,
    solve,
)
from tests.unit.matching.worlds import AProject, World, keep_some, policies, random_world


def asking_less(project: AProject, chance: Random) -> AProject:
    """The project with one thing that it asks made easier."""
    easier = deepcopy(project)
    what = chance.randrange(4)
    if what == 0 and easier.essential:
        skill = chance.choice(sorted(easier.essential))
        easier.essential[skill] -= 1
        if not easier.essential[skill]:
            del easier.essential[skill]
    elif what == 1 and easier.essential:
        skill = chance.choice(sorted(easier.essential))
        easier.asset[skill] = max(easier.asset.get(skill, 0), easier.essential.pop(skill))
    elif what == 2:
        easier.low = easier.high = (-1, -1, -1)
    else:
        easier.span = (0, 0, 0)
    return easier


def with_changed(world: World, changed: list[tuple[int, AProject]]) -> World:
    """The world with changed projects at the end, without seats, and bound to people as their originals are."""
    longer = deepcopy(world)
    for number, (original, project) in enumerate(changed):
        key = f"changed {number}"
        longer.projects.append(replace(project, key=key, seats=0))
        old = world.projects[original].key
        longer.ranks |= {(one, key): rank for (one, other), rank in world.ranks.items() if other == old}
        longer.short_list |= {(one, key) for one, other in world.short_list if other == old}
        longer.apart |= {(one, key) for one, other in world.apart if other == old}
    return longer


def instead(world: World, original: int, project: AProject) -> World:
    other = deepcopy(world)
    other.projects[original] = replace(project, seats=world.projects[original].seats)
    return other


def chosen(plan: Plan, project: int) -> list[int]:
    return sorted(plan.person[(plan.project == project) & ~plan.kept].tolist())


@pytest.mark.parametrize("objective", PRICED)
def test_it_is_what_solving_the_changed_problem_comes_to(objective: Objective):
    differ = 0
    for seed in range(60):
        chance = Random(seed)
        world = random_world(seed, 4 + seed % 12, 2 + seed % 5, strict=seed % 4)
        world = keep_some(world, seed) if seed % 2 else world
        problem, policy = world.problem(), policies(objective)[seed % 4]
        before = Pairs.of([(person, person % len(world.projects)) for person in range(0, len(world.people), 2)])
        previous = before if objective is Objective.FEWEST_CHANGES else None
        plan = solve(problem, policy, previous)
        changed = [
            (project, asking_less(world.projects[project], chance))
            for project in np.flatnonzero(problem.free_seats).tolist()
            for _ in range(2)
        ]
        trial = Trial(plan, with_changed(world, changed).problem(), [original for original, _ in changed])
        for number, (original, project) in enumerate(changed):
            other = instead(world, original, project).problem()
            again = solve(other, policy, previous)
            assert trial.placed(number).tolist() == chosen(again, original), (seed, original)
            assert trial.qualify(number) == qualifies(other, original)
            differ += chosen(again, original) != chosen(plan, original)
    assert differ > 30


def test_in_a_larger_round_too():
    world, policy = random_world(5, 1_000, 120, seats=4, strict=3), Policy()
    plan = solve(world.problem(), policy)
    chance = Random(5)
    changed = [
        (project, asking_less(world.projects[project], chance))
        for project in chance.sample(range(120), 20)
        if world.projects[project].seats
    ]
    trial = Trial(plan, with_changed(world, changed).problem(), [original for original, _ in changed])
    for number, (original, project) in enumerate(changed):
        again = solve(instead(world, original, project).problem(), policy)
        assert trial.placed(number).tolist() == chosen(again, original)


def test_an_objective_that_is_no_sum_is_refused():
    plan = solve(random_world(1, 6, 2).problem(), Policy(objective=Objective.WORST_OFF))
    with pytest.raises(ProblemError, match="not_priced"):
        Trial(plan, plan.index.problem, [])
