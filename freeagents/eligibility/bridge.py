"""The bridge to the matcher: cases in, answers by key out, and the check and score of single pairs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from freeagents.eligibility.arrays import Arrays
from freeagents.eligibility.case import Case
from freeagents.eligibility.facts import Pair, PersonFacts, ProjectFacts, Wish
from freeagents.matching import (
    PARTS,
    UNITS_PER_POINT,
    PairExplanation,
    Policy,
    PolicyError,
    ProblemError,
    allowed,
    explain,
    policy_from_toml,
)
from freeagents.matching import solve as solve_problem

__all__ = ["PARTS", "UNITS_PER_POINT", "Policy", "PolicyError", "policy_from_toml"]

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
    """One pair: the rules it breaks, its score in parts (units, 1,000 to the point) and what each criterion adds."""

    failing: tuple[str, ...]
    parts: dict[str, int]
    most: dict[str, int]
    criteria: list[dict[str, Any]]

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


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A person left out, and why."""

    person: str
    code: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the matcher proposes, in order of project key and seat.

    :ivar objective: what was made as great as can be, with its value: (total score in units, seats) or the reverse.
    :ivar totals: part → units over all placements.
    :ivar seconds: stage → seconds.
    :ivar stats: counts of what was looked at.
    """

    placements: tuple[Placement, ...]
    unfilled: tuple[Unfilled, ...]
    unplaced: tuple[Unplaced, ...]
    objective: str
    value: tuple[int, int]
    totals: dict[str, int]
    seconds: dict[str, float]
    stats: dict[str, int]

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
            "unplaced": len(self.unplaced),
            "seconds": {stage: round(seconds, 3) for stage, seconds in self.seconds.items()},
            "stats": self.stats,
        }


def solve(case: Case, policy: Policy, progress: Progress | None = None) -> Answer:
    """Return the best placement under the policy; the same case and policy give the same answer.

    :raises CaseError: a kept pair breaks a hard rule, or two rows have the same key.
    """
    arrays = Arrays(case)
    try:
        problem = arrays.problem()
        plan = solve_problem(problem, policy, progress)
    except ProblemError as error:
        facts = {"field": error.field, **_plain(error.params)}
        raise CaseError(error.code, _named(facts, arrays) if error.code == "rule_broken" else facts) from error
    people, projects = arrays.people, arrays.projects
    placements = []
    for person, project, seat, kept in zip(
        plan.person.tolist(), plan.project.tolist(), plan.seat.tolist(), plan.kept.tolist(), strict=True
    ):
        placements.append(
            Placement(
                person=people[person].key,
                project=projects[project].key,
                seat=projects[project].seats[seat - 1],
                kept=kept,
                explanation=_explanation(arrays, explain(problem, policy, person, project)),
            )
        )
    return Answer(
        placements=tuple(placements),
        unfilled=tuple(
            Unfilled(
                projects[row.project].key, projects[row.project].seats[row.seat - 1], row.reason, _plain(row.params)
            )
            for row in plan.unfilled
        ),
        unplaced=tuple(
            Unplaced(people[row.person].key, row.reason, _named(_plain(row.params), arrays)) for row in plan.unplaced
        ),
        objective=policy.objective,
        value=plan.objective_value,
        totals=plan.totals,
        seconds=dict(plan.seconds),
        stats=dict(plan.stats),
    )


def check(person: PersonFacts, project: ProjectFacts, *, conflicts: tuple[Pair, ...] = ()) -> tuple[str, ...]:
    """Return the codes of the hard rules that the pair breaks; empty: it is allowed."""
    return judge(person, project, Policy(), conflicts=conflicts).failing


def judge(
    person: PersonFacts, project: ProjectFacts, policy: Policy, *, conflicts: tuple[Pair, ...] = ()
) -> Explanation:
    """Return the explanation of one pair by itself, without ranks or a short list."""
    return next(judge_each(person, (project,), policy, conflicts=conflicts))


def judge_each(
    person: PersonFacts, projects: Sequence[ProjectFacts], policy: Policy, *, conflicts: tuple[Pair, ...] = ()
) -> Iterator[Explanation]:
    """Yield the explanation of one person with each project in turn."""
    case = Case(people=(person,), projects=tuple(projects), conflicts=conflicts)
    arrays = Arrays(case)
    problem = arrays.problem()
    for project in projects:
        yield _explanation(arrays, explain(problem, policy, 0, arrays.project_of[project.key]))


def explain_person(case: Case, person: str, policy: Policy) -> dict[str, Explanation]:
    """Return project key → explanation of one person of the case with each project, ranks and short list included."""
    arrays = Arrays(case)
    problem = arrays.problem()
    row = arrays.person_of[person]
    return {
        project.key: _explanation(arrays, explain(problem, policy, row, number))
        for number, project in enumerate(arrays.projects)
    }


def failing(case: Case, pairs: Iterable[Pair | Wish]) -> Iterator[tuple[str, ...]]:
    """Yield, for each pair of the case, the codes of the hard rules that it breaks."""
    arrays = Arrays(case)
    problem = arrays.problem()
    for pair in pairs:
        yield allowed(problem, *arrays.row(pair))


def _explanation(arrays: Arrays, found: PairExplanation) -> Explanation:
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
    )


def _named(facts: dict[str, Any], arrays: Arrays) -> dict[str, Any]:
    """Put keys where the matcher gives rows of people and projects."""
    rows: dict[str, Sequence[Any]] = {"person": arrays.people, "project": arrays.projects}
    return facts | {name: rows[name][facts[name]].key for name in rows if name in facts}


def _plain(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters as JSON holds them, rules that keep nobody out left away."""
    found: dict[str, Any] = {}
    for name, value in params.items():
        if isinstance(value, Mapping):
            found[name] = {code: int(count) for code, count in value.items() if count}
        else:
            found[name] = int(value) if hasattr(value, "__index__") and not isinstance(value, bool) else value
    return found
