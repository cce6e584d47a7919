"""Signing in at an OpenID provider: a real one, on loopback, through real HTTP."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask
from sqlalchemy import select

from freeagents.accounts.models import Identity, Person, SecondFactor, SignIn
from freeagents.accounts.queries import directory
from freeagents.accounts.services.people import invite
from freeagents.app import create_app
from freeagents.config import Settings
from freeagents.db.base import utc_now
from freeagents.extensions import db
from freeagents.security import provider as provider_module
from tests.clients import Browser
from tests.factories import a_person
from tests.processes import openid_provider

EMAIL = "ada@example.org"
SECONDS = 10


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """The address of a provider in a process of its own."""
    with openid_provider() as address:
        yield address


@pytest.fixture(scope="module")
def _application(settings: Settings, issuer: str) -> Iterator[Flask]:
    app = create_app(with_provider(settings, issuer))
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def ada(app: Flask) -> None:
    """Ada is invited and has never signed in."""
    with app.app_context():
        invite(person=a_person("Ada Lovelace", email=EMAIL), actor_id=None)
        db.session.commit()


def with_provider(settings: Settings, issuer: str) -> Settings:
    return dataclasses.replace(
        settings, oidc_issuer=issuer, oidc_client_id="freeagents", oidc_client_secret="a secret", oidc_name="Gov ID"
    )


def known_there(issuer: str, subject: str, **claims: object) -> None:
    requests.put(f"{issuer}/users/{subject}", json=claims, timeout=SECONDS).raise_for_status()


def at_provider(address: str, subject: str | None) -> str:
    """Say there who one is, or that one does not want to; return where the provider leads back to."""
    data = {"sub": subject} if subject else {"action": "deny"}
    answer = requests.post(address, data=data, allow_redirects=False, timeout=SECONDS)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def leave(browser: Browser, next_page: str = "") -> str:
    """Follow the link of the sign-in page; return the provider's address."""
    answer = browser.client.get("/sign-in/provider", query_string={"next": next_page})
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def come_back(browser: Browser, address: str, *, status: int) -> str:
    parts = urlsplit(address)
    assert (parts.netloc, parts.path) == ("localhost", "/sign-in/provider/back")
    answer = browser.client.get(f"{parts.path}?{parts.query}")
    assert answer.status_code == status, answer.text[:2000]
    return answer.headers.get("Location", answer.text)


def sign_in(app: Flask, issuer: str, subject: str, *, status: int = 303, **claims: object) -> Browser:
    known_there(issuer, subject, **claims)
    browser = Browser(app)
    come_back(browser, at_provider(leave(browser), subject), status=status)
    return browser


@pytest.mark.usefixtures("ada")
def test_an_invited_person_is_known_by_the_verified_address_and_then_by_the_subject(app: Flask, issuer: str) -> None:
    assert "Sign in with Gov ID" in Browser(app).get("/sign-in")
    browser = sign_in(app, issuer, "first", email="Ada@Example.org", email_verified=True)
    assert EMAIL in browser.get("/account")
    sign_in(app, issuer, "first", email="married@example.org", email_verified=False).get("/account")
    with app.app_context():
        assert db.session.scalars(select(Identity.subject)).all() == ["first"]
        assert len(db.session.scalars(select(SignIn)).all()) == 2


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize(
    "claims",
    [
        {"email": EMAIL, "email_verified": False},
        {"email": EMAIL},
        {"email": EMAIL, "email_verified": "true"},
        {"email": "nobody@example.org", "email_verified": True},
        {"email": ["ada@example.org"], "email_verified": True},
        {},
    ],
)
def test_unknown_people_and_unverified_addresses_are_refused_with_a_sentence(
    app: Flask, issuer: str, claims: dict[str, object]
) -> None:
    known_there(issuer, "stranger", **claims)
    browser = Browser(app)
    page = come_back(browser, at_provider(leave(browser), "stranger"), status=403)
    assert "Nobody with this account is known here." in page
    assert browser.client.get("/account").status_code == 303
    with app.app_context():
        assert not db.session.scalars(select(SignIn)).all()
        assert not db.session.scalars(select(Identity)).all()


def test_a_person_nobody_invited_is_refused(app: Flask, issuer: str) -> None:
    with app.app_context():
        a_person("Imported", email="imported@example.org")
        db.session.commit()
    sign_in(app, issuer, "imported", status=403, email="imported@example.org", email_verified=True)


@pytest.mark.usefixtures("ada")
def test_an_address_that_passed_to_somebody_else_does_not_open_the_account(app: Flask, issuer: str) -> None:
    sign_in(app, issuer, "before", email=EMAIL, email_verified=True)
    sign_in(app, issuer, "after", status=403, email=EMAIL, email_verified=True)


@pytest.mark.usefixtures("ada")
def test_a_leaver_is_refused(app: Flask, issuer: str) -> None:
    sign_in(app, issuer, "leaver", email=EMAIL, email_verified=True)
    with app.app_context():
        db.session.scalars(select(Person).where(Person.email == EMAIL)).one().left_on = utc_now().date()
        db.session.commit()
    sign_in(app, issuer, "leaver", status=403, email=EMAIL, email_verified=True)


@pytest.mark.usefixtures("ada")
def test_one_comes_to_the_page_that_was_asked_for_and_to_no_other_site(app: Flask, issuer: str) -> None:
    known_there(issuer, "first", email=EMAIL, email_verified=True)
    for asked, found in (("/account", "/account"), ("//evil.example", "/"), ("https://evil.example/", "/")):
        browser = Browser(app)
        assert come_back(browser, at_provider(leave(browser, asked), "first"), status=303) == found


def test_the_question_carries_state_nonce_and_a_challenge_that_change_each_time(app: Flask) -> None:
    browser = Browser(app)
    asked = [parse_qs(urlsplit(leave(one)).query) for one in (browser, Browser(app))]
    for name in ("state", "nonce", "code_challenge"):
        first, second = (one[name][0] for one in asked)
        assert first != second
        assert len(first) >= 20
    with browser.client.session_transaction() as cookie:
        verifier = next(value for name, value in cookie.items() if name.startswith("_state_"))["data"]["code_verifier"]
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    assert (asked[0]["code_challenge"], asked[0]["code_challenge_method"]) == ([digest], ["S256"])
    assert asked[0]["redirect_uri"] == ["http://localhost/sign-in/provider/back"]


@pytest.mark.usefixtures("ada")
def test_an_answer_counts_only_in_the_browser_that_asked_and_only_once(app: Flask, issuer: str) -> None:
    known_there(issuer, "first", email=EMAIL, email_verified=True)
    asking, other = Browser(app), Browser(app)
    answer = at_provider(leave(asking), "first")
    leave(other)
    come_back(other, answer, status=403)
    come_back(asking, answer, status=303)
    asking.post("/sign-out", page="/account")
    come_back(asking, answer, status=403)


@pytest.mark.usefixtures("ada")
def test_an_answer_with_another_nonce_is_refused(app: Flask, issuer: str) -> None:
    known_there(issuer, "first", email=EMAIL, email_verified=True)
    browser = Browser(app)
    answer = at_provider(leave(browser), "first")
    with browser.client.session_transaction() as cookie:
        key = next(name for name in cookie if name.startswith("_state_provider_"))
        cookie[key] = {**cookie[key], "data": {**cookie[key]["data"], "nonce": "x" * 20}}
    come_back(browser, answer, status=403)


@pytest.mark.parametrize("query", ["", "?state=x&code=y", "?error=access_denied&state=x", "?code=%00&state=%00"])
def test_an_answer_to_no_question_is_refused_without_a_fault(app: Flask, query: str) -> None:
    page = Browser(app).get(f"/sign-in/provider/back{query}", status=403)
    assert "Start again from this page." in page


def test_who_declines_at_the_provider_is_back_on_the_sign_in_page(app: Flask) -> None:
    browser = Browser(app)
    page = come_back(browser, at_provider(leave(browser), None), status=403)
    assert "You are not signed in." in page


def test_a_provider_that_does_not_answer_is_a_sentence(settings: Settings, clean_database: str) -> None:
    app = create_app(with_provider(settings, "http://127.0.0.1:9"))
    begun = time.monotonic()
    page = Browser(app).get("/sign-in/provider", status=503)
    assert "Gov ID does not answer just now." in page
    assert time.monotonic() - begun < provider_module.SECONDS_TO_ANSWER + 1
    with app.app_context():
        db.engine.dispose()


@pytest.mark.usefixtures("ada")
def test_the_second_factor_is_asked_after_the_provider_too(app: Flask, issuer: str) -> None:
    sign_in(app, issuer, "first", email=EMAIL, email_verified=True)
    with app.app_context():
        person = directory.person_by_email(EMAIL)
        assert person
        db.session.add(SecondFactor(person_id=person.id, seed=b"x" * 16, confirmed_at=utc_now()))
        db.session.commit()
    browser = Browser(app)
    assert come_back(browser, at_provider(leave(browser), "first"), status=303) == "/sign-in/code"
    assert browser.client.get("/account").status_code == 303
