"""Hostile text in every field of every form and in every member that the API reads: no failure, no unescaped echo."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from freeagents.accounts.models import Person
from freeagents.accounts.services.tokens import make_api_token
from freeagents.extensions import api, db
from tests.clients import signed_in
from tests.factories import PASSWORD
from tests.integration.rounds.world import HR, a_world
from tests.pages import Page, check_page

MARK = "<img src=x onerror=alert(1)>"
TEXTS = {
    "markup": f"\"'></textarea></title>{MARK}<script>alert(1)</script>&lt;",
    "templates and SQL": "{{7*7}}${7*7}#{7*7}%(x)s%s{0}'; DROP TABLE person;-- \\' OR 1=1",
    "signs that turn or end text": "a\x00b\u202ereversed\u2066\u200b\x1b[31m\r\nSet-Cookie: x=1",
    "letters beyond": "👩🏽‍🚀🏳️‍🌈𝔘𝔫𝔦" + "Z\u0351\u036b" * 40,
    "very long": "x" * 100_000,
    "numbers": "99999999999999999999999999e999",
}
LONE = "\ud800 half a letter"
LEFT_ALONE = ("/sign-out", "/account/leave")
MOST_PAGES = 60


def crawled(client: FlaskClient) -> Iterator[tuple[str, Page]]:
    """Yield the pages that can be reached by links, one of each kind."""
    waiting, seen = ["/"], set[str]()
    while waiting and len(seen) < MOST_PAGES:
        address = waiting.pop(0)
        kind = re.sub(r"/[\w-]{16}(?=/|$|\?)", "/…", address.partition("?")[0])
        if kind in seen or not address.startswith("/") or address.startswith(("/static", "/api")):
            continue
        seen.add(kind)
        answer = client.get(address)
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        page = check_page(answer.text)
        yield address, page
        waiting += [(link.get("href") or "").partition("#")[0] for link in page.all("a")]


def sent(page: Page, form: Any, text: str) -> dict[str, str]:
    """Return what a form sends with the text in every field that is a person's to fill."""
    kept = {"csrf_token", "version", "rows"}
    names = {each.get("name"): each for each in form.iter() if each.get("name")}
    return {name: each.get("value") or "" if name in kept else text for name, each in names.items() if name != "rows"}


@pytest.mark.parametrize("who", [HR, "ada-lovelace", "katherine"])
def test_no_form_fails_on_hostile_text_or_says_it_unescaped(app: Flask, who: str) -> None:
    with app.app_context():
        world = a_world(password=PASSWORD)
        email = {HR: HR}.get(who) or next(
            row.email for row in db.session.query(Person) if row.name.lower().startswith(who.split("-", maxsplit=1)[0])
        )
        assert world
    browser = signed_in(app, email)
    forms = 0
    for address, page in list(crawled(browser.client)):
        for form in page.all("form"):
            target = form.get("action") or address
            if target in LEFT_ALONE:
                continue
            posts = (form.get("method") or "").lower() == "post"
            forms += 1
            for name, text in TEXTS.items():
                told = sent(page, form, text)
                answer = (
                    browser.client.post(target, data=told)
                    if posts
                    else browser.client.get(target, query_string={**told, "after": text})
                )
                assert answer.status_code < 500, (address, target, name, answer.text[:500])
                assert MARK not in answer.text, (address, target, name)
                assert "49" not in re.findall(r"value=\"(49)\"", answer.text), (address, target, name)
                assert "Set-Cookie: x=1" not in str(answer.headers)
    assert forms > 8


def test_no_resource_of_the_api_fails_on_hostile_text(app: Flask) -> None:
    with app.app_context():
        world = a_world(password=PASSWORD)
        token = make_api_token(person_id=world.hr, name="hostile", actor_id=world.hr, second_factor=True)
        db.session.commit()
        spec = api.spec.to_dict()
    client, headers = app.test_client(), {"Authorization": f"Bearer {token}"}
    asked = 0
    for path, operations in spec["paths"].items():
        for method, operation in operations.items():
            if method not in {"post", "patch", "put", "delete"}:
                continue
            members = members_of(operation, spec)
            for text in (*TEXTS.values(), LONE):
                address = re.sub(r"\{\w+\}", "x%27%3Cimg%3E%00", path)
                for body in (dict.fromkeys(members, text), {name: [text, {"a": text}] for name in members}, text):
                    answer = client.open(address, method=method.upper(), json=body, headers=headers)
                    assert answer.status_code < 500, (method, path, text[:40], answer.text[:500])
                    assert answer.mimetype != "text/html"
                    asked += 1
    assert asked > 200


def members_of(operation: dict[str, Any], spec: dict[str, Any]) -> list[str]:
    """Return the members of the JSON that an operation reads."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    schema = content.get("schema", {})
    if "$ref" in schema:
        schema = spec["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return list(schema.get("properties", {}))
