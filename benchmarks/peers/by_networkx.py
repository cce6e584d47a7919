"""networkx: network simplex on the flow from projects with their seats to people."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np

from benchmarks.graphs import Graph
from benchmarks.peers.forms import Placed, placed


def networkx_build(graph: Graph) -> Any:
    people = graph.scores.shape[0]
    table = graph.scores.tocoo()
    flow = nx.DiGraph()
    flow.add_node("out", demand=int(graph.seats.sum()))
    for project, seats in enumerate(graph.seats.tolist()):
        flow.add_node(("project", project), demand=-seats)
        flow.add_edge(("project", project), "out", capacity=seats, weight=0)
    flow.add_edges_from((("person", person), "out", {"capacity": 1, "weight": 0}) for person in range(people))
    flow.add_edges_from(
        (("project", project), ("person", person), {"capacity": 1, "weight": -score})
        for person, project, score in zip(*(each.tolist() for each in (*table.coords, table.data)), strict=True)
    )
    return flow, people


def networkx_solve(model: Any) -> Placed:
    flow, people = model
    _, sent = nx.network_simplex(flow)
    found = [
        (node[1], project)
        for project in range(len(flow) - people - 1)
        for node, amount in sent["project", project].items()
        if amount and node != "out"
    ]
    return placed(people, *np.array(found, dtype=np.int64).reshape(-1, 2).T)
