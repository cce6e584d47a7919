"""HiGHS: the linear program, a row for each person and for each project with its seats; its corners are whole."""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np

from benchmarks.graphs import Graph
from benchmarks.peers.forms import Placed, placed


def highs_build(graph: Graph) -> Any:
    people, projects = graph.scores.shape
    pairs = graph.scores.nnz
    person = np.repeat(np.arange(people, dtype=np.int32), np.diff(graph.scores.indptr))
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = pairs, people + projects
    program.sense_ = highspy.ObjSense.kMaximize
    program.col_cost_ = graph.scores.data.astype(np.float64)
    program.col_lower_, program.col_upper_ = np.zeros(pairs), np.ones(pairs)
    program.row_lower_ = np.full(people + projects, -np.inf)
    program.row_upper_ = np.concatenate((np.ones(people), graph.seats.astype(np.float64)))
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_ = np.arange(0, 2 * pairs + 1, 2, dtype=np.int32)
    program.a_matrix_.index_ = np.stack((person, people + graph.scores.indices), axis=1).ravel().astype(np.int32)
    program.a_matrix_.value_ = np.ones(2 * pairs)
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.passModel(program)
    return solver, person, graph.scores.indices, people


def highs_solve(model: Any) -> Placed:
    solver, person, project, people = model
    solver.run()
    used = np.array(solver.getSolution().col_value) > 0.5
    return placed(people, person[used], project[used])
