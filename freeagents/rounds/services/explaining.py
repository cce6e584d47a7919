"""Explains from a round's own snapshot how one person stood to each project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from freeagents.eligibility import bridge
from freeagents.eligibility.case import SHARD, Case, decompress
from freeagents.rounds.models import Round
from freeagents.rounds.queries import rounds as queries
from freeagents.rounds.services.leaving import part_of


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a person stood to a project when the round was frozen.

    :ivar applied: the person applied for it; ``rank``: in which place of their own order, None for none.
    """

    project: str
    title: str
    applied: bool
    rank: int | None
    explanation: bridge.Explanation

    @property
    def missing(self) -> list[str]:
        """The codes of the essential skills not held at the level asked."""
        criteria = self.explanation.criteria
        return [row["skill"] for row in criteria if row["kind"] == "essential" and row["held"] < row["asked"]]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a person stood to the projects, as far as the snapshot is kept.

    :ivar verdicts: the nearest projects: those applied for in their own order, then the others.
    :ivar alone: rule → from how many projects with seats it alone kept the person; None: that is not known any more.
    """

    verdicts: list[Verdict]
    alone: dict[str, int] | None

    @property
    def facts(self) -> dict[str, Any]:
        """What it adds to the facts of the person's reason."""
        return {} if self.alone is None else {"alone": self.alone}


def kept_case(subject: Round, *, row: int | None = None) -> Case:
    """Return what a round froze.

    :param row: read only those people who stand in the same part of it as this row.
    """
    numbers = None if row is None else (0, part_of(row))
    return Case.from_pieces(map(decompress, queries.snapshot_parts(subject.snapshot_id, numbers)))


def standing(*, subject: Round, row: int, limit: int) -> Standing:
    """Return how the person in a row of the round's snapshot stood to the projects, ``limit`` of them in detail."""
    if subject.snapshot_id is None:
        return Standing([], None)
    case = kept_case(subject, row=row)
    found = bridge.explain_row(case, row % SHARD, bridge.policy_from_toml(subject.policy.document), limit)
    titles = queries.titles([key for key, _ in found.nearest])
    ranks = found.ranks
    verdicts = [
        Verdict(key, titles.get(key, key), key in ranks, ranks.get(key) or None, explanation)
        for key, explanation in found.nearest
    ]
    return Standing(verdicts, found.alone)
