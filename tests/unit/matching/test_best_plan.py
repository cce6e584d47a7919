"""The plan is the best there is: beside brute force on small worlds and a second solver on larger ones."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import coo_array, vstack

from freeagents.matching import (
    Objective,
    Plan,
    Policy,
    Problem,
    allowed,
    explain_plan,
    score_parts,
    second_opinion,
    solve,
    verify,
)
from freeagents.matching._assign import Graph, solve_flow
from freeagents.matching._order import Order
from tests.unit.matching.worlds import APerson, AProject, World, keep_some, policies, random_world

CASES = 320
BOTH = (Objective.MOST_SCORE, Objective.MOST_SEATS)
Edges = dict[tuple[int, int], tuple[int, int]]


def edges_of(problem: Problem, policy: Policy) -> Edges:
    """Every allowed pair of people and projects that are not kept, with score and tie bits: one pair at a time."""
    order = Order.of(problem)
    found = {}
    for person in range(len(problem.people)):
        for project in range(len(problem.projects)):
            if not problem.is_taken[person] and not allowed(problem, person, project):
                tie = int(order.ties(np.array([person]), project)[0] >> np.uint64(32))
                score = int(score_parts(problem, policy, np.array([person]), project).sum())
                found[person, project] = (score, tie)
    return found


def brute_force(problem: Problem, edges: Edges, *, fill_first: bool) -> tuple[tuple[int, int, int], int]:
    """The best (score, seats, ties) in the objective's order over all plans, and how many plans reach it."""

    @cache
    def best(person: int, free: tuple[int, ...]) -> tuple[tuple[int, int, int], int]:
        if person == len(problem.people):
            return (0, 0, 0), 1
        options = [best(person + 1, free)]
        for project, seats in enumerate(free):
            if seats and (person, project) in edges:
                (first, second, ties), ways = best(person + 1, (*free[:project], seats - 1, *free[project + 1 :]))
                score, tie = edges[person, project]
                gain = (1, score) if fill_first else (score, 1)
                options.append(((first + gain[0], second + gain[1], ties + tie), ways))
        top = max(value for value, _ in options)
        return top, sum(ways for value, ways in options if value == top)

    return best(0, tuple(problem.free_seats.tolist()))


def value_of(plan: Plan, edges: Edges) -> tuple[int, int, int]:
    """Score or seats, seats or score, and ties of the placements that were chosen, read from the slow list of pairs."""
    pairs = zip(plan.person[~plan.kept].tolist(), plan.project[~plan.kept].tolist(), strict=True)
    chosen = [edges[pair] for pair in pairs]
    score, seats = sum(score for score, _ in chosen), len(chosen)
    ties = sum(tie for _, tie in chosen)
    return (score, seats, ties) if plan.objective is Objective.MOST_SCORE else (seats, score, ties)


def assert_lawful(problem: Problem, plan: Plan) -> None:
    pairs = list(zip(plan.person.tolist(), plan.project.tolist(), strict=True))
    assert len({person for person, _ in pairs}) == len(pairs)
    assert all(not allowed(problem, *pair) for pair in pairs)
    seats = list(zip(plan.project.tolist(), plan.seat.tolist(), strict=True))
    assert seats == sorted(set(seats))
    assert all(1 <= seat <= problem.seats[project] for project, seat in seats)
    kept = zip(problem.kept.person.tolist(), problem.kept.project.tolist(), problem.kept.value.tolist(), strict=True)
    placed = zip(*(each[plan.kept].tolist() for each in (plan.person, plan.project, plan.seat)), strict=True)
    assert set(kept) == set(placed)
    reasons = explain_plan(plan)
    empty = {(each.project, each.seat) for each in reasons.unfilled}
    assert empty | set(seats) == {(project, seat + 1) for project, n in enumerate(problem.seats) for seat in range(n)}
    assert reasons.left_out.person.tolist() == sorted(set(range(len(problem.people))) - {person for person, _ in pairs})


@pytest.mark.parametrize("objective", BOTH)
@pytest.mark.parametrize("shape", ["ordinary", "kept", "alike", "loose"])
def test_no_plan_is_better_than_the_one_found(shape: str, objective: Objective):
    unique = 0
    for seed in range(CASES // 4):
        people, projects = 1 + seed % 7, 1 + seed % 4
        strict = 0 if shape == "loose" else 2
        world = random_world(seed, people, projects, seats=seed % 4, alike=shape == "alike", strict=strict)
        problem = (keep_some(world, seed) if shape == "kept" else world).problem()
        policy = policies(objective)[seed % 4]
        plan = solve(problem, policy)
        edges = edges_of(problem, policy)
        best, ways = brute_force(problem, edges, fill_first=objective is Objective.MOST_SEATS)
        assert_lawful(problem, plan)
        assert verify(problem, policy, plan) == ()
        assert second_opinion(plan) == (plan.certificate.bound if plan.basis.graph.score.size else None)
        assert value_of(plan, edges) == best, seed
        unique += ways == 1
    assert unique == CASES // 4, "the tie bits single out one plan"


@pytest.mark.parametrize("objective", BOTH)
@pytest.mark.parametrize("seed", range(8))
def test_a_second_solver_finds_no_better_plan(seed: int, objective: Objective):
    problem = random_world(seed, 90, 25, seats=4, alike=seed == 7, strict=seed % 3).problem()
    policy = policies(objective)[seed % 4]
    edges = edges_of(problem, policy)
    plan = solve(problem, policy)
    seats = int(problem.seats.sum())
    score = np.array([score for score, _ in edges.values()], dtype=float)
    fill = float(score.max() * (seats + 1))
    weight = score + fill if objective is Objective.MOST_SEATS else score * (seats + 1) + 1
    rows = np.array(list(edges))
    ones, number = np.ones(len(edges)), np.arange(len(edges))
    people = coo_array((ones, (rows[:, 0], number)), shape=(len(problem.people), len(edges)))
    projects = coo_array((ones, (rows[:, 1], number)), shape=(len(problem.projects), len(edges)))
    limits = np.concatenate((np.ones(len(problem.people)), problem.seats))
    found = linprog(-weight / 1000, A_ub=vstack((people, projects)).tocsr(), b_ub=limits, method="highs")
    chosen = found.x > 0.5
    theirs = int(score[chosen].sum()), int(chosen.sum())
    assert found.status == 0
    assert plan.objective_value == (theirs[::-1] if objective is Objective.MOST_SEATS else theirs)
    assert_lawful(problem, plan)


def test_a_pair_that_scores_nothing_fills_an_empty_seat():
    world = random_world(1, 1, 1, alike=True)
    for objective in Objective:
        plan = solve(world.problem(), policies(objective)[1])
        assert (plan.score, len(plan)) == (0, 1)


def test_objectives_differ_where_a_filled_seat_costs_score():
    people = [APerson("able", {0: 2, 1: 2}), APerson("other", {0: 2})]
    projects = [AProject("wished", essential={0: 1}), AProject("plain", essential={1: 1})]
    problem = World(people, projects, ranks={("able", "wished"): 1}).problem()
    by_score, by_seats = (solve(problem, policies(objective)[1]) for objective in BOTH)
    assert by_score.objective_value == (10_000, 1)
    assert by_seats.objective_value == (2, 0)


def test_ties_never_cost_a_seat():
    """Two pairs with high tie bits would leave the first project empty; three with low ones fill all."""
    person = np.array([0, 1, 1, 2, 0, 3], dtype=np.int32)
    ties = np.array([1, 1, 2**31, 1, 2**31, 1], dtype=np.uint64) << np.uint64(32)
    graph = Graph(np.array([0, 2, 4, 6]), person, np.zeros(6, dtype=np.int64), ties, np.ones(3, dtype=np.int64), 4)
    flow = solve_flow(graph, fill_first=False)
    assert sorted(flow.pair_of[flow.pair_of >= 0] // 2) == [0, 1, 2]


@pytest.mark.parametrize(("people", "projects"), [(0, 0), (0, 2), (3, 0)])
def test_nothing_to_do_is_a_plan(people: int, projects: int):
    plan = solve(random_world(5, people, projects).problem(), Policy())
    assert (len(plan), plan.score, len(explain_plan(plan).left_out)) == (0, 0, people)
