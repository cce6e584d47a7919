"""A case is the same bytes in any order, whole or in parts, and a person is explained alike from either."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from freeagents.country.entries import Rung
from freeagents.country.places import Location
from freeagents.eligibility import breaking, bridge
from freeagents.eligibility.case import SHARD, Case, compress, decompress, digest
from freeagents.eligibility.facts import Pair, PersonFacts, ProjectFacts, Reach, Spell, Wish

DAY = date(2026, 11, 2)
SKILLS = ("agile", "law", "python", "survey", "Zählen")
TOWNS = (Location("leeds", 53.8, -1.55), Location("london", 51.5, -0.12), Location("Atlantis"))


def some_person(draw: random.Random, key: str) -> PersonFacts:
    return PersonFacts(
        key=key,
        home=draw.choice(("dwp", "hmrc")),
        admitted=draw.random() < 0.9,
        discipline=draw.choice((None, "policy")),
        grade=draw.choice((None, Rung("G7", "cs", 6, 6, {"en": "Grade 7"}), Rung("Wizard", "=wizard", 1, None, {}))),
        clearance=draw.choice((None, Rung("SC", "clearance", 3, None, {}))),
        languages={"cy": draw.choice(((), (2, 3)))} if draw.random() < 0.5 else {},
        places=tuple(Reach(town, draw.choice((None, 40.0))) for town in draw.sample(TOWNS, draw.randint(0, 2))),
        work_modes=frozenset(draw.sample(("on_site", "hybrid", "remote"), draw.randint(0, 3))),
        available=tuple(
            Spell(DAY + timedelta(days=start), draw.choice((None, DAY + timedelta(days=start + 90))), 100)
            for start in draw.sample((0, 100), draw.randint(0, 2))
        ),
        committed=(Spell(DAY, DAY, 20),) if draw.random() < 0.2 else (),
        skills={skill: draw.randint(1, 4) for skill in draw.sample(SKILLS, draw.randint(0, 5))},
        learning=frozenset(draw.sample(SKILLS, draw.randint(0, 2))),
        bench_days=draw.randint(0, 100),
    )


@pytest.fixture(scope="module")
def rows() -> dict[str, list[object]]:
    """The rows of a case that fills one part and begins another."""
    draw = random.Random(1)
    people = [some_person(draw, f"{draw.getrandbits(64):016x}") for _ in range(SHARD + 50)]
    projects = [
        ProjectFacts(
            key=f"j{number}",
            department="dwp",
            seats=(1, 2),
            starts_on=DAY,
            ends_on=DAY + timedelta(days=30),
            work_mode=mode,
            location=TOWNS[number % 2],
            grade_max=Rung("G7", "cs", 6, 6, {"en": "Grade 7"}) if number == 1 else None,
            essential={"law": 1 + number},
            asset={"python": 2},
        )
        for number, mode in enumerate(("on_site", "hybrid", "remote", None))
    ]
    pairs = [(draw.choice(people).key, draw.choice(projects).key) for _ in range(300)]
    return {
        "people": people,
        "projects": projects,
        "wishes": [Wish(*pair, draw.choice((None, 1, 2))) for pair in dict.fromkeys(pairs)],
        "conflicts": [Pair(*pair) for pair in dict.fromkeys(pairs[:40])],
    }


@pytest.fixture(scope="module")
def case(rows: dict[str, list[object]]) -> Case:
    return Case.of(**rows, salt=b"salt")


def test_order_of_rows_changes_no_byte(rows: dict[str, list[object]], case: Case) -> None:
    draw = random.Random(2)
    turned = {name: draw.sample(each, len(each)) for name, each in rows.items()}
    assert tuple(Case.of(**turned, salt=b"salt").pieces()) == tuple(case.pieces())


@pytest.mark.parametrize("changed", [{"bench_days": 101}, {"home": "mod"}, {"skills": {"law": 4, "new": 1}}])
def test_one_fact_changes_the_address(rows: dict[str, list[object]], case: Case, changed: dict[str, object]) -> None:
    people = [replace(rows["people"][0], **changed), *rows["people"][1:]]
    assert digest(Case.of(**rows | {"people": people}, salt=b"salt").pieces()) != digest(case.pieces())


def test_what_is_kept_is_read_back(case: Case) -> None:
    kept = [compress(piece) for piece in case.pieces()]
    assert len(kept) == 3
    again = Case.from_pieces(map(decompress, kept))
    assert tuple(again.pieces()) == tuple(case.pieces())
    assert again.people.key.tolist() == case.people.key.tolist() == sorted(case.people.key.tolist())


def test_snapshot_of_another_format_is_refused(case: Case) -> None:
    with pytest.raises(ValueError, match="format 1"):
        Case.from_pieces([b'{"format":1}'])


@pytest.mark.parametrize("row", [0, SHARD - 1, SHARD, SHARD + 7])
def test_person_is_explained_alike_from_one_part_and_from_all(case: Case, row: int) -> None:
    pieces = tuple(case.pieces())
    part = Case.from_pieces((pieces[0], pieces[row // SHARD + 1]))
    assert part.people.key_of(row % SHARD) == case.people.key_of(row)
    policy = bridge.Policy()
    alone = bridge.explain_row(part, row % SHARD, policy, 3)
    assert alone == bridge.explain_row(case, row, policy, 3)
    assert [alone.alone] == [dict(found) for found in breaking.keeps_from(case, np.array([row]))]


def test_rules_broken_are_those_of_each_pair_alone(rows: dict[str, list[object]], case: Case) -> None:
    people = {person.key: person for person in rows["people"]}
    projects = {project.key: project for project in rows["projects"]}
    declared = {(pair.person, pair.project) for pair in rows["conflicts"]}
    wished = np.unique(case.people.lists["wishes"].row)
    seen = 0
    for row, project, codes in breaking.failing_wishes(case, wished):
        pair = (case.people.key_of(row), project)
        apart = (Pair(*pair),) if pair in declared else ()
        assert codes == bridge.check(people[pair[0]], projects[project], conflicts=apart)
        seen += 1
    assert seen == len(rows["wishes"])
