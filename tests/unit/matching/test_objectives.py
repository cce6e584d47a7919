"""Each objective gives what it says: beside all plans there are, on small worlds; blocking pairs beside two loops."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from random import Random
from typing import Any

import numpy as np
import pytest

from freeagents.matching import (
    STABLE,
    Objective,
    Pairs,
    Plan,
    Policy,
    Problem,
    ProblemError,
    WhatIf,
    allowed,
    blocking_pairs,
    score_parts,
    solve,
    verify,
)
from freeagents.matching._order import Order
from tests.unit.matching.worlds import APerson, AProject, World, keep_some, policies, random_world

CASES = 120
RANK = 2
Choice = dict[int, int]


@dataclass(frozen=True)
class Edge:
    """An allowed pair: what it scores, what its project sees, tie bits, and the person's rank (less is better)."""

    score: int
    seen: int
    ties: int
    wish: int

    @property
    def to_project(self) -> tuple[int, int]:
        return self.seen, self.ties

    @property
    def to_person(self) -> tuple[int, int, int]:
        return -self.wish, self.seen, self.ties


Edges = dict[tuple[int, int], Edge]


def edges_of(problem: Problem, policy: Policy) -> Edges:
    order = Order.of(problem)
    ranks = problem.fit.ranks
    applied = zip(ranks.person.tolist(), ranks.project.tolist(), ranks.value.tolist(), strict=True)
    rank = {(person, project): value for person, project, value in applied}
    found = {}
    for person in np.flatnonzero(~problem.is_taken).tolist():
        for project in np.flatnonzero(problem.free_seats).tolist():
            if not allowed(problem, person, project):
                parts = score_parts(problem, policy, np.array([person]), project)[0]
                ties = int(order.ties(np.array([person]), project)[0])
                wish = 10**9 if (person, project) not in rank else rank[person, project] or 10**8
                found[person, project] = Edge(int(parts.sum()), int(parts.sum() - parts[RANK]), ties, wish)
    return found


def plans(problem: Problem, edges: Edges) -> Iterator[Choice]:
    """All plans there are, each as people's projects."""

    def from_person(person: int, free: tuple[int, ...]) -> Iterator[Choice]:
        if person == len(problem.people):
            yield {}
            return
        yield from from_person(person + 1, free)
        for project, seats in enumerate(free):
            if seats and (person, project) in edges:
                left = (*free[:project], seats - 1, *free[project + 1 :])
                for rest in from_person(person + 1, left):
                    yield {person: project, **rest}

    return from_person(0, tuple(problem.free_seats.tolist()))


def blocking(problem: Problem, edges: Edges, choice: Choice) -> set[tuple[int, int]]:
    """The blocking pairs of a plan, by two loops."""
    found = set()
    for (person, project), edge in edges.items():
        own = choice.get(person)
        if own == project or (own is not None and edges[person, own].to_person > edge.to_person):
            continue
        sitting = [edges[who, project].to_project for who, where in choice.items() if where == project]
        if len(sitting) < problem.free_seats[project] or min(sitting) < edge.to_project:
            found.add((person, project))
    return found


def chosen(plan: Plan) -> Choice:
    return dict(zip(plan.person[~plan.kept].tolist(), plan.project[~plan.kept].tolist(), strict=True))


def small(seed: int) -> World:
    strict = 2 if seed % 3 == 0 else 0
    world = random_world(seed, 1 + seed % 6, 1 + seed % 4, seats=1 + seed % 3, alike=seed % 10 == 9, strict=strict)
    return keep_some(world, seed) if seed % 4 == 3 else world


def opposed(seed: int) -> World:
    """A small world where nearly everybody may go anywhere and wants what they want, whatever projects want."""
    world = random_world(seed, 4 + seed % 2, 4, strict=0)
    for project in world.projects:
        project.seats = 1
    for person in world.people:
        person.admitted, person.bench = True, 0
        liked = Random(f"{seed} {person.key}").sample(world.projects, 4)
        world.ranks |= {(person.key, project.key): rank for rank, project in enumerate(liked, start=1)}
    return world


def ties(edges: Edges, choice: Choice) -> int:
    return sum(edges[pair].ties >> 32 for pair in choice.items())


def test_the_worst_off_pair_is_as_good_as_can_be():
    better = 0
    for seed in range(CASES):
        problem, policy = small(seed).problem(), policies(Objective.WORST_OFF)[seed % 4]
        edges = edges_of(problem, policy)

        def value(choice: Choice, edges: Edges = edges) -> tuple[int, ...]:
            scores = [edges[pair].score for pair in choice.items()]
            return len(scores), min(scores, default=0), sum(scores), ties(edges, choice)

        plan = solve(problem, policy)
        best = max(plans(problem, edges), key=value)
        assert chosen(plan) == best, seed
        assert plan.objective_value == (len(plan), value(best)[1], plan.score)
        assert verify(problem, policy, plan) == ()
        most_seats = solve(problem, replace(policy, objective=Objective.MOST_SEATS))
        better += plan.worst > most_seats.worst
    assert better, "some world shows the difference"


def test_changes_cost_their_price():
    stays = 0
    for seed in range(CASES):
        problem = small(seed).problem()
        policy = replace(policies(Objective.FEWEST_CHANGES)[seed % 4], change_points=(0, 1, 7, 60)[seed // 4 % 4])
        edges = edges_of(problem, policy)
        previous = some_pairs(problem, seed)
        pairs = set(zip(previous.person.tolist(), previous.project.tolist(), strict=True))
        fixed = set(zip(problem.kept.person.tolist(), problem.kept.project.tolist(), strict=True))

        def value(choice: Choice, edges: Edges = edges, policy: Policy = policy, keep: Any = pairs) -> tuple[int, ...]:
            score = sum(edges[pair].score for pair in choice.items())
            price = policy.change_points * 1000 * len(keep - set(choice.items()))
            return score - price, len(choice), ties(edges, choice)

        plan = solve(problem, policy, previous)
        best = max(plans(problem, edges), key=value)
        assert chosen(plan) == best, seed
        assert plan.changes == len(pairs - set(best.items()) - fixed)
        assert plan.objective_value == (plan.score - policy.change_points * 1000 * plan.changes, len(plan))
        assert verify(problem, policy, plan) == ()
        stays += chosen(solve(problem, policy)) != best
    assert stays, "some world shows the difference"


@pytest.mark.parametrize("objective", STABLE)
def test_a_stable_plan_is_the_best_of_all_for_its_side(objective: Objective):
    several = 0
    for seed in range(2 * CASES):
        problem = (opposed if seed % 2 else small)(seed // 2).problem()
        policy = policies(objective)[(0, 3)[seed // 2 % 2]]
        edges = edges_of(problem, policy)
        plan = solve(problem, policy)
        mine = chosen(plan)
        all_stable = [choice for choice in plans(problem, edges) if not blocking(problem, edges, choice)]
        assert mine in all_stable, seed
        several += len(all_stable) > 1
        for other in all_stable:
            assert set(other) == set(mine), "whoever is left out of one is left out of all"
            if objective is Objective.STABLE_PEOPLE:
                assert all(edges[who, mine[who]].to_person >= edges[who, other[who]].to_person for who in mine)
            else:
                for project in set(mine.values()):
                    here, there = (sitting(edges, choice, project) for choice in (mine, other))
                    assert all(one >= two for one, two in zip(here, there, strict=True))
        assert verify(problem, policy, plan) == ()
    assert several >= 10, "some worlds have more than one stable plan"


def sitting(edges: Edges, choice: Choice, project: int) -> list[tuple[int, int]]:
    return sorted(edges[pair].to_project for pair in choice.items() if pair[1] == project)


@pytest.mark.parametrize("objective", Objective)
def test_blocking_pairs_are_those_found_by_two_loops(objective: Objective):
    some = 0
    for seed in range(40):
        world = keep_some(random_world(seed, 3 + seed % 20, 1 + seed % 8, strict=seed % 4, alike=seed == 39), seed)
        problem, policy = world.problem(), policies(objective)[seed % 4]
        edges = edges_of(problem, policy)
        plan = solve(problem, policy, some_pairs(problem, seed))
        pairs = blocking(problem, edges, chosen(plan))
        found = blocking_pairs(plan)
        assert found.count == len(pairs) == found.of_project.sum()
        for project, person, count in zip(found.project, found.person, found.of_project, strict=True):
            who = [one for one, where in pairs if where == project]
            assert (person, count) == (max(who, key=lambda one: edges[one, project].to_project), len(who))
        assert not (pairs and objective in STABLE)
        some += len(pairs)
    assert (some > 0) == (objective not in STABLE)


@pytest.mark.parametrize("objective", Objective)
def test_threads_are_of_no_consequence(objective: Objective):
    problem, policy = random_world(3, 150, 80).problem(), Policy(objective=objective)
    found = []
    for threads in (1, 3):
        with ThreadPoolExecutor(threads) as pool:
            plan = solve(problem, policy, some_pairs(problem, 1), pool)
            pairs = blocking_pairs(plan, pool)
        found.append((plan.person.tobytes(), plan.project.tobytes(), plan.certificate.price.tobytes(), pairs.count))
        assert verify(problem, policy, plan) == ()
    assert found[0] == found[1]


def test_pieces_of_work_may_be_done_in_other_processes():
    problem, policy = random_world(3, 150, 80).problem(), Policy()
    here = solve(problem, policy)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        there = solve(problem, policy, executor=pool)
    assert len(here) > 20
    for name in ("person", "project", "seat", "parts"):
        assert getattr(here, name).tobytes() == getattr(there, name).tobytes()
    assert here.certificate.price.tobytes() == there.certificate.price.tobytes()


@pytest.mark.parametrize("objective", Objective)
def test_lists_grow_where_all_want_the_same_few(objective: Objective):
    people = [APerson(f"p{number}", {0: 2, 1: 4 if number < 8 else 1 + number % 3}) for number in range(40)]
    projects = [AProject(f"j{number}", 1 + number % 2, {0: 1}, {1: 4}) for number in range(16)]
    problem, policy = World(people, projects).problem(), Policy(objective=objective)
    plan = solve(problem, policy)
    assert len(plan) == problem.seats.sum()
    assert verify(problem, policy, plan) == ()


def test_a_previous_plan_is_known_again_by_its_keys():
    world = random_world(8, 20, 6)
    before = solve(world.problem(), Policy())
    gone = {problem_key(before, 0), problem_key(before, 1)}
    world.people = [person for person in world.people if person.key not in gone]
    for links in (world.ranks, world.short_list, world.apart):
        for pair in [pair for pair in links if pair[0] in gone]:
            links.pop(pair) if isinstance(links, dict) else links.discard(pair)
    Random(8).shuffle(world.people)
    Random(9).shuffle(world.projects)
    problem = world.problem()
    plan = solve(problem, Policy(objective=Objective.FEWEST_CHANGES, change_points=1000), before)
    then = {(before.index.problem.people[a], before.index.problem.projects[b]) for a, b in chosen(before).items()}
    now = {(problem.people[a], problem.projects[b]) for a, b in chosen(plan).items()}
    assert {pair for pair in then if pair[0].decode() not in gone} <= now
    assert plan.changes == 0


def problem_key(plan: Plan, row: int) -> str:
    return plan.index.problem.people[plan.person[row]].decode()


def some_pairs(problem: Problem, seed: int) -> Pairs:
    """Pairs of a plan made otherwise, with a few that no rule looks at."""
    chance = Random(seed)
    other = solve(problem, policies(Objective.MOST_SEATS)[(seed + 1) % 4])
    pairs = {person: project for person, project in chosen(other).items() if chance.random() < 0.7}
    for person in range(len(problem.people)):
        if chance.random() < 0.2:
            pairs[person] = chance.randrange(len(problem.projects))
    return Pairs.of(pairs.items())


@pytest.mark.parametrize("objective", Objective)
def test_one_pair_changed_is_named(objective: Objective):
    problem, policy, plan = contended(objective)
    edges = edges_of(problem, policy)
    spare = next(
        who for who in range(len(problem.people)) if who not in chosen(plan) and (who, plan.project[0]) in edges
    )
    person = plan.person.copy()
    person[0] = spare
    order = np.array([spare])
    parts = plan.parts.copy()
    parts[0] = score_parts(problem, policy, order, int(plan.project[0]))
    wrong = verify(problem, policy, replace(plan, person=person, parts=parts))
    expected = {"blocking_pair"} if objective in STABLE else {"not_equal", "worth_unplaced"}
    assert expected & set(wrong)


@pytest.mark.parametrize("objective", Objective)
def test_one_number_changed_is_named(objective: Objective):
    problem, policy, plan = contended(objective)
    proof = plan.certificate
    assert verify(problem, policy, plan) == ()
    for name in ("price", "worth", "cut_off", "listed"):
        column = getattr(proof, name)
        for place in range(0, len(column), 3):
            for more in (-1, 1):
                other = column.copy()
                other[place] += more
                changed = replace(plan, certificate=replace(proof, **{name: other}))
                if name == "listed" and _same_cut_off(problem, policy, plan, place, int(other[place])):
                    continue
                assert verify(problem, policy, changed), (name, place, more)
    for name in ("floor", "bound", "seat_weight"):
        changed = replace(plan, certificate=replace(proof, **{name: getattr(proof, name) + 1}))
        wrong = verify(problem, policy, changed)
        assert wrong or (name == "seat_weight" and objective is Objective.MOST_SEATS), name


def _same_cut_off(problem: Problem, policy: Policy, plan: Plan, project: int, listed: int) -> bool:
    """Whether a list of another length would end at the same score: between equals it says nothing else."""
    edges = edges_of(problem, policy)
    own = {(a, b) for a, b in zip(plan.previous.person.tolist(), plan.previous.project.tolist(), strict=True)}
    bonus = policy.change_units if policy.objective is Objective.FEWEST_CHANGES else 0
    scores = [edge.score + bonus * (pair in own) for pair, edge in edges.items() if pair[1] == project]
    falling = sorted((score for score in scores if score >= plan.certificate.floor), reverse=True)
    best = falling[listed] if 0 <= listed < len(falling) else -1
    return policy.objective not in STABLE and best == plan.certificate.cut_off[project]


def test_covers_changed_are_named():
    problem, policy, plan = contended(Objective.WORST_OFF)
    proof = plan.certificate
    for name, code in (("most", "more_seats"), ("higher", "higher_floor")):
        cover = getattr(proof, name)
        project = ~cover.project
        smaller = replace(cover, project=cover.project & False, person=cover.person[:0], bound=0)
        for other in (None, replace(cover, project=project), replace(cover, bound=cover.bound - 1), smaller):
            changed = replace(plan, certificate=replace(proof, **{name: other}))
            assert code in verify(problem, policy, changed)
    assert "floor" in verify(problem, policy, replace(plan, certificate=replace(proof, floor=proof.floor - 1)))


def test_the_other_sides_stable_plan_is_named():
    told = 0
    for seed in range(60):
        problem = random_world(seed, 12, 5, strict=0).problem()
        policy = policies(Objective.STABLE_PEOPLE)[0]
        other = replace(policy, objective=Objective.STABLE_PROJECTS)
        people, projects = solve(problem, policy), solve(problem, other)
        same = chosen(people) == chosen(projects)
        assert verify(problem, other, people) == (() if same else ("not_theirs",))
        assert verify(problem, policy, projects) == (() if same else ("not_theirs",))
        told += not same
    assert told


@pytest.mark.parametrize("objective", [Objective.WORST_OFF, *STABLE])
def test_what_is_no_sum_has_no_what_ifs(objective: Objective):
    with pytest.raises(ProblemError) as refused:
        WhatIf(contended(objective)[2])
    assert (refused.value.field, refused.value.code) == ("objective", "not_priced")


def contended(objective: Objective) -> tuple[Problem, Policy, Plan]:
    problem = random_world(11, 24, 6, strict=1).problem()
    policy = policies(objective)[0]
    return problem, policy, solve(problem, policy, some_pairs(problem, 11))
