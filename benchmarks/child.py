"""One solver on one instance in a process of its own: prints seconds, peak memory and what was found as JSON."""

from __future__ import annotations

import gc
import json
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from benchmarks import graphs, national, store
from benchmarks.graphs import Graph
from benchmarks.peers import SOLVERS
from freeagents.matching import Policy, solve

MOST_RUNS, LEAST_RUNS, ENOUGH_SECONDS = 9, 3, 5.0
"""Runs are repeated until there are enough of them; from 3 on also until so many seconds are spent."""


def assign(solver: str, instance: str) -> dict[str, Any]:
    """Build and solve an instance several times.

    :raises ValueError: somebody is placed who may not be, or more than there are seats.
    """
    graph = store.graph(instance)
    build, solve_built = SOLVERS[solver].functions()
    solve_built(build(graphs.sparse(30, 20)))
    loaded = _forget_peak()
    found: Any = None
    runs = []

    def once() -> None:
        nonlocal found
        started, busy = perf_counter(), process_time()
        model = build(graph)
        built = perf_counter()
        found = solve_built(model)
        runs.append((built - started, perf_counter() - built, process_time() - busy))

    _repeat(once)
    filled, total = _judged(graph, np.asarray(found))
    return {"runs": runs, "loaded": loaded, "peak": _peak(), "filled": filled, "total": total}


def whole(instance: str) -> dict[str, Any]:
    """Solve a service's round several times, from arrays to plan."""
    problem, policy = national.problem_of(store.arrays(instance)), Policy()
    solve(national.problem_of(national.national(1_000, 100)), policy)
    loaded = _forget_peak()
    plan: Any = None
    runs, stages = [], []

    def once() -> None:
        nonlocal plan
        started, busy = perf_counter(), process_time()
        plan = solve(problem, policy)
        runs.append((0.0, perf_counter() - started, process_time() - busy))
        stages.append(dict(plan.seconds))

    _repeat(once)
    middle = {stage: float(np.median([run[stage] for run in stages])) for stage in stages[0]}
    stats = {name: int(value) for name, value in plan.stats.items()}
    figures = {"filled": len(plan), "total": plan.score, "stages": middle, "stats": stats}
    return {"runs": runs, "loaded": loaded, "peak": _peak()} | figures


def _repeat(once: Callable[[], None]) -> None:
    started = perf_counter()
    for number in range(MOST_RUNS):
        spent = perf_counter() - started
        # A single run that took long enough is not repeated, nor are three.
        if number and spent > ENOUGH_SECONDS * (1 if number >= LEAST_RUNS else 0.75):
            break
        gc.collect()
        once()


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


def _peak() -> float:
    """Return the greatest resident memory so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _forget_peak() -> float:
    """Start the peak anew where Linux lets us, so that reading the instance is not in it, and return it."""
    gc.collect()
    reset = Path("/proc/self/clear_refs")
    if reset.exists():
        reset.write_text("5")
    return _peak()


if __name__ == "__main__":
    sys.setrecursionlimit(100_000)  # PyPI's matching copies its players by recursion
    kind, *names = sys.argv[1:]
    print("\n" + json.dumps(whole(*names) if kind == "whole" else assign(*names)))
