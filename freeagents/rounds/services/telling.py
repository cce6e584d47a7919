"""Says in words how far a round is, what stopped it, and what a proposal or a seat came to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from freeagents.eligibility.bridge import PARTS
from freeagents.eligibility.sentences import rule_name

PRIVATE_PARTS = ("rank", "short_list")
"""Parts that only HR's reviewers see beside the person, or the manager, they belong to."""
SCORES = ("score", "value", "totals")
"""Figures of a round that private parts are in."""


def stage_sentence(stage: str | None) -> str:
    """Return what the worker is doing."""
    sentences = {
        "freeze": _("Reading people, projects and applications as they stand"),
        "keep": _("Keeping what was read, so that the result can be checked at any time"),
        "index": _("Putting everything in an order that favours nobody"),
        "candidates": _("Finding who meets the rules of each project, and scoring them"),
        "assign": _("Choosing the best placement of all people and seats together"),
        "blocking": _("Counting who would rather be matched otherwise"),
        "explain": _("Working out the reasons"),
        "store": _("Writing down the result"),
    }
    return str(sentences.get(stage or "", _("Waiting for a free worker")))


def failure_sentence(code: str, facts: Mapping[str, Any] | None) -> str:
    """Return why a round could not be solved and what to do."""
    if code == "rule_broken":
        return str(
            _(
                "A pair that HR keeps does not meet a rule any more: %(rule)s. Take that decision back below, then run"
                " the round again.",
                rule=rule_name(str((facts or {}).get("rule", ""))),
            )
        )
    sentences = {
        "no_such_seat": _(
            "More people are kept on a project than it has seats. Take one of the decisions below back, then run the"
            " round again."
        ),
        "person_twice": _(
            "One person is kept on two projects. Take one of the decisions below back, then run the round again."
        ),
        "cannot_be_met": _(
            "No placement keeps all the rules on who is placed that must hold. Write a version of the policy that lets"
            " them be broken at a price, or take decisions back below, and run the round again."
        ),
        "kept_above": _(
            "More people are kept than the policy lets be placed. Take one of the decisions below back, then run the"
            " round again."
        ),
        "kept_together": _(
            "Two people who are not to be together are kept on one project. Take one of the decisions below back, then"
            " run the round again."
        ),
        "abandoned": _(
            "The work was started several times and never came to an end. Run the round again; if it fails again, ask"
            " your administrator."
        ),
    }
    otherwise = _(
        "Something went wrong on our side; nothing was changed. Run the round again; if it fails again, ask your"
        " administrator."
    )
    return str(sentences.get(code, otherwise))


def shown_parts(parts: Mapping[str, int], *, private: bool) -> dict[str, int]:
    """Return the parts of a score in their order, without the private ones unless the reader may see them."""
    return {part: parts[part] for part in PARTS if part in parts and (private or part not in PRIVATE_PARTS)}


def shown_figures(figures: Mapping[str, Any] | None, *, private: bool) -> dict[str, Any] | None:
    """Return the figures of a round, without scores unless the reader may see private parts."""
    if figures is None:
        return None
    if private:
        return dict(figures)
    shown = {name: value for name, value in figures.items() if name not in SCORES}
    return shown | {"limits": without_prices(figures["limits"])} if "limits" in figures else shown


def without_prices(limits: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what limits came to, without what one person more would add: private parts are in that."""
    return [{**use, "seats": 0, "units": None} for use in limits]
