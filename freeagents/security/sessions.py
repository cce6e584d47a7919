"""The browser's side of a sign-in: a signed cookie with a token and the time of the last request."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from flask import Flask, Response, session
from flask_login import login_user, logout_user

from freeagents.security.actor import Actor, actor_or_none

SEEN = "seen"
DAY = "day"
WAITING = "waiting"
NEXT = "next"
LANGUAGE = "language"
_REFRESH_SECONDS = 30


def start(actor: Actor) -> None:
    """Sign ``actor`` in on this browser, in a session that holds nothing from before but the language."""
    _clear()
    login_user(actor)
    session[SEEN] = int(time.time())
    session[DAY] = _today()


def wait(token: str, next_page: str) -> None:
    """Remember a sign-in that waits for its second factor, and where to go after; nobody is signed in yet."""
    _clear()
    session[WAITING] = token
    session[NEXT] = next_page


def waiting() -> str | None:
    """Return the token of the sign-in that waits for its second factor, or None."""
    token: str | None = session.get(WAITING)
    return token


def remember_next(page: str) -> None:
    """Remember where to go after signing in elsewhere."""
    session[NEXT] = page


def next_page() -> str:
    """Return where to go after signing in; nothing where nobody asked."""
    return str(session.get(NEXT, ""))


def end() -> None:
    """Forget the sign-in on this browser."""
    logout_user()
    _clear()


def speak(language: str | None) -> None:
    """Remember the language chosen in this browser; None: the person's own counts again."""
    if language is None:
        session.pop(LANGUAGE, None)
    else:
        session[LANGUAGE] = language


def language() -> str | None:
    """Return the language chosen in this browser, if one was."""
    chosen: str | None = session.get(LANGUAGE)
    return chosen


def idle(minutes: int) -> bool:
    """Say whether the last request of this browser is longer ago than ``minutes``."""
    return time.time() - int(session.get(SEEN, 0)) > minutes * 60


def keep_alive(app: Flask, note_day: Callable[[str], None]) -> None:
    """Renew, after each answered request of a signed-in browser, the time of its last request.

    :param note_day: called with the sign-in's token on the first request of a day.
    """

    @app.after_request
    def renew(response: Response) -> Response:
        actor = actor_or_none()
        if actor is not None and actor.via == "session" and SEEN in session:
            now = int(time.time())
            if now - int(session[SEEN]) > _REFRESH_SECONDS:
                session[SEEN] = now
            if session.get(DAY) != (day := _today()):
                session[DAY] = day
                note_day(actor.credential)
        return response


def _clear() -> None:
    chosen = language()
    session.clear()
    speak(chosen)


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
