"""Every solver on every instance, one after the other, each in a process of its own; then tables and picture."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import picture, report, store
from benchmarks.peers import COMPILED, SOLVERS
from benchmarks.store import LARGEST, ROOT, SIZES, lists, service

SMALL = ("sparse", "dense", "assign100", "assign200")
PATIENCE, LONG_PATIENCE = 20, 600
"""Processor seconds after which a solver's process is ended: in ``make bench``, and in ``make bench-full``."""


def main() -> None:
    """Run what is asked for, print the tables, and write results and, after a whole run, page and picture."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks", description=main.__doc__)
    asked.add_argument("--full", action="store_true", help="the largest size too, and more patience")
    asked.add_argument("--only", nargs="+", default=(), metavar="INSTANCE", help="some instances, nothing published")
    asked.add_argument("--solvers", nargs="+", default=(), metavar="PART", help="solvers with such a name")
    options = asked.parse_args()
    patience = LONG_PATIENCE if options.full else PATIENCE
    sizes = (*SIZES, LARGEST) if options.full else SIZES
    graphs = [*SMALL, *(lists(*size) for size in SIZES), "contended", "alike"]
    chosen = [name for name in graphs if name in (options.only or graphs) and store.is_there(name)]
    services = [service(*size) for size in sizes if not options.only or service(*size) in options.only]
    solvers = [name for name in SOLVERS if not options.solvers or any(part in name for part in options.solvers)]
    started = time.perf_counter()
    for name in ("sparse", *chosen, *services):
        _child("benchmarks.make", name, patience=None)
    # Compiled code is kept between processes: made here, so that nobody's first run pays for it.
    for name in COMPILED:
        _child("benchmarks.child", name, "sparse", patience=None)
    if services:
        _child("benchmarks.whole", services[0], patience=None)
    print(f"Prepared in {time.perf_counter() - started:.0f} s.", flush=True)
    found: dict[str, Any] = {"machine": _machine(), "assign": {}, "whole": {}}
    for name in chosen:
        graph = store.graph(name)
        shape = {"people": graph.scores.shape[0], "projects": len(graph.seats)}
        of = found["assign"][name] = {
            "shape": shape | {"seats": int(graph.seats.sum()), "pairs": int(graph.scores.nnz)},
            "solvers": {},
        }
        for solver in solvers:
            if SOLVERS[solver].fits(graph):
                of["solvers"][solver] = _child("benchmarks.child", solver, name, patience=patience)
        print("\n".join(report.assignment(name, of)), flush=True)
    for name in services:
        found["whole"][name] = _child("benchmarks.whole", name, patience=3 * patience)
    print("\n".join((*report.whole(found), *report.growth(found), *report.held(found))), flush=True)
    found["machine"]["load"] = os.getloadavg()[0]
    print(
        f"{time.perf_counter() - started:.0f} s in all, load {found['machine']['load']:.1f} on {os.cpu_count()} cores."
    )
    store.KEPT.mkdir(parents=True, exist_ok=True)
    (store.KEPT / "results.json").write_text(json.dumps(found, indent=1) + "\n")
    if not options.only and not options.solvers:
        (ROOT / "docs" / "pictures" / "bench.svg").write_text(picture.drawn(found))
        report.publish(found)
    if faults := report.faults(found):
        sys.exit("\n".join(faults))


def _child(module: str, *words: str, patience: int | None) -> dict[str, Any]:
    """Return what a process of its own found, or ``{"over": seconds}`` or ``{"failed": why}``."""
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-m", module, *words]
    child = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, cwd=ROOT
    )
    while True:
        try:
            out, errors = child.communicate(timeout=1)
            break
        except subprocess.TimeoutExpired:
            if patience and _busy(child.pid) > patience:
                child.kill()
                child.communicate()
                return {"over": patience}
    if child.returncode:
        why = (errors.strip().splitlines() or [f"ended with {child.returncode}"])[-1]
        if module == "benchmarks.make":
            sys.exit(why)
        return {"failed": why[:200]}
    result: dict[str, Any] = json.loads(out.strip().splitlines()[-1]) if out.strip() else {}
    return result


def _busy(process: int) -> float:
    """Return for how many seconds a process has used the processor.

    Not a limit of the system's: where one is set, Linux counts a process's time by ticks only.
    """
    counts = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(counts[11]) + int(counts[12])) / os.sysconf("SC_CLK_TCK")


def _machine() -> dict[str, Any]:
    libraries = ("numpy", "scipy", "numba", "lapx", "ortools", "highspy", "networkx", "matching")
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        **{name: version(name) for name in libraries},
    }


if __name__ == "__main__":
    main()
