"""People as columns: an array for each fact, words as numbers of a vocabulary, lists as entries between offsets."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

from freeagents.country.entries import Rung
from freeagents.country.places import Location
from freeagents.eligibility.facts import PersonFacts, Spell

Array = NDArray[Any]

FIRST_DAY, LAST_DAY = date(1900, 1, 1).toordinal(), date(2200, 1, 1).toordinal()
"""What an open start or end means, as day numbers."""

WORDS = ("home", "discipline", "grade", "clearance")
"""Facts that are one word or none, −1; each has a vocabulary of its own name."""
NUMBERS = {"admitted": "?", "bench_days": "<i4", "clearance_until": "<i4"}
"""Facts that are one number."""
LISTS: Mapping[str, tuple[str | None, Mapping[str, str]]] = {
    "skills": ("skills", {"level": "u1"}),
    "learning": ("skills", {}),
    "languages": ("languages", {"until": "<i4"}),
    "places": ("places", {"max_km": "<f8"}),
    "work_modes": ("work_modes", {}),
    "available": (None, {"first": "<i4", "last": "<i4", "percent": "u1"}),
    "committed": (None, {"first": "<i4", "last": "<i4", "percent": "u1"}),
    "wishes": ("projects", {"rank": "<i4"}),
    "short_list": ("projects", {}),
    "conflicts": ("projects", {}),
    "barred": ("projects", {}),
    "kept": ("projects", {"seat": "<i4"}),
}
"""Facts of which there are any number: the vocabulary of their word, if they have one, and their numbers.

The last five bind a person and a project, whose key is the word.
"""
PROJECTS = "projects"
VOCABULARIES = (*WORDS, "skills", "languages", "places", "work_modes", PROJECTS)


@dataclass(frozen=True, eq=False, slots=True)
class Listing:
    """Any number of entries for each of n rows: those of row i stand from ``indptr[i]`` to before ``indptr[i + 1]``.

    :ivar columns: an array for each number of an entry, and ``word`` where entries have one.
    """

    indptr: NDArray[np.int64]
    columns: Mapping[str, Array]

    @property
    def row(self) -> NDArray[np.int64]:
        """The row of each entry."""
        return np.repeat(np.arange(len(self.indptr) - 1), np.diff(self.indptr))

    def __getitem__(self, column: str) -> Array:
        return self.columns[column]

    def take(self, rows: Array) -> Listing:
        """Return the entries of these rows."""
        counts = np.diff(self.indptr)[rows]
        indptr = offsets(counts)
        entries = np.repeat(self.indptr[:-1][rows] - indptr[:-1], counts) + np.arange(indptr[-1])
        return Listing(indptr, {name: values[entries] for name, values in self.columns.items()})


@dataclass(frozen=True, eq=False, slots=True)
class People:
    """n people in order of their keys.

    :ivar key: n keys as UTF-8.
    :ivar words: vocabulary → its words, in order: texts, or tuples of what a rung, a language or a place consists of.
    :ivar single: fact → n numbers, of words or as they are.
    :ivar lists: fact → its entries, those of a person in order.
    """

    key: NDArray[np.bytes_]
    words: Mapping[str, tuple[Any, ...]]
    single: Mapping[str, Array]
    lists: Mapping[str, Listing]

    def __len__(self) -> int:
        return len(self.key)

    def find(self, key: str) -> int:
        """Return the row of a key.

        :raises KeyError: nobody has it.
        """
        wanted = key.encode()
        row = int(np.searchsorted(self.key, np.bytes_(wanted)))
        if row == len(self) or self.key[row] != wanted:
            raise KeyError(key)
        return row

    def key_of(self, row: int) -> str:
        """Return the key of a row."""
        return bytes(self.key[row]).decode()


def gather(
    key: NDArray[np.bytes_],
    words: Mapping[str, Sequence[Any]],
    single: Mapping[str, Array],
    lists: Mapping[str, tuple[Array, Mapping[str, Array]]],
) -> People:
    """Return people in the one form there is of them, in whichever order rows, entries and words come.

    :param words: vocabulary → words; those nobody has are dropped, except the projects, which must be in order.
    :param lists: fact → the row of each entry, and its columns. A fact left out has no entry.
    """
    order = np.argsort(key, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    lists = {name: lists.get(name) or nothing(name) for name in LISTS}
    new_words, renumbered = {}, {}
    for vocabulary in VOCABULARIES:
        told = words.get(vocabulary, ())
        own = [single[name] for name in WORDS if name == vocabulary]
        own += [lists[name][1]["word"] for name, (theirs, _) in LISTS.items() if theirs == vocabulary]
        new_words[vocabulary], renumbered[vocabulary] = _put_in_order(told, own, keep=vocabulary == PROJECTS)
    return People(
        key=key[order],
        words=new_words,
        single={name: renumbered[name][single[name][order]] for name in WORDS}
        | {name: single[name][order].astype(kind) for name, kind in NUMBERS.items()},
        lists={
            name: _listing(rank, *lists[name], renumbered[vocabulary] if vocabulary else None, numbers)
            for name, (vocabulary, numbers) in LISTS.items()
        },
    )


def offsets(counts: Array) -> NDArray[np.int64]:
    """Return where the entries of each row begin, with the end of the last."""
    return np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))


def nothing(name: str) -> tuple[Array, dict[str, Array]]:
    """Return the rows and columns of a list without entries."""
    return np.zeros(0, dtype=np.int64), {column: np.zeros(0, dtype=kind) for column, kind in kinds(name, ()).items()}


def kinds(name: str, words: Sequence[Any]) -> dict[str, str]:
    """Return column → kind of number of a list, given the words of its vocabulary."""
    vocabulary, numbers = LISTS[name]
    return ({"word": width(words)} if vocabulary else {}) | dict(numbers)


def width(words: Sequence[Any]) -> str:
    """Return the narrowest kind of number that tells so many words, and −1, apart."""
    return np.min_scalar_type(-len(words) - 1).newbyteorder("<").str


def text_of(word: Any) -> str:
    """Return what words are ordered by."""
    return word if isinstance(word, str) else json.dumps(word, ensure_ascii=False)


def _put_in_order(words: Sequence[Any], used_by: Sequence[Array], *, keep: bool) -> tuple[tuple[Any, ...], Array]:
    """Return the words in use in their order, and the new number of each old one; the last is that of −1."""
    used = np.full(len(words) + 1, keep)
    for numbers in used_by:
        used[numbers] = True
    if keep:
        order = list(range(len(words)))
    else:
        order = sorted(np.flatnonzero(used[:-1]).tolist(), key=lambda number: text_of(words[number]))
    kept = tuple(words[number] for number in order)
    renumbered = np.full(len(words) + 1, -1, dtype=width(kept))
    renumbered[order] = np.arange(len(order))
    return kept, renumbered


def _listing(
    rank: Array, row: Array, columns: Mapping[str, Array], renumbered: Array | None, numbers: Mapping[str, str]
) -> Listing:
    """Return entries by the rows' new places, those of a row in order of their word and numbers."""
    found = {name: np.asarray(columns[name]).astype(kind, copy=False) for name, kind in numbers.items()}
    if renumbered is not None:
        found = {"word": renumbered[columns["word"]]} | found
    if not _is_ordered(list(found.values())):
        order = np.lexsort(list(found.values())[::-1])
        row, found = row[order], {name: values[order] for name, values in found.items()}
    indptr, order = _by_row(rank[row], len(rank))
    return Listing(indptr, {name: values[order] for name, values in found.items()})


def _is_ordered(columns: Sequence[Array]) -> bool:
    """Return whether rows of columns ascend, by the first, then the next."""
    tied = np.ones(max(len(columns[0]) - 1, 0), dtype=np.bool_)
    for column in columns:
        before, after = column[:-1], column[1:]
        if (tied & ~(before <= after)).any():
            return False
        tied &= before == after
    return True


def _by_row(row: Array, count: int) -> tuple[Array, Array]:
    """Return the offsets of rows, and the entries by row, otherwise as they stood: a sort by counting."""
    column = csc_array((np.arange(len(row), dtype=np.int32), row, (0, len(row))), shape=(count, 1))
    table = column.tocsr()
    return table.indptr.astype(np.int64), table.data


class Gathering:
    """Takes people one after another, as facts or as what facts are made of, and puts them into columns.

    :param projects: the keys of the projects, in order, that people may be bound to.
    """

    def __init__(self, projects: Sequence[str] = ()) -> None:
        self._keys: list[str] = []
        self._row_of: dict[str, int] = {}
        self._numbers: dict[str, dict[Any, int]] = {vocabulary: {} for vocabulary in VOCABULARIES}
        self._numbers[PROJECTS] = {key: number for number, key in enumerate(projects)}
        self._single: dict[str, list[Any]] = {name: [] for name in (*WORDS, *NUMBERS)}
        self._rows = {name: array("q") for name in LISTS}
        self._columns = {
            name: {column: array("d" if "f" in kind else "q") for column, kind in kinds(name, ()).items()}
            for name in LISTS
        }

    def add(self, person: PersonFacts) -> None:
        """Take the facts of one person."""
        self.add_row(
            person.key,
            home=person.home,
            discipline=person.discipline,
            grade=rung_word(person.grade),
            clearance=rung_word(person.clearance),
            clearance_until=last_day(person.clearance_until),
            admitted=person.admitted,
            bench_days=person.bench_days,
            skills=person.skills.items(),
            learning=person.learning,
            languages=((word, last_day(person.languages_until.get(word[0]))) for word in person.languages.items()),
            places=((place_word(each.location), reach(each.max_km)) for each in person.places),
            work_modes=person.work_modes,
            available=map(days, person.available),
            committed=map(days, person.committed),
        )

    def add_row(
        self, key: str, *, admitted: bool = True, bench_days: int = 0, clearance_until: int = LAST_DAY, **facts: Any
    ) -> None:
        """Take one person.

        :param facts: of ``WORDS``, the word, if there is one; of ``LISTS``, the entries: words or tuples of word and
            numbers, a language being a word of two parts. What is left out is not there.
        """
        row = len(self._keys)
        self._keys.append(key)
        self._row_of[key] = row
        self._single["admitted"].append(admitted)
        self._single["bench_days"].append(bench_days)
        self._single["clearance_until"].append(clearance_until)
        for name in WORDS:
            word = facts.get(name)
            self._single[name].append(-1 if word is None else self._number(name, word))
        for name, (vocabulary, numbers) in LISTS.items():
            if name in facts:
                self._enter(name, row, facts[name], vocabulary, single=not numbers)

    def bind(self, name: str, person: str, project: str, *numbers: int) -> None:
        """Bind a person and a project.

        :raises KeyError: one of the two is not there.
        """
        word = self._numbers[PROJECTS][project]
        self._rows[name].append(self._row_of[person])
        for column, number in zip(self._columns[name].values(), (word, *numbers), strict=True):
            column.append(number)

    def people(self) -> People:
        """Return all that were taken."""
        return gather(
            np.array([key.encode() for key in self._keys] or np.zeros(0, dtype="S1"), dtype="S"),
            {vocabulary: tuple(numbers) for vocabulary, numbers in self._numbers.items()},
            {name: np.array(values, dtype=NUMBERS.get(name, "<i8")) for name, values in self._single.items()},
            {
                name: (np.asarray(self._rows[name]), {each: np.asarray(values) for each, values in columns.items()})
                for name, columns in self._columns.items()
            },
        )

    def _number(self, vocabulary: str, word: Any) -> int:
        numbers = self._numbers[vocabulary]
        return numbers.setdefault(word, len(numbers))

    def _enter(self, name: str, row: int, entries: Iterable[Any], vocabulary: str | None, *, single: bool) -> None:
        """Take the entries of one row, a column at a time.

        :param single: an entry is a word and no more.
        """
        columns: list[Sequence[Any]] = [list(entries)] if single else list(zip(*entries, strict=True))
        if not columns or not columns[0]:
            return
        if vocabulary:
            numbers = self._numbers[vocabulary]
            columns[0] = [numbers.setdefault(word, len(numbers)) for word in columns[0]]
        self._rows[name].extend([row] * len(columns[0]))
        for column, values in zip(self._columns[name].values(), columns, strict=True):
            column.extend(values)


def rung_word(rung: Rung | None) -> tuple[Any, ...] | None:
    """Return a rung as a word of a vocabulary: code, ladder, rank, band."""
    return None if rung is None else (rung.code, rung.ladder, rung.rank, rung.band)


def rung_of(word: Sequence[Any]) -> Rung:
    """Return the rung that :func:`rung_word` made a word of, without its names."""
    code, ladder, rank, band = word
    return Rung(code, ladder, rank, band, {})


def place_word(where: Location) -> tuple[Any, ...]:
    """Return a location as a word of a vocabulary: place, latitude, longitude."""
    return where.place, where.latitude, where.longitude


def reach(max_km: float | None) -> float:
    """Return how far around a place, NaN standing for that very place."""
    return nan if max_km is None else max_km


def days(spell: Spell) -> tuple[int, int, int]:
    """Return a spell by day numbers, with the days that stand for open ends."""
    first = spell.first.toordinal() if spell.first else FIRST_DAY
    return first, last_day(spell.last), spell.percent


def last_day(day: date | None) -> int:
    """Return a last day by its number; None: there is none."""
    return day.toordinal() if day else LAST_DAY
