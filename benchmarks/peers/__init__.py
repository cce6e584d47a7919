"""What a user could pick instead: each library in its best documented form, all answering the same question.

Each peer is a pair of functions: ``build`` makes the library's own form of a graph, ``solve`` gives the project of each
person (−1: none). Scores are never below 0, so that leaving a seat empty is worth 0 and the total is what is compared.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from benchmarks.graphs import Graph

DENSE_BYTES = 2**30
ANY = 10**12


@dataclass(frozen=True)
class Peer:
    """A library's solver, imported only where it is used, so that memory is its own.

    :ivar exact: whether the total is the greatest there is.
    :ivar most_pairs: larger graphs are not tried.
    :ivar is_dense: needs a full table, which is tried up to 1 GiB.
    """

    module: str
    form: str
    exact: bool = True
    most_pairs: int = ANY
    is_dense: bool = False

    def fits(self, graph: Graph) -> bool:
        """Return whether the graph is of a size that the solver is tried on."""
        table = int(graph.seats.sum()) * graph.scores.shape[0] * 8
        return graph.scores.nnz <= self.most_pairs and (not self.is_dense or table <= DENSE_BYTES)

    def functions(self) -> tuple[Callable[[Graph], Any], Callable[[Any], Any]]:
        """Return the two functions."""
        module = import_module(f"benchmarks.peers.{self.module}")
        return getattr(module, f"{self.form}_build"), getattr(module, f"{self.form}_solve")


OURS = "freeagents assign"
LAPJVSP, DENSE = "scipy min_weight_full_bipartite_matching", "scipy linear_sum_assignment"
LAPMOD, FLOW = "lapx lapmod", "OR-Tools SimpleMinCostFlow"
SOLVERS = {
    OURS: Peer("ours", "assign"),
    LAPJVSP: Peer("by_scipy", "sparse"),
    DENSE: Peer("by_scipy", "dense", is_dense=True),
    LAPMOD: Peer("by_lapx", "lapmod"),
    "lapx lapjv": Peer("by_lapx", "lapjv", is_dense=True, most_pairs=5_000_000),
    FLOW: Peer("by_ortools", "flow"),
    "OR-Tools SimpleLinearSumAssignment": Peer("by_ortools", "square"),
    "HiGHS linear program": Peer("by_highs", "highs", most_pairs=1_000_000),
    "networkx network_simplex": Peer("by_networkx", "networkx", most_pairs=5_000),
    "matching HospitalResident": Peer("by_matching", "stable", exact=False, most_pairs=1_000),
    "greedy": Peer("by_greedy", "greedy", exact=False),
}
COMPILED = (OURS, "greedy")
