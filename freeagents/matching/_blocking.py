"""Blocking pairs: who and which project would rather have each other than what a plan gives them."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from freeagents.matching._arrays import Flags, Hashes, Whole
from freeagents.matching._candidates import Progress, in_pieces
from freeagents.matching._compiled import kernel
from freeagents.matching._index import Index, People, Postings, Projects
from freeagents.matching._listing import MET, gather
from freeagents.matching._pairs import NONE, find, is_free, is_kind, is_near, nearest_units, skill_score, tie_bits
from freeagents.matching._parts import parts_of_pairs
from freeagents.matching._plan import Plan
from freeagents.matching._screens import Screens, screen
from freeagents.matching._views import NO_WISH, NOWHERE, as_projects_see, wish_of, wishes


@dataclass(frozen=True, eq=False, kw_only=True)
class BlockingPairs:
    """The blocking pairs of a plan among all allowed pairs that are not kept.

    A pair blocks when the person would rather have the project than what they have, and the project has a seat to fill
    or would rather have the person than the one it wants least of those chosen.

    :ivar count: how many there are.
    :ivar project: the projects that have any, by index, in canonical order.
    :ivar person: for each of them the person it wants most.
    :ivar of_project: how many each of them has.
    """

    count: int
    project: Whole
    person: Whole
    of_project: Whole


class _Wanted(NamedTuple):
    """What the plan gives both sides.

    :ivar wish: n ranks of what each person has; ``score`` and ``ties`` decide between equal ones.
    :ivar least: m scores of the person each project wants least, with ``least_ties``; −1: a seat is to be filled.
    :ivar wishes: the ranks of all applications, in their order in the index.
    """

    project: Whole
    wish: Whole
    score: Whole
    ties: Hashes
    least: Whole
    least_ties: Hashes
    wishes: Whole


def blocking_pairs(plan: Plan, executor: Executor | None = None, progress: Progress | None = None) -> BlockingPairs:
    """Return the blocking pairs of any plan; all allowed pairs are looked at.

    People want what they applied for by rank, then applications without a rank, then the rest; projects, and people
    between equals, go by the score without the rank part; tie bits decide the rest.
    """
    index = as_projects_see(plan.index)
    problem = index.problem
    wanted = _wanted(index, plan)
    places = index.order.projects[problem.free_seats[index.order.projects] > 0]
    counts, best = np.zeros(len(places), np.int64), np.full(len(places), NONE)
    look = partial(_look, wanted)
    for piece, found in in_pieces(index, look, np.arange(len(places)), (places,), executor, progress, "blocking"):
        counts[piece], best[piece] = found
    some = counts > 0
    return BlockingPairs(count=int(counts.sum()), project=places[some], person=best[some], of_project=counts[some])


def _look(wanted: _Wanted, index: Index, chosen: Whole) -> tuple[Whole, Whole]:
    """Look at the chosen projects; a piece of work that may run anywhere."""
    mask = index.mask(int(chosen[0])) if index.others else np.zeros(0, dtype=np.bool_)
    return _blocking(index.people, index.projects, index.postings, index.by_goal, index.screens, mask, chosen, wanted)


def _wanted(index: Index, plan: Plan) -> _Wanted:
    n, m = len(index.problem.people), len(index.problem.projects)
    person, project = plan.person[~plan.kept], plan.project[~plan.kept]
    score = parts_of_pairs(index, person, project).sum(axis=1)
    ties = index.order.ties(person, project)
    has = _Wanted(
        np.full(n, NONE),
        np.full(n, NOWHERE),
        np.full(n, NONE),
        np.zeros(n, np.uint64),
        np.full(m, NONE),
        np.zeros(m, np.uint64),
        wishes(index),
    )
    wish = wish_of(index, person, project)
    # Of several seats the one least wanted comes last and stays.
    wanted = np.lexsort((~ties, -score, wish))
    has.project[person[wanted]], has.wish[person[wanted]] = project[wanted], wish[wanted]
    has.score[person[wanted]], has.ties[person[wanted]] = score[wanted], ties[wanted]
    last_first = np.lexsort((ties, score, project))
    first = last_first[np.unique(project[last_first], return_index=True)[1]]
    full = first[np.bincount(project, minlength=m)[project[first]] >= index.problem.free_seats[project[first]]]
    has.least[project[full]], has.least_ties[project[full]] = score[full], ties[full]
    return has


@kernel
def _blocking(
    people: People,
    projects: Projects,
    postings: Postings,
    by_goal: Postings,
    screens: Screens,
    mask: Flags,
    chosen: Whole,
    wanted: _Wanted,
) -> tuple[Whole, Whole]:
    """Return how many people block with each chosen project, and whom of them it wants most."""
    held_indptr, held_skill, held_level = people.held_indptr, people.held_skill, people.held_level
    goal_indptr, goal_skill, kinds, bench = people.goal_indptr, people.goal_skill, people.kinds, people.bench
    spell_indptr, spells, person_hash, kept = people.spell_indptr, people.spells, people.hashes, people.kept
    point_indptr, point = people.point_indptr, people.point
    answers, allows, apart = projects.answers, projects.allows, projects.apart
    ranked, listed = projects.ranked, projects.listed
    starts, holder, goal_starts, goal_holder = postings.starts, postings.person, by_goal.starts, by_goal.person
    has_project, has_wish, has_score, has_ties = wanted.project, wanted.wish, wanted.score, wanted.ties
    all_wishes = wanted.wishes
    screen_bits, screen_of = screens.bits, screens.of
    n = len(kept)
    passing, joined = np.zeros(screen_bits.shape[1], np.uint64), np.zeros(screen_bits.shape[1], np.uint64)
    slot, level = np.zeros((len(starts) - 1) // 4, np.uint8), np.zeros(256, np.uint8)
    most, gathered = np.zeros(n, np.int32), np.arange(n).astype(np.int32)
    everybody = gathered.copy()
    counts, best = np.zeros(len(chosen), np.int64), np.full(len(chosen), NONE, np.int64)
    for number in range(len(chosen)):
        project = chosen[number]
        criteria = slice(projects.criterion_indptr[project], projects.criterion_indptr[project + 1])
        skill, asked = projects.skill[criteria], projects.asked[criteria]
        skill_units, growth_units = projects.skill_units[criteria], projects.growth_units[criteria]
        percent, start, end = projects.percent[project], projects.start[project], projects.end[project]
        site, project_hash = projects.site[project], projects.hashes[project]
        near, distance = projects.near[max(site, 0)], projects.distance[max(site, 0)]
        apart_span = projects.apart_indptr[project], projects.apart_indptr[project + 1]
        rank_span = projects.rank_indptr[project], projects.rank_indptr[project + 1]
        listed_span = projects.listed_indptr[project], projects.listed_indptr[project + 1]
        essentials, rare, fewest = 0, NONE, 0
        for criterion in range(len(skill)):
            slot[skill[criterion]] = criterion + 1
            if asked[criterion]:
                essentials += 1
                run = 4 * skill[criterion]
                holders = starts[run + 5 - asked[criterion]] - starts[run]
                if rare == NONE or holders < fewest:
                    rare, fewest = criterion, holders
        screen(screen_bits, screen_of, project, passing)
        count = gather(
            starts, holder, goal_starts, goal_holder, skill, asked, skill_units, growth_units, rare, passing, joined,
            most, gathered,
        )  # fmt: skip
        who = gathered
        if rare == NONE:
            count, who = n, everybody
        least, least_ties = wanted.least[project], wanted.least_ties[project]
        # Whoever is on the short list scores so much more, of which the sums know nothing yet.
        for at in range(listed_span[0], listed_span[1]):
            if most[listed[at]] or rare == NONE:
                most[listed[at]] = max(most[listed[at]], 1) + projects.short_list
        farthest = distance.max() if site >= 0 else 0
        top, top_ties = NONE, np.uint64(0)
        for at in range(count):
            j = who[at]
            meets, bound = most[j] // MET == essentials, max(0, most[j] % MET - 1) + bench[j]
            most[j] = 0
            if not meets or bound + farthest < least or kept[j] or has_project[j] == project:
                continue
            if site >= 0:
                bound += nearest_units(point_indptr, point, distance, j)
                if bound < least or not is_near(point_indptr, point, near, j):
                    continue
            if not is_kind(kinds, answers, allows, project, j) or (len(mask) and not mask[j]):
                continue
            if percent and not is_free(spell_indptr, spells, percent, start, end, j):
                continue
            if find(apart, apart_span[0], apart_span[1], j) != NONE:
                continue
            total = bench[j] + skill_score(
                held_indptr, held_skill, held_level, goal_indptr, goal_skill, slot, level, asked, skill_units,
                growth_units, projects.most_growth, j,
            )  # fmt: skip
            if site >= 0:
                total += nearest_units(point_indptr, point, distance, j)
            if find(listed, listed_span[0], listed_span[1], j) != NONE:
                total += projects.short_list
            if total < least:
                continue
            ties = tie_bits(person_hash[j], project_hash)
            if total == least and ties < least_ties:
                continue
            place = find(ranked, rank_span[0], rank_span[1], j)
            wish = NO_WISH if place == NONE else all_wishes[place]
            if wish > has_wish[j]:
                continue
            if wish == has_wish[j] and (total < has_score[j] or (total == has_score[j] and ties < has_ties[j])):
                continue
            counts[number] += 1
            if total > top or (total == top and ties > top_ties):
                top, top_ties, best[number] = total, ties, j
        for criterion in range(len(skill)):
            slot[skill[criterion]] = 0
    return counts, best
