"""Keeps and tells why people were left out of a round, as columns that know rows of its snapshot and no person."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from freeagents.accounts.models import Person
from freeagents.eligibility.bridge import LEFT_OUT, LeftOut, facts_of
from freeagents.eligibility.case import SHARD, compress, decompress
from freeagents.eligibility.columns import Array
from freeagents.rounds.models import Round
from freeagents.rounds.queries import rounds as queries

ENTRY = np.dtype(
    [("row", "<i4"), ("code", "i1"), ("allowed", "<i4"), ("project", "<i4"), ("score", "<i4"), ("lowest", "<i4")]
)


@dataclass(frozen=True, slots=True)
class LeftOutPerson:
    """Why a person was left out: a code with its facts, a project among them by its public id.

    :ivar row: where the person stands in the round's snapshot.
    :ivar title: what that project is called.
    :ivar advised: it is worked out what would have placed the person: ``nearest``, the facts of a change, the project
        with its title by its public id; None: no single change.
    """

    row: int
    person: Person
    code: str
    facts: dict[str, Any]
    title: str
    advised: bool
    nearest: dict[str, Any] | None

    @property
    def titles(self) -> dict[str, str]:
        """Public id → title of the project that the facts name, if they do."""
        return {self.facts["project"]: self.title} if "project" in self.facts else {}


def parts(left_out: LeftOut, project_ids: Array) -> Iterator[tuple[int, bytes]]:
    """Yield number and content of each part to keep; people who stand together in the snapshot do so here.

    :param project_ids: the id of each project of the case.
    """
    entries = np.zeros(len(left_out), dtype=ENTRY)
    entries["row"], entries["code"] = left_out.person, left_out.reason
    for name in ("allowed", "score", "lowest"):
        entries[name] = getattr(left_out, name)
    there = left_out.project >= 0
    entries["project"][there] = project_ids[left_out.project[there]]
    numbers = part_of(entries["row"])
    for number in np.unique(numbers).tolist():
        yield number, compress(entries[slice(*np.searchsorted(numbers, (number, number + 1)))].tobytes())


def nearest_parts(
    left_out: LeftOut, nearest: Iterable[tuple[int, Mapping[str, Any]]], project_ids: Mapping[str, int]
) -> Iterator[tuple[int, bytes]]:
    """Yield number and content of what to keep beside each part: row → what would have placed the person there.

    :param nearest: rows in order, with the facts of a change.
    :param project_ids: key → id of the projects that the facts name.
    """
    told: dict[int, dict[int, Any]] = {int(number): {} for number in np.unique(part_of(left_out.person))}
    for row, facts in nearest:
        told[part_of(row)][row] = {**facts, "project": project_ids[facts["project"]]}
    for number, part in told.items():
        yield number, compress(json.dumps(part).encode())


def nearest_by_row(subject: Round) -> dict[int, dict[str, Any]] | None:
    """Return row → facts of what would have placed the person, the project by its id; None: that is not worked out."""
    parts = [json.loads(decompress(part)) for part in queries.nearest_parts(subject.id)]
    return {int(row): facts for part in parts for row, facts in part.items()} if parts else None


def part_of(row: Any) -> Any:
    """Return in which part of a snapshot, and of those left out, a row or each of some rows stands."""
    return row // SHARD + 1


def entries(subject: Round) -> Array:
    """Return why everybody was left out, by row, as an array of ``ENTRY``."""
    return np.concatenate([np.zeros(0, dtype=ENTRY), *map(_read, queries.left_out_parts(subject.id))])


def listed(*, subject: Round, after: int | None, limit: int) -> list[LeftOutPerson]:
    """Return up to ``limit`` people left out who stand after a row; those who were erased are passed over."""
    start = 0 if after is None else after + 1
    found: list[LeftOutPerson] = []
    part = queries.left_out_part(subject.id, least=part_of(start))
    while part is not None and len(found) < limit:
        number, content, nearest, more = part
        some = _read(content)
        some = some[some["row"] >= start]
        while len(some) and len(found) < limit:
            found += _told(subject, some[:limit], nearest)
            some = some[limit:]
        part = queries.left_out_part(subject.id, least=number + 1) if more and len(found) < limit else None
    return found[:limit]


def one(*, subject: Round, public_id: str) -> LeftOutPerson | None:
    """Return why the person was left out; None: it is not so, or nothing is known of the person."""
    found = queries.row_and_person(subject.snapshot_id, public_id)
    part = None if found is None else queries.left_out_part(subject.id, least=part_of(found[0]))
    if found is None or part is None:
        return None
    some = _read(part[1])
    return next(iter(_told(subject, some[some["row"] == found[0]], part[2])), None)


def _read(content: bytes) -> Array:
    return np.frombuffer(decompress(content), dtype=ENTRY)


def _told(subject: Round, some: Array, nearest: bytes | None) -> list[LeftOutPerson]:
    rows = some.tolist()
    near = {} if nearest is None else json.loads(decompress(nearest))
    there = {row: near[str(row)] for row, *_ in rows if str(row) in near}
    pairs = {(row, project) for row, _, _, project, *_ in rows} | {(row, there[row]["project"]) for row in there}
    found = queries.people_and_projects_at(subject.snapshot_id, pairs)
    told = []
    for row, code, allowed, project_id, score, lowest in rows:
        person, project = found.get((row, project_id), (None, None))
        if person is not None:
            key, title = (project.public_id, project.title) if project else ("", "")
            facts = facts_of(LEFT_OUT[code], allowed, key, score, lowest)
            change = there.get(row)
            where = found[row, change["project"]][1] if change else None
            if change and where:
                change = {**change, "project": where.public_id, "title": where.title}
            advised = nearest is not None and (change is None or where is not None)
            told.append(LeftOutPerson(row, person, LEFT_OUT[code], facts, title, advised, change if where else None))
    return told
