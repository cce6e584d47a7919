"""What published rounds found about a person, read from columns that know rows of a snapshot, not people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import and_, func, select

from freeagents.eligibility.bridge import LEFT_OUT
from freeagents.eligibility.case import SHARD, decompress
from freeagents.extensions import db
from freeagents.privacy.queries.looks import TOLD
from freeagents.rounds.models import LeftOutPart, Round, SnapshotKey
from freeagents.rounds.services.leaving import ENTRY


@dataclass(frozen=True, slots=True)
class Outcome:
    """A published round in whose frozen copy a person stands, under a pseudonym.

    :ivar left_out: the code of why the round left the person out; None: it did not, or that is kept no more.
    :ivar allowed: how many projects would have been allowed then.
    """

    round: str
    version: int
    published_at: datetime
    left_out: str | None
    allowed: int | None


def outcomes_of(person_id: int) -> list[Outcome]:
    """Return what became of a person in each published round, oldest first."""
    place = func.array_position(SnapshotKey.people, person_id)
    query = (
        select(Round, (SnapshotKey.number - 1) * SHARD + place - 1, LeftOutPart.content)
        .join(SnapshotKey, SnapshotKey.snapshot_id == Round.snapshot_id)
        .outerjoin(LeftOutPart, and_(LeftOutPart.round_id == Round.id, LeftOutPart.number == SnapshotKey.number))
        .where(Round.state.in_(TOLD), SnapshotKey.people.contains([person_id]))
        .order_by(Round.id)
    )
    return [_outcome(*found) for found in db.session.execute(query)]


def _outcome(subject: Round, row: int, content: bytes | None) -> Outcome:
    entries = np.frombuffer(decompress(content) if content else b"", dtype=ENTRY)
    found = entries[entries["row"] == row]
    code, allowed = (LEFT_OUT[found["code"][0]], int(found["allowed"][0])) if len(found) else (None, None)
    published_at = subject.published_at or subject.created_at
    return Outcome(subject.name, subject.version, published_at, code, allowed)
