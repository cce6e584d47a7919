"""Each hard rule over arrays says what the same rule says slowly for one pair."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest

from freeagents.matching import (
    Differs,
    Holds,
    Levels,
    Near,
    Places,
    Rungs,
    Segment,
    Within,
    allowed,
    haversine_km,
    keeps_out,
    merge_availability,
    qualifies,
    qualifying,
)
from tests.unit.matching.worlds import TOWNS, kilometres, random_world

ANYBODY = np.arange(3)


@pytest.mark.parametrize("seed", range(6))
def test_rules_over_arrays_are_the_rules_told_pair_by_pair(seed: int):
    world = random_world(seed, 40, 20, strict=seed % 5)
    problem = world.problem()
    broken: Counter[str] = Counter()
    for number, project in enumerate(world.projects):
        told = [world.failing(person, project) for person in world.people]
        broken.update(code for codes in told for code in codes)
        assert [allowed(problem, person, number) for person in range(40)] == told
        assert qualifying(problem, number).tolist() == [person for person, codes in enumerate(told) if not codes]
        assert qualifies(problem, number) == told.count(())
        alone = Counter(codes[0] for codes in told if len(codes) == 1)
        assert keeps_out(problem, number) == {rule.code: alone[rule.code] for rule in problem.rules}
    if seed == 4:
        assert set(broken) == {rule.code for rule in problem.rules}, "each rule keeps somebody out somewhere"


def test_the_order_of_people_asked_about_is_the_order_of_answers():
    problem = random_world(3, 30, 10, strict=4).problem()
    shuffled = np.random.default_rng(0).permutation(30)
    for rule in problem.rules:
        for project in range(10):
            in_order = rule.allows(project, np.arange(30))
            assert np.array_equal(rule.allows(project, shuffled), in_order[shuffled])


def test_levels_above_four_compare_for_parts_of_a_language():
    held = Levels.from_rows((3, 1), [(0, 0, 6), (1, 0, 200), (2, 0, 199)])
    rule = Holds("languages", held, Levels.from_rows((1, 1), [(0, 0, 200)]))
    assert rule.allows(0, ANYBODY).tolist() == [False, True, False]
    assert rule.candidates(0).tolist() == [1]


def test_the_rarest_thing_asked_gives_the_candidates():
    held = Levels.from_rows((3, 2), [(0, 0, 1), (1, 0, 1), (2, 0, 1), (2, 1, 3)])
    rule = Holds("essential_skills", held, Levels.from_rows((2, 2), [(0, 0, 1), (0, 1, 3)]))
    assert rule.candidates(0).tolist() == [2]
    assert rule.candidates(1) is None


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        ((-1, -1, -1), (-1, -1, -1), [True, True, True]),
        ((0, 2, -1), (-1, -1, -1), [True, False, False]),
        ((-1, -1, -1), (0, 3, 1), [True, True, False]),
        ((0, 3, 2), (0, 4, 3), [False, False, False]),
        ((1, 1, 2), (1, 1, 2), [False, True, False]),
    ],
)
def test_a_rung_lies_within_a_band(low: tuple[int, ...], high: tuple[int, ...], expected: list[bool]):
    held = Rungs(np.array([0, 1, -1]), np.array([2, 1, -1]), np.array([-1, 1, 3]))
    rule = Within("grade", held, *(Rungs(*np.array([each]).T) for each in (low, high)))
    assert rule.allows(0, ANYBODY).tolist() == expected


def test_what_is_not_stated_differs_from_everything():
    rule = Differs("department", [-1, 3, 4], [-1, 3])
    assert rule.allows(0, ANYBODY).tolist() == [True, True, True]
    assert rule.allows(1, ANYBODY).tolist() == [True, False, True]


def test_distances_agree_with_a_second_formula():
    latitudes, longitudes = np.array(TOWNS).T
    for town in TOWNS:
        expected = [kilometres(town, other) for other in TOWNS]
        assert haversine_km(latitudes, longitudes, *town) == pytest.approx(expected, abs=1e-3)


def test_london_to_leeds_is_272_kilometres():
    assert haversine_km(np.array([51.5074]), np.array([-0.1278]), 53.8008, -1.5491) == pytest.approx([272], abs=1)


def test_without_coordinates_only_the_same_place_is_near():
    nan = math.nan
    places = Places(
        [0, 1, 2, 3], [7, 8, -1], [nan, nan, 51.5], [nan, nan, 0.0], [500, 500, 500], [7, -1], [nan, nan], [nan, nan]
    )
    rule = Near("place", places)
    assert rule.allows(0, ANYBODY).tolist() == [True, False, False]
    assert rule.allows(1, ANYBODY).tolist() == [True, True, True]
    assert places.kilometres(0, ANYBODY).tolist() == [0, math.inf, math.inf]


@pytest.mark.parametrize(
    ("declared", "committed", "left"),
    [
        ([], [], []),
        ([(1, 5, 100), (6, 9, 100)], [], [(1, 9, 100)]),
        ([(6, 9, 60), (1, 5, 100)], [], [(1, 5, 100), (6, 9, 60)]),
        ([(1, 8, 40), (5, 9, 60)], [], [(1, 4, 40), (5, 9, 60)]),
        ([(1, 9, 100)], [(4, 6, 100)], [(1, 3, 100), (7, 9, 100)]),
        ([(1, 9, 100)], [(3, 9, 30), (5, 6, 50)], [(1, 2, 100), (3, 4, 70), (5, 6, 20), (7, 9, 70)]),
        ([(1, 3, 20)], [(2, 9, 50)], [(1, 1, 20)]),
        ([(1, 3, 50), (5, 6, 50)], [], [(1, 3, 50), (5, 6, 50)]),
    ],
)
def test_availability_is_what_was_declared_less_what_is_committed(declared, committed, left):
    merged = merge_availability([Segment(*each) for each in declared], [Segment(*each) for each in committed])
    assert [tuple(each) for each in merged] == left
