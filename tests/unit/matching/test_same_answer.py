"""The same problem gives the same plan: whatever the order of the input, and whatever changes elsewhere."""

from __future__ import annotations

from copy import deepcopy
from random import Random
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from freeagents.matching import Objective, Plan, Policy, Problem, explain_plan, solve
from tests.unit.matching.worlds import World, keep_some, policies, random_world

OBJECTIVES = st.sampled_from(Objective)


def by_key(problem: Problem, plan: Plan) -> dict[tuple[bytes, int], tuple[bytes, tuple[int, ...]]]:
    """The placements in words that no input order changes: (project, seat) → (person, parts)."""
    rows = zip(plan.project.tolist(), plan.seat.tolist(), plan.person.tolist(), plan.parts.tolist(), strict=True)
    return {
        (problem.projects[project], seat): (problem.people[person], tuple(parts))
        for project, seat, person, parts in rows
    }


def reasons_by_key(problem: Problem, plan: Plan) -> tuple[dict[Any, Any], dict[bytes, Any]]:
    reasons, projects = explain_plan(plan), [*problem.projects, None]
    left = reasons.left_out
    seats = {(projects[each.project], each.seat): (each.reason, each.params) for each in reasons.unfilled}
    columns = (left.person, left.project, left.reason, left.allowed, left.score, left.lowest)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return seats, {problem.people[who]: (projects[where], *row) for who, where, *row in rows}


def prices_by_key(problem: Problem, plan: Plan) -> tuple[dict[bytes, int], dict[bytes, int]]:
    proof = plan.certificate
    prices = dict(zip(problem.projects.tolist(), proof.price.tolist(), strict=True))
    return prices, dict(zip(problem.people[proof.person].tolist(), proof.worth.tolist(), strict=True))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), objective=OBJECTIVES, alike=st.booleans())
def test_input_order_is_of_no_consequence(seed: int, objective: Objective, alike: bool):
    chance = Random(seed)
    world = keep_some(random_world(seed, 1 + seed % 15, 1 + seed % 6, alike=alike), seed)
    policy = policies(objective)[seed % 4]
    problem = world.problem()
    plan = solve(problem, policy)
    chance.shuffle(world.people)
    chance.shuffle(world.projects)
    other = world.problem()
    again = solve(other, policy)
    assert by_key(other, again) == by_key(problem, plan)
    assert reasons_by_key(other, again) == reasons_by_key(problem, plan)
    assert prices_by_key(other, again) == prices_by_key(problem, plan)


def test_solving_twice_gives_the_same_bytes():
    problem = random_world(4, 40, 12).problem()
    one, two = (solve(problem, Policy()) for _ in range(2))
    for name in ("person", "project", "seat", "kept", "parts"):
        assert getattr(one, name).tobytes() == getattr(two, name).tobytes()
    assert one.certificate.price.tobytes() == two.certificate.price.tobytes()
    assert one.stats == two.stats


def test_a_change_elsewhere_does_not_reshuffle_ties():
    here, there = random_world(1, 12, 3, alike=True), random_world(2, 4, 2, alike=True)
    for person in there.people:
        person.key, person.skills = f"elsewhere {person.key}", {2: 4}
    for project in there.projects:
        project.key, project.essential, project.seats = f"elsewhere {project.key}", {2: 1}, 3
    joined = World(there.people + here.people, there.projects + here.projects, salt=here.salt)
    here.ranks, here.short_list, here.apart = {}, set(), set()
    apart, together = here.problem(), joined.problem()
    alone = by_key(apart, solve(apart, Policy()))
    with_others = by_key(together, solve(together, Policy()))
    assert alone == {seat: placed for seat, placed in with_others.items() if not seat[0].startswith(b"elsewhere")}


def test_another_salt_orders_equals_otherwise():
    world = random_world(1, 12, 2, alike=True)
    world.ranks, world.short_list, world.apart = {}, set(), set()
    chosen = set()
    for salt in (b"", b"one", b"two", b"three"):
        world.salt = salt
        problem = world.problem()
        chosen.add(frozenset(person for person, _ in by_key(problem, solve(problem, Policy())).values()))
    assert len(chosen) == 4


def test_seats_are_numbered_by_score_around_those_kept():
    world = random_world(0, 4, 1, alike=True)
    world.projects[0].seats = 3
    world.short_list, world.apart, world.kept = set(), set(), {("p3", "j0"): 2}
    world.ranks = {("p0", "j0"): 3, ("p1", "j0"): 1, ("p2", "j0"): 5}
    plan = solve(world.problem(), Policy())
    assert list(zip(plan.seat.tolist(), plan.person.tolist(), plan.kept.tolist(), strict=True)) == [
        (1, 1, False),
        (2, 3, True),
        (3, 0, False),
    ]


def test_solving_leaves_what_it_was_given_as_it_was():
    world = keep_some(random_world(6, 20, 8), 6)
    seats = np.array([project.seats for project in world.projects])
    before = _bytes(problem := world.problem())
    solve(problem, Policy())
    assert _bytes(problem) == before
    assert deepcopy(problem.seats).tolist() == seats.tolist()
    assert not problem.seats.flags.writeable
    assert not problem.fit.held.table.data.flags.writeable


def test_progress_tells_every_stage_to_its_end():
    told: list[tuple[str, int, int]] = []
    solve(random_world(3, 10, 250).problem(), Policy(), progress=lambda *step: told.append(step))
    assert list(dict.fromkeys(stage for stage, _, _ in told)) == ["index", "candidates", "assign"]
    assert all(0 <= done <= total for _, done, total in told)
    assert len(told) < 110


def _bytes(value: Any) -> bytes:
    """Everything in a problem, arrays and tables included, as bytes."""
    if isinstance(value, np.ndarray):
        return value.tobytes()
    if isinstance(value, tuple):
        return b"".join(_bytes(each) for each in value)
    if hasattr(value, "indptr") and hasattr(value, "data"):
        return _bytes((value.data, value.indices, value.indptr))
    if hasattr(value, "__dataclass_fields__"):
        return b"".join(_bytes(getattr(value, name)) for name in value.__dataclass_fields__)
    return repr(value).encode()
