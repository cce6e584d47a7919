"""Reads the whole pool from the database as columns: a question for each kind of fact, its holders in one array."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Integer, Select, and_, cast, func, literal_column, select

from freeagents.accounts.models import Department, Employment, Person
from freeagents.accounts.queries.directory import current
from freeagents.db import bulk
from freeagents.eligibility.columns import LAST_DAY, PROJECTS, Array, People, gather, kinds, nothing, text_of
from freeagents.eligibility.models import COMMITTED_DAYS
from freeagents.eligibility.pool import employer_codes
from freeagents.extensions import db
from freeagents.profiles.models import (
    AcceptedPlace,
    Admission,
    Availability,
    HeldLanguage,
    HeldSkill,
    LearningGoal,
    Profile,
)
from freeagents.profiles.queries import admitted_today
from freeagents.skills.models import Skill

MEMORY = "256MB"
"""What the database may use to gather one kind of fact: with its usual few it would sort on disk."""
QUESTIONS = 14
DAY_ONE: Any = literal_column("DATE '0001-01-01'")
VERY_PLACE: Any = literal_column("'NaN'::float8")

Entries = tuple[Array, dict[str, Array]]
"""The row of each entry, and its columns."""
Holders = tuple[Any, Array, tuple[Any, ...]]
"""A word, the rows of those who have it, and the numbers that go with it: one for all, or one for each of them."""


@dataclass(frozen=True, eq=False)
class Pool:
    """Every agent who is not paused, in whichever order the database gave them.

    :ivar person: n person ids.
    :ivar public_ids: n public ids.
    """

    person: Array
    public_ids: Sequence[str]
    words: Mapping[str, Sequence[Any]]
    single: Mapping[str, Array]
    lists: Mapping[str, Entries]

    def people(self, key: Array, projects: Sequence[str], bound: Mapping[str, Entries]) -> People:
        """Return the people in order of the keys that are given them.

        :param projects: the keys of the projects, in order.
        :param bound: what binds people and projects: the row of each person here, with the project's number as word.
        """
        return gather(key, {**self.words, PROJECTS: projects}, self.single, {**self.lists, **bound})


class RowOf:
    """Says in which row an id stands."""

    def __init__(self, ids: Array) -> None:
        # A place for each id there could be: millions of entries are looked up at once.
        self._row = np.full(int(ids.max(initial=0)) + 2, -1, dtype=np.int32)
        self._row[ids] = np.arange(len(ids), dtype=np.int32)

    def __call__(self, ids: Array) -> NDArray[np.int32]:
        """Return the row of each id, −1 for those that have none."""
        found: NDArray[np.int32] = self._row[np.minimum(ids, len(self._row) - 1)]
        return found


def read_pool(today: date, tell: Callable[[int, int], None]) -> Pool:
    """Return the pool as it stands.

    :param today: the day up to which bench days count.
    :param tell: is called with how much of it is read, and how much there is.
    """
    asked = iter(range(1, QUESTIONS + 1))

    def ask(query: Select[*tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        rows = bulk.read(db.session, query, memory=MEMORY)
        tell(next(asked), QUESTIONS)
        return rows

    [(person, profile, public_ids)] = ask(_everybody())
    if person is None:
        person = profile = np.zeros(0, dtype=np.int32)
    of_person, of_profile = RowOf(person), RowOf(profile)
    words, single = _facts_of_one_word(ask, of_person, of_profile, len(person))
    single["admitted"] = np.ones(len(person), dtype=np.bool_)
    single["bench_days"] = np.zeros(len(person), dtype=np.int32)
    single["clearance_until"] = np.full(len(person), LAST_DAY, dtype=np.int32)
    for until, who in ask(_held(Profile.id, Profile.clearance_until).where(Profile.clearance_until.is_not(None))):
        row = of_profile(who)
        single["clearance_until"][row[row >= 0]] = until.toordinal()
    for since, who in ask(_bench()):
        row = of_person(who)
        single["bench_days"][row[row >= 0]] = max((today - since).days, 0)
    listed = _facts_in_lists(ask, of_profile) | {"committed": _committed(ask, of_person)}
    skills = _numbered(word for name in ("skills", "learning") for word, _, _ in listed[name])
    lists = {}
    for name, holders in listed.items():
        numbers = skills if name in {"skills", "learning"} else _numbered(word for word, _, _ in holders)
        lists[name] = _entries(name, holders, numbers)
        words["skills" if name == "learning" else name] = tuple(numbers)
    return Pool(person, public_ids.split(",") if public_ids else [], words, single, lists)


Ask = Callable[[Select[*tuple[Any, ...]]], list[tuple[Any, ...]]]


def _facts_of_one_word(
    ask: Ask, of_person: RowOf, of_profile: RowOf, count: int
) -> tuple[dict[str, Sequence[Any]], dict[str, Array]]:
    """Return fact → its words, and fact → the number of each person's word."""
    post, own, employers = Employment, Profile, employer_codes()
    now = current(post.starts_on, post.ends_on)
    grade = (post.grade, post.grade_ladder, post.grade_rank, post.grade_band)
    clearance = (own.clearance, own.clearance_ladder, own.clearance_rank)
    found: dict[str, list[tuple[Any, Array]]] = {
        "home": [
            (employers.get(home), of_person(who))
            for home, who in ask(_held(post.person_id, post.department_id).where(now))
        ],
        "grade": [(_rung(*rung), of_person(who)) for *rung, who in ask(_held(post.person_id, *grade).where(now))],
        "discipline": [(word, of_profile(who)) for word, who in ask(_held(own.id, own.discipline))],
        "clearance": [(_rung(*rung), of_profile(who)) for *rung, who in ask(_held(own.id, *clearance))],
    }
    words: dict[str, Sequence[Any]] = {}
    single = {}
    for name, holders in found.items():
        numbers = _numbered(word for word, _ in holders if word is not None)
        words[name], single[name] = tuple(numbers), np.full(count, -1, dtype=np.int32)
        for word, row in holders:
            single[name][row[row >= 0]] = -1 if word is None else numbers[word]
    return words, single


def _facts_in_lists(ask: Ask, of_profile: RowOf) -> dict[str, list[Holders]]:
    """Return fact → its words and who has them."""
    place, spell, spoken = AcceptedPlace, Availability, HeldLanguage
    where = (place.place, place.latitude, place.longitude)
    reach = func.coalesce(place.max_km, VERY_PLACE)
    first, last = _day(spell.starts_on), func.coalesce(_day(spell.ends_on), LAST_DAY)
    until = func.coalesce(_day(spoken.until), LAST_DAY)
    codes = {row.id: row.code for row in db.session.execute(select(Skill.id, Skill.code))}
    return {
        "skills": [
            (codes[skill], of_profile(who), (level,))
            for skill, level, who in ask(_held(HeldSkill.profile_id, HeldSkill.skill_id, HeldSkill.level))
        ],
        "learning": [
            (codes[skill], of_profile(who), ())
            for skill, who in ask(_held(LearningGoal.profile_id, LearningGoal.skill_id))
        ],
        "languages": [
            ((language, tuple(ranks)), of_profile(who), (last_days,))
            for language, ranks, who, last_days in ask(
                _held(spoken.profile_id, spoken.language, spoken.ranks, numbers=(until,))
            )
        ],
        "places": [
            (tuple(word), of_profile(who), (kilometres,))
            for *word, who, kilometres in ask(_held(place.profile_id, *where, numbers=(reach,)))
        ],
        "work_modes": [
            (mode, of_profile(who), ()) for modes, who in ask(_held(Profile.id, Profile.work_modes)) for mode in modes
        ],
        "available": [
            (None, of_profile(who), (since, until, percent))
            for percent, who, since, until in ask(_held(spell.profile_id, spell.percent, numbers=(first, last)))
        ],
    }


def _committed(ask: Ask, of_person: RowOf) -> list[Holders]:
    """Return the days for which people are matched already."""
    taken = COMMITTED_DAYS.c
    numbers = _day(taken.starts_on), _day(taken.ends_on)
    return [
        (None, of_person(who), (since, until, percent))
        for percent, who, since, until in ask(_held(taken.person_id, taken.percent, numbers=numbers))
    ]


def _everybody() -> Select[*tuple[Any, ...]]:
    """Return the query for all person ids, profile ids and public ids of the pool, in one row."""
    return (
        select(
            func.array_agg(Person.id),
            func.array_agg(Profile.id),
            func.string_agg(Person.public_id, literal_column("','")),
        )
        .select_from(Profile)
        .join(Person, Person.id == Profile.person_id)
        .join(Employment, and_(Employment.person_id == Person.id, current(Employment.starts_on, Employment.ends_on)))
        .join(Department, Department.id == Employment.department_id)
        .where(Department.employer_id.is_not(None), admitted_today(Person.id), Profile.paused.is_(False))
    )


def _held(owner: Any, *words: Any, numbers: Iterable[Any] = ()) -> Select[*tuple[Any, ...]]:
    """Return the query for the words there are, the owners of each, and the numbers that go with it for each owner."""
    return select(*words, func.array_agg(owner), *map(func.array_agg, numbers)).group_by(*words)


def _bench() -> Select[*tuple[Any, ...]]:
    """Return the query for days of last admission, with the people admitted on each."""
    last = select(Admission.person_id, func.max(Admission.admitted_on).label("since")).group_by(Admission.person_id)
    each = last.subquery()
    return _held(each.c.person_id, each.c.since)


def _day(column: Any) -> ColumnElement[int]:
    """Return a date as a day number."""
    return cast(column - DAY_ONE, Integer) + 1


def _rung(code: str | None, ladder: str | None, rank: int | None, band: int | None = None) -> tuple[Any, ...] | None:
    return None if code is None or ladder is None or rank is None else (code, ladder, rank, band)


def _numbered(words: Iterable[Any]) -> dict[Any, int]:
    """Return words with their numbers, in order."""
    return {word: number for number, word in enumerate(sorted(set(words) - {None}, key=text_of))}


def _entries(name: str, holders: list[Holders], numbers: Mapping[Any, int]) -> Entries:
    """Return the entries of a list, in order of their words: what goes together is sorted once."""
    ordered = sorted(
        holders, key=lambda held: (numbers.get(held[0], 0), *(each for each in held[2] if np.ndim(each) == 0))
    )
    columns = kinds(name, tuple(numbers))
    parts: dict[str, list[Array]] = {column: [] for column in columns}
    rows = []
    for word, row, values in ordered:
        there = row >= 0
        rows.append(row[there])
        told = values if word is None else (numbers[word], *values)
        for (column, kind), value in zip(columns.items(), told, strict=True):
            each = value[there] if np.ndim(value) else np.full(len(rows[-1]), value)
            parts[column].append(each.astype(kind))
    if not rows:
        return nothing(name)
    return np.concatenate(rows), {column: np.concatenate(found) for column, found in parts.items()}
