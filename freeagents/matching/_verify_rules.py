"""A plain check of what prices of side rules prove: reads every allowed pair, and none of the arrays of the search."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import numpy as np

from freeagents.matching._arrays import Whole
from freeagents.matching._limits import Key, Limit, Minimum, Separate, SideRule, Team, breaches, dearest
from freeagents.matching._plan import Plan
from freeagents.matching._problem import Problem
from freeagents.matching._shares import Shares


class Allowed(NamedTuple):
    """Who may be chosen for a project, and the scores as the objective weighs them."""

    project: int
    people: Whole
    score: Whole


def beside_rules(problem: Problem, plan: Plan, allowed: Iterable[Allowed], *, seats_first: bool) -> Iterator[str]:
    """Yield what is wrong with the proof of a plan beside side rules, by weak duality.

    Whatever a row of a side rule comes to above what it may, or below, is given back at its price. No pair may then
    weigh more than its seat's price and its person's worth.
    """
    proof, prices = plan.certificate, plan.certificate.rule_prices
    if min((*prices.values(), *proof.price.tolist(), *proof.worth.tolist()), default=0) < 0:
        yield "negative"
    rules = {rule.code: rule for rule in problem.limits}
    if not all(_may_be_priced(problem, rules, key, price) for key, price in prices.items()):
        yield "rule_priced"
        return
    if breaches(problem.limits, plan.person, plan.project) != plan.breaches:
        yield "breaches"
    worth, needed = (np.zeros(len(problem.people), dtype=np.int64) for _ in range(2))
    worth[proof.person] = proof.worth
    # Whoever may have one seat needs worth for the best of them; whoever may have several, for all.
    needs = np.maximum if problem.shares is None else np.add
    most = fillable = weight = 0
    for each, people, score in allowed:
        back = _given_back(rules, prices, each, people)
        above = np.maximum(score + proof.seat_weight + back - proof.price[each], 0)
        needed[people] = needs(needed[people], above)
        here = plan.person[(plan.project == each) & ~plan.kept]
        weight += int(score[np.isin(people, here)].sum()) + proof.seat_weight * len(here)
        most = max(most, int(score.max(initial=0)))
        fillable += min(int(problem.free_seats[each]), len(people))
    if (needed > worth).any():
        yield "beaten"
    least = fillable * most + dearest(problem.limits, int(problem.seats.sum()))
    if proof.seat_weight <= least if seats_first else proof.seat_weight != 0:
        yield "seat_weight"
    bound = int(proof.price @ problem.free_seats + proof.worth.sum()) + _of_rows(problem, rules, prices)
    if bound != proof.bound:
        yield "not_equal"
    if not weight - plan.penalty <= plan.bound <= bound:
        yield "bound"


def _may_be_priced(problem: Problem, rules: dict[str, SideRule], key: Key, price: int) -> bool:
    """Return whether there is such a row, and a row with a price of its own costs no more than that."""
    (kind, code, where), kept = key, problem.kept
    if kind == "with":
        return code == "" and len(where) == 2
    rule = rules.get(code)
    if rule is None or (rule.price is not None and price > rule.price):
        return False
    if isinstance(rule, Limit):
        return kind in {"most", "least"} and where[0] < len(rule.most)
    if isinstance(rule, Separate):
        return kind == "apart" and where[:2] in rule.couples
    if isinstance(rule, Minimum | Shares):
        return kind == ("minimum" if isinstance(rule, Minimum) else "time")
    there = rule.held[kept.person[kept.project == where[0]]] if isinstance(rule, Team) else ()
    return isinstance(rule, Team) and kind == "team" and where in rule.named and where[1] not in there


def _given_back(rules: dict[str, SideRule], prices: Mapping[Key, int], project: int, people: Whole) -> Whole:
    """Return what rows give or take for each of the people on a project."""
    back = np.zeros(len(people), dtype=np.int64)
    for (kind, code, where), price in prices.items():
        rule = rules.get(code)
        if isinstance(rule, Shares):
            asked = int(rule.asked(np.array([project]), where[1])[0])
            back -= price * asked * (people == where[0])
        elif isinstance(rule, Limit):
            back += np.where(rule.group[people] == where[0], -price if kind == "most" else price, 0)
        elif kind == "apart" and where[2] == project:
            back -= price * np.isin(people, where[:2])
        elif kind == "with" and where[0] == project:
            back -= price * (people == where[1])
        elif kind == "minimum" and where[0] == project:
            back += price
        elif isinstance(rule, Team) and where[0] == project:
            back += price * (rule.held[people] == where[1])
    return back


def _of_rows(problem: Problem, rules: dict[str, SideRule], prices: Mapping[Key, int]) -> int:
    """Return what all rows may come to at their prices; of projects that may stay empty, the better of both."""
    kept, total = problem.kept, 0
    somebody = np.zeros(len(problem.projects), dtype=np.int64)
    for (kind, code, where), price in prices.items():
        rule = rules.get(code)
        if isinstance(rule, Limit):
            count = int(rule.counts(kept.person)[where[0]])
            total += price * (int(rule.most[where[0]]) - count if kind == "most" else count - int(rule.least[where[0]]))
        elif isinstance(rule, Shares):
            person, day = where
            held = rule.asked(kept.project[kept.person == person], day)
            total += price * (rule.room(person, day) - int(held.sum()))
        elif kind == "apart":
            total += price * (1 - int((np.isin(kept.person, where[:2]) & (kept.project == where[2])).sum()))
        elif isinstance(rule, Minimum):
            somebody[where[0]] -= price * (int(rule.least[where[0]]) - int((kept.project == where[0]).sum()))
        else:
            somebody[where[0]] += price if kind == "with" else -price
    is_kept = np.isin(np.arange(len(somebody)), kept.project)
    return total + int(np.where(is_kept, somebody, np.maximum(somebody, 0)).sum())
