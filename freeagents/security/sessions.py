"""The browser's side of a sign-in: a signed cookie with a token and the time of the last request."""

from __future__ import annotations

import time

from flask import Flask, Response, session
from flask_login import login_user, logout_user

from freeagents.security.actor import Actor, actor_or_none

SEEN = "seen"
_REFRESH_SECONDS = 30


def start(actor: Actor) -> None:
    """Sign ``actor`` in on this browser, in a session that holds nothing from before."""
    session.clear()
    login_user(actor)
    session[SEEN] = int(time.time())


def end() -> None:
    """Forget the sign-in on this browser."""
    logout_user()
    session.clear()


def idle(minutes: int) -> bool:
    """Say whether the last request of this browser is longer ago than ``minutes``."""
    return time.time() - int(session.get(SEEN, 0)) > minutes * 60


def keep_alive(app: Flask) -> None:
    """Renew, after each answered request of a signed-in browser, the time of its last request."""

    @app.after_request
    def renew(response: Response) -> Response:
        actor = actor_or_none()
        if actor is not None and actor.via == "session" and SEEN in session:
            now = int(time.time())
            if now - int(session[SEEN]) > _REFRESH_SECONDS:
                session[SEEN] = now
        return response
