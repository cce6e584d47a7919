"""The explanation of one pair, placed or not: what the rules say, and what each part and criterion earns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from freeagents.matching._allowed import allowed
from freeagents.matching._arrays import Whole
from freeagents.matching._plan import Plan
from freeagents.matching._policy import PARTS, Policy
from freeagents.matching._problem import Problem
from freeagents.matching._score import criteria_of, earned, score_parts


@dataclass(frozen=True, slots=True)
class CriterionContribution:
    """What one criterion adds to a score. Units: 1000 to a point.

    :ivar thing: the skill's index.
    :ivar held: the person's level; 0: none.
    :ivar skills: what it earns for skills.
    :ivar most: the most it could earn for skills.
    :ivar growth: what it earns as a learning goal, before the growth part's own limit.
    """

    essential: bool
    thing: int
    asked: int
    held: int
    skills: int
    most: int
    growth: int


@dataclass(frozen=True, slots=True)
class PairExplanation:
    """Why a pair is or is not allowed and what it scores, allowed or not. Units: 1000 to a point.

    :ivar failing: the codes of the rules that do not allow it.
    :ivar parts: the score's parts, by name.
    :ivar most: the most each part can earn under the policy, by name.
    :ivar criteria: essential ones first; their skills add up to the skills part.
    """

    failing: tuple[str, ...]
    parts: Mapping[str, int]
    most: Mapping[str, int]
    criteria: tuple[CriterionContribution, ...]

    @property
    def allowed(self) -> bool:
        """Whether all hard rules allow the pair."""
        return not self.failing

    @property
    def total(self) -> int:
        """The score: the sum of the parts."""
        return sum(self.parts.values())


def explain(problem: Problem, policy: Policy, person: int, project: int) -> PairExplanation:
    """Return the explanation of a pair, both given by index."""
    alone = np.array([person])
    [contributions] = _contributions(problem, policy, alone, project)
    return PairExplanation(
        failing=allowed(problem, person, project),
        parts=dict(zip(PARTS, score_parts(problem, policy, alone, project)[0].tolist(), strict=True)),
        most={part: policy.most(part) for part in PARTS},
        criteria=contributions,
    )


def explain_placed(problem: Problem, policy: Policy, plan: Plan) -> tuple[PairExplanation, ...]:
    """Return what :func:`explain` returns for each placement of a plan; what the plan knows is not worked out again."""
    found: list[tuple[CriterionContribution, ...]] = []
    # Placements stand in order of project.
    begins = np.flatnonzero(np.diff(plan.project, prepend=-1))
    for people in np.split(np.arange(len(plan)), begins[1:]) if len(plan) else ():
        found += _contributions(problem, policy, plan.person[people], int(plan.project[people[0]]))
    most = {part: policy.most(part) for part in PARTS}
    return tuple(
        PairExplanation((), dict(zip(PARTS, parts, strict=True)), most, criteria)
        for parts, criteria in zip(plan.parts.tolist(), found, strict=True)
    )


def _contributions(
    problem: Problem, policy: Policy, people: Whole, project: int
) -> list[tuple[CriterionContribution, ...]]:
    """Return, for each of the people, what each criterion of a project adds."""
    rows: list[list[CriterionContribution]] = [[] for _ in people]
    for criterion in criteria_of(problem.fit, policy, project):
        skills, growth = earned(problem.fit, criterion, people)
        held = problem.fit.held.at(criterion.thing, people)
        told = (criterion.essential, criterion.thing, criterion.asked)
        for row, level, by_skill, by_goal in zip(rows, held.tolist(), skills.tolist(), growth.tolist(), strict=True):
            row.append(CriterionContribution(*told, level, by_skill, criterion.most, by_goal))
    return [tuple(row) for row in rows]
