"""Forms that several libraries need: seats as rows, and square tables."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.graphs import Graph

Placed = NDArray[np.int64]


def seated(graph: Graph) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return pairs with one row for each seat (row, person, score) and the project of each row."""
    columns = graph.scores.tocsc()
    pairs = np.diff(columns.indptr)
    project_of_row = np.repeat(np.arange(len(graph.seats)), graph.seats)
    lengths = pairs[project_of_row]
    row = np.repeat(np.arange(len(project_of_row)), lengths)
    starts = np.cumsum(lengths) - lengths
    entry = np.arange(len(row)) - np.repeat(starts - columns.indptr[project_of_row], lengths)
    return row, columns.indices[entry], columns.data[entry], project_of_row


def placed(people: int, person: Any, project: Any) -> Placed:
    """Return the project of each person, from pairs."""
    found = np.full(people, -1)
    found[person] = project
    return found


def dense(graph: Graph) -> tuple[Any, ...]:
    """Return seats × people: a pair that is not allowed is worth 0, as leaving the seat empty is."""
    row, person, score, project_of_row = seated(graph)
    table = np.zeros((len(project_of_row), graph.scores.shape[0]))
    table[row, person] = score
    return table, project_of_row, graph.scores


def allowed(model: Any, row: Any, person: Any) -> Placed:
    """Return what a dense solver placed, without the pairs that are worth nothing."""
    table, project_of_row, scores = model
    project = project_of_row[row]
    real = table[row, person] > 0
    return placed(scores.shape[0], person[real], project[real])


# Seats and people on the left, people and empty seats on the right. Where everybody may go everywhere the table is
# square as it is; else a person left out meets the empty seat of one who was placed.


def square(graph: Graph) -> tuple[Any, ...]:
    """Return pairs of a square table (left, right, cost), its size, the project of each row, and how many people."""
    row, person, score, project_of_row = seated(graph)
    people, seats = graph.scores.shape[0], len(project_of_row)
    offset = int(graph.scores.data.max())
    if graph.is_square:
        return row, person, offset - score, people, project_of_row, people
    every_seat, every_person = np.arange(seats), np.arange(people)
    left = np.concatenate((row, every_seat, seats + every_person, seats + person))
    right = np.concatenate((person, people + every_seat, every_person, people + row))
    cost = np.concatenate((offset - score, np.full(seats, offset), np.zeros(people + len(row), dtype=np.int64)))
    return left, right, cost, people + seats, project_of_row, people


def left_to_people(column_of: Any, project_of_row: Any, people: int) -> Placed:
    """Return what a square solver placed."""
    person = np.asarray(column_of[: len(project_of_row)])
    real = person < people
    return placed(people, person[real], project_of_row[real])
