"""Words and levels as the matcher's arrays: what the rules over arrays are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from freeagents.eligibility.columns import Array, Listing
from freeagents.matching import Levels


def numbered(words: Iterable[str]) -> dict[str, int]:
    """Return words with their numbers, in order."""
    return {word: number for number, word in enumerate(sorted(words))}


def of_word(values: Sequence[int], numbers: Array) -> NDArray[np.int64]:
    """Return what stands for each number of a word, −1 for none."""
    return np.array([*values, -1], dtype=np.int64)[numbers]


def levels(rows: Sequence[Mapping[str, int]], columns: dict[str, int]) -> Levels:
    """Return rows × columns; words that are no column are left out, since nobody asks for them."""
    entries = [
        (number, columns[word], level)
        for number, row in enumerate(rows)
        for word, level in row.items()
        if word in columns
    ]
    return Levels.from_rows((len(rows), len(columns)), entries)


def held_levels(listing: Listing, numbers: NDArray[np.int64], columns: int) -> Levels:
    """Return people × columns, given the column of each word; both are in the same order."""
    level = listing.columns.get("level")
    return sparse(
        np.ones(len(listing["word"]), dtype=np.uint8) if level is None else level,
        numbers.astype(np.int32)[listing["word"]],
        listing.indptr,
        columns,
    )


def spelt_out(listing: Listing, things: Levels) -> Levels:
    """Return people × columns, given what each word stands for."""
    if not things.shape[0]:
        return Levels.none((len(listing.indptr) - 1, things.shape[1]))
    words, of_word = things.table, listing["word"]
    each = Listing(words.indptr.astype(np.int64), {"column": words.indices, "level": words.data}).take(of_word)
    return sparse(each["level"], each["column"], each.indptr[listing.indptr], things.shape[1])


def sparse(level: Array, column: Array, indptr: Array, columns: int) -> Levels:
    """Return rows × columns, given the entries of each row."""
    table = csr_array((level, column.astype(np.int32), indptr), shape=(len(indptr) - 1, columns))
    table.sort_indices()
    for part in (table.data, table.indices, table.indptr):
        part.setflags(write=False)
    return Levels(table)


def whole(values: Iterable[int]) -> NDArray[np.int64]:
    """Return whole numbers as an array."""
    return np.fromiter(values, dtype=np.int64)


def reals(values: Iterable[float | None]) -> NDArray[np.float64]:
    """Return numbers as an array; what is not known is NaN."""
    return np.fromiter((np.nan if value is None else value for value in values), dtype=np.float64)
