"""Finding a project: what suits best first, what lacks little next, counts before anything hides, and never nothing."""

from __future__ import annotations

import pytest
from flask import Flask

from freeagents.accounts.services.tokens import make_api_token
from freeagents.applications import services as applications
from freeagents.applications.queries import finding, telling
from freeagents.applications.queries.wanted import Wanted
from freeagents.eligibility import services as eligibility
from freeagents.eligibility.pool import people_facts
from freeagents.extensions import db
from freeagents.profiles import services as profiles
from tests.clients import signed_in
from tests.factories import PACK, PASSWORD, TODAY, a_department, a_person, a_project, an_agent, profile_of

ANY = Wanted()


@pytest.fixture
def ada(session):
    """Somebody who does user research well and wants to learn plain words."""
    return an_agent(
        "Ada Lovelace",
        department=a_department("home"),
        skills={"user-research": 3, "numbers": 1},
        learning=["plain-words"],
        password=PASSWORD,
    )


def some_projects():
    """Make one project of each kind there is."""
    host = a_department("host")
    a_project("Far away", department=host, essential={"alchemy": 1, "numbers": 3, "plain-words": 2})
    a_project("Two short", department=host, essential={"numbers": 3, "plain-words": 2, "user-research": 1})
    a_project("One short", department=host, essential={"numbers": 2, "user-research": 1})
    a_project("At home", department=a_department("home"), essential={"user-research": 1})
    a_project("Fits", department=host, essential={"user-research": 2})
    a_project("Fits and grows", department=host, essential={"user-research": 2}, asset={"plain-words": 1})
    a_project("Asks nothing", department=host)
    a_project("Draft", department=host, essential={"user-research": 2}, opened=False)


def looked(ada, *, wanted=ANY, show="all", after=None):
    person = people_facts(today=TODAY, only=ada.id)[ada.id]
    return finding.best(person_id=ada.id, person=person, wanted=wanted, show=show, after=after, pack=PACK)


def titles(rows):
    return [row.project.title for row in rows]


def test_what_one_qualifies_for_comes_first_and_then_what_lacks_least(session, ada):
    some_projects()
    page = looked(ada)
    assert titles(page.rows)[3:] == ["One short", "Two short", "Far away", "At home"]
    assert set(titles(page.rows)[:3]) == {"Fits", "Fits and grows", "Asks nothing"}
    scores = [row.told.score for row in page.rows[:3]]
    assert scores == sorted(scores, reverse=True)
    assert [row.lacking for row in page.rows][:6] == [0, 0, 0, 1, 2, 3]
    assert (page.total, page.looked, page.shares) == (7, 7, {"fits": 3, "near": 2, "all": 7})
    assert (page.nearest, page.after) == ([], None)


def test_one_sees_only_those_one_qualifies_for_or_nearly(session, ada):
    some_projects()
    assert set(titles(looked(ada, show="fits").rows)) == {"Fits", "Fits and grows", "Asks nothing"}
    assert titles(looked(ada, show="near").rows) == ["One short", "Two short"]


def test_declared_conflict_is_never_nearly_in_reach(session, ada):
    apart = a_project("Apart", department=a_department("host"), essential={"user-research": 2})
    eligibility.declare_conflict(project=apart, person_id=ada.id)
    page = looked(ada, show="near")
    assert page.rows == []
    assert page.shares == {"fits": 0, "near": 0, "all": 1}
    assert titles(page.nearest) == ["Apart"]


def test_where_nothing_is_as_asked_the_nearest_come_instead(session, ada):
    some_projects()
    page = looked(ada, wanted=Wanted(work_mode="on_site"))
    assert page.rows == []
    assert page.total == 0
    assert len(page.nearest) == 3
    assert {row.wanted for row in page.nearest} == {False}
    assert page.counts.of() == 7
    assert page.counts.of(work_mode="remote") == 7
    words = looked(ada, wanted=Wanted(text="no such words"))
    assert (words.rows, words.total, len(words.nearest)) == ([], 0, 3)


def test_where_one_qualifies_for_none_the_nearest_of_those_asked_for_come(session, ada):
    host = a_department("host")
    a_project("Forms far", department=host, essential={"alchemy": 3})
    a_project("Forms near", department=host, essential={"numbers": 2})
    a_project("Elsewhere", department=host)
    page = looked(ada, wanted=Wanted(text="FORMS"), show="fits")
    assert (page.rows, titles(page.nearest)) == ([], ["Forms near", "Forms far"])


def test_each_word_must_be_there(session, ada):
    a_project("Plain forms for ports")
    a_project("Forms")
    assert titles(looked(ada, wanted=Wanted(text="ports plain")).rows) == ["Plain forms for ports"]
    assert titles(looked(ada, wanted=Wanted(text="100%")).rows) == []


def test_counts_know_every_discipline_of_a_project(session, ada):
    one, two = list(PACK.disciplines)[:2]
    a_project("Both", disciplines=[one, two])
    a_project("One", disciplines=[one], work_mode="on_site", place="Leeds")
    counts = looked(ada).counts
    assert counts.of() == 2
    assert [counts.of(discipline=code) for code in (one, two)] == [2, 1]
    assert counts.of(discipline=one, work_mode="on_site") == 1
    assert titles(looked(ada, wanted=Wanted(discipline=two)).rows) == ["Both"]


def test_pages_follow_one_another(session, ada):
    host = a_department("host")
    for number in range(45):
        a_project(f"Need {number}", department=host, essential={"user-research": 1 + number % 4})
    seen, after = [], None
    while True:
        page = looked(ada, after=after)
        seen += titles(page.rows)
        after = page.after
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 45


def test_newest_first_shows_others_where_nothing_is_as_asked(session, ada):
    some_projects()
    newest = finding.newest(person_id=ada.id, person=None, wanted=ANY, after=None, pack=PACK)
    assert titles(newest.rows)[0] == "Asks nothing"
    assert newest.nearest == []
    none = finding.newest(person_id=ada.id, person=None, wanted=Wanted(text="nowhere"), after=None, pack=PACK)
    assert (none.rows, none.total, none.looked, len(none.nearest)) == ([], 0, 0, 3)
    empty = finding.newest(
        person_id=ada.id, person=None, wanted=ANY, after=newest.rows[-1].project.public_id, pack=PACK
    )
    assert (empty.rows, empty.nearest) == ([], [])


def test_paused_person_qualifies_for_nothing_and_reads_why(app: Flask) -> None:
    with app.app_context():
        ada = an_agent(department=a_department("home"), skills={"user-research": 3}, password=PASSWORD)
        a_project("Fits", department=a_department("host"), essential={"user-research": 2})
        profiles.choose(profile=profile_of(ada), choice="paused", value=True, actor_id=ada.id)
        db.session.commit()
        email = ada.email
    page = signed_in(app, email).get("/projects")
    assert "You qualify for none of them yet." in page
    assert "You are not in the pool, or you have paused" in page


def test_cards_say_why_and_filters_how_many(app: Flask) -> None:
    with app.app_context():
        ada = an_agent(
            "Ada Lovelace",
            department=a_department("home"),
            skills={"user-research": 3, "numbers": 1},
            learning=["plain-words"],
            password=PASSWORD,
        )
        some_projects()
        a_project(
            "Secret",
            department=a_department("host"),
            essential={"user-research": 1},
            clearance=list(PACK.clearances)[-1],
        )
        clearance = list(PACK.clearances)[-1]
        manager = a_person("Mary", password=PASSWORD)
        emails = ada.email, manager.email
        db.session.commit()
    browser = signed_in(app, emails[0])
    page = browser.get("/projects")
    assert "You qualify for 3." in page
    assert "3 more are nearly in reach." in page
    assert "numbers: Working is asked, you have Awareness" in page
    assert f"security clearance: {clearance} is asked" in page
    assert "It asks for what you want to learn: plain-words." in page
    assert "Those I qualify for (3)" in page
    assert "Remote (8)" in page
    assert page.index("Fits and grows") < page.index("One short") < page.index("Far away")
    assert browser.get("/projects?order=newest").index("Asks nothing") < page.index("Fits and grows")
    near = browser.get("/projects?show=near")
    assert "Two short" in near
    assert "Far away" not in near
    assert "Save this search" not in near
    nothing = browser.get("/projects?work_mode=on_site&text=fits")
    assert "No open project is just like that." in nothing
    assert "Look with any way of working (2)" in nothing
    assert "What comes nearest" in nothing
    assert browser.get("/projects?show=strange&order=odd", status=422)
    plain = signed_in(app, emails[1]).get("/projects?text=alchemy&show=fits")
    assert "No open project is just like that." in plain
    assert "What comes nearest" in plain
    assert "You qualify" not in plain


def test_api_says_the_same(app: Flask) -> None:
    with app.app_context():
        ada = an_agent(department=a_department("home"), skills={"user-research": 3, "numbers": 1})
        some_projects()
        bearer = {"Authorization": f"Bearer {make_api_token(person_id=ada.id, name='test', actor_id=ada.id)}"}
        db.session.commit()
    client = app.test_client()
    answer = client.get("/api/v1/projects/for-me?show=near", headers=bearer).json
    assert [one["title"] for one in answer["items"]] == ["One short", "Two short"]
    assert answer["items"][0]["missing"] == ["essential_skills"]
    assert answer["items"][0]["lacking"] == 1
    assert answer["shares"] == {"all": 7, "fits": 3, "near": 2}
    assert (answer["total"], answer["looked"], answer["next"], answer["nearest"]) == (7, 7, None, [])
    newest = client.get("/api/v1/projects/for-me?order=newest", headers=bearer).json
    assert newest["items"][0]["title"] == "Asks nothing"
    assert newest["shares"] is None
    assert client.get("/api/v1/projects/for-me?show=odd", headers=bearer).status_code == 422


def test_saved_search_still_finds_what_its_words_say(session, ada):
    data = {"text": "ports plain", "discipline": None, "work_mode": None, "show": "all"}
    search = applications.save_search(person_id=ada.id, data=data)
    search.told_until = search.told_until.replace(year=2000)
    a_project("Plain forms for ports")
    db.session.flush()
    found = telling.newly_open(search, search.created_at.replace(year=2100), person=None, pack=PACK)
    assert [project.title for project in found] == ["Plain forms for ports"]
