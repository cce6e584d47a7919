"""Passwords: kept as argon2 hashes, compared in the same time for everybody."""

from __future__ import annotations

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import gettext as _

from freeagents.accounts.models import Person
from freeagents.errors import Invalid
from freeagents.extensions import db

MINIMUM_PASSWORD = 12

_hasher = PasswordHasher()


def set_password(*, person: Person, password: str) -> None:
    """Keep the argon2 hash of a password.

    :raises Invalid: it is too short or holds the e-mail address.
    """
    if len(password) < MINIMUM_PASSWORD:
        raise Invalid(
            _("Choose a password of at least %(count)d characters.", count=MINIMUM_PASSWORD), field="password"
        )
    if person.email.split("@")[0] in password.lower():
        raise Invalid(_("Choose a password that does not contain your email address."), field="password")
    person.password_hash = _hasher.hash(password)
    db.session.flush()


def password_is_right(person: Person | None, password: str) -> bool:
    """Compare in the same time whether or not there is such an account."""
    known = person.password_hash if person else None
    try:
        _hasher.verify(known or _hash_of_nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return known is not None


@cache
def _hash_of_nobody() -> str:
    return _hasher.hash(secrets.token_urlsafe(16))
