"""Give a person everything that is held about them, as one document."""

from __future__ import annotations

from typing import Any

from freeagents.accounts.models import Person
from freeagents.db.base import utc_now
from freeagents.privacy.queries.held import whole_record
from freeagents.privacy.queries.looks import looks_at
from freeagents.privacy.queries.outcomes import outcomes_of
from freeagents.privacy.queries.register import Column, register

MOST_LOOKS = 10_000


def everything_about(*, person: Person) -> dict[str, Any]:
    """Return all that is held about a person, with why and for how long, in the shape of :class:`RecordSchema`."""
    held = {table: {**_why(register()[table]), "rows": rows} for table, rows in whole_record(person).items() if rows}
    looks = looks_at(person_id=person.id, public_id=person.public_id, after=None, limit=MOST_LOOKS)
    return {
        "made_at": utc_now(),
        "held": held,
        "rounds": outcomes_of(person.id),
        "looks": looks,
    }


def _why(columns: tuple[Column, ...]) -> dict[str, str]:
    """Return what a table is for and how long its rows are kept."""
    return {
        "purpose": "; ".join(dict.fromkeys(column.purpose for column in columns)),
        "kept": "; ".join(dict.fromkeys(column.kept for column in columns)),
    }
