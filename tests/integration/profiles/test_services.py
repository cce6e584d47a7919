"""Writing a profile: what is kept, what is refused, and that no change is lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from freeagents.accounts.models import Person
from freeagents.accounts.queries.directory import employment_today
from freeagents.audit.models import AuditEntry, AuditNote
from freeagents.errors import Conflict, Invalid
from freeagents.extensions import db
from freeagents.profiles import services
from freeagents.profiles.models import Admission, Profile
from freeagents.profiles.queries import admission_today, profile_or_empty, whole_profile
from tests.factories import PACK, TODAY, a_person, an_agent, some_skills

CHANGES: list[dict[str, Any]] = [
    {"about": "I listen."},
    {"skills": [{"skill": "agile-working", "level": 3, "evidence": "In Leeds."}]},
    {"skills": [{"skill": "agile-working", "level": 4, "evidence": "In Leeds."}]},
    {"learning": ["agile-working"]},
    {"languages": [{"language": "cy", "letters": "B2"}]},
    {"places": [{"place": "Leeds", "max_km": 40.0}]},
    {"availability": [{"starts_on": TODAY, "ends_on": None, "percent": 50}]},
    {"availability": [{"starts_on": TODAY, "ends_on": None, "percent": 60}], "about": "I listen well."},
    {"clearance": "SC", "discipline": "design", "work_modes": ["remote", "hybrid", "remote"]},
]


def write(person: Person, *, version: int | None = None, **data: Any) -> Profile:
    profile = services.own_profile(person_id=person.id)
    services.write_profile(profile=profile, data=data, pack=PACK, actor_id=person.id, version=version)
    return profile


def anew(person: Person) -> Profile:
    """Return the profile as the database has it."""
    db.session.commit()
    db.session.expire_all()
    found = whole_profile(person.id)
    assert found is not None
    return found


def spell(first: int, last: int | None, percent: int = 100) -> dict[str, Any]:
    ends_on = None if last is None else TODAY + timedelta(days=last)
    return {"starts_on": TODAY + timedelta(days=first), "ends_on": ends_on, "percent": percent}


def test_the_first_profile_is_empty_and_made_once(session: scoped_session[Session]) -> None:
    person = a_person()
    assert profile_or_empty(person.id).version == 0
    first = services.own_profile(person_id=person.id)
    assert (first.version, first.skills, first.paused, first.countable, first.findable) == (0, [], False, False, False)
    assert services.own_profile(person_id=person.id) is first
    assert session.scalar(select(func.count()).select_from(Profile)) == 1


def test_every_change_counts_one_version_and_is_kept(session: scoped_session[Session]) -> None:
    some_skills("agile-working")
    person = a_person()
    for number, change in enumerate(CHANGES, 1):
        write(person, version=number - 1, **change)
        assert anew(person).version == number
    profile = anew(person)
    assert [(held.skill.code, held.level, held.evidence) for held in profile.skills] == [
        ("agile-working", 4, "In Leeds.")
    ]
    assert [goal.skill.code for goal in profile.goals] == ["agile-working"]
    assert [(row.language, row.letters, row.ranks) for row in profile.languages] == [("cy", "B2", [4])]
    assert [(row.place, row.max_km) for row in profile.places] == [("leeds", 40.0)]
    assert profile.places[0].latitude == pytest.approx(53.8, abs=0.1)
    assert [(row.starts_on, row.ends_on, row.percent) for row in profile.availability] == [(TODAY, None, 60)]
    assert (profile.clearance, profile.clearance_rank) == ("SC", PACK.clearance("SC").rank)
    assert (profile.about, profile.discipline) == ("I listen well.", "design")
    assert profile.work_modes == ["remote", "hybrid"]


def test_what_is_not_sent_stays(session: scoped_session[Session]) -> None:
    person = an_agent(skills={"agile-working": 3}, about="I listen.", work_modes=["remote"])
    write(person, clearance="SC")
    profile = anew(person)
    assert (len(profile.skills), profile.about, profile.work_modes) == (1, "I listen.", ["remote"])


def test_an_old_version_is_refused_and_changes_nothing(session: scoped_session[Session]) -> None:
    person = an_agent(about="I listen.")
    before = anew(person).version
    write(person, version=before, about="I talk.")
    with pytest.raises(Conflict, match="changed elsewhere"):
        write(person, version=before, about="I shout.")
    assert anew(person).about == "I talk."


def test_of_two_who_write_at_once_one_is_refused(app: Flask) -> None:
    with app.app_context():
        person_id = an_agent(about="I listen.").id
        db.session.commit()
        seen = profile_or_empty(person_id).version
    locked, read = Event(), Event()

    def write_first() -> None:
        with app.app_context():
            profile = services.own_profile(person_id=person_id)
            locked.set()
            assert not read.wait(0.3), "the second one did not wait"
            services.write_profile(profile=profile, data={"about": "First."}, pack=PACK, actor_id=None, version=seen)
            db.session.commit()

    def write_second() -> None:
        locked.wait(5)
        with app.app_context():
            profile = services.own_profile(person_id=person_id)
            read.set()
            with pytest.raises(Conflict):
                services.write_profile(profile=profile, data={"about": "2nd."}, pack=PACK, actor_id=None, version=seen)
            db.session.rollback()

    with ThreadPoolExecutor(2) as pool:
        for running in [pool.submit(write_first), pool.submit(write_second)]:
            running.result(10)
    with app.app_context():
        assert profile_or_empty(person_id).about == "First."


def test_two_who_open_their_first_profile_at_once_get_the_same(app: Flask) -> None:
    with app.app_context():
        person_id = a_person().id
        db.session.commit()

    def make() -> int:
        with app.app_context():
            key = services.own_profile(person_id=person_id).id
            db.session.commit()
            return key

    with ThreadPoolExecutor(4) as pool:
        made = [running.result(10) for running in [pool.submit(make) for _ in range(4)]]
    assert len(set(made)) == 1


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"skills": [{"skill": "no-such-skill", "level": 1, "evidence": ""}]}, "skills-0-skill"),
        (
            {
                "skills": [
                    {"skill": "agile-working", "level": 1, "evidence": ""},
                    {"skill": "Agile working", "level": 2, "evidence": ""},
                ]
            },
            "skills-1-skill",
        ),
        ({"learning": ["agile-working", "no-such-skill"]}, "learning-1"),
        (
            {"languages": [{"language": "cy", "letters": "B2"}, {"language": "en", "letters": "Z9"}]},
            "languages-1-letters",
        ),
        ({"availability": [spell(10, 20), spell(0, 10)]}, "availability-0-from"),
        ({"availability": [spell(0, None), spell(400, 401)]}, "availability-1-from"),
        ({"grade": "G7"}, "grade"),
    ],
)
def test_what_means_nothing_here_is_refused_where_it_is(
    session: scoped_session[Session], data: dict[str, Any], field: str
) -> None:
    some_skills("agile-working")
    with pytest.raises(Invalid) as refusal:
        write(a_person(), **data)
    assert refusal.value.field == field


def test_ranges_that_touch_are_fine_and_shown_in_order(session: scoped_session[Session]) -> None:
    person = an_agent(available=[])
    write(person, availability=[spell(11, 20, 50), spell(0, 10)])
    write(person, availability=[spell(21, None), spell(5, 20, 80)])
    assert [row.percent for row in anew(person).availability] == [80, 100]


def test_a_language_level_may_be_left_out_and_is_kept_in_capitals(session: scoped_session[Session]) -> None:
    person = a_person()
    write(person, languages=[{"language": "fr", "letters": ""}, {"language": "cy", "letters": "b2"}])
    assert [(row.language, row.letters, row.ranks) for row in anew(person).languages] == [
        ("cy", "B2", [4]),
        ("fr", "", []),
    ]


@pytest.mark.parametrize(
    ("word", "kept", "located"),
    [("Leeds", "leeds", True), ("51.5, -0.12", "51.5,-0.12", True), ("Atlantis", "Atlantis", False)],
)
def test_any_place_is_taken(session: scoped_session[Session], word: str, kept: str, located: bool) -> None:
    person = a_person()
    write(person, places=[{"place": word, "max_km": None}])
    (row,) = anew(person).places
    assert (row.place, row.latitude is not None) == (kept, located)


def test_a_clearance_that_no_ladder_knows_equals_itself_only(session: scoped_session[Session]) -> None:
    person = a_person()
    write(person, clearance="Moon")
    profile = anew(person)
    assert (profile.clearance, profile.clearance_ladder) == ("Moon", "=Moon")
    write(person, clearance=None)
    assert (anew(person).clearance, anew(person).clearance_ladder) == (None, None)


def test_a_grade_is_put_on_the_post(session: scoped_session[Session]) -> None:
    person = an_agent(grade="G7")
    write(person, grade="SEO")
    post = employment_today(person.id)
    assert post is not None
    assert (post.grade, post.grade_rank) == ("SEO", PACK.grade("SEO").rank)


@pytest.mark.parametrize(("member", "action"), services.CHOICES.items())
def test_a_choice_is_recorded_once_each_way(session: scoped_session[Session], member: str, action: str) -> None:
    person = an_agent()
    for state in (True, True, False, False):
        profile = services.own_profile(person_id=person.id)
        services.choose(profile=profile, choice=member, value=state, actor_id=person.id)
        assert getattr(anew(person), member) is state
    told = session.scalars(select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id)).all()
    assert [(entry.facts, entry.actor_id) for entry in told] == [
        ({member: True}, person.id),
        ({member: False}, person.id),
    ]


def test_the_audit_names_the_parts_and_none_of_the_words(session: scoped_session[Session]) -> None:
    person = an_agent()
    write(person, about="A secret wish.", discipline="design")
    session.commit()
    entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "profile:write")).all()
    assert entries[-1].facts == {"parts": ["discipline", "about"]}
    assert entries[-1].subject == f"person/{person.public_id}"
    assert session.scalar(select(func.count()).select_from(AuditNote)) == 0


def test_an_admission_makes_an_agent_until_its_last_day(session: scoped_session[Session]) -> None:
    person = a_person()
    day = timedelta(days=1)
    services.admit(person=person, admitted_on=TODAY - 9 * day, expires_on=TODAY - day, actor_id=None)
    assert admission_today(person.id) is None
    services.admit(person=person, admitted_on=TODAY, expires_on=TODAY, actor_id=None)
    found = admission_today(person.id)
    assert found is not None
    assert found.expires_on == TODAY
    with pytest.raises(Invalid) as refusal:
        services.admit(person=person, admitted_on=TODAY, expires_on=TODAY - day, actor_id=None)
    assert refusal.value.field == "expires_on"
    assert session.scalar(select(func.count()).select_from(Admission)) == 2
