"""How often somebody may try a credential: failed attempts, under keyed hashes, in a window of time."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import delete
from sqlalchemy.orm import Session

from freeagents.accounts.models import SignInAttempt
from freeagents.accounts.queries import credentials
from freeagents.db.base import utc_now
from freeagents.errors import TooMany
from freeagents.extensions import db

ATTEMPT_WINDOW = timedelta(minutes=15)


def attempt_key(secret: str, kind: str, value: str) -> bytes:
    """Return the name an account or a network address goes by here: a keyed hash that says nothing by itself."""
    return hmac.digest(secret.encode(), f"{kind}:{value}".encode(), hashlib.sha256)


def refuse_too_many(limits: Mapping[bytes, int]) -> None:
    """Refuse another attempt where too many have failed already.

    :param limits: key → how many may fail within the window.
    :raises TooMany: a limit is reached.
    """
    since = utc_now() - ATTEMPT_WINDOW
    for key, limit in limits.items():
        if credentials.failed_attempts(key, since=since) >= limit:
            raise TooMany(
                _("Too many attempts to sign in. Wait 15 minutes and try again."),
                retry_after=int(ATTEMPT_WINDOW.total_seconds()),
            )


def note_failure(*keys: bytes) -> None:
    """Write in a short transaction of its own, since the request's is rolled back."""
    with Session(db.engine) as session, session.begin():
        session.execute(delete(SignInAttempt).where(SignInAttempt.at < utc_now() - ATTEMPT_WINDOW))
        session.add_all(SignInAttempt(key=key) for key in keys)
