"""scipy: LAPJVsp on a sparse table, and the dense solver."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from benchmarks.graphs import Graph
from benchmarks.peers.forms import Placed, allowed, dense, placed, seated

# One private column per seat to leave it empty; scipy drops stored zeros, hence the offset.


def sparse_build(graph: Graph) -> Any:
    row, person, score, project_of_row = seated(graph)
    people, seats = graph.scores.shape[0], len(project_of_row)
    offset = int(graph.scores.data.max()) + 1
    lengths = np.bincount(row, minlength=seats)
    indptr = np.concatenate(([0], np.cumsum(lengths + 1)))
    is_idle = np.zeros(indptr[-1], dtype=np.bool_)
    is_idle[indptr[1:] - 1] = True
    columns, costs = np.empty(len(is_idle), dtype=np.int32), np.empty(len(is_idle))
    columns[is_idle], costs[is_idle] = people + np.arange(seats), offset
    columns[~is_idle], costs[~is_idle] = person, offset - score
    return csr_array((costs, columns, indptr), shape=(seats, people + seats)), project_of_row, people


def sparse_solve(model: Any) -> Placed:
    table, project_of_row, people = model
    row, column = min_weight_full_bipartite_matching(table)
    real = column < people
    return placed(people, column[real], project_of_row[row[real]])


def dense_build(graph: Graph) -> Any:
    return dense(graph)


def dense_solve(model: Any) -> Placed:
    return allowed(model, *linear_sum_assignment(model[0], maximize=True))
