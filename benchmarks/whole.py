"""A whole round in a process of its own: prints seconds of each stage, peak memory and what was found as JSON."""

from __future__ import annotations

import json
import sys
from time import perf_counter, process_time
from typing import Any

import numpy as np

from benchmarks import national, store
from benchmarks.measure import forget_peak, peak, repeat
from freeagents.matching import Policy, solve


def whole(instance: str) -> dict[str, Any]:
    """Solve a service's round several times, from arrays to plan."""
    problem, policy = national.problem_of(store.arrays(instance)), Policy()
    solve(national.problem_of(national.national(1_000, 100)), policy)
    loaded = forget_peak()
    plan: Any = None
    runs, stages = [], []

    def once() -> None:
        nonlocal plan
        plan = None
        started, busy = perf_counter(), process_time()
        plan = solve(problem, policy)
        runs.append((0.0, perf_counter() - started, process_time() - busy))
        stages.append(dict(plan.seconds))

    repeat(once)
    middle = {stage: float(np.median([run[stage] for run in stages])) for stage in stages[0]}
    stats = {name: int(value) for name, value in plan.stats.items()}
    figures = {"filled": len(plan), "total": plan.score, "stages": middle, "stats": stats}
    return {"runs": runs, "loaded": loaded, "peak": peak()} | figures


if __name__ == "__main__":
    print("\n" + json.dumps(whole(sys.argv[1])))
