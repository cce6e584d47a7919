"""The second factor: who is asked for it, what a code is good for, and what a role is without it."""

from __future__ import annotations

import base64
import dataclasses
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from freeagents.accounts.models import RecoveryCode, SecondFactor, SignIn, SignInAttempt
from freeagents.accounts.queries import credentials, directory
from freeagents.accounts.services import second_factor, throttle
from freeagents.accounts.services.second_factor import code_at, step_of
from freeagents.app import create_app
from freeagents.audit.models import AuditEntry
from freeagents.config import Settings
from freeagents.db.base import utc_now
from freeagents.extensions import db
from tests.clients import Browser, signed_in
from tests.factories import PASSWORD, a_person, with_role

EMAIL = "ada@example.org"


@pytest.fixture(scope="module")
def _strict_application(settings: Settings) -> Iterator[Flask]:
    app = create_app(dataclasses.replace(settings, require_second_factor=True))
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def strict(_strict_application: Flask, clean_database: str) -> Flask:
    """The service as it comes: HR and administrators need a second factor. Ada is HR."""
    with _strict_application.app_context():
        with_role(a_person("Ada Lovelace", email=EMAIL, password=PASSWORD), "hr")
        db.session.commit()
    return _strict_application


@pytest.fixture
def ada(strict: Flask) -> Browser:
    """A browser in which Ada is signed in without a second factor."""
    return signed_in(strict, EMAIL)


def key_on(page: str) -> bytes:
    """Return the key that the page tells the person to type."""
    found = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert found
    return base64.b32decode(found[1])


def code_now(key: bytes, *, later: int = 0) -> str:
    return code_at(key, step_of(utc_now()) + later)


def set_up(browser: Browser) -> tuple[bytes, list[str]]:
    """Set a second factor up on the pages; return the app's key and the recovery codes."""
    browser.post("/account/second-factor/begin", page="/account/second-factor")
    key = key_on(browser.get("/account/second-factor"))
    page = browser.post(
        "/account/second-factor/confirm", {"code": code_now(key, later=-1)}, page="/account/second-factor", status=200
    )
    return key, re.findall(r"<code>(\w{5}-\w{5})</code>", page.text)


def show(app: Flask, code: str, *, status: int = 303) -> Browser:
    """Sign in with the password, then with a code."""
    browser = Browser(app)
    answer = browser.post("/sign-in", {"email": EMAIL, "password": PASSWORD})
    assert answer.headers["Location"] == "/sign-in/code"
    assert browser.client.get("/account").status_code == 303, "not signed in by the password alone"
    browser.post("/sign-in/code", {"code": code}, status=status)
    return browser


@pytest.mark.parametrize(
    ("at", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_codes_are_those_of_the_standard(at: int, code: str) -> None:
    """RFC 6238, appendix B, in six digits."""
    assert code_at(b"12345678901234567890", step_of(datetime.fromtimestamp(at, UTC))) == code


def test_a_role_rests_until_the_second_factor_is_set_up(strict: Flask) -> None:
    browser = Browser(strict)
    answer = browser.post("/sign-in", {"email": EMAIL, "password": PASSWORD})
    assert answer.headers["Location"] == "/account/second-factor"
    assert "Until you set it up" in browser.get("/account/second-factor")
    browser.get("/rounds", status=403)
    set_up(browser)
    browser.get("/rounds")


def test_who_has_one_is_not_signed_in_by_the_password_alone(strict: Flask, ada: Browser) -> None:
    key, _codes = set_up(ada)
    show(strict, code_now(key)).get("/rounds")


def test_setting_it_up_ends_other_sign_ins_and_is_asked_of_everybody_who_has_one(strict: Flask) -> None:
    with strict.app_context():
        a_person("Eve", email="eve@example.org", password=PASSWORD)
        db.session.commit()
    other, here = signed_in(strict, "eve@example.org"), signed_in(strict, "eve@example.org")
    set_up(here)
    here.get("/account")
    assert other.client.get("/account").status_code == 303
    answer = Browser(strict).post("/sign-in", {"email": "eve@example.org", "password": PASSWORD})
    assert answer.headers["Location"] == "/sign-in/code"


def test_a_code_works_once_even_for_two_at_the_same_moment(strict: Flask, ada: Browser) -> None:
    key, _codes = set_up(ada)
    code = code_now(key)
    waiting = [Browser(strict) for _number in range(4)]
    tokens = []
    for one in waiting:
        one.post("/sign-in", {"email": EMAIL, "password": PASSWORD})
        tokens.append(one.token("/sign-in/code"))

    def send(number: int) -> int:
        data = {"csrf_token": tokens[number], "code": code}
        return waiting[number].client.post("/sign-in/code", data=data).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(send, range(4))) == [303, 422, 422, 422]


@pytest.mark.parametrize("later", [-3, 3])
def test_a_code_of_another_time_is_refused(strict: Flask, ada: Browser, later: int) -> None:
    key, _codes = set_up(ada)
    show(strict, code_now(key, later=later), status=422)


def test_a_recovery_code_works_once_in_any_spelling(strict: Flask, ada: Browser) -> None:
    _key, codes = set_up(ada)
    assert len(set(codes)) == second_factor.RECOVERY_CODES
    again = show(strict, f" {codes[0].upper().replace('-', ' ')} ")
    assert "You have 9 recovery codes left." in again.get("/account/second-factor")
    show(strict, codes[0], status=422)


def test_wrong_codes_are_throttled_even_for_the_right_one(strict: Flask, ada: Browser) -> None:
    key, codes = set_up(ada)
    other = Browser(strict)
    other.post("/sign-in", {"email": EMAIL, "password": PASSWORD})
    for _number in range(second_factor.ATTEMPTS):
        page = other.post("/sign-in/code", {"code": "000000"}, status=422).text
        assert "This code is not right" in page
    other.post("/sign-in/code", {"code": code_now(key)}, status=429)
    other.post("/sign-in/code", {"code": codes[0]}, status=429)
    with strict.app_context():
        past = utc_now() - throttle.ATTEMPT_WINDOW - timedelta(seconds=1)
        db.session.execute(update(SignInAttempt).values(at=past))
        db.session.commit()
    other.post("/sign-in/code", {"code": code_now(key)})


def test_a_sign_in_waits_for_its_code_for_ten_minutes(strict: Flask, ada: Browser) -> None:
    key, _codes = set_up(ada)
    late = Browser(strict)
    late.post("/sign-in", {"email": EMAIL, "password": PASSWORD})
    with strict.app_context():
        db.session.execute(update(SignIn).values(started_at=utc_now() - second_factor.PENDING))
        db.session.commit()
    answer = late.post("/sign-in/code", {"code": code_now(key)})
    assert answer.headers["Location"] == "/sign-in"
    assert "longer than ten minutes" in late.get("/sign-in")


def test_a_token_made_without_a_second_factor_has_no_strong_role(strict: Flask, ada: Browser) -> None:
    def token() -> dict[str, str]:
        shown = ada.post("/account/tokens", {"name": "report"}, page="/account", status=200).text
        found = re.search(r"Bearer (fa_[\w-]+)", shown)
        assert found
        return {"Authorization": f"Bearer {found[1]}"}

    weak = token()
    assert strict.test_client().get("/api/v1/rounds", headers=weak).status_code == 403
    set_up(ada)
    strong = token()
    assert strict.test_client().get("/api/v1/rounds", headers=strong).status_code == 200
    assert strict.test_client().get("/api/v1/rounds", headers=weak).status_code == 403


def test_removing_it_needs_a_code_and_lets_the_role_rest(strict: Flask, ada: Browser) -> None:
    key, codes = set_up(ada)
    page = "/account/second-factor"
    ada.post(f"{page}/remove", {"code": "000000"}, page=page, status=422)
    ada.post(f"{page}/remove", {"code": codes[0]}, page=page)
    ada.get("/rounds", status=403)
    ada.post(f"{page}/remove", {"code": code_now(key)}, page="/account", status=409)
    set_up(ada)
    ada.get("/rounds")


def test_new_recovery_codes_replace_the_old(strict: Flask, ada: Browser) -> None:
    key, old = set_up(ada)
    page = "/account/second-factor"
    answer = ada.post(f"{page}/codes", {"code": code_now(key)}, page=page, status=200)
    new = re.findall(r"<code>(\w{5}-\w{5})</code>", answer.text)
    assert len(new) == len(old)
    assert not set(new) & set(old)
    show(strict, old[0], status=422)
    show(strict, new[0])


def test_neither_key_nor_codes_are_kept_in_the_database_or_the_audit(strict: Flask, ada: Browser) -> None:
    key, codes = set_up(ada)
    with strict.app_context():
        factor = db.session.scalars(select(SecondFactor)).one()
        assert factor.seed not in key
        assert second_factor.key_of(factor, "another secret key") != key
        kept = [bytes(code.digest) for code in db.session.scalars(select(RecoveryCode))]
        assert all(code.replace("-", "").encode() not in digest for code in codes for digest in kept)
        entries = db.session.scalars(
            select(AuditEntry).where(AuditEntry.action.startswith("second_factor:")).order_by(AuditEntry.id)
        ).all()
        assert [entry.action for entry in entries] == ["second_factor:begin", "second_factor:confirm"]
        assert all(entry.facts == {} for entry in entries)


def test_hostile_codes_are_refused_with_a_sentence(strict: Flask, ada: Browser) -> None:
    set_up(ada)
    other = Browser(strict)
    other.post("/sign-in", {"email": EMAIL, "password": PASSWORD})
    for typed in ("", "\x00", "x" * 31, "１２３４５６", "<script>alert(1)</script>", "' OR 1=1 --"):
        page = other.post("/sign-in/code", {"code": typed}, status=422).text
        assert "There is a problem" in page
        assert "<script>alert" not in page


def test_sign_ins_are_listed_with_this_one_marked_and_ended_by_their_owner(app: Flask) -> None:
    with app.app_context():
        a_person("Ada Lovelace", email=EMAIL, password=PASSWORD)
        db.session.commit()
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    other, here = Browser(app), signed_in(app, EMAIL)
    other.client.environ_base["HTTP_USER_AGENT"] = firefox
    other.post("/sign-in", {"email": EMAIL, "password": PASSWORD})
    page = here.get("/account/sign-ins")
    assert "Firefox, Linux" in page
    assert page.count("This browser") == 1
    assert "140" not in page
    with app.app_context():
        person = directory.person_by_email(EMAIL)
        assert person
        public_id = credentials.sign_ins(person.id, hours=12)[0].public_id
    here.post(f"/account/sign-ins/{public_id}/end", page="/account/sign-ins")
    assert other.client.get("/account").status_code == 303
    assert "Firefox" not in here.get("/account/sign-ins")


def test_the_day_of_use_is_noted_once_a_day(app: Flask) -> None:
    with app.app_context():
        a_person("Ada Lovelace", email=EMAIL, password=PASSWORD)
        db.session.commit()
    browser = signed_in(app, EMAIL)
    with app.app_context():
        db.session.execute(update(SignIn).values(last_seen_on=utc_now().date() - timedelta(days=3)))
        db.session.commit()

    def seen_days_ago() -> int:
        with app.app_context():
            return (utc_now().date() - db.session.scalars(select(SignIn.last_seen_on)).one()).days

    browser.get("/account")
    assert seen_days_ago() == 3
    with browser.client.session_transaction() as cookie:
        cookie["day"] = "2000-01-01"
    browser.get("/account")
    assert seen_days_ago() == 0
