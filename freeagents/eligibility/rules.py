"""The hard rules, each stated once: who may ever be placed where."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Kind(Enum):
    """How a person's fact answers a project's. Each kind is told once as arrays and once as SQL."""

    IS_SO = auto()
    """The person's fact is true, whatever the project."""
    DIFFERS = auto()
    """The two facts are not the same."""
    HOLDS = auto()
    """Everything asked is held, at least at the asked level."""
    WITHIN = auto()
    """The person's rung lies between two rungs of its ladder; between ladders, where both have a band, by band."""
    ACCEPTS = auto()
    """The person's set holds the project's one value, or is empty."""
    NEAR = auto()
    """One of the person's places is the project's, or lies near enough; no place stated asks nothing."""
    FREE = auto()
    """The person has the asked share of time on every day."""
    APART = auto()
    """The pair was not declared apart."""


@dataclass(frozen=True, slots=True)
class HardRule:
    """One rule: its name, its kind, and the facts of :mod:`freeagents.eligibility.facts` that it compares.

    :ivar until: the fact that says until when what the person holds counts: to the project's last day, or not at all.
    :ivar counted: whether managers may learn about how many people it alone keeps out.
    """

    code: str
    kind: Kind
    person: str = ""
    project: tuple[str, ...] = ()
    until: str = ""
    counted: bool = True


RULES: tuple[HardRule, ...] = (
    HardRule("essential_skills", Kind.HOLDS, "skills", ("essential",)),
    HardRule("admission", Kind.IS_SO, "admitted", counted=False),
    HardRule("another_department", Kind.DIFFERS, "home", ("department",)),
    HardRule("clearance", Kind.WITHIN, "clearance", ("clearance", ""), until="clearance_until", counted=False),
    HardRule("grade", Kind.WITHIN, "grade", ("grade_min", "grade_max")),
    HardRule("languages", Kind.HOLDS, "languages", ("languages",), until="languages_until"),
    HardRule("work_mode", Kind.ACCEPTS, "work_modes", ("work_mode",)),
    HardRule("place", Kind.NEAR, "places", ("where",)),
    HardRule("availability", Kind.FREE, "available", ("span",)),
    HardRule("conflict", Kind.APART, counted=False),
    HardRule("barred", Kind.APART, counted=False),
)
RULE_CODES = tuple(rule.code for rule in RULES)
