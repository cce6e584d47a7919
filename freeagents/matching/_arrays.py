"""Frozen arrays checked by name, and the step from rows of ragged data to their entries."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from freeagents.matching._errors import ProblemError

Whole = NDArray[np.int64]
Numbers = NDArray[np.int32]
Reals = NDArray[np.float64]
Flags = NDArray[np.bool_]
Small = NDArray[np.uint8]
Hashes = NDArray[np.uint64]


def first(wrong: Flags) -> int:
    """Return where a flag is first raised."""
    return int(np.argmax(wrong))


def frozen(values: NDArray[Any]) -> NDArray[Any]:
    """Return the array, closed to writing."""
    values.setflags(write=False)
    return values


def whole(field: str, values: ArrayLike, low: int | None = None, high: int | None = None) -> Whole:
    """Return a frozen copy of a row of whole numbers from ``low`` to ``high``, both included.

    :raises ProblemError: a number is no whole number or out of range, or this is not one row.
    """
    given = np.asarray(values)
    if given.ndim != 1:
        raise ProblemError(field, "not_a_row")
    if given.size and given.dtype.kind not in "iu":
        if given.dtype.kind not in "bf":
            raise ProblemError(field, "not_whole")
        broken = ~np.isfinite(given) | (given != np.floor(given))
        if broken.any():
            raise ProblemError(field, "not_whole", first(broken))
    found = np.array(given, dtype=np.int64)
    for bound, outside in ((low, found < (low or 0)), (high, found > (high or 0))):
        if bound is not None and outside.any():
            index = first(outside)
            raise ProblemError(field, "out_of_range", index, value=int(found[index]), low=low, high=high)
    return frozen(found)


def reals(field: str, values: ArrayLike, low: float, high: float) -> Reals:
    """Return a frozen copy of a row of numbers from ``low`` to ``high``; NaN stands for *not known*.

    :raises ProblemError: a number is out of range, or this is not one row.
    """
    found = np.array(values, dtype=np.float64)
    if found.ndim != 1:
        raise ProblemError(field, "not_a_row")
    outside = (found < low) | (found > high)
    if outside.any():
        index = first(outside)
        raise ProblemError(field, "out_of_range", index, value=float(found[index]), low=low, high=high)
    return frozen(found)


def flags(field: str, values: ArrayLike) -> Flags:
    """Return a frozen copy of a row of true and false.

    :raises ProblemError: the values are something else, or this is not one row.
    """
    found = np.asarray(values)
    if found.ndim != 1:
        raise ProblemError(field, "not_a_row")
    if found.size and found.dtype.kind != "b":
        raise ProblemError(field, "not_true_or_false")
    return frozen(np.array(found, dtype=np.bool_))


def same_length(field: str, expected: int, **arrays: NDArray[Any]) -> None:
    """Refuse arrays of another length than expected, naming the first.

    :raises ProblemError: with code ``length``.
    """
    for name, values in arrays.items():
        if len(values) != expected:
            raise ProblemError(f"{field}.{name}" if field else name, "length", expected=expected, found=len(values))


def offsets(field: str, values: ArrayLike, entries: int) -> Whole:
    """Return a frozen copy of where each row of ragged data begins, with the end of the last: from 0 up to ``entries``.

    :raises ProblemError: the offsets go down, or do not run from 0 to ``entries``.
    """
    found = whole(field, values)
    if not len(found) or found[0] != 0 or found[-1] != entries:
        raise ProblemError(field, "offsets_end", entries=entries)
    down = np.diff(found) < 0
    if down.any():
        raise ProblemError(field, "offsets_down", first(down) + 1)
    return found


def spread(indptr: Whole, rows: Whole) -> tuple[Whole, Whole]:
    """Return, for each entry of the given rows of ragged data, the position of its row in ``rows`` and its own."""
    return ranges(indptr[rows], indptr[rows + 1])


def ranges(begin: Whole, end: Whole) -> tuple[Whole, Whole]:
    """Return, for each whole number of the ranges from each begin to before its end, whose it is, and the number."""
    counts = np.maximum(end - begin, 0)
    owner = np.repeat(np.arange(len(begin)), counts)
    before = np.cumsum(counts) - counts
    return owner, np.arange(len(owner)) + np.repeat(begin - before, counts)
