"""Signing in with a password or by the provider, signing out, and looking after one's sign-ins."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import structlog
from flask_babel import gettext as _
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from freeagents.accounts.models import ApiToken, Identity, Person, SignIn
from freeagents.accounts.queries import credentials, directory
from freeagents.accounts.services.passwords import password_is_right
from freeagents.accounts.services.throttle import attempt_key, note_failure, refuse_too_many
from freeagents.audit.services import record
from freeagents.db.base import today, utc_now
from freeagents.errors import Forbidden, Invalid
from freeagents.extensions import db

ATTEMPTS_AN_ACCOUNT = 8
ATTEMPTS_AN_ADDRESS = 60
log = structlog.get_logger()


class WrongCredentials(Invalid):
    """The e-mail address and password do not belong together; it is not said which of them is wrong."""


@dataclass(frozen=True, slots=True)
class Started:
    """A sign-in that has begun.

    :ivar token: for the cookie.
    :ivar is_complete: no second factor is to be shown: the person has none.
    """

    person: Person
    token: str
    is_complete: bool


def sign_in(*, email: str, password: str, address: str, secret: str, device: str = "") -> Started:
    """Check a password and start a sign-in.

    :param address: the network address of the browser; kept only as a keyed hash, and only if the attempt fails.
    :param device: what its owner may call the browser later.
    :raises TooMany: too many failed attempts for this account or from this address.
    :raises WrongCredentials: the two do not belong together, or the person has left.
    """
    limits = {
        attempt_key(secret, "account", email.strip().lower()): ATTEMPTS_AN_ACCOUNT,
        attempt_key(secret, "address", address): ATTEMPTS_AN_ADDRESS,
    }
    refuse_too_many(limits)
    person = directory.person_by_email(email)
    if not password_is_right(person, password) or person is None or directory.has_left(person.id):
        note_failure(*limits)
        raise WrongCredentials(_("The email address or the password is not right."), field="email")
    return _start(person, device)


def sign_in_by_provider(*, issuer: str, subject: str, email: str | None, device: str = "") -> Started:
    """Start a sign-in of whom the provider says it is.

    Somebody is found by the subject the provider gave before, else, once, by the verified address of an invited person.

    :param email: the address, where the provider has verified it.
    :raises Forbidden: nobody here is known by either, or the person has left.
    """
    person = credentials.person_by_identity(issuer, subject)
    if person is None and email is not None:
        person = _adopt(issuer, subject, email)
    if person is None or directory.has_left(person.id):
        raise Forbidden(_("Nobody with this account is known here. An administrator invites you: then sign in again."))
    return _start(person, device)


def _adopt(issuer: str, subject: str, email: str) -> Person | None:
    """Remember under which subject the provider knows an invited person."""
    person = directory.person_by_email(email)
    # An address that the provider knows under another subject has passed to somebody else.
    if person is None or not credentials.was_invited(person) or credentials.identity_of(person.id, issuer) is not None:
        return None
    db.session.add(Identity(person_id=person.id, issuer=issuer, subject=subject))
    db.session.flush()
    record(db.session, "identity:add", f"person/{person.public_id}", actor_id=person.id)
    return person


def _start(person: Person, device: str) -> Started:
    token = secrets.token_urlsafe(32)
    db.session.add(SignIn(person_id=person.id, token_hash=credentials.token_digest(token), device=device))
    record(db.session, "account:sign_in", f"person/{person.public_id}", actor_id=person.id)
    return Started(person, token, is_complete=credentials.second_factor(person.id) is None)


def note_seen(token: str) -> None:
    """Keep that a sign-in was used today, in a short transaction of its own; a database that is busy may miss it."""
    used = update(SignIn).where(SignIn.token_hash == credentials.token_digest(token)).values(last_seen_on=today())
    try:
        with Session(db.engine) as session, session.begin():
            session.execute(used)
    except DBAPIError as error:
        log.warning("day_not_noted", error=type(error).__name__)


def sign_out(*, token: str, actor_id: int) -> None:
    """End the sign-in of one browser."""
    db.session.execute(
        update(SignIn).where(SignIn.token_hash == credentials.token_digest(token)).values(ended_at=utc_now())
    )
    record(db.session, "account:sign_out", "person/self", actor_id=actor_id)


def end_sign_in(*, sign_in: SignIn, actor_id: int) -> None:
    """End one's sign-in on another browser."""
    sign_in.ended_at = utc_now()
    db.session.flush()
    record(db.session, "sign_in:end", f"sign_in/{sign_in.public_id}", actor_id=actor_id)


def sign_out_everywhere(*, person_id: int, actor_id: int | None, but: str | None = None) -> None:
    """End all sign-ins of a person and all API tokens.

    :param but: the token of a sign-in that stays.
    """
    end = update(SignIn).where(SignIn.person_id == person_id, SignIn.ended_at.is_(None)).values(ended_at=utc_now())
    if but is not None:
        end = end.where(SignIn.token_hash != credentials.token_digest(but))
    db.session.execute(end)
    db.session.execute(
        update(ApiToken).where(ApiToken.person_id == person_id, ApiToken.ended_at.is_(None)).values(ended_at=utc_now())
    )
    record(
        db.session,
        "account:sign_out_everywhere",
        f"person/{directory.person_by_id(person_id).public_id}",
        actor_id=actor_id,
    )
