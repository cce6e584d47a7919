"""What the limits of a policy came to in a plan."""

from __future__ import annotations

from freeagents.eligibility.bridge import Answer, Policy
from freeagents.eligibility.facts import LimitUse


def limits_of(answer: Answer, policy: Policy) -> tuple[LimitUse, ...]:
    """Return what each limit of the policy came to, in the policy's order."""
    plan = answer.plan
    problem, proof = plan.index.problem, plan.certificate
    found = []
    for limit in [problem.layer] if problem.layer else []:
        placed, people = limit.counts(plan.person).tolist(), limit.counts(problem.everyone).tolist()
        columns = zip(policy.limits[limit.code].items(), placed, people, proof.group_price.tolist(), strict=True)
        for (word, most), here, count, price in columns:
            # One seat more may cost score: then the price is a seat less a little.
            seats = round(price / proof.seat_weight) if proof.seat_weight else 0
            found.append(LimitUse(limit.code, word, most, here, count, seats, price - seats * proof.seat_weight))
    return tuple(found)
