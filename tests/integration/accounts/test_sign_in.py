"""Signing in and out: who gets in, for how long, and what is never told."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from freeagents.accounts.models import Person, RoleHolding, SignIn, SignInAttempt
from freeagents.accounts.queries.credentials import api_tokens
from freeagents.accounts.services import people, signing_in, throttle, tokens
from freeagents.db.base import utc_now
from freeagents.extensions import db
from tests.clients import Browser, signed_in
from tests.factories import PASSWORD, a_department, a_person, with_role

EMAIL = "ada@example.org"


@pytest.fixture
def ada(app: Flask) -> Callable[[], Person]:
    """Make Ada, who may sign in; return what reads her row anew."""
    with app.app_context():
        a_person("Ada Lovelace", email=EMAIL, password=PASSWORD)
        db.session.commit()
    return lambda: db.session.scalars(select(Person).where(Person.email == EMAIL)).one()


def token_in(page: str) -> str:
    found = re.search(r"Bearer (fa_[\w-]+)", page)
    assert found
    return found[1]


@pytest.mark.usefixtures("ada")
def test_the_right_password_signs_in_and_signing_out_ends_it(app: Flask) -> None:
    browser = signed_in(app, EMAIL)
    assert EMAIL in browser.get("/account")
    stolen = browser.client.get_cookie("session")
    assert stolen is not None
    browser.post("/sign-out", page="/account")
    thief = Browser(app)
    thief.client.set_cookie("session", stolen.value)
    assert thief.client.get("/account").status_code == 303


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize(("email", "password"), [(EMAIL, "wrong"), ("nobody@example.org", PASSWORD)])
def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(app: Flask, email: str, password: str) -> None:
    answer = Browser(app).post("/sign-in", {"email": email, "password": password}, status=422)
    assert "The email address or the password is not right." in answer.text
    assert password not in answer.text


@pytest.mark.usefixtures("ada")
def test_too_many_failures_close_the_account_for_a_while_even_to_the_right_password(app: Flask) -> None:
    browser = Browser(app)
    for _ in range(signing_in.ATTEMPTS_AN_ACCOUNT):
        browser.post("/sign-in", {"email": EMAIL, "password": "wrong"}, status=422)
    refused = browser.post("/sign-in", {"email": EMAIL.upper(), "password": PASSWORD}, status=429)
    assert "Too many attempts" in refused.text
    with app.app_context():
        db.session.execute(update(SignInAttempt).values(at=utc_now() - throttle.ATTEMPT_WINDOW - timedelta(seconds=1)))
        db.session.commit()
    browser.post("/sign-in", {"email": EMAIL, "password": PASSWORD})


@pytest.mark.usefixtures("ada")
def test_attempts_are_kept_without_the_address_or_the_person(app: Flask) -> None:
    Browser(app).post("/sign-in", {"email": EMAIL, "password": "wrong"}, status=422)
    with app.app_context():
        keys = db.session.scalars(select(SignInAttempt.key)).all()
    assert len(keys) == 2
    assert all(EMAIL.encode() not in key and b"127.0.0.1" not in key for key in keys)


@pytest.mark.usefixtures("ada")
def test_sign_out_everywhere_ends_other_browsers_and_tokens(app: Flask) -> None:
    first, second = signed_in(app, EMAIL), signed_in(app, EMAIL)
    shown = second.post("/account/tokens", {"name": "report"}, page="/account", status=200).text
    token = token_in(shown)
    bearer = {"Authorization": f"Bearer {token}"}
    assert app.test_client().get("/api/v1/skills", headers=bearer).status_code == 200
    first.post("/account/sign-out-everywhere", page="/account")
    assert second.client.get("/account").status_code == 303
    assert app.test_client().get("/api/v1/skills", headers=bearer).status_code == 401


@pytest.mark.usefixtures("ada")
def test_an_idle_sign_in_ends(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = signed_in(app, EMAIL)
    idle = app.config["SETTINGS"].idle_minutes * 60
    now = time.time()
    monkeypatch.setattr("freeagents.security.sessions.time.time", lambda: now + idle - 5)
    browser.get("/account")
    monkeypatch.setattr("freeagents.security.sessions.time.time", lambda: now + 2 * idle - 10)
    browser.get("/account")
    monkeypatch.setattr("freeagents.security.sessions.time.time", lambda: now + 3 * idle)
    assert browser.client.get("/account").headers["Location"] == "/sign-in?next=/account"


@pytest.mark.usefixtures("ada")
def test_a_sign_in_ends_after_its_longest_time(app: Flask) -> None:
    browser = signed_in(app, EMAIL)
    hours = timedelta(hours=app.config["SETTINGS"].session_hours)
    with app.app_context():
        db.session.execute(update(SignIn).values(started_at=utc_now() - hours))
        db.session.commit()
    assert browser.client.get("/account").status_code == 303


def test_a_leaver_and_a_lost_role_count_at_the_next_request(app: Flask, ada: Callable[[], Person]) -> None:
    with app.app_context():
        with_role(ada(), "manager", a_department("hmrc"))
        db.session.commit()
    browser = signed_in(app, EMAIL)
    assert "Manager" in browser.get("/account")
    with app.app_context():
        yesterday = RoleHolding.starts_on - 1
        db.session.execute(update(RoleHolding).values(starts_on=yesterday, ends_on=yesterday))
        db.session.commit()
    assert "You hold no role." in browser.get("/account")
    with app.app_context():
        ada().left_on = utc_now().date()
        db.session.commit()
    assert browser.client.get("/account").status_code == 303


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_leads_to_no_other_site(app: Flask, target: str) -> None:
    answer = Browser(app).post("/sign-in", {"email": EMAIL, "password": PASSWORD, "next": target})
    assert answer.headers["Location"] == "/"


@pytest.mark.usefixtures("ada")
def test_a_form_without_its_token_is_refused(app: Flask) -> None:
    answer = app.test_client().post("/sign-in", data={"email": EMAIL, "password": PASSWORD})
    assert answer.status_code == 400
    assert "load it again" in answer.text


def test_an_invitation_works_once_and_sets_a_good_password(app: Flask, ada: Callable[[], Person]) -> None:
    with app.app_context():
        token = people.invite(person=ada(), actor_id=None)
        db.session.commit()
    browser = Browser(app)
    address = f"/invitation/{token}"
    assert "at least 12" in browser.post(address, {"password": "short"}, status=422).text
    assert "does not contain your email" in browser.post(address, {"password": "my name is ada ada"}, status=422).text
    browser.post(address, {"password": "a brand new passphrase"})
    browser.get(address, status=404)
    signed_in(app, EMAIL, "a brand new passphrase")


@pytest.mark.usefixtures("ada")
def test_a_cookie_does_not_speak_for_the_api_nor_a_token_for_pages(app: Flask) -> None:
    browser = signed_in(app, EMAIL)
    answer = browser.client.get("/api/v1/skills")
    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    shown = browser.post("/account/tokens", {"name": "report"}, page="/account", status=200).text
    token = token_in(shown)
    assert app.test_client().get("/account", headers={"Authorization": f"Bearer {token}"}).status_code == 303


@pytest.mark.usefixtures("ada")
def test_another_persons_token_does_not_exist(app: Flask) -> None:
    with app.app_context():
        other = a_person("Eve", email="eve@example.org", password=PASSWORD)
        tokens.make_api_token(person_id=other.id, name="hers", actor_id=other.id)
        db.session.commit()
        public_id = api_tokens(other.id)[0].public_id
    browser = signed_in(app, EMAIL)
    browser.post(f"/account/tokens/{public_id}/end", page="/account", status=404)
    signed_in(app, "eve@example.org").post(f"/account/tokens/{public_id}/end", page="/account")
