"""Seconds and peak memory of something done several times in this process."""

from __future__ import annotations

import gc
import resource
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

MOST_RUNS, ENOUGH_SECONDS = 9, 4.0


def repeat(once: Callable[[], None]) -> None:
    """Do it once, and again up to nine times in all as long as four seconds are not over."""
    started = perf_counter()
    for _ in range(MOST_RUNS):
        gc.collect()
        once()
        if perf_counter() - started > ENOUGH_SECONDS:
            break


def peak() -> float:
    """Return the greatest resident memory so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def forget_peak() -> float:
    """Start the peak anew where Linux lets us, so that reading the instance is not in it, and return it."""
    gc.collect()
    reset = Path("/proc/self/clear_refs")
    if reset.exists():
        reset.write_text("5")
    return peak()
