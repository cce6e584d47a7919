"""The instances by name, kept under ``var/bench``, each held against its frozen hash whenever it is used."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import graphs, national
from benchmarks.graphs import Graph

ROOT = Path(__file__).parents[1]
KEPT = ROOT / "var" / "bench"
FROZEN = Path(__file__).with_name("frozen.json")

SIZES = ((1_000, 100), (10_000, 500), (100_000, 2_000), (500_000, 10_000))
LARGEST = (5_000_000, 50_000)


def service(people: int, seats: int) -> str:
    """Return the name of a made-up service."""
    return f"national-{people}x{seats}"


def lists(people: int, seats: int) -> str:
    """Return the name of a made-up service's short lists."""
    return f"lists-{people}x{seats}"


GRAPHS: dict[str, Callable[[], Graph]] = {
    "sparse": graphs.sparse,
    "dense": graphs.dense,
    **{name: (lambda name=name: graphs.orlib(name)) for name in graphs.OPTIMA},
    **{lists(*size): (lambda size=size: graphs.short_lists(*size)) for size in (*SIZES, LARGEST)},
    "contended": graphs.contended,
    "alike": graphs.alike,
}
SERVICES: dict[str, Callable[[], national.Arrays]] = {
    service(*size): (lambda size=size: national.national(*size)) for size in (*SIZES, LARGEST)
}


def is_there(name: str) -> bool:
    """Return whether what the instance is made from is here: OR-Library's files are not shipped."""
    return name not in graphs.OPTIMA or (graphs.ORLIB / f"{name}.txt").exists()


def graph(name: str) -> Graph:
    """Return an assignment instance."""
    return Graph.from_arrays(arrays(name))


def arrays(name: str) -> dict[str, NDArray[Any]]:
    """Return the arrays of an instance, from the disk where they are kept.

    :raises ValueError: they are not those that were frozen.
    """
    path = KEPT / f"{name}-v{national.VERSION}.npz"
    if path.exists():
        with np.load(path) as kept:
            found = dict(kept)
    else:
        found = SERVICES[name]() if name in SERVICES else GRAPHS[name]().arrays()
        KEPT.mkdir(parents=True, exist_ok=True)
        np.savez(path, **found)
    if fingerprint(found) != frozen()["sha256"].get(name):
        raise ValueError(f"{name} is not the instance that was frozen: remove {path}, or see docs/benchmarks.md.")
    return found


def fingerprint(found: dict[str, NDArray[Any]]) -> str:
    """Return the SHA-256 of arrays with their names, types and shapes."""
    digest = sha256()
    for name, values in sorted(found.items()):
        digest.update(f"{name} {values.dtype.str} {values.shape}\n".encode())
        digest.update(np.ascontiguousarray(values).data)
    return digest.hexdigest()


def frozen() -> dict[str, Any]:
    """Return the frozen version and hashes.

    :raises ValueError: they are of another version of the generators.
    """
    found: dict[str, Any] = json.loads(FROZEN.read_text())
    if found["version"] != national.VERSION:
        raise ValueError(f"The hashes are of version {found['version']}, the generators of {national.VERSION}.")
    return found


def freeze(names: list[str]) -> None:
    """Draw instances anew (all of them if none is named) and write down their hashes."""
    known = json.loads(FROZEN.read_text()) if names and FROZEN.exists() else {"sha256": {}}
    makers: dict[str, Callable[[], dict[str, NDArray[Any]]]] = {
        **{name: (lambda make=make: make().arrays()) for name, make in GRAPHS.items()},
        **SERVICES,
    }
    for name in names or makers:
        known["sha256"][name] = fingerprint(makers[name]())
        print(name, known["sha256"][name], flush=True)
    FROZEN.write_text(json.dumps({"version": national.VERSION} | known, indent=2) + "\n")


if __name__ == "__main__":
    if sys.argv[1] == "freeze":
        freeze(sys.argv[2:])
    else:
        arrays(sys.argv[1])
