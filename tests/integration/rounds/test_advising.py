"""What a round says would have placed whoever was left out, and would fill the seats left empty; and to whom."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest

from freeagents.accounts.models import Person
from freeagents.applications import services as applications
from freeagents.extensions import db
from freeagents.profiles import services as profiles
from freeagents.profiles.models import HeldSkill
from freeagents.projects.models import Project, ProjectOwner
from freeagents.rounds.queries import rounds as queries
from freeagents.rounds.services import advising, leaving, planning, review, solving
from tests.clients import signed_in
from tests.factories import PACK, PASSWORD, a_department, a_person, a_policy, an_agent, some_skills, with_role
from tests.integration.rounds import world as w
from tests.integration.rounds.test_api import Caller
from tests.integration.rounds.world import AUDITOR, FORMS, HR, SURVEYS

WOULD_PLACE = "With plain-words at the level Working, the person would take a seat of “Write plain forms”."
WOULD_HAVE = "With plain-words at the level Working, you would have taken a seat of “Write plain forms”."


@pytest.fixture
def world(app) -> w.World:
    with app.app_context():
        return w.a_world(password=PASSWORD)


@pytest.fixture
def solved(app, world) -> str:
    with app.app_context():
        return w.solved(world).public_id


def published(world: w.World) -> None:
    subject = w.solved(world)
    for row in list(queries.proposals(subject.id, after=None, limit=10)):
        review.approve(subject=row, pack=PACK, actor_id=world.hr)
    planning.publish(subject=subject, actor_id=world.hr)
    db.session.commit()


def test_it_is_kept_by_row_and_true_when_the_round_is_run_again(app, world, solved):
    with app.app_context():
        subject = queries.round_by_public_id(solved)
        (alan,) = leaving.listed(subject=subject, after=None, limit=5)
        assert alan.advised
        assert (alan.nearest["skill"], alan.nearest["level"], alan.nearest["title"]) == ("plain-words", 2, FORMS)
        [(outcome, _seat, _project)] = queries.empty_seats(subject.id, after=None, limit=5)
        assert outcome.facts["filling"] == {"change": "asset", "skill": "plain-words", "qualify": 3, "filled": 1}
        profile = profiles.own_profile(person_id=world.people["alan"])
        [plain_words] = some_skills("plain-words")
        db.session.add(HeldSkill(profile_id=profile.id, skill_id=plain_words.id, level=2))
        db.session.commit()
        assert ("alan", FORMS, "proposed") in w.pairs(world, w.again(world, subject))


def test_reviewers_read_it_on_the_pages_of_the_round(app, solved):
    hr = signed_in(app, HR)
    page = hr.get(f"/rounds/{solved}/left-out")
    assert WOULD_PLACE in unescape(page)
    person = re.search(rf'href="(/rounds/{solved}/left-out/[^"]+)"', page)[1]
    page = hr.get(person)
    assert WOULD_PLACE in unescape(page)
    assert "What was not used" in page
    page = unescape(hr.get(f"/rounds/{solved}/empty-seats"))
    assert (
        "The smallest change that fills it: ask plain-words as an asset, not as essential. Then 3 people meet every"
        " hard rule. Solved with it, the round fills one more seat of the project."
    ) in page


def test_an_auditor_reads_of_seats_and_not_of_people(app, solved):
    """Where somebody would be placed depends on totals, in which private parts are."""
    auditor = signed_in(app, AUDITOR)
    page = auditor.get(f"/rounds/{solved}/left-out")
    assert "would take a seat" not in page
    person = re.search(rf'href="(/rounds/{solved}/left-out/[^"]+)"', page)[1]
    assert "would take a seat" not in auditor.get(person)
    assert "The smallest change that fills it" in auditor.get(f"/rounds/{solved}/empty-seats")


def test_the_person_reads_it_once_with_the_answers(app, world):
    with app.app_context():
        forms = db.session.get(Project, world.projects[FORMS])
        applications.apply(project=forms, person_id=world.people["alan"], home_employer_id=None)
        db.session.commit()
        published(world)
        email = db.session.get(Person, world.people["alan"]).email
    page = unescape(signed_in(app, email).get("/applications"))
    assert page.count(WOULD_HAVE) == 1


def test_whom_no_single_change_would_have_placed_reads_that(app, world):
    with app.app_context():
        ellen = an_agent("Ellen Ochoa", department=a_department("host"), skills={"numbers": 1}, password=PASSWORD)
        surveys = db.session.get(Project, world.projects[SURVEYS])
        applications.apply(project=surveys, person_id=ellen.id, home_employer_id=None)
        email = ellen.email
        db.session.commit()
        published(world)
    page = unescape(signed_in(app, email).get("/applications"))
    assert "No single change of your skills, languages, clearance, dates, places or ways of working" in page


def test_under_an_objective_that_is_no_sum_nothing_is_said(app, world):
    with app.app_context():
        subject = w.solved(replace(world, policy=a_policy("other", objective="worst_off").public_id))
        (alan,) = leaving.listed(subject=subject, after=None, limit=5)
        assert not alan.advised
        address = f"/rounds/{subject.public_id}"
    hr = signed_in(app, HR)
    assert "would take a seat" not in hr.get(f"{address}/left-out")
    assert "No single change" not in hr.get(f"{address}/left-out")
    assert "smallest change" not in hr.get(f"{address}/empty-seats")


def test_programs_read_the_same(app, world, solved):
    hr, auditor = Caller(app, HR), Caller(app, AUDITOR)
    with app.app_context():
        alan = db.session.get(Person, world.people["alan"]).public_id
        forms = db.session.get(Project, world.projects[FORMS]).public_id
    page = hr.get(f"/rounds/{solved}/left-out")
    nearest = {"project": forms, "title": FORMS, "skill": "plain-words", "level": 2}
    told = {"person": alan, "code": "no_seat_allowed", "facts": {}, "advised": True, "nearest": nearest}
    assert page == {"items": [told], "next": None}
    assert auditor.get(f"/rounds/{solved}/left-out")["items"] == [told | {"advised": False, "nearest": None}]
    for caller in (hr, auditor):
        page = caller.get(f"/rounds/{solved}/empty-seats?limit=1&after=nonsense")
        assert page["next"] is None
        [seat] = page["items"]
        assert (seat["project"], seat["seat"], seat["code"], seat["advised"]) == (forms, 2, "nobody_else_allowed", True)
        assert seat["filling"] == {"change": "asset", "skill": "plain-words", "qualify": 3, "filled": 1}


def an_owner(world: w.World, learners: int) -> str:
    """Give the forms an owner, and add agents who hold nothing asked, so many of whom agreed to be counted."""
    owner = with_role(a_person("Mary Sherman", password=PASSWORD), "manager")
    db.session.add(ProjectOwner(project_id=world.projects[FORMS], person_id=owner.id))
    home = a_department("learning")
    for number in range(12):
        agent = an_agent(f"Learner {number}", department=home, skills={"numbers": 1})
        profiles.own_profile(person_id=agent.id).countable = number < learners
    db.session.commit()
    published(world)
    return owner.email


def told_to(app, email: str) -> str:
    browser = signed_in(app, email)
    [address] = re.findall(r'href="(/messages/[^"]+)"[^>]*>[^<]*stayed empty', browser.get("/messages"))
    return unescape(browser.get(address))


def test_the_owner_of_an_empty_seat_is_told_what_would_have_filled_it(app, world):
    with app.app_context():
        email = an_owner(world, learners=12)
    page = told_to(app, email)
    assert "One seat of “Write plain forms” stayed empty" in page
    assert (
        "The smallest change that would have filled it: ask plain-words as an asset, not as essential. Then about 10"
        " people would have met the other rules, of those who agreed to be counted and whatever their clearance."
    ) in page


def test_but_not_where_fewer_than_ten_agreed_to_be_counted(app, world):
    with app.app_context():
        email = an_owner(world, learners=9)
    page = told_to(app, email)
    assert "One seat of “Write plain forms” stayed empty" in page
    assert "HR matches again in the next round." in page
    assert "smallest change" not in page


def test_what_a_dead_worker_left_is_worked_out_when_the_job_comes_again(app, world, monkeypatch):
    with app.app_context(), monkeypatch.context() as dying:
        dying.setattr(advising, "advise", lambda *_all: None)
        subject = w.solved(world)
        round_id, before = subject.id, dict(subject.figures)
        assert not leaving.nearest_by_row(subject)
    with app.app_context():
        solving.solve_round(round_id=round_id, pack=PACK)
        db.session.commit()
        subject = queries.round_by_id(round_id)
        assert subject.state == "in_review"
        assert subject.figures == before | {"advised": True}
        told = leaving.nearest_by_row(subject)
        assert told
        solving.solve_round(round_id=round_id, pack=PACK)
        assert leaving.nearest_by_row(queries.round_by_id(round_id)) == told
