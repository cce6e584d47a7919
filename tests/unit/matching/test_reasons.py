"""Every empty seat and every person left out has a reason that is true."""

from __future__ import annotations

from dataclasses import replace

import pytest

from freeagents.matching import (
    LEFT_OUT,
    STABLE,
    Objective,
    Pairs,
    Policy,
    ProblemError,
    Reason,
    allowed,
    explain,
    explain_plan,
    keeps_from,
    keeps_out,
    solve,
)
from tests.unit.matching.worlds import APerson, AProject, World, keep_some, policies, random_world


@pytest.mark.parametrize("objective", Objective)
def test_reasons_are_true(objective: Objective):
    seen = set()
    for seed in range(60):
        world = keep_some(random_world(seed, 2 + seed % 12, 1 + seed % 5, strict=seed % 4), seed)
        problem, policy = world.problem(), policies(objective)[seed % 4]
        plan = solve(problem, policy)
        fits = {
            (person, project)
            for person in range(len(problem.people))
            for project in range(len(problem.projects))
            if problem.seats[project] and not allowed(problem, person, project)
        }
        placed = dict(zip(plan.person.tolist(), plan.project.tolist(), strict=True))
        reasons = explain_plan(plan)
        for seat in reasons.unfilled:
            seen.add(seat.reason)
            who = {person for person, project in fits if project == seat.project}
            assert who <= set(placed), "an idle person would have filled it"
            elsewhere = sum(placed[person] != seat.project for person in who)
            expected = {
                Reason.CHOSEN_ELSEWHERE: {"allowed": len(who), "elsewhere": elsewhere},
                Reason.NOBODY_ALLOWED: {"alone": keeps_out(problem, seat.project)},
                Reason.NOBODY_ELSE_ALLOWED: {"allowed": len(who), "alone": keeps_out(problem, seat.project)},
            }
            assert seat.params == expected[seat.reason]
            assert bool(elsewhere) == (seat.reason is Reason.CHOSEN_ELSEWHERE)
            assert bool(who) == (seat.reason is not Reason.NOBODY_ALLOWED)
        left_out = reasons.left_out
        for row, person in enumerate(left_out.person.tolist()):
            reason = LEFT_OUT[left_out.reason[row]]
            seen.add(reason)
            where = {project for who, project in fits if who == person}
            open_to = {project for project in where if problem.free_seats[project]}
            assert keeps_from(problem, person) == {code: n for code, n in _alone(problem, person).items() if n}
            if reason is Reason.NO_SEAT_ALLOWED:
                assert not where
            elif reason is Reason.SEATS_KEPT:
                assert left_out.allowed[row] == len(where) > 0
                assert not open_to
            else:
                told = {project: explain(problem, policy, person, project) for project in open_to}
                rank = objective not in STABLE
                scores = {project: each.total - (0 if rank else each.parts["rank"]) for project, each in told.items()}
                project = left_out.project[row]
                here = (plan.project == project) & ~plan.kept
                assert left_out.allowed[row] == len(open_to)
                assert left_out.score[row] == max(scores.values()) == scores[project]
                assert left_out.lowest[row] == plan.weighed[here].min() >= left_out.score[row]
    assert seen == set(Reason) - {Reason.PLACED, Reason.KEPT, Reason.LIMITED}


def test_a_placement_says_whether_it_was_kept():
    world = random_world(0, 3, 1, alike=True)
    world.projects[0].seats = 2
    world.apart, world.kept = set(), {("p1", "j0"): 2}
    assert solve(world.problem(), Policy()).kept.tolist() == [False, True]


def test_a_kept_pair_that_breaks_a_rule_is_refused_with_its_name():
    problem = World([APerson("a", home=2), APerson("b")], [AProject("x", department=2, essential={0: 1})]).problem()
    kept = replace(problem, kept=Pairs.from_rows([(0, 0, 1)]))
    with pytest.raises(ProblemError) as refused:
        solve(kept, Policy())
    assert (refused.value.field, refused.value.index, refused.value.code) == ("kept", 0, "rule_broken")
    assert refused.value.params["rule"] == "essential_skills"


def _alone(problem, person: int) -> dict[str, int]:
    counts: dict[str, int] = {}
    for project in range(len(problem.projects)):
        codes = allowed(problem, person, project)
        if problem.seats[project] and len(codes) == 1:
            counts[codes[0]] = counts.get(codes[0], 0) + 1
    return counts
