"""The worked example of docs/matching.md, read from the page and solved."""

from __future__ import annotations

from pathlib import Path

import pytest

from freeagents.matching import (
    LEFT_OUT,
    Points,
    Policy,
    Reason,
    allowed,
    explain,
    explain_plan,
    keeps_from,
    solve,
    verify,
)
from tests.unit.matching.worlds import APerson, AProject, World

PAGE = Path(__file__).parents[3] / "docs" / "matching.md"
RESEARCH, DATA = 0, 1
POLICY = Policy(
    points=Points(skills=60, growth=0, rank=30, short_list=0, bench=10, distance=0),
    ranks_counted=3,
    bench_full_days=100,
)
PEOPLE = [
    APerson("Ada", {RESEARCH: 4, DATA: 2}),
    APerson("Ben", {RESEARCH: 3}, bench=100),
    APerson("Chi", {RESEARCH: 2, DATA: 3}, bench=50),
    APerson("Dee", {DATA: 4}),
    APerson("Eli", {DATA: 2}, bench=20),
    APerson("Fay", {RESEARCH: 1}, bench=100),
]
PROJECTS = [
    AProject("Clinic", 1, {RESEARCH: 3}, {DATA: 2}),
    AProject("Permits", 1, {DATA: 2}),
    AProject("Archive", 1, {RESEARCH: 2}),
]
RANKS = {("Ada", "Archive"): 1, ("Ada", "Clinic"): 2, ("Dee", "Permits"): 1, ("Chi", "Permits"): 2}


def table(first_head: str) -> list[list[str]]:
    """The rows of the page's table whose first head is given, without heads."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"| {first_head} |"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


@pytest.fixture(scope="module")
def problem():
    return World(PEOPLE, PROJECTS, ranks=RANKS).problem()


def test_the_scores_on_the_page_are_those_computed(problem):
    shown = {person: cells for person, *cells in table("Score")}
    assert [key.encode() for key in shown] == problem.people.tolist()
    for person, key in enumerate(shown):
        for project in range(3):
            cell = shown[key][project]
            total = explain(problem, POLICY, person, project).total / 1000
            assert cell == ("–" if allowed(problem, person, project) else f"{total:g}")


def test_the_plan_on_the_page_is_the_one_solved(problem):
    plan = solve(problem, POLICY)
    placed = zip(plan.project.tolist(), plan.person.tolist(), plan.scores.tolist(), strict=True)
    solved = [[PROJECTS[project].key, PEOPLE[person].key, f"{score / 1000:g}"] for project, person, score in placed]
    assert solved == [row[:3] for row in table("Project")]
    assert f"{plan.score / 1000:g}" in PAGE.read_text(encoding="utf-8").split("comes to **")[1].split("**")[0]
    left_out = explain_plan(plan).left_out
    reasons = {PEOPLE[who].key: LEFT_OUT[why] for who, why in zip(left_out.person, left_out.reason, strict=True)}
    assert reasons.pop("Fay") is Reason.NO_SEAT_ALLOWED
    assert keeps_from(problem, 5) == {"essential_skills": 3}
    assert set(reasons.values()) == {Reason.OTHERS_SCORED_MORE}


def test_the_prices_on_the_page_prove_the_plan(problem):
    plan = solve(problem, POLICY)
    assert verify(problem, POLICY, plan) == ()
    assert [f"{each / 1000:g}" for each in plan.certificate.price] == [row[3] for row in table("Project")]
    assert plan.certificate.bound == plan.score
