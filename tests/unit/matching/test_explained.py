"""All placements of a plan are explained together as each of them is alone."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest

from freeagents.matching import Policy, explain, explain_placed, solve
from tests.unit.matching.worlds import POLICIES, keep_some, random_world


@pytest.mark.parametrize("seed", range(12))
def test_placements_together_and_alone(seed: int) -> None:
    problem = keep_some(random_world(seed, 9, 6), seed).problem()
    policy = Random(seed).choice(POLICIES)
    plan = solve(problem, policy)
    pairs = zip(plan.person.tolist(), plan.project.tolist(), strict=True)
    assert list(explain_placed(problem, policy, plan)) == [explain(problem, policy, *pair) for pair in pairs]


def test_nobody_is_placed() -> None:
    problem = random_world(1, 5, 3).problem()
    empty = solve(replace(problem, seats=np.zeros_like(problem.seats)), Policy())
    assert explain_placed(problem, Policy(), empty) == ()
