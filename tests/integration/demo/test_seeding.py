"""The demo goes into an empty or demo-marked database only, and its rounds solve and publish."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from freeagents.accounts.models import Person
from freeagents.accounts.services.signing_in import sign_in
from freeagents.applications.models import Application
from freeagents.country.models import Instance
from freeagents.country.pack import load_pack
from freeagents.db.base import utc_now
from freeagents.demo import queries
from freeagents.demo.services.opening import PARTS, give_passwords, solve_first_round
from freeagents.demo.services.seeding import refuse_real_people, seed
from freeagents.errors import Conflict, Invalid
from freeagents.exchange.services.loading import load_pack as load_into_database
from freeagents.profiles.models import HeldSkill, Profile
from freeagents.projects.models import Project, Seat
from freeagents.rounds.models import Policy, Proposal
from freeagents.rounds.services import planning
from tests.factories import a_person

UK = load_pack("uk")


def quietly(_stage: str, _done: int, _total: int) -> None:
    pass


def seeded(country: str = "uk", *, people: int = 200, projects: int = 20, replace: bool = False) -> dict[str, int]:
    today = utc_now().date()
    return seed(
        pack=load_pack(country), people=people, projects=projects, seed_number=3, today=today, progress=quietly,
        replace=replace,
    )  # fmt: skip


def count(session: scoped_session[Session], model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_all_rows_arrive_and_new_ones_find_free_numbers(session: scoped_session[Session]) -> None:
    written = seeded()
    assert count(session, Person) == written["person"] == 200
    assert count(session, Profile) == 200
    assert count(session, HeldSkill) == written["held_skill"]
    assert count(session, Project) == 20
    assert count(session, Application) == written["application"]
    assert session.scalars(select(Instance.is_demo)).one()
    assert a_person().id == 201


def test_a_small_government_solves_and_publishes(session: scoped_session[Session]) -> None:
    seeded()
    solved = solve_first_round(pack=UK)
    assert solved is not None
    assert solved.state == "in_review"
    seats = session.scalar(
        select(func.count())
        .select_from(Seat)
        .join(Project, Project.id == Seat.project_id)
        .where(Project.state == "open")
    )
    assert solved.figures is not None
    assert 0 < solved.figures["placed"] <= (seats or 0)
    hr = queries.people_by_email(["hr@demo.example"])["hr@demo.example"]
    for proposal in session.scalars(select(Proposal).where(Proposal.round_id == solved.id)):
        proposal.state, proposal.decided_by, proposal.decided_at = "approved", hr.id, utc_now()
    session.flush()
    planning.publish(subject=solved, actor_id=hr.id)
    assert solved.state == "published"
    assert solve_first_round(pack=UK) is None


def test_policies_are_approved_by_another(session: scoped_session[Session]) -> None:
    seeded()
    found = {policy.name: policy for policy in session.scalars(select(Policy))}
    assert {name: policy.objective for name, policy in found.items()} == {
        "balanced": "most_score",
        "every-seat": "most_seats",
        "worst-off": "worst_off",
        "stable": "stable_people",
    }
    for policy in found.values():
        assert policy.approved_by is not None
        assert policy.approved_by != policy.author_id


def test_canada_comes_in_both_languages(session: scoped_session[Session]) -> None:
    seeded("canada", people=300, projects=60)
    assert set(session.scalars(select(Project.language).distinct())) == {"en", "fr"}
    assert set(session.scalars(select(Person.locale).distinct())) == {"en", "fr"}
    for policy in session.scalars(select(Policy)):
        assert set(policy.titles) == {"en", "fr"}


def test_named_people_sign_in_with_the_passwords_given(session: scoped_session[Session]) -> None:
    seeded()
    given = give_passwords()
    assert list(given) == list(PARTS)
    email, password = given["hr"]
    started = sign_in(email=email, password=password, address="127.0.0.1", secret="a secret for the test")
    assert started.person.email == email
    assert give_passwords()["hr"] != given["hr"]


@pytest.mark.usefixtures("session")
def test_a_database_with_people_is_refused() -> None:
    a_person()
    with pytest.raises(Conflict, match="not empty and not a demo"):
        seeded()
    with pytest.raises(Conflict, match="not empty and not a demo"):
        seeded(replace=True)


@pytest.mark.usefixtures("session")
def test_a_real_instance_is_refused_even_without_people() -> None:
    load_into_database(UK)
    with pytest.raises(Conflict, match="not empty and not a demo"):
        seeded()


@pytest.mark.usefixtures("session")
def test_a_demo_is_replaced_only_when_asked() -> None:
    seeded()
    with pytest.raises(Conflict, match="--replace"):
        seeded()
    with pytest.raises(Conflict, match="--country canada"):
        refuse_real_people("canada")


def test_replacing_takes_everything_out_first(app: Flask, session: scoped_session[Session]) -> None:
    seeded()
    written = seeded("canada", people=100, projects=10, replace=True)
    assert count(session, Person) == written["person"] == 100
    assert session.scalars(select(Instance.country)).one() == "canada"


@pytest.mark.usefixtures("session")
def test_a_pack_without_demo_tables_is_refused() -> None:
    bare = dataclasses.replace(UK, demo=dataclasses.replace(UK.demo, themes=()))
    with pytest.raises(Invalid, match="no demo tables"):
        seed(pack=bare, people=50, projects=5, seed_number=1, today=utc_now().date(), progress=quietly)


def test_applications_are_dated_before_today(session: scoped_session[Session]) -> None:
    seeded()
    last = session.scalar(select(func.max(Application.submitted_at)))
    assert last is not None
    assert last <= utc_now()
    assert last > utc_now() - timedelta(days=60)
