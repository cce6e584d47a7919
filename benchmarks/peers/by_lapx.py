"""lapx: LAPMOD on a sparse square table, LAPJV on a dense one."""

from __future__ import annotations

from typing import Any

import lap
import numpy as np
from scipy.sparse import csr_array

from benchmarks.graphs import Graph
from benchmarks.peers.forms import Placed, allowed, dense, left_to_people, square


def lapmod_build(graph: Graph) -> Any:
    left, right, cost, size, project_of_row, people = square(graph)
    # Through COO, so that zeros stay stored.
    table = csr_array((cost.astype(np.float64), (left, right)), shape=(size, size))
    table.sort_indices()
    return size, table.data, table.indptr, table.indices, project_of_row, people


def lapmod_solve(model: Any) -> Placed:
    size, costs, indptr, columns, project_of_row, people = model
    column_of, _ = lap.lapmod(size, costs, indptr, columns, return_cost=False)
    return left_to_people(column_of, project_of_row, people)


def lapjv_build(graph: Graph) -> Any:
    table, project_of_row, scores = dense(graph)
    costs = table.max() - table
    return costs, table, project_of_row, scores


def lapjv_solve(model: Any) -> Placed:
    costs, *rest = model
    person_of_row, _ = lap.lapjv(costs, extend_cost=True, return_cost=False)
    row = np.flatnonzero(person_of_row >= 0)
    return allowed(rest, row, person_of_row[row])
