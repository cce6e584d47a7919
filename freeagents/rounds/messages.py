"""What is told about rounds to those who review them, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from freeagents.messages.kinds import Kind, Link, Said
from freeagents.rounds.services.telling import failure_sentence
from freeagents.web.filters import listed

Facts = Mapping[str, Any]


def solved(facts: Facts) -> Said:
    """Say that a round is ready for review."""
    return Said(
        _("The round “%(name)s” is ready for review", name=facts["name"]),
        (_("It has been solved. Open its proposals, keep or bar pairs, approve the others, then publish it."),),
        (_to_round(facts, _("Review the round")),),
    )


def failed(facts: Facts) -> Said:
    """Say that a round could not be solved, and why."""
    return Said(
        _("The round “%(name)s” could not be solved", name=facts["name"]),
        (failure_sentence(facts["code"], facts),),
        (_to_round(facts, _("See the round")),),
    )


def matched(facts: Facts) -> Said:
    """Say to a project's owner who was matched with it."""
    return Said(
        _("“%(project)s” has its people", project=facts["title"])
        if len(facts["people"]) > 1
        else _("“%(project)s” has somebody", project=facts["title"]),
        (
            _("HR has published a round. Matched with your project: %(people)s.", people=listed(facts["people"])),
            _("They have been told as well. Talk to them about the first day."),
        ),
        (Link(_("See the project"), "applications.project", {"project": facts["project"]}),),
    )


def _to_round(facts: Facts, words: str) -> Link:
    return Link(words, "rounds.show", {"subject": facts["round"]})


KINDS = {
    "round:solve": Kind("rounds", solved),
    "round:fail": Kind("rounds", failed),
    "round:match": Kind("projects", matched),
}
