"""Explains from a round's own snapshot how one person stood to each project."""

from __future__ import annotations

from dataclasses import dataclass

from freeagents.eligibility import bridge
from freeagents.eligibility.case import Case, decompress
from freeagents.rounds import queries
from freeagents.rounds.models import Round


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


def verdicts(*, subject: Round, person_id: int, limit: int) -> list[Verdict]:
    """Return the person's projects: those applied for in their own order, then the nearest, ``limit`` in all.

    Empty where the round has no snapshot, or the person was erased from it.
    """
    pseudonym = queries.pseudonym_of(subject.snapshot_id, person_id)
    if pseudonym is None:
        return []
    case = Case.from_bytes(decompress(queries.snapshot_content(subject.snapshot_id)), only={pseudonym})
    ranks = {wish.project: wish.rank for wish in case.wishes}
    found = bridge.explain_person(case, pseudonym, bridge.policy_from_toml(subject.policy.document))
    seats = {project.key for project in case.projects if project.seats}

    def nearness(key: str) -> tuple[bool, int, int, int, str]:
        explanation = found[key]
        rank = ranks.get(key) or len(found) + 1
        return key not in ranks, rank if key in ranks else 0, len(explanation.failing), -explanation.score, key

    nearest = sorted(seats & found.keys(), key=nearness)[:limit]
    titles = queries.titles(nearest)
    return [Verdict(key, titles.get(key, key), key in ranks, ranks.get(key), found[key]) for key in nearest]
