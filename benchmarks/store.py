"""The instances by name, kept under ``var/bench``, each held against its frozen hash whenever it is used."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import graphs
from benchmarks.graphs import Graph

ROOT = Path(__file__).parents[1]
VERSION = 1
"""Of the generators: raised with each change to what they draw; the hashes of ``frozen.json`` change with it."""
KEPT = ROOT / "var" / "bench"
FROZEN = Path(__file__).with_name("frozen.json")

SIZES = ((1_000, 100), (10_000, 500), (100_000, 2_000), (500_000, 10_000))
LARGEST = (5_000_000, 50_000)
"""For whole rounds only: the reference scores one project after the other, which would take an hour."""


def service(people: int, seats: int) -> str:
    """Return the name of a made-up service."""
    return f"national-{people}x{seats}"


def lists(people: int, seats: int) -> str:
    """Return the name of a made-up service's short lists."""
    return f"lists-{people}x{seats}"


def is_there(name: str) -> bool:
    """Return whether what the instance is made from is here: OR-Library's files are not shipped."""
    return name not in graphs.OPTIMA or (graphs.ORLIB / f"{name}.txt").exists()


def graph(name: str) -> Graph:
    """Return an assignment instance."""
    return Graph.from_arrays(arrays(name))


def arrays(name: str) -> dict[str, NDArray[Any]]:
    """Return the arrays of an instance that was made before.

    :raises ValueError: they are not those that were frozen.
    """
    with np.load(path_of(name)) as kept:
        found = dict(kept)
    if fingerprint(found) != frozen()["sha256"].get(name):
        raise ValueError(f"{path_of(name)} is not the instance that was frozen: remove it, or see docs/benchmarks.md.")
    return found


def path_of(name: str) -> Path:
    """Return where an instance is kept."""
    return KEPT / f"{name}-v{VERSION}.npz"


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
    if found["version"] != VERSION:
        raise ValueError(f"The hashes are of version {found['version']}, the generators of {VERSION}.")
    return found
