"""Who speaks what: made-up but believable shares of languages by region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from freeagents.country.pack import Pack

Shares = Mapping[str, Mapping[str, float]]
"""Region, or ``*`` for the rest → word → share."""


@dataclass(frozen=True, kw_only=True)
class Speech:
    """The languages of a country's public servants, and what its projects ask for.

    :ivar first: region → language → weight of it being the first language, held at the highest letters.
    :ivar others: region → language → share of those with another first language who speak it too.
    :ivar letters: letters of those others → weight.
    :ivar asked: region → languages with letters, ``fr:CBC``, parted by ``;`` → share of projects that ask for them.
    """

    first: Shares
    others: Shares = field(default_factory=dict)
    letters: Mapping[str, float] = field(default_factory=dict)
    asked: Shares = field(default_factory=dict)


SPEECH: Mapping[str, Speech] = {
    "canada": Speech(
        first={
            "QC": {"fr": 85, "en": 15},
            "NCR": {"en": 58, "fr": 42},
            "NB": {"en": 60, "fr": 40},
            "*": {"en": 96, "fr": 4},
        },
        others={
            "QC": {"en": 0.75, "fr": 0.8},
            "NCR": {"en": 0.95, "fr": 0.6},
            "NB": {"en": 0.95, "fr": 0.45},
            "*": {"en": 0.98, "fr": 0.1},
        },
        letters={"AAA": 5, "BAB": 8, "BBB": 32, "CBB": 12, "CBC": 28, "CCC": 9, "EEE": 6},
        asked={
            "NCR": {"en:BBB;fr:BBB": 0.12, "en:CBC;fr:CBC": 0.08, "fr:BBB": 0.05, "en:BBB": 0.2},
            "QC": {"en:BBB;fr:BBB": 0.15, "fr:CBC": 0.45},
            "NB": {"en:BBB;fr:BBB": 0.3, "en:BBB": 0.2},
            "*": {"en:BBB;fr:BBB": 0.03, "en:BBB": 0.2},
        },
    ),
    "uk": Speech(
        first={"*": {"en": 1}},
        others={
            "WAL": {"cy": 0.25, "fr": 0.03},
            "SCT": {"gd": 0.02, "fr": 0.04, "bfi": 0.01},
            "NI": {"ga": 0.06, "fr": 0.03},
            "*": {"fr": 0.05, "es": 0.03, "de": 0.02, "pl": 0.01, "ur": 0.02, "pa": 0.02, "bfi": 0.01},
        },
        letters={"A2": 15, "B1": 25, "B2": 30, "C1": 20, "C2": 10},
        asked={"WAL": {"cy:B1": 0.08, "cy:B2": 0.04}},
    ),
}


def speech_of(pack: Pack) -> Speech:
    """Return the pack's languages; a pack this page does not know speaks its locales in equal shares."""
    return SPEECH.get(pack.code) or Speech(first={"*": dict.fromkeys(pack.locales, 1)})


def in_region(shares: Shares, region: str) -> Mapping[str, float]:
    """Return the shares of a region, or those of the rest."""
    return shares.get(region) or shares.get("*", {})
