"""A made-up government as rows of the database's tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np

from freeagents.demo.services.chance import chance, public_ids
from freeagents.demo.services.government import Government
from freeagents.demo.services.names import DOMAIN, email_of
from freeagents.demo.services.people import ADMISSION_DAYS, DISTANCES, MODE_SETS, PATTERNS, PEOPLE_WITH_OWN_HR

Row = tuple[Any, ...]
CLEARED_DAYS, TESTED_DAYS = 3650, 1826
"""For how long a clearance and the test of a language count."""
ENDED_SINCE = 60
"""Days in which what has ended was not renewed."""


@dataclass(frozen=True)
class Table:
    """Rows for one table of the database, read once.

    :ivar count: how many rows there are at least; what progress is measured by.
    """

    name: str
    columns: tuple[str, ...]
    count: int
    rows: Iterator[Row]


@dataclass(frozen=True)
class Keys:
    """The database's ids of what the pack holds: code → id."""

    departments: Mapping[str, int]
    skills: Mapping[str, int]


def tables_of(government: Government, keys: Keys) -> Iterator[Table]:
    """Yield all tables in the order the database takes them; each must be read before the next."""
    yield from PeopleTables(government, keys).tables()
    yield from NeedTables(government, keys).tables()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


@dataclass(frozen=True)
class PeopleTables:
    """The tables about people."""

    government: Government
    keys: Keys

    def tables(self) -> Iterator[Table]:
        """Yield them in order; ids of people and of their profiles are the same."""
        people = self.government.people
        count = len(people)
        yield Table("person", ("id", "public_id", "name", "email", "locale", "created_at"), count, self._people())
        grade = ("grade", "grade_ladder", "grade_rank", "grade_band")
        yield Table(
            "employment", ("person_id", "department_id", "line_manager_id", *grade, "starts_on"), count, self._posts()
        )
        yield Table("role_holding", ("person_id", "role", "department_id", "starts_on", "public_id"), 0, self._roles())
        clearance = ("clearance", "clearance_ladder", "clearance_rank", "clearance_until")
        own = ("work_modes", "paused", "countable", "findable", "version")
        yield Table(
            "profile",
            ("id", "person_id", "discipline", "about", "about_language", *clearance, *own),
            count,
            self._profiles(),
        )
        yield Table(
            "held_skill", ("profile_id", "skill_id", "level", "evidence"), len(people.held[0]), self._held_skills()
        )
        yield Table("learning_goal", ("profile_id", "skill_id"), len(people.goals[0]), self._goals())
        yield Table("held_language", ("profile_id", "language", "letters", "ranks", "until"), count, self._languages())
        yield Table(
            "accepted_place",
            ("profile_id", "place", "latitude", "longitude", "max_km"),
            len(people.reaches[0]),
            self._places(),
        )
        yield Table("availability", ("profile_id", "starts_on", "ends_on", "percent"), count, self._availability())
        yield Table("admission", ("person_id", "admitted_on", "expires_on", "admitted_by"), count, self._admissions())

    def _people(self) -> Iterator[Row]:
        made, pack = self.government, self.government.setting.pack
        addresses = {person: f"{part}@{DOMAIN}" for part, person in made.parts.items()}
        ids = public_ids(made.rng, len(made.people))
        for person, (name, ago, language) in enumerate(
            zip(made.names, made.people.admitted_ago.tolist(), made.people.first_language, strict=True)
        ):
            email = addresses.get(person) or email_of(name, person + 1)
            locale = language if language in pack.locales else pack.locales[0]
            joined = _midnight(made.today - timedelta(days=max(ago, 0) + 30 + person % 300))
            yield person + 1, ids[person], name, email, locale, joined

    def _posts(self) -> Iterator[Row]:
        made, people = self.government, self.government.people
        lot = made.rng.random((2, len(people))).tolist()
        grades = made.setting.pack.grades
        for person, department in enumerate(people.department.tolist()):
            managers = people.managers[department]
            manager = managers[int(lot[0][person] * len(managers))]
            rung = grades.get(people.grade[person])
            starts_on = made.today - timedelta(days=200 + int(lot[1][person] ** 2 * 6000))
            yield (
                person + 1,
                self.keys.departments[people.unit[person]],
                manager + 1 if manager != person else None,
                *((rung.code, rung.ladder, rung.rank, rung.band) if rung else (None,) * 4),
                starts_on,
            )

    def _roles(self) -> Iterator[Row]:
        held = list(self._held_roles())
        # Chance of their own, so that these ids leave all else as it was.
        ids = public_ids(self.government.rng.spawn(1)[0], len(held))
        yield from ((*row, public_id) for row, public_id in zip(held, ids, strict=True))

    def _held_roles(self) -> Iterator[Row]:
        made, people = self.government, self.government.people
        since = made.today - timedelta(days=365)
        employers = made.setting.employers
        sizes = np.bincount(people.department, minlength=len(employers))
        for department, managers in people.managers.items():
            home = self.keys.departments[employers[department].code]
            yield from ((manager + 1, "manager", home, since) for manager in managers)
            if sizes[department] >= PEOPLE_WITH_OWN_HR and len(managers) > 1:
                yield managers[-1] + 1, "hr", home, since
        for part, person in people.staff.items():
            yield person + 1, "hr" if part.startswith("hr") else part, None, since

    def _profiles(self) -> Iterator[Row]:
        people, pack = self.government.people, self.government.setting.pack
        clearances = [pack.clearances[code] for code in self.government.setting.clearances]
        modes = [list(accepted) for accepted in MODE_SETS]
        for person, (role, clearance, mode, lot, *choices) in enumerate(
            zip(
                people.role.tolist(),
                people.clearance.tolist(),
                people.mode_set.tolist(),
                self._lots(len(people)),
                people.paused.tolist(),
                people.countable.tolist(),
                people.findable.tolist(),
                strict=True,
            )
        ):
            level, rung = pack.roles[role], clearances[clearance]
            language = people.first_language[person]
            spoken = language if language in pack.locales else pack.locales[0]
            about = pack.text(level.names, spoken)[0]
            placed = (rung.code, rung.ladder, rung.rank, self._until(lot, CLEARED_DAYS) if rung.rank > 1 else None)
            yield person + 1, person + 1, level.discipline, about, spoken, *placed, modes[mode], *choices, 1

    def _held_skills(self) -> Iterator[Row]:
        people, pack = self.government.people, self.government.setting.pack
        ids = [self.keys.skills[code] for code in self.government.setting.skills]
        shown = chance(self.government.rng, 0.35, len(people.held[0])).tolist()
        roles = people.role.tolist()
        for person, skill, level, says in zip(*(column.tolist() for column in people.held), shown, strict=True):
            says_where = says and level >= 2
            names = pack.roles[roles[person]].names
            evidence = names.get(people.first_language[person], "") if says_where else ""
            yield person + 1, ids[skill], level, evidence

    def _goals(self) -> Iterator[Row]:
        ids = [self.keys.skills[code] for code in self.government.setting.skills]
        for person, skill in zip(*(column.tolist() for column in self.government.people.goals), strict=True):
            yield person + 1, ids[skill]

    def _languages(self) -> Iterator[Row]:
        people, scheme = self.government.people, self.government.setting.pack.language_scheme
        best = scheme.letters[-1] * len(scheme.parts)
        ranks = {
            letters: list(scheme.parse(letters)) for letters in {best, *(row[2] for row in people.other_languages)}
        }
        for person, language in enumerate(people.first_language):
            yield person + 1, language, best, ranks[best], None
        lots = self._lots(len(people.other_languages))
        for (person, language, letters), lot in zip(people.other_languages, lots, strict=True):
            until = self._until(lot, TESTED_DAYS) if len(scheme.parts) > 1 else None
            yield person + 1, language, letters, ranks[letters], until

    def _lots(self, count: int) -> list[float]:
        """Draw so many lots by chance of their own, so that they leave all else as it was."""
        return self.government.rng.spawn(1)[0].random(count).tolist()

    def _until(self, lot: float, days: int) -> date:
        """Return the last day of what was granted some time ago and counts for so many days; some of it has ended."""
        return self.government.today + timedelta(days=int(lot * (days + ENDED_SINCE)) - ENDED_SINCE)

    def _places(self) -> Iterator[Row]:
        places = self.government.setting.places
        for person, where, distance in zip(
            *(column.tolist() for column in self.government.people.reaches), strict=True
        ):
            place = places[where]
            yield person + 1, place.code, place.lat, place.lon, DISTANCES[distance] or None

    def _availability(self) -> Iterator[Row]:
        made = self.government
        lot = made.rng.random((2, len(made.people))).tolist()
        for person, pattern in enumerate(made.people.pattern.tolist()):
            for starts_on, ends_on, percent in spells(PATTERNS[pattern], made.today, lot[0][person], lot[1][person]):
                yield person + 1, starts_on, ends_on, percent

    def _admissions(self) -> Iterator[Row]:
        made = self.government
        talent_manager = made.parts["hr"] + 1
        for person, ago in enumerate(made.people.admitted_ago.tolist()):
            if ago >= 0:
                admitted_on = made.today - timedelta(days=ago)
                yield person + 1, admitted_on, admitted_on + timedelta(days=ADMISSION_DAYS), talent_manager


def spells(pattern: str, today: date, first: float, second: float) -> list[tuple[date, date | None, int]]:
    """Return ranges of days with the share of time in percent.

    :param first: with ``second``, chance in [0, 1): when it starts or changes, and how much time there is.
    """
    since = today - timedelta(days=int(first * 60))
    turn = today + timedelta(days=20 + int(first * 120))
    if pattern == "part_time":
        return [(since, None, 20 + 20 * int(second * 4))]
    if pattern == "later":
        return [(turn, None, 100 if second < 0.8 else 60)]
    if pattern == "gap":
        return [(since, turn, 100), (turn + timedelta(days=14 + int(second * 60)), None, 100)]
    if pattern == "ending":
        return [(since, turn + timedelta(days=60 + int(second * 200)), 100)]
    return [(since, None, 100)]


@dataclass(frozen=True)
class NeedTables:
    """The tables about projects and applications."""

    government: Government
    keys: Keys

    def tables(self) -> Iterator[Table]:
        """Yield them in order."""
        count = len(self.government.needs)
        head = ("id", "public_id", "department_id", "state", "title", "outcome", "tasks", "language")
        frame = ("disciplines", "starts_on", "ends_on", "time_percent", "work_mode", "place", "latitude", "longitude")
        tail = ("grade_min", "grade_max", "clearance", "created_at", "opened_at", "version")
        yield Table("project", (*head, *frame, *tail), count, self._projects())
        yield Table("project_owner", ("project_id", "person_id", "since"), count, self._owners())
        yield Table("seat", ("project_id", "number", "state"), count, self._seats())
        yield Table("criterion", ("project_id", "skill_id", "kind", "level", "position"), count, self._criteria())
        yield Table("asked_language", ("project_id", "language", "letters"), 0, self._languages())
        yield Table(
            "application",
            ("public_id", "person_id", "project_id", "state", "rank", "submitted_at"),
            len(self.government.interests),
            self._applications(),
        )

    def _projects(self) -> Iterator[Row]:
        made = self.government
        ids = public_ids(made.rng, len(made.needs))
        for number, need in enumerate(made.needs):
            opened_at = None if need.opened_ago is None else _midnight(made.today - timedelta(days=need.opened_ago))
            created_at = _midnight(made.today - timedelta(days=(need.opened_ago or 0) + 3 + number % 9))
            where = (need.place.code, need.place.lat, need.place.lon) if need.place else (None,) * 3
            department = self.keys.departments[made.setting.employers[need.department].code]
            state = "open" if need.is_open else "draft"
            time_and_mode = (need.starts_on, need.ends_on, need.time_percent, need.work_mode)
            yield (
                *(number + 1, ids[number], department, state, *need.words(), need.language),
                *([need.theme.discipline], *time_and_mode, *where),
                *(need.grade_min, need.grade_max, need.clearance, created_at, opened_at, 1),
            )

    def _owners(self) -> Iterator[Row]:
        for number, need in enumerate(self.government.needs, start=1):
            yield number, need.owner + 1, _midnight(self.government.today)

    def _seats(self) -> Iterator[Row]:
        for number, need in enumerate(self.government.needs, start=1):
            yield from ((number, seat, "open") for seat in range(1, need.seats + 1))

    def _criteria(self) -> Iterator[Row]:
        ids = [self.keys.skills[code] for code in self.government.setting.skills]
        for number, need in enumerate(self.government.needs, start=1):
            asked = [("essential", *pair) for pair in need.essential.items()]
            asked += [("asset", *pair) for pair in need.asset.items()]
            for position, (kind, skill, level) in enumerate(asked):
                yield number, ids[skill], kind, level, position

    def _languages(self) -> Iterator[Row]:
        for number, need in enumerate(self.government.needs, start=1):
            yield from ((number, language, letters) for language, letters in need.languages.items())

    def _applications(self) -> Iterator[Row]:
        made = self.government
        ids = public_ids(made.rng, len(made.interests))
        lot = made.rng.random(len(made.interests)).tolist()
        admitted_ago = made.people.admitted_ago.tolist()
        now = _midnight(made.today)
        for interest, public_id, share in zip(made.interests, ids, lot, strict=True):
            days = min(made.needs[interest.need].opened_ago or 0, admitted_ago[interest.person])
            at = now - timedelta(minutes=int(share * days * 24 * 60))
            yield public_id, interest.person + 1, interest.need + 1, "submitted", interest.rank, at
