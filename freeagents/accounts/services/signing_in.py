"""Signing in with a password, and signing out."""

from __future__ import annotations

import secrets

from flask_babel import gettext as _
from sqlalchemy import update

from freeagents.accounts import queries
from freeagents.accounts.models import ApiToken, Person, SignIn
from freeagents.accounts.services.passwords import password_is_right
from freeagents.accounts.services.throttle import attempt_key, note_failure, refuse_too_many
from freeagents.audit.services import record
from freeagents.db.base import utc_now
from freeagents.errors import Invalid
from freeagents.extensions import db

ATTEMPTS_AN_ACCOUNT = 8
ATTEMPTS_AN_ADDRESS = 60


class WrongCredentials(Invalid):
    """The e-mail address and password do not belong together; it is not said which of them is wrong."""


def sign_in(*, email: str, password: str, address: str, secret: str) -> tuple[Person, str]:
    """Check a password and start a sign-in.

    :param address: the network address of the browser; kept only as a keyed hash, and only if the attempt fails.
    :returns: the person and the token for the cookie.
    :raises TooMany: too many failed attempts for this account or from this address.
    :raises WrongCredentials: the two do not belong together, or the person has left.
    """
    limits = {
        attempt_key(secret, "account", email.strip().lower()): ATTEMPTS_AN_ACCOUNT,
        attempt_key(secret, "address", address): ATTEMPTS_AN_ADDRESS,
    }
    refuse_too_many(limits)
    person = queries.person_by_email(email)
    if not password_is_right(person, password) or person is None or _has_left(person):
        note_failure(*limits)
        raise WrongCredentials(_("The email address or the password is not right."), field="email")
    token = secrets.token_urlsafe(32)
    db.session.add(SignIn(person_id=person.id, token_hash=queries.token_digest(token)))
    record(db.session, "account:sign_in", f"person/{person.public_id}", actor_id=person.id)
    return person, token


def sign_out(*, token: str, actor_id: int) -> None:
    """End the sign-in of one browser."""
    db.session.execute(
        update(SignIn).where(SignIn.token_hash == queries.token_digest(token)).values(ended_at=utc_now())
    )
    record(db.session, "account:sign_out", "person/self", actor_id=actor_id)


def sign_out_everywhere(*, person_id: int, actor_id: int) -> None:
    """End all sign-ins of a person and all API tokens."""
    for model in (SignIn, ApiToken):
        db.session.execute(
            update(model).where(model.person_id == person_id, model.ended_at.is_(None)).values(ended_at=utc_now())
        )
    record(db.session, "account:sign_out_everywhere", "person/self", actor_id=actor_id)


def _has_left(person: Person) -> bool:
    return person.left_on is not None and person.left_on <= utc_now().date()
