"""What every page shows: who is signed in, the menu, whether this is a demo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, url_for
from sqlalchemy import select

from freeagents.config import Settings
from freeagents.country.models import Instance
from freeagents.extensions import db
from freeagents.security.access import allows
from freeagents.security.actor import Actor, actor_or_none


@dataclass(frozen=True, slots=True)
class MenuItem:
    """An item of the menu.

    :ivar label: translated when it is shown. ``for_whom``: who sees it. ``waiting``: how much is new there.
    """

    label: Any
    endpoint: str
    for_whom: Callable[[Actor], bool]
    waiting: Callable[[Actor], int] = lambda _actor: 0


MENU = "freeagents.menu"
DEMO = "freeagents.demo"


def init_app(app: Flask) -> None:
    """Make it known to all templates."""
    settings: Settings = app.config["SETTINGS"]

    @app.context_processor
    def of_every_page() -> dict[str, Any]:
        return {"actor": actor_or_none(), "idle_minutes": settings.idle_minutes}

    app.jinja_env.globals |= {"navigation": menu, "is_demo": is_demo, "may": may}


def menu() -> list[tuple[str, str, int]]:
    """Return label, address and what is new there of each item of the menu that is for whoever is signed in."""
    actor = actor_or_none()
    if actor is None:
        return []
    items: tuple[MenuItem, ...] = current_app.extensions[MENU]
    return [(str(item.label), url_for(item.endpoint), item.waiting(actor)) for item in items if item.for_whom(actor)]


def may(permission: str, subject: Any = None) -> bool:
    """Say whether whoever is signed in may do this: for showing a link or a button, never instead of the guard."""
    return allows(permission, actor_or_none(), subject)


def is_demo() -> bool:
    """Say whether the people of this database are made up; asked of the database until it knows what it is."""
    known: dict[str, bool] = current_app.extensions.setdefault(DEMO, {})
    if "demo" not in known:
        found = db.session.scalar(select(Instance.is_demo))
        if found is None:
            return False
        known["demo"] = found
    return known["demo"]
