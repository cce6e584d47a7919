"""Time and memory of solving a round at three sizes, beside scipy's dense assignment where that fits."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from time import perf_counter
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from benchmarks.instances import instance
from freeagents.matching import Policy, Problem, qualifying, score_parts, solve

CASES = ((1_000, 100), (10_000, 500), (100_000, 2_000))
DENSE_LIMIT_BYTES = 2**30
STAGES = ("order", "candidates", "assign", "explain")


def main() -> None:
    """Run each case in a process of its own, so that peaks of memory are its own, and print the table."""
    print(f"Python {sys.version.split()[0]}, numpy {np.__version__}, {os.cpu_count()} cores, one used; seconds and MiB")
    heads = ("people", "seats", "allowed pairs", *STAGES, "all", "peak", "of it input", "dense", "dense peak", "ratio")
    print("".join(f"{head:>14}" for head in heads))
    found = []
    for people, seats in CASES:
        ours = _child("ours", people, seats)
        fits = _dense_bytes(people, seats) <= DENSE_LIMIT_BYTES
        dense = _child("dense", people, seats) if fits else None
        found.append((people * seats, ours["total"]))
        print(_row(people, seats, ours, dense))
        if dense and (dense["score"], dense["filled"]) != (ours["score"], ours["filled"]):
            sys.exit(f"The objectives differ: {ours['score'], ours['filled']} and {dense['score'], dense['filled']}.")
    exponent = np.polyfit(*np.log(np.array(found).T), 1)[0]
    print("Objectives equal the dense solver's where it was run; ratio: its time for the assignment over ours.")
    print(f"Time grows as (people × seats) to the power {exponent:.2f}.")


def ours(people: int, seats: int) -> dict[str, Any]:
    """Solve a made-up round."""
    problem = instance(people, seats)
    input_peak = _peak_mib()
    started = perf_counter()
    plan = solve(problem, Policy())
    return {
        "total": perf_counter() - started,
        "stages": dict(plan.seconds),
        "score": plan.score,
        "filled": len(plan),
        "pairs": plan.stats["allowed_pairs"],
        "input_peak": input_peak,
        "peak": _peak_mib(),
    }


def dense(people: int, seats: int) -> dict[str, Any]:
    """Solve the same assignment with scipy's dense solver: a row for each seat, a column for each person, idle columns.

    The matrix is filled before the clock starts; the same packing of score and seats is used as ours.
    """
    problem = instance(people, seats)
    score, weight = _matrix(problem, seats, people)
    started = perf_counter()
    row, column = linear_sum_assignment(weight, maximize=True)
    seconds = perf_counter() - started
    real = weight[row, column] > 0
    total = int(score[row[real], column[real]].sum())
    return {"total": seconds, "score": total, "filled": int(real.sum()), "peak": _peak_mib()}


def _matrix(problem: Problem, seats: int, people: int) -> tuple[np.ndarray, np.ndarray]:
    score = np.zeros((seats, people), dtype=np.int32)
    weight = np.full((seats, people + seats), -1.0)
    weight[:, people:] = 0
    rows = np.split(np.arange(seats), np.cumsum(problem.seats)[:-1])
    for project, own in enumerate(rows):
        who = qualifying(problem, project)
        pair = np.ix_(own, who)
        score[pair] = score_parts(problem, Policy(), who, project).sum(axis=1)
        weight[pair] = score[pair] * float(seats + 1) + 1
    return score, weight


def _row(people: int, seats: int, ours: dict[str, Any], dense: dict[str, Any] | None) -> str:
    stages = [f"{ours['stages'][stage]:.3f}" for stage in STAGES]
    beside = ["too large", f"{_dense_bytes(people, seats) / 2**20:,.0f} +", ""]
    if dense:
        ratio = dense["total"] / ours["stages"]["assign"]
        beside = [f"{dense['total']:.3f}", f"{dense['peak']:,.0f}", f"{ratio:.1f}"]
    memory = [f"{ours['peak']:,.0f}", f"{ours['input_peak']:,.0f}"]
    cells = [f"{people:,}", f"{seats:,}", f"{ours['pairs']:,}", *stages, f"{ours['total']:.3f}", *memory, *beside]
    return "".join(f"{cell:>14}" for cell in cells)


def _dense_bytes(people: int, seats: int) -> int:
    return seats * (people + seats) * 8


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _child(kind: str, people: int, seats: int) -> dict[str, Any]:
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "benchmarks.solve", kind, str(people), str(seats)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


if __name__ == "__main__":
    if len(sys.argv) == 4:
        print(json.dumps({"ours": ours, "dense": dense}[sys.argv[1]](*map(int, sys.argv[2:]))))
    else:
        main()
