"""Saved searches: kept, told of once a day, forgotten when removed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from freeagents.accounts.services.tokens import make_api_token
from freeagents.applications import services
from freeagents.applications.models import SavedSearch
from freeagents.db.base import utc_now
from freeagents.errors import Conflict, Invalid
from freeagents.extensions import db
from freeagents.messages.kinds import say
from freeagents.messages.models import Message
from tests.clients import signed_in
from tests.factories import PACK, PASSWORD, a_department, a_project, an_agent

ANY = {"text": "", "discipline": None, "work_mode": None, "show": "all"}
TOMORROW = (utc_now() + timedelta(days=1)).replace(hour=5, minute=30)


@pytest.fixture
def ada(session):
    return an_agent("Ada Lovelace", department=a_department("home"), skills={"user-research": 2})


def told(person: int) -> list[Message]:
    return db.session.query(Message).where(Message.recipient_id == person).order_by(Message.id).all()


def test_search_tells_once_a_day_of_what_was_opened_since(session, ada):
    a_project("Old forms")
    services.save_search(person_id=ada.id, data=ANY | {"text": "forms"})
    a_project("New forms")
    a_project("Something else")
    for _time in range(2):
        services.tell_searches(now=TOMORROW, pack=PACK)
    (message,) = told(ada.id)
    said = say(message.kind, message.facts)
    assert said.subject == "One new project for your search"
    assert said.paragraphs == ("You saved this search: “forms”.",)
    assert [link.words for link in said.links] == ["New forms", "Search again"]
    services.tell_searches(now=TOMORROW + timedelta(days=1), pack=PACK)
    assert len(told(ada.id)) == 1


def test_before_the_hour_nothing_is_told(session, ada):
    services.save_search(person_id=ada.id, data=ANY | {"text": "forms"})
    a_project("New forms")
    hour = TOMORROW.replace(hour=services.SEARCHES_AT.hour, minute=0)
    hour = hour if hour - utc_now() < timedelta(days=1) else hour - timedelta(days=1)
    services.tell_searches(now=hour - timedelta(minutes=1), pack=PACK)
    assert told(ada.id) == []


def test_search_for_what_one_qualifies_for_tells_of_nothing_else(session, ada):
    services.save_search(person_id=ada.id, data=ANY | {"show": "fits"})
    a_project("Fits", essential={"user-research": 2})
    a_project("Too hard", essential={"user-research": 4})
    services.tell_searches(now=TOMORROW, pack=PACK)
    (message,) = told(ada.id)
    assert [row["title"] for row in message.facts["projects"]] == ["Fits"]


def test_long_finds_name_the_newest_and_count_all(session, ada):
    services.save_search(person_id=ada.id, data=ANY | {"work_mode": "remote"})
    for number in range(7):
        a_project(f"Project {number}")
    services.tell_searches(now=TOMORROW, pack=PACK)
    (message,) = told(ada.id)
    assert say(message.kind, message.facts).subject == "7 new projects for your search"
    assert [row["title"] for row in message.facts["projects"]] == [f"Project {number}" for number in (6, 5, 4, 3, 2)]


def test_search_that_asks_nothing_and_one_too_many_are_refused(session, ada):
    with pytest.raises(Invalid):
        services.save_search(person_id=ada.id, data=ANY)
    for number in range(services.MOST_SEARCHES):
        services.save_search(person_id=ada.id, data=ANY | {"text": f"word {number}"})
        services.save_search(person_id=ada.id, data=ANY | {"text": f"word {number}"})
    with pytest.raises(Conflict):
        services.save_search(person_id=ada.id, data=ANY | {"text": "one more"})
    assert session.query(SavedSearch).count() == services.MOST_SEARCHES


def test_search_is_saved_from_the_list_and_removed(app: Flask) -> None:
    with app.app_context():
        person = an_agent("Ada", password=PASSWORD)
        email, person_id = person.email, person.id
        db.session.commit()
    browser = signed_in(app, email)
    assert "You have no saved searches" in browser.get("/projects/searches")
    listed = "/projects?text=<b>forms&work_mode=remote"
    assert "Save this search" in browser.get(listed)
    browser.post("/projects/searches", {"text": "<b>forms", "work_mode": "remote"}, page=listed)
    page = browser.get("/projects/searches")
    assert "“&lt;b&gt;forms”, Remote" in page
    with app.app_context():
        search = db.session.query(SavedSearch).one().public_id
    browser.post(f"/projects/searches/{search}/remove", page="/projects/searches")
    refused = browser.post("/projects/searches", {}, page=listed, status=422)
    assert "Choose what to look for" in refused.text
    with app.app_context():
        assert db.session.query(SavedSearch).count() == 0
        token = make_api_token(person_id=person_id, name="test", actor_id=person_id)
        db.session.commit()
    client, bearer = app.test_client(), {"Authorization": f"Bearer {token}"}
    made = client.post("/api/v1/searches", json={"text": "forms", "show": "fits"}, headers=bearer)
    assert made.status_code == 201
    assert client.get("/api/v1/searches", headers=bearer).json == [made.json]
    assert client.delete(f"/api/v1/searches/{made.json['id']}", headers=bearer).status_code == 204
    assert client.get("/api/v1/searches", headers=bearer).json == []
