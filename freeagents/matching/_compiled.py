"""Kernels: functions over arrays compiled by numba, kept between processes, and running without Python's lock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Kernel = TypeVar("Kernel", bound=Callable[..., object])


def kernel(function: Kernel) -> Kernel:
    """Compile a function on first use; the machine code is kept in numba's cache."""
    made = njit(cache=True, nogil=True, error_model="numpy")(function)
    if hasattr(made, "_cache"):
        _forgive(made._cache)  # noqa: SLF001 - numba opens no other door
    return cast(Kernel, made)


def _forgive(kept: Any) -> None:
    """Let a cache that cannot be read, such as one that a newer version of this package left, be made anew."""
    load = kept.load_overload

    def load_or_forget(*what: Any) -> Any:
        try:
            return load(*what)
        except Exception:  # noqa: BLE001 - what lies in a cache of other code may raise anything
            kept.flush()
            return None

    kept.load_overload = load_or_forget


@kernel
def above(a: int, b: int, c: int, d: int) -> bool:
    """Return whether the pair (a, b) is greater than (c, d)."""
    return a > c or (a == c and b > d)
