"""Stable plans: deferred acceptance over lists that grow only as far as somebody asks further down."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from freeagents.matching._arrays import Numbers, Whole
from freeagents.matching._assign import Flow, Graph
from freeagents.matching._candidates import Basis, Candidates
from freeagents.matching._compiled import kernel
from freeagents.matching._search import Search
from freeagents.matching._views import wish_of

NOBODY = -1


class _Sides(NamedTuple):
    """A graph as both sides see it: projects by the order of their pairs, people by ``liking``: less is more liked."""

    graph: Graph
    row: Whole
    liking: Whole
    people: Whole


def stable(search: Search, *, people_first: bool) -> Basis:
    """Return the stable choice that is best for all people, or for all projects, by the candidates' scores.

    Projects propose first (Gale and Shapley 1962), which reads each list only as far as its project is turned down.
    Whoever is left out now is left out of every stable plan (Roth 1986), so that only what stands above the best person
    left out is of any account: on these short lists the side that goes first proposes.
    """
    candidates = search.candidates
    while True:
        search.begin()
        graph, row, liking, _ = _sides(candidates)
        pair_of, filled, scans = _projects_propose(
            graph.indptr, graph.person, row, liking, graph.capacity, graph.people
        )
        search.watch.lap("assign")
        best_left = _first_left(graph.indptr, graph.person, pair_of)
        all_placed = best_left == graph.indptr[1:]
        open_ends = np.flatnonzero((candidates.cut >= 0) & (all_placed | (filled < graph.capacity)))
        search.watch.lap("certify")
        if not len(open_ends):
            break
        search.extend(open_ends)
    short = candidates.shortened(best_left - graph.indptr[:-1])
    graph, row, liking, people = _sides(short)
    if people_first:
        order = np.lexsort((liking, graph.person))
        indptr = np.searchsorted(graph.person[order], np.arange(graph.people + 1))
        pair_of, more = _people_propose(indptr, order, row, graph.capacity)
    else:
        pair_of, _, more = _projects_propose(graph.indptr, graph.person, row, liking, graph.capacity, graph.people)
    search.watch.lap("assign")
    no_prices, no_worths = np.zeros(len(graph.capacity), np.int64), np.zeros(graph.people, np.int64)
    return Basis(short, graph, people, Flow(pair_of, no_prices, no_prices, no_worths, no_worths, 0, 0, scans + more))


def _sides(candidates: Candidates) -> _Sides:
    graph, people = candidates.graph()
    row = np.repeat(np.arange(len(graph.capacity)), np.diff(graph.indptr))
    wish = wish_of(candidates.index, people[graph.person], candidates.projects[row])
    order = np.lexsort((row, ~candidates.ties, -graph.score, wish))
    liking = np.empty(len(order), np.int64)
    liking[order] = np.arange(len(order))
    return _Sides(graph, row, liking, people)


@kernel
def _projects_propose(
    indptr: Whole, person: Numbers, row: Whole, liking: Whole, capacity: Whole, people: int
) -> tuple[Whole, Whole, int]:
    """Let each project ask down its list until its seats are taken; whoever is asked keeps what is most liked.

    :returns: for each person the pair kept (−1: none), how many seats of each project are taken, how often was asked.
    """
    projects = len(capacity)
    pair_of, filled, following = np.full(people, NOBODY, np.int64), np.zeros(projects, np.int64), indptr[:-1].copy()
    waiting, count, asked = np.arange(projects), projects, 0
    is_waiting = np.ones(projects, np.bool_)
    while count:
        count -= 1
        project = waiting[count]
        is_waiting[project] = False
        while filled[project] < capacity[project] and following[project] < indptr[project + 1]:
            pair = following[project]
            following[project] += 1
            asked += 1
            j = person[pair]
            before = pair_of[j]
            if before != NOBODY:
                if liking[before] < liking[pair]:
                    continue
                left = row[before]
                filled[left] -= 1
                if not is_waiting[left]:
                    waiting[count], is_waiting[left] = left, True
                    count += 1
            pair_of[j] = pair
            filled[project] += 1
    return pair_of, filled, asked


@kernel
def _first_left(indptr: Whole, person: Numbers, pair_of: Whole) -> Whole:
    """Return where the first person left out stands on each project's list; its end: nobody there is left out."""
    found = indptr[1:].copy()
    for row in range(len(found)):
        for pair in range(indptr[row], indptr[row + 1]):
            if pair_of[person[pair]] == NOBODY:
                found[row] = pair
                break
    return found


@kernel
def _people_propose(indptr: Whole, pairs: Whole, row: Whole, capacity: Whole) -> tuple[Whole, int]:
    """Let each person ask down the own list until some project keeps them; a project keeps whom it wants most.

    :param pairs: each person's pairs from the most liked down; a smaller pair is more wanted by its project.
    """
    people = len(indptr) - 1
    pair_of, following = np.full(people, NOBODY, np.int64), indptr[:-1].copy()
    base = np.zeros(len(capacity) + 1, np.int64)
    base[1:] = np.cumsum(capacity)
    sitting, sits = np.zeros(base[-1], np.int64), np.zeros(base[-1], np.int64)
    filled = np.zeros(len(capacity), np.int64)
    asked = 0
    for first in range(people):
        j = first
        while j != NOBODY and following[j] < indptr[j + 1]:
            pair = pairs[following[j]]
            following[j] += 1
            asked += 1
            project = row[pair]
            if filled[project] < capacity[project]:
                seat = base[project] + filled[project]
                filled[project] += 1
                gone = NOBODY
            else:
                seat = base[project]
                for other in range(base[project] + 1, base[project + 1]):
                    if sitting[other] > sitting[seat]:
                        seat = other
                if sitting[seat] < pair:
                    continue
                gone = sits[seat]
                pair_of[gone] = NOBODY
            sitting[seat], sits[seat], pair_of[j] = pair, j, pair
            j = gone
    return pair_of, asked
