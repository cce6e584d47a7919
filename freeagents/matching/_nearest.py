"""The nearest seat: for people left out, the smallest change of their own that would place them, and where."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from typing import NamedTuple

import numpy as np

from freeagents.matching._arrays import Flags, Numbers, Whole, first
from freeagents.matching._compiled import kernel
from freeagents.matching._errors import ProblemError
from freeagents.matching._index import Index, People, Projects
from freeagents.matching._pairs import NONE, find, is_free, is_near, nearest_units
from freeagents.matching._tables import TOP_LEVEL
from freeagents.matching._whatif import WhatIf

AT_ONCE = 1_024
"""So many people are one piece of work."""
NOT_YET = -1
LEVELS = TOP_LEVEL + 1


class Nearest(NamedTuple):
    """For each of some people, in their order, the change that would place them, as columns.

    :ivar project: by index, where the person would be placed; −1: no single change would do.
    :ivar skill: the skill to be raised; −1: it is no skill.
    :ivar level: to which level.
    :ivar rule: else the place, among those that may change, of the rule to be met; −1: none.
    :ivar alike: how many other projects would be as good, so that any of these may be the one.
    """

    project: Numbers
    skill: Numbers
    level: Numbers
    rule: Numbers
    alike: Numbers


def nearest(
    what_if: WhatIf, people: Whole, changeable: Mapping[str, Flags], executor: Executor | None = None
) -> Nearest:
    """Return, for people whom the plan leaves out, the smallest single change after which it would place them.

    A change is a higher level of one skill, or one rule met where it is all that stands in the way. Skills come first,
    by how many levels are to be gained; then the rules, in their order. Of changes of one size those that are sure of
    their project come first, then those to a project that the person ranks higher, then the round's own order.

    Promised is: with this change alone every best plan places the person, and on this very project if no other is
    alike; and no smaller change of a skill places the person, but where plans are equally good. A rule counts as met by
    whoever has just what the project asks, at no other score; the same may open other projects too.

    :param changeable: code → n flags of who could change what that rule looks at. What rules of places look at is how
        far a person would go; it can be changed where the distance is known. Essential skills need not be told.
    :raises ProblemError: somebody is kept or placed.
    """
    index = what_if.plan.index
    placed = np.zeros(len(index.problem.people), dtype=np.bool_)
    placed[what_if.plan.person] = True
    if placed[people].any():
        raise ProblemError("people", "placed", first(placed[people]))
    bits = [_bit(index, code) for code in changeable]
    may = np.zeros(len(people), dtype=np.int64)
    for bit, flags in zip(bits, changeable.values(), strict=True):
        may |= np.where(flags[people], bit, 0)
    projects, bars = what_if.bars()
    rules, located = np.array(bits, dtype=np.int64), _located(index)
    pieces = np.array_split(np.arange(len(people)), max(1, -(-len(people) // AT_ONCE)))
    calls = [partial(nearest_of, index, people[piece], may[piece], rules, projects, bars, *located) for piece in pieces]
    if executor is None and len(calls) > 1:
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            found = [future.result() for future in [threads.submit(call) for call in calls]]
    else:
        found = (
            [call() for call in calls]
            if executor is None
            else [future.result() for future in [executor.submit(call) for call in calls]]
        )
    return Nearest(*(np.concatenate(columns) for columns in zip(*found, strict=True)))


def _bit(index: Index, code: str) -> int:
    """Return the bit of a rule that people can change what it looks at; 0: the problem has none, or it is of skills."""
    codes = [rule.code for rule in index.problem.rules]
    bit = 1 << codes.index(code) if code in codes else 0
    return 0 if bit == index.bits.essential else bit


def _located(index: Index) -> tuple[Flags, Flags]:
    """Return for each site of projects, and each point of people, whether it is known where on earth it is."""
    places = index.problem.fit.places
    if places is None:
        return np.zeros(1, np.bool_), np.zeros(1, np.bool_)
    sites, points = places.sites[1], places.points[1]
    return (
        np.isfinite(places.project_latitude[sites] + places.project_longitude[sites]),
        np.isfinite(places.latitude[points] + places.longitude[points]),
    )


def nearest_of(
    index: Index, chosen: Whole, may: Whole, rules: Whole, projects: Whole, bars: Whole, sites: Flags, points: Flags
) -> Nearest:
    """Return what is nearest for some people; a piece of work that may run anywhere."""
    known = index.problem.rules
    others = np.zeros((len(projects) if index.others else 0, len(chosen)), dtype=np.int64)
    for rule in index.others:
        bit = 1 << known.index(rule)
        for row, project in enumerate(projects.tolist()):
            others[row] |= np.where(rule.allows(project, chosen), 0, bit)
    essential, free, near = index.bits.essential, index.bits.free, index.bits.near
    found = _nearest(
        index.people, index.projects, index.bits.tabled, essential, free, near, others, chosen, may, rules, projects,
        bars, sites, points, index.problem.fit.held.shape[1],
    )  # fmt: skip
    return Nearest(*(np.ascontiguousarray(column) for column in found.T))


@kernel
def _nearest(
    people: People, projects: Projects, tabled: Whole, essential_bit: int, free_bit: int, near_bit: int,
    others: Whole, chosen: Whole, may: Whole, rules: Whole, order: Whole, bars: Whole, sites: Flags, points: Flags,
    skills: int,
) -> Numbers:  # fmt: skip
    held_indptr, held_skill, held_level = people.held_indptr, people.held_skill, people.held_level
    goal_indptr, goal_skill, kinds, bench = people.goal_indptr, people.goal_skill, people.kinds, people.bench
    spell_indptr, spells, point_indptr, point = people.spell_indptr, people.spells, people.point_indptr, people.point
    criterion_indptr, skill, asked = projects.criterion_indptr, projects.skill, projects.asked
    skill_units, growth_units, most_growth = projects.skill_units, projects.growth_units, projects.most_growth
    answers, allows, near_to, distance = projects.answers, projects.allows, projects.near, projects.distance
    percent, starts, ends, site_of = projects.percent, projects.start, projects.end, projects.site
    apart_indptr, apart, apart_bits = projects.apart_indptr, projects.apart, projects.apart_bits
    rank_indptr, ranked, rank_units = projects.rank_indptr, projects.ranked, projects.rank_units
    listed_indptr, listed, short_list = projects.listed_indptr, projects.listed, projects.short_list
    level, is_goal = np.zeros(skills, np.uint8), np.zeros(skills, np.bool_)
    # For each skill and level, then for each rule: how far above its bar the best project is, which, and how many more.
    room = skills * LEVELS
    margin = np.full(room + len(rules), NOT_YET, np.int64)
    where, alike = np.full(room + len(rules), NONE, np.int32), np.zeros(room + len(rules), np.int32)
    liked = np.zeros(room + len(rules), np.int64)
    touched = np.empty(room + len(rules), np.int64)
    found = np.full((len(chosen), 5), NONE, np.int32)
    for row in range(len(chosen)):
        j, count = chosen[row], 0
        for at in range(held_indptr[j], held_indptr[j + 1]):
            level[held_skill[at]] = held_level[at]
        for at in range(goal_indptr[j], goal_indptr[j + 1]):
            is_goal[goal_skill[at]] = True
        for place in range(len(order)):
            i = order[place]
            begin, end = criterion_indptr[i], criterion_indptr[i + 1]
            lacking, lacked = 0, NONE
            for criterion in range(begin, end):
                if level[skill[criterion]] < asked[criterion]:
                    lacking += 1
                    lacked = criterion
                    if lacking > 1:
                        break
            if lacking > 1:
                continue
            failed = essential_bit if lacking else 0
            open_to = may[row] | essential_bit
            for rule in range(answers.shape[1]):
                if not allows[answers[i, rule] + kinds[j, rule]]:
                    failed |= tabled[rule]
            if failed & (failed - 1) or failed & ~open_to:
                continue
            site = site_of[i]
            if percent[i] and not is_free(spell_indptr, spells, percent[i], starts[i], ends[i], j):
                failed |= free_bit
            if site >= 0 and not is_near(point_indptr, point, near_to[site], j):
                failed |= near_bit
                known = False
                for at in range(point_indptr[j], point_indptr[j + 1]):
                    known = known or points[point[at]]
                if not known or not sites[site]:
                    continue
            if len(others):
                failed |= others[place, row]
            at = find(apart, apart_indptr[i], apart_indptr[i + 1], j)
            if at != NONE:
                failed |= apart_bits[at]
            if failed & (failed - 1) or failed & ~open_to:
                continue
            score, growth, wish = bench[j], 0, 0
            for criterion in range(begin, end):
                score += skill_units[criterion, level[skill[criterion]]]
                if is_goal[skill[criterion]]:
                    growth += growth_units[criterion, level[skill[criterion]]]
            if site >= 0:
                score += nearest_units(point_indptr, point, distance[site], j)
            at = find(ranked, rank_indptr[i], rank_indptr[i + 1], j)
            if at != NONE:
                wish = rank_units[at]
            if find(listed, listed_indptr[i], listed_indptr[i + 1], j) != NONE:
                score += short_list
            score += wish
            if failed & ~essential_bit:
                entry = room
                while rules[entry - room] != failed:
                    entry += 1
                above = 2 * (score + min(growth, most_growth)) - bars[place]
                count = _note(margin, where, alike, liked, touched, count, entry, above, place, wish)
                continue
            for criterion in range(begin, end):
                if lacking and criterion != lacked:
                    continue
                own, now = skill[criterion], level[skill[criterion]]
                for higher in range(max(now + 1, asked[criterion]), LEVELS):
                    gained = skill_units[criterion, higher] - skill_units[criterion, now]
                    grown = growth
                    if is_goal[own]:
                        grown += growth_units[criterion, higher] - growth_units[criterion, now]
                    above = 2 * (score + gained + min(grown, most_growth)) - bars[place]
                    entry = own * LEVELS + higher
                    count = _note(margin, where, alike, liked, touched, count, entry, above, place, wish)
        best, best_size = NONE, 0
        for at in range(count):
            entry = touched[at]
            if margin[entry] <= 0:
                continue
            size = LEVELS + entry - room
            if entry < room:
                size = entry % LEVELS - level[entry // LEVELS]
            if best == NONE or size < best_size or (size == best_size and _is_before(entry, best, where, alike, liked)):
                best, best_size = entry, size
        if best != NONE:
            found[row, 0], found[row, 4] = order[where[best]], alike[best]
            if best < room:
                found[row, 1], found[row, 2] = best // LEVELS, best % LEVELS
            else:
                found[row, 3] = best - room
        for at in range(count):
            margin[touched[at]] = NOT_YET
        for at in range(held_indptr[j], held_indptr[j + 1]):
            level[held_skill[at]] = 0
        for at in range(goal_indptr[j], goal_indptr[j + 1]):
            is_goal[goal_skill[at]] = False
    return found


@kernel
def _note(
    margin: Whole, where: Numbers, alike: Numbers, liked: Whole, touched: Whole, count: int, entry: int, above: int,
    place: int, wish: int,
) -> int:  # fmt: skip
    """Note how far above its bar a change brings a person on a project, if nothing beats it; return the new count."""
    if above < 0 or above >> 1 < margin[entry] >> 1:
        return count
    if margin[entry] == NOT_YET:
        touched[count] = entry
        count += 1
        # A bare tie may fall to what the person is allowed now.
        alike[entry] = above <= 1
    elif above >> 1 == margin[entry] >> 1:
        alike[entry] += 1
        if above <= margin[entry]:
            return count
    else:
        alike[entry] = 0
    margin[entry], where[entry], liked[entry] = above, place, wish
    return count


@kernel
def _is_before(entry: int, other: int, where: Numbers, alike: Numbers, liked: Whole) -> bool:
    """Return whether one change comes before another of its size."""
    if (alike[entry] == 0) != (alike[other] == 0):
        return bool(alike[entry] == 0)
    if liked[entry] != liked[other]:
        return bool(liked[entry] > liked[other])
    if where[entry] != where[other]:
        return bool(where[entry] < where[other])
    return entry < other
