"""Benchmarks compare like with like: the generators still draw what was frozen."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import graphs, make, national, store


@pytest.mark.parametrize("name", ["national-1000x100", "national-10000x500"])
def test_a_made_up_service_is_the_frozen_one(name: str) -> None:
    assert store.fingerprint(make.MAKERS[name]()) == store.frozen()["sha256"][name]


@pytest.mark.parametrize("name", ["sparse", "dense"])
def test_an_assignment_instance_is_the_frozen_one(name: str) -> None:
    assert store.fingerprint(make.MAKERS[name]()) == store.frozen()["sha256"][name]


def test_one_changed_number_changes_the_fingerprint() -> None:
    arrays = graphs.sparse().arrays()
    before = store.fingerprint(arrays)
    arrays["data"][0] += 1
    assert store.fingerprint(arrays) != before


def test_a_service_is_what_it_is_said_to_be() -> None:
    arrays = national.national(3_000, 200, seed=5)
    problem = national.problem_of(arrays)
    assert len(problem.people) == 3_000
    assert problem.seats.sum() == 200
    assert problem.seats.min() >= 1
    assert problem.seats.max() <= 5
    held = arrays["held_count"]
    assert held.min() >= 5
    assert held.max() <= 25
    asked = arrays["essential_count"] + arrays["asset_count"]
    assert asked.min() >= 3
    assert asked.max() <= 8
    assert np.isin(arrays["essential_count"], (1, 2, 3)).all()


def test_another_seed_draws_another_service() -> None:
    first, second = (store.fingerprint(national.national(500, 50, seed=seed)) for seed in (1, 2))
    assert first != second
