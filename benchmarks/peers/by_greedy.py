"""Greedy: pairs from the best down, each placed where both sides are still free."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from benchmarks.graphs import Graph
from benchmarks.peers.forms import Placed


def greedy_build(graph: Graph) -> Any:
    person = np.repeat(np.arange(graph.scores.shape[0]), np.diff(graph.scores.indptr))
    return np.argsort(-graph.scores.data, kind="stable"), person, graph.scores.indices, graph.seats


def greedy_solve(model: Any) -> Placed:
    order, person, project, seats = model
    return _take(order, person, project, seats.copy(), np.full(int(person.max(initial=-1)) + 1, -1))


@njit(cache=True)
def _take(order: Any, person: Any, project: Any, free: Any, placed: Any) -> Any:
    for pair in order:
        if placed[person[pair]] < 0 and free[project[pair]] > 0:
            placed[person[pair]] = project[pair]
            free[project[pair]] -= 1
    return placed
