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


def owner_added(facts: Facts) -> Said:
    """Say that a project has one more owner, to that person and to the others."""
    if facts["yours"]:
        return Said(
            _("You are now an owner of “%(project)s”", project=facts["title"]),
            (_("You can change it, see who applied, add other owners and end it, as its other owners can."),),
            (_to_project(facts),),
        )
    return Said(
        _("%(name)s is now an owner of “%(project)s” too", name=facts["name"], project=facts["title"]),
        (_("All owners of a project have the same rights."),),
        (_to_project(facts),),
    )


def owner_removed(facts: Facts) -> Said:
    """Say that a project has one owner less, to that person and to the others."""
    if facts["yours"]:
        return Said(
            _("You are no longer an owner of “%(project)s”", project=facts["title"]),
            (_("Its other owners look after it. You get no more messages about it."),),
        )
    return Said(
        _("%(name)s is no longer an owner of “%(project)s”", name=facts["name"], project=facts["title"]),
        (),
        (_to_project(facts),),
    )


def owner_left(facts: Facts) -> Said:
    """Say to the other owners of a project that one of them has left."""
    return Said(
        _("%(name)s has left and no longer owns “%(project)s”", name=facts["name"], project=facts["title"]),
        (_("You look after it now. You can add another owner."),),
        (_to_project(facts),),
    )


def last_owner_left(facts: Facts) -> Said:
    """Say to HR that a project has no owner any more."""
    return Said(
        _("“%(project)s” has no owner any more", project=facts["title"]),
        (
            _(
                "%(name)s has left. Nobody answers for the project until you add an owner, or end it.",
                name=facts["name"],
            ),
        ),
        (Link(_("Add an owner"), "owners.index", {"project": facts["project"]}),),
    )


def _to_project(facts: Facts) -> Link:
    return Link(_("See the project"), "applications.project", {"project": facts["project"]})


KINDS = {
    "project:add_owner": Kind("projects", owner_added),
    "project:remove_owner": Kind("projects", owner_removed),
    "project:lose_owner": Kind("projects", owner_left),
    "project:lose_last_owner": Kind("projects", last_owner_left),
    "project:remind": Kind("projects", reminded),
    "project:expire": Kind("projects", expired),
}
