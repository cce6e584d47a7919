"""Live counts are what a plain count over everybody finds, rounded for managers, and nothing is saved by asking."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from freeagents.accounts.models import Person
from freeagents.accounts.services.tokens import make_api_token
from freeagents.eligibility import breaking, queries, services
from freeagents.eligibility.case import Case
from freeagents.eligibility.facts import Pair, PersonFacts, ProjectFacts
from freeagents.eligibility.models import CountRequest
from freeagents.eligibility.pool import host_of, people_facts, project_facts
from freeagents.eligibility.queries import KeptOut, LiveCount, count_for_hr, count_for_manager
from freeagents.eligibility.sql import LATER
from freeagents.errors import TooMany
from freeagents.extensions import db
from freeagents.profiles.models import Profile
from freeagents.projects.models import Project
from freeagents.projects.queries import whole_project
from tests.factories import END, PACK, START, TODAY, a_department, a_person, a_project, an_agent, profile_of, with_role

FREE = ((TODAY, None), (TODAY, None), (START + LATER, None), (TODAY, END))
SKILLS = ("user-research", "agile", "policy")


def some_people(draw: random.Random, count: int) -> None:
    """Make people most of whom qualify for most things, so that figures are above ten; most may be counted."""
    for _ in range(count):
        person = an_agent(
            department=a_department(draw.choice(("hmrc", "dwp", "dwp"))),
            grade=draw.choice(("HEO", "G7", "G7", "G6")),
            skills={code: draw.choice((1, 2, 3, 3, 4)) for code in SKILLS},
            admitted=draw.random() < 0.9,
            available=((*draw.choice(FREE), draw.choice((50, 100, 100, 100, 100))),),
            clearance=draw.choice((None, "BPSS", "SC")),
            languages=[{"language": "cy", "letters": draw.choice(("A2", "B2"))}],
            places=[{"place": draw.choice(("Leeds", "Leeds", "London")), "max_km": 30.0}],
            work_modes=draw.choice((["hybrid"], ["hybrid", "remote"], ["remote"])),
        )
        profile = profile_of(person)
        profile.countable, profile.paused = draw.random() < 0.8, draw.random() < 0.05
    db.session.flush()


def a_demanding_project(**members: Any) -> Project:
    asked: dict[str, Any] = {
        "department": a_department("hmrc"),
        "essential": {"user-research": 2, "agile": 2},
        "work_mode": "hybrid",
        "place": "Leeds",
        "grade_min": "G7",
        "time_percent": 60,
        "languages": [{"language": "cy", "letters": "A2"}],
    }
    return a_project(**asked | members)


def facts_of(project: Project) -> ProjectFacts:
    db.session.expire_all()
    whole = whole_project(project.public_id)
    assert whole is not None
    return project_facts(whole, host=host_of(whole), pack=PACK)


def everybody(*, countable_only: bool) -> list[PersonFacts]:
    query = select(Profile.person_id).where(Profile.countable | (not countable_only))
    return list(people_facts(today=TODAY, only=list(db.session.scalars(query))).values())


def qualifying(people: Iterable[PersonFacts], variants: list[ProjectFacts]) -> list[int]:
    """Return how many people qualify for each variant of a project."""
    return [sum(found) for found in who_qualifies(people, variants)]


def who_qualifies(people: Iterable[PersonFacts], variants: list[ProjectFacts]) -> list[list[bool]]:
    """Return who qualifies for each variant of a project, one pair after the other."""
    projects = [replace(variant, key=str(number)) for number, variant in enumerate(variants)]
    everyone = tuple(people)
    case = Case.of(people=everyone, projects=projects)
    found = []
    for project in projects:
        pairs = (Pair(person.key, project.key) for person in everyone)
        found.append([not broken for broken in breaking.failing(case, pairs)])
    return found


def plain_count(facts: ProjectFacts, *, exact: bool) -> LiveCount:
    """Count by leaving out one thing asked after the other and seeing how many more qualify then."""
    asked = facts if exact else replace(facts, clearance=None)

    def without(member: str, code: str) -> ProjectFacts:
        return replace(
            asked, **{member: {name: level for name, level in getattr(asked, member).items() if name != code}}
        )

    variants: list[tuple[str, str, ProjectFacts]] = [
        *(("essential_skills", code, without("essential", code)) for code in asked.essential),
        ("another_department", "", replace(asked, department="another")),
        ("grade", "", replace(asked, grade_min=None, grade_max=None)),
        *(("languages", code, without("languages", code)) for code in asked.languages),
        ("work_mode", "", replace(asked, work_mode=None)),
        ("place", "", replace(asked, location=None)),
        ("availability", "", replace(asked, starts_on=None, ends_on=None)),
    ]
    lowered = {
        code: replace(asked, essential={**asked.essential, code: level - 1})
        for code, level in asked.essential.items()
        if level > 1
    }
    people = everybody(countable_only=not exact)
    now, *more = qualifying(people, [asked, *(variant for *_names, variant in variants), *lowered.values()])
    gains = dict(zip(lowered, (count - now for count in more[len(variants) :]), strict=True))
    later = replace(asked, starts_on=asked.starts_on + LATER, ends_on=asked.ends_on + LATER)
    present, moved = who_qualifies(people, [asked, later])
    more_then = sum(then and not before for before, then in zip(present, moved, strict=True))
    fewer_then = sum(before and not then for before, then in zip(present, moved, strict=True))
    rows = [
        KeptOut(
            rule, detail, count - now, gains.get(detail), (more_then, fewer_then) if rule == "availability" else None
        )
        for (rule, detail, _variant), count in zip(variants, more, strict=False)
    ]
    return LiveCount(now, tuple(rows), rounded=not exact, without_clearance=False)


def rounded(found: LiveCount, *, without_clearance: bool) -> LiveCount:
    rows = tuple(
        replace(
            row,
            people=row.people // 10 * 10,
            lower=None if row.lower is None else row.lower // 10 * 10,
            later=row.later and tuple(count // 10 * 10 for count in row.later),
        )
        for row in found.kept_out
    )
    return LiveCount(found.qualify // 10 * 10, rows, rounded=True, without_clearance=without_clearance)


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize("seed", range(2))
def test_figures_are_what_a_plain_count_finds(seed: int) -> None:
    some_people(random.Random(seed), 300)
    facts = facts_of(a_demanding_project(clearance="BPSS"))
    assert count_for_hr(facts) == plain_count(facts, exact=True)
    for_manager = count_for_manager(facts)
    assert for_manager == rounded(plain_count(facts, exact=False), without_clearance=True)
    assert max(row.people for row in for_manager.kept_out) >= 10
    assert [row.later for row in count_for_hr(facts).kept_out if row.rule == "availability"] > [(1, 1)]


@pytest.mark.usefixtures("session")
def test_only_people_who_agreed_are_in_a_managers_figures() -> None:
    for number in range(25):
        profile_of(an_agent(f"Agent {number}", department=a_department("dwp"))).countable = number < 20
    db.session.flush()
    facts = facts_of(a_project(department=a_department("hmrc")))
    assert count_for_manager(facts).qualify == 20
    assert count_for_hr(facts).qualify == 25


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize(("people", "shown"), [(0, 0), (9, 0), (10, 10), (19, 10), (20, 20)])
def test_figures_for_managers_are_rounded_down_to_tens(people: int, shown: int) -> None:
    for _ in range(people):
        profile_of(an_agent(department=a_department("dwp"))).countable = True
    db.session.flush()
    facts = facts_of(a_project(department=a_department("hmrc")))
    assert count_for_manager(facts).qualify == shown


@pytest.mark.usefixtures("session")
def test_no_clearance_ever_changes_a_managers_figures() -> None:
    some_people(random.Random(7), 300)
    plain = facts_of(a_demanding_project())
    figures = count_for_manager(plain)
    assert figures.qualify + sum(row.people for row in figures.kept_out) > 0
    for code in (*PACK.clearances, "Moonlight"):
        told = count_for_manager(replace(plain, clearance=PACK.clearance(code)))
        assert told.without_clearance
        assert replace(told, without_clearance=False) == figures
    assert count_for_hr(replace(plain, clearance=PACK.clearance("DV"))).qualify == 0


@pytest.mark.usefixtures("session")
def test_who_edits_a_draft_a_thousand_times_learns_nobodys_clearance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is typed, the figures are the same in a government where everybody holds another clearance.

    The limit on how often one may ask, which makes probing slow, is lifted.
    """
    monkeypatch.setattr(services, "MOST_IN_WINDOW", 10_000)
    some_people(random.Random(3), 80)
    manager = a_person()
    project = a_project(department=a_department("hmrc"), owner=manager)
    db.session.commit()
    facts = facts_of(project)

    def attack() -> list[LiveCount]:
        draw = random.Random(5)
        found = []
        for _ in range(1_000):
            typed = {
                "clearance": draw.choice((None, *PACK.clearances)),
                "essential": [{"skill": code, "level": draw.randint(1, 4)} for code in SKILLS if draw.random() < 0.5],
                "grade_min": draw.choice((None, "HEO", "G7", "G6")),
                "work_mode": draw.choice((None, "hybrid", "remote")),
                "time_percent": draw.choice((20, 60, 100)),
                "starts_on": START + timedelta(days=draw.randint(0, 60)),
            }
            some = dict(draw.sample(sorted(typed.items(), key=lambda item: item[0]), 3))
            asked = services.as_typed(facts, some, PACK)
            told = services.live_count(project=project, facts=asked, actor_id=manager.id, exact=False)
            found.append(replace(told, without_clearance=False))
        return found

    everybody_has = {}
    for code in ("BPSS", "DV"):
        rung = PACK.clearances[code]
        held = {"clearance": code, "clearance_ladder": rung.ladder, "clearance_rank": rung.rank}
        db.session.execute(update(Profile).values(**held))
        db.session.commit()
        everybody_has[code] = attack()
    assert everybody_has["BPSS"] == everybody_has["DV"]
    assert len({told.qualify for told in everybody_has["DV"]}) > 1, "the attack sees something at all"
    strict = services.as_typed(facts, {"clearance": "DV"}, PACK)
    db.session.execute(update(Profile).values(clearance="BPSS", clearance_rank=PACK.clearances["BPSS"].rank))
    assert count_for_hr(strict).qualify == 0, "what HR is told does depend on it"


@pytest.mark.usefixtures("session")
def test_what_is_typed_lies_over_what_is_saved() -> None:
    project = a_demanding_project()
    facts = facts_of(project)
    typed = {
        "essential": [{"skill": "user-research", "level": 4}, {"skill": "no such skill", "level": 1}, {"level": 2}],
        "languages": [{"language": "fr", "letters": "C1"}, {"language": "de", "letters": "??"}],
        "place": "London",
        "grade_min": None,
        "clearance": "SC",
        "starts_on": END,
        "ends_on": START,
    }
    laid_over = services.as_typed(facts, typed, PACK)
    assert laid_over.essential == {"user-research": 4}
    assert laid_over.languages == {"fr": PACK.language_scheme.parse("C1")}
    assert laid_over.location is not None
    assert laid_over.location.place == "london"
    assert (laid_over.grade_min, laid_over.time_percent) == (None, 60)
    assert laid_over.clearance == PACK.clearance("SC")
    assert (laid_over.starts_on, laid_over.ends_on) == (END, None), "an end before the start is left out"
    assert services.as_typed(facts, {}, PACK) == facts
    assert not db.session.dirty


@pytest.mark.usefixtures("session")
def test_asking_too_often_is_refused_and_each_asking_is_noted() -> None:
    manager = a_person()
    project = a_project(owner=manager)
    facts = facts_of(project)
    db.session.commit()
    services.live_count(project=project, facts=facts, actor_id=manager.id, exact=False)
    assert noted(manager) == 1
    db.session.rollback()
    assert noted(manager) == 1, "the note stays whatever becomes of the page"
    db.session.add_all(
        CountRequest(person_id=manager.id, project_id=project.id) for _ in range(services.MOST_IN_WINDOW - 1)
    )
    db.session.commit()
    with pytest.raises(TooMany) as refusal:
        services.live_count(project=project, facts=facts, actor_id=manager.id, exact=False)
    assert refusal.value.facts["retry_after"] == 600
    assert noted(manager) == services.MOST_IN_WINDOW


def noted(person: Person) -> int:
    return db.session.scalar(select(func.count()).where(CountRequest.person_id == person.id)) or 0


def test_ten_is_the_least_that_is_told() -> None:
    assert queries.EXACT_FROM == 10


def test_the_api_counts_as_the_page_does(app: Flask) -> None:
    with app.app_context():
        host = a_department("hmrc")
        people = {role: with_role(a_person(), role, host) for role in ("manager", "hr")}
        tokens = {
            role: make_api_token(person_id=person.id, name="t", actor_id=person.id) for role, person in people.items()
        }
        draft = a_project(department=host, owner=people["manager"], essential={"agile": 2}, opened=False).public_id
        for number in range(12):
            profile = profile_of(an_agent(f"Agent {number}", department=a_department("dwp"), skills={"agile": 3}))
            profile.countable = True
        db.session.commit()
    client = app.test_client()

    def ask(role: str, **typed: Any) -> Any:
        headers = {"Authorization": f"Bearer {tokens[role]}"}
        return client.post(f"/api/v1/projects/{draft}/count", headers=headers, json=typed).json

    assert ask("hr")["qualify"] == 12
    assert ask("manager") | {"kept_out": None} == {
        "qualify": 10,
        "rounded": True,
        "without_clearance": False,
        "kept_out": None,
    }
    told = ask("manager", essential=[{"skill": "agile", "level": 4}], clearance="DV")
    assert (told["qualify"], told["without_clearance"]) == (0, True)
    [skill] = [row for row in told["kept_out"] if row["rule"] == "essential_skills"]
    assert skill == {"rule": "essential_skills", "detail": "agile", "people": 10, "lower": 10, "later": None}
