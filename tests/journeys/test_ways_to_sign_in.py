"""Signing in: with a second factor that HR is led to set up, and at the government's own provider."""

from __future__ import annotations

import base64
import dataclasses
import re
import time
from collections.abc import Iterator

import pytest
import requests
from flask import Flask
from playwright.sync_api import Page, expect

from freeagents.accounts.services.people import invite
from freeagents.accounts.services.second_factor import code_at, step_of
from freeagents.config import Settings
from freeagents.db.base import utc_now
from freeagents.extensions import db
from tests.factories import PASSWORD, a_person, with_role
from tests.journeys.acts import arrive, follow, press, sign_out
from tests.mail import MailServer, mail_server
from tests.processes import Service, openid_provider, worker_process

HR, ADA = "hr@example.org", "ada@example.org"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """The address of an OpenID provider in a process of its own."""
    with openid_provider() as address:
        yield address


@pytest.fixture(scope="module")
def post_office() -> Iterator[MailServer]:
    """A mail server."""
    with mail_server() as running:
        yield running


@pytest.fixture(scope="module")
def strict(settings: Settings, issuer: str, post_office: MailServer) -> Settings:
    """The settings of the service as it comes, with a provider and mail."""
    return dataclasses.replace(
        settings,
        smtp_url=post_office.url,
        mail_from="robot@example.org",
        require_second_factor=True,
        oidc_issuer=issuer,
        oidc_client_id="freeagents",
        oidc_client_secret="a secret",
        oidc_name="Gov ID",
    )


@pytest.fixture(scope="module")
def _strict_service(strict: Settings) -> Iterator[Service]:
    with Service.started(strict) as service:
        yield service


@pytest.fixture
def live_server(_strict_service: Service, clean_database: str) -> Service:
    """The service of these settings."""
    return _strict_service


def test_hr_sets_up_a_second_factor_and_signs_in_with_it(app: Flask, either_page: Page) -> None:
    with app.app_context():
        with_role(a_person("Helen Rhodes", email=HR, password=PASSWORD), "hr")
        db.session.commit()
    page = either_page
    give_password(page)
    arrive(page, "Your second factor")
    expect(page.get_by_text("Until you set it up, you can use the service, but not that role.")).to_be_visible()
    expect(page.get_by_role("link", name="Rounds", exact=True)).to_have_count(0)
    press(page, "Set up a second factor")
    expect(page.get_by_role("img", name="Picture to point the app at")).to_be_visible()
    page.get_by_text("I cannot use the picture").click()
    key = base64.b32decode(page.locator("code").inner_text())
    page.get_by_label("Code").fill("000000")
    press(page, "Switch on")
    expect(page.get_by_role("alert")).to_contain_text("This code is not right")
    page.get_by_label("Code").fill(code_at(key, step_of(utc_now()) - 1))
    press(page, "Switch on")
    arrive(page, "Your recovery codes")
    recovery = page.locator(".app-codes code").first.inner_text()
    expect(page.locator(".app-codes code")).to_have_count(10)
    press(page, "I have kept them")
    arrive(page, "Home")
    follow(page, "Rounds")
    arrive(page, "Match rounds")
    sign_out(page)

    for code in (code_at(key, step_of(utc_now())), recovery):
        give_password(page)
        arrive(page, "Show your second factor")
        page.get_by_label("Code").fill(code)
        press(page, "Continue")
        arrive(page, "Home")
        sign_out(page)


def test_an_invited_person_signs_in_at_the_provider(app: Flask, either_page: Page, issuer: str) -> None:
    with app.app_context():
        invite(person=a_person("Ada Lovelace", email=ADA), actor_id=None)
        db.session.commit()
    claims = {"email": ADA, "email_verified": True}
    requests.put(f"{issuer}/users/ada", json=claims, timeout=10).raise_for_status()
    page = either_page
    # The provider's pages ask other sites for their looks.
    page.route(re.compile("^https:"), lambda route: route.fulfill(body=""))
    at_provider(page, "ada")
    arrive(page, "Home")
    expect(page.get_by_role("link", name="Ada Lovelace", exact=True)).to_be_visible()
    sign_out(page)


def test_a_forgotten_password_is_set_anew_by_a_mailed_link(
    app: Flask, either_page: Page, strict: Settings, live_server: Service, post_office: MailServer
) -> None:
    with app.app_context():
        a_person("Ada Lovelace", email=ADA, password=PASSWORD)
        db.session.commit()
    page = either_page
    page.goto("/sign-in")
    follow(page, "I forgot my password")
    arrive(page, "Set a new password")
    press(page, "Send me a link")
    expect(page.get_by_role("alert")).to_contain_text("There is a problem")
    page.get_by_label("Email address").fill(ADA)
    post_office.taken.clear()
    press(page, "Send me a link")
    arrive(page, "Look into your mail")
    with worker_process(dataclasses.replace(strict, base_url=live_server.url)):
        wait_for_mail(post_office)
    words = post_office.taken[0].get_body(("plain",)).get_content()
    page.goto(re.search(r"/reset/[\w-]+", words)[0])
    arrive(page, "Choose a password")
    page.get_by_label("Password").fill("a brand new passphrase")
    press(page, "Set the password")
    arrive(page, "Sign in")
    page.get_by_label("Email address").fill(ADA)
    page.get_by_label("Password").fill("a brand new passphrase")
    press(page, "Sign in")
    arrive(page, "Home")


def wait_for_mail(post_office: MailServer) -> None:
    deadline = time.monotonic() + 60
    while not post_office.taken:
        assert time.monotonic() < deadline, "no mail came"
        time.sleep(0.2)


def give_password(page: Page) -> None:
    page.goto("/sign-in")
    arrive(page, "Sign in")
    page.get_by_label("Email address").fill(HR)
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Sign in")


def at_provider(page: Page, subject: str) -> None:
    page.goto("/sign-in")
    arrive(page, "Sign in")
    press(page, "Sign in with Gov ID")
    page.get_by_placeholder("sub").fill(subject)
    press(page, "Authorize")
