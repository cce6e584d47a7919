"""Freezes the pool, the open projects and HR's edits into a case under pseudonyms, and checks single pairs today."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from freeagents.applications.queries import wishes_before
from freeagents.country.pack import Pack
from freeagents.db.base import utc_now
from freeagents.eligibility import bridge
from freeagents.eligibility.case import Case
from freeagents.eligibility.facts import Pair, Wish
from freeagents.eligibility.pool import conflicts, employer_codes, people_facts, project_facts
from freeagents.projects.queries import whole_open_projects, whole_project
from freeagents.rounds import queries
from freeagents.rounds.models import Edit, Round

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


@dataclass(frozen=True, slots=True)
class Frozen:
    """A case, and what its keys stand for.

    :ivar people: pseudonym → person id; ``projects``: key → project id; ``seats``: (key, number) → seat id.
    :ivar kept: (pseudonym, key) → HR's word that keeps the pair.
    :ivar unused_edits: how many of HR's words say nothing now: the person left the pool or the project is not open.
    """

    case: Case
    people: dict[str, int]
    projects: dict[str, int]
    seats: dict[tuple[str, int], int]
    kept: dict[tuple[str, str], Kept]
    unused_edits: int


def freeze(subject: Round, *, pack: Pack) -> Frozen:
    """Read everything the round looks at, as it stands now.

    A pseudonym is the keyed hash of the salt and the person's public id: the same in every version of the series, so
    that ties fall the same way, and different in every other series.
    """
    hosts = employer_codes()
    projects = {project.public_id: project for project in whole_open_projects()}
    facts = people_facts(key=pseudonym(subject.salt), today=subject.cut_off.date())
    keys = {person: fact.key for person, fact in facts.items()}
    project_keys = {project.id: key for key, project in projects.items()}

    def pairs(rows: list[tuple[int, int]]) -> tuple[Pair, ...]:
        known = [(person, project) for person, project in rows if person in keys and project in project_keys]
        return tuple(Pair(keys[person], project_keys[project]) for person, project in known)

    words = queries.live_edits(subject.series)
    edits = [edit for edit in words if edit.person_id in keys and edit.project_id in project_keys]
    seat_numbers = {seat.id: seat.number for project in projects.values() for seat in project.seats}
    kept = {
        (keys[edit.person_id], project_keys[edit.project_id]): Kept.of(edit) for edit in edits if edit.kind == "keep"
    }
    return Frozen(
        case=Case(
            people=tuple(facts.values()),
            projects=tuple(
                project_facts(project, host=hosts[project.department_id], pack=pack) for project in projects.values()
            ),
            wishes=tuple(
                Wish(keys[person], project_keys[project], rank)
                for person, project, rank in wishes_before(subject.cut_off)
                if person in keys and project in project_keys
            ),
            conflicts=pairs(conflicts()),
            barred=pairs([(edit.person_id, edit.project_id) for edit in edits if edit.kind == "bar"]),
            kept=tuple(
                Pair(person, project, seat_numbers.get(word.seat_id or 0, 0))
                for (person, project), word in kept.items()
            ),
            salt=subject.salt,
        ),
        people={key: person for person, key in keys.items()},
        projects={key: project.id for key, project in projects.items()},
        seats={(key, seat.number): seat.id for key, project in projects.items() for seat in project.seats},
        kept=kept,
        unused_edits=len(words) - len(edits),
    )


def pseudonym(salt: bytes) -> Callable[[str], str]:
    """Return what turns a public id into the pseudonym under this salt."""

    def named(public_id: str) -> str:
        return hmac.digest(salt, public_id.encode(), hashlib.sha256)[:PSEUDONYM_BYTES].hex()

    return named


def broken_rules(person_id: int, project_public_id: str, *, pack: Pack) -> tuple[str, ...]:
    """Return the codes of the hard rules that the pair breaks as things stand today."""
    facts = people_facts(key=str, today=utc_now().date(), only=person_id)
    project = whole_project(project_public_id)
    if person_id not in facts or project is None:
        return ("admission",)
    host = employer_codes()[project.department_id]
    declared = (person_id, project.id) in conflicts(person_id)
    apart = (Pair(facts[person_id].key, project.public_id),) if declared else ()
    return bridge.check(facts[person_id], project_facts(project, host=host, pack=pack), conflicts=apart)
