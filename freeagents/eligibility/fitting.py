"""How a person fits a project, in words: to the person, and to whoever may see who applied. Never a private part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _

from freeagents.eligibility import bridge
from freeagents.eligibility.bridge import Explanation, Policy
from freeagents.eligibility.facts import Pair, PersonFacts
from freeagents.eligibility.pool import host_of, project_facts
from freeagents.eligibility.rules import RULES
from freeagents.eligibility.sentences import rule_name, your_lapse, your_rule_sentence, your_rule_sentences
from freeagents.extensions import pack
from freeagents.projects.models import Project
from freeagents.web.filters import listed, points
from freeagents.web.words import in_words, part_label

FIT_PARTS = ("skills", "growth", "distance", "bench")
"""The parts of a score that agent, manager and HR may see; the others are private."""
TOLD_RULES = tuple(rule.code for rule in RULES if rule.counted)
"""The hard rules a manager may learn that somebody else breaks; of the others only that one is broken."""


def fits(
    project: Project,
    people: Mapping[int, PersonFacts],
    *,
    clearance: bool,
    conflicts: tuple[Pair, ...] = (),
) -> dict[int, Explanation]:
    """Return person id → how each of these people fits a whole project.

    :param clearance: look at the clearance that is asked. Not for managers: who may change what is asked would learn a
        clearance by asking for one after the other.
    """
    facts = project_facts(project, host=host_of(project), pack=pack)
    asked = facts if clearance else replace(facts, clearance=None)
    found = bridge.judge_each(list(people.values()), (asked,), Policy(), conflicts=conflicts)
    return dict(zip(people, found, strict=True))


def as_figures(found: Explanation) -> dict[str, Any]:
    """Return how somebody else fits, as those may learn it who see :data:`FIT_PARTS`: for :class:`FitShown`."""
    parts = {part: found.parts[part] for part in FIT_PARTS}
    broken = [code for code in found.failing if code in TOLD_RULES]
    return {"qualifies": not found.failing, "broken": broken, "parts": parts, "total": sum(parts.values())}


@dataclass(frozen=True)
class Fit:
    """How one person fits one project.

    :ivar failing: the codes of the hard rules that are broken.
    :ivar parts: label, units and most of each part, for the macro ``score_parts``; ``total``: their sum in units.
    :ivar missing: to the person: a sentence for each hard rule that is broken.
    :ivar lacks: to the person: a few words for each thing that is missing, each skill one.
    :ivar broken: to the manager: the names of those rules he may learn.
    """

    failing: Sequence[str]
    parts: Sequence[Mapping[str, Any]]
    total: int
    missing: Sequence[str]
    lacks: Sequence[str]
    broken: Sequence[str]
    criteria: Sequence[Mapping[str, Any]]

    @classmethod
    def of(cls, project: Project, found: Explanation) -> Fit:
        """Put an explanation in words."""
        nowhere = not project.place or project.work_mode == "remote"
        shown = [part for part in FIT_PARTS if found.most[part] and not (part == "distance" and nowhere)]
        return cls(
            failing=found.failing,
            parts=[{"label": part_label(part), "units": found.parts[part], "most": found.most[part]} for part in shown],
            total=sum(found.parts[part] for part in shown),
            missing=[
                sentence
                for code in found.failing
                for sentence in your_rule_sentences(code, found.lapses, _lacking(project, found, code))
            ],
            lacks=[words for code in found.failing for words in _lacks(project, found, code)],
            broken=[rule_name(code) for code in found.failing if code in TOLD_RULES],
            criteria=_criteria(project, found),
        )

    @property
    def rules(self) -> list[str]:
        """To the person: the names of all rules that are broken."""
        return [rule_name(code) for code in self.failing]

    @property
    def skills(self) -> str:
        """The points for skills, of how many."""
        part = self.parts[0]
        return _("%(points)s of %(most)s", points=points(part["units"]), most=points(part["most"]))


def _lacks(project: Project, found: Explanation, code: str) -> list[str]:
    """Return a few words for each thing that breaks one rule: what is asked, and of skills what is held."""
    if code == "essential_skills":
        return _skills_short(project, found)
    if ends := [your_lapse(lapse).rstrip(".") for lapse in found.lapses if lapse.rule == code]:
        return ends
    if code == "clearance" and project.clearance:
        return [_("security clearance: %(clearance)s is asked", clearance=project.clearance)]
    return [your_rule_sentence(code, "").rstrip(".")]


def _lacking(project: Project, found: Explanation, code: str) -> str:
    return listed(_skills_short(project, found)) if code == "essential_skills" else ""


def _skills_short(project: Project, found: Explanation) -> list[str]:
    names = {row.skill.code: in_words(row.skill.names) for row in project.criteria}
    rows = (row for row in found.criteria if row["kind"] == "essential" and row["held"] < row["asked"])
    return [
        _("%(skill)s: %(asked)s is asked", skill=names[row["skill"]], asked=_level(row["asked"]))
        if not row["held"]
        else _(
            "%(skill)s: %(asked)s is asked, you have %(held)s",
            skill=names[row["skill"]],
            asked=_level(row["asked"]),
            held=_level(row["held"]),
        )
        for row in rows
    ]


def _criteria(project: Project, found: Explanation) -> list[dict[str, Any]]:
    """Return a row for each criterion, in the order of the project: name, kind, levels asked and held, points."""
    rows = {(row["kind"], row["skill"]): row for row in found.criteria}
    told = []
    for criterion in sorted(project.criteria, key=lambda one: (one.kind != "essential", one.position)):
        row = rows[criterion.kind, criterion.skill.code]
        told.append(
            {
                "skill": in_words(criterion.skill.names),
                "essential": criterion.kind == "essential",
                "asked": _level(row["asked"]),
                "held": _level(row["held"]),
                "met": row["held"] >= row["asked"],
                "points": _("%(points)s of %(most)s", points=points(row["skills"]), most=points(row["most"])),
            }
        )
    return told


def _level(level: int) -> str:
    return in_words(pack.levels[level]) if level else _("not held")
