"""Rows of exchange files as the facts a match looks at: words become what the country pack knows by them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from flask_babel import gettext as _

from freeagents.country.pack import REMEMBERED, Pack, Region, fold
from freeagents.country.places import locate
from freeagents.eligibility.case import Case, in_order
from freeagents.eligibility.columns import Gathering, days, last_day, place_word, reach, rung_of, rung_word
from freeagents.eligibility.facts import ProjectFacts, Spell
from freeagents.exchange.rows import Row, Rows
from freeagents.exchange.tables import Faults, many_rows


@dataclass(frozen=True, slots=True)
class Reading:
    """Turns the rows of one file into facts; what the pack shows to be wrong is noted with file, line and column."""

    pack: Pack
    rows: Rows
    faults: Faults

    def person(self, row: Row, gathering: Gathering) -> None:
        """Put a row of the people file into columns; a blank start or end of availability is open."""
        data = row.data
        spell = Spell(data["available_from"], data["available_to"], data["time_percent"] or 100)
        gathering.add_row(
            data["person_id"],
            home=employer_code(self.pack, data["department"]),
            discipline=data["discipline"],
            grade=_grade(self.pack, data["grade"]) if data["grade"] else None,
            clearance=_clearance(self.pack, data["clearance"]) if data["clearance"] else None,
            clearance_until=self.clearance_until(row),
            languages=self._tested(row),
            places=[(_place(self.pack, item["place"]), reach(item["max_km"])) for item in data["places"]],
            work_modes=set(data["work_modes"]),
            available=(days(spell),),
            skills=self.levels(row, "skills").items(),
            learning={skill_code(self.pack, word) for word in data["learning"]},
        )

    def check(self, row: Row) -> None:
        """Note what the pack shows to be wrong with a row of the people file."""
        self.languages(row)
        self.levels(row, "skills")
        self.clearance_until(row)

    def project(self, row: Row) -> ProjectFacts:
        """Return the facts of a row of the projects file."""
        data = row.data
        low, high = (self.pack.grade(data[name]) if data[name] else None for name in ("grade_min", "grade_max"))
        if low and high and low.is_known and low.ladder == high.ladder and low.rank > high.rank:
            self.note(row, "grade_max", _("The highest grade must be the same as or above the lowest."))
        essential, asset = self.levels(row, "essential"), self.levels(row, "asset")
        for skill in essential.keys() & asset.keys():
            self.note(row, "asset", _("%(skill)s is essential already. Name it in one of the two lists.", skill=skill))
        return ProjectFacts(
            key=data["project_id"],
            department=employer_code(self.pack, data["department"]),
            seats=tuple(range(1, data["seats"] + 1)),
            starts_on=data["starts_on"],
            ends_on=data["ends_on"],
            time_percent=data["time_percent"],
            work_mode=data["work_mode"],
            location=locate(self.pack, data["place"]) if data["place"] else None,
            grade_min=low,
            grade_max=high,
            clearance=self.pack.clearance(data["clearance"]) if data["clearance"] else None,
            languages=self.languages(row),
            essential=essential,
            asset=asset,
            disciplines=tuple(sorted(set(data["disciplines"]))),
        )

    def languages(self, row: Row) -> dict[str, tuple[int, ...]]:
        """Return language → rank of each part in the pack's scheme."""
        found = {}
        for item in row.data["languages"]:
            try:
                found[item["language"]] = _ranks(self.pack, item["letters"])
            except ValueError as error:
                self.note(row, "languages", str(error))
        return found

    def clearance_until(self, row: Row) -> int:
        """Return the number of the last day on which the clearance counts."""
        until = row.data["clearance_until"]
        if until and not row.data["clearance"]:
            self.note(row, "clearance_until", _("No clearance is stated that could end. Name it, or leave this blank."))
        return last_day(until)

    def _tested(self, row: Row) -> Iterator[tuple[Any, int]]:
        """Yield each language with its ranks, and the last day on which the test of it counts."""
        until = {item["language"]: last_day(item["until"]) for item in row.data["languages"]}
        yield from ((word, until[word[0]]) for word in self.languages(row).items())

    def levels(self, row: Row, column: str) -> dict[str, int]:
        """Return skill → level; two words for one skill are refused."""
        found: dict[str, int] = {}
        for item in row.data[column]:
            code = skill_code(self.pack, item["skill"])
            if code in found:
                self.note(row, column, _("%(skill)s is there twice. Name each skill once.", skill=item["skill"]))
            found[code] = item["level"]
        return found

    def note(self, row: Row, column: str, sentence: str) -> None:
        """Note what is wrong with a cell."""
        self.faults.add(self.rows.file, row.line, column, sentence)


@many_rows()
def case_of(people: Rows, projects: Rows, applications: Rows | None, *, pack: Pack, faults: Faults) -> Case:
    """Return all that a match looks at; what is wrong is noted in ``faults``, and then the case must not be used."""
    of_people, of_projects = Reading(pack, people, faults), Reading(pack, projects, faults)
    asked = in_order(of_projects.project(row) for row in projects)
    gathering = Gathering([project.key for project in asked])
    for row in people:
        of_people.person(row, gathering)
    for person, project, rank in _wishes(applications, people, projects, faults) if applications else ():
        gathering.bind("wishes", person, project, rank or 0)
    return Case(people=gathering.people(), projects=asked)


def _wishes(applications: Rows, people: Rows, projects: Rows, faults: Faults) -> Iterator[tuple[str, str, int | None]]:
    """Yield person, project and rank of applications of rows that are right; note the others."""
    known = {"person_id": people, "project_id": projects}
    right = {column: {row.data[column] for row in others} for column, others in known.items()}
    for row in applications:
        for column, others in known.items():
            if others.columns and (row.data[column],) not in others.ids:
                sentence = _(
                    "%(id)s is not in %(file)s. Add it there, or remove this row.",
                    id=row.data[column],
                    file=others.file,
                )
                faults.add(applications.file, row.line, column, sentence)
        if all(row.data[column] in words for column, words in right.items()):
            yield row.data["person_id"], row.data["project_id"], row.data["rank"]


@lru_cache(maxsize=REMEMBERED)
def _grade(pack: Pack, word: str) -> tuple[Any, ...] | None:
    return rung_word(pack.grade(word))


@lru_cache(maxsize=REMEMBERED)
def _clearance(pack: Pack, word: str) -> tuple[Any, ...] | None:
    return rung_word(pack.clearance(word))


@lru_cache(maxsize=REMEMBERED)
def _place(pack: Pack, word: str) -> tuple[Any, ...]:
    return place_word(locate(pack, word))


@lru_cache(maxsize=REMEMBERED)
def employer_code(pack: Pack, word: str) -> str:
    """Return the code of the department that employs at the node ``word`` names; an unknown word stays as it is."""
    node = pack.department(word)
    if node is None:
        return word
    while node.kind != "department" and node.parent is not None:
        node = pack.departments[node.parent]
    return node.code


def group_code(pack: Pack, name: str, word: str) -> str:
    """Return the code of the department, grade or region ``word`` names; any other word stays as it is."""
    if name == "department":
        return employer_code(pack, word)
    if name == "region":
        known = (region for region in pack.regions.values() if fold(word) in _names_of(region))
        return next((region.code for region in known), word)
    return pack.grade(word).code if name == "grade" else word


def _names_of(entry: Region) -> set[str]:
    return {fold(entry.code), *map(fold, entry.names.values())}


@lru_cache(maxsize=REMEMBERED)
def skill_code(pack: Pack, word: str) -> str:
    """Return the code of the skill ``word`` names; a word no pack knows stays as it is."""
    known = pack.skill(word)
    return known.code if known else word


@lru_cache(maxsize=REMEMBERED)
def _ranks(pack: Pack, letters: str) -> tuple[int, ...]:
    """Return the rank of each part of a level of language.

    :raises ValueError: they are no level of the pack's scheme.
    """
    return pack.language_scheme.parse(letters)


@dataclass
class Unordered:
    """Grades and clearances without a ladder, which compare by equality only, with how many rows hold or ask them."""

    held: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)


def unordered(case: Case) -> Mapping[str, Unordered]:
    """Return, for ``grade`` and ``clearance``, the words that no ladder orders."""
    found = {"grade": Unordered(), "clearance": Unordered()}
    asking = {"grade": ("grade_min", "grade_max"), "clearance": ("clearance",)}
    for column, words in found.items():
        counts = np.bincount(case.people.single[column] + 1, minlength=len(case.people.words[column]) + 1)
        rungs = [rung_of(word) for word in case.people.words[column]]
        words.held.update(
            {rung.code: int(count) for rung, count in zip(rungs, counts[1:], strict=True) if not rung.is_known}
        )
        words.asked.update(_loose(case.projects, asking[column]))
    return found


def _loose(projects: Sequence[ProjectFacts], members: Sequence[str]) -> Iterable[str]:
    for project in projects:
        rungs = [getattr(project, member) for member in members]
        yield from {rung.code for rung in rungs if rung is not None and not rung.is_known}
