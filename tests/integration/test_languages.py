"""Which language is spoken: the link on each page, the account's, the browser's, the API's, and that of mail."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from freeagents.accounts.models import Person
from freeagents.accounts.services.tokens import make_api_token
from freeagents.extensions import db
from freeagents.messages.mail import Mailbox, compose
from freeagents.messages.models import Mail
from tests.clients import PASSWORD, Browser, signed_in
from tests.factories import a_person
from tests.pages import Page, check_page

ADDRESS = "ada@example.org"


@pytest.fixture
def person(app: Flask) -> str:
    """Somebody with an account; her e-mail address."""
    with app.app_context():
        a_person("Ada Lovelace", email=ADDRESS, password=PASSWORD)
        db.session.commit()
    return ADDRESS


def language(page: Page) -> str | None:
    return page.root.get("lang")


def link_to(page: Page, code: str) -> str:
    """Return where the link to a language leads."""
    (link,) = page.all("a", hreflang=code)
    assert link.get("lang") == code
    return link.get("href", "")


def follow(client: FlaskClient, page: Page, code: str) -> Page:
    """Follow the link to a language."""
    return check_page(client.get(link_to(page, code), follow_redirects=True))


def test_the_link_keeps_the_page_and_the_language_through_a_sign_in(app: Flask, person: str) -> None:
    browser = Browser(app)
    french = follow(browser.client, check_page(browser.client.get("/sign-in?next=/account")), "fr")
    assert language(french) == "fr"
    assert french.fields()["next"] == "/account"
    assert [element.text.strip() for element in french.all("span", aria_current="true") if element.text] == ["Français"]
    browser.post("/sign-in", {"email": person, "password": PASSWORD})
    assert language(check_page(browser.client.get("/account"))) == "fr"


def test_a_form_that_was_refused_leads_back_to_its_page(app: Flask) -> None:
    browser = Browser(app)
    data = {"csrf_token": browser.token("/sign-in"), "email": "", "password": ""}
    refused = browser.client.post("/sign-in", data=data, headers={"Referer": "http://localhost/sign-in?next=/x"})
    assert link_to(check_page(refused), "sv") == "/language/sv?next=/sign-in?next%3D/x"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", ""])
def test_the_link_leads_nowhere_else(app: Flask, elsewhere: str) -> None:
    answer = app.test_client().get("/language/fr", query_string={"next": elsewhere})
    assert answer.headers["Location"] == "/"


def test_a_language_that_is_not_spoken_is_not_found(app: Flask) -> None:
    assert app.test_client().get("/language/de").status_code == 404


def test_the_account_s_language_counts_where_none_was_chosen_in_the_browser(app: Flask, person: str) -> None:
    browser = signed_in(app, person)
    follow(browser.client, check_page(browser.client.get("/account")), "sv")
    data = {"csrf_token": browser.token("/account/language"), "locale": "fr"}
    browser.client.post("/account/language", data=data)
    assert language(check_page(browser.client.get("/account"))) == "fr"
    assert language(check_page(signed_in(app, person).client.get("/account"))) == "fr"
    with app.app_context():
        assert db.session.query(Person).filter_by(email=person).one().locale == "fr"


def test_the_browser_s_language_counts_where_nobody_chose_one(app: Flask) -> None:
    asked = app.test_client().get("/sign-in", headers={"Accept-Language": "sv-SE, en;q=0.5"})
    assert language(check_page(asked)) == "sv"


def test_the_api_refuses_in_the_language_of_the_request(app: Flask, person: str) -> None:
    with app.app_context():
        ada = db.session.query(Person).filter_by(email=person).one()
        ada.locale = "sv"
        bearer = make_api_token(person_id=ada.id, name="test", actor_id=ada.id)
        db.session.commit()
    client = app.test_client()
    told = {}
    for wished in ("fr", "en", ""):
        headers = {"Authorization": f"Bearer {bearer}"} | ({"Accept-Language": wished} if wished else {})
        told[wished] = client.get("/api/v1/projects?limit=0", headers=headers).json
    assert told["fr"]["detail"] == "Certains champs n’ont pas pu être lus dans la requête."
    assert told["fr"]["errors"]["limit"] == ["Ce doit être au moins 1 et au plus 100."]
    assert told["en"]["errors"]["limit"] == ["Must be greater than or equal to 1 and less than or equal to 100."]
    assert told[""]["detail"] == "Vissa fält i frågan kunde inte läsas."
    french = client.get("/api/v1/nothing", headers={"Accept-Language": "fr"}).json
    assert french["detail"] == "Il n’y a rien à cette adresse. Vérifiez-la, ou partez de la page d’accueil."


@pytest.mark.parametrize(
    ("locale", "subject"),
    [("fr", "Un changement à votre compte"), ("sv", "En ändring av ditt konto"), (None, "A change to your account")],
)
def test_mail_is_in_the_language_of_whom_it_is_for(app: Flask, locale: str | None, subject: str) -> None:
    with app.app_context():
        mail = Mail(address=ADDRESS, locale=locale, kind="account:change", facts={"what": "password"})
        db.session.add(mail)
        db.session.flush()
        settings = replace(app.config["SETTINGS"], mail_from="Free Agents <no-reply@example.org>")
        written = compose(mail, Mailbox(ADDRESS, locale), settings)
        db.session.rollback()
    assert written["Subject"] == subject
    assert written["Content-Language"] == (locale or "en")
