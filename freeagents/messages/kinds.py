"""What people can be told: each kind of message belongs to a topic and says itself in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from flask import current_app
from flask_babel import lazy_gettext as _l
from werkzeug.local import LocalProxy

KINDS = "freeagents.messages"


@dataclass(frozen=True, slots=True)
class Link:
    """Where a message leads: the words of the link and the page."""

    words: str
    endpoint: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dates:
    """Days of a message for the reader's calendar, first and last inclusive; the same ``uid`` is the same entry."""

    uid: str
    title: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Said:
    """A message in words: plain text, escaped wherever it becomes HTML."""

    subject: str
    paragraphs: tuple[str, ...]
    links: tuple[Link, ...] = ()
    dates: Dates | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of message.

    :ivar say: turns the facts into words, in the language spoken where it is called.
    """

    topic: str
    say: Callable[[Mapping[str, Any]], Said]


@dataclass(frozen=True, slots=True)
class Topic:
    """What one choice of moments covers. ``moments``: those to choose from, the first where nothing was chosen."""

    name: str
    moments: tuple[str, ...]


TOPICS = {
    "account": Topic(_l("Your account"), ("at_once",)),
    "applications": Topic(_l("Your applications"), ("at_once", "daily")),
    "questions": Topic(_l("Questions you asked"), ("at_once", "daily", "never")),
    "searches": Topic(_l("Your saved searches"), ("daily", "never")),
    "profile": Topic(_l("Your profile"), ("at_once", "daily", "never")),
    "projects": Topic(_l("Projects you own"), ("at_once", "daily", "never")),
    "rounds": Topic(_l("Rounds that you review"), ("at_once", "daily", "never")),
}

kinds = cast("Mapping[str, Kind]", LocalProxy(lambda: current_app.extensions[KINDS]))
"""Every kind of message of the running instance by name, ``noun:verb``, as the registry lists them."""


def say(kind: str, facts: Mapping[str, Any]) -> Said:
    """Return a message in words."""
    return kinds[kind].say(facts)
