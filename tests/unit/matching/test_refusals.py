"""A problem or policy that cannot be used is refused by name."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csc_array

from freeagents.matching import (
    Apart,
    Differs,
    Flag,
    Free,
    Levels,
    Near,
    Objective,
    Pairs,
    Places,
    Points,
    Policy,
    PolicyError,
    Problem,
    ProblemError,
    Rungs,
    Within,
    assign,
    policy_from_toml,
    solve,
)
from freeagents.matching._assign import Weights
from tests.unit.matching.worlds import random_world

SOUND = random_world(0, 3, 2, seats=3).problem()
NAN = math.nan


def with_(**changes: Any) -> Callable[[], Problem]:
    return lambda: replace(SOUND, **changes)


def with_fit(**changes: Any) -> Callable[[], Problem]:
    return lambda: replace(SOUND, fit=replace(SOUND.fit, **changes))


def free(**changes: Any) -> Callable[[], Free]:
    sound = {"indptr": [0, 2, 2, 3], "first": [1, 10, 1], "last": [9, 20, 5], "percent": [100, 50, 80]}
    return lambda: Free("availability", **(sound | {"start": [1, 1], "end": [5, 5], "asked": [50, 0]} | changes))


def places(**changes: Any) -> Callable[[], Places]:
    sound = {"indptr": [0, 1], "place": [0], "latitude": [NAN], "longitude": [NAN], "max_km": [NAN]}
    site = {"project_place": [0], "project_latitude": [NAN], "project_longitude": [NAN]}
    return lambda: Places(**(sound | site | changes))


@pytest.mark.parametrize(
    ("make", "field", "code", "index"),
    [
        (with_(seats=[1, -1]), "seats", "out_of_range", 1),
        (with_(seats=[1.0, NAN]), "seats", "not_whole", 1),
        (with_(seats=[1.5, 1]), "seats", "not_whole", 0),
        (with_(seats=["1", "2"]), "seats", "not_whole", None),
        (with_(seats=[[1, 2]]), "seats", "not_a_row", None),
        (with_(seats=[1]), "seats", "length", None),
        (with_(people=("a", "b", "a")), "people", "twice", 2),
        (with_(projects=("x", "x")), "projects", "twice", 1),
        (with_(people=("a", "b")), "essential_skills.held", "length", None),
        (with_(rules=(*SOUND.rules, SOUND.rules[0])), "rules", "twice", 7),
        (with_(salt=b"0" * 65), "salt", "too_long", None),
        (with_(kept=Pairs.from_rows([(3, 0, 1)])), "kept.person", "out_of_range", 0),
        (with_(kept=Pairs.from_rows([(0, 2, 1)])), "kept.project", "out_of_range", 0),
        (with_(seats=[2, 2], kept=Pairs.from_rows([(0, 0, 1), (1, 1, 3)])), "kept", "no_such_seat", 1),
        (with_(seats=[2, 2], kept=Pairs.from_rows([(0, 0, 1), (1, 0, 0)])), "kept", "no_such_seat", 1),
        (with_(seats=[2, 2], kept=Pairs.from_rows([(0, 0, 1), (0, 1, 1)])), "kept", "person_twice", 1),
        (with_(seats=[2, 2], kept=Pairs.from_rows([(0, 0, 1), (1, 0, 1)])), "kept", "seat_twice", 1),
        (with_fit(bench_days=[0, NAN, 1]), "fit.bench_days", "not_whole", 1),
        (with_fit(bench_days=[0, 1, -5]), "fit.bench_days", "out_of_range", 2),
        (with_fit(bench_days=[0, 1]), "fit.bench_days", "length", None),
        (with_fit(goals=Levels.none((3, 4))), "fit.goals", "shape", None),
        (with_fit(held=Levels.from_rows((3, 5), [(0, 0, 5)])), "fit.held", "out_of_range", None),
        (with_fit(ranks=Pairs.from_rows([(0, 0, 1), (0, 0, 2)])), "fit.ranks", "twice", 1),
        (with_fit(ranks=Pairs.from_rows([(0, 0, -1)])), "fit.ranks", "out_of_range", 0),
        (with_fit(short_list=Pairs.of([(0, 9)])), "fit.short_list.project", "out_of_range", 0),
        (with_(rules=(Flag("admission", [True]),)), "admission.ok", "length", None),
        (lambda: Flag("admission", [1, 0]), "admission.ok", "not_true_or_false", None),
        (with_(rules=(Differs("department", [0, 0, 0], [1]),)), "department.avoided", "length", None),
        (with_(rules=(Apart("barred", Pairs.of([(0, 1), (3, 1)])),)), "barred.person", "out_of_range", 1),
        (with_(rules=(Within("grade", *[Rungs.unstated(3)] * 3),)), "grade.low", "length", None),
        (with_(rules=(free(indptr=[0, 2, 3])(),)), "availability.indptr", "length", None),
        (with_(rules=(Near("place", places()()),)), "place.indptr", "length", None),
        (free(last=[9, 8, 5]), "availability.last", "before_first", 1),
        (free(first=[1, 9, 1]), "availability.first", "overlaps", 1),
        (free(percent=[100, 0, 80]), "availability.percent", "out_of_range", 1),
        (free(end=[0, 5]), "availability.end", "before_start", 0),
        (free(indptr=[0, 2, 1, 3]), "availability.indptr", "offsets_down", 2),
        (free(indptr=[0, 2, 2, 2]), "availability.indptr", "offsets_end", None),
        (places(latitude=[91]), "places.latitude", "out_of_range", 0),
        (places(max_km=[-1]), "places.max_km", "out_of_range", 0),
        (places(project_longitude=[math.inf]), "places.project_longitude", "out_of_range", 0),
        (places(place=[-2]), "places.place", "out_of_range", 0),
        (lambda: Levels.from_rows((2, 2), [(0, 0, 1), (0, 2, 1)]), "levels.column", "out_of_range", 1),
        (lambda: Levels.from_rows((2, 2), [(0, 0, 0)]), "levels.level", "out_of_range", 0),
        (lambda: Levels.from_rows((2, 2), [(0, 0, 1), (1, 0, 1), (0, 0, 2)]), "levels", "twice", 2),
        (lambda: Levels.of((2, 2), [0], [0, 1], [1]), "levels", "length", None),
        (lambda: Rungs([0, 1], [1], [1]), "rungs.rank", "length", None),
    ],
)
def test_a_bad_problem_is_refused_by_field_and_place(make, field: str, code: str, index: int | None):
    with pytest.raises(ProblemError) as refused:
        make()
    assert (refused.value.field, refused.value.code, refused.value.index) == (field, code, index)
    assert field in str(refused.value)


@pytest.mark.parametrize(
    ("seats", "most", "code"),
    [(2**40, 2**22, "too_many_to_sum_exactly"), (2**27, 0, "too_many_to_order_ties")],
)
def test_sums_that_could_not_be_exact_are_refused(seats: int, most: int, code: str):
    with pytest.raises(ProblemError, match=code):
        Weights.of(seats, most, fill_first=False, ties=True)


def test_seats_nobody_could_take_are_of_no_consequence():
    problem = random_world(0, 1, 1, alike=True).problem()
    assert len(solve(replace(problem, seats=np.array([10_000])), Policy())) == 1


def test_a_policy_survives_toml():
    policy = Policy(name='Bench "first" – é', version=3, objective=Objective.MOST_SEATS, points=Points(bench=70))
    assert policy_from_toml(policy.to_toml()) == policy
    assert policy_from_toml("") == Policy()
    # Limits, and what breaches of them cost, are told only where there are any.
    assert {each.name for each in fields(Policy)} - {"limits", "breach_points"} <= set(
        policy_from_toml_keys(policy.to_toml())
    )


def policy_from_toml_keys(text: str) -> list[str]:
    return [line.split(" =")[0].strip("[]") for line in text.splitlines()]


def test_the_default_policy_has_a_hundred_points():
    assert Policy().most_score == 100_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name = ", [("", "not_toml")]),
        ("points = 3", [("points", "not_a_table")]),
        ("colour = 1\n[points]\nluck = 3", [("colour", "unknown_key"), ("points.luck", "unknown_key")]),
        (
            "version = 0\nobjective = 'best'\nbench_full_days = 1.5\n[points]\nskills = -1\nrank = true\nbench = 1001",
            [
                ("objective", "unknown_objective"),
                ("version", "out_of_range"),
                ("bench_full_days", "out_of_range"),
                ("points.skills", "out_of_range"),
                ("points.rank", "out_of_range"),
                ("points.bench", "out_of_range"),
            ],
        ),
        ("name = ''", [("name", "not_a_name")]),
        ("objective = []", [("objective", "unknown_objective")]),
        (
            "[points]\nskills = 0\ngrowth = 0\nrank = 0\nshort_list = 0\nbench = 0\ndistance = 0",
            [("points", "all_zero")],
        ),
    ],
)
def test_all_that_is_wrong_with_a_policy_is_told_at_once(text: str, expected: list[tuple[str, str]]):
    with pytest.raises(PolicyError) as refused:
        policy_from_toml(text)
    assert [(fault.key, fault.code) for fault in refused.value.faults] == expected


def test_a_policy_made_in_code_is_held_to_the_same():
    with pytest.raises(PolicyError, match="bench_full_days"):
        Policy(bench_full_days=0)


def test_an_assignment_takes_pairs_in_any_order_and_leaves_them_so():
    indices = np.array([2, 0, 1])
    scores = csc_array((np.array([1, 2, 3]), indices, np.array([0, 2, 3])), shape=(3, 2))
    assert assign(scores, [1, 1]).project_of.tolist() == [0, 1, -1]
    assert indices.tolist() == scores.indices.tolist() == [2, 0, 1]


def test_a_pair_given_twice_is_refused():
    scores = csc_array((np.array([1, 2, 3]), np.array([1, 0, 1]), np.array([0, 3, 3])), shape=(3, 2))
    with pytest.raises(ProblemError, match="twice"):
        assign(scores, [1, 1])
