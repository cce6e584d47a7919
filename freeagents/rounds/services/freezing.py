"""Freezes the pool, the open projects and HR's edits into a case under pseudonyms, and checks single pairs today."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from freeagents.applications.queries.applications import short_listed_before, wishes_before
from freeagents.country.pack import Pack
from freeagents.db.base import utc_now
from freeagents.eligibility import bridge
from freeagents.eligibility.case import Case
from freeagents.eligibility.columns import Array
from freeagents.eligibility.facts import Pair
from freeagents.eligibility.gathering import Entries, RowOf, read_pool
from freeagents.eligibility.pool import conflicts, employer_codes, people_facts, project_facts
from freeagents.projects.queries import open_projects_as_asked, whole_project
from freeagents.rounds.models import Edit, Round
from freeagents.rounds.queries import matches
from freeagents.rounds.queries import rounds as queries

PSEUDONYM_BYTES = 16


@dataclass(frozen=True, slots=True)
class Kept:
    """HR's word that keeps a pair: the edit's public id, the seat meant (None: any), why, who and when."""

    edit: str
    seat_id: int | None
    reason: str
    made_by: int
    made_at: datetime

    @classmethod
    def of(cls, edit: Edit) -> Kept:
        """Return what an edit says."""
        return cls(edit.public_id, edit.seat_id, edit.reason, edit.made_by, edit.made_at)


@dataclass(frozen=True, eq=False, slots=True)
class Frozen:
    """A case, and what its keys stand for.

    :ivar people: the person id of each row of the case; ``projects``: key → project id; ``seats``: (key, number) → id.
    :ivar kept: (pseudonym, key) → HR's word that keeps the pair.
    :ivar unused_edits: how many of HR's words say nothing now: the person left the pool or the project is not open.
    """

    case: Case
    people: NDArray[np.int32]
    projects: dict[str, int]
    seats: dict[tuple[str, int], int]
    kept: dict[tuple[str, str], Kept]
    unused_edits: int

    def person(self, pseudonym: str) -> int:
        """Return whom a pseudonym stands for."""
        return int(self.people[self.case.people.find(pseudonym)])


def freeze(subject: Round, *, pack: Pack, tell: Callable[[int, int], None] = lambda _done, _total: None) -> Frozen:
    """Read everything the round looks at, as it stands now.

    A pseudonym is the keyed hash of the salt and the person's public id: the same in every version of the series, so
    that ties fall the same way, and different in every other series.

    :param tell: is called with how much is read, and how much there is to read.
    """
    hosts = employer_codes()
    projects = {project.id: project for project in open_projects_as_asked()}
    pool = read_pool(subject.cut_off.date(), tell)
    keys = pseudonyms(subject.salt, pool.public_ids)
    row_of, number_of = RowOf(pool.person), RowOf(_ids(projects))

    def bound(person: Array, project: Array, **numbers: Array) -> Entries:
        row, word = row_of(person), number_of(project)
        there = (row >= 0) & (word >= 0)
        return row[there], {"word": word[there], **{name: values[there] for name, values in numbers.items()}}

    def bound_by(edits: Sequence[Edit], **numbers: Array) -> Entries:
        return bound(_ids(edit.person_id for edit in edits), _ids(edit.project_id for edit in edits), **numbers)

    words = queries.live_edits(subject.series)
    kept = [edit for edit in words if edit.kind == "keep"]
    numbers = {seat.id: seat.number for project in projects.values() for seat in project.seats}
    person, project, rank = wishes_before(subject.cut_off)
    declared = conflicts()
    case = Case(
        people=pool.people(
            keys,
            [project.public_id for project in projects.values()],
            {
                "wishes": bound(person, project, rank=rank),
                "short_list": bound(*short_listed_before(subject.cut_off)),
                "conflicts": bound(_ids(row[0] for row in declared), _ids(row[1] for row in declared)),
                "barred": bound_by([edit for edit in words if edit.kind == "bar"]),
                "kept": bound_by(kept, seat=_ids(numbers.get(edit.seat_id or 0, 0) for edit in kept)),
            },
        ),
        projects=tuple(
            project_facts(project, host=hosts[project.department_id], pack=pack) for project in projects.values()
        ),
        salt=subject.salt,
    )
    policy = bridge.policy_from_toml(subject.policy.document)
    if policy.objective == bridge.Objective.FEWEST_CHANGES:
        there = (
            (row, projects[project_id].public_id)
            for person_id, project_id in matches.proposed_before(subject)
            if project_id in projects and (row := int(row_of(_ids((person_id,)))[0])) >= 0
        )
        case = replace(case, previous=tuple((keys[row].decode(), project) for row, project in there))
    rows = row_of(_ids(edit.person_id for edit in kept)).tolist()
    return Frozen(
        case=case.with_regions(pack, policy),
        people=pool.person[np.argsort(keys, kind="stable")],
        projects={project.public_id: project.id for project in projects.values()},
        seats={(project.public_id, seat.number): seat.id for project in projects.values() for seat in project.seats},
        kept={
            (keys[row].decode(), projects[edit.project_id].public_id): Kept.of(edit)
            for edit, row in zip(kept, rows, strict=True)
            if row >= 0 and edit.project_id in projects
        },
        unused_edits=len(words) - len(bound_by(words)[0]),
    )


def thawed(case: Case) -> Frozen:
    """Return a kept case with what the keys of its projects stand for; nothing is said of who its people are."""
    ids = queries.project_ids_by_public_id()
    projects = {project.key: ids[project.key] for project in case.projects if project.key in ids}
    return Frozen(
        case=case,
        people=_ids(()),
        projects=projects,
        seats=matches.seat_ids(projects.values()),
        kept={},
        unused_edits=0,
    )


def pseudonyms(salt: bytes, public_ids: Sequence[str]) -> NDArray[np.bytes_]:
    """Return the pseudonyms of public ids under this salt."""
    named = [hmac.digest(salt, public_id.encode(), "sha256")[:PSEUDONYM_BYTES].hex() for public_id in public_ids]
    return np.array(named, dtype=f"S{2 * PSEUDONYM_BYTES}")


def _ids(values: Iterable[int]) -> NDArray[np.int32]:
    return np.fromiter(values, dtype=np.int32)


def broken_rules(person_id: int, project_public_id: str, *, pack: Pack) -> tuple[str, ...]:
    """Return the codes of the hard rules that the pair breaks as things stand today."""
    facts = people_facts(today=utc_now().date(), only=person_id)
    project = whole_project(project_public_id)
    if person_id not in facts or project is None:
        return ("admission",)
    host = employer_codes()[project.department_id]
    declared = (person_id, project.id) in conflicts(person_id)
    apart = (Pair(facts[person_id].key, project.public_id),) if declared else ()
    return bridge.check(facts[person_id], project_facts(project, host=host, pack=pack), conflicts=apart)
