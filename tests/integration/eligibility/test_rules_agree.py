"""The table of hard rules says the same as arrays, as SQL and by a plain reading of each rule."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from math import asin, cos, radians, sin, sqrt
from typing import Any

import numpy as np
import pytest
from sqlalchemy import literal

from freeagents.accounts.models import Person
from freeagents.country.entries import Rung
from freeagents.country.places import Location
from freeagents.eligibility import bridge
from freeagents.eligibility.arrays import Arrays
from freeagents.eligibility.case import Case
from freeagents.eligibility.facts import Pair, PersonFacts, ProjectFacts, Reach, Spell
from freeagents.eligibility.gathering import QUESTIONS, read_pool
from freeagents.eligibility.models import Conflict
from freeagents.eligibility.pool import conflicts, employer_codes, people_facts, project_facts
from freeagents.eligibility.queries import pool
from freeagents.eligibility.rules import RULE_CODES
from freeagents.eligibility.sql import asks
from freeagents.extensions import db
from freeagents.projects.models import Project
from freeagents.projects.queries import whole_project
from tests.factories import PACK, TODAY, a_department, a_match, a_project, an_agent, profile_of

SKILLS = ("user-research", "agile", "python", "policy")
GRADES = (None, "HEO", "G7", "SCS1", "Wizard", "Warlock")
CLEARANCES = (None, "BPSS", "SC", "DV", "Moonlight")
LANGUAGES = ((), (("cy", "B2"),), (("cy", "A1"), ("fr", "")), (("fr", "C1"),))
PLACES = ("Leeds", "London", "Manchester", "53.8,-1.55", "Atlantis")
DAY = timedelta(days=1)


def some_agent(draw: random.Random) -> Person:
    starts = TODAY + draw.randint(-5, 40) * DAY
    gap = starts + draw.randint(20, 60) * DAY
    spells = draw.choice(
        [
            (),
            ((starts, None, draw.choice((40, 100))),),
            ((starts, gap, 60), (gap + DAY, None, 100)),
            ((starts, gap, 100), (gap + 3 * DAY, None, 100)),
        ]
    )
    person = an_agent(
        department=a_department(draw.choice(("hmrc", "dwp", "mod"))),
        grade=draw.choice(GRADES),
        skills={code: draw.randint(1, 4) for code in draw.sample(SKILLS, draw.randint(0, 4))},
        admitted=draw.random() < 0.8,
        available=spells,
        clearance=(clearance := draw.choice(CLEARANCES)),
        clearance_until=some_end(draw) if clearance else None,
        languages=[
            {"language": code, "letters": letters, "until": some_end(draw)} for code, letters in draw.choice(LANGUAGES)
        ],
        places=[
            {"place": place, "max_km": draw.choice((None, 0.0, 30.0, 70.0, 400.0))}
            for place in draw.sample(PLACES, draw.randint(0, 2))
        ],
        work_modes=draw.sample(("on_site", "hybrid", "remote"), draw.randint(0, 2)),
    )
    profile_of(person).paused = draw.random() < 0.15
    return person


def some_end(draw: random.Random) -> date | None:
    return draw.choice((None, TODAY + draw.randint(-5, 110) * DAY))


def some_project(draw: random.Random) -> Project:
    starts = TODAY + draw.randint(0, 50) * DAY
    ladder = draw.choice(((None, None), ("HEO", None), (None, "G7"), ("G7", "SCS1"), ("Wizard", None)))
    return a_project(
        department=a_department(draw.choice(("hmrc", "dwp", "mod"))),
        essential={code: draw.randint(1, 4) for code in draw.sample(SKILLS, draw.randint(0, 2))},
        starts_on=starts,
        ends_on=starts + draw.randint(0, 60) * DAY,
        time_percent=draw.choice((20, 60, 100)),
        work_mode=(mode := draw.choice(("on_site", "hybrid", "remote"))),
        place=draw.choice(PLACES) if mode != "remote" or draw.random() < 0.5 else None,
        grade_min=ladder[0],
        grade_max=ladder[1],
        clearance=draw.choice(CLEARANCES),
        languages=[{"language": code, "letters": letters} for code, letters in draw.choice(LANGUAGES)],
    )


@pytest.mark.parametrize("seed", range(6))
def test_arrays_and_sql_and_a_plain_reading_agree(session: Any, seed: int) -> None:
    draw = random.Random(seed)
    people = [some_agent(draw) for _ in range(14)]
    projects = [some_project(draw) for _ in range(8)]
    for _ in range(6):
        db.session.merge(Conflict(person_id=draw.choice(people).id, project_id=draw.choice(projects).id))
    for person in people[::2]:
        starts = TODAY + draw.randint(20, 60) * DAY
        taken = a_project(
            time_percent=draw.choice((10, 40)), starts_on=starts, ends_on=starts + draw.randint(0, 9) * DAY
        )
        a_match(person, taken)
    db.session.flush()
    db.session.expire_all()

    hosts = employer_codes()
    told = {}
    for person in people:
        told |= people_facts(today=TODAY, only=person.id)
    key_of = {person: facts.key for person, facts in told.items()}
    declared = conflicts()
    verdicts = set()
    for project in projects:
        whole = whole_project(project.public_id)
        assert whole is not None
        facts = project_facts(whole, host=hosts[whole.department_id], pack=PACK)
        sql = sql_verdicts(facts)
        for person in people:
            apart = tuple(
                Pair(key_of[who], facts.key) for who, what in declared if (who, what) == (person.id, project.id)
            )
            arrays = set(bridge.check(told[person.id], facts, conflicts=apart))
            plain = set(plain_reading(told[person.id], facts, apart=bool(apart)))
            assert arrays == plain
            assert sql[person.id] == plain
            verdicts |= plain
    assert verdicts >= set(RULE_CODES) - {"barred"} or seed


def sql_verdicts(facts: ProjectFacts) -> dict[int, set[str]]:
    """Return person id → codes of the rules that SQL says are broken."""
    asked = asks(facts)
    columns = [ask.condition.label(f"ask_{number}") for number, ask in enumerate(asked)]
    rows = db.session.execute(pool().with_only_columns(Person.id, *columns, literal(1)))
    return {row[0]: {ask.rule.code for ask, met in zip(asked, row[1:], strict=False) if not met} for row in rows}


def plain_reading(person: PersonFacts, project: ProjectFacts, *, apart: bool) -> list[str]:
    """Return the codes of the broken rules as decisions.md words them, one person and one project at a time."""
    where = None if project.work_mode == "remote" else project.location
    broken = {
        "admission": not person.admitted,
        "another_department": person.home == project.department,
        "essential_skills": any(person.skills.get(code, 0) < level for code, level in project.essential.items()),
        "clearance": project.clearance is not None
        and not (at_least(person.clearance, project.clearance) and lasts(person.clearance_until, project)),
        "grade": (project.grade_min is not None and not at_least(person.grade, project.grade_min))
        or (project.grade_max is not None and not at_least(project.grade_max, person.grade)),
        "languages": any(
            not (speaks(person, code, ranks) and lasts(person.languages_until.get(code), project))
            for code, ranks in project.languages.items()
        ),
        "work_mode": project.work_mode is not None
        and bool(person.work_modes)
        and project.work_mode not in person.work_modes,
        "place": where is not None and bool(person.places) and not any(near(reach, where) for reach in person.places),
        "availability": project.starts_on is not None and not is_free(person, project),
        "conflict": apart,
    }
    return [code for code, is_broken in broken.items() if is_broken]


def lasts(until: date | None, project: ProjectFacts) -> bool:
    return until is None or project.ends_on is None or until >= project.ends_on


def at_least(higher: Rung | None, lower: Rung | None) -> bool:
    if higher is None or lower is None:
        return False
    if higher.ladder == lower.ladder:
        return higher.rank >= lower.rank
    return higher.band is not None and lower.band is not None and higher.band >= lower.band


def speaks(person: PersonFacts, language: str, ranks: tuple[int, ...]) -> bool:
    held = person.languages.get(language)
    return held is not None and (not ranks or (bool(held) and all(h >= r for h, r in zip(held, ranks, strict=True))))


def near(reach: Reach, where: Location) -> bool:
    if reach.location.place == where.place:
        return True
    here, there = reach.location, where
    if reach.max_km is None or None in (here.latitude, there.latitude):
        return False
    assert here.latitude is not None
    assert here.longitude is not None
    assert there.latitude is not None
    assert there.longitude is not None
    p, q = radians(here.latitude), radians(there.latitude)
    a = sin((q - p) / 2) ** 2 + cos(p) * cos(q) * sin(radians(there.longitude - here.longitude) / 2) ** 2
    return 2 * 6371.0088 * asin(sqrt(a)) <= reach.max_km


def is_free(person: PersonFacts, project: ProjectFacts) -> bool:
    assert project.starts_on is not None
    assert project.ends_on is not None
    day = project.starts_on
    while day <= project.ends_on:
        taken = sum(spell.percent for spell in person.committed if covers(spell, day, 1))
        if not any(covers(spell, day, taken + (project.time_percent or 1)) for spell in person.available):
            return False
        day += DAY
    return True


def covers(spell: Spell, day: date, percent: int) -> bool:
    return (
        (spell.first is None or spell.first <= day)
        and (spell.last is None or day <= spell.last)
        and spell.percent >= percent
    )


def test_a_snapshot_is_the_same_bytes_in_any_order(session: Any) -> None:
    draw = random.Random(7)
    agents = [some_agent(draw) for _ in range(5)]
    project = some_project(draw)
    db.session.flush()
    people = tuple(people_facts(today=TODAY, only=[agent.id for agent in agents]).values())
    facts = project_facts(project, host=employer_codes()[project.department_id], pack=PACK)
    case = Case.of(people=people, projects=(facts, replace(facts, key="other")))
    turned = Case.of(people=people[::-1], projects=case.projects[::-1])
    assert tuple(case.pieces()) == tuple(turned.pieces())
    again = Case.from_pieces(case.pieces())
    assert tuple(again.pieces()) == tuple(case.pieces())
    assert Arrays(case).problem().people.tolist() == Arrays(turned).problem().people.tolist()


def test_the_pool_is_read_as_each_of_its_people_alone(session: Any) -> None:
    draw = random.Random(3)
    people = [some_agent(draw) for _ in range(60)]
    db.session.flush()
    db.session.expire_all()
    told: list[tuple[int, int]] = []
    pool = read_pool(TODAY, lambda done, total: told.append((done, total)))
    keys = np.array([public_id.encode() for public_id in pool.public_ids])
    alone = people_facts(today=TODAY, only=[person.id for person in people])
    in_pool = [facts for facts in alone.values() if facts.admitted]
    assert 30 < len(in_pool) < 60
    assert [facts.key for facts in in_pool if facts.key not in pool.public_ids] == []
    bulk = Case(people=pool.people(keys, (), {}), projects=())
    assert tuple(bulk.pieces()) == tuple(Case.of(people=in_pool, projects=()).pieces())
    assert told == [(step, QUESTIONS) for step in range(1, QUESTIONS + 1)]


def test_an_empty_pool_can_be_read(session: Any) -> None:
    pool = read_pool(TODAY, lambda _done, _total: None)
    assert len(pool.people(np.zeros(0, dtype="S1"), (), {})) == 0
