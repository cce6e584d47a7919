"""What states, roles, rules and score parts are called on pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from babel import Locale
from flask import Flask, has_app_context
from flask_babel import gettext as _
from flask_babel import pgettext

from freeagents.country.current import pack
from freeagents.web.filters import locale_code

COLOURS = {
    "draft": "grey",
    "open": "blue",
    "filled": "green",
    "cancelled": "grey",
    "expired": "grey",
    "submitted": "blue",
    "withdrawn": "grey",
    "matched": "green",
    "called_off": "red",
    "not_matched": "yellow",
    "accepted": "green",
    "declined": "grey",
    "lapsed": "grey",
    "waiting": "yellow",
    "asked": "yellow",
    "answered": "green",
    "queued": "yellow",
    "solving": "yellow",
    "in_review": "blue",
    "published": "green",
    "closed": "grey",
    "failed": "red",
    "proposed": "blue",
    "kept": "turquoise",
    "barred": "red",
    "approved": "green",
    "offered": "green",
    "replaced": "grey",
}


def init_app(app: Flask) -> None:
    """Make the words known to all templates."""
    app.jinja_env.globals |= {
        "state_name": state_name,
        "state_colour": lambda state: COLOURS.get(state, ""),
        "role_name": role_name,
        "part_label": part_label,
        "part_name": part_name,
        "work_mode_name": work_mode_name,
        "place_name": place_name,
        "in_words": in_words,
        "language_name": language_name,
    }


def state_name(kind: str, state: str) -> str:
    """Say a state of a project, application, round or proposal."""
    names = {
        ("policy", "waiting"): _("Waiting for approval"),
        ("policy", "approved"): _("Approved"),
        ("project", "draft"): _("Draft"),
        ("project", "open"): _("Open"),
        ("project", "filled"): _("Filled"),
        ("project", "cancelled"): _("Cancelled"),
        ("project", "expired"): _("Expired"),
        ("application", "submitted"): _("Waiting for a round"),
        ("application", "withdrawn"): _("Withdrawn"),
        ("application", "matched"): _("Matched"),
        ("application", "called_off"): _("Matched, then cancelled"),
        ("application", "not_matched"): _("Not matched"),
        ("invitation", "open"): _("Not answered yet"),
        ("invitation", "accepted"): _("Applied"),
        ("invitation", "declined"): _("Declined"),
        ("invitation", "lapsed"): _("Not answered in time"),
        ("question", "asked"): _("Waiting for an answer"),
        ("question", "answered"): _("Answered"),
        ("question", "declined"): _("Not published"),
        ("question", "lapsed"): _("The project ended first"),
        ("round", "draft"): _("Planned"),
        ("round", "queued"): _("Waiting"),
        ("round", "solving"): _("Being solved"),
        ("round", "in_review"): _("In review"),
        ("round", "published"): _("Published"),
        ("round", "closed"): pgettext("round", "Closed"),
        ("round", "failed"): _("Failed"),
        ("round", "cancelled"): _("Replaced by a later version"),
        ("proposal", "proposed"): _("Proposed"),
        ("proposal", "kept"): _("Kept"),
        ("proposal", "barred"): _("Barred"),
        ("proposal", "approved"): _("Approved"),
        ("proposal", "offered"): _("Offered"),
        ("proposal", "replaced"): _("Replaced"),
    }
    return names[kind, state]


def role_name(role: str) -> str:
    """Say a role."""
    return {
        "manager": _("Manager"),
        "hr": _("HR"),
        "auditor": _("Auditor"),
        "administrator": _("Administrator"),
    }[role]


def part_name(part: str) -> str:
    """Say a part of the score within a sentence."""
    return {
        "skills": _("skills"),
        "growth": _("learning goals"),
        "rank": _("the person’s own ranking"),
        "short_list": _("the manager’s short list"),
        "bench": _("time on the bench"),
        "distance": _("distance"),
    }[part]


def part_label(part: str) -> str:
    """Say a part of the score as a label."""
    name = part_name(part)
    return name[:1].upper() + name[1:]


def work_mode_name(mode: str) -> str:
    """Say a way of working."""
    return {"on_site": _("On site"), "hybrid": _("Hybrid"), "remote": _("Remote")}[mode]


def in_words(names: Mapping[str, str]) -> str:
    """Say a name of the pack's as plain text, in the language spoken or else in another."""
    return pack.text(names, locale_code())[0]


def place_name(place: str) -> str:
    """Say a place by its name; by its code where the name would be understood as another place, or is not known."""
    known = pack.places.get(place)
    name = in_words(known.names) if known else place
    found = pack.place(name)
    return name if found is not None and found.code == place else place


def language_name(code: str) -> str:
    """Say a language in that language itself."""
    name: str = Locale.parse(code).get_display_name() or code
    return name[:1].upper() + name[1:]


def either(words: Sequence[str]) -> str:
    """Say words as a choice: *A, B or C*."""
    if len(words) < 2:
        return "".join(words)
    return _("%(most)s or %(last)s", most=", ".join(words[:-1]), last=words[-1])


def skill_name(word: str) -> str:
    """Say a skill as a person wrote it: its name, where they chose it from a list and so gave its code."""
    known = pack.skills.get(word) if has_app_context() else None
    return in_words(known.names) if known else word


def spoken_name(code: str) -> str:
    """Say a language that people speak and projects ask for; by its code where the pack does not know it."""
    known = pack.language_scheme.languages.get(code) if has_app_context() else None
    return in_words(known) if known else code
