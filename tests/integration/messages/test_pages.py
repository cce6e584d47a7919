"""The inbox as a person sees it, on pages and in the API."""

from __future__ import annotations

import re

import icalendar
import pytest
from flask import Flask
from sqlalchemy import event

from freeagents.accounts.services.tokens import make_api_token
from freeagents.extensions import db
from freeagents.messages.models import MailChoice, Message
from freeagents.messages.services.telling import Notice, tell
from tests.clients import Browser, signed_in
from tests.factories import PASSWORD, a_person
from tests.integration.messages.conftest import use

MATCHED = {"project": "p", "title": "<b>Ask</b> around", "start": "2027-01-11", "end": "2027-03-05"}


@pytest.fixture
def ada(app: Flask) -> int:
    with app.app_context():
        person = a_person("Ada Lovelace", email="ada@example.org", password=PASSWORD)
        db.session.commit()
        return person.id


@pytest.fixture
def browser(app: Flask, ada: int) -> Browser:
    return signed_in(app, "ada@example.org")


@pytest.fixture
def bearer(app: Flask, ada: int) -> dict[str, str]:
    with app.app_context():
        token = make_api_token(person_id=ada, name="test", actor_id=ada)
        db.session.commit()
    return {"Authorization": f"Bearer {token}"}


def told(app: Flask, person: int, count: int = 1, kind: str = "application:matched") -> list[str]:
    with app.app_context():
        tell(kind, [Notice(person, f"{kind}/{number}", MATCHED) for number in range(count)])
        db.session.commit()
        return [row.public_id for row in db.session.query(Message).where(Message.recipient_id == person)]


def waiting(page: str) -> str | None:
    found = re.search(r'<span class="app-waiting">(\d+)<', page)
    return found[1] if found else None


def test_inbox_says_what_is_new_until_it_is_read(app: Flask, ada: int, browser: Browser) -> None:
    assert "You have no messages" in browser.get("/messages")
    first, _second = told(app, ada, 2)
    page = browser.get("/messages")
    assert waiting(page) == "2"
    assert page.count("You are matched with “&lt;b&gt;Ask") == 2
    page = browser.get(f"/messages/{first}")
    assert "HR approved the match." in page
    assert waiting(page) == "1"
    assert waiting(browser.get(f"/messages/{first}")) == "1"
    browser.post("/messages/read", page="/messages")
    assert waiting(browser.get("/")) is None


def test_long_inbox_comes_in_pages_and_asks_the_database_as_often(app: Flask, ada: int, browser: Browser) -> None:
    asked: list[str] = []
    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", listener := lambda _c, _k, statement, *_r: asked.append(statement))
    try:
        told(app, ada, 1)
        browser.get("/messages")
        counts = []
        for count in (1, 45):
            told(app, ada, count)
            asked.clear()
            page = browser.get("/messages")
            counts.append(len([one for one in asked if one.lstrip().startswith(("SELECT", "WITH"))]))
    finally:
        event.remove(engine, "before_cursor_execute", listener)
    assert counts[0] == counts[1] <= 6
    seen = 0
    while page:
        seen += page.count("You are matched")
        following = re.search(r'href="(/messages\?after=[^"]+)" rel="next"', page)
        page = browser.get(following[1]) if following else ""
    assert seen == 45


def test_message_of_somebody_else_is_not_there(app: Flask, ada: int, browser: Browser) -> None:
    with app.app_context():
        other = a_person("Grace").id
        db.session.commit()
    (message,) = told(app, other)
    for address in (f"/messages/{message}", f"/messages/{message}/dates.ics"):
        browser.get(address, status=404)
    browser.get(f"/messages?after={message}")


def test_dates_are_a_calendar_file(app: Flask, ada: int, browser: Browser) -> None:
    (message,) = told(app, ada)
    answer = browser.client.get(f"/messages/{message}/dates.ics")
    assert answer.mimetype == "text/calendar"
    (entry,) = icalendar.Calendar.from_ical(answer.data).events
    assert entry.start.isoformat() == "2027-01-11"
    assert entry.end.isoformat() == "2027-03-06"
    assert entry["summary"] == "<b>Ask</b> around"
    assert entry["uid"] == "p@freeagents"


def test_moment_is_chosen_and_kept(app: Flask, ada: int, browser: Browser, monkeypatch) -> None:
    assert "This service sends no mail yet" in browser.get("/account/mail")
    use(app, "smtp://127.0.0.1:1", monkeypatch)
    page = browser.get("/account/mail")
    assert "sends no mail" not in page
    browser.post("/account/mail", {"applications": "daily", "projects": "never", "rounds": "at_once"})
    with app.app_context():
        kept = {row.topic: row.moment for row in db.session.query(MailChoice)}
    assert kept == {"applications": "daily", "projects": "never", "rounds": "at_once"}
    refused = browser.post("/account/mail", {"applications": "never"}, status=422)
    assert "Choose one of the moments in the list." in refused.text


def test_api_lists_and_reads_ones_own(app: Flask, ada: int, bearer: dict[str, str]) -> None:
    told(app, ada, 3)
    client = app.test_client()
    page = client.get("/api/v1/messages?limit=2", headers=bearer).json
    assert [item["kind"] for item in page["items"]] == ["application:matched"] * 2
    one = page["items"][0]
    assert one["subject"] == "You are matched with “<b>Ask</b> around”"
    assert one["dates"] == {"title": "<b>Ask</b> around", "first": "2027-01-11", "last": "2027-03-05"}
    assert one["read_at"] is None
    rest = client.get(f"/api/v1/messages?limit=2&after={page['next']}", headers=bearer).json
    assert (len(rest["items"]), rest["next"]) == (1, None)
    address = f"/api/v1/messages/{one['id']}"
    assert client.get(address, headers=bearer).json["read_at"] is None
    read_at = client.post(f"{address}/read", headers=bearer).json["read_at"]
    assert read_at
    assert client.post(f"{address}/read", headers=bearer).json["read_at"] == read_at
    unread = client.get("/api/v1/messages?unread=true", headers=bearer).json
    assert len(unread["items"]) == 2


def test_message_is_said_in_the_readers_language(app: Flask, ada: int, bearer: dict[str, str]) -> None:
    (message,) = told(app, ada)
    answer = app.test_client().get(f"/api/v1/messages/{message}", headers=bearer | {"Accept-Language": "en"}).json
    assert answer["text"] == ["HR approved the match. You will hear about the next step."]
    assert answer["facts"]["project"] == "p"
