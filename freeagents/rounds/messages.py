"""What is told about rounds to those who review them, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from freeagents.eligibility.advice import Naming, filling_sentence_for_manager
from freeagents.eligibility.sentences import your_answer
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


def called_off(facts: Facts) -> Said:
    """Say, to somebody who was matched with a project, that it was cancelled afterwards."""
    paragraphs = [your_answer("project_called_off", {})]
    if facts["words"]:
        paragraphs.append(_("The reason given: %(words)s", words=facts["words"]))
    if facts["next"]:
        paragraphs.append(_("These open projects suit you best now:"))
    links = [Link(one["title"], "applications.project", {"project": one["project"]}) for one in facts["next"]]
    return Said(
        _("“%(project)s” was cancelled: your match has ended", project=facts["title"]),
        tuple(paragraphs),
        tuple(links) or (Link(_("Find other projects"), "finding.projects"),),
    )


def left_empty(facts: Facts) -> Said:
    """Say, to the owner of a project, that seats stayed empty in a round, and what would have filled one."""
    paragraphs = [_("HR matches again in the next round. What the project asks can be changed until then.")]
    if "change" in facts:
        naming = Naming.spoken({facts["change"]["skill"]: facts["names"]} if facts["names"] else {})
        paragraphs.insert(0, filling_sentence_for_manager(facts["change"], facts["about"], naming))
    subject = ngettext(
        "One seat of “%(project)s” stayed empty",
        "%(num)d seats of “%(project)s” stayed empty",
        facts["seats"],
        project=facts["title"],
    )
    link = Link(_("See the project"), "applications.project", {"project": facts["project"]})
    return Said(subject, tuple(paragraphs), (link,))


def _to_round(facts: Facts, words: str) -> Link:
    return Link(words, "rounds.show", {"subject": facts["round"]})


KINDS = {
    "round:solve": Kind("rounds", solved),
    "round:fail": Kind("rounds", failed),
    "round:match": Kind("projects", matched),
    "project:call_off": Kind("applications", called_off),
    "project:left_empty": Kind("projects", left_empty),
}
