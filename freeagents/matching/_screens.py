"""Screens: who passes the rules that let few pass, as bits, so that lists of holders are read past all others."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from freeagents.matching._arrays import Flags, Hashes, Numbers, Whole
from freeagents.matching._compiled import kernel

PASSING = 0.9
"""A rule that lets more than this share of people pass is not worth a screen."""
MOST_ROWS = 256
"""The most kinds of projects for which one rule is screened."""
NONE = -1


class Screens(NamedTuple):
    """Who passes tabled rules.

    :ivar bits: k screens as rows of words, 64 people each.
    :ivar of: m × r, the screen of each project and rule; −1: it has none.
    """

    bits: Hashes
    of: Numbers


def screens(kinds: Numbers, answers: Whole, allows: Flags) -> Screens:
    """Return the screens of the r tabled rules.

    :param kinds: n × r kinds of people; ``answers``: m × r offsets into ``allows``, where answers by kind begin.
    """
    people, rules = kinds.shape
    words = -(-people // 64)
    rows: list[Hashes] = []
    of = np.full(answers.shape, NONE, np.int32)
    for rule in range(rules):
        count = np.bincount(kinds[:, rule])
        starts, demand = np.unique(answers[:, rule], return_inverse=True)
        if len(starts) > MOST_ROWS:
            continue
        for place, start in enumerate(starts.tolist()):
            answer = allows[start : start + len(count)]
            if count[answer].sum() <= PASSING * people:
                of[demand == place, rule] = len(rows)
                rows.append(_packed(answer[kinds[:, rule]], words))
    return Screens(np.stack(rows) if rows else np.zeros((0, words), np.uint64), of)


def _packed(flags: Flags, words: int) -> Hashes:
    packed = np.zeros(8 * words, np.uint8)
    some = np.packbits(flags, bitorder="little")
    packed[: len(some)] = some
    return packed.view("<u8").astype(np.uint64)


@kernel
def screen(bits: Hashes, of: Numbers, project: int, passing: Hashes) -> None:
    """Write into ``passing`` who passes all screens of a project."""
    passing[:] = ~np.uint64(0)
    for rule in range(of.shape[1]):
        row = of[project, rule]
        if row != NONE:
            for word in range(len(passing)):
                passing[word] &= bits[row, word]


@kernel
def passes(bits: Hashes, person: int) -> bool:
    """Return whether a person's bit is set."""
    return (bits[person >> 6] >> np.uint64(person & 63)) & np.uint64(1) != 0


@kernel
def let_pass(bits: Hashes, person: int) -> None:
    """Set a person's bit."""
    bits[person >> 6] |= np.uint64(1) << np.uint64(person & 63)
