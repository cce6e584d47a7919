"""A round on a local cluster of two processes: the same bytes as on threads, and what it takes."""

from __future__ import annotations

import argparse
import hashlib
from time import perf_counter

import numpy as np

from benchmarks import national
from freeagents.matching import Plan, Policy, solve


def main() -> None:
    """Solve one made-up service on threads and on a cluster, and compare all that the plans say."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks.cluster", description=main.__doc__)
    asked.add_argument("--people", type=int, default=100_000)
    asked.add_argument("--seats", type=int, default=2_000)
    options = asked.parse_args()
    # Known only here: nothing else needs it.
    from distributed import Client, LocalCluster

    problem, policy = national.problem_of(national.national(options.people, options.seats)), Policy()
    solve(problem, policy)
    started = perf_counter()
    threads = solve(problem, policy)
    print(f"{options.people:,} people, {options.seats:,} seats")
    print(f"threads of this process   {perf_counter() - started:7.2f} s   {digest(threads)}")
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        client.run(_warm)
        started = perf_counter()
        spread = solve(problem, policy, executor=client.get_executor())
        print(f"two processes of a cluster{perf_counter() - started:7.2f} s   {digest(spread)}")
    if digest(threads) != digest(spread):
        raise SystemExit("The plans differ.")
    print("The plans are the same to the byte, with prices, worths and cut-offs.")


def digest(plan: Plan) -> str:
    """Return the SHA-256 of a plan's pairs, parts and certificate."""
    found = hashlib.sha256()
    certificate = plan.certificate
    for values in (plan.person, plan.project, plan.seat, plan.parts, *vars(certificate).values()):
        if isinstance(values, np.ndarray):
            found.update(np.ascontiguousarray(values).data)
    return found.hexdigest()


def _warm() -> None:
    solve(national.problem_of(national.national(1_000, 100)), Policy())


if __name__ == "__main__":
    main()
