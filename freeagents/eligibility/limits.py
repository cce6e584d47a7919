"""What the side rules of a policy came to in a plan, and what pairs chosen by hand do not keep of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from freeagents.country.pack import Pack
from freeagents.eligibility.bridge import Answer, Policy
from freeagents.eligibility.case import Case
from freeagents.eligibility.facts import LimitUse, Pair, PersonFacts, ProjectFacts
from freeagents.eligibility.side_rules import side_rules, where
from freeagents.matching import Limit


def broken(
    people: Iterable[PersonFacts], projects: Iterable[ProjectFacts], pairs: Iterable[Pair], policy: Policy, pack: Pack
) -> Iterator[dict[str, Any]]:
    """Yield what pairs do not keep of the side rules that must hold: what, where, and by how many people."""
    case = Case.of(people=people, projects=projects).with_regions(pack, policy)
    row_of = {project.key: row for row, project in enumerate(case.projects)}
    rows = [(case.people.find(pair.person), row_of[pair.project]) for pair in pairs]
    person, project = np.array(rows, dtype=np.int64).reshape(-1, 2).T
    for rule in side_rules(case, policy):
        for code, kind, numbers, count, _units in rule.found(person, project) if rule.price is None else ():
            yield {"of": code, "kind": kind, **where(case, policy, code, numbers), "people": count}


def gap_of(answer: Answer) -> tuple[int, int]:
    """Return by how many seats and units any other placement could be better at most; 0 and 0: proven."""
    plan = answer.plan
    return divmod(plan.gap, plan.certificate.seat_weight or plan.gap + 1)


def limits_of(answer: Answer, policy: Policy) -> Iterator[LimitUse]:
    """Yield what each limit of the policy came to, in the policy's order."""
    plan = answer.plan
    problem, proof = plan.index.problem, plan.certificate
    for limit in problem.limits:
        if not isinstance(limit, Limit):
            continue
        placed, people = limit.counts(plan.person).tolist(), limit.counts(problem.everyone).tolist()
        prices = proof.group_price.tolist() if problem.layer else [None] * len(placed)
        columns = zip(policy.ranges(limit.code).items(), placed, people, prices, strict=True)
        for (word, (least, most)), here, count, price in columns:
            # One seat more may cost score: then the price is a seat less a little.
            seats = round(price / proof.seat_weight) if price is not None and proof.seat_weight else 0
            units = None if price is None else price - seats * proof.seat_weight
            yield LimitUse(limit.code, word, least, most, here, count, seats, units)
