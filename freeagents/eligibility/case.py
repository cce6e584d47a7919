"""A case: all that one matching run looks at, frozen, with canonical bytes to keep and to replay."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any

import numpy as np

from freeagents.country.entries import Rung
from freeagents.country.pack import Pack
from freeagents.country.places import Location
from freeagents.eligibility.columns import (
    LAST_DAY,
    LISTS,
    NUMBERS,
    PROJECTS,
    VOCABULARIES,
    WORDS,
    Array,
    Gathering,
    Listing,
    People,
    kinds,
    offsets,
    place_word,
    rung_of,
    rung_word,
    width,
)
from freeagents.eligibility.facts import Pair, PersonFacts, ProjectFacts, Wish
from freeagents.matching import Policy

FORMAT, WITHOUT_ENDS = 3, 2
"""The format of the bytes, and the one before, in which what people hold had no end."""
ENDS = ("clearance_until", "until")
SHARD = 4_096
"""So many people stand together in the bytes, so that one of them can be read without the others."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Case:
    """People, projects and what binds pairs of them, which stands with the people.

    :ivar projects: in order of their keys, as are the people.
    :ivar salt: orders ties.
    :ivar apart: two people each, by their keys, who are not together on one project.
    :ivar regions: place → region, where a policy limits regions.
    :ivar previous: a person and a project each, by their keys: what is to be changed as little as pays.
    """

    people: People
    projects: tuple[ProjectFacts, ...]
    salt: bytes = b""
    apart: tuple[tuple[str, str], ...] = ()
    regions: Mapping[str, str] = field(default_factory=dict)
    previous: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(
        cls,
        *,
        people: Iterable[PersonFacts],
        projects: Iterable[ProjectFacts],
        wishes: Iterable[Wish] = (),
        short_list: Iterable[Pair] = (),
        conflicts: Iterable[Pair] = (),
        barred: Iterable[Pair] = (),
        kept: Iterable[Pair] = (),
        salt: bytes = b"",
    ) -> Case:
        """Return the case of rows of facts.

        :param conflicts: pairs declared apart by the person; ``barred``: by HR; ``kept``: placed by HR, with the seat.
        :raises KeyError: a pair is of somebody or something that is not there.
        """
        asked = in_order(projects)
        gathering = Gathering([project.key for project in asked])
        for person in people:
            gathering.add(person)
        for wish in wishes:
            gathering.bind("wishes", wish.person, wish.project, wish.rank or 0)
        for name, pairs in {"short_list": short_list, "conflicts": conflicts, "barred": barred}.items():
            for pair in pairs:
                gathering.bind(name, pair.person, pair.project)
        for pair in kept:
            gathering.bind("kept", pair.person, pair.project, pair.seat)
        return cls(people=gathering.people(), projects=asked, salt=salt)

    def pieces(self) -> Iterator[bytes]:
        """Yield the canonical bytes: the same case gives the same, in whichever order its rows came.

        The first piece says all but the people; each one after it holds ``SHARD`` of them, in order.
        """
        people = self.people
        counts = {name: np.diff(people.lists[name].indptr) for name in LISTS}
        counted = {
            name: np.min_scalar_type(int(each.max(initial=0))).newbyteorder("<") for name, each in counts.items()
        }
        head = {
            "format": FORMAT,
            "salt": self.salt.hex(),
            "people": len(people),
            "key": people.key.dtype.itemsize,
            "words": {name: people.words[name] for name in VOCABULARIES if name != PROJECTS},
            "counts": {name: kind.str for name, kind in counted.items()},
            "projects": [_plain(project) for project in self.projects],
        } | self._between()
        yield json.dumps(head, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        for start in range(0, len(people), SHARD):
            rows = slice(start, start + SHARD)
            count = np.array([len(people.key[rows])], dtype="<u4")
            columns = [count, people.key[rows], *(people.single[name][rows] for name in (*WORDS, *NUMBERS))]
            for name, listing in people.lists.items():
                ends = listing.indptr[start : start + SHARD + 1]
                columns.append(counts[name][rows].astype(counted[name]))
                columns += [values[ends[0] : ends[-1]] for values in listing.columns.values()]
            yield b"".join(column.tobytes() for column in columns)

    def _between(self) -> dict[str, Any]:
        """Return what holds between pairs, in the one form there is of it; nothing, where nothing does."""
        apart = sorted({tuple(sorted(two)) for two in self.apart})
        told = {"apart": apart, "regions": dict(self.regions), "previous": sorted(self.previous)}
        return {name: what for name, what in told.items() if what}

    @classmethod
    def from_pieces(cls, pieces: Iterable[bytes]) -> Case:
        """Read what :meth:`pieces` gave: the first, and those of the others that hold whom to read.

        :raises ValueError: the bytes are of another format.
        """
        first, *shards = pieces
        head = json.loads(first)
        if head["format"] not in {FORMAT, WITHOUT_ENDS}:
            raise ValueError(f"this snapshot has format {head['format']}; this version reads {FORMAT}")
        projects = tuple(_project(row) for row in head["projects"])
        words = {name: tuple(map(_word, told)) for name, told in head["words"].items()}
        words[PROJECTS] = tuple(project.key for project in projects)
        return cls(
            people=_people(head, words, shards),
            projects=projects,
            salt=bytes.fromhex(head["salt"]),
            apart=tuple((one, other) for one, other in head.get("apart", ())),
            regions=head.get("regions", {}),
            previous=tuple((person, project) for person, project in head.get("previous", ())),
        )

    def only(self, rows: Array) -> Case:
        """Return the case with these people alone, given by row in ascending order, and all projects."""
        people = self.people
        return Case(
            people=People(
                key=people.key[rows],
                words=people.words,
                single={name: values[rows] for name, values in people.single.items()},
                lists={name: listing.take(rows) for name, listing in people.lists.items()},
            ),
            projects=self.projects,
            salt=self.salt,
            regions=self.regions,
        )

    def with_regions(self, pack: Pack, policy: Policy) -> Case:
        """Return the case with the regions of the places that people give, if the policy limits regions."""
        if "region" not in policy.limits:
            return self
        places = {word[0] for word in self.people.words["places"]}
        return replace(self, regions={code: pack.places[code].region for code in sorted(places & pack.places.keys())})


def in_order(projects: Iterable[ProjectFacts]) -> tuple[ProjectFacts, ...]:
    """Return projects in the order in which a case has them."""
    return tuple(sorted(projects, key=lambda project: project.key))


def digest(pieces: Iterable[bytes]) -> bytes:
    """Return the SHA-256 by which a snapshot is addressed: of its pieces, each after its length in eight bytes."""
    found = hashlib.sha256()
    for piece in pieces:
        found.update(len(piece).to_bytes(8, "little"))
        found.update(piece)
    return found.digest()


def compress(piece: bytes) -> bytes:
    """Return a piece as it is kept."""
    return zlib.compress(piece, level=1)


def decompress(kept: bytes) -> bytes:
    """Return what :func:`compress` was given."""
    return zlib.decompress(kept)


def _people(head: Mapping[str, Any], words: Mapping[str, tuple[Any, ...]], shards: Sequence[bytes]) -> People:
    """Put the columns of shards one below the other."""
    ends = head["format"] != WITHOUT_ENDS
    key: list[Array] = []
    single: dict[str, list[Array]] = {name: [] for name in (*WORDS, *NUMBERS)}
    counts: dict[str, list[Array]] = {name: [] for name in LISTS}
    columns: dict[str, dict[str, list[Array]]] = {
        name: {column: [] for column in kinds(name, words[vocabulary] if vocabulary else ())}
        for name, (vocabulary, _) in LISTS.items()
    }
    for shard in shards:
        reader = _Reader(shard)
        [rows] = reader.take("<u4", 1).tolist()
        key.append(reader.take(f"S{head['key']}", rows))
        for name, values in single.items():
            kind = NUMBERS.get(name) or width(words[name])
            values.append(_endless(kind, rows) if name in ENDS and not ends else reader.take(kind, rows))
        for name, (vocabulary, _) in LISTS.items():
            counts[name].append(reader.take(head["counts"][name], rows))
            entries = int(counts[name][-1].sum(dtype=np.int64))
            for column, kind in kinds(name, words[vocabulary] if vocabulary else ()).items():
                told = ends or column not in ENDS
                columns[name][column].append(reader.take(kind, entries) if told else _endless(kind, entries))
    return People(
        key=_joined(key, f"S{head['key']}"),
        words=words,
        single={name: _joined(values, NUMBERS.get(name, "<i1")) for name, values in single.items()},
        lists={
            name: Listing(
                offsets(_joined(counts[name], "<u1")),
                {column: _joined(values, "<i1") for column, values in columns[name].items()},
            )
            for name in LISTS
        },
    )


class _Reader:
    """Reads arrays, one after the other, from a shard."""

    def __init__(self, shard: bytes) -> None:
        self._shard, self._at = shard, 0

    def take(self, kind: str, count: int) -> Array:
        found = np.frombuffer(self._shard, kind, count, self._at)
        self._at += found.nbytes
        return found


def _endless(kind: str, count: int) -> Array:
    """Return so many last days for what has no end."""
    return np.full(count, LAST_DAY, dtype=kind)


def _joined(parts: Sequence[Array], kind: str) -> Array:
    """Return arrays as one; the kind is that of none."""
    return np.concatenate(parts) if parts else np.zeros(0, dtype=kind)


def _plain(value: Any) -> Any:
    """Turn facts of a project into what JSON holds; members that are empty are left out."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Rung):
        return rung_word(value)
    if isinstance(value, Location):
        return place_word(value)
    if isinstance(value, ProjectFacts):
        members = ((each.name, getattr(value, each.name)) for each in fields(value))
        return {name: _plain(member) for name, member in members if member not in (None, (), {})}
    return value


def _project(row: dict[str, Any]) -> ProjectFacts:
    for name in ("grade_min", "grade_max", "clearance"):
        row[name] = rung_of(row[name]) if name in row else None
    for name in ("starts_on", "ends_on"):
        row[name] = date.fromisoformat(row[name]) if name in row else None
    row["languages"] = {name: tuple(ranks) for name, ranks in row.get("languages", {}).items()}
    row["location"] = Location(*row["location"]) if "location" in row else None
    row["seats"], row["disciplines"] = tuple(row.get("seats", ())), tuple(row.get("disciplines", ()))
    return ProjectFacts(**row)


def _word(told: Any) -> Any:
    """Return a word as it was before JSON made lists of its tuples."""
    return tuple(map(_word, told)) if isinstance(told, list) else told
