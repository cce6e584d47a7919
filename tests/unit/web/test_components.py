"""Every macro gives a good page: empty, filled in, with errors, with hostile text, in both languages."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.pages import Page, check_page, text

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)> \u202e مرحبا 🎉 {{7*7}} " + "x" * 5000
FILLED = {
    "title": "Payroll",
    "place": "ottawa",
    "mode": "remote",
    "languages": "fr",
    "start-day": "1",
    "start-month": "2",
    "start-year": "2027",
}


@pytest.fixture
def client(web: Flask) -> FlaskClient:
    return web.test_client()


def send(client: FlaskClient, **typed: str) -> tuple[int, Page]:
    token = check_page(client.get("/components")).fields()["csrf_token"]
    answer = client.post("/components", data={"csrf_token": token} | typed)
    return answer.status_code, check_page(answer.text) if answer.status_code != 303 else Page(answer.text)


@pytest.mark.parametrize(
    "query", ["", "?as=somebody", "?demo=1&flash=Saved.", "?as=somebody&lang=fr&flash=No&kind=info"]
)
def test_the_empty_page_is_good(client: FlaskClient, query: str) -> None:
    assert check_page(client.get(f"/components{query}")).root.get("lang") == ("fr" if "lang=fr" in query else "en")


def test_errors_are_told_in_a_summary_that_leads_to_each_input(client: FlaskClient) -> None:
    status, page = send(client, title=" ", seats="many", **{"skills-1-skill": "SQL"})
    summary = page.all("div", role="alert")[0]
    links = {element.get("href"): text(element) for element in summary.iter("a")}
    assert status == 422
    assert links == {
        "#title": "Enter title.",
        "#seats": "Seats must be a whole number.",
        "#place": "Enter place.",
        "#mode": "Choose mode.",
        "#start-day": "Enter start.",
        "#languages": "Languages: give 1 or more.",
        "#skills-0-level": "Enter level.",
    }


def test_what_was_typed_stays_when_something_is_wrong(client: FlaskClient) -> None:
    typed = FILLED | {
        "seats": "many",
        "outcome": "Pay\nright",
        "agreed": "true",
        "skills-0-skill": "SQL",
        "skills-0-level": "3",
    }
    status, page = send(client, **typed)
    shown = page.fields(page.all("form", action="/components")[0])
    assert status == 422
    assert {name: shown[name] for name in typed} == typed


def test_hostile_text_is_shown_as_text(client: FlaskClient) -> None:
    status, page = send(
        client, **(FILLED | dict.fromkeys(("title", "outcome", "seats", "place", "mode", "skills-0-skill"), HOSTILE))
    )
    assert status == 422
    assert not [script for script in page.all("script") if "alert" in text(script)]
    assert page.fields(page.all("form", action="/components")[0])["title"] == HOSTILE


def test_a_row_is_added_and_removed_without_a_script(client: FlaskClient) -> None:
    status, page = send(client, title="", rows="add:skills", **{"skills-0-skill": "SQL"})
    assert (status, page.by_id("skills-1-skill") is not None, page.all("div", role="alert")) == (200, True, [])
    status, page = send(client, rows="remove:skills-0", **{"skills-0-skill": "SQL", "skills-1-skill": "Python"})
    row = page.by_id("skills-0-skill")
    assert row is not None
    assert (row.get("value"), page.by_id("skills-1-skill")) == ("Python", None)


def test_a_refusal_is_shown_on_the_page_with_its_status(client: FlaskClient) -> None:
    status, page = send(client, **(FILLED | {"title": "conflict"}))
    assert status == 409
    assert "Somebody changed this project meanwhile." in text(page.all("div", role="alert")[0])


def test_a_good_form_leads_on(client: FlaskClient) -> None:
    assert send(client, **FILLED)[0] == 303


def test_a_part_is_answered_to_the_page_s_own_script(client: FlaskClient) -> None:
    answer = client.get("/components/progress", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["Vary"]) == (200, "HX-Request, Accept-Encoding, Cookie")
    assert answer.text.strip().startswith('<div id="progress" hx-get=')
    assert client.get("/components/progress").status_code == 303


def test_a_missing_token_is_refused_with_a_sentence(client: FlaskClient) -> None:
    answer = client.post("/components", data=FILLED)
    assert answer.status_code == 400
    assert "had been open for too long" in answer.text
