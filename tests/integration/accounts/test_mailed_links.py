"""A forgotten password and a new e-mail address, by links in mails that a real server takes."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from freeagents.accounts.models import MailedLink, Person, SignInAttempt
from freeagents.accounts.queries import directory
from freeagents.accounts.services import links, people, throttle
from freeagents.app import create_app
from freeagents.config import Settings
from freeagents.db.base import utc_now
from freeagents.extensions import db
from freeagents.messages.services.sending import send_due
from tests.clients import Browser, signed_in
from tests.factories import PASSWORD, a_person
from tests.mail import MailServer, mail_server

ADA, EVE = "ada@example.org", "eve@example.org"
NEW = "a brand new passphrase"


@pytest.fixture(scope="module")
def post_office() -> Iterator[MailServer]:
    """A mail server."""
    with mail_server() as running:
        yield running


@pytest.fixture(scope="module")
def _application(settings: Settings, post_office: MailServer) -> Iterator[Flask]:
    app = create_app(dataclasses.replace(settings, smtp_url=post_office.url, mail_from="robot@example.org"))
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def deliver(app: Flask, post_office: MailServer) -> Callable[[], list[tuple[str, str]]]:
    """Do the worker's part; return address and text of each mail that came."""
    with app.app_context():
        for name, email in (("Ada Lovelace", ADA), ("Eve Moneypenny", EVE)):
            a_person(name, email=email, password=PASSWORD)
        db.session.commit()

    def work() -> list[tuple[str, str]]:
        post_office.taken.clear()
        post_office.to.clear()
        with app.app_context():
            asked = db.session.scalars(
                text("DELETE FROM procrastinate_jobs WHERE task_name = :name RETURNING (args->>'person_id')::int"),
                {"name": links.RESET_JOB},
            ).all()
            for person_id in asked:
                links.send_reset(person_id=person_id)
            db.session.commit()
            send_due(settings=app.config["SETTINGS"], mailbox_of=directory.mailbox_of)
            db.session.commit()
        mails = zip(post_office.to, post_office.taken, strict=True)
        return [(to[0], mail.get_body(("plain",)).get_content()) for to, mail in mails]

    return work


Deliver = Callable[[], list[tuple[str, str]]]


def link_in(words: str) -> str:
    found = re.search(r"http://localhost(/(?:reset|new-email)/[\w-]+)", words)
    assert found, words
    return found[1]


def ask(app: Flask, email: str, *, status: int = 200) -> str:
    return Browser(app).post("/forgotten-password", {"email": email}, status=status).text


def test_a_link_sets_a_new_password_once_and_ends_all_sign_ins(app: Flask, deliver: Deliver) -> None:
    browser = signed_in(app, ADA)
    ask(app, ADA.upper())
    ((to, words),) = deliver()
    assert to == ADA
    page = link_in(words)
    stranger = Browser(app)
    assert "at least 12" in stranger.post(page, {"password": "short"}, status=422).text
    stranger.post(page, {"password": NEW})
    assert browser.client.get("/account").status_code == 303
    stranger.get(page, status=404)
    Browser(app).post("/sign-in", {"email": ADA, "password": PASSWORD}, status=422)
    signed_in(app, ADA, NEW)
    ((to, words),) = deliver()
    assert to == ADA
    assert "/reset/" not in words


def test_nothing_tells_whether_there_is_an_account(app: Flask, deliver: Deliver) -> None:
    with app.app_context():
        a_person("Never Invited", email="imported@example.org")
        left = directory.person_by_email(EVE)
        assert left
        left.left_on = utc_now().date()
        db.session.commit()

    def shown(email: str) -> str:
        return re.sub(r'(nonce|value|content)="[^"]*"', "", ask(app, email))

    assert shown(ADA) == shown("nobody@example.org") == shown(EVE) == shown("imported@example.org")
    assert [to for to, _words in deliver()] == [ADA]


def test_a_link_expires_and_a_newer_one_replaces_it(app: Flask, deliver: Deliver) -> None:
    ask(app, ADA)
    first = link_in(deliver()[0][1])
    ask(app, ADA)
    second = link_in(deliver()[0][1])
    Browser(app).get(first, status=404)
    Browser(app).get(second)
    with app.app_context():
        db.session.execute(update(MailedLink).values(expires_at=utc_now()))
        db.session.commit()
    Browser(app).get(second, status=404)
    Browser(app).post(second, {"password": NEW}, page="/sign-in", status=404)


def test_asking_is_limited_by_account_silently_and_by_address_aloud(app: Flask, deliver: Deliver) -> None:
    for _number in range(links.ASKED_FOR_AN_ACCOUNT + 1):
        ask(app, ADA)
    assert len(deliver()) == links.ASKED_FOR_AN_ACCOUNT
    ask(app, ADA)
    assert deliver() == []
    for number in range(links.ASKED_FROM_AN_ADDRESS - links.ASKED_FOR_AN_ACCOUNT - 2):
        ask(app, f"nobody{number}@example.org")
    ask(app, "nobody@example.org", status=429)
    with app.app_context():
        past = utc_now() - throttle.ATTEMPT_WINDOW - timedelta(seconds=1)
        db.session.execute(update(SignInAttempt).values(at=past))
        db.session.commit()
    ask(app, ADA)
    assert len(deliver()) == 1


def test_the_database_keeps_no_token_and_the_mail_row_forgets_it(app: Flask, deliver: Deliver) -> None:
    ask(app, ADA)
    token = link_in(deliver()[0][1]).rpartition("/")[2]
    with app.app_context():
        kept = str(db.session.execute(text("SELECT * FROM mailed_link")).all())
        sent = str(db.session.execute(text("SELECT * FROM mail")).all())
        entries = str(db.session.execute(text("SELECT * FROM audit_entry")).all())
        jobs = str(db.session.execute(text("SELECT * FROM procrastinate_jobs")).all())
    assert all(token not in rows for rows in (kept, sent, entries, jobs))


def test_a_password_is_changed_with_the_current_one_and_ends_other_sign_ins(app: Flask, deliver: Deliver) -> None:
    here, other = signed_in(app, ADA), signed_in(app, ADA)
    page = "/account/password"
    assert "is not right" in here.post(page, {"current": "wrong", "password": NEW}, status=422).text
    assert "at least 12" in here.post(page, {"current": PASSWORD, "password": "short"}, status=422).text
    here.post(page, {"current": PASSWORD, "password": NEW})
    here.get("/account")
    assert other.client.get("/account").status_code == 303
    assert [to for to, _words in deliver()] == [ADA]


def test_a_new_address_counts_once_its_link_is_followed_and_the_old_one_is_told(app: Flask, deliver: Deliver) -> None:
    browser = signed_in(app, ADA)
    page = "/account/email"
    browser.post(page, {"email": "ada@new.example", "password": "wrong"}, status=422)
    browser.post(page, {"email": ADA, "password": PASSWORD}, status=422)
    browser.post(page, {"email": "Ada@New.example", "password": PASSWORD})
    mails = dict(deliver())
    assert set(mails) == {ADA, "ada@new.example"}
    assert "ada@new.example" not in mails[ADA]
    signed_in(app, ADA)
    link = link_in(mails["ada@new.example"])
    stranger = Browser(app)
    stranger.post(link)
    stranger.get(link, status=404)
    assert "ada@new.example" in browser.get("/account")
    Browser(app).post("/sign-in", {"email": ADA, "password": PASSWORD}, status=422)
    signed_in(app, "ada@new.example")


def test_the_address_of_somebody_else_gets_no_link_and_the_page_does_not_tell(app: Flask, deliver: Deliver) -> None:
    browser = signed_in(app, ADA)
    browser.post("/account/email", {"email": EVE, "password": PASSWORD})
    assert [to for to, _words in deliver()] == [ADA]
    browser.post("/account/email", {"email": "ada@new.example", "password": PASSWORD})
    link = link_in(dict(deliver())["ada@new.example"])
    with app.app_context():
        people.add_person(name="Quicker", email="ada@new.example", actor_id=None)
        db.session.commit()
    Browser(app).post(link, status=409)


def test_the_language_is_kept(app: Flask, deliver: Deliver) -> None:
    browser = signed_in(app, ADA)
    browser.post("/account/language", {"locale": "tlh"}, status=422)
    browser.post("/account/language", {"locale": "en"})
    with app.app_context():
        assert db.session.scalars(select(Person.locale).where(Person.email == ADA)).one() == "en"


@pytest.mark.parametrize("email", ["", "no address", "a\x00b@example.org", "x" * 300 + "@x.org", "<script>@x.org"])
def test_hostile_addresses_are_refused_with_a_sentence(app: Flask, email: str) -> None:
    assert "There is a problem" in ask(app, email, status=422)


@pytest.mark.parametrize("token", ["x", "%00", "x" * 2000])
def test_hostile_tokens_open_nothing(app: Flask, token: str) -> None:
    for page in ("reset", "new-email", "invitation"):
        Browser(app).get(f"/{page}/{token}", status=404)
