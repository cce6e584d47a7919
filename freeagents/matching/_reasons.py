"""Why seats stay empty and why people are left out."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from freeagents.matching._allowed import near_misses
from freeagents.matching._arrays import Flags, Numbers, Small, Whole
from freeagents.matching._candidates import Progress, in_pieces
from freeagents.matching._compiled import kernel
from freeagents.matching._index import Bits, Index, People, Postings, Projects
from freeagents.matching._listing import MET, gather
from freeagents.matching._pairs import NONE, find, is_free, is_kind, is_near, nearest_units, skill_score
from freeagents.matching._plan import Plan
from freeagents.matching._problem import Problem
from freeagents.matching._screens import Screens, screen


class Reason(StrEnum):
    """Why a pair is placed, a seat is empty or a person is left out; the parameters of each are given in brackets."""

    PLACED = "placed"
    KEPT = "kept"

    NOBODY_ALLOWED = "nobody_allowed"
    """Seat: the hard rules allow nobody (``alone``: code → how many people that rule alone keeps out)."""
    NOBODY_ELSE_ALLOWED = "nobody_else_allowed"
    """Seat: all allowed people are on this project already (``allowed``, ``alone``)."""
    CHOSEN_ELSEWHERE = "chosen_elsewhere"
    """Seat: its allowed people add more elsewhere, or are kept there (``allowed``, ``elsewhere``: how many)."""
    LIMITED = "limited"
    """Seat: some of its allowed people are left out all the same, as limits want it (``allowed``, ``idle``: how many).
    Person: as many people of the same group are placed as the limit lets (as for ``others_scored_more``)."""

    NO_SEAT_ALLOWED = "no_seat_allowed"
    """Person: the hard rules allow no project (``projects``: how many have seats)."""
    OTHERS_SCORED_MORE = "others_scored_more"
    """Person: others score at least as much (``allowed``: on how many projects with seats not kept; ``project``: where
    the person scores most, ``score``: that score, ``lowest``: the lowest score placed there, kept ones apart)."""
    SEATS_KEPT = "seats_kept"
    """Person: all seats of the projects that allow the person are kept for others (``allowed``: how many projects)."""


NOTHING = np.iinfo(np.int64).max
LEFT_OUT = (Reason.NO_SEAT_ALLOWED, Reason.OTHERS_SCORED_MORE, Reason.SEATS_KEPT, Reason.LIMITED)
"""The reasons of people, by the number that stands for them."""


class Unfilled(NamedTuple):
    """A seat that stays empty: project by index, seat by number."""

    project: int
    seat: int
    reason: Reason
    params: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class LeftOut:
    """The people left out, in order of index, as columns.

    :ivar person: people by index.
    :ivar reason: places in ``LEFT_OUT``.
    :ivar allowed: on how many projects each is allowed: with seats not kept, or with any where all of these are kept.
    :ivar project: where each scores most among projects with seats not kept; −1: nowhere.
    :ivar score: that score in units; −1: none.
    :ivar lowest: the lowest score placed there, kept ones apart, in units; −1: none.
    """

    person: Whole
    reason: Small
    allowed: Numbers
    project: Numbers
    score: Whole
    lowest: Whole

    def __len__(self) -> int:
        return len(self.person)


@dataclass(frozen=True, eq=False)
class Reasons:
    """Why a plan leaves seats empty and people out.

    :ivar unfilled: the empty seats, in order of project index and seat number.
    :ivar allowed_people: m numbers of people whom the hard rules allow on each project with seats.
    """

    unfilled: tuple[Unfilled, ...]
    left_out: LeftOut
    allowed_people: Whole


def explain_plan(plan: Plan, executor: Executor | None = None, progress: Progress | None = None) -> Reasons:
    """Return the reasons of a plan; every allowed pair is looked at.

    Where a person is allowed on a project with seats not kept and is left out, all seats there are filled and no score
    placed there is below the person's own, but where the person's group is full; an empty seat's allowed people are all
    placed, or their groups are full. Scores are told as the
    objective weighs them (:attr:`Plan.weighed`).
    """
    index = plan.index
    problem = index.problem
    n, m = len(problem.people), len(problem.projects)
    chosen = index.order.projects[problem.seats[index.order.projects] > 0]
    idle = np.ones(n, dtype=np.bool_)
    idle[plan.person] = False
    idle_people = np.zeros(m, dtype=np.int64)
    none = np.zeros(0, np.int64)
    seen = Survey(none, none, np.zeros(n, np.int32), np.zeros(n, np.int32), np.full(n, -1, np.int32), np.full(n, -1))
    allowed_people = np.zeros(m, dtype=np.int64)
    survey = partial(survey_of, idle=idle)
    for piece, found in in_pieces(index, survey, np.arange(len(chosen)), (chosen,), executor, progress, "explain"):
        allowed_people[chosen[piece]], idle_people[chosen[piece]] = found.allowed_people, found.idle_people
        better = found.best_score > seen.best_score
        seen = Survey(
            none,
            none,
            seen.allowed + found.allowed,
            seen.open_to + found.open_to,
            np.where(better, found.best_project, seen.best_project),
            np.where(better, found.best_score, seen.best_score),
        )
    unfilled = _unfilled(index, plan, allowed_people, idle_people, executor)
    return Reasons(unfilled, _left_out(problem, plan, np.flatnonzero(idle), seen), allowed_people)


def keeps_from(problem: Problem, person: int) -> dict[str, int]:
    """Return, for each rule's code, from how many projects with seats it alone keeps a person; zeros are left out."""
    counts = np.zeros(len(problem.rules), dtype=np.int64)
    alone = np.array([person])
    for project in np.flatnonzero(problem.seats > 0).tolist():
        _, which = near_misses(problem, project, alone)
        counts[which] += 1
    return {rule.code: int(count) for rule, count in zip(problem.rules, counts, strict=True) if count}


class Survey(NamedTuple):
    """What a look at every allowed pair of some projects found.

    :ivar allowed_people: for each of the projects how many people are allowed, kept ones included.
    :ivar idle_people: how many of them are not placed.
    :ivar allowed: n counts of projects that allow the person; ``open_to``: of those with seats not kept.
    :ivar best_project: n projects with seats not kept where the person scores most; −1: none.
    :ivar best_score: n such scores in units; −1: none.
    """

    allowed_people: Whole
    idle_people: Whole
    allowed: Numbers
    open_to: Numbers
    best_project: Numbers
    best_score: Whole


def survey_of(index: Index, chosen: Whole, idle: Flags) -> Survey:
    """Return what is to be seen of some projects; a piece of work that may run anywhere."""
    mask = index.mask(int(chosen[0])) if index.others else np.zeros(0, dtype=np.bool_)
    free = index.problem.free_seats[chosen] > 0
    return _survey(index.people, index.projects, index.postings, index.by_goal, index.screens, mask, chosen, free, idle)


@kernel
def _survey(
    people: People,
    projects: Projects,
    postings: Postings,
    by_goal: Postings,
    screens: Screens,
    mask: Flags,
    chosen: Whole,
    free: Flags,
    idle: Flags,
) -> Survey:
    held_indptr, held_skill, held_level = people.held_indptr, people.held_skill, people.held_level
    goal_indptr, goal_skill, kinds, bench = people.goal_indptr, people.goal_skill, people.kinds, people.bench
    spell_indptr, spells, kept = people.spell_indptr, people.spells, people.kept
    point_indptr, point = people.point_indptr, people.point
    answers, allows, apart = projects.answers, projects.allows, projects.apart
    ranked, rank_units, listed = projects.ranked, projects.rank_units, projects.listed
    starts, holder, goal_starts, goal_holder = postings.starts, postings.person, by_goal.starts, by_goal.person
    screen_bits, screen_of = screens.bits, screens.of
    n = len(kept)
    passing, joined = np.zeros(screen_bits.shape[1], np.uint64), np.zeros(screen_bits.shape[1], np.uint64)
    slot, level = np.zeros((len(starts) - 1) // 4, np.uint8), np.zeros(256, np.uint8)
    most, gathered = np.zeros(n, np.int32), np.arange(n).astype(np.int32)
    everybody = gathered.copy()
    allowed_people, idle_people = np.zeros(len(chosen), np.int64), np.zeros(len(chosen), np.int64)
    allowed, open_to = np.zeros(n, np.int32), np.zeros(n, np.int32)
    best_project, best_score = np.full(n, -1, np.int32), np.full(n, -1, np.int64)
    for number in range(len(chosen)):
        project = chosen[number]
        criteria = slice(projects.criterion_indptr[project], projects.criterion_indptr[project + 1])
        skill, asked = projects.skill[criteria], projects.asked[criteria]
        skill_units, growth_units = projects.skill_units[criteria], projects.growth_units[criteria]
        percent, start, end = projects.percent[project], projects.start[project], projects.end[project]
        site = projects.site[project]
        near, distance = projects.near[max(site, 0)], projects.distance[max(site, 0)]
        apart_span = projects.apart_indptr[project], projects.apart_indptr[project + 1]
        rank_span = projects.rank_indptr[project], projects.rank_indptr[project + 1]
        listed_span = projects.listed_indptr[project], projects.listed_indptr[project + 1]
        essentials, rare, fewest = 0, NONE, 0
        for criterion in range(len(skill)):
            slot[skill[criterion]] = criterion + 1
            if asked[criterion]:
                essentials += 1
                holders = starts[4 * skill[criterion] + 5 - asked[criterion]] - starts[4 * skill[criterion]]
                if rare == NONE or holders < fewest:
                    rare, fewest = criterion, holders
        count, who = n, everybody
        if rare != NONE:
            who = gathered
            screen(screen_bits, screen_of, project, passing)
            count = gather(
                starts, holder, goal_starts, goal_holder, skill, asked, skill_units, growth_units, rare, passing,
                joined, most, gathered,
            )  # fmt: skip
        for at in range(count):
            j = who[at]
            meets = most[j] // MET == essentials
            most[j] = 0
            if not meets or not is_kind(kinds, answers, allows, project, j) or (len(mask) and not mask[j]):
                continue
            if percent and not is_free(spell_indptr, spells, percent, start, end, j):
                continue
            if site >= 0 and not is_near(point_indptr, point, near, j):
                continue
            if find(apart, apart_span[0], apart_span[1], j) != NONE:
                continue
            allowed_people[number] += 1
            idle_people[number] += idle[j]
            allowed[j] += 1
            if kept[j] or not free[number]:
                continue
            open_to[j] += 1
            total = bench[j] + skill_score(
                held_indptr, held_skill, held_level, goal_indptr, goal_skill, slot, level, asked, skill_units,
                growth_units, projects.most_growth, j,
            )  # fmt: skip
            if site >= 0:
                total += nearest_units(point_indptr, point, distance, j)
            place = find(ranked, rank_span[0], rank_span[1], j)
            if place != NONE:
                total += rank_units[place]
            if find(listed, listed_span[0], listed_span[1], j) != NONE:
                total += projects.short_list
            if total > best_score[j]:
                best_score[j], best_project[j] = total, project
        for criterion in range(len(skill)):
            slot[skill[criterion]] = 0
    return Survey(allowed_people, idle_people, allowed, open_to, best_project, best_score)


def alone_counts(index: Index, project: int) -> dict[str, int]:
    """Return, for each rule's code, how many people all other rules allow on a project and it alone does not."""
    rules = index.problem.rules
    mask = np.zeros(len(index.problem.people), dtype=np.int64)
    for rule in index.others:
        mask |= np.where(rule.allows(project, index.problem.everyone), 0, 1 << rules.index(rule))
    counts = _alone(index.people, index.projects, index.postings, index.bits, mask, project, len(rules))
    return {rule.code: int(count) for rule, count in zip(rules, counts, strict=True)}


@kernel
def _alone(
    people: People, projects: Projects, postings: Postings, bits: Bits, others: Whole, project: int, rules: int
) -> Whole:
    kinds, answers, allows, tabled = people.kinds, projects.answers, projects.allows, bits.tabled
    spell_indptr, spells, point_indptr, point = people.spell_indptr, people.spells, people.point_indptr, people.point
    apart, apart_bits = projects.apart, projects.apart_bits
    apart_span = projects.apart_indptr[project], projects.apart_indptr[project + 1]
    percent, start, end = projects.percent[project], projects.start[project], projects.end[project]
    site = projects.site[project]
    near = projects.near[max(site, 0)]
    essential_bit, free_bit, near_bit = bits.essential, bits.free, bits.near
    n = len(kinds)
    met, essentials = np.zeros(n, np.uint8), 0
    for criterion in range(projects.criterion_indptr[project], projects.criterion_indptr[project + 1]):
        if projects.asked[criterion]:
            essentials += 1
            run = 4 * projects.skill[criterion]
            for at in range(postings.starts[run], postings.starts[run + 5 - projects.asked[criterion]]):
                met[postings.person[at]] += 1
    counts = np.zeros(rules, np.int64)
    for j in range(n):
        failed = others[j]
        if met[j] != essentials:
            failed |= essential_bit
        for rule in range(answers.shape[1]):
            if not allows[answers[project, rule] + kinds[j, rule]]:
                failed |= tabled[rule]
        # One bit at most is still of interest.
        if failed & (failed - 1):
            continue
        if percent and not is_free(spell_indptr, spells, percent, start, end, j):
            failed |= free_bit
        if site >= 0 and not is_near(point_indptr, point, near, j):
            failed |= near_bit
        place = find(apart, apart_span[0], apart_span[1], j)
        if place != NONE:
            failed |= apart_bits[place]
        if failed and not failed & (failed - 1):
            rule = 0
            while failed > 1:
                failed >>= 1
                rule += 1
            counts[rule] += 1
    return counts


def alone_of(index: Index, projects: Whole) -> list[dict[str, int]]:
    """Return :func:`alone_counts` of some projects; a piece of work that may run anywhere."""
    return [alone_counts(index, project) for project in projects.tolist()]


def _unfilled(
    index: Index, plan: Plan, allowed_people: Whole, idle_people: Whole, executor: Executor | None
) -> tuple[Unfilled, ...]:
    seats = index.problem.seats
    placed = np.bincount(plan.project, minlength=len(seats))
    short = np.flatnonzero(seats > placed)
    lonely = short[allowed_people[short] <= placed[short]]
    pieces = in_pieces(index, alone_of, lonely, (np.arange(len(seats)),), executor, None, "explain")
    alone = {project: counts for piece, found in pieces for project, counts in zip(piece.tolist(), found, strict=True)}
    unfilled: list[Unfilled] = []
    params: dict[str, object]
    for project in short.tolist():
        allowed, here = int(allowed_people[project]), int(placed[project])
        if idle_people[project]:
            reason, params = Reason.LIMITED, {"allowed": allowed, "idle": int(idle_people[project])}
        elif project not in alone:
            reason, params = Reason.CHOSEN_ELSEWHERE, {"allowed": allowed, "elsewhere": allowed - here}
        else:
            reason = Reason.NOBODY_ELSE_ALLOWED if allowed else Reason.NOBODY_ALLOWED
            params = {"alone": alone[project]} | ({"allowed": allowed} if allowed else {})
        used = set(plan.seat[plan.project == project].tolist())
        numbers = range(1, int(seats[project]) + 1)
        unfilled += (Unfilled(project, number, reason, params) for number in numbers if number not in used)
    return tuple(unfilled)


def _left_out(problem: Problem, plan: Plan, person: Whole, seen: Survey) -> LeftOut:
    lowest = np.full(len(problem.projects) + 1, NOTHING)
    chosen = ~plan.kept
    np.minimum.at(lowest, plan.project[chosen], plan.weighed[chosen])
    lowest[lowest == NOTHING] = -1
    project, score = seen.best_project[person], seen.best_score[person]
    nowhere, kept_only, limited = seen.allowed[person] == 0, project < 0, _limited(problem, plan)[person]
    return LeftOut(
        person=person,
        reason=np.select((nowhere, kept_only, limited), (0, 2, 3), 1).astype(np.uint8),
        allowed=np.where(kept_only, seen.allowed[person], seen.open_to[person]),
        project=project,
        score=score,
        lowest=lowest[project],
    )


def _limited(problem: Problem, plan: Plan) -> Flags:
    """Return the n flags of people whom limits may keep out: of whose group no more may be placed, or everybody."""
    if (limit := problem.layer) is not None:
        return np.append(limit.counts(plan.person) >= limit.most, False)[limit.group]
    return np.full(len(problem.people), bool(problem.limits))
