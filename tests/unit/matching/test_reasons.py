"""Every empty seat and every person left out has a reason that is true."""

from __future__ import annotations

from dataclasses import replace

import pytest

from freeagents.matching import Objective, Pairs, Policy, ProblemError, Reason, allowed, explain, keeps_out, solve
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
        for seat in plan.unfilled:
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
        for left in plan.unplaced:
            seen.add(left.reason)
            where = {project for person, project in fits if person == left.person}
            open_to = {project for project in where if problem.free_seats[project]}
            if left.reason is Reason.NO_SEAT_ALLOWED:
                assert not where
                assert left.params["projects"] == sum(problem.seats > 0)
                assert left.params["alone"] == _alone(problem, left.person)
            elif left.reason is Reason.SEATS_KEPT:
                assert left.params == {"allowed": len(where)}
                assert where
                assert not open_to
            else:
                scores = {project: explain(problem, policy, left.person, project).total for project in open_to}
                here = (plan.project == left.params["project"]) & ~plan.kept
                assert left.params["allowed"] == len(open_to)
                assert left.params["score"] == max(scores.values()) == scores[left.params["project"]]
                assert left.params["lowest"] == plan.scores[here].min() >= left.params["score"]
    assert seen == set(Reason) - {Reason.PLACED, Reason.KEPT}


def test_a_placement_says_whether_it_was_kept():
    world = random_world(0, 3, 1, alike=True)
    world.projects[0].seats = 2
    world.apart, world.kept = set(), {("p1", "j0"): 2}
    assert solve(world.problem(), Policy()).reasons() == (Reason.PLACED, Reason.KEPT)


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
