"""The candidates: lists of the best people of each project, made in pieces that may run side by side."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import nullcontext
from copy import copy
from functools import partial
from typing import NamedTuple, TypeVar

import numpy as np

from freeagents.matching._arrays import Hashes, Numbers, Whole
from freeagents.matching._assign import Flow, Graph, solve_flow
from freeagents.matching._index import Index
from freeagents.matching._listing import Lists, list_best

Found = TypeVar("Found")
Progress = Callable[[str, int, int], None]
PIECES = 4
"""So many pieces of work for each thread: enough to even out, few enough to cost nothing."""


FEW = 16
"""So few projects are not worth a piece of their own."""


class Basis(NamedTuple):
    """What a plan was chosen from, and the choice.

    :ivar graph: the listed pairs; its projects are those of the candidates, in their order.
    :ivar people: the people whom the graph numbers, by index.
    """

    candidates: Candidates
    graph: Graph
    people: Whole
    flow: Flow

    def open_ends(self, *, fill_first: bool) -> Whole:
        """Return the places of projects whose best person not listed could add something at the present prices.

        People not listed anywhere have no price; for them a project's price must be at least the weight of the best who
        is not listed. For those listed elsewhere that is more than is needed.
        """
        weights = self.graph.weights(fill_first=fill_first)
        first = weights.first(self.candidates.cut)
        second = weights.second(self.candidates.cut_ties, len(first))
        price, price_ties = self.flow.price, self.flow.price_ties
        above = (first > price) | ((first == price) & (second > price_ties))
        return np.flatnonzero((self.candidates.cut >= 0) & above)


class Candidates:
    """The lists of the projects with seats to fill, each as long as the proof has needed so far.

    :ivar projects: p projects by index, in canonical order.
    :ivar sizes: p lengths asked for; a list is shorter where nobody else is allowed.
    :ivar cut: p best scores that are not listed; −1: everybody allowed is listed.
    :ivar cut_ties: their tie bits.
    :ivar floor: pairs that score less, in units, are not listed, nor do they count as not listed.
    """

    floor = 0

    def __init__(self, index: Index, executor: Executor | None = None, progress: Progress | None = None) -> None:
        self.index = index
        self.executor = executor
        self.progress = progress
        free = index.problem.free_seats
        self.projects = index.order.projects[free[index.order.projects] > 0]
        self.seats = free[self.projects]
        self.sizes = np.zeros(len(self.projects), dtype=np.int64)
        self.cut = np.full(len(self.projects), -1)
        self.cut_ties = np.zeros(len(self.projects), dtype=np.uint64)
        self._lists: list[tuple[Numbers, Whole, Hashes]] = [
            (np.zeros(0, np.int32), np.zeros(0, np.int64), np.zeros(0, np.uint64))
        ] * len(self.projects)
        self.extend(np.arange(len(self.projects)), 2 * self.seats + 5)

    def extend(self, places: Whole, sizes: Whole) -> None:
        """List so many people of some of the projects, given by their places."""
        sizes = np.minimum(sizes, len(self.index.problem.people))
        wanted = np.zeros(len(self.projects), dtype=np.int64)
        wanted[places] = sizes
        work = in_pieces(
            self.index, best_of, places, (self.projects, wanted), self.executor, self.progress, "candidates"
        )
        for piece, lists in work:
            for number, place in enumerate(piece.tolist()):
                span = slice(lists.indptr[number], lists.indptr[number + 1])
                self._lists[place] = (lists.person[span], lists.score[span], lists.ties[span])
            self.cut[piece], self.cut_ties[piece] = lists.cut, lists.cut_ties
        self.sizes[places] = sizes
        self._trim(places)

    def at_least(self, floor: int) -> Candidates:
        """Return the same lists without the pairs that score less than the floor."""
        other = self.copy()
        other.floor = floor
        other._trim(np.arange(len(self.projects)))  # noqa: SLF001 - its own
        return other

    def shortened(self, lengths: Whole) -> Candidates:
        """Return the same lists, each cut to so many people at most."""
        other = self.copy()
        for place in np.flatnonzero(lengths < self.lengths).tolist():
            person, score, ties = self._lists[place]
            end = lengths[place]
            other.cut[place], other.cut_ties[place] = score[end], ties[end]
            other._lists[place] = person[:end], score[:end], ties[:end]  # noqa: SLF001 - its own
        return other

    def _trim(self, places: Whole) -> None:
        """Take what scores less than the floor off some of the lists."""
        if not self.floor:
            return
        for place in places.tolist():
            person, score, ties = self._lists[place]
            high = slice(len(score) - int(np.searchsorted(score[::-1], self.floor)))
            self._lists[place] = person[high], score[high], ties[high]
        self.cut[places[self.cut[places] < self.floor]] = -1

    def copy(self) -> Candidates:
        """Return the same lists, to be made longer without touching these."""
        other = copy(self)
        other.sizes, other.cut, other.cut_ties = self.sizes.copy(), self.cut.copy(), self.cut_ties.copy()
        other._lists = list(self._lists)  # noqa: SLF001 - its own
        return other

    @property
    def scores(self) -> list[Whole]:
        """The scores of each list, falling."""
        return [score for _, score, _ in self._lists]

    @property
    def ties(self) -> Hashes:
        """The tie bits of all listed pairs."""
        return np.concatenate([np.zeros(0, np.uint64), *(ties for _, _, ties in self._lists)])

    @property
    def listed(self) -> Whole:
        """How many of the best are listed for each project."""
        return self.lengths

    def cut_off(self, flow: Flow) -> Whole:
        """Return the best scores that are not listed; −1: everybody allowed is."""
        del flow
        return self.cut

    @property
    def lengths(self) -> Whole:
        """How many people are listed for each project."""
        return np.array([len(person) for person, _, _ in self._lists], dtype=np.int64)

    def basis(self, *, fill_first: bool) -> Basis:
        """Return the best choice of the listed pairs."""
        graph, people = self.graph()
        return Basis(self, graph, people, solve_flow(graph, fill_first=fill_first))

    def graph(self) -> tuple[Graph, Whole]:
        """Return the listed pairs as a graph, its projects in canonical order, and the people it numbers."""
        lengths = self.lengths
        empty = (np.zeros(0, np.int32), np.zeros(0, np.int64), np.zeros(0, np.uint64))
        person, score, ties = (np.concatenate(each) for each in zip(empty, *self._lists, strict=True))
        people = self.index.order.in_order(np.unique(person))
        number = np.zeros(len(self.index.problem.people), dtype=np.int32)
        number[people] = np.arange(len(people))
        indptr = np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths)))
        return Graph(indptr, number[person], score, ties, self.seats, len(people)), people


def in_pieces(
    index: Index,
    work: Callable[..., Found],
    places: Whole,
    columns: tuple[Whole, ...],
    executor: Executor | None,
    progress: Progress | None,
    stage: str,
) -> Iterator[tuple[Whole, Found]]:
    """Do a work on the index for some places in pieces, and yield each piece with what was found, in order.

    :param work: called with the index and what the columns hold at the places of a piece; it may run anywhere.
    """
    threads = _threads(executor)
    if index.others:
        pieces = np.split(places, np.arange(1, len(places)))
    else:
        pieces = np.array_split(places, max(1, min(len(places) // FEW, PIECES * threads)))
    pieces = [piece for piece in pieces if len(piece)]
    done = 0
    with ThreadPoolExecutor(threads) if executor is None and len(pieces) > 1 else nullcontext(executor) as pool:
        calls = [partial(work, index, *(column[piece] for column in columns)) for piece in pieces]
        results = (call() for call in calls) if pool is None else _results(pool, calls)
        for piece, found in zip(pieces, results, strict=True):
            yield piece, found
            done += len(piece)
            if progress is not None:
                progress(stage, done, len(places))


def _results(pool: Executor, calls: Sequence[Callable[[], Found]]) -> Iterator[Found]:
    futures = [pool.submit(call) for call in calls]
    return (future.result() for future in futures)


def best_of(index: Index, chosen: Whole, sizes: Whole) -> Lists:
    """Return the best people of the chosen projects; a piece of work that may run anywhere."""
    mask = index.mask(int(chosen[0])) if index.others else np.zeros(0, dtype=np.bool_)
    return list_best(
        index.people, index.projects, index.postings, index.by_goal, index.by_bench, index.screens, mask, chosen, sizes
    )


def _threads(executor: Executor | None) -> int:
    if executor is None:
        return os.cpu_count() or 1
    return int(getattr(executor, "_max_workers", os.cpu_count() or 1))
