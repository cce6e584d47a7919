"""A made-up government as a case of the matcher, without a database."""

from __future__ import annotations

from freeagents.country.places import Location
from freeagents.demo.services.government import Government
from freeagents.demo.services.people import DISTANCES, MODE_SETS, PATTERNS
from freeagents.demo.services.tables import spells
from freeagents.eligibility.case import Case
from freeagents.eligibility.facts import PersonFacts, ProjectFacts, Reach, Spell, Wish


def case_of(made: Government) -> Case:
    """Return those in the pool, the open projects and the applications."""
    people, setting = made.people, made.setting
    pack, scheme = setting.pack, setting.pack.language_scheme
    best = len(scheme.letters)
    held: dict[int, dict[str, int]] = {}
    for person, skill, level in zip(*(column.tolist() for column in people.held), strict=True):
        held.setdefault(person, {})[setting.skills[skill]] = level
    goals: dict[int, set[str]] = {}
    for person, skill in zip(*(column.tolist() for column in people.goals), strict=True):
        goals.setdefault(person, set()).add(setting.skills[skill])
    languages = {person: {spoken: (best,) * len(scheme.parts)} for person, spoken in enumerate(people.first_language)}
    for person, spoken, letters in people.other_languages:
        languages[person][spoken] = scheme.parse(letters)
    reaches: dict[int, list[Reach]] = {}
    for person, where, distance in zip(*(column.tolist() for column in people.reaches), strict=True):
        place = setting.places[where]
        reaches.setdefault(person, []).append(
            Reach(Location(place.code, place.lat, place.lon), DISTANCES[distance] or None)
        )
    pool = [person for person in range(len(people)) if people.in_pool[person]]
    facts = [
        PersonFacts(
            key=f"person-{person:07}",
            home=setting.employers[people.department[person]].code,
            grade=pack.grades.get(people.grade[person]),
            clearance=pack.clearances[setting.clearances[people.clearance[person]]],
            languages=languages[person],
            places=tuple(reaches[person]),
            work_modes=frozenset(MODE_SETS[people.mode_set[person]]),
            available=tuple(
                Spell(*spell)
                for spell in spells(PATTERNS[people.pattern[person]], made.today, person % 97 / 97, person % 89 / 89)
            ),
            skills=held.get(person, {}),
            learning=frozenset(goals.get(person, ())),
            bench_days=int(people.admitted_ago[person]),
        )
        for person in pool
    ]
    projects = [
        ProjectFacts(
            key=f"project-{number:07}",
            department=setting.employers[need.department].code,
            seats=tuple(range(1, need.seats + 1)),
            starts_on=need.starts_on,
            ends_on=need.ends_on,
            time_percent=need.time_percent,
            work_mode=need.work_mode,
            location=Location(need.place.code, need.place.lat, need.place.lon) if need.place else None,
            grade_min=pack.grades[need.grade_min] if need.grade_min else None,
            grade_max=pack.grades[need.grade_max] if need.grade_max else None,
            clearance=pack.clearances[need.clearance] if need.clearance else None,
            languages={language: scheme.parse(letters) for language, letters in need.languages.items()},
            essential={setting.skills[skill]: level for skill, level in need.essential.items()},
            asset={setting.skills[skill]: level for skill, level in need.asset.items()},
        )
        for number, need in enumerate(made.needs)
        if need.is_open
    ]
    wishes = [Wish(f"person-{each.person:07}", f"project-{each.need:07}", each.rank) for each in made.interests]
    return Case.of(people=tuple(facts), projects=tuple(projects), wishes=tuple(wishes))
