"""OR-Tools: minimum-cost flow from projects with their seats to people, and the assignment of a square table."""

from __future__ import annotations

from typing import Any

import numpy as np
from ortools.graph.python.linear_sum_assignment import SimpleLinearSumAssignment
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from benchmarks.graphs import Graph
from benchmarks.peers.forms import Placed, left_to_people, placed, square


def flow_build(graph: Graph) -> Any:
    people, projects = graph.scores.shape
    person = np.repeat(np.arange(people, dtype=np.int32), np.diff(graph.scores.indptr))
    project, sink = graph.scores.indices.astype(np.int32), people + projects
    every_person, every_project = np.arange(people, dtype=np.int32), np.arange(projects, dtype=np.int32)
    tails = np.concatenate((people + project, every_person, people + every_project))
    heads = np.concatenate((person, np.full(people + projects, sink, dtype=np.int32)))
    capacity = np.concatenate((np.ones(len(project) + people, dtype=np.int64), graph.seats))
    cost = np.concatenate((-graph.scores.data, np.zeros(people + projects, dtype=np.int64)))
    flow = SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(tails.astype(np.int32), heads, capacity, cost)
    nodes = np.concatenate((people + every_project, [sink])).astype(np.int32)
    flow.set_nodes_supplies(nodes, np.concatenate((graph.seats, [-graph.seats.sum()])))
    return flow, arcs[: len(project)], person, project, people


def flow_solve(model: Any) -> Placed:
    flow, arcs, person, project, people = model
    if flow.solve() != flow.OPTIMAL:
        raise ArithmeticError("SimpleMinCostFlow found no optimum")
    used = flow.flows(arcs) > 0
    return placed(people, person[used], project[used])


def square_build(graph: Graph) -> Any:
    left, right, cost, size, project_of_row, people = square(graph)
    solver = SimpleLinearSumAssignment()
    solver.add_arcs_with_cost(left.astype(np.int32), right.astype(np.int32), cost)
    return solver, size, project_of_row, people


def square_solve(model: Any) -> Placed:
    solver, _, project_of_row, people = model
    if solver.solve() != solver.OPTIMAL:
        raise ArithmeticError("SimpleLinearSumAssignment found no optimum")
    column_of = np.fromiter((solver.right_mate(row) for row in range(len(project_of_row))), dtype=np.int64)
    return left_to_people(column_of, project_of_row, people)
