"""Which language is spoken, and the links that change it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Flask, has_request_context, request, url_for

from freeagents.country.current import pack
from freeagents.extensions import SOURCE, translated
from freeagents.security import sessions
from freeagents.security.actor import actor_or_none
from freeagents.web.rendering import wants_part
from freeagents.web.words import language_name


@dataclass(frozen=True, slots=True)
class Choice:
    """A language to choose: its code, its name in itself, and the address that chooses it."""

    code: str
    name: str
    address: str


def init_app(app: Flask) -> None:
    """Make the links known to all templates."""
    app.jinja_env.globals["language_choices"] = choices


def offered() -> tuple[str, ...]:
    """Return the languages one can choose: those of the pack that the pages are translated into."""
    return tuple(code for code in pack.languages if code in translated()) or (SOURCE,)


def spoken() -> str:
    """Return the language to speak: the one chosen in this browser, else the person's own, else what the browser likes.

    The API has no browser: there the request's ``Accept-Language`` comes before the person's own language.
    """
    languages = offered()
    if not has_request_context():
        return languages[0]
    actor = actor_or_none()
    own = actor.locale if actor is not None else None
    # Werkzeug's own choice takes English for somebody who asks for fr-CA first and for en last.
    asked = (tag.partition("-")[0].lower() for tag, quality in request.accept_languages if quality > 0)
    preferred = next((tag for tag in asked if tag in languages), None)
    wishes = (preferred, own) if request.path.startswith("/api/") else (sessions.language(), own, preferred)
    return next((wish for wish in wishes if wish in languages), languages[0])


def choices() -> list[Choice]:
    """Return the languages to choose; none where there is only one."""
    languages = offered()
    if len(languages) < 2:
        return []
    here = page_in_view()
    return [
        Choice(code, language_name(code), url_for("settings.speak", language=code, next=here)) for code in languages
    ]


def page_in_view() -> str | None:
    """Return the address of the page somebody looks at; of a form that was sent, the page it stood on."""
    if request.method == "GET" and not wants_part():
        return request.full_path.rstrip("?")
    page = urlsplit(request.headers.get("HX-Current-URL") or request.referrer or "")
    return page._replace(scheme="", netloc="", fragment="").geturl() if page.netloc == request.host else None
