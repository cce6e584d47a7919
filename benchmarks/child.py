"""One solver on one instance in a process of its own: prints seconds, peak memory and what was found as JSON."""

from __future__ import annotations

import json
import sys
from time import perf_counter, process_time
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from benchmarks import graphs, store
from benchmarks.graphs import Graph
from benchmarks.measure import forget_peak, peak, repeat
from benchmarks.peers import SOLVERS


def assign(solver: str, instance: str) -> dict[str, Any]:
    """Build and solve an instance several times.

    :raises ValueError: somebody is placed who may not be, or more than there are seats.
    """
    graph = store.graph(instance)
    build, solve_built = SOLVERS[solver].functions()
    solve_built(build(graphs.sparse(30, 20)))
    loaded = forget_peak()
    found: Any = None
    runs = []

    def once() -> None:
        nonlocal found
        started, busy = perf_counter(), process_time()
        model = build(graph)
        built = perf_counter()
        found = solve_built(model)
        runs.append((built - started, perf_counter() - built, process_time() - busy))

    repeat(once)
    filled, total = _judged(graph, np.asarray(found))
    return {"runs": runs, "loaded": loaded, "peak": peak(), "filled": filled, "total": total}


def _judged(graph: Graph, placed: Any) -> tuple[int, int]:
    people, projects = graph.scores.shape
    placed = np.concatenate((placed, np.full(people - len(placed), -1)))
    person = np.flatnonzero(placed >= 0)
    chosen = csr_array((np.ones(len(person), dtype=np.int64), (person, placed[person])), shape=(people, projects))
    allowed = graph.scores.copy()
    allowed.data = np.ones_like(allowed.data)
    if chosen.multiply(allowed).sum() != len(person):
        raise ValueError("a pair is placed that is not allowed")
    if (np.bincount(placed[person], minlength=projects) > graph.seats).any():
        raise ValueError("more people are placed than there are seats")
    return len(person), int(chosen.multiply(graph.scores).sum())


if __name__ == "__main__":
    sys.setrecursionlimit(100_000)  # PyPI's matching copies its players by recursion
    print("\n" + json.dumps(assign(*sys.argv[1:])))
