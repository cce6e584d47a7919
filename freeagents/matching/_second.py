"""A second opinion: scipy's linear assignment on the same candidates."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from freeagents.matching._arrays import Reals, Whole, spread
from freeagents.matching._plan import Plan
from freeagents.matching._policy import Objective

EXACT = 2**53
"""Whole numbers up to this are exact in scipy's floating-point sums."""


def second_opinion(plan: Plan) -> int | None:
    """Return the weight of the best choice among a plan's candidates as scipy's LAPJVsp finds it; kept pairs are apart.

    Each seat is a row and has a dummy person of its own, which stands for leaving it empty. A cost is the weight taken
    from an offset that keeps it above zero, since scipy drops zeros.

    None: there is a limit, the objective is no sum of weights, nothing is to be chosen, or sums could be inexact.
    """
    graph, seat_weight = plan.basis.graph, plan.basis.flow.seat_weight
    if plan.index.problem.limits:
        return None
    if plan.objective not in {Objective.MOST_SCORE, Objective.MOST_SEATS} or not len(graph.score):
        return None
    seats = np.minimum(graph.capacity, np.diff(graph.indptr))
    weight = graph.score + seat_weight
    offset = int(weight.max()) + 1
    if offset * int(seats.sum()) >= EXACT:
        return None
    row, pair = spread(graph.indptr, np.repeat(np.arange(len(seats)), seats))
    rows = int(seats.sum())
    idle = np.arange(rows)
    costs: Reals = np.concatenate((offset - weight[pair], np.full(rows, offset))).astype(np.float64)
    lines: Whole = np.concatenate((row, idle))
    columns: Whole = np.concatenate((graph.person[pair], graph.people + idle)).astype(np.int64)
    table = csr_array((costs, (lines, columns)), shape=(rows, graph.people + rows))
    matched, column = min_weight_full_bipartite_matching(table)
    return offset * rows - round(float(np.asarray(table[matched, column]).sum()))
