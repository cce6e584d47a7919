"""The bridge to the matcher: cases in, answers by key out, and the check and score of single pairs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from freeagents.eligibility.arrays import Arrays
from freeagents.eligibility.case import Case
from freeagents.eligibility.facts import Lapse, Pair, PersonFacts, ProjectFacts
from freeagents.eligibility.lapsing import lapses
from freeagents.eligibility.side_rules import refused, where
from freeagents.matching import (
    LEFT_OUT,
    LIMITED_BY,
    MOST_PEOPLE,
    PARTS,
    PRICED,
    RANGES,
    UNITS_PER_POINT,
    Fault,
    LeftOut,
    Objective,
    PairExplanation,
    Plan,
    Points,
    Policy,
    PolicyError,
    ProblemError,
    Reason,
    allowed,
    blocking_pairs,
    explain,
    explain_placed,
    explain_plan,
    policy_from_toml,
    second_opinion,
)
from freeagents.matching import solve as solve_problem

__all__ = [
    "LEFT_OUT",
    "LIMITED_BY",
    "MOST_PEOPLE",
    "PARTS",
    "PRICED",
    "RANGES",
    "UNITS_PER_POINT",
    "Fault",
    "LeftOut",
    "Objective",
    "Points",
    "Policy",
    "PolicyError",
    "policy_from_toml",
]

Progress = Callable[[str, int, int], None]


class CaseError(ValueError):
    """A case cannot be solved as it is: a code with its facts.

    ``rule_broken`` names the ``rule``, and the ``person`` and ``project`` of the kept pair by their keys.
    """

    def __init__(self, code: str, facts: Mapping[str, Any]) -> None:
        super().__init__(f"{code}: {dict(facts)}")
        self.code = code
        self.facts = facts


@dataclass(frozen=True, slots=True)
class Explanation:
    """One pair: the rules it breaks, its score in parts (units, 1,000 to the point) and what each criterion adds.

    :ivar lapses: what is held as asked, but ends before the project.
    """

    failing: tuple[str, ...]
    parts: dict[str, int]
    most: dict[str, int]
    criteria: list[dict[str, Any]]
    lapses: tuple[Lapse, ...] = ()

    @property
    def score(self) -> int:
        """The sum of the parts, in units."""
        return sum(self.parts.values())


@dataclass(frozen=True, slots=True)
class Placement:
    """One pair the answer proposes, by keys and the seat's number."""

    person: str
    project: str
    seat: int
    kept: bool
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class Unfilled:
    """A seat left empty, and why."""

    project: str
    seat: int
    code: str
    facts: dict[str, Any]


def reasons_of(left_out: LeftOut, case: Case) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the key of each person left out with the code and the facts, a project among them by its key."""
    keys = [project.key for project in case.projects]
    nowhere = {"projects": sum(bool(project.seats) for project in case.projects)}
    columns = (left_out.reason, left_out.allowed, left_out.project, left_out.score, left_out.lowest)
    people = case.people.key[left_out.person].tolist()
    for person, number, *facts in zip(people, *(column.tolist() for column in columns), strict=True):
        allowed, project, *scores = facts
        code = LEFT_OUT[number]
        told = facts_of(code, allowed, keys[project], *scores) if allowed else nowhere
        yield person.decode(), code, told


def facts_of(code: str, allowed: int, project: Any, score: int, lowest: int) -> dict[str, Any]:
    """Return what there is to say of a person left out, by name."""
    if code == Reason.NO_SEAT_ALLOWED:
        return {}
    told = {"allowed": allowed}
    compared = code in {Reason.OTHERS_SCORED_MORE, Reason.LIMITED}
    return told | ({"project": project, "score": score, "lowest": lowest} if compared else {})


@dataclass(frozen=True, slots=True)
class Answer:
    """What the matcher proposes, in order of project key and seat.

    :ivar objective: what was made as great as can be, with its value: the numbers that were compared, in their order.
    :ivar breaches: what is not kept of side rules, and what it cost in units.
    :ivar blocking: how many pairs would rather have each other than what they have.
    :ivar totals: part → units over all placements.
    :ivar seconds: stage → seconds.
    :ivar stats: counts of what was looked at.
    :ivar plan: the matcher's own plan, which what-ifs are asked of.
    """

    placements: tuple[Placement, ...]
    unfilled: tuple[Unfilled, ...]
    left_out: LeftOut
    objective: str
    value: tuple[int, ...]
    breaches: tuple[dict[str, Any], ...]
    blocking: int
    totals: dict[str, int]
    seconds: dict[str, float]
    stats: dict[str, int]
    plan: Plan

    def figures(self) -> dict[str, Any]:
        """Return the figures of the whole, as JSON holds them."""
        return {
            "objective": self.objective,
            "value": list(self.value),
            "score": sum(self.totals.values()),
            "totals": self.totals,
            "seats": self.stats["seats"],
            "placed": len(self.placements),
            "unfilled": len(self.unfilled),
            "unplaced": len(self.left_out),
            "blocking": self.blocking,
            "seconds": {stage: round(seconds, 3) for stage, seconds in self.seconds.items()},
            "stats": self.stats,
        }


def solve(
    case: Case,
    policy: Policy,
    progress: Progress | None = None,
) -> Answer:
    """Return the best placement under the policy; the same case and policy give the same answer.

    Where the objective is a sum, scipy's linear assignment is asked too and must come to the same total.

    :raises CaseError: a kept pair breaks a hard rule, side rules cannot all hold, or two rows have the same key.
    """
    arrays = Arrays(case)
    try:
        problem = arrays.problem(policy)
        plan = solve_problem(problem, policy, arrays.previous(), progress=progress)
    except ProblemError as error:
        raise CaseError(error.code, {"field": error.field, **refused(case, policy, error)}) from error
    second = second_opinion(plan)
    if second not in {None, plan.certificate.bound}:
        raise ArithmeticError("scipy's linear assignment comes to another total")
    blocking = blocking_pairs(plan, progress=progress).count
    reasons = explain_plan(plan, progress=progress)
    people, projects = arrays.people, arrays.projects
    explained = (_explanation(arrays, found) for found in explain_placed(problem, policy, plan))
    placements = tuple(
        Placement(
            person=people.key_of(person),
            project=projects[project].key,
            seat=projects[project].seats[seat - 1],
            kept=kept,
            explanation=explanation,
        )
        for person, project, seat, kept, explanation in zip(
            plan.person.tolist(), plan.project.tolist(), plan.seat.tolist(), plan.kept.tolist(), explained, strict=True
        )
    )
    return Answer(
        placements=placements,
        unfilled=tuple(
            Unfilled(
                projects[row.project].key, projects[row.project].seats[row.seat - 1], row.reason, _plain(row.params)
            )
            for row in reasons.unfilled
        ),
        left_out=reasons.left_out,
        objective=policy.objective,
        value=plan.objective_value,
        breaches=tuple(
            {"of": code, "kind": kind, **where(case, policy, code, numbers), "people": people, "units": units}
            for code, kind, numbers, people, units in plan.breaches
        ),
        blocking=blocking,
        totals=plan.totals,
        seconds=dict(plan.seconds),
        stats={
            **plan.stats,
            "allowed_pairs": int(reasons.allowed_people.sum()),
            "second_opinions": int(second is not None),
        },
        plan=plan,
    )


def check(person: PersonFacts, project: ProjectFacts, *, conflicts: tuple[Pair, ...] = ()) -> tuple[str, ...]:
    """Return the codes of the hard rules that the pair breaks; empty: it is allowed."""
    return judge(person, project, Policy(), conflicts=conflicts).failing


def judge(
    person: PersonFacts, project: ProjectFacts, policy: Policy, *, conflicts: tuple[Pair, ...] = ()
) -> Explanation:
    """Return the explanation of one pair by itself, without ranks or a short list."""
    return next(judge_each((person,), (project,), policy, conflicts=conflicts))


def judge_each(
    people: Sequence[PersonFacts], projects: Sequence[ProjectFacts], policy: Policy, *, conflicts: tuple[Pair, ...] = ()
) -> Iterator[Explanation]:
    """Yield the explanation of each person with each project in turn, without ranks or a short list."""
    arrays = Arrays(Case.of(people=people, projects=projects, conflicts=conflicts))
    problem = arrays.problem()
    for person, project in product(people, projects):
        row, number = arrays.people.find(person.key), arrays.project_of[project.key]
        yield _explanation(arrays, explain(problem, policy, row, number), row, number)


@dataclass(frozen=True, slots=True)
class Standing:
    """How one person stands to all projects.

    :ivar nearest: (project key, explanation) of some projects, nearest first.
    :ivar ranks: project key → the person's rank for each applied for, 0 for none.
    :ivar alone: rule → from how many projects with seats it alone keeps the person.
    """

    nearest: tuple[tuple[str, Explanation], ...]
    ranks: dict[str, int]
    alone: dict[str, int]


def explain_row(case: Case, row: int, policy: Policy, limit: int) -> Standing:
    """Return how one person of the case stands to its projects with seats, ranks and short list included.

    :param limit: how many to explain: those applied for in the person's own order, then those of which the fewest rules
        are broken, and the person scores most.
    """
    arrays = Arrays(case.only(np.array([row])))
    problem = arrays.problem()
    seated = np.flatnonzero(problem.seats).tolist()
    broken = {project: allowed(problem, 0, project) for project in seated}
    wishes = arrays.people.lists["wishes"]
    ranks = dict(zip(wishes["word"].tolist(), wishes["rank"].tolist(), strict=True))
    last = len(arrays.projects) + 1
    applied = sorted(ranks.keys() & broken.keys(), key=lambda project: (ranks[project] or last, project))[:limit]
    others = sorted((len(broken[project]), project) for project in broken.keys() - ranks.keys())
    # Whoever breaks more rules than the last of those that would be shown cannot be among them.
    most = others[:limit][-1][0] if others else 0
    told = {
        project: _explanation(arrays, explain(problem, policy, 0, project), 0, project)
        for project in (*applied, *(project for count, project in others if count <= most))
    }
    others.sort(key=lambda row: (row[0], -told[row[1]].score if row[1] in told else 0, row[1]))
    nearest = (*applied, *(project for _, project in others))[:limit]
    alone = Counter(codes[0] for codes in broken.values() if len(codes) == 1)
    keys = [project.key for project in arrays.projects]
    return Standing(
        tuple((keys[project], told[project]) for project in nearest),
        {keys[project]: rank for project, rank in ranks.items()},
        dict(alone),
    )


def _explanation(arrays: Arrays, found: PairExplanation, person: int = 0, project: int = 0) -> Explanation:
    """Return an explanation by codes; of a pair that is not allowed, given by row, with what ends too early."""
    return Explanation(
        failing=found.failing,
        parts=dict(found.parts),
        most=dict(found.most),
        criteria=[
            {
                "skill": arrays.skills[row.thing],
                "kind": "essential" if row.essential else "asset",
                "asked": row.asked,
                "held": row.held,
                "skills": row.skills,
                "most": row.most,
                "growth": row.growth,
            }
            for row in found.criteria
        ],
        lapses=lapses(arrays.people, person, arrays.projects[project]) if found.failing else (),
    )


def _plain(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters as JSON holds them, rules that keep nobody out left away."""
    found: dict[str, Any] = {}
    for name, value in params.items():
        if isinstance(value, Mapping):
            found[name] = {code: int(count) for code, count in value.items() if count}
        else:
            found[name] = int(value) if hasattr(value, "__index__") and not isinstance(value, bool) else value
    return found
