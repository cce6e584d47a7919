"""The best so far: a heap of people with the worst of them first."""

from __future__ import annotations

from freeagents.matching._arrays import Hashes, Numbers, Whole
from freeagents.matching._compiled import kernel


@kernel
def _worse(score: Whole, ties: Hashes, hashes: Hashes, one: int, other: int) -> bool:
    """Return whether the entry at one place of a list is worse than that at another."""
    if score[one] != score[other]:
        return score[one] < score[other]
    if ties[one] != ties[other]:
        return ties[one] < ties[other]
    return hashes[one] > hashes[other]


@kernel
def sink(person: Numbers, score: Whole, ties: Hashes, hashes: Hashes, at: int, last: int) -> None:
    """Let an entry sink to its place in a heap that has its worst entry first."""
    while True:
        child = 2 * at + 1
        if child >= last:
            return
        if child + 1 < last and _worse(score, ties, hashes, child + 1, child):
            child += 1
        if not _worse(score, ties, hashes, child, at):
            return
        person[at], person[child] = person[child], person[at]
        score[at], score[child] = score[child], score[at]
        ties[at], ties[child] = ties[child], ties[at]
        hashes[at], hashes[child] = hashes[child], hashes[at]
        at = child


@kernel
def rise(person: Numbers, score: Whole, ties: Hashes, hashes: Hashes, at: int) -> None:
    """Let the entry at the end of such a heap rise to its place."""
    while at > 0:
        up = (at - 1) >> 1
        if not _worse(score, ties, hashes, at, up):
            return
        person[at], person[up] = person[up], person[at]
        score[at], score[up] = score[up], score[at]
        ties[at], ties[up] = ties[up], ties[at]
        hashes[at], hashes[up] = hashes[up], hashes[at]
        at = up
