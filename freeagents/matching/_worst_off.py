"""The worst-off pair as good as can be: the highest floor under which as many seats can still be filled."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from freeagents.matching._arrays import frozen
from freeagents.matching._assign import solve_flow
from freeagents.matching._candidates import Basis
from freeagents.matching._certificate import Cover
from freeagents.matching._search import Search


def worst_off(search: Search) -> tuple[Basis, Cover, Cover]:
    """Return the best choice, a cover of all pairs, and one of the pairs that score more than the worst-off placed.

    The most seats are filled without any floor, then the floor is raised by halving what is open; each matching found
    on the way lifts the floor to its own worst pair.
    """
    most, _ = _cover(search, 0)
    low, high = 0, 1 + max((int(score[0]) for score in search.candidates.scores if len(score)), default=0)
    above, _ = _cover(search, high)
    while most.bound and high - low > 1:
        middle = (low + high) // 2
        cover, worst = _cover(search, middle)
        if cover.bound == most.bound:
            low = worst
        else:
            high, above = middle, cover
    return search.best(fill_first=True, floor=low), most, above


def _cover(search: Search, floor: int) -> tuple[Cover, int]:
    """Return a smallest cover of the pairs from a floor on, and the worst score in a plan that fills as many seats.

    With all pairs alike prices are 0 or 1: whoever has a price is in the cover.
    """
    candidates = search.candidates
    while True:
        search.begin()
        listed = candidates.at_least(floor)
        graph, people = listed.graph()
        flow = solve_flow(replace(graph, score=np.zeros_like(graph.score), ties=None), fill_first=True)
        search.watch.lap("assign")
        open_ends = np.flatnonzero((listed.cut >= 0) & (flow.price == 0))
        search.watch.lap("certify")
        if not len(open_ends):
            break
        search.extend(open_ends)
    project = np.zeros(len(candidates.index.problem.projects), np.bool_)
    project[candidates.projects[flow.price > 0]] = True
    person = np.sort(people[flow.worth > 0])
    bound = int(candidates.index.problem.free_seats[project].sum()) + len(person)
    placed = flow.pair_of[flow.pair_of >= 0]
    worst = int(graph.score[placed].min()) if len(placed) else floor
    return Cover(floor=floor, project=frozen(project), person=frozen(person), bound=bound), worst
