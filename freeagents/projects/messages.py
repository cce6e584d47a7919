"""What is told to the owners of projects, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _

from freeagents.messages.kinds import Dates, Kind, Link, Said
from freeagents.web.filters import day

Facts = Mapping[str, Any]


def reminded(facts: Facts) -> Said:
    """Say that a project's first day comes near while seats are still empty."""
    start = date.fromisoformat(facts["start"])
    return Said(
        _("“%(project)s” starts on %(day)s and has empty seats", project=facts["title"], day=day(start)),
        (
            _("It can be matched until then. After that it expires by itself, and everybody who waits is told."),
            _("If the need has gone or has changed, end the project or move its dates."),
        ),
        (_to_project(facts),),
        Dates(f"{facts['project']}-start@freeagents", facts["title"], start, start),
    )


def expired(facts: Facts) -> Said:
    """Say that a project has expired."""
    return Said(
        _("“%(project)s” has expired", project=facts["title"]),
        (
            _("Its first day has passed, and it still had empty seats. Everybody who waited for it has been told."),
            _("If you still need people, post it again with new dates."),
        ),
        (_to_project(facts),),
    )


def _to_project(facts: Facts) -> Link:
    return Link(_("See the project"), "applications.project", {"project": facts["project"]})


KINDS = {
    "project:remind": Kind("projects", reminded),
    "project:expire": Kind("projects", expired),
}
