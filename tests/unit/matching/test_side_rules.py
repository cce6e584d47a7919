"""Beside side rules the plan is the best there is: beside all plans, and a second programme over all pairs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from freeagents.matching import (
    LEFT_OUT,
    PRICED,
    Limit,
    Minimum,
    Objective,
    Pairs,
    Plan,
    Policy,
    Problem,
    ProblemError,
    Reason,
    Separate,
    SideRule,
    Team,
    WhatIf,
    explain_plan,
    second_opinion,
    solve,
    verify,
)
from tests.unit.matching.test_best_plan import BOTH, Edges, edges_of
from tests.unit.matching.test_objectives import Choice, plans
from tests.unit.matching.worlds import APerson, AProject, World, keep_some, policies, random_world

KINDS = ("limit", "separate", "minimum", "team")
DISCIPLINES = 3


def a_rule(kind: str, chance: Random, problem: Problem, *, soft: bool) -> SideRule:
    people, projects = len(problem.people), len(problem.projects)
    price = chance.choice((0, 1_000, 7_000, 40_000)) if soft else None
    if kind == "limit":
        groups = chance.randint(1, 3)
        group = [chance.randint(-1, groups - 1) for _ in range(people)]
        least = [chance.randint(0, 1) for _ in range(groups)]
        return Limit(kind, group, [count + chance.randint(0, 2) for count in least], least, price=price)
    if kind == "separate":
        two = [chance.sample(range(people), 2) for _ in range(chance.randint(1, 3) if people > 1 else 0)]
        return Separate(kind, [one for one, _ in two], [other for _, other in two], price=price)
    if kind == "minimum":
        return Minimum(kind, [chance.randint(0, 3) for _ in range(projects)], price=price)
    held = [chance.randint(-1, DISCIPLINES - 1) for _ in range(people)]
    named = [(each, what) for each in range(projects) for what in range(DISCIPLINES) if chance.random() < 0.4]
    return Team(kind, held, [each for each, _ in named], [what for _, what in named], price=price)


def broken(rule: SideRule, pairs: list[tuple[int, int]]) -> int:
    """By how many people a plan breaks a rule, told pair by pair."""
    if isinstance(rule, Limit):
        counts = [sum(rule.group[person] == group for person, _ in pairs) for group in range(len(rule.most))]
        over = sum(max(0, count - most) for count, most in zip(counts, rule.most.tolist(), strict=True))
        return over + sum(max(0, least - count) for count, least in zip(counts, rule.least.tolist(), strict=True))
    if isinstance(rule, Separate):
        at = dict(pairs)
        two = {frozenset(each) for each in zip(rule.one.tolist(), rule.other.tolist(), strict=True)}
        return sum(len({at.get(who, -who - 1) for who in each}) == 1 for each in two)
    here: dict[int, list[int]] = {}
    for person, project in pairs:
        here.setdefault(project, []).append(person)
    if isinstance(rule, Minimum):
        return sum(max(0, int(rule.least[project]) - len(people)) for project, people in here.items())
    assert isinstance(rule, Team)
    named = set(zip(rule.project.tolist(), rule.discipline.tolist(), strict=True))
    return sum(project in here and what not in rule.held[here[project]].tolist() for project, what in named)


def value(problem: Problem, objective: Objective, edges: Edges, choice: Choice) -> tuple[int, int] | None:
    """What the objective compares; None: a rule that must hold is broken."""
    kept = list(zip(problem.kept.person.tolist(), problem.kept.project.tolist(), strict=True))
    score = sum(edges[pair][0] for pair in choice.items())
    for rule in problem.limits:
        count = broken(rule, [*kept, *choice.items()])
        if count and rule.price is None:
            return None
        score -= count * (rule.price or 0)
    return (len(choice), score) if objective is Objective.MOST_SEATS else (score, len(choice))


def chosen(plan: Plan) -> Choice:
    return dict(zip(plan.person[~plan.kept].tolist(), plan.project[~plan.kept].tolist(), strict=True))


def ruled(problem: Problem, kinds: list[str], chance: Random, soft: float) -> Problem | None:
    """The problem with such rules; None: what is kept breaks one."""
    rules = tuple(a_rule(kind, chance, problem, soft=chance.random() < soft) for kind in kinds)
    try:
        return replace(problem, limits=rules)
    except ProblemError as refused:
        if refused.code not in {"kept_above", "kept_together"}:
            raise
        return None


def solved(problem: Problem, policy: Policy, previous: Pairs | None = None) -> Plan | None:
    """The plan; None: the rules cannot be met."""
    try:
        return solve(problem, policy, previous)
    except ProblemError as refused:
        if refused.code != "cannot_be_met":
            raise
        return None


def assert_best(problem: Problem, policy: Policy, seed: int) -> bool:
    """The plan is the best of all, or refused where there is none; whether there is one."""
    edges = {pair: edge for pair, edge in edges_of(problem, policy).items() if problem.free_seats[pair[1]]}
    values = (value(problem, policy.objective, edges, choice) for choice in plans(problem, edges))
    best = max((each for each in values if each is not None), default=None)
    plan = solved(problem, policy)
    if plan is None:
        assert best is None, seed
        return False
    assert value(problem, policy.objective, edges, chosen(plan)) == best, seed
    assert plan.gap == 0, seed
    assert plan.bound <= plan.certificate.bound
    assert plan.penalty == sum(broken(rule, list(_pairs(plan))) * (rule.price or 0) for rule in problem.limits)
    assert verify(problem, policy, plan) == (), seed
    return True


def _pairs(plan: Plan) -> list[tuple[int, int]]:
    return list(zip(plan.person.tolist(), plan.project.tolist(), strict=True))


def small(seed: int) -> Problem:
    shape = {"seats": 1 + seed % 3, "alike": seed % 7 == 0, "strict": 0 if seed % 3 else 2}
    world = random_world(seed, 1 + seed % 6, 1 + seed % 3, **shape)
    return (keep_some(world, seed) if seed % 4 == 3 else world).problem()


@pytest.mark.parametrize("objective", BOTH)
@pytest.mark.parametrize("soft", [0, 1])
@pytest.mark.parametrize("kind", KINDS)
def test_no_plan_beside_one_rule_is_better(kind: str, soft: int, objective: Objective):
    ended = [
        assert_best(problem, policies(objective)[seed % 4], seed)
        for seed in range(60)
        if (problem := ruled(small(seed), [kind], Random(seed), soft)) is not None
    ]
    assert sum(ended) > 30
    assert all(ended) or not soft


@pytest.mark.parametrize("objective", BOTH)
def test_no_plan_beside_two_rules_is_better(objective: Objective):
    ended = [
        assert_best(problem, policies(objective)[seed % 4], seed)
        for seed in range(200)
        if (problem := ruled(small(seed), Random(seed).sample(KINDS, 2), Random(seed), 0.4)) is not None
    ]
    assert not all(ended), "some worlds have no plan that keeps the rules"
    assert sum(ended) > 150


def test_changes_cost_their_price_beside_rules():
    policy = replace(policies(Objective.FEWEST_CHANGES)[0], change_points=7)
    for seed in range(60):
        problem = ruled(small(seed), ["separate", "minimum"], Random(seed), 0.5)
        if problem is None:
            continue
        before = solve(replace(problem, limits=()), policies(Objective.MOST_SEATS)[1])
        held = set(_pairs(before))
        edges = {
            pair: (score + 7_000 * (pair in held), tie)
            for pair, (score, tie) in edges_of(problem, policy).items()
            if problem.free_seats[pair[1]]
        }
        values = (value(problem, policy.objective, edges, choice) for choice in plans(problem, edges))
        best = max((each for each in values if each is not None), default=None)
        plan = solved(problem, policy, Pairs.of(sorted(held)))
        if plan is None:
            assert best is None
            continue
        assert value(problem, policy.objective, edges, chosen(plan)) == best
        assert (plan.gap, verify(problem, policy, plan)) == (0, ())


def second(problem: Problem, edges: Edges, seat_weight: int) -> int | None:  # noqa: C901, PLR0912 - rule by rule
    """The weight of the best plan of all pairs as HiGHS finds it, with each rule written down once more."""
    pairs = list(edges)
    first_free = len(pairs)
    lines: list[tuple[dict[int, float], float]] = []
    costs = [float(seat_weight + edges[pair][0]) for pair in pairs]

    def another(cost: float = 0) -> int:
        costs.append(cost)
        return len(costs) - 1

    def line(terms: dict[int, float], most: float, price: int | None) -> None:
        lines.append((terms if price is None else {**terms, another(-price): -1.0}, most))

    of = [np.array([pair[side] for pair in pairs], dtype=int) for side in (0, 1)]
    kept = list(zip(problem.kept.person.tolist(), problem.kept.project.tolist(), strict=True))
    for side, most in ((0, np.ones(len(problem.people))), (1, problem.free_seats)):
        for each in range(len(most)):
            line(dict.fromkeys(np.flatnonzero(of[side] == each).tolist(), 1.0), float(most[each]), None)
    somebody = {each: another() for each in range(len(problem.projects))}
    binary = set(somebody.values())
    for place, (_, project) in enumerate(pairs):
        line({place: 1.0, somebody[project]: -1.0}, 0, None)
    for project in {where for _, where in kept}:
        line({somebody[project]: -1.0}, -1, None)
    for rule in problem.limits:
        if isinstance(rule, Limit):
            for group in range(len(rule.most)):
                inside = np.flatnonzero(rule.group[of[0]] == group).tolist()
                own = sum(rule.group[who] == group for who, _ in kept)
                line(dict.fromkeys(inside, 1.0), float(rule.most[group] - own), rule.price)
                line(dict.fromkeys(inside, -1.0), float(own - rule.least[group]), rule.price)
        elif isinstance(rule, Separate):
            for two in {frozenset(each) for each in zip(rule.one.tolist(), rule.other.tolist(), strict=True)}:
                for project in range(len(problem.projects)):
                    both = [place for place, pair in enumerate(pairs) if pair[0] in two and pair[1] == project]
                    own = sum(who in two and where == project for who, where in kept)
                    if len(both) + own > 1:
                        line(dict.fromkeys(both, 1.0), 1.0 - own, rule.price)
        elif isinstance(rule, Minimum):
            for project, least in enumerate(rule.least.tolist()):
                own = sum(where == project for _, where in kept)
                here = dict.fromkeys(np.flatnonzero(of[1] == project).tolist(), -1.0)
                line({**here, somebody[project]: float(least - own)}, 0, rule.price)
        elif isinstance(rule, Team):
            for project, what in set(zip(rule.project.tolist(), rule.discipline.tolist(), strict=True)):
                if not any(where == project and rule.held[who] == what for who, where in kept):
                    able = np.flatnonzero((of[1] == project) & (rule.held[of[0]] == what)).tolist()
                    line({**dict.fromkeys(able, -1.0), somebody[project]: 1.0}, 0, rule.price)
    matrix = np.zeros((len(lines), len(costs)))
    for row, (terms, _) in enumerate(lines):
        matrix[row, list(terms)] = list(terms.values())
    whole = np.array([place < first_free or place in binary for place in range(len(costs))])
    found = milp(
        -np.array(costs),
        constraints=LinearConstraint(matrix, -np.inf, np.array([most for _, most in lines])),
        bounds=Bounds(0, np.where(whole, 1, np.inf)),
        integrality=whole.astype(int),
        options={"mip_rel_gap": 0},
    )
    return None if found.x is None else round(-found.fun)


@pytest.mark.parametrize("objective", BOTH)
def test_a_second_programme_over_all_pairs_finds_no_better_plan(objective: Objective):
    grown = apart = 0
    for seed in range(50):
        world = random_world(seed, 25 + seed % 30, 2 + seed % 5, seats=1 + seed % 4, strict=0 if seed % 3 else 1)
        problem = (keep_some(world, seed) if seed % 4 == 3 else world).problem()
        kinds = Random(seed).sample(KINDS, 1 + seed % 3)
        ruled_problem = ruled(problem, kinds, Random(seed), 0.4)
        if ruled_problem is None:
            continue
        policy = policies(objective)[seed % 4]
        edges = {pair: edge for pair, edge in edges_of(problem, policy).items() if problem.free_seats[pair[1]]}
        plan = solved(ruled_problem, policy)
        if plan is None:
            assert second(ruled_problem, edges, 0) is None
            continue
        seat_weight = plan.certificate.seat_weight
        assert plan.gap == 0
        assert plan.bound == second(ruled_problem, edges, seat_weight), (seed, kinds)
        assert verify(ruled_problem, policy, plan) == ()
        free = problem.free_seats[problem.free_seats > 0]
        grown += len(plan.basis.graph.score) > int((2 * free + 5).sum())
        apart += plan.certificate.bound > plan.bound
    assert grown > 5, "in some rounds lists grow"
    assert apart > 5, "in some rounds prices alone do not prove it"


@pytest.mark.parametrize("objective", PRICED)
def test_neither_order_nor_threads_are_of_consequence(objective: Objective):
    for seed in range(24):
        world = random_world(seed, 12 + seed, 4, strict=seed % 2, alike=seed % 6 == 0)
        policy = policies(objective)[seed % 4]
        chance = Random(seed)
        facts = {each.key: (chance.randrange(3), chance.randrange(DISCIPLINES)) for each in world.people}
        two = chance.sample(sorted(facts), 4)

        def placed(
            names: list[int], threads: int, world: World = world, facts: dict = facts, two: list = two
        ) -> object:
            problem = world.problem()
            at = {person.key: place for place, person in enumerate(world.people)}
            held = [facts[person.key][1] for person in world.people]
            most = np.zeros(3, np.int64)
            most[names] = [1, 2, 3]
            large = [place for place, project in enumerate(world.projects) if project.seats > 1]
            rules = (
                Limit("region", [names[facts[person.key][0]] for person in world.people], most, most * 0, price=2_000),
                Separate("separate", [at[two[0]], at[two[2]]], [at[two[1]], at[two[3]]]),
                Team("team", held, large, [world.projects[each].key == "j1" for each in large]),
            )
            problem = replace(problem, limits=rules)
            with ThreadPoolExecutor(threads) as pool:
                plan = solve(problem, policy, executor=pool)  # noqa: B023 - called at once
            people, projects = problem.people[plan.person].tolist(), problem.projects[plan.project].tolist()
            return set(zip(people, projects, plan.seat.tolist(), strict=True)), plan.bound, plan.certificate.bound

        before = placed([0, 1, 2], 1)
        Random(seed).shuffle(world.people)
        Random(seed + 1).shuffle(world.projects)
        assert placed([2, 0, 1], 3) == before


def test_one_price_of_a_rule_changed_is_named():
    named = priced = 0
    beaten = set()
    for seed in range(40):
        problem = ruled(random_world(seed, 20, 4, strict=1).problem(), list(KINDS), Random(seed), 0.5)
        policy = policies(BOTH[seed % 2])[seed % 4]
        plan = solved(problem, policy) if problem else None
        if problem is None or plan is None:
            continue
        proof = plan.certificate
        for key, price in proof.rule_prices.items():
            for more in (-price - 1, -1, 1):
                changed = replace(proof, rule_prices={**proof.rule_prices, key: price + more})
                wrong = verify(problem, policy, replace(plan, certificate=changed))
                # Where a row may come to nothing, another price of it may prove the same bound.
                assert wrong or price + more >= 0, (seed, key, more)
                named += bool(wrong)
                priced += 1
            away = 10**6 if key[0] in {"least", "minimum", "team"} else -price
            changed = replace(proof, rule_prices={**proof.rule_prices, key: price + away})
            if "beaten" in verify(problem, policy, replace(plan, certificate=changed)):
                beaten.add(key[0])
        for wrong, code in (
            ({"bound": proof.bound + 1}, "not_equal"),
            ({"rule_prices": {**proof.rule_prices, ("most", "nothing", (0,)): 1}}, "rule_priced"),
            ({"seat_weight": 0 if proof.seat_weight else 1}, "seat_weight"),
        ):
            assert code in verify(problem, policy, replace(plan, certificate=replace(proof, **wrong)))
        weight = plan.bound - plan.gap
        for bound in (weight - 1, proof.bound + 1):
            assert "bound" in verify(problem, policy, replace(plan, bound=bound))
    assert named > 0.8 * priced > 20
    assert beaten == {"most", "least", "apart", "minimum", "team", "with"}


def of_three() -> Problem:
    people = [APerson(key, {0: 4}) for key in "abc"]
    return World(people, [AProject("x", 2, {0: 1}), AProject("y", 1, {0: 1})]).problem()


@pytest.mark.parametrize(
    ("rule", "field", "kind", "where", "people"),
    [
        (Limit("region", [0, -1, -1], [3], [2]), "limits.region", "least", (0,), 1),
        (Minimum("minimum", [3, 0]), "limits.minimum", "minimum", (0,), 1),
        (Team("team", [0, 1, 1], [0], [2]), "limits.team", "team", (0, 2), 1),
    ],
)
def test_what_cannot_be_met_is_refused_by_name(
    rule: SideRule, field: str, kind: str, where: tuple[int, ...], people: int
):
    kept = Pairs.from_rows([(0, 0, 1)])
    with pytest.raises(ProblemError) as refused:
        solve(replace(of_three(), limits=(rule,), kept=kept), Policy())
    found = refused.value
    assert (found.field, found.code) == (field, "cannot_be_met")
    assert (found.params["kind"], found.params["where"], found.params["people"]) == (kind, where, people)


def test_a_soft_rule_shows_what_it_costs():
    problem = replace(of_three(), limits=(Limit("region", [0, -1, -1], [3], [2], price=1_500),))
    plan = solve(problem, Policy())
    assert [(each.code, each.kind, each.where, each.people, each.units) for each in plan.breaches] == [
        ("region", "least", (0,), 1, 1_500)
    ]
    assert (plan.penalty, plan.gap, plan.objective_value) == (1_500, 0, (plan.score - 1_500, 3))


def test_two_kept_together_are_refused_by_name():
    with pytest.raises(ProblemError) as refused:
        replace(of_three(), kept=Pairs.from_rows([(0, 0, 1), (1, 0, 2)]), limits=(Separate("separate", [1], [0]),))
    assert (refused.value.field, refused.value.code) == ("limits.separate", "kept_together")
    assert refused.value.params == {"one": 0, "other": 1, "project": 0}


@pytest.mark.parametrize(
    ("make", "field", "code"),
    [
        (lambda: Limit("region", [0, 0, 0], [1], [2]), "limits.region.least", "above_most"),
        (lambda: Limit("region", [0, 0, 0], [1], price=-1), "limits.region.price", "out_of_range"),
        (lambda: Separate("separate", [0], [0]), "limits.separate", "same_person"),
        (lambda: Separate("separate", [0], [3]), "limits.separate.other", "out_of_range"),
        (lambda: Separate("separate", [0, 1], [2]), "limits.separate.other", "length"),
        (lambda: Minimum("minimum", [1]), "limits.minimum.least", "length"),
        (lambda: Team("team", [0, 0], [0], [0]), "limits.team.held", "length"),
        (lambda: Team("team", [0, 0, 0], [2], [0]), "limits.team.project", "out_of_range"),
    ],
)
def test_a_bad_rule_is_refused_by_name(make, field: str, code: str):
    with pytest.raises(ProblemError) as refused:
        replace(of_three(), limits=(make(),))
    assert (refused.value.field, refused.value.code) == (field, code)


def test_one_code_stands_for_one_rule():
    with pytest.raises(ProblemError, match="twice"):
        replace(of_three(), limits=(Minimum("minimum", [1, 1]), Minimum("minimum", [2, 1])))


def test_reasons_and_what_ifs_beside_rules():
    problem = replace(of_three(), limits=(Separate("separate", [0, 0, 1], [1, 2, 2]),))
    plan = solve(problem, Policy())
    assert len(plan) == 2
    reasons = explain_plan(plan)
    assert [(seat.reason, seat.params) for seat in reasons.unfilled] == [(Reason.LIMITED, {"allowed": 3, "idle": 1})]
    assert [LEFT_OUT[code] for code in reasons.left_out.reason] == [Reason.LIMITED]
    assert second_opinion(plan) is None
    with pytest.raises(ProblemError) as refused:
        WhatIf(plan)
    assert (refused.value.field, refused.value.code) == ("limits", "not_priced")
