"""Several part-time seats for one person: never more time than there is, and no plan is better."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import Random

import numpy as np
import pytest

from freeagents.matching import (
    Limit,
    Minimum,
    Objective,
    Pairs,
    Plan,
    Problem,
    ProblemError,
    Segment,
    Separate,
    Shares,
    allowed,
    explain_plan,
    score_parts,
    solve,
    verify,
)
from freeagents.matching._certificate import Certificate
from tests.unit.matching.test_best_plan import BOTH
from tests.unit.matching.worlds import APerson, AProject, World, policies, random_world

Edge = tuple[int, int]


def shared(world: World) -> Problem:
    """The problem of a world in which people may have several seats."""
    problem = world.problem()
    free = next(rule for rule in problem.rules if rule.code == "availability")
    return replace(problem, limits=(*problem.limits, Shares("time", free)))


def part_time(seed: int, people: int, projects: int) -> World:
    chance = Random(seed)
    world = random_world(seed, people, projects, seats=2, strict=0)
    for project in world.projects:
        first = chance.randint(0, 30)
        project.span = (first, first + chance.randint(0, 20), chance.choice((20, 40, 50, 60, 100)))
    for person in world.people:
        person.free = chance.choice(([Segment(0, 60, 100)], [Segment(0, 20, 100), Segment(21, 60, 60)]))
    return world


def keeping(world: World, seed: int) -> World:
    """The world with some pairs kept, some people more than once; a seat each."""
    chance, busy = Random(seed), defaultdict(int)
    for person in world.people:
        for project in world.projects:
            asked = project.span[2]
            if chance.random() < 0.2 and project.seats and busy[person.key] + asked <= 60:
                if world.failing(person, project) or any(key == project.key for _, key in world.kept):
                    continue
                busy[person.key] += asked
                world.kept[person.key, project.key] = 1
    return world


def scores_of(problem: Problem, world: World, objective: Objective, seed: int) -> dict[Edge, int]:
    kept = set(zip(problem.kept.person.tolist(), problem.kept.project.tolist(), strict=True))
    policy = policies(objective)[seed % 4]
    return {
        (who, where): int(score_parts(problem, policy, np.array([who]), where).sum())
        for who in range(len(world.people))
        for where in range(len(world.projects))
        if (who, where) not in kept and problem.free_seats[where] and not allowed(problem, who, where)
    }


def has_time(world: World, pairs: list[Edge]) -> bool:
    """Whether everybody has the time, told day by day."""
    for number, person in enumerate(world.people):
        mine = [world.projects[where].span for who, where in pairs if who == number]
        for day in range(61):
            free = max((each.percent for each in person.free if each.first <= day <= each.last), default=0)
            if sum(share for first, last, share in mine if first <= day <= last) > free:
                return False
    return True


def choices(world: World, problem: Problem, edges: list[Edge]) -> Iterator[list[Edge]]:
    """All plans, pair by pair."""
    kept = list(zip(problem.kept.person.tolist(), problem.kept.project.tolist(), strict=True))

    def more(at: int, chosen: list[Edge], left: list[int]) -> Iterator[list[Edge]]:
        if at == len(edges):
            yield chosen
            return
        yield from more(at + 1, chosen, left)
        who, where = edges[at]
        if left[where] and has_time(world, [*kept, *chosen, (who, where)]):
            fewer = [seats - (number == where) for number, seats in enumerate(left)]
            yield from more(at + 1, [*chosen, (who, where)], fewer)

    yield from more(0, [], problem.free_seats.tolist())


def pairs_of(plan: Plan) -> list[Edge]:
    return list(zip(plan.person[~plan.kept].tolist(), plan.project[~plan.kept].tolist(), strict=True))


@pytest.mark.parametrize("objective", BOTH)
def test_no_plan_is_better(objective: Objective):
    several = kept = 0
    for seed in range(120):
        world = part_time(seed, 1 + seed % 4, 1 + seed % 4)
        world = keeping(world, seed) if seed % 3 == 0 else world
        problem = shared(world)
        edges = scores_of(problem, world, objective, seed)
        if len(edges) > 9:
            continue
        values = [
            (sum(edges[pair] for pair in choice), len(choice))[:: -1 if objective is Objective.MOST_SEATS else 1]
            for choice in choices(world, problem, list(edges))
        ]
        plan = solve(problem, policies(objective)[seed % 4])
        chosen = pairs_of(plan)
        value = (sum(edges[pair] for pair in chosen), len(chosen))
        assert value[:: -1 if objective is Objective.MOST_SEATS else 1] == max(values), seed
        assert has_time(world, list(zip(plan.person.tolist(), plan.project.tolist(), strict=True)))
        assert plan.gap == 0, seed
        assert verify(problem, policies(objective)[seed % 4], plan) == (), seed
        several += len(set(plan.person.tolist())) < len(plan.person)
        kept += bool(len(problem.kept) and len(chosen))
    assert several > 20
    assert kept > 5


def test_a_person_takes_two_halves_and_no_third():
    world = World(
        [APerson("p", {0: 4}, free=[Segment(0, 400, 100)])],
        [AProject(f"j{number}", 1, {0: 1}, span=(0, 10, 50)) for number in range(3)]
        + [AProject("later", 1, {0: 1}, span=(11, 20, 100))],
    )
    plan = solve(shared(world), policies(Objective.MOST_SEATS)[0])
    assert len(plan) == 3
    assert 3 in plan.project
    assert {each.reason for each in explain_plan(plan).unfilled} == {"chosen_elsewhere"}


def test_without_the_rule_everybody_has_one_seat():
    world = part_time(3, 2, 4)
    plan = solve(world.problem(), policies(Objective.MOST_SEATS)[0])
    assert len(set(plan.person.tolist())) == len(plan)


def test_it_holds_beside_other_rules():
    for seed in range(40):
        chance = Random(seed)
        world = part_time(seed, 4, 3)
        problem = shared(world)
        rules = (
            Limit("department", [person.home for person in world.people], [chance.randint(1, 3) for _ in range(3)]),
            Separate("apart", [0], [1]),
            Minimum("least", [chance.randint(0, 2) for _ in world.projects]),
        )
        problem = replace(problem, limits=(*problem.limits, *chance.sample(rules, 2)))
        policy = policies(Objective.MOST_SCORE)[seed % 4]
        plan = solve(problem, policy)
        assert verify(problem, policy, plan) == (), seed
        assert plan.gap >= 0


def test_larger_rounds_state_their_gap_and_threads_change_nothing():
    world = part_time(7, 60, 25)
    problem, policy = shared(world), policies(Objective.MOST_SCORE)[0]
    plans = []
    for threads in (1, 3):
        with ThreadPoolExecutor(threads) as pool:
            plans.append(solve(problem, policy, executor=pool))
    one, other = plans
    assert one.person.tobytes() == other.person.tobytes()
    assert verify(problem, policy, one) == ()
    alone = solve(replace(problem, limits=()), policy)
    assert one.score > alone.score
    assert one.gap <= one.score // 100


def test_a_changed_price_is_found_out():
    problem, policy = shared(part_time(7, 4, 12)), policies(Objective.MOST_SCORE)[0]
    plan = solve(problem, policy)
    proof = plan.certificate
    key = next(key for key in proof.rule_prices if key[0] == "time")
    for changed in (
        replace(proof, rule_prices={**proof.rule_prices, key: proof.rule_prices[key] - 1}),
        replace(proof, worth=proof.worth - 1),
        replace(proof, price=np.maximum(proof.price - 1, 0)),
    ):
        assert isinstance(changed, Certificate)
        assert verify(problem, policy, replace(plan, certificate=changed)) != ()


def test_a_plan_with_too_little_time_is_found_out():
    world = World([APerson("p", {0: 4})], [AProject(f"j{number}", 1, {0: 1}, span=(0, 10, 60)) for number in range(2)])
    problem, policy = shared(world), policies(Objective.MOST_SCORE)[0]
    plan = solve(problem, policy)
    both = replace(
        plan,
        person=np.array([0, 0]),
        project=np.array([0, 1]),
        seat=np.array([1, 1]),
        kept=np.array([False, False]),
        parts=np.concatenate([score_parts(problem, policy, np.array([0]), each) for each in (0, 1)]),
    )
    assert "limit" in verify(problem, policy, both)


def test_kept_pairs_that_ask_too_much_time_are_refused():
    world = World(
        [APerson("p", {0: 4})], [AProject(f"j{number}", 1, {0: 1}, span=(number, 10, 60)) for number in range(2)]
    )
    problem = shared(world)
    with pytest.raises(ProblemError) as refused:
        replace(problem, kept=Pairs.from_rows([(0, 0, 1), (0, 1, 1)]))
    assert (refused.value.code, refused.value.params) == ("kept_over_time", {"day": 1, "over": 20})
    with pytest.raises(ProblemError) as refused:
        replace(problem, limits=(), kept=Pairs.from_rows([(0, 0, 1), (0, 1, 1)]))
    assert refused.value.code == "person_twice"
