"""The second factor: codes of an app on the person's phone (RFC 6238), and recovery codes for when it is away."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

from flask_babel import gettext as _
from sqlalchemy import delete, or_, update

from freeagents.accounts.models import Person, RecoveryCode, SecondFactor, SignIn
from freeagents.accounts.queries import credentials, directory
from freeagents.accounts.services.throttle import attempt_key, note_failure, refuse_too_many
from freeagents.audit.services import record
from freeagents.db.base import utc_now
from freeagents.errors import Conflict, Invalid, SignInRequired
from freeagents.extensions import db

STEP_SECONDS = 30
DIGITS = 6
STEPS_AROUND = 1  # a clock may be half a minute wrong, either way
KEY_BYTES = 20
SEED_BYTES = 16
RECOVERY_CODES = 10
RECOVERY_ALPHABET = "bcdfghjkmnpqrstvwxz23456789"  # no letter twice in doubt, and no words
RECOVERY_LENGTH = 10
ATTEMPTS = 5
PENDING = timedelta(minutes=10)
"""How long after the password the code may be shown."""


class WrongCode(Invalid):
    """The code is not one of this person's, was used before, or its time is over."""


def code_at(key: bytes, step: int) -> str:
    """Return the code of a time step: six digits by HMAC-SHA-1 (RFC 4226, section 5.3)."""
    mac = hmac.digest(key, step.to_bytes(8, "big"), hashlib.sha1)
    start = mac[-1] & 0x0F
    number = int.from_bytes(mac[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def step_of(at: datetime) -> int:
    """Return the number of the half minute that ``at`` lies in."""
    return int(at.timestamp()) // STEP_SECONDS


def key_of(factor: SecondFactor, secret: str) -> bytes:
    """Return the key shared with the person's app; what the database keeps says nothing without ``secret``."""
    return hmac.digest(secret.encode(), b"second factor:" + factor.seed, hashlib.sha256)[:KEY_BYTES]


def key_text(factor: SecondFactor, secret: str) -> str:
    """Return the key as people type it into an app."""
    return base64.b32encode(key_of(factor, secret)).decode()


def app_address(factor: SecondFactor, secret: str, *, service: str, email: str) -> str:
    """Return what a QR code tells the app."""
    label = quote(f"{service}:{email}")
    query = urlencode({"secret": key_text(factor, secret), "issuer": service}, quote_via=quote)
    return f"otpauth://totp/{label}?{query}"


def begin(*, person: Person, actor_id: int) -> SecondFactor:
    """Make a key for a new app, in place of one that was never confirmed.

    :raises Conflict: there is a second factor already.
    """
    if credentials.second_factor(person.id) is not None:
        raise Conflict(_("You have a second factor already. Remove it before you set up another."))
    factor = db.session.get(SecondFactor, person.id) or SecondFactor(person_id=person.id)
    factor.seed = secrets.token_bytes(SEED_BYTES)
    db.session.add(factor)
    db.session.flush()
    record(db.session, "second_factor:begin", f"person/{person.public_id}", actor_id=actor_id)
    return factor


def confirm(*, person: Person, code: str, sign_in: str, secret: str, now: datetime) -> list[str]:
    """Make the second factor count from now on; return the recovery codes, which are not kept.

    All other sign-ins of the person end: they never showed it.

    :param sign_in: the token of the sign-in that sets it up; it counts as having shown the code.
    :raises WrongCode: the app shows another code.
    """
    factor = db.session.get(SecondFactor, person.id)
    if factor is None or factor.confirmed_at is not None:
        raise Conflict(_("Start to set up a second factor first."))
    _try(person.id, code, secret=secret, now=now)
    factor.confirmed_at = now
    digest = credentials.token_digest(sign_in)
    db.session.execute(
        update(SignIn)
        .where(SignIn.person_id == person.id, SignIn.token_hash != digest, SignIn.ended_at.is_(None))
        .values(ended_at=now)
    )
    db.session.execute(update(SignIn).where(SignIn.token_hash == digest).values(second_factor_at=now))
    codes = _new_codes(person, secret=secret)
    record(db.session, "second_factor:confirm", f"person/{person.public_id}", actor_id=person.id)
    return codes


def show(*, token: str, code: str, secret: str, now: datetime) -> Person:
    """Complete a sign-in that a password or a provider began.

    :param token: of the sign-in that waits for the code.
    :raises SignInRequired: it has waited for too long.
    :raises TooMany: too many codes were wrong.
    :raises WrongCode: the code is not right, or was used before.
    """
    waiting = credentials.waiting_sign_in(token, since=now - PENDING)
    if waiting is None:
        raise SignInRequired(_("Sign in again: you took longer than ten minutes."))
    person = directory.person_by_id(waiting.person_id)
    _try(person.id, code, secret=secret, now=now)
    waiting.second_factor_at = now
    db.session.flush()
    record(db.session, "second_factor:show", f"person/{person.public_id}", actor_id=person.id)
    return person


def renew_recovery_codes(*, person: Person, code: str, secret: str, now: datetime) -> list[str]:
    """Return new recovery codes; the old ones stop working.

    :raises WrongCode: ``code`` is not right.
    """
    _refuse_without(person)
    _try(person.id, code, secret=secret, now=now)
    codes = _new_codes(person, secret=secret)
    record(db.session, "second_factor:renew_codes", f"person/{person.public_id}", actor_id=person.id)
    return codes


def remove(*, person: Person, code: str, secret: str, now: datetime) -> None:
    """Take the person's own second factor away; roles that need one rest until there is another.

    :raises WrongCode: ``code`` is not right.
    """
    _refuse_without(person)
    _try(person.id, code, secret=secret, now=now)
    _take_away(person, actor_id=person.id)
    db.session.execute(update(SignIn).where(SignIn.person_id == person.id).values(second_factor_at=None))


def remove_for(*, person: Person, actor_id: int, note: str) -> None:
    """Take away the second factor of somebody who lost the phone and the codes; all their sign-ins end.

    :raises Conflict: there is none, or it is one's own.
    """
    _refuse_without(person)
    if person.id == actor_id:
        raise Conflict(_("Remove your own second factor on your account page."))
    _take_away(person, actor_id=actor_id, note=note)
    db.session.execute(
        update(SignIn).where(SignIn.person_id == person.id, SignIn.ended_at.is_(None)).values(ended_at=utc_now())
    )


def _take_away(person: Person, *, actor_id: int, note: str | None = None) -> None:
    for model in (RecoveryCode, SecondFactor):
        db.session.execute(delete(model).where(model.person_id == person.id))
    record(db.session, "second_factor:remove", f"person/{person.public_id}", actor_id=actor_id, note=note)


def _refuse_without(person: Person) -> None:
    if credentials.second_factor(person.id) is None:
        raise Conflict(_("There is no second factor."))


def _try(person_id: int, code: str, *, secret: str, now: datetime) -> None:
    """Use up a code of the app or a recovery code."""
    key = attempt_key(secret, "second factor", str(person_id))
    refuse_too_many({key: ATTEMPTS})
    typed = "".join(letter for letter in code.lower() if letter.isalnum())
    is_of_app = typed.isascii() and typed.isdecimal() and len(typed) == DIGITS
    if not (_use_app_code if is_of_app else _use_recovery_code)(person_id, typed, secret=secret, now=now):
        note_failure(key)
        raise WrongCode(_("This code is not right, or was used already. Wait for the next one."), field="code")


def _use_app_code(person_id: int, typed: str, *, secret: str, now: datetime) -> bool:
    factor = db.session.get_one(SecondFactor, person_id)
    key, here = key_of(factor, secret), step_of(now)
    steps = range(here - STEPS_AROUND, here + STEPS_AROUND + 1)
    # All are compared, so that the time taken says nothing.
    right = [step for step in steps if hmac.compare_digest(code_at(key, step), typed)]
    if not right:
        return False
    # Whoever comes first with a step uses it up; two at once cannot both.
    used = db.session.execute(
        update(SecondFactor)
        .where(
            SecondFactor.person_id == person_id,
            or_(SecondFactor.last_step.is_(None), SecondFactor.last_step < right[-1]),
        )
        .values(last_step=right[-1])
        .returning(SecondFactor.person_id)
    )
    return used.first() is not None


def _use_recovery_code(person_id: int, typed: str, *, secret: str, now: datetime) -> bool:
    used = db.session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.person_id == person_id,
            RecoveryCode.digest == _code_digest(person_id, typed, secret),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(RecoveryCode.id)
    )
    return used.first() is not None


def _new_codes(person: Person, *, secret: str) -> list[str]:
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    codes = [
        "".join(secrets.choice(RECOVERY_ALPHABET) for _letter in range(RECOVERY_LENGTH))
        for _code in range(RECOVERY_CODES)
    ]
    db.session.add_all(
        RecoveryCode(person_id=person.id, digest=_code_digest(person.id, code, secret)) for code in codes
    )
    db.session.flush()
    half = RECOVERY_LENGTH // 2
    return [f"{code[:half]}-{code[half:]}" for code in codes]


def _code_digest(person_id: int, code: str, secret: str) -> bytes:
    return hmac.digest(secret.encode(), f"recovery code:{person_id}:{code}".encode(), hashlib.sha256)
