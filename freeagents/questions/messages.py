"""What is told about questions, in words; never the question itself: mail is read on many screens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from freeagents.messages.kinds import Kind, Link, Said

Facts = Mapping[str, Any]


def asked(facts: Facts) -> Said:
    """Say, to the owners of a project, that somebody asked something; not who."""
    return Said(
        _("A question about “%(project)s”", project=facts["title"]),
        (_("Answer it, and everybody who reads the project sees question and answer. Nobody sees who asked."),),
        (Link(_("Read and answer it"), "questions.answer_form", {"question": facts["question"]}),),
    )


def answered(facts: Facts) -> Said:
    """Say that one's question was answered."""
    return Said(_("Your question about “%(project)s” is answered", project=facts["title"]), (), (_to_answers(facts),))


def declined(facts: Facts) -> Said:
    """Say that one's question was not published."""
    return Said(
        _("Your question about “%(project)s” is not published", project=facts["title"]),
        (_("The owners of the project say why. Only you can read it."),),
        (_to_answers(facts),),
    )


def lapsed(facts: Facts) -> Said:
    """Say that a project ended before one's question was answered."""
    return Said(
        _("“%(project)s” ended before your question was answered", project=facts["title"]),
        (_("The project’s page says why it ended. Other projects are open."),),
        (
            Link(_("See the project"), "applications.project", {"project": facts["project"]}),
            Link(_("Find other projects"), "finding.projects"),
        ),
    )


def _to_answers(facts: Facts) -> Link:
    return Link(_("Read the answer"), "questions.index", {"project": facts["project"]})


KINDS = {
    "question:ask": Kind("projects", asked),
    "question:answered": Kind("questions", answered),
    "question:declined": Kind("questions", declined),
    "question:lapsed": Kind("questions", lapsed),
}
