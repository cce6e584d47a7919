"""Chance, seeded: weighted draws of many at once, and public ids that come out the same for the same seed."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Word = TypeVar("Word")

PUBLIC_ID_BYTES = 12


def draw(rng: np.random.Generator, weights: Sequence[float], count: int) -> Ints:
    """Return ``count`` positions in ``weights``, each as likely as its weight; weights need not add up to one."""
    likely = np.asarray(weights, dtype=float)
    return rng.choice(len(likely), size=count, p=likely / likely.sum()).astype(np.int64)


def draw_one(rng: np.random.Generator, weights: Mapping[Word, float]) -> Word:
    """Return one of the words, each as likely as its weight."""
    words = list(weights)
    return words[int(draw(rng, [weights[word] for word in words], 1)[0])]


def chance(rng: np.random.Generator, probability: float, count: int) -> Bools:
    """Return ``count`` answers, each true with the same probability."""
    return rng.random(count) < probability


def whole(rng: np.random.Generator, low: int, high: int) -> int:
    """Return a whole number from ``low`` to ``high``, both possible."""
    return int(rng.integers(low, high + 1))


def some_of_each(rng: np.random.Generator, pool: Sequence[int], counts: Ints, favour: int = 0) -> tuple[Ints, Ints]:
    """Draw ``counts[i]`` different members of ``pool`` for each i; return (which i, which member).

    :param favour: the first so many members of the pool are twice as likely to come early.
    """
    members = np.asarray(pool, dtype=np.int64)
    keys = rng.random((len(counts), len(members)))
    keys[:, :favour] /= 2
    order = np.argsort(keys, axis=1)
    taken = np.arange(len(members)) < counts[:, None]
    who = np.broadcast_to(np.arange(len(counts))[:, None], taken.shape)
    return who[taken], members[order[taken]]


def public_ids(rng: np.random.Generator, count: int) -> list[str]:
    """Return ``count`` ids as :func:`freeagents.db.base.new_public_id` makes them, but from the seed."""
    text = base64.urlsafe_b64encode(rng.bytes(PUBLIC_ID_BYTES * count)).decode()
    size = PUBLIC_ID_BYTES * 4 // 3
    return [text[start : start + size] for start in range(0, len(text), size)]
