"""The canonical order: people, projects and ties by keyed hash, so that neither input order nor chance decides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from freeagents.matching._arrays import Hashes, Whole
from freeagents.matching._keys import Keys, hashes, mixed_all
from freeagents.matching._problem import Problem


@dataclass(frozen=True, eq=False)
class Order:
    """The order a salt gives to people and projects, and to each pair of them.

    :ivar person_hash: n keyed hashes of people; they stand in the order of these.
    :ivar project_hash: m keyed hashes of projects.
    :ivar projects: m projects in their order.
    """

    problem: Problem
    person_hash: Hashes
    project_hash: Hashes
    projects: Whole

    @classmethod
    def of(cls, problem: Problem) -> Order:
        """Return the order of a problem."""
        people = hashes(problem.people, problem.salt, b"person")
        projects = hashes(problem.projects, problem.salt, b"project")
        return cls(problem, people, projects, _sorted(projects, problem.projects))

    def in_order(self, people: Whole) -> Whole:
        """Return some people in their order."""
        return people[_sorted(self.person_hash[people], self.problem.people[people])]

    def ties(self, people: Whole, projects: Whole | int) -> Hashes:
        """Return 64 tie bits for each pair: of two that are equal otherwise, the greater goes first."""
        return mixed_all(mixed_all(self.person_hash[people]) + self.project_hash[projects])


def _sorted(found: Hashes, keys: Keys) -> Whole:
    """Return the positions in order of hash, and of key where two hashes are the same."""
    order = np.argsort(found, kind="stable")
    if (found[order[1:]] == found[order[:-1]]).any():
        order = np.lexsort((keys, found))
    return order
