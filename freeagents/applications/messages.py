"""What is told about applications and the projects they are for, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from freeagents.eligibility.sentences import your_answer, your_answers
from freeagents.extensions import pack
from freeagents.messages.kinds import Dates, Kind, Link, Said
from freeagents.web.filters import day
from freeagents.web.words import in_words, work_mode_name

Facts = Mapping[str, Any]


def received(facts: Facts) -> Said:
    """Say, to the owner of a project, that somebody applied; not who: mail is read on many screens."""
    return Said(
        _("Somebody applied for “%(project)s”", project=facts["title"]),
        (_("The project’s page shows who applied and how they fit. HR matches people and seats in the next round."),),
        (_to_project(facts, _("See the project")),),
    )


def invited(facts: Facts) -> Said:
    """Say that a project would like somebody to apply."""
    until = day(date.fromisoformat(facts["until"]))
    return Said(
        _("You are invited to apply for “%(project)s”", project=facts["title"]),
        (
            _("Whoever runs the project found you because you agreed to be found. Its page shows how you fit."),
            _("Apply or decline by %(day)s, as you like. It changes nothing about your matches.", day=until),
        ),
        (_to_project(facts, _("See the project")), Link(_("Apply or decline"), "applications.mine")),
    )


def matched(facts: Facts) -> Said:
    """Say that an application was matched, with the dates of the project."""
    return Said(
        _("You are matched with “%(project)s”", project=facts["title"]),
        (your_answer("approved", {}),),
        (_to_project(facts, _("See the project")),),
        Dates(
            f"{facts['project']}@freeagents",
            facts["title"],
            date.fromisoformat(facts["start"]),
            date.fromisoformat(facts["end"]),
        ),
    )


def not_matched(facts: Facts) -> Said:
    """Say that an application was not matched, why, and which projects come next."""
    paragraphs = your_answers(facts["reason"], facts.get("reason_facts", {}))
    if facts.get("words"):
        paragraphs.append(_("The reason given: %(words)s", words=facts["words"]))
    best = facts.get("next", [])
    if best:
        paragraphs.append(_("These open projects suit you best now:"))
    return Said(
        _("Your application for “%(project)s” was not matched", project=facts["title"]),
        tuple(paragraphs),
        tuple(_to_project(one, one["title"]) for one in best) or (Link(_("Find other projects"), "finding.projects"),),
    )


def found(facts: Facts) -> Said:
    """Say which projects are new for a saved search."""
    count = facts["count"]
    paragraphs = [_("You saved this search: %(search)s.", search=search_words(facts["search"]))]
    if count > len(facts["projects"]):
        paragraphs.append(_("These are the newest:"))
    asked = {name: value for name, value in facts["search"].items() if value}
    return Said(
        ngettext("One new project for your search", "%(num)d new projects for your search", count),
        tuple(paragraphs),
        (
            *(_to_project(one, one["title"]) for one in facts["projects"]),
            Link(_("Search again"), "finding.projects", asked),
        ),
    )


def search_words(search: Mapping[str, str | None]) -> str:
    """Say what a saved search asks."""
    parts = []
    if search["text"]:
        parts.append(_("“%(words)s”", words=search["text"]))
    if search["discipline"]:
        known = pack.disciplines.get(search["discipline"])
        parts.append(in_words(known) if known else search["discipline"])
    if search["work_mode"]:
        parts.append(work_mode_name(search["work_mode"]))
    if search["show"] == "fits":
        parts.append(_("projects I qualify for"))
    return ", ".join(parts)


def _to_project(facts: Facts, words: str) -> Link:
    return Link(words, "applications.project", {"project": facts["project"]})


KINDS = {
    "application:submit": Kind("projects", received),
    "project:invite": Kind("applications", invited),
    "application:matched": Kind("applications", matched),
    "application:not_matched": Kind("applications", not_matched),
    "search:find": Kind("searches", found),
}
