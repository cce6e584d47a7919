"""Our own side: the public assignment."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

import freeagents.matching as matcher
from benchmarks.graphs import Graph
from freeagents.matching import _assign


def assign_build(graph: Graph) -> Graph:
    """Return the graph: it is the form that ``assign`` takes."""
    return graph


def assign_solve(graph: Graph) -> NDArray[np.int64]:
    """Return the project of each person (−1: none)."""
    if hasattr(matcher, "assign"):
        found: NDArray[np.int64] = matcher.assign(graph.scores, graph.seats).project_of
        return found
    return _solve_by_parts(graph)


def _solve_by_parts(graph: Graph) -> NDArray[np.int64]:
    columns = graph.scores.tocsc()
    columns.sort_indices()
    project = np.repeat(np.arange(len(graph.seats)), np.diff(columns.indptr))
    person = columns.indices.astype(np.int64)
    ties: Any = np.zeros(len(person), dtype=np.uint64)
    chosen, _ = _assign.assign(_assign.Graph.of(project, person, graph.seats), columns.data, ties, fill_first=False)
    placed = np.full(graph.scores.shape[0], -1)
    placed[person[chosen]] = project[chosen]
    return placed
