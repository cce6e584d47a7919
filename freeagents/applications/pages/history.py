"""What became of a project, in words: to whoever may change it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from freeagents.projects.models import Project
from freeagents.projects.queries import acts_on
from freeagents.web.filters import listed

SHOWN = 30
ACTS = {
    "project:draft": _l("Started as a draft"),
    "project:fill": _l("Filled in"),
    "project:write": _l("Changed"),
    "project:open": _l("Opened"),
    "project:add_owner": _l("An owner was added"),
    "project:remove_owner": _l("An owner was removed"),
    "project:lose_owner": _l("An owner has left"),
    "project:filled": _l("Ended: its seats are filled"),
    "project:cancelled": _l("Cancelled"),
    "project:expired": _l("Expired"),
}
SOURCES = {
    "template": _l("Filled in from a template"),
    "project": _l("Filled in from an earlier project"),
    "role": _l("Filled in from a role"),
}
PARTS = {
    "title": _l("title"),
    "outcome": _l("outcome"),
    "tasks": _l("tasks"),
    "disciplines": _l("disciplines"),
    "seats": _l("seats"),
    "starts_on": _l("first day"),
    "ends_on": _l("last day"),
    "time_percent": _l("share of time"),
    "work_mode": _l("way of working"),
    "place": _l("place"),
    "grade_min": _l("lowest grade"),
    "grade_max": _l("highest grade"),
    "clearance": _l("security clearance"),
    "languages": _l("languages"),
    "essential": _l("essential skills"),
    "asset": _l("assets"),
}


@dataclass(frozen=True)
class Event:
    """One act: what, when, by whom (None: the service itself), with the reason that was given."""

    what: str
    at: datetime
    who: str | None
    reason: str | None


def history_of(project: Project) -> Sequence[Event]:
    """Return what was done to a project, newest first."""
    found = acts_on(project, limit=SHOWN)
    return [Event(_what(entry.action, entry.facts), entry.at, name, words) for entry, words, name in found]


def _what(action: str, facts: Mapping[str, Any]) -> str:
    if action == "project:fill" and facts.get("source") in SOURCES:
        return str(SOURCES[facts["source"]])
    parts = [str(PARTS[name]) for name in facts.get("parts", ()) if name in PARTS]
    if action == "project:write" and parts:
        return _("Changed: %(parts)s", parts=listed(parts))
    return str(ACTS[action])
