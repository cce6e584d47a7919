"""Assignment instances: who may be placed where with which score, and how many seats each project has."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

ORLIB = Path(os.environ.get("ORLIB", Path(__file__).parents[2] / "shared" / "data" / "orlib_small"))
OPTIMA = {"assign100": 305, "assign200": 475}
"""The least costs of OR-Library's two instances (Beasley 1990)."""


@dataclass(frozen=True, eq=False)
class Graph:
    """An assignment instance.

    :ivar scores: people × projects, whole numbers from 0; a stored entry is an allowed pair, a stored 0 included.
    :ivar seats: how many people each project takes.
    """

    scores: csr_array
    seats: NDArray[np.int64]

    @classmethod
    def of(cls, person: Any, project: Any, score: Any, people: int, seats: Any) -> Graph:
        """Return the graph of pairs that stand in any order."""
        order = np.lexsort((project, person))
        offsets = np.concatenate(([0], np.cumsum(np.bincount(person, minlength=people))))
        entries = np.asarray(score, dtype=np.int64)[order], np.asarray(project, dtype=np.int32)[order]
        table = csr_array((*entries, offsets.astype(np.int32)), shape=(people, len(seats)))
        return cls(table, np.asarray(seats, dtype=np.int64))

    @property
    def is_square(self) -> bool:
        """Whether everybody may be placed everywhere, one to a project, with nobody and nothing left over."""
        people, projects = self.scores.shape
        return people == projects and self.scores.nnz == people * projects and bool((self.seats == 1).all())

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays that the graph is, by name."""
        table = self.scores
        return {"data": table.data, "indices": table.indices, "indptr": table.indptr, "seats": self.seats}

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]]) -> Graph:
        """Return the graph of its arrays."""
        shape = len(arrays["indptr"]) - 1, len(arrays["seats"])
        return cls(csr_array((arrays["data"], arrays["indices"], arrays["indptr"]), shape=shape), arrays["seats"])


def contended(people: int = 12_000, seats: int = 10_000) -> Graph:
    """Return a graph in which many want the same: people name 20–40 projects, the most popular ones thousands of times.

    A score is half the person's quality, which counts everywhere, and half what fits just there.
    """
    chance = _chance(11)
    sizes = chance.integers(1, 6, seats)
    sizes = sizes[: np.searchsorted(np.cumsum(sizes), seats) + 1]
    sizes[-1] -= sizes.sum() - seats
    chance.shuffle(sizes)
    popularity = np.cumsum(1 / np.arange(20, len(sizes) + 20))
    person = np.repeat(np.arange(people), chance.integers(20, 41, people))
    drawn = np.searchsorted(popularity, chance.random(len(person)) * popularity[-1], side="right")
    person, project = np.divmod(np.unique(person * len(sizes) + np.minimum(drawn, len(sizes) - 1)), len(sizes))
    quality = chance.integers(0, 50_001, people)
    return Graph.of(person, project, quality[person] + chance.integers(0, 50_001, len(person)), people, sizes)


def alike(size: int = 2_000) -> Graph:
    """Return a full table in which everybody ranks everybody alike: quality × importance."""
    chance = _chance(12)
    quality, importance = chance.integers(1, 1001, (2, size))
    return _full(np.multiply.outer(quality, importance), np.ones(size))


def dense(size: int = 300) -> Graph:
    """Return a full table of random scores, one seat to a project."""
    return _full(_chance(13).integers(0, 100_001, (size, size)), np.ones(size))


def sparse(people: int = 1_000, projects: int = 150) -> Graph:
    """Return a random sparse table with scores of which a fifth is 0, and 0–4 seats to a project."""
    chance = _chance(14)
    person, project = np.nonzero(chance.random((people, projects)) < 0.05)
    score = chance.integers(0, 1001, len(person)) * (chance.random(len(person)) < 0.8)
    return Graph.of(person, project, score, people, chance.integers(0, 5, projects))


def orlib(name: str) -> Graph:
    """Return an instance of OR-Library, its costs turned into scores by taking them from the greatest."""
    costs = orlib_costs(name)
    return _full(costs.max() - costs, np.ones(len(costs)))


def orlib_costs(name: str) -> NDArray[np.int64]:
    """Return the square table of costs of an instance of OR-Library."""
    numbers = np.array((ORLIB / f"{name}.txt").read_text().split(), dtype=np.int64)
    return numbers[1:].reshape(int(numbers[0]), -1)


def _full(table: NDArray[Any], seats: NDArray[Any]) -> Graph:
    person, project = np.indices(table.shape).reshape(2, -1)
    return Graph.of(person, project, table.ravel(), len(table), seats)


def _chance(*key: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(key)))
