"""Instances drawn by name: ``python -m benchmarks.make NAME …`` keeps them, ``freeze`` writes their hashes."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

import numpy as np

from benchmarks import graphs, national, store
from benchmarks.national import Arrays
from benchmarks.store import LARGEST, SIZES, lists, service

GRAPHS: dict[str, Callable[[], graphs.Graph]] = {
    "sparse": graphs.sparse,
    "dense": graphs.dense,
    **{name: (lambda name=name: graphs.orlib(name)) for name in graphs.OPTIMA},
    **{lists(*size): (lambda size=size: national.short_lists(*size)) for size in SIZES},
    "contended": graphs.contended,
    "alike": graphs.alike,
}
MAKERS: dict[str, Callable[[], Arrays]] = {
    **{service(*size): (lambda size=size: national.national(*size)) for size in (*SIZES, LARGEST)},
    **{name: (lambda make=make: make().arrays()) for name, make in GRAPHS.items()},
}


def keep(names: list[str]) -> None:
    """Draw instances that are not kept yet, and hold all of them against their hashes."""
    store.KEPT.mkdir(parents=True, exist_ok=True)
    for name in names:
        if not store.path_of(name).exists():
            np.savez(store.path_of(name), **MAKERS[name]())
        store.arrays(name)


def freeze(names: list[str]) -> None:
    """Draw instances anew (all of them if none is named) and write down their hashes."""
    known = json.loads(store.FROZEN.read_text())["sha256"] if names else {}
    for name in names or MAKERS:
        known[name] = store.fingerprint(MAKERS[name]())
        print(name, known[name], flush=True)
    store.FROZEN.write_text(json.dumps({"version": store.VERSION, "sha256": known}, indent=2) + "\n")


if __name__ == "__main__":
    if sys.argv[1] == "freeze":
        freeze(sys.argv[2:])
    else:
        keep(sys.argv[1:])
