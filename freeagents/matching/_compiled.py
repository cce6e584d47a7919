"""Kernels: functions over arrays compiled by numba, kept between processes, and running without Python's lock."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit

Kernel = TypeVar("Kernel", bound=Callable[..., object])


def kernel(function: Kernel) -> Kernel:
    """Compile a function on first use; the machine code is kept in numba's cache."""
    return cast(Kernel, njit(cache=True, nogil=True, error_model="numpy")(function))


@kernel
def above(a: int, b: int, c: int, d: int) -> bool:
    """Return whether the pair (a, b) is greater than (c, d)."""
    return a > c or (a == c and b > d)
