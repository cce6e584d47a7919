"""A tally kept in memory counts as the database does, whatever has changed since it was read."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, text, true, update

from freeagents.accounts.models import Employment, Person
from freeagents.eligibility import latest
from freeagents.eligibility.models import COMMITTED_DAYS, PoolChange
from freeagents.eligibility.queries import LiveCount, count_for_hr, count_for_manager, count_in_database
from freeagents.eligibility.services import declare_conflict
from freeagents.eligibility.sql import asks
from freeagents.extensions import db
from freeagents.profiles.models import AcceptedPlace, Admission, Availability, HeldLanguage, HeldSkill, Profile
from freeagents.projects.models import Project
from freeagents.rounds.models import Proposal, Round
from tests.factories import END, START, a_department, a_match, a_project, an_agent, profile_of
from tests.integration.eligibility.test_counts import a_demanding_project, facts_of, some_people
from tests.integration.eligibility.test_rules_agree import some_agent, some_project

DAY = timedelta(days=1)


@pytest.fixture
def kept(app: Flask) -> Iterator[latest.Kept]:
    """What this process keeps, in an application context; nothing is read before it is asked for."""
    with app.app_context():
        app.extensions[latest.KEY] = found = latest.Kept()
        yield found
        app.extensions.pop(latest.KEY)


def read(kept: latest.Kept) -> None:
    db.session.commit()
    kept.newest = latest.read_tally()
    db.session.commit()


def in_database(project: Project) -> LiveCount:
    facts = facts_of(project)
    return count_in_database(asks(facts), true(), facts.essential)


@pytest.mark.parametrize("seed", range(3))
def test_the_tally_counts_as_the_database_does(kept: latest.Kept, seed: int) -> None:
    draw = random.Random(seed)
    some_people(draw, 60)
    agents = [some_agent(draw) for _ in range(60)]
    projects = [some_project(draw) for _ in range(12)] + [a_demanding_project(clearance="BPSS")]
    for agent in agents[:20]:
        a_match(agent, a_project(time_percent=draw.choice((20, 60)), starts_on=START - 20 * DAY, ends_on=START + DAY))
    declare_conflict(project=projects[-1], person_id=agents[0].id)
    plain = [(in_database(project), count_for_manager(facts_of(project))) for project in projects]
    read(kept)
    told = [(count_for_hr(facts_of(project)), count_for_manager(facts_of(project))) for project in projects]
    assert told == plain
    assert max(row.people for found, _ in told for row in found.kept_out) > 3


def of_profile(statement: Any, model: Any, person: int) -> Any:
    return statement.where(model.profile_id == select(Profile.id).where(Profile.person_id == person).scalar_subquery())


CHANGES: dict[str, Callable[[int], Any]] = {
    "a profile": lambda person: update(Profile).where(Profile.person_id == person).values(paused=True),
    "who may be counted": lambda person: update(Profile).where(Profile.person_id == person).values(countable=False),
    "a skill": lambda person: of_profile(update(HeldSkill), HeldSkill, person).values(level=1),
    "no skill": lambda person: of_profile(delete(HeldSkill), HeldSkill, person),
    "a language": lambda person: of_profile(delete(HeldLanguage), HeldLanguage, person),
    "a place": lambda person: of_profile(update(AcceptedPlace), AcceptedPlace, person).values(
        latitude=None, longitude=None, place="York"
    ),
    "days": lambda person: of_profile(update(Availability), Availability, person).values(percent=5),
    "an admission": lambda person: delete(Admission).where(Admission.person_id == person),
    "a post": lambda person: update(Employment).where(Employment.person_id == person).values(grade_rank=0),
    "an account": lambda person: delete(Person).where(Person.id == person),
    "a match": lambda person: update(Proposal).where(Proposal.person_id == person).values(state="replaced"),
    "a round": lambda _person: update(Round).values(state="cancelled"),
    "a project": lambda _person: update(Project).where(Project.title == "Taken").values(state="cancelled"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_who_has_changed_is_counted_anew(kept: latest.Kept, what: str) -> None:
    """Of twelve alike all but the first qualify, who is matched meanwhile; then something of one of them changes."""
    people = [
        an_agent(
            department=a_department("dwp"),
            skills={"user-research": 3, "agile": 3},
            languages=[{"language": "cy", "letters": "B2"}],
            places=[{"place": "Leeds", "max_km": 0.0}],
            work_modes=["hybrid"],
        )
        for _ in range(12)
    ]
    for person in people:
        profile_of(person).countable = True
    project = a_demanding_project()
    a_match(people[0], a_project("Taken", starts_on=START, ends_on=END))
    read(kept)
    ids = [person.id for person in people]
    assert count_for_hr(facts_of(project)).qualify == 11
    whose = ids[0] if what in {"a match", "a round", "a project"} else ids[1]
    db.session.execute(CHANGES[what](whose), execution_options={"synchronize_session": False})
    found = latest.latest(project.public_id)
    assert found is not None
    assert found[1] == [whose]
    told = count_for_hr(facts_of(project)), count_for_manager(facts_of(project))
    kept.newest = None
    assert told == (count_for_hr(facts_of(project)), count_for_manager(facts_of(project)))
    assert (told[0].qualify, told[1].qualify) != (11, 10) or what == "who may be counted"


def test_who_joins_is_counted(kept: latest.Kept) -> None:
    home, project = a_department("dwp"), a_project(department=a_department("hmrc"))
    read(kept)
    db.session.refresh(home)
    agents = [an_agent(department=home) for _ in range(3)]
    found = latest.latest(project.public_id)
    assert found is not None
    assert set(found[1]) == {agent.id for agent in agents}
    assert count_for_hr(facts_of(project)).qualify == 3


def test_a_change_is_seen_by_those_alone_who_may_see_it(kept: latest.Kept) -> None:
    """A transaction that began before the tally was read, and ended after it, is not missed."""
    agent = an_agent(department=a_department("dwp"))
    project = a_project(department=a_department("hmrc"))
    db.session.commit()
    with db.engine.connect() as other, other.begin():
        other.execute(update(Profile).where(Profile.person_id == agent.id).values(paused=True))
        read(kept)
        assert latest.latest(project.public_id) == (kept.newest and kept.newest.tally, [])
        assert count_for_hr(facts_of(project)).qualify == 1
        db.session.commit()
    assert count_for_hr(facts_of(project)).qualify == 0


@pytest.mark.parametrize(
    "what",
    [
        "UPDATE department SET names = names",
        "TRUNCATE profile CASCADE",
        "INSERT INTO pool_change (transaction, person_id) SELECT 2^62::bigint, generate_series(1, 4000)",
    ],
)
def test_with_too_much_changed_the_database_counts_alone(kept: latest.Kept, what: str) -> None:
    an_agent(department=a_department("dwp"))
    project = a_project(department=a_department("hmrc"))
    read(kept)
    with kept.reading:
        db.session.execute(text(what))
        assert latest.latest(project.public_id) is None
        assert count_for_hr(facts_of(project)).qualify == (0 if "TRUNCATE" in what else 1)


@pytest.mark.parametrize("what", [{"day": date(2020, 1, 1)}, {"snapshot": "10000000000:10000000000:"}])
def test_a_tally_of_another_day_or_of_a_later_database_is_not_used(kept: latest.Kept, what: dict[str, Any]) -> None:
    project = a_project()
    read(kept)
    assert kept.newest is not None
    kept.newest = replace(kept.newest, **what)
    with kept.reading:
        assert latest.latest(project.public_id) is None


def test_a_large_pool_is_read_in_the_background(kept: latest.Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latest, "FEW_PEOPLE", 1)
    an_agent(department=a_department("dwp"))
    project = a_project(department=a_department("hmrc"))
    db.session.commit()
    assert latest.latest(project.public_id) is None, "as far as the database knows there is nobody yet"
    db.session.execute(text("ANALYZE profile"))
    db.session.commit()
    assert count_for_hr(facts_of(project)).qualify == 1
    db.session.commit()
    with kept.reading:
        assert kept.newest is not None
        assert kept.newest.tally.person.size == 1
    assert count_for_hr(facts_of(project)).qualify == 1


def test_a_bulk_load_notes_everybody_in_one_row(kept: latest.Kept) -> None:
    read(kept)
    db.session.execute(
        text(
            "INSERT INTO person (public_id, name, email, locale, created_at) "
            "SELECT 'p' || each, '', each || '@example.org', 'en', now() FROM generate_series(1, 10001) AS each"
        )
    )
    before = db.session.scalar(select(func.count()).select_from(PoolChange))
    db.session.execute(
        text(
            "INSERT INTO admission (person_id, admitted_on, expires_on) "
            "SELECT id, current_date, current_date FROM person WHERE email LIKE '%@example.org'"
        )
    )
    assert (db.session.scalar(select(func.count()).select_from(PoolChange)) or 0) - (before or 0) == 1


@pytest.mark.usefixtures("session")
def test_days_are_committed_while_round_proposal_and_project_stand() -> None:
    agent, project = an_agent(), a_project(time_percent=40)
    match = a_match(agent, project)
    shown = select(*COMMITTED_DAYS.c)
    assert db.session.execute(shown).all() == [(agent.id, START, END, 40)]
    match.round.state = "in_review"
    assert db.session.execute(shown).all() == []
    match.round.state, match.state = "closed", "offered"
    assert len(db.session.execute(shown).all()) == 1
    project.state = "expired"
    assert db.session.execute(shown).all() == []
