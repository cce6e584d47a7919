"""The soft score of a pair as a sum of whole parts: 1000 units to a point, no part below zero."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from freeagents.matching._arrays import Reals, Small, Whole
from freeagents.matching._policy import PARTS, Policy
from freeagents.matching._problem import Fit, Problem
from freeagents.matching._tables import TOP_LEVEL

LEVELS_ABOVE = 2
WHOLE_SHARE = 12
"""Shares are multiples of the least common multiple of the levels, so that halves, thirds and quarters stay whole."""

SKILLS, GROWTH, RANK, SHORT_LIST, BENCH, DISTANCE = range(len(PARTS))


@dataclass(frozen=True, eq=False)
class Criterion:
    """One requirement of a project as the score sees it.

    :ivar thing: the skill's index.
    :ivar asked: the asked level.
    :ivar most: the most it can earn for skills, in units.
    :ivar skills: units by held level, 0–4.
    :ivar growth: units by held level, 0–4, for those who want to learn the skill.
    """

    essential: bool
    thing: int
    asked: int
    most: int
    skills: Whole
    growth: Whole


def score_parts(problem: Problem, policy: Policy, people: Whole, project: int) -> Whole:
    """Return the parts (k × 6, in the order of ``PARTS``, in units) of the scores of k people on one project.

    Hard rules are not looked at; ``docs/matching.md`` gives the formulae.
    """
    people = np.asarray(people, dtype=np.int64)
    fit = problem.fit
    parts = np.zeros((len(people), len(PARTS)), dtype=np.int64)
    for criterion in criteria_of(fit, policy, project):
        skills, growth = earned(fit, criterion, people)
        parts[:, SKILLS] += skills
        parts[:, GROWTH] += growth
    np.minimum(parts[:, GROWTH], policy.most("growth"), out=parts[:, GROWTH])
    parts[:, RANK] = _rank(fit, policy, people, project)
    parts[:, SHORT_LIST] = policy.most("short_list") * fit.short_list.has(project, people)
    parts[:, BENCH] = bench_units(policy, fit.bench_days[people])
    parts[:, DISTANCE] = _distance(fit, policy, people, project)
    return parts


def criteria_of(fit: Fit, policy: Policy, project: int) -> list[Criterion]:
    """Return a project's criteria, essential ones first; the skills points are shared among them alike."""
    essential, asset = (
        list(zip(*(each.tolist() for each in table.of_row(project)), strict=True))
        for table in (fit.essential, fit.asset)
    )
    count = len(essential) + len(asset)
    if not count:
        return []
    most = _whole_share(policy.most("skills"), count)
    return [
        Criterion(kind, thing, asked, most, *criterion_units(policy, count, asked, essential=kind))
        for kind, own in ((True, essential), (False, asset))
        for thing, asked in own
    ]


def criterion_units(policy: Policy, count: int, asked: int, *, essential: bool) -> tuple[Whole, Whole]:
    """Return what one of so many criteria earns by held level 0–4: for skills, and for growth where it is a goal."""
    most = _whole_share(policy.most("skills"), count)
    by_level = np.arange(TOP_LEVEL + 1)
    if essential:
        return _essential(most, asked, policy.above_percent, by_level), np.zeros_like(by_level)
    learning = min(most, _whole_share(policy.most("growth"), policy.growth_full_goals))
    return _held_of(most, asked, by_level), learning - _held_of(learning, asked, by_level)


def earned(fit: Fit, criterion: Criterion, people: Whole) -> tuple[Whole, Whole]:
    """Return what a criterion earns each of the people for skills and for growth, in units."""
    held: Small = fit.held.at(criterion.thing, people)
    wanted = fit.goals.at(criterion.thing, people) > 0
    return criterion.skills[held], np.where(wanted, criterion.growth[held], 0)


def _whole_share(total: int, count: int) -> int:
    return total // count // WHOLE_SHARE * WHOLE_SHARE


def _held_of(most: int, asked: int, held: Whole) -> Whole:
    """Return the share that grows evenly with the held level up to the asked one."""
    return most * np.minimum(held, asked) // asked


def _essential(most: int, asked: int, above_percent: int, held: Whole) -> Whole:
    """Return the share of an essential criterion: most of it at the asked level, all of it two levels above.

    Where fewer levels are above the asked one, the topmost earns all.
    """
    room = min(LEVELS_ABOVE, TOP_LEVEL - asked)
    if room <= 0:
        return _held_of(most, asked, held)
    met = most * (100 - above_percent) // 100
    above = np.clip(held - asked, 0, room)
    return _held_of(met, asked, held) + (most - met) * above // room


def rank_units(policy: Policy, ranks: Whole) -> Whole:
    """Return what applications with these ranks earn; 0: no rank was given."""
    last = policy.ranks_counted
    counted = np.where(ranks == 0, last, np.minimum(ranks, last))
    return policy.most("rank") * (last + 1 - counted) // last


def bench_units(policy: Policy, days: Whole) -> Whole:
    """Return what so many bench days earn."""
    full = policy.bench_full_days
    return policy.most("bench") * np.minimum(days, full) // full


def distance_units(policy: Policy, kilometres: Reals) -> Whole:
    """Return what being so near earns, by whole kilometres; infinite: not known."""
    full = policy.distance_full_km
    whole = np.minimum(kilometres, full).astype(np.int64)
    return policy.most("distance") * (full - whole) // full


def _rank(fit: Fit, policy: Policy, people: Whole, project: int) -> Whole:
    rank = fit.ranks.values(project, people, -1)
    return np.where(rank < 0, 0, rank_units(policy, rank))


def _distance(fit: Fit, policy: Policy, people: Whole, project: int) -> Whole:
    if fit.places is None:
        return np.zeros(len(people), dtype=np.int64)
    return distance_units(policy, fit.places.kilometres(project, people))
