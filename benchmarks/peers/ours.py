"""Our own side: the public assignment."""

from __future__ import annotations

from benchmarks.graphs import Graph
from benchmarks.peers.forms import Placed
from freeagents.matching import assign


def assign_build(graph: Graph) -> Graph:
    return graph


def assign_solve(graph: Graph) -> Placed:
    return assign(graph.scores, graph.seats).project_of
