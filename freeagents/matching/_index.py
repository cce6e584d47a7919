"""The index: a problem under a policy as flat arrays that kernels read, made once and never written again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from freeagents.matching._arrays import Flags, Hashes, Numbers, Small, Whole, first
from freeagents.matching._availability import Free
from freeagents.matching._compiled import kernel
from freeagents.matching._errors import ProblemError
from freeagents.matching._keys import alike, groups
from freeagents.matching._order import Order
from freeagents.matching._places import Near, Places
from freeagents.matching._policy import Policy
from freeagents.matching._problem import Fit, Problem
from freeagents.matching._rules import Apart, Holds, Rule, told_apart
from freeagents.matching._score import bench_units, criterion_units, distance_units, rank_units
from freeagents.matching._screens import Screens, screens
from freeagents.matching._tables import TOP_LEVEL, Levels, Pairs

Table = NDArray[np.int64]

MOST_ANSWERS = 2**25
"""The most answers of one rule that are worked out beforehand, one for each kind of person and of project."""
MOST_CRITERIA = 255


class People(NamedTuple):
    """What kernels read of n people. Ragged members have n + 1 offsets.

    :ivar kinds: n × r, the kind of person each is to each of the r tabled rules.
    :ivar bench: n units of the bench part.
    :ivar spells: first day, last day and share of time of each spell.
    :ivar handicap: n numbers added to tie bits that are first moved right by ``tie_shift``; empty: they stay as they
        are.
    """

    held_indptr: Numbers
    held_skill: Numbers
    held_level: Small
    goal_indptr: Numbers
    goal_skill: Numbers
    kinds: Numbers
    bench: Numbers
    spell_indptr: Whole
    spells: Numbers
    point_indptr: Whole
    point: Numbers
    hashes: Hashes
    kept: Flags
    handicap: Hashes
    tie_shift: np.uint64


class Projects(NamedTuple):
    """What kernels read of m projects. Ragged members have m + 1 offsets.

    :ivar skill: the skills asked; ``asked``: their essential levels, 0 where they are assets only.
    :ivar skill_units: units a skill earns by held level 0–4; ``growth_units``: as a learning goal.
    :ivar answers: m × r offsets into ``allows``: there the answers of a rule begin for that kind of project.
    :ivar site: m rows of the tables by site and point; −1: nowhere in particular.
    :ivar near: sites × points, whether a rule lets people of that point work there.
    :ivar distance: sites × points, units of the distance part.
    """

    criterion_indptr: Whole
    skill: Numbers
    asked: Small
    skill_units: Table
    growth_units: Table
    most_growth: int
    answers: Whole
    allows: Flags
    start: Whole
    end: Whole
    percent: Whole
    site: Numbers
    near: Flags
    distance: Table
    apart_indptr: Whole
    apart: Numbers
    apart_bits: Whole
    rank_indptr: Whole
    ranked: Numbers
    rank_units: Table
    listed_indptr: Whole
    listed: Numbers
    short_list: int
    hashes: Hashes


class Postings(NamedTuple):
    """Who holds each skill, from the highest level down: those at least at a level stand first.

    :ivar starts: skills × 4 + 1 offsets, of levels 4, 3, 2 and 1 of each skill in turn.
    """

    starts: Whole
    person: Numbers


class Bits(NamedTuple):
    """Where each rule stands among the problem's, as a bit; 0: there is no such rule.

    :ivar tabled: the bits of the r tabled rules.
    """

    tabled: Whole
    essential: int
    free: int
    near: int


@dataclass(frozen=True, eq=False)
class Index:
    """A problem as kernels read it.

    :ivar others: rules that are asked anew for each project, since they know no kinds of people.
    """

    problem: Problem
    policy: Policy
    order: Order
    people: People
    projects: Projects
    postings: Postings
    by_goal: Postings
    by_bench: Numbers
    screens: Screens
    bits: Bits
    others: tuple[Rule, ...]

    @classmethod
    def of(cls, problem: Problem, policy: Policy) -> Index:
        """Return the index of a problem under a policy."""
        fit = problem.fit
        n, m = len(problem.people), len(problem.projects)
        order = Order.of(problem)
        rules = _Rules.of(problem)
        points = _Points.of(fit.places, n, m)
        spells = rules.free or Free.unasked("", n, m)
        held, goals = fit.held.table, fit.goals.table
        people = People(
            held_indptr=held.indptr,
            held_skill=held.indices.astype(np.int32, copy=False),
            held_level=held.data,
            goal_indptr=goals.indptr,
            goal_skill=goals.indices.astype(np.int32, copy=False),
            kinds=rules.kinds,
            bench=bench_units(policy, fit.bench_days).astype(np.int32),
            spell_indptr=spells.indptr,
            spells=np.stack((spells.first, spells.last, spells.percent), axis=1).astype(np.int32),
            point_indptr=points.indptr,
            point=points.point,
            hashes=order.person_hash,
            kept=problem.is_taken,
            handicap=np.zeros(0, np.uint64),
            tie_shift=np.uint64(0),
        )
        bench_order = np.argsort(-people.bench, kind="stable").astype(np.int32)
        return cls(
            problem,
            policy,
            order,
            people,
            _projects(problem, policy, order, rules, spells, points),
            _postings(fit.held),
            _postings(fit.goals),
            bench_order,
            screens(rules.kinds, rules.answers, rules.allows),
            rules.bits,
            rules.others,
        )

    def mask(self, project: int) -> Flags:
        """Return whom the rules that know no kinds allow on a project; empty: there are no such rules."""
        if not self.others:
            return np.zeros(0, dtype=np.bool_)
        allowed = np.ones(len(self.problem.people), dtype=np.bool_)
        for rule in self.others:
            allowed &= rule.allows(project, self.problem.everyone)
        return allowed


@dataclass(frozen=True, eq=False)
class _Points:
    """Places as points: what is alike in place and reach is one point, told once for each site of projects."""

    indptr: Whole
    point: Numbers
    site: Numbers
    near: Flags
    kilometres: NDArray[np.float64]

    @classmethod
    def nowhere(cls, n: int, m: int) -> _Points:
        """Return points for people and projects without any place."""
        return cls(
            np.zeros(n + 1, np.int64),
            np.zeros(0, np.int32),
            np.full(m, -1, np.int32),
            np.zeros((1, 1), np.bool_),
            np.full((1, 1), np.inf),
        )

    @classmethod
    def of(cls, places: Places | None, n: int, m: int) -> _Points:
        if places is None:
            return cls.nowhere(n, m)
        point, first_entries = places.points
        somewhere = np.array([places.is_somewhere(project) for project in range(m)], dtype=np.bool_)
        sites, leaders = places.sites
        site = np.where(somewhere, sites, -1).astype(np.int32)
        shape = (max(len(leaders), 1), max(len(first_entries), 1))
        near, kilometres = np.zeros(shape, np.bool_), np.full(shape, np.inf)
        for row, project in enumerate(leaders.tolist()):
            if somewhere[project] and len(first_entries):
                near[row], kilometres[row] = places.reach(project, first_entries)
        return cls(places.indptr, point.astype(np.int32), site, near, kilometres)


@dataclass(frozen=True, eq=False)
class _Rules:
    """The rules by how kernels ask them: by table, by spells, by place, by pair, as essential skill, or anew."""

    kinds: Numbers
    answers: Whole
    allows: Flags
    free: Free | None
    near: Near | None
    apart: tuple[tuple[Pairs, int], ...]
    bits: Bits
    others: tuple[Rule, ...]

    @classmethod
    def of(cls, problem: Problem) -> _Rules:
        fit = problem.fit
        n, m = len(problem.people), len(problem.projects)
        kinds, starts, tables, tabled = [], [], [np.zeros(0, np.bool_)], []
        size = essential = free_bit = near_bit = 0
        free: Free | None = None
        near: Near | None = None
        apart: list[tuple[Pairs, int]] = []
        others: list[Rule] = []
        for bit, rule, part in told_apart(problem.rules):
            if isinstance(part, Holds) and part.held.same_as(fit.held) and part.asked.same_as(fit.essential):
                essential = bit
            elif isinstance(part, Apart):
                apart.append((part.pairs, bit))
            elif isinstance(part, Free) and free is None:
                free, free_bit = part, bit
            elif isinstance(part, Near) and near is None and part.places is fit.places:
                near, near_bit = part, bit
            elif (told := _tabled(part, m)) is None:
                others.append(rule)
            else:
                kind, demand, answers = told
                kinds.append(kind)
                starts.append(size + demand.astype(np.int64) * answers.shape[1])
                tables.append(answers.ravel())
                tabled.append(bit)
                size += answers.size
        return cls(
            np.ascontiguousarray(np.stack(kinds, axis=1)) if kinds else np.zeros((n, 0), np.int32),
            np.ascontiguousarray(np.stack(starts, axis=1)) if starts else np.zeros((m, 0), np.int64),
            np.concatenate(tables),
            free,
            near,
            tuple(apart),
            Bits(np.array(tabled, dtype=np.int64), essential, free_bit, near_bit),
            tuple(dict.fromkeys(others)),
        )


def _tabled(rule: Rule, projects: int) -> tuple[Numbers, Numbers, Flags] | None:
    """Return the kinds of people and of projects to a rule, and its answer for each two; None: they are too many."""
    likeness = rule.alike(projects)
    if likeness is None:
        return None
    (kind, people), (demand, asking) = groups(likeness[0]), groups(likeness[1])
    if len(people) * len(asking) > MOST_ANSWERS:
        return None
    answers = np.zeros((len(asking), len(people)), np.bool_)
    for row, project in enumerate(asking.tolist()):
        answers[row] = rule.allows(project, people)
    return kind, demand, answers


def _projects(problem: Problem, policy: Policy, order: Order, rules: _Rules, spells: Free, points: _Points) -> Projects:
    fit = problem.fit
    m = len(problem.projects)
    apart_indptr, apart, apart_bits = _apart(rules.apart, len(problem.people), m)
    rank_project, ranked, ranks = fit.ranks.by_project
    listed_project, listed, _ = fit.short_list.by_project
    return Projects(
        **_criteria(fit, policy, required=bool(rules.bits.essential)),
        most_growth=policy.most("growth"),
        answers=rules.answers,
        allows=rules.allows,
        start=spells.start,
        end=spells.end,
        percent=spells.asked,
        site=points.site,
        near=points.near if rules.near else np.ones_like(points.near),
        distance=distance_units(policy, points.kilometres),
        apart_indptr=apart_indptr,
        apart=apart,
        apart_bits=apart_bits,
        rank_indptr=_indptr(np.bincount(rank_project, minlength=m)),
        ranked=ranked.astype(np.int32),
        rank_units=rank_units(policy, ranks),
        listed_indptr=_indptr(np.bincount(listed_project, minlength=m)),
        listed=listed.astype(np.int32),
        short_list=policy.most("short_list"),
        hashes=order.project_hash,
    )


def _apart(rules: Sequence[tuple[Pairs, int]], people: int, projects: int) -> tuple[Whole, Numbers, Whole]:
    """Return who is apart from each project, sorted, and the bits of the rules that say so."""
    person, project, bits = (
        np.concatenate([np.zeros(0, np.int64), *each])
        for each in (
            [pairs.person for pairs, _ in rules],
            [pairs.project for pairs, _ in rules],
            [np.full(len(pairs), bit) for pairs, bit in rules],
        )
    )
    pair, where = np.unique(project * people + person, return_inverse=True)
    joined = np.zeros(len(pair), np.int64)
    np.bitwise_or.at(joined, where, bits)
    owner, who = np.divmod(pair, max(people, 1))
    return _indptr(np.bincount(owner, minlength=projects)), who.astype(np.int32), joined


def _criteria(fit: Fit, policy: Policy, *, required: bool) -> dict[str, NDArray[Any]]:
    """Return what projects ask, one entry for each skill of a project: a skill asked twice earns for both."""
    kinds = (fit.essential.table.tocoo(), True), (fit.asset.table.tocoo(), False)
    project = np.concatenate([table.coords[0] for table, _ in kinds]).astype(np.int64)
    skill = np.concatenate([table.coords[1] for table, _ in kinds]).astype(np.int64)
    asked = np.concatenate([table.data for table, _ in kinds])
    essential = np.concatenate([np.full(table.nnz, kind) for table, kind in kinds])
    m, skills = fit.essential.shape
    count = np.bincount(project, minlength=m)
    kind, leaders = alike(count[project], asked, essential)
    units = [
        criterion_units(policy, int(count[project[at]]), int(asked[at]), essential=bool(essential[at]))
        for at in leaders.tolist()
    ]
    told = np.array(units, dtype=np.int64).reshape(len(units), 2, TOP_LEVEL + 1)
    entry, where = np.unique(project * skills + skill, return_inverse=True)
    earned = np.zeros((len(entry), 2, TOP_LEVEL + 1), np.int64)
    np.add.at(earned, where, told[kind])
    least = np.zeros(len(entry), np.uint8)
    np.maximum.at(least, where, np.where(essential & required, asked, 0).astype(np.uint8))
    rows = np.bincount(entry // skills, minlength=m) if skills else np.zeros(m, np.int64)
    if rows.max(initial=0) > MOST_CRITERIA:
        raise ProblemError("fit.essential", "too_many", first(rows > MOST_CRITERIA), high=MOST_CRITERIA)
    return {
        "criterion_indptr": _indptr(rows),
        "skill": (entry % max(skills, 1)).astype(np.int32),
        "asked": least,
        "skill_units": np.ascontiguousarray(earned[:, 0]),
        "growth_units": np.ascontiguousarray(earned[:, 1]),
    }


def _indptr(counts: Whole) -> Whole:
    return np.concatenate((np.zeros(1, np.int64), np.cumsum(counts, dtype=np.int64)))


def _postings(levels: Levels) -> Postings:
    table = levels.table
    return Postings(
        *_post(table.indptr.astype(np.int64), table.indices.astype(np.int32, copy=False), table.data, levels.shape[1])
    )


@kernel
def _post(indptr: Whole, skill: Numbers, level: Small, skills: int) -> tuple[Whole, Numbers]:
    """Sort entries by skill and falling level, by counting."""
    starts = np.zeros(skills * 4 + 1, np.int64)
    for at in range(len(skill)):
        starts[skill[at] * 4 + 5 - level[at]] += 1
    for at in range(1, len(starts)):
        starts[at] += starts[at - 1]
    place = starts.copy()
    person = np.empty(len(skill), np.int32)
    for row in range(len(indptr) - 1):
        for at in range(indptr[row], indptr[row + 1]):
            run = skill[at] * 4 + 4 - level[at]
            person[place[run]] = row
            place[run] += 1
    return starts, person
