"""What is told to people about their profile, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _

from freeagents.extensions import pack
from freeagents.messages.kinds import Dates, Kind, Link, Said
from freeagents.web.filters import day
from freeagents.web.words import in_words, spoken_name

Facts = Mapping[str, Any]


def ends_soon(facts: Facts) -> Said:
    """Say that a clearance, or the test of a language, ends soon."""
    until = date.fromisoformat(facts["until"])
    if facts["what"] == "clearance":
        known = pack.clearances.get(facts["code"])
        named = in_words(known.names) if known else facts["code"]
        subject = _("Your clearance %(clearance)s ends on %(day)s", clearance=named, day=day(until))
        part = "clearance"
    else:
        subject = _("Your test of %(language)s ends on %(day)s", language=spoken_name(facts["code"]), day=day(until))
        part = "languages"
    return Said(
        subject,
        (
            _("From now on it counts only for projects that end by that day."),
            _("Once it is renewed, put the new day on your profile."),
        ),
        (Link(_("Change your profile"), "profiles.part_form", {"part": part}),),
        Dates(f"{part}-{facts['code']}-{facts['until']}@freeagents", subject, until, until),
    )


KINDS = {
    "profile:remind": Kind("profile", ends_soon),
}
