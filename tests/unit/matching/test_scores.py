"""The parts of a score: their formulae, that they add up, and that more is never worth less."""

from __future__ import annotations

from copy import deepcopy
from random import Random

import numpy as np
import pytest

from freeagents.matching import PARTS, STABLE, Objective, Points, Policy, explain, score_parts, solve
from tests.unit.matching.worlds import POLICIES, SKILLS, TOWNS, APerson, AProject, World, random_world

FLAT = Points(skills=12, growth=12, rank=12, short_list=12, bench=12, distance=12)
POLICY = Policy(points=FLAT, ranks_counted=4, bench_full_days=60, distance_full_km=100, growth_full_goals=1)


def parts(person: APerson, project: AProject, policy: Policy = POLICY, **links) -> dict[str, int]:
    return dict(explain(World([person], [project], **links).problem(), policy, 0, 0).parts)


@pytest.mark.parametrize(
    ("asked", "held", "units"),
    [
        (1, 1, 9600),
        (1, 2, 10800),
        (1, 3, 12000),
        (1, 4, 12000),
        (2, 1, 4800),
        (2, 2, 9600),
        (2, 3, 10800),
        (2, 4, 12000),
        (3, 3, 9600),
        (3, 4, 12000),
        (4, 4, 12000),
        (4, 3, 9000),
        (3, 0, 0),
    ],
)
def test_an_essential_criterion_earns_most_when_met_and_all_above(asked: int, held: int, units: int):
    skills = {0: held} if held else {}
    assert parts(APerson("a", skills), AProject("x", essential={0: asked}))["skills"] == units


@pytest.mark.parametrize(
    ("asked", "held", "units"), [(4, 0, 0), (4, 1, 3000), (3, 2, 8000), (2, 2, 12000), (2, 4, 12000)]
)
def test_an_asset_earns_by_the_share_held(asked: int, held: int, units: int):
    skills = {0: held} if held else {}
    assert parts(APerson("a", skills), AProject("x", asset={0: asked}))["skills"] == units


def test_criteria_share_the_skills_points_alike():
    project = AProject("x", essential={0: 4}, asset={1: 1, 2: 1, 3: 1, 4: 1})
    explained = explain(World([APerson("a", dict.fromkeys(range(SKILLS), 4))], [project]).problem(), POLICY, 0, 0)
    assert [each.most for each in explained.criteria] == [2400] * 5
    assert explained.parts["skills"] == 12_000


def test_thirds_and_quarters_of_a_share_are_whole():
    project = AProject("x", asset={0: 3, 1: 4, 2: 2})
    explained = explain(World([APerson("a", dict.fromkeys(range(SKILLS), 1))], [project]).problem(), Policy(), 0, 0)
    assert [each.most for each in explained.criteria] == [16_656] * 3
    assert [each.skills for each in explained.criteria] == [5_552, 4_164, 8_328]


def test_a_project_that_asks_nothing_earns_nothing_for_skills():
    assert parts(APerson("a", {0: 4}), AProject("x"))["skills"] == 0


@pytest.mark.parametrize(("held", "units"), [(0, 12000), (1, 9000), (3, 3000), (4, 0)])
def test_growth_is_what_is_missing_of_an_asset_one_wants_to_learn(held: int, units: int):
    skills = {0: held} if held else {}
    assert parts(APerson("a", skills, {0, 1}), AProject("x", asset={0: 4}))["growth"] == units


def test_nothing_grows_where_nobody_wants_to_learn():
    assert parts(APerson("a", {0: 1}, {1}), AProject("x", essential={1: 1}, asset={0: 4}))["growth"] == 0


def test_growth_never_earns_more_than_its_points_nor_than_holding_the_skill():
    learner = APerson("a", {}, set(range(SKILLS)))
    project = AProject("x", asset=dict.fromkeys(range(4), 2))
    generous = Policy(points=Points(skills=12, growth=900), growth_full_goals=1)
    narrow = Policy(points=Points(skills=80, growth=12), growth_full_goals=1)
    assert parts(learner, project, generous)["growth"] == 12_000
    assert parts(learner, project, narrow)["growth"] == 12_000


@pytest.mark.parametrize(("rank", "units"), [(1, 12000), (2, 9000), (4, 3000), (5, 3000), (99, 3000), (0, 3000)])
def test_rank_falls_from_the_first_choice_to_the_last_counted(rank: int, units: int):
    assert parts(APerson("a"), AProject("x"), ranks={("a", "x"): rank})["rank"] == units


def test_ranks_and_short_lists_are_those_of_their_own_pairs():
    people, projects = [APerson(key) for key in "abcd"], [AProject("x"), AProject("y")]
    links = {("b", "x"): 1, ("d", "x"): 4, ("a", "y"): 2}
    problem = World(people, projects, ranks=links, short_list={("c", "x"), ("b", "y")}).problem()
    order = np.array([3, 0, 1, 2])
    for project, ranked, listed in ((0, [3, 0, 12, 0], [0, 0, 0, 12]), (1, [0, 9, 0, 0], [0, 0, 12, 0])):
        table = score_parts(problem, POLICY, order, project) // 1000
        assert table[:, PARTS.index("rank")].tolist() == ranked
        assert table[:, PARTS.index("short_list")].tolist() == listed


def test_without_application_and_short_list_these_parts_are_nothing():
    empty = parts(APerson("a"), AProject("x"))
    assert (empty["rank"], empty["short_list"]) == (0, 0)
    assert parts(APerson("a"), AProject("x"), short_list={("a", "x")})["short_list"] == 12_000


@pytest.mark.parametrize(("days", "units"), [(0, 0), (20, 4000), (60, 12000), (1000, 12000)])
def test_bench_days_count_up_to_full(days: int, units: int):
    assert parts(APerson("a", bench=days), AProject("x"))["bench"] == units


def test_distance_counts_down_from_the_same_place():
    near = (51.5 + 30.5 / 111.195, -0.12)
    at = AProject("x", place=(0, *TOWNS[0]))
    assert parts(APerson("a", places=[(0, *TOWNS[0], 10)]), at)["distance"] == 12_000
    assert parts(APerson("a", places=[(3, *TOWNS[1], 10), (5, *near, 50)]), at)["distance"] == 8_400
    assert parts(APerson("a", places=[(1, *TOWNS[1], 10)]), at)["distance"] == 0
    assert parts(APerson("a"), at)["distance"] == 0
    assert parts(APerson("a", places=[(0, *TOWNS[0], 10)]), AProject("x"))["distance"] == 0


@pytest.mark.parametrize("seed", range(4))
def test_parts_and_criteria_add_up_exactly_and_stay_within_the_policy(seed: int):
    problem = random_world(seed, 12, 8).problem()
    policy = POLICIES[seed]
    plan = solve(problem, policy)
    assert plan.score == sum(plan.totals.values()) == sum(plan.scores.tolist())
    for project in range(8):
        table = score_parts(problem, policy, np.arange(12), project)
        for person in range(12):
            explained = explain(problem, policy, person, project)
            assert list(explained.parts.values()) == table[person].tolist()
            assert explained.total == table[person].sum() <= policy.most_score
            assert sum(each.skills for each in explained.criteria) == explained.parts["skills"]
            assert min(explained.parts.values()) >= 0
            assert all(explained.parts[part] <= explained.most[part] for part in PARTS)
            growth = sum(each.growth for each in explained.criteria)
            assert explained.parts["growth"] == min(growth, explained.most["growth"])
    placed = zip(plan.person.tolist(), plan.project.tolist(), plan.scores.tolist(), strict=True)
    assert all(explain(problem, policy, person, project).total == score for person, project, score in placed)


@pytest.mark.parametrize("seed", range(25))
def test_more_of_a_skill_never_lowers_a_score(seed: int):
    chance = Random(seed)
    world = random_world(seed, 1, 6)
    policy = Policy(
        points=Points(**{part: chance.randint(0, 60) for part in PARTS[1:]}, skills=chance.randint(1, 60)),
        growth_full_goals=chance.randint(1, 3),
        above_percent=chance.choice((0, 20, 33, 100)),
    )
    for skill in range(SKILLS):
        scores = []
        for level in range(1, 5):
            more = deepcopy(world)
            more.people[0].skills[skill] = level
            problem = more.problem()
            scores.append([explain(problem, policy, 0, project).total for project in range(6)])
        assert (np.diff(scores, axis=0) >= 0).all()


@pytest.mark.parametrize("objective", [each for each in Objective if each not in STABLE])
@pytest.mark.parametrize("seed", range(12))
def test_one_more_person_never_lowers_the_objective(seed: int, objective: Objective):
    world = random_world(seed, 9, 4)
    policy = Policy(objective=objective)
    everybody = solve(world.problem(), policy).objective_value
    gone = world.people.pop()
    for links in (world.ranks, world.short_list, world.apart):
        for pair in [pair for pair in links if pair[0] == gone.key]:
            links.pop(pair) if isinstance(links, dict) else links.discard(pair)
    assert solve(world.problem(), policy).objective_value <= everybody
