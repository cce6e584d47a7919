"""Under a limit the plan is the best there is: beside brute force, a second solver and a graph of all pairs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from random import Random

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import coo_array, csc_array, vstack

from freeagents.matching import (
    LEFT_OUT,
    PRICED,
    Assignment,
    Limit,
    Objective,
    Pairs,
    Policy,
    Problem,
    ProblemError,
    Reason,
    WhatIf,
    allowed,
    assign,
    explain_plan,
    second_opinion,
    solve,
    verify,
)
from freeagents.matching._assign import Graph, solve_flow
from freeagents.matching._limited import Limited
from freeagents.matching._order import Order
from tests.unit.matching.test_best_plan import BOTH, Edges, edges_of, value_of
from tests.unit.matching.worlds import APerson, AProject, World, keep_some, policies, random_world

CASES = 240
Value = tuple[int, int, int]


def brute_force(edges: Edges, seats: list[int], limit: Limit, room: list[int], *, fill_first: bool) -> Value:
    """The best (score, seats, ties) in the objective's order over all plans within the limit."""

    @cache
    def best(person: int, free: tuple[int, ...], left: tuple[int, ...]) -> Value:
        if person == len(limit.group):
            return 0, 0, 0
        options, own = [best(person + 1, free, left)], int(limit.group[person])
        for project, count in enumerate(free):
            if count and (person, project) in edges and (own < 0 or left[own]):
                fewer = left if own < 0 else (*left[:own], left[own] - 1, *left[own + 1 :])
                rest = best(person + 1, (*free[:project], count - 1, *free[project + 1 :]), fewer)
                score, tie = edges[person, project]
                gain = (1, score, tie) if fill_first else (score, 1, tie)
                options.append(tuple(a + b for a, b in zip(rest, gain, strict=True)))
        return max(options)

    return best(0, tuple(seats), tuple(room))


def limited(problem: Problem, seed: int, groups: int, most: int, code: str = "department") -> Problem:
    """The problem with people in random groups, of which so many may be placed at most besides those kept."""
    chance = Random(seed)
    low = 0 if seed % 2 else -1
    group = np.array([chance.randint(low, groups - 1) for _ in problem.people], dtype=np.int64)
    kept = group[problem.kept.person]
    counts = np.bincount(kept[kept >= 0], minlength=groups)
    room = [chance.randint(0, most) for _ in range(groups)]
    return replace(problem, limits=(Limit(code, group, counts + room),))


def room_of(problem: Problem) -> list[int]:
    return problem.limits[0].room(problem.kept.person).tolist()


def small_table(seed: int) -> tuple[Edges, list[int], Limit]:
    chance = Random(seed)
    people, projects, groups = chance.randint(1, 7), chance.randint(1, 4), chance.randint(1, 3)
    high, often = chance.choice((1, 3, 20)), chance.choice((0.5, 0.9))
    edges = {
        (person, project): (chance.randint(0, high), 0)
        for person in range(people)
        for project in range(projects)
        if chance.random() < often
    }
    group = [chance.randint(-1, groups - 1) for _ in range(people)]
    seats, room = ([chance.randint(0, 3) for _ in range(count)] for count in (projects, groups))
    return edges, seats, Limit("department", np.array(group), np.array(room))


def assigned(edges: Edges, seats: list[int], limit: Limit, *, fill_first: bool) -> Assignment:
    rows = np.array(list(edges)).reshape(-1, 2).T
    scores = np.array([score for score, _ in edges.values()], dtype=np.int64)
    table = csc_array((scores, (rows[0], rows[1])), shape=(len(limit.group), len(seats)))
    return assign(table, seats, fill_first=fill_first, group=limit.group, room=limit.most)


@pytest.mark.parametrize("fill_first", [False, True])
def test_an_assignment_within_room_is_the_best_and_its_prices_are_what_one_more_or_less_would_change(fill_first: bool):
    priced = 0
    for seed in range(2 * CASES):
        edges, seats, limit = small_table(seed)
        found, room = assigned(edges, seats, limit, fill_first=fill_first), limit.most.tolist()

        def worth(seats: list[int], room: list[int], edges: Edges = edges, limit: Limit = limit) -> int:
            one, two, _ = brute_force(edges, seats, limit, room, fill_first=fill_first)
            return one * found.seat_weight + two if fill_first else one  # noqa: B023 - called at once

        best = worth(seats, room)
        assert found.total + found.seat_weight * found.filled == best
        assert (limit.counts(np.flatnonzero(found.project_of >= 0)) <= limit.most).all()
        of_group = np.append(found.group_prices, 0)[limit.group]
        assert min(column.min() for column in (found.people_prices, found.project_prices, found.group_prices)) >= 0
        assert all(
            score + found.seat_weight <= found.people_prices[a] + found.project_prices[b] + of_group[a]
            for (a, b), (score, _) in edges.items()
        )
        bound = found.people_prices.sum() + found.project_prices @ seats + found.group_prices @ limit.most
        assert bound == best
        for group, price in enumerate(found.group_prices.tolist()):
            assert price == worth(seats, [*room[:group], room[group] + 1, *room[group + 1 :]]) - best
        for project, price in enumerate(found.project_prices.tolist()):
            if seats[project]:
                assert price == best - worth([*seats[:project], seats[project] - 1, *seats[project + 1 :]], room)
        priced += found.group_prices.any()
    assert priced > CASES / 2


@pytest.mark.parametrize("objective", BOTH)
@pytest.mark.parametrize("shape", ["ordinary", "kept", "alike", "loose"])
def test_no_plan_within_the_limit_is_better(shape: str, objective: Objective):
    priced = 0
    for seed in range(CASES // 4):
        strict = 0 if shape == "loose" else 2
        world = random_world(seed, 1 + seed % 7, 1 + seed % 4, seats=seed % 4, alike=shape == "alike", strict=strict)
        problem = (keep_some(world, seed) if shape == "kept" else world).problem()
        problem = limited(problem, seed, 1 + seed % 3, 2)
        policy = policies(objective)[seed % 4]
        plan, edges = solve(problem, policy), edges_of(problem, policy)
        fill_first = objective is Objective.MOST_SEATS
        best = brute_force(
            edges, problem.free_seats.tolist(), problem.limits[0], room_of(problem), fill_first=fill_first
        )
        assert value_of(plan, edges) == best, seed
        assert verify(problem, policy, plan) == ()
        assert second_opinion(plan) is None
        priced += plan.certificate.group_price.any()
    assert priced


def test_changes_cost_their_price_within_the_limit():
    policy = replace(policies(Objective.FEWEST_CHANGES)[0], change_points=7)
    for seed in range(CASES // 2):
        problem = limited(random_world(seed, 2 + seed % 6, 1 + seed % 3, strict=seed % 3).problem(), seed, 2, 2)
        before = solve(replace(problem, limits=()), policies(Objective.MOST_SEATS)[1])
        pairs = Pairs.of(zip(before.person.tolist(), before.project.tolist(), strict=True))
        plan, edges = solve(problem, policy, pairs), edges_of(problem, policy)
        held = set(zip(pairs.person.tolist(), pairs.project.tolist(), strict=True))
        raised = {pair: (score + 7_000 * (pair in held), tie) for pair, (score, tie) in edges.items()}
        best = brute_force(raised, problem.free_seats.tolist(), problem.limits[0], room_of(problem), fill_first=False)
        assert plan.objective_value == (best[0] - 7_000 * len(held), best[1])
        assert verify(problem, policy, plan) == ()


def all_pairs(problem: Problem, policy: Policy, edges: Edges) -> tuple[dict[int, int], list[int]]:
    """The best plan and the prices of groups, of a graph in which every allowed pair stands."""
    order = Order.of(problem)
    people = order.in_order(np.arange(len(problem.people))).tolist()
    projects = [project for project in order.projects.tolist() if problem.free_seats[project]]
    rows = [[at for at, who in enumerate(people) if (who, project) in edges] for project in projects]
    indptr = np.cumsum([0, *map(len, rows)])
    pairs = [(people[at], project) for row, project in zip(rows, projects, strict=True) for at in row]
    ties = [order.ties(np.array([who]), project)[0] for who, project in pairs]
    graph = Graph(
        indptr,
        np.array([at for row in rows for at in row], dtype=np.int32),
        np.array([edges[pair][0] for pair in pairs], dtype=np.int64),
        np.array(ties, dtype=np.uint64),
        problem.free_seats[projects],
        len(people),
    )
    limit = problem.limits[0]
    graph = graph.within(limit.group[people], limit.room(problem.kept.person))
    flow = solve_flow(graph, fill_first=policy.objective is Objective.MOST_SEATS)
    placed = np.flatnonzero(flow.pair_of >= 0)
    return {people[at]: pairs[flow.pair_of[at]][1] for at in placed.tolist()}, flow.group_price.tolist()


@pytest.mark.parametrize("objective", BOTH)
def test_lists_made_at_prices_leave_nobody_out_who_would_add_anything(objective: Objective):
    made_again = 0
    for seed in range(60):
        world = random_world(seed, 30 + seed % 50, 2 + seed % 7, seats=4, alike=seed % 5 == 0, strict=seed % 2)
        for person in world.people:
            person.bench = Random(f"{seed} {person.key}").choice((0, 0, 45))
        problem = (keep_some(world, seed) if seed % 3 == 0 else world).problem()
        problem = limited(problem, seed, 1 + seed % 6, 3)
        policy = policies(objective)[seed % 4]
        plan = solve(problem, policy)
        chosen = dict(zip(plan.person[~plan.kept].tolist(), plan.project[~plan.kept].tolist(), strict=True))
        assert (chosen, plan.certificate.group_price.tolist()) == all_pairs(problem, policy, edges_of(problem, policy))
        assert verify(problem, policy, plan) == ()
        assert isinstance(plan.basis.candidates, Limited)
        made_again += plan.basis.candidates.made_at.any()
    assert made_again > 10


def test_ties_between_groups_are_settled_as_among_all_pairs():
    """Where all score the same, tie bits have prices too: in the last of these rounds they tell who is to be listed."""
    for seed in (73, 113, 134):
        world = random_world(seed, 60 + seed % 60, 4 + seed % 4, seats=2, alike=True)
        world.ranks, world.short_list = {}, set()
        problem = limited(world.problem(), seed, 1 + seed % 6, 3)
        policy = policies(BOTH[seed // 2 % 2])[1]
        plan = solve(problem, policy)
        chosen = dict(zip(plan.person.tolist(), plan.project.tolist(), strict=True))
        assert chosen == all_pairs(problem, policy, edges_of(problem, policy))[0]


@pytest.mark.parametrize("objective", BOTH)
@pytest.mark.parametrize("seed", range(6))
def test_a_second_solver_finds_no_better_plan_within_the_limit(seed: int, objective: Objective):
    problem = limited(random_world(seed, 90, 25, seats=4, strict=seed % 3).problem(), seed, 8, 6)
    policy, limit = policies(objective)[seed % 4], problem.limits[0]
    edges, plan = edges_of(problem, policy), solve(problem, policy)
    score = np.array([score for score, _ in edges.values()], dtype=float)
    weight = score + (score.max() * (problem.seats.sum() + 1) if objective is Objective.MOST_SEATS else 0)
    person, project = np.array(list(edges)).T
    number = np.arange(len(edges))
    own = np.flatnonzero(limit.group[person] >= 0)
    n, m = len(problem.people), len(problem.projects)
    rows = (
        coo_array((np.ones(len(edges)), (person, number)), shape=(n, len(edges))),
        coo_array((np.ones(len(edges)), (project, number)), shape=(m, len(edges))),
        coo_array((np.ones(len(own)), (limit.group[person[own]], own)), shape=(len(limit.most), len(edges))),
    )
    bounds = np.concatenate((np.ones(n), problem.seats, limit.most))
    found = linprog(-weight / 1000, A_ub=vstack(rows).tocsr(), b_ub=bounds, method="highs")
    assert found.status == 0
    assert plan.certificate.bound - plan.certificate.seat_weight * len(plan) == plan.score
    assert plan.score == round(float(score @ found.x))


def test_one_group_price_changed_is_named():
    problem = limited(random_world(11, 24, 6, strict=1).problem(), 11, 3, 2)
    for objective in BOTH:
        policy = policies(objective)[0]
        plan = solve(problem, policy)
        proof = plan.certificate
        assert proof.group_price.any()
        assert verify(problem, policy, plan) == ()
        for place in range(len(proof.group_price)):
            for more in (-1, 1):
                other = proof.group_price.copy()
                other[place] += more
                bound = proof.bound + more * room_of(problem)[place]
                for changed in (replace(proof, group_price=other), replace(proof, group_price=other, bound=bound)):
                    assert verify(problem, policy, replace(plan, certificate=changed)), (place, more)
        short = replace(proof, group_price=proof.group_price[:-1])
        assert "group_priced" in verify(problem, policy, replace(plan, certificate=short))
        for place in range(len(proof.cut_off)):
            other = proof.cut_off.copy()
            other[place] += 1
            assert "cut_off" in verify(problem, policy, replace(plan, certificate=replace(proof, cut_off=other)))


def test_a_plan_beyond_the_limit_is_named():
    problem = random_world(11, 24, 6, strict=1).problem()
    plan = solve(problem, Policy())
    tight = limited(problem, 11, 2, 0)
    assert {"limit", "group_priced"} <= set(verify(tight, Policy(), plan))


@pytest.mark.parametrize("objective", PRICED)
def test_neither_order_nor_threads_nor_names_of_groups_are_of_consequence(objective: Objective):
    for seed in range(30):
        world = random_world(seed, 20 + seed, 6, strict=seed % 2, alike=seed % 5 == 0)
        policy = policies(objective)[seed % 4]
        group = {person.key: Random(f"{seed} {person.key}").randrange(4) for person in world.people}

        def solved(names: list[int], threads: int, world: World = world, group: dict[str, int] = group) -> object:
            problem = world.problem()
            of_people = np.array([names[group[person.key]] for person in world.people])
            most = np.zeros(4, np.int64)
            most[names] = [1, 2, 3, 4]
            problem = replace(problem, limits=(Limit("department", of_people, most),))
            with ThreadPoolExecutor(threads) as pool:
                plan = solve(problem, policy, executor=pool)  # noqa: B023 - called at once
            assert verify(problem, policy, plan) == ()  # noqa: B023
            people, projects = problem.people[plan.person].tolist(), problem.projects[plan.project].tolist()
            prices = dict(zip(problem.projects.tolist(), plan.certificate.price.tolist(), strict=True))
            return set(zip(people, projects, strict=True)), prices, plan.certificate.group_price[names].tolist()

        before = solved([0, 1, 2, 3], 1)
        Random(seed).shuffle(world.people)
        Random(seed + 1).shuffle(world.projects)
        assert solved([2, 0, 3, 1], 3) == before


def test_a_loose_limit_changes_nothing():
    for seed in range(40):
        problem = keep_some(random_world(seed, 20, 6), seed).problem()
        plan = solve(problem, policies(BOTH[seed % 2])[seed % 4])
        loose = replace(problem, limits=(Limit("department", np.arange(20) % 4, np.full(4, 20)),))
        other = solve(loose, policies(BOTH[seed % 2])[seed % 4])
        assert (plan.person.tolist(), plan.project.tolist()) == (other.person.tolist(), other.project.tolist())
        assert plan.certificate.price.tolist() == other.certificate.price.tolist()
        assert not other.certificate.group_price.any()


def test_reasons_tell_that_a_limit_stands_in_the_way():
    seen = set()
    for seed in range(40):
        problem = limited(keep_some(random_world(seed, 12, 4, strict=1), seed).problem(), seed, 2, 1)
        plan = solve(problem, Policy())
        placed, reasons = set(plan.person.tolist()), explain_plan(plan)
        full = problem.limits[0].counts(plan.person) >= problem.limits[0].most
        for seat in reasons.unfilled:
            fits = {who for who in range(12) if not allowed(problem, who, seat.project)}
            assert (seat.reason is Reason.LIMITED) == bool(fits - placed)
            if seat.reason is Reason.LIMITED:
                assert seat.params == {"allowed": len(fits), "idle": len(fits - placed)}
                assert all(full[problem.limits[0].group[who]] for who in fits - placed)
            seen.add(seat.reason)
        left = reasons.left_out
        for who, code, project, score, lowest in zip(
            *(column.tolist() for column in (left.person, left.reason, left.project, left.score, left.lowest)),
            strict=True,
        ):
            reason = LEFT_OUT[code]
            group = problem.limits[0].group[who]
            if reason is Reason.OTHERS_SCORED_MORE:
                assert group < 0 or not full[group]
                assert lowest >= score
            if reason is Reason.LIMITED:
                assert full[group]
                here = plan.weighed[(plan.project == project) & ~plan.kept]
                assert lowest == min(here.tolist(), default=-1)
            seen.add(reason)
    assert {Reason.LIMITED, Reason.OTHERS_SCORED_MORE, Reason.NO_SEAT_ALLOWED} <= seen


def of_two() -> Problem:
    people = [APerson("a", {0: 2}), APerson("b", {0: 2}), APerson("c", {0: 2})]
    return World(people, [AProject("x", 2, {0: 1})], kept={("a", "x"): 1, ("b", "x"): 2}).problem()


def test_more_kept_than_the_limit_lets_is_refused_by_name():
    with pytest.raises(ProblemError) as refused:
        replace(of_two(), limits=(Limit("department", [1, 1, 0], [5, 1]),))
    found = refused.value
    assert (found.field, found.code, found.index) == ("limits.department", "kept_above", 1)
    assert found.params == {"kept": 2, "most": 1}


@pytest.mark.parametrize(
    ("group", "most", "field", "code"),
    [
        ([0, 0], [1], "limits.department.group", "length"),
        ([0, 0, 1], [1], "limits.department.group", "out_of_range"),
        ([0, 0, -2], [1], "limits.department.group", "out_of_range"),
        ([0, 0, 0], [-1], "limits.department.most", "out_of_range"),
        ([0, 0, 0], [1.5], "limits.department.most", "not_whole"),
    ],
)
def test_a_bad_limit_is_refused_by_name(group: list[int], most: list[float], field: str, code: str):
    with pytest.raises(ProblemError) as refused:
        replace(of_two(), kept=Pairs.none(), limits=(Limit("department", group, most),))
    assert (refused.value.field, refused.value.code) == (field, code)


@pytest.mark.parametrize("objective", sorted(set(Objective) - set(PRICED)))
def test_limits_go_with_sums_only(objective: Objective):
    problem = replace(of_two(), limits=(Limit("department", [0, 0, 0], [2]),))
    with pytest.raises(ProblemError) as refused:
        solve(problem, Policy(objective=objective))
    assert (refused.value.field, refused.value.code) == ("limits", "not_with_objective")


def test_what_ifs_are_not_priced_under_a_limit():
    plan = solve(replace(of_two(), limits=(Limit("department", [0, 0, 0], [2]),)), Policy())
    with pytest.raises(ProblemError) as refused:
        WhatIf(plan)
    assert (refused.value.field, refused.value.code) == ("limits", "not_priced")


def test_groups_without_members_or_without_room_are_no_trouble():
    problem = replace(of_two(), kept=Pairs.none())
    none = solve(replace(problem, limits=(Limit("department", [-1, -1, -1], []),)), Policy())
    assert len(none) == 2
    nobody = solve(replace(problem, limits=(Limit("department", [0, 0, 0], [0]),)), Policy())
    assert (len(nobody), nobody.certificate.bound) == (0, 0)
