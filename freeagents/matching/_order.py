"""The canonical order: people, projects and ties by keyed hash, so that neither input order nor chance decides."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from freeagents.matching._arrays import Hashes, Whole
from freeagents.matching._problem import Problem

# The finaliser of SplitMix64 (Steele, Lea and Flood 2014): a bijection of 64 bits in which each input bit moves all.
_MIX = ((np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)), (np.uint64(27), np.uint64(0x94D049BB133111EB)))
_LAST_SHIFT = np.uint64(31)


@dataclass(frozen=True, eq=False)
class Order:
    """The order a salt gives to people and projects, and to each pair of them.

    :ivar person_rank: n places of people in the order.
    :ivar project_rank: m places of projects in the order.
    :ivar projects: m projects in their order.
    """

    person_hash: Hashes
    project_hash: Hashes
    person_rank: Whole
    project_rank: Whole
    projects: Whole

    @classmethod
    def of(cls, problem: Problem) -> Order:
        """Return the order of a problem."""
        people = _hashes(problem.people, problem.salt, b"person")
        projects = _hashes(problem.projects, problem.salt, b"project")
        project_order = _sorted(projects, problem.projects)
        return cls(
            people,
            projects,
            np.argsort(_sorted(people, problem.people)),
            np.argsort(project_order),
            project_order,
        )

    def ties(self, people: Whole, projects: Whole | int) -> Hashes:
        """Return 64 tie bits for each pair: of two that are equal otherwise, the greater goes first."""
        return _mixed(_mixed(self.person_hash[people]) + self.project_hash[projects])


def _hashes(keys: tuple[str, ...], salt: bytes, kind: bytes) -> Hashes:
    keyed = blake2b(key=salt, person=kind, digest_size=8)
    digests = bytearray()
    for key in keys:
        state = keyed.copy()
        state.update(key.encode())
        digests += state.digest()
    return np.frombuffer(bytes(digests), dtype="<u8").astype(np.uint64)


def _sorted(hashes: Hashes, keys: tuple[str, ...]) -> Whole:
    """Return the positions in order of hash, and of key where two hashes are the same."""
    order = np.argsort(hashes, kind="stable")
    if len(np.unique(hashes)) < len(hashes):
        order = np.array(sorted(range(len(keys)), key=lambda index: (int(hashes[index]), keys[index])))
    return order


def _mixed(values: Hashes) -> Hashes:
    for shift, factor in _MIX:
        values = (values ^ (values >> shift)) * factor
    return values ^ (values >> _LAST_SHIFT)
