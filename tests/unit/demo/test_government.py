"""A made-up government is the same for a seed, in real proportions, and well-formed."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from freeagents.country.pack import load_pack
from freeagents.demo.services.government import Government, make_government
from freeagents.demo.services.names import email_of
from freeagents.demo.services.needs import Need
from freeagents.demo.services.people import DISTANCES, MODE_SETS, PATTERNS
from freeagents.demo.services.tables import Keys, Row, spells, tables_of
from freeagents.eligibility import bridge
from freeagents.profiles.schemas import ProfileSchema
from freeagents.projects.schemas import ProjectSchema
from tests.unit.demo.market import case_of

TODAY = date(2026, 11, 24)
COUNTRIES = ("uk", "canada")


@cache
def made(country: str, people: int = 3000, projects: int = 180, seed: int = 1) -> Government:
    return make_government(pack=load_pack(country), people=people, projects=projects, seed=seed, today=TODAY)


def rows(country: str, seed: int, people: int = 300) -> Iterator[tuple[str, Row]]:
    pack = load_pack(country)
    government = make_government(pack=pack, people=people, projects=20, seed=seed, today=TODAY)
    departments = {code: number for number, code in enumerate(pack.departments)}
    skills = {code: number for number, code in enumerate(pack.skills)}
    for table in tables_of(government, Keys(departments, skills)):
        for row in table.rows:
            assert len(row) == len(table.columns)
            yield table.name, row


def digest(country: str, seed: int) -> str:
    found = hashlib.sha256()
    for name, row in rows(country, seed):
        found.update(f"{name}{row!r}".encode())
    return found.hexdigest()


@pytest.mark.parametrize("country", COUNTRIES)
def test_one_seed_gives_the_same_rows_and_another_gives_others(country: str) -> None:
    assert digest(country, 7) == digest(country, 7)
    assert digest(country, 7) != digest(country, 8)


@pytest.mark.parametrize("country", COUNTRIES)
def test_departments_have_their_share_of_people(country: str) -> None:
    government = made(country)
    employers = government.setting.employers
    total = sum(each.headcount or 0 for each in employers)
    counted = Counter(government.people.department.tolist())
    for position, employer in enumerate(employers):
        share = (employer.headcount or 0) / total
        tolerance = 4 * (share * (1 - share) / 3000) ** 0.5 + 1 / 3000
        assert counted[position] / 3000 == pytest.approx(share, abs=tolerance), employer.code


@pytest.mark.parametrize("country", COUNTRIES)
def test_regions_have_their_share_of_people(country: str) -> None:
    government = made(country)
    setting, people = government.setting, government.people
    tables = setting.pack.demo.regions
    expected: Counter[str] = Counter()
    for department in people.department.tolist():
        there = tables.get(setting.employers[department].code) or tables["*"]
        known = {region: weight for region, weight in there.items() if region in setting.towns}
        for region, weight in known.items():
            expected[region] += weight / sum(known.values())
    found = Counter(setting.places[place].region for place in people.place.tolist())
    for region, count in expected.items():
        assert found[region] == pytest.approx(count, abs=4 * count**0.5 + 3), region


def test_most_are_in_the_pool_and_most_of_those_may_be_counted() -> None:
    people = made("uk").people
    assert 0.75 < people.in_pool.mean() < 0.9
    assert 0.65 < people.countable.mean() < 0.75
    assert 0.45 < people.findable.mean() < 0.55


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("seed", [1, 2])
def test_the_market_is_neither_empty_nor_easy(country: str, seed: int) -> None:
    government = made(country, people=5000, projects=300, seed=seed)
    case = case_of(government)
    answer = bridge.solve(case, bridge.Policy())
    seats = sum(len(project.seats) for project in case.projects)
    assert 0.7 <= len(answer.placements) / seats <= 0.96
    nobody = {row.project for row in answer.unfilled if row.code == "nobody_allowed"}
    assert 0.02 <= len(nobody) / len(case.projects) <= 0.13


@pytest.mark.parametrize("country", COUNTRIES)
def test_profiles_pass_the_schema_of_the_pages(country: str) -> None:
    government = made(country)
    for person in range(0, len(government.people), 37):
        ProfileSchema().load(profile_as_typed(government, person))


@pytest.mark.parametrize("country", COUNTRIES)
def test_projects_pass_the_schema_of_the_pages(country: str) -> None:
    government = made(country)
    rules = government.setting.pack.rules
    for need in government.needs:
        loaded = ProjectSchema().load(project_as_typed(government, need))
        assert len(loaded["essential"]) in {2, 3}
        assert rules.shortest_days <= (need.ends_on - need.starts_on).days + 1 <= rules.longest_days
        assert "{" not in "".join(need.words())


def test_canada_writes_and_speaks_both_languages() -> None:
    government = made("canada")
    assert {need.language for need in government.needs} == {"en", "fr"}
    assert {frozenset(need.languages) for need in government.needs} >= {frozenset({"en", "fr"}), frozenset({"en"})}
    places = government.setting.places
    quebec = [
        first
        for first, place in zip(government.people.first_language, government.people.place.tolist(), strict=True)
        if places[place].region == "QC"
    ]
    assert 0.75 < quebec.count("fr") / len(quebec) < 0.95


def test_nobody_applies_to_the_own_department_or_without_being_in_the_pool() -> None:
    government = made("uk")
    ranks: dict[int, list[int]] = {}
    for interest in government.interests:
        need = government.needs[interest.need]
        assert need.is_open
        assert government.people.in_pool[interest.person]
        assert government.people.department[interest.person] != need.department
        ranks.setdefault(interest.person, []).append(interest.rank)
    assert all(some == list(range(1, len(some) + 1)) for some in ranks.values())
    assert max(map(len, ranks.values())) <= 6


def test_each_part_is_played_by_somebody_else_and_has_something_to_show() -> None:
    government = made("uk")
    parts = government.parts
    assert set(parts) == {"manager", "agent", "hr", "hr2", "auditor", "administrator"}
    assert len(set(parts.values())) == len(parts)
    own = [need for need in government.needs if need.owner == parts["manager"]]
    assert sum(need.is_open for need in own) >= 3
    assert any(not need.is_open for need in own)
    assert sum(interest.person == parts["agent"] for interest in government.interests) >= 2


@pytest.mark.parametrize("pattern", PATTERNS)
def test_ranges_of_availability_never_share_days(pattern: str) -> None:
    for lot in np.linspace(0, 0.999, 12).tolist():
        found = spells(pattern, TODAY, lot, 1 - lot - 0.0005)
        for (_, end, _), (start, _, _) in pairwise(found):
            assert end is not None
            assert start > end + timedelta(days=1)
        assert all(1 <= percent <= 100 and (end is None or end >= start) for start, end, percent in found)


def test_addresses_are_plain_and_reach_nobody() -> None:
    assert email_of("Zoë O’Brien-Lévesque", 12) == "zoe.obrien.levesque.12@demo.example"


def profile_as_typed(government: Government, person: int) -> dict[str, Any]:
    people, setting = government.people, government.setting
    own = [(int(s), int(g)) for p, s, g in zip(*people.held, strict=True) if p == person]
    return {
        "discipline": setting.pack.roles[people.role[person]].discipline,
        "grade": people.grade[person],
        "clearance": setting.clearances[people.clearance[person]],
        "languages": [{"language": people.first_language[person], "letters": ""}],
        "places": [
            {"place": setting.places[place].code, "max_km": DISTANCES[distance]}
            for who, place, distance in zip(*people.reaches, strict=True)
            if who == person
        ],
        "work_modes": list(MODE_SETS[people.mode_set[person]]),
        "skills": [{"skill": setting.skills[skill], "level": level, "evidence": ""} for skill, level in own],
        "learning": [setting.skills[goal] for who, goal in zip(*people.goals, strict=True) if who == person],
    }


def project_as_typed(government: Government, need: Need) -> dict[str, Any]:
    title, outcome, tasks = need.words()
    skills = government.setting.skills
    return {
        "title": title,
        "outcome": outcome,
        "tasks": tasks,
        "discipline": [need.theme.discipline],
        "seats": need.seats,
        "start": need.starts_on.isoformat(),
        "end": need.ends_on.isoformat(),
        "time_percent": need.time_percent,
        "work_mode": need.work_mode,
        "place": need.place.code if need.place else None,
        "grade_min": need.grade_min,
        "grade_max": need.grade_max,
        "clearance": need.clearance,
        "languages": [{"language": language, "letters": letters} for language, letters in need.languages.items()],
        "essential": [{"skill": skills[skill], "level": level} for skill, level in need.essential.items()],
        "asset": [{"skill": skills[skill], "level": level} for skill, level in need.asset.items()],
    }
