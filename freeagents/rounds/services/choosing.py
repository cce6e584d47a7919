"""Tells who could take a project's seat next, and what choosing them would cost the whole round."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from freeagents.accounts.models import Person
from freeagents.eligibility.case import decompress
from freeagents.projects.models import Project
from freeagents.rounds.models import Proposal, Round
from freeagents.rounds.queries import rounds as queries


@dataclass(frozen=True, slots=True)
class Move:
    """A person who would go to another project; None: not be placed."""

    person: Person
    after: Project | None


@dataclass(frozen=True, slots=True)
class Alternative:
    """Somebody who could take the seat.

    :ivar seats: how many seats fewer the round would fill.
    :ivar units: by how many units less it would score.
    :ivar others: who else would move.
    """

    person: Person
    seats: int
    units: int
    others: tuple[Move, ...]


def alternatives_to(subject: Proposal, proposal_round: Round) -> list[Alternative] | None:
    """Return who could take the seat of a proposal, the cheapest first; people who were erased are left away.

    None: it is not worked out yet.
    """
    told = queries.next_best(subject.round_id, subject.project_id)
    if told is None:
        return None
    pairs = {(who, 0) for who, *_ in told} | {(row, after) for *_, moves in told for row, _, after in moves}
    found = queries.people_and_projects_at(proposal_round.snapshot_id, pairs)
    return [
        Alternative(
            found[who, 0][0],
            seats,
            units,
            tuple(Move(*found[row, after]) for row, _, after in moves if row != who and (row, after) in found),
        )
        for who, seats, units, moves in told
        if (who, 0) in found
    ]


def proof_of(subject: Round) -> dict[str, Any] | None:
    """Return what proves that no plan is better than the round's; None: it was not solved."""
    content = queries.proof_content(subject.id)
    return None if content is None else json.loads(decompress(content))
