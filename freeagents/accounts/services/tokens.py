"""Bearer tokens for the API."""

from __future__ import annotations

import secrets
from datetime import timedelta

from freeagents.accounts.models import ApiToken
from freeagents.accounts.queries import credentials
from freeagents.audit.services import record
from freeagents.db.base import utc_now
from freeagents.extensions import db

TOKEN_DAYS = 90


def make_api_token(*, person_id: int, name: str, actor_id: int, second_factor: bool = False) -> str:
    """Return a new bearer token for the API; it is not kept and cannot be shown again.

    :param second_factor: it is made in a sign-in that has shown one.
    """
    token = "fa_" + secrets.token_urlsafe(32)
    row = ApiToken(
        person_id=person_id,
        name=name,
        second_factor=second_factor,
        token_hash=credentials.token_digest(token),
        expires_at=utc_now() + timedelta(days=TOKEN_DAYS),
    )
    db.session.add(row)
    db.session.flush()
    record(db.session, "api_token:make", f"api_token/{row.public_id}", actor_id=actor_id)
    return token


def end_api_token(*, token: ApiToken, actor_id: int) -> None:
    """Make a bearer token stop working."""
    token.ended_at = utc_now()
    db.session.flush()
    record(db.session, "api_token:end", f"api_token/{token.public_id}", actor_id=actor_id)
