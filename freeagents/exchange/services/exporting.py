"""Writes people, projects, applications and proposals of the database as exchange files."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from flask_babel import gettext as _

from freeagents.accounts.models import Person
from freeagents.audit.services import record
from freeagents.eligibility import bridge
from freeagents.eligibility.sentences import sentence_for_pair
from freeagents.errors import NotFound
from freeagents.exchange import queries
from freeagents.exchange.rows import APPLICATIONS, PEOPLE, PROJECTS, Kind, cells
from freeagents.exchange.services import stored
from freeagents.exchange.services.matching import PROPOSAL_COLUMNS
from freeagents.exchange.services.sources import CHUNK
from freeagents.exchange.tables import replacing, write_table
from freeagents.extensions import db
from freeagents.projects.models import Project
from freeagents.rounds.queries.rounds import round_by_public_id
from freeagents.web.filters import plain_points

NEVER = {"available_from": date(1900, 1, 1), "available_to": date(1900, 1, 1), "time_percent": 100}
"""What a file says of a person who has given no dates and so is never free: blank cells would mean always."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to write where.

    :ivar source: write the ids of this source where it gave one; else, and without it, public ids.
    :ivar today: the day from which availability is told.
    """

    path: Path
    source: str | None
    today: date


def export_people(request: Request) -> int:
    """Write the people of the pool, as a match would see them, and return how many."""
    return _export(PEOPLE, request, _people(request))


def export_projects(request: Request) -> int:
    """Write the open projects with their open seats, and return how many."""
    return _export(PROJECTS, request, _projects(request))


def export_applications(request: Request) -> int:
    """Write the applications that stand, of people of the pool for open projects, and return how many."""
    return _export(APPLICATIONS, request, _applications(request))


def export_proposals(request: Request, *, round_id: str) -> int:
    """Write the proposals of a round that were not ruled out, and return how many.

    :raises NotFound: there is no such round.
    """
    subject = round_by_public_id(round_id)
    if subject is None:
        raise NotFound(_("There is no round %(id)s.", id=round_id))
    policy = bridge.policy_from_toml(subject.policy.document)
    most = {part: policy.most(part) for part in bridge.PARTS}
    people, projects = _names("person", request), _names("project", request)
    rows = (
        [
            projects[row.project_id],
            row.seat.number,
            people[row.person_id],
            plain_points(row.score),
            *(plain_points(row.parts[part]) for part in bridge.PARTS),
            row.reason or sentence_for_pair(row.parts, most),
        ]
        for row in queries.proposals(subject.id)
    )
    return _write("proposals", request, PROPOSAL_COLUMNS, rows)


def _export(kind: Kind, request: Request, rows: Iterator[Mapping[str, Any]]) -> int:
    return _write(kind.name, request, kind.columns, (cells(kind, row) for row in rows))


def _write(name: str, request: Request, columns: Sequence[str], rows: Iterator[Sequence[Any]]) -> int:
    with replacing(request.path) as (target,):
        count = write_table(target, columns, rows)
    record(db.session, f"{name}:export", f"export/{name}", actor_id=None, rows=count)
    return count


def _people(request: Request) -> Iterator[Mapping[str, Any]]:
    names = _names("person", request)
    for ids in _chunks(queries.pool()):
        people = stored.people_of_database(ids)
        for key in ids:
            data = people[key]
            yield {**data, "person_id": names[key], **_availability(data["availability"], request.today)}


def _availability(spells: Sequence[Mapping[str, Any]], today: date) -> Mapping[str, Any]:
    """Return the range a file has room for: the first that has not ended, else the last."""
    if not spells:
        return NEVER
    ordered = sorted(spells, key=lambda spell: spell["starts_on"])
    told = next((spell for spell in ordered if spell["ends_on"] is None or spell["ends_on"] >= today), ordered[-1])
    starts_on = None if told["starts_on"] == stored.OPEN_START else told["starts_on"]
    return {"available_from": starts_on, "available_to": told["ends_on"], "time_percent": told["percent"]}


def _projects(request: Request) -> Iterator[Mapping[str, Any]]:
    names = _names("project", request)
    for ids in _chunks(queries.open_projects()):
        projects = queries.whole_projects(ids)
        for key in ids:
            seats = sum(seat.state == "open" for seat in projects[key].seats)
            if seats:
                yield {**stored.project_of_database(projects[key]), "project_id": names[key], "seats": seats}


def _applications(request: Request) -> Iterator[Mapping[str, Any]]:
    people, projects = _names("person", request), _names("project", request)
    pool, open_ones = set(queries.pool()), set(queries.open_projects())
    for person, project, rank in queries.standing_applications():
        if person in pool and project in open_ones:
            yield {"person_id": people[person], "project_id": projects[project], "rank": rank}


def _names(kind: str, request: Request) -> Mapping[int, str]:
    """Return id → what the file calls the row."""
    names = queries.public_ids(Person if kind == "person" else Project)
    if request.source is not None:
        names |= {row: external for external, row in queries.known_ids(request.source, kind).items()}
    return names


def _chunks(ids: Sequence[int]) -> Iterator[Collection[int]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]
