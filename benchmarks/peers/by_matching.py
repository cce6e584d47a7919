"""PyPI's matching: stable, best for people, with scores as both sides' wishes; it is not after the greatest total."""

from __future__ import annotations

from typing import Any

import numpy as np
from matching.games import HospitalResident

from benchmarks.graphs import Graph
from benchmarks.peers.forms import Placed, placed


def stable_build(graph: Graph) -> Any:
    by_person, by_project = graph.scores, graph.scores.tocsc()
    wishes = {person: wished for person, wished in enumerate(_ranked(by_person)) if wished}
    open_projects = {project for project, seats in enumerate(graph.seats.tolist()) if seats}
    wishes = {
        person: kept for person, row in wishes.items() if (kept := [each for each in row if each in open_projects])
    }
    choices = {project: row for project, row in enumerate(_ranked(by_project)) if row and project in open_projects}
    capacities = {project: int(graph.seats[project]) for project in choices}
    return HospitalResident.create_from_dictionaries(wishes, choices, capacities), graph.scores.shape[0]


def _ranked(table: Any) -> list[list[int]]:
    spans = zip(table.indptr[:-1].tolist(), table.indptr[1:].tolist(), strict=True)
    return [
        table.indices[first:end][np.argsort(-table.data[first:end], kind="stable")].tolist() for first, end in spans
    ]


def stable_solve(model: Any) -> Placed:
    game, people = model
    found = [(person.name, project.name) for project, row in game.solve(optimal="resident").items() for person in row]
    return placed(people, *np.array(found, dtype=np.int64).reshape(-1, 2).T)
