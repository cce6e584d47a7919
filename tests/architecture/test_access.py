"""Who may do what: every endpoint, for every role and relation to what it is about, from one table.

The table names, for each endpoint, who gets past the guard. Everybody else is sent to sign in, or is told 403, or 404
where even existence is private. An endpoint without a row fails, and so does a row without an endpoint.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from freeagents.security.access import PERMISSIONS
from freeagents.security.guard import SAFE_METHODS, permission_of
from tests.architecture.access_table import DRAFT_READERS, NOBODY, TABLE
from tests.architecture.access_world import ROLES, AccessWorld, an_access_world
from tests.clients import signed_in

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
EVERYBODY = (NOBODY, *ROLES)
BODIES = {"drafts.count": {"section": "dates"}, "drafts.suggest": {"section": "outcome"}}
"""What a request must say to be about anything at all."""


def endpoints(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Yield every rule with each of its methods that has a view of its own."""
    for rule in app.url_map.iter_rules():
        yield from ((rule, method) for method in METHODS if method in (rule.methods or ()))


def row_of(rule: Rule, method: str) -> str:
    """Return the name of the table's row: the endpoint, and the method where the API has several."""
    return f"{rule.endpoint} {method}" if rule.rule.startswith("/api/v1/") else rule.endpoint


def test_every_endpoint_declares_a_permission_of_the_policy(app: Flask) -> None:
    for rule, method in endpoints(app):
        assert permission_of(app, rule.endpoint, method) in PERMISSIONS, (rule.rule, method)


def test_every_endpoint_has_a_row_and_every_row_an_endpoint(app: Flask) -> None:
    assert {row_of(rule, method) for rule, method in endpoints(app)} == set(TABLE)


def test_the_provider_s_answer_is_the_only_get_that_writes(app: Flask) -> None:
    writing = {name for name, view in app.view_functions.items() if getattr(view, "writes", False)}
    assert writing == {"provider.come_back"}


def test_each_row_holds_for_everybody(app: Flask) -> None:
    world = an_access_world(app)
    clients = {who: Client(app, who, world) for who in EVERYBODY}
    wrong = []
    for rule, method in endpoints(app):
        allowed = TABLE[row_of(rule, method)]
        for who in EVERYBODY:
            if who in allowed and method not in SAFE_METHODS:
                continue  # It would change the world for the others; test_those_who_may_can runs these one by one.
            status, location = clients[who].ask(rule, method)
            if _is_denied(status, location) is (who in allowed):
                wrong.append(f"{method} {rule.rule} as {who}: {status} {location or ''}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("who", EVERYBODY)
def test_those_who_may_can(app: Flask, who: str) -> None:
    """Unsafe requests with an empty body get past the guard for those in the table: never 401, 403 or 404."""
    wrong = []
    world = an_access_world(app)
    client = Client(app, who, world)
    for rule, method in sorted(endpoints(app), key=lambda pair: _how_final(pair[0])):
        if method in SAFE_METHODS or who not in TABLE[row_of(rule, method)]:
            continue
        if "sign-" in rule.rule:
            client = Client(app, who, world)
        status, location = client.ask(rule, method)
        if status in {401, 403, 404} or status >= 500:
            wrong.append(f"{method} {rule.rule} as {who}: {status} {location or ''}")
    assert not wrong, "\n".join(wrong)


def test_a_draft_is_there_only_for_those_who_may_read_it(app: Flask) -> None:
    world = an_access_world(app)
    draft = world.values["draft"]
    for who in EVERYBODY:
        client = Client(app, who, world)
        bearer = {"Authorization": f"Bearer {client.bearer}"}
        page = client.client.get(f"/projects/{draft}")
        api = client.client.get(f"/api/v1/projects/{draft}", headers=bearer)
        for verb in ("apply", "conflict", "no-conflict"):
            act = client.client.post(f"/projects/{draft}/{verb}", headers={"X-CSRFToken": client.csrf})
            assert act.status_code in {303, 403, 404}, (who, verb, act.status_code)
            if act.status_code == 303:
                assert who == NOBODY
        assert (page.status_code == 200) is (api.status_code == 200) is (who in DRAFT_READERS), who
        if who not in DRAFT_READERS | {NOBODY}:
            absent = client.client.get("/projects/there-is-no-such-one")
            assert page.status_code == absent.status_code == api.status_code == 404


class Client:
    """Somebody with a browser and, for the API, a token."""

    def __init__(self, app: Flask, who: str, world: AccessWorld) -> None:
        self.world = world
        self.bearer = world.bearers.get(who)
        self.client: FlaskClient = app.test_client() if who == NOBODY else signed_in(app, world.emails[who]).client
        page = self.client.get("/sign-in" if who == NOBODY else "/account").text
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert found
        self.csrf = found[1]

    def ask(self, rule: Rule, method: str) -> tuple[int, str | None]:
        """Send an empty request; return status and where it leads."""
        is_api = rule.rule.startswith("/api/v1/")
        headers = {"Authorization": f"Bearer {self.bearer}"} if is_api and self.bearer else {"X-CSRFToken": self.csrf}
        body = {"json": {}} if is_api and method not in SAFE_METHODS else {"data": BODIES.get(rule.endpoint)}
        with self.client.open(self.address(rule), method=method, headers=headers, **body) as answer:
            return answer.status_code, answer.headers.get("Location")

    def address(self, rule: Rule) -> str:
        """Return the rule with the world's values."""

        def value(found: re.Match[str]) -> str:
            name = found[1]
            if name == "token":
                name = next((part for part in ("invitation", "reset", "new-email") if part in rule.rule), "api_token")
            if rule.endpoint.startswith(("drafts.", "filling.")) and name == "project":
                name = "draft"
            if rule.endpoint == "api_searches.OneSearch":
                name = "other_search"  # The page has removed the first.
            if rule.endpoint == "api_questions.WithdrawQuestion":
                name = "other_question"
            return self.world.values[name]

        return re.sub(r"<(?:[^<>]*:)?(\w+)>", value, rule.rule)


def _is_denied(status: int, location: str | None) -> bool:
    return status in {401, 403, 404} or (status == 303 and (location or "").startswith("/sign-in"))


def _how_final(rule: Rule) -> int:
    """What ends a sign-in or a thing comes last."""
    last = ("sign_out", "sign-out", "everywhere", "publish", "rerun", "end", "withdraw", "cancel", "bar")
    return sum(word in rule.rule for word in last)
