"""Sparse facts: who holds what at which level, and which pairs of person and project carry a number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import coo_array, csc_array, csr_array

from freeagents.matching._arrays import Flags, Hashes, Numbers, Small, Whole, first, frozen, whole
from freeagents.matching._compiled import kernel
from freeagents.matching._errors import ProblemError
from freeagents.matching._keys import groups, mixed

MOST_LEVEL = 255
FEW = 2_000
"""So many people are looked up one by one."""
TOP_LEVEL = 4
"""The highest level of a skill; other things (parts of a language) may be ordered more finely."""


@dataclass(frozen=True, eq=False)
class Levels:
    """Levels 1–255 that rows (people or projects) hold or ask of things (skills, languages); what is not stored is 0.

    Made by :meth:`of` or :meth:`from_rows`.
    """

    table: csr_array

    @classmethod
    def of(cls, shape: tuple[int, int], rows: ArrayLike, columns: ArrayLike, levels: ArrayLike) -> Self:
        """Return a table of the given shape with one entry for each position of the three arrays.

        :raises ProblemError: an index or level is out of range, or an entry is given twice.
        """
        row = whole("levels.row", rows, 0, shape[0] - 1)
        column = whole("levels.column", columns, 0, shape[1] - 1)
        level = whole("levels.level", levels, 1, MOST_LEVEL)
        if not len(row) == len(column) == len(level):
            raise ProblemError("levels", "length", expected=len(row), found=min(len(column), len(level)))
        places = row, column
        if max(*shape, len(row)) <= np.iinfo(np.int32).max:
            places = row.astype(np.int32), column.astype(np.int32)
        table = coo_array((level.astype(np.uint8), places), shape=shape).tocsr()
        if table.nnz < len(row):
            _, seen = np.unique(row * shape[1] + column, return_index=True)
            again = np.ones(len(row), dtype=np.bool_)
            again[seen] = False
            index = first(again)
            raise ProblemError("levels", "twice", index, row=int(row[index]), column=int(column[index]))
        table.sort_indices()
        for part in (table.data, table.indices, table.indptr):
            frozen(part)
        return cls(table)

    @classmethod
    def from_rows(cls, shape: tuple[int, int], entries: Iterable[tuple[int, int, int]]) -> Self:
        """Return a table of the given shape with the entries (row, column, level).

        :raises ProblemError: as :meth:`of`.
        """
        row, column, level = _columns(entries, 3)
        return cls.of(shape, row, column, level)

    @classmethod
    def none(cls, shape: tuple[int, int]) -> Self:
        """Return a table without entries."""
        return cls.of(shape, [], [], [])

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of rows and things."""
        rows, columns = self.table.shape
        return int(rows), int(columns)

    @cached_property
    def _by_column(self) -> csc_array:
        table = self.table.tocsc()
        table.sort_indices()
        return table

    def same_as(self, other: Levels) -> bool:
        """Return whether the other table has the same entries."""
        if self is other:
            return True
        one, two = self.table, other.table
        parts = ((one.indptr, two.indptr), (one.indices, two.indices), (one.data, two.data))
        return self.shape == other.shape and all(np.array_equal(*each) for each in parts)

    @cached_property
    def alike(self) -> Hashes | None:
        """A number for each row, the same for rows with the same entries; None: two unlike rows would have the same."""
        table = self.table
        found = _row_hashes(table.indptr, table.indices, table.data)
        group_of, leaders = groups(found)
        return found if _same_rows(table.indptr, table.indices, table.data, leaders[group_of]) else None

    def of_row(self, row: int) -> tuple[Whole, Small]:
        """Return the things of a row, in their order, and their levels."""
        span = slice(self.table.indptr[row], self.table.indptr[row + 1])
        return self.table.indices[span].astype(np.int64), self.table.data[span]

    def holders(self, column: int, level: int = 1) -> Whole:
        """Return the rows that hold a thing at least at a level, in their order."""
        table = self._by_column
        span = slice(table.indptr[column], table.indptr[column + 1])
        return table.indices[span][table.data[span] >= level].astype(np.int64)

    def at(self, column: int, rows: Whole) -> Small:
        """Return the level of a thing in each of the rows, 0 where it is not held."""
        table = self._by_column
        span = slice(table.indptr[column], table.indptr[column + 1])
        holders, held = table.indices[span], table.data[span]
        if len(rows) < FEW:
            at = np.minimum(np.searchsorted(holders, rows), max(len(holders) - 1, 0))
            return (
                np.where(holders[at] == rows, held[at], 0).astype(np.uint8)
                if len(holders)
                else np.zeros(len(rows), np.uint8)
            )
        levels = np.zeros(self.shape[0], dtype=np.uint8)
        levels[holders] = held
        return levels[rows]


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of a person and a project, each once, with a number (a rank, a seat) that is 0 where it says nothing."""

    person: Whole
    project: Whole
    value: Whole

    def __post_init__(self) -> None:
        for name in ("person", "project", "value"):
            object.__setattr__(self, name, whole(f"pairs.{name}", getattr(self, name)))
        if not len(self.person) == len(self.project) == len(self.value):
            raise ProblemError("pairs", "length", expected=len(self.person), found=len(self.project))

    @classmethod
    def from_rows(cls, rows: Iterable[tuple[int, int, int]]) -> Self:
        """Return the pairs of the rows (person, project, number)."""
        return cls(*_columns(rows, 3))

    @classmethod
    def of(cls, rows: Iterable[tuple[int, int]]) -> Self:
        """Return the pairs of the rows (person, project), with the number 0."""
        person, project = _columns(rows, 2)
        return cls(person, project, np.zeros_like(person))

    @classmethod
    def none(cls) -> Self:
        """Return no pairs."""
        return cls.of(())

    def __len__(self) -> int:
        return len(self.person)

    def check(self, field: str, people: int, projects: int) -> None:
        """Refuse a person or project that does not exist, and a pair given twice.

        :raises ProblemError: naming the field and the first pair at fault.
        """
        whole(f"{field}.person", self.person, 0, people - 1)
        whole(f"{field}.project", self.project, 0, projects - 1)
        _, seen = np.unique(self.person * projects + self.project, return_index=True)
        if len(seen) < len(self):
            again = np.ones(len(self), dtype=np.bool_)
            again[seen] = False
            raise ProblemError(field, "twice", first(again))

    @cached_property
    def by_project(self) -> tuple[Numbers, Numbers, Whole]:
        """Projects, people and numbers of the pairs, sorted by project and person."""
        if not len(self):
            return self.project.astype(np.int32), self.person.astype(np.int32), self.value
        table = csr_array((self.value, (self.project.astype(np.int32), self.person.astype(np.int32))))
        table.sort_indices()
        project = np.repeat(np.arange(table.shape[0], dtype=np.int32), np.diff(table.indptr))
        return project, table.indices, table.data

    def of_project(self, project: int) -> tuple[Numbers, Whole]:
        """Return the people paired with a project, in their order, and their numbers."""
        projects, people, values = self.by_project
        span = slice(*np.searchsorted(projects, (project, project + 1)))
        return people[span], values[span]

    def has(self, project: int, people: Whole) -> Flags:
        """Return whether each of the people is paired with a project."""
        return np.isin(people, self.of_project(project)[0])

    def values(self, project: int, people: Whole, missing: int) -> Whole:
        """Return each person's number with a project, ``missing`` for those who are not paired with it."""
        paired, numbers = self.of_project(project)
        found = np.full(len(people), missing, dtype=np.int64)
        if len(paired):
            place = np.minimum(np.searchsorted(paired, people), len(paired) - 1)
            there = paired[place] == people
            found[there] = numbers[place[there]]
        return found


def _columns(rows: Iterable[tuple[int, ...]], width: int) -> tuple[Whole, ...]:
    """Return rows of numbers as one array for each column."""
    table = np.array(list(rows))
    if not table.size:
        return tuple(np.zeros(0, dtype=np.int64) for _ in range(width))
    return tuple(table[:, column] for column in range(width))


@kernel
def _row_hashes(indptr: Numbers, indices: Numbers, data: Small) -> Hashes:
    found = np.zeros(len(indptr) - 1, np.uint64)
    for row in range(len(found)):
        for at in range(indptr[row], indptr[row + 1]):
            found[row] = mixed(found[row] + (np.uint64(indices[at] + 1) << np.uint64(8)) + np.uint64(data[at]))
    return found


@kernel
def _same_rows(indptr: Numbers, indices: Numbers, data: Small, other: Whole) -> bool:
    """Return whether each row has the entries of the other row named for it."""
    for row in range(len(indptr) - 1):
        here, there = indptr[row], indptr[other[row]]
        if indptr[row + 1] - here != indptr[other[row] + 1] - there:
            return False
        for at in range(indptr[row + 1] - here):
            if indices[here + at] != indices[there + at] or data[here + at] != data[there + at]:
                return False
    return True
