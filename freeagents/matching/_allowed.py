"""Who the hard rules allow where, and what each rule alone keeps out."""

from __future__ import annotations

import numpy as np

from freeagents.matching._arrays import Small, Whole
from freeagents.matching._problem import Problem


def allowed(problem: Problem, person: int, project: int) -> tuple[str, ...]:
    """Return the codes of the rules that do not allow the pair, in the problem's order; empty: it is allowed."""
    alone = np.array([person])
    return tuple(rule.code for rule in problem.rules if not rule.allows(project, alone)[0])


def qualifying(problem: Problem, project: int) -> Whole:
    """Return all people the rules allow on a project, sorted by index."""
    few = (rule.candidates(project) for rule in problem.rules)
    people = min((each for each in few if each is not None), key=len, default=problem.everyone)
    for rule in problem.rules:
        if not len(people):
            break
        people = people[rule.allows(project, people)]
    return people


def qualifies(problem: Problem, project: int) -> int:
    """Return how many people the rules allow on a project."""
    return len(qualifying(problem, project))


def keeps_out(problem: Problem, project: int) -> dict[str, int]:
    """Return, for each rule's code, how many people all other rules allow on the project and it alone does not."""
    _, which = near_misses(problem, project, problem.everyone)
    counts = np.bincount(which, minlength=len(problem.rules))
    return {rule.code: int(count) for rule, count in zip(problem.rules, counts, strict=True)}


def near_misses(problem: Problem, project: int, people: Whole) -> tuple[Whole, Small]:
    """Return the people whom exactly one rule does not allow on the project, and the position of that rule."""
    failed = np.zeros(len(people), dtype=np.uint8)
    which = np.zeros(len(people), dtype=np.uint8)
    for position, rule in enumerate(problem.rules):
        refused = ~rule.allows(project, people)
        failed = failed + refused
        which[refused] = position
        # Whoever fails twice is no near miss, however the remaining rules decide.
        hopeful = failed < 2
        people, failed, which = people[hopeful], failed[hopeful], which[hopeful]
    missed = failed == 1
    return people[missed], which[missed]
