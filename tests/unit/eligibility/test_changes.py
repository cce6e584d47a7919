"""What would place a person left out, and what would fill an empty seat, are true when tried."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest

from freeagents.country.places import Location
from freeagents.eligibility import bridge
from freeagents.eligibility.case import Case
from freeagents.eligibility.facts import Pair, PersonFacts, ProjectFacts, Reach, Spell, Wish
from freeagents.eligibility.nearest import nearest_seats
from freeagents.eligibility.relaxing import fillings, relaxations
from tests.factories import PACK

DAY = date(2026, 11, 2)
SKILLS = ("agile", "law", "python", "survey")
TOWNS = (Location("leeds", 53.8, -1.55), Location("london", 51.5, -0.12), Location("Atlantis"))
GRADES = [grade for grade in PACK.grades.values() if grade.ladder == PACK.grade("G7").ladder]
CLEARANCES = [each for each in PACK.clearances.values() if each.ladder == PACK.clearance("SC").ladder]
SUMS = ("most_score", "most_seats")


def a_person(chance: Random, key: str) -> PersonFacts:
    return PersonFacts(
        key=key,
        home=chance.choice(("dwp", "hmrc")),
        admitted=chance.random() < 0.9,
        grade=chance.choice(GRADES),
        clearance=chance.choice((None, *CLEARANCES)),
        languages={"cy": ()} if chance.random() < 0.5 else {},
        places=tuple(Reach(town, chance.choice((None, 400.0))) for town in chance.sample(TOWNS, chance.randint(0, 2))),
        work_modes=frozenset(chance.sample(("on_site", "hybrid", "remote"), chance.randint(0, 3))),
        available=(Spell(DAY + timedelta(days=chance.choice((0, 10))), None, 100),),
        committed=(Spell(DAY, DAY, 80),) if chance.random() < 0.3 else (),
        skills={skill: chance.randint(1, 4) for skill in chance.sample(SKILLS, chance.randint(1, 4))},
        learning=frozenset(chance.sample(SKILLS, chance.randint(0, 2))),
        bench_days=chance.randint(0, 100),
    )


def a_project(chance: Random, key: str) -> ProjectFacts:
    asked = chance.sample(SKILLS, 3)
    return ProjectFacts(
        key=key,
        department=chance.choice(("dwp", "defra", "moj")),
        seats=tuple(range(1, chance.randint(1, 3) + 1)),
        starts_on=DAY,
        ends_on=DAY + timedelta(days=chance.choice((5, 30))),
        time_percent=50,
        work_mode=chance.choice((None, "on_site", "hybrid", "remote")),
        location=chance.choice((None, *TOWNS)),
        grade_min=chance.choice((None, None, *GRADES)),
        grade_max=chance.choice((None, None, *GRADES)),
        clearance=chance.choice((None, None, None, *CLEARANCES)),
        languages={"cy": ()} if chance.random() < 0.2 else {},
        essential={skill: chance.randint(1, 4) for skill in asked[: chance.randint(0, 2)]},
        asset={skill: chance.randint(1, 4) for skill in asked[2:]},
    )


def a_case(seed: int) -> Case:
    chance = Random(seed)
    people = [a_person(chance, f"p{number}") for number in range(chance.randint(4, 14))]
    projects = [a_project(chance, f"j{number}") for number in range(chance.randint(2, 6))]
    pairs = [Pair(person.key, project.key) for person in people for project in projects]
    wishes = [Wish(pair.person, pair.project, chance.choice((None, 1, 2))) for pair in chance.sample(pairs, 5)]
    return Case.of(
        people=people,
        projects=projects,
        wishes=wishes,
        short_list=chance.sample(pairs, 2),
        conflicts=chance.sample(pairs, 2),
        barred=chance.sample(pairs, 1),
        salt=bytes([seed % 256]),
    ), people


def seats(answer: bridge.Answer, project: str) -> int:
    return sum(each.project == project for each in answer.placements)


@pytest.mark.parametrize("objective", SUMS)
def test_a_project_that_asks_less_fills_its_seat_and_nothing_smaller_does(objective):
    policy, told = bridge.policy_from_toml(f'name = "n"\nobjective = "{objective}"'), 0
    for seed in range(24):
        case, _ = a_case(seed)
        answer = bridge.solve(case, policy)
        for key, change in fillings(case, answer, PACK):
            facts = change and change.facts
            number = next(number for number, project in enumerate(case.projects) if project.key == key)
            for size in relaxations(case.projects[number], PACK):
                found = {}
                for each in size:
                    others = (*case.projects[:number], each.project, *case.projects[number + 1 :])
                    again = bridge.solve(replace(case, projects=others), policy)
                    if filled := seats(again, key) - seats(answer, key):
                        found[tuple(sorted(each.facts.items()))] = filled
                if any(filled > 0 for filled in found.values()):
                    own = {name: value for name, value in facts.items() if name not in {"qualify", "filled"}}
                    assert found[tuple(sorted(own.items()))] == facts["filled"], (seed, key, facts, found)
                    told += 1
                    break
            else:
                assert facts is None, (seed, key, facts)
    assert told > 15


def changed(person: PersonFacts, project: ProjectFacts, facts: dict[str, object]) -> PersonFacts:
    """The person with the change that is told, made as a person would make it."""
    if "skill" in facts:
        return replace(person, skills={**person.skills, facts["skill"]: facts["level"]})
    return {
        "work_mode": lambda: replace(person, work_modes=person.work_modes | {project.work_mode}),
        "place": lambda: replace(
            person,
            places=tuple(replace(each, max_km=2000.0) if each.location.latitude else each for each in person.places),
        ),
        "availability": lambda: replace(person, available=(Spell(DAY, None, 100),)),
        "languages": lambda: replace(person, languages=project.languages),
        "clearance": lambda: replace(person, clearance=project.clearance),
    }[facts["rule"]]()


@pytest.mark.parametrize("objective", SUMS)
def test_whoever_is_left_out_is_placed_with_the_change_that_is_told(objective):
    policy, told = bridge.policy_from_toml(f'name = "n"\nobjective = "{objective}"'), set()
    for seed in range(100):
        case, people = a_case(seed)
        answer = bridge.solve(case, policy)
        known = {person.key: person for person in people}
        for row, facts in nearest_seats(case, answer):
            person = known[case.people.key_of(row)]
            project = next(each for each in case.projects if each.key == facts["project"])
            other = known | {person.key: changed(person, project, facts)}
            again = bridge.solve(rebound(case, other.values()), policy)
            [placed] = [each.project for each in again.placements if each.person == person.key]
            assert placed == project.key or "alike" in facts, (seed, person, facts)
            told.add(facts.get("rule", "skill"))
    assert told >= {"skill", "work_mode", "place", "availability", "clearance"}


def rebound(case: Case, people) -> Case:
    """The case with other facts of the same people."""
    lists, keys = case.people.lists, [project.key for project in case.projects]
    bound = {
        name: [
            (case.people.key_of(row), keys[word])
            for row, word in zip(lists[name].row.tolist(), lists[name]["word"].tolist(), strict=True)
        ]
        for name in ("wishes", "short_list", "conflicts", "barred")
    }
    ranks = lists["wishes"]["rank"].tolist()
    return Case.of(
        people=people,
        projects=case.projects,
        wishes=[Wish(*pair, rank or None) for pair, rank in zip(bound["wishes"], ranks, strict=True)],
        **{name: [Pair(*pair) for pair in bound[name]] for name in ("short_list", "conflicts", "barred")},
        salt=case.salt,
    )
