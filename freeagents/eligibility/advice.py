"""Says in words what would have placed a person, what would fill a seat, and what no score looks at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from freeagents.country.current import pack
from freeagents.web.words import in_words, spoken_name

NOT_USED = (
    _l("name"),
    _l("age"),
    _l("sex"),
    _l("origin"),
    _l("disability"),
    _l("photos"),
    _l("everything else that people may state about themselves for the fairness report"),
    _l("texts: the profile, evidence of skills, the project’s description"),
    _l("how long somebody has worked here"),
    _l("what was decided in other rounds"),
)
"""What neither the hard rules nor the score look at."""


@dataclass(frozen=True, slots=True)
class Naming:
    """How codes are called.

    :ivar skill: of a skill's code; ``level``: of a level; ``language``: of a language's code.
    """

    skill: Callable[[str], str]
    level: Callable[[int], str]
    language: Callable[[str], str]

    @classmethod
    def spoken(cls, skills: Mapping[str, Mapping[str, str]]) -> Naming:
        """Return how things are called in the language spoken, given the names of skills by their code."""
        return cls(
            lambda code: in_words(skills[code]) if code in skills else code,
            lambda level: in_words(pack.levels[level]),
            spoken_name,
        )


def nearest_sentence(facts: Mapping[str, Any] | None, title: str, naming: Naming) -> str:
    """Return what would have placed a person who was left out.

    :param facts: of the change, as in :mod:`freeagents.eligibility.nearest`; None: no single one would have.
    :param title: of the project they name.
    """
    if facts is None:
        return str(
            _(
                "No single change of the person’s skills, languages, clearance, dates, places or ways of working would"
                " give them a seat."
            )
        )
    change = _change(facts, naming)
    if "alike" in facts:
        return str(
            _(
                "%(change)s, the person would take a seat of “%(project)s”, or of another project that is as good.",
                change=change,
                project=title,
            )
        )
    return str(_("%(change)s, the person would take a seat of “%(project)s”.", change=change, project=title))


def your_nearest_sentence(facts: Mapping[str, Any] | None, title: str, naming: Naming) -> str:
    """Return :func:`nearest_sentence` as one says it afterwards to the person it is about."""
    if facts is None:
        return str(
            _(
                "No single change of your skills, languages, clearance, dates, places or ways of working would have"
                " given you a seat."
            )
        )
    change = _change(facts, naming)
    if "alike" in facts:
        return str(
            _(
                "%(change)s, you would have taken a seat of “%(project)s”, or of another project that is as good.",
                change=change,
                project=title,
            )
        )
    return str(_("%(change)s, you would have taken a seat of “%(project)s”.", change=change, project=title))


def filling_sentence(facts: Mapping[str, Any] | None, naming: Naming) -> str:
    """Return the smallest thing that a project could ask less so that an empty seat is filled.

    :param facts: of the change, as in :mod:`freeagents.eligibility.relaxing`; None: no single one would do.
    """
    if facts is None:
        return str(_("Nothing that the project asks would fill the seat if it alone were asked less."))
    change = str(_("The smallest change that fills it: %(change)s.", change=_less(facts, naming)))
    people = ngettext(
        "Then one person meets every hard rule.", "Then %(num)d people meet every hard rule.", facts["qualify"]
    )
    seats = ngettext(
        "Solved with it, the round fills one more seat of the project.",
        "Solved with it, the round fills %(num)d more seats of the project.",
        facts["filled"],
    )
    return f"{change} {people} {seats}"


def filling_sentence_for_manager(facts: Mapping[str, Any], about: int, naming: Naming) -> str:
    """Return :func:`filling_sentence` as a manager may read it afterwards.

    :param about: how many people would qualify of those who agreed to be counted, clearance left out, rounded down.
    """
    change = _("The smallest change that would have filled it: %(change)s.", change=_less(facts, naming))
    people = _(
        "Then about %(count)s people would have met the other rules, of those who agreed to be counted and whatever"
        " their clearance.",
        count=about,
    )
    return f"{change} {people}"


def _change(facts: Mapping[str, Any], naming: Naming) -> str:
    if "skill" in facts:
        named = {"skill": naming.skill(facts["skill"]), "level": naming.level(facts["level"])}
        return str(_("With %(skill)s at the level %(level)s", **named))
    return {
        "work_mode": _("Willing to work in the way that the project does"),
        "place": _("Willing to go as far as the project’s place of work"),
        "availability": _("Free on every day of the project for its share of time"),
        "languages": _("With the languages that the project asks, to its last day"),
        "clearance": _("With the security clearance that the project needs, to its last day"),
    }[facts["rule"]]


def _less(facts: Mapping[str, Any], naming: Naming) -> str:
    change = facts["change"]
    if change == "lower":
        named = {"skill": naming.skill(facts["skill"]), "level": naming.level(facts["level"])}
        return str(_("ask %(skill)s at the level %(level)s", **named))
    if change == "asset":
        return str(_("ask %(skill)s as an asset, not as essential", skill=naming.skill(facts["skill"])))
    if change == "language":
        return str(_("do not ask for %(language)s", language=naming.language(facts["language"])))
    return {
        "later": _("start two weeks later"),
        "grade_min": _("let the band of grades begin one grade lower"),
        "grade_max": _("let the band of grades end one grade higher"),
        "hybrid": _("let people work partly elsewhere (hybrid)"),
        "remote": _("let people work remotely"),
        "clearance": _("ask for the security clearance one step lower"),
    }[change]
