"""What every way of signing in ends with: the second factor if there is one, and the page that was asked for."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from freeagents.accounts.models import Person
from freeagents.accounts.queries import directory
from freeagents.accounts.services.signing_in import Started
from freeagents.security import provider, sessions
from freeagents.security.actor import Actor
from freeagents.web.forms import Form
from freeagents.web.rendering import Answer, render, see_other

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def device() -> str:
    """Return as much of what the browser says of itself as its owner needs to know it again."""
    said = request.user_agent.string
    known = (next((name for mark, name in table if mark in said), None) for table in (BROWSERS, SYSTEMS))
    return ", ".join(name for name in known if name)


def sign_in_page(form: Form, next_page: str) -> Response:
    """Return the page people sign in on."""
    settings = current_app.config["SETTINGS"]
    return render(
        "accounts/sign_in.html",
        form=form,
        next=next_page,
        provider_name=settings.oidc_name if provider.is_known() else None,
    )


def enter(started: Started, next_page: str) -> Answer:
    """Lead on from a right password, or from the provider."""
    if not started.is_complete:
        sessions.wait(started.token, next_page)
        return see_other("second_factor.code_form")
    sign_in_here(started.person, started.token)
    strict = current_app.config["SETTINGS"].require_second_factor
    if strict and directory.holds_strong_role(started.person.id):
        return see_other("second_factor.show")
    return redirect(safe(next_page), 303)


def sign_in_here(person: Person, token: str) -> None:
    """Sign the person in on this browser."""
    sessions.start(
        Actor(
            person_id=person.id,
            public_id=person.public_id,
            name=person.name,
            locale=person.locale,
            roles=(),
            agent=False,
            via="session",
            credential=token,
        )
    )


def safe(page: str) -> str:
    """Return where to go after signing in: the page asked for, if it is one of ours."""
    parts = urlsplit(page)
    if page.startswith("/") and not page.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme:
        return page
    return url_for("home.home")
