"""A case: all that one matching run looks at, frozen, with canonical bytes to keep and to replay."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from freeagents.country.entries import Rung
from freeagents.country.places import Location
from freeagents.eligibility.facts import Pair, PersonFacts, ProjectFacts, Reach, Spell, Wish

FORMAT = 1
BINDING = ("wishes", "short_list", "conflicts", "barred", "kept")
"""The members of a case that say something of a person and a project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """People, projects and what binds pairs of them.

    :ivar conflicts: pairs declared apart by the person; ``barred``: by HR; ``kept``: placed by HR, with the seat.
    :ivar salt: orders ties.
    """

    people: tuple[PersonFacts, ...]
    projects: tuple[ProjectFacts, ...]
    wishes: tuple[Wish, ...] = ()
    short_list: tuple[Pair, ...] = ()
    conflicts: tuple[Pair, ...] = ()
    barred: tuple[Pair, ...] = ()
    kept: tuple[Pair, ...] = ()
    salt: bytes = b""

    def to_bytes(self) -> bytes:
        """Return the canonical bytes: the same case gives the same bytes, in whichever order its rows came."""
        document = {
            "format": FORMAT,
            "salt": self.salt.hex(),
            "people": [_plain(person) for person in sorted(self.people, key=lambda person: person.key)],
            "projects": [_plain(project) for project in sorted(self.projects, key=lambda project: project.key)],
            "wishes": [_plain(wish) for wish in sorted(self.wishes, key=lambda wish: (wish.person, wish.project))],
        }
        for name in ("short_list", "conflicts", "barred", "kept"):
            pairs = sorted(getattr(self, name), key=lambda pair: (pair.person, pair.project))
            document[name] = [_plain(pair) for pair in pairs]
        text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return text.encode()

    @classmethod
    def from_bytes(cls, content: bytes, *, only: Collection[str] | None = None) -> Case:
        """Read what :meth:`to_bytes` wrote.

        :param only: keys of the people to read, with all projects and what binds the two; None: everybody.
        :raises ValueError: the bytes are of another format.
        """
        document = json.loads(content)
        if document["format"] != FORMAT:
            raise ValueError(f"this snapshot has format {document['format']}; this version reads {FORMAT}")
        if only is not None:
            for name, key in {"people": "key", **dict.fromkeys(BINDING, "person")}.items():
                document[name] = [row for row in document[name] if row[key] in only]
        return cls(
            people=tuple(_person(row) for row in document["people"]),
            projects=tuple(_project(row) for row in document["projects"]),
            wishes=tuple(Wish(**row) for row in document["wishes"]),
            short_list=_pairs(document["short_list"]),
            conflicts=_pairs(document["conflicts"]),
            barred=_pairs(document["barred"]),
            kept=_pairs(document["kept"]),
            salt=bytes.fromhex(document["salt"]),
        )


def digest(content: bytes) -> bytes:
    """Return the SHA-256 by which a snapshot is addressed."""
    return hashlib.sha256(content).digest()


def compress(content: bytes) -> bytes:
    """Return the bytes as they are kept."""
    return zlib.compress(content, level=6)


def decompress(kept: bytes) -> bytes:
    """Return what :func:`compress` was given."""
    return zlib.decompress(kept)


def _plain(value: Any) -> Any:  # noqa: PLR0911 - one kind of value a line
    """Turn facts into what JSON holds; members that are empty are left out."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Rung):
        return [value.code, value.ladder, value.rank, value.band]
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in sorted(value.items())}
    if hasattr(value, "__dataclass_fields__"):
        members = ((field.name, getattr(value, field.name)) for field in fields(value))
        return {name: _plain(member) for name, member in members if member not in (None, (), {}, frozenset())}
    return value


def _pairs(rows: list[dict[str, Any]]) -> tuple[Pair, ...]:
    return tuple(Pair(**row) for row in rows)


def _person(row: dict[str, Any]) -> PersonFacts:
    row["grade"], row["clearance"] = _rung(row.get("grade")), _rung(row.get("clearance"))
    row["languages"] = {name: tuple(ranks) for name, ranks in row.get("languages", {}).items()}
    row["places"] = tuple(Reach(Location(**reach["location"]), reach.get("max_km")) for reach in row.get("places", ()))
    row["work_modes"] = frozenset(row.get("work_modes", ()))
    row["learning"] = frozenset(row.get("learning", ()))
    for name in ("available", "committed"):
        row[name] = tuple(_spell(spell) for spell in row.get(name, ()))
    return PersonFacts(**row)


def _project(row: dict[str, Any]) -> ProjectFacts:
    for name in ("grade_min", "grade_max", "clearance"):
        row[name] = _rung(row.get(name))
    for name in ("starts_on", "ends_on"):
        row[name] = _day(row.get(name))
    row["languages"] = {name: tuple(ranks) for name, ranks in row.get("languages", {}).items()}
    row["location"] = Location(**row["location"]) if "location" in row else None
    row["seats"] = tuple(row.get("seats", ()))
    return ProjectFacts(**row)


def _spell(row: dict[str, Any]) -> Spell:
    return Spell(_day(row.get("first")), _day(row.get("last")), row["percent"])


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _rung(row: list[Any] | None) -> Rung | None:
    return Rung(row[0], row[1], row[2], row[3], {}) if row else None
