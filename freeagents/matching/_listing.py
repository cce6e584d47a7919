"""The lists: the best allowed people of each project, and the best who is not listed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from freeagents.matching._arrays import Flags, Hashes, Small, Whole
from freeagents.matching._compiled import kernel
from freeagents.matching._index import Bits, Numbers, People, Postings, Projects
from freeagents.matching._keys import mixed

REFUSED = -1
NONE = -1


class Lists(NamedTuple):
    """The best allowed people of some projects, from the best down.

    :ivar indptr: offsets of each project's list.
    :ivar person: people by index.
    :ivar score: scores in units.
    :ivar ties: tie bits, which decide between equal scores.
    :ivar cut: for each project the best score not listed; −1: everybody allowed is listed.
    :ivar cut_ties: its tie bits.
    """

    indptr: Whole
    person: Numbers
    score: Whole
    ties: Hashes
    cut: Whole
    cut_ties: Hashes


@kernel
def find(people: Numbers, first: int, last: int, person: int) -> int:
    """Return where a person stands in a sorted span; −1: not in it."""
    end = last
    while first < last:
        middle = (first + last) >> 1
        if people[middle] < person:
            first = middle + 1
        else:
            last = middle
    return first if first < end and people[first] == person else NONE


@kernel
def tie_bits(person_hash: np.uint64, project_hash: np.uint64) -> np.uint64:
    """Return 64 tie bits of a pair."""
    return mixed(mixed(person_hash) + project_hash)


@kernel
def is_free(people: People, projects: Projects, project: int, person: int) -> bool:
    """Return whether the person is free on every day, at the asked share."""
    if not projects.percent[project]:
        return True
    days = 0
    for spell in range(people.spell_indptr[person], people.spell_indptr[person + 1]):
        if people.spell_percent[spell] >= projects.percent[project]:
            first = max(people.spell_first[spell], projects.start[project])
            days += max(0, min(people.spell_last[spell], projects.end[project]) - first + 1)
    return days == projects.end[project] - projects.start[project] + 1


@kernel
def is_near(people: People, projects: Projects, project: int, person: int) -> bool:
    """Return whether one of the person's places is near enough, if there are any and the project has one."""
    site, first, last = projects.site[project], people.point_indptr[person], people.point_indptr[person + 1]
    if site < 0 or first == last:
        return True
    for at in range(first, last):
        if projects.near[site, people.point[at]]:
            return True
    return False


@kernel
def is_allowed(people: People, projects: Projects, project: int, person: int) -> bool:
    """Return whether all rules but essential skills allow a pair."""
    for rule in range(projects.answers.shape[1]):
        if not projects.allows[projects.answers[project, rule] + people.kinds[person, rule]]:
            return False
    if not is_free(people, projects, project, person) or not is_near(people, projects, project, person):
        return False
    first, last = projects.apart_indptr[project], projects.apart_indptr[project + 1]
    return first == last or find(projects.apart, first, last, person) == NONE


@kernel
def failing(people: People, projects: Projects, bits: Bits, slot: Small, level: Small, project: int, person: int) -> int:
    """Return the bits of all rules that do not allow a pair. ``slot`` and ``level`` are as in :func:`skill_score`."""
    failed = np.int64(0)
    for rule in range(projects.answers.shape[1]):
        if not projects.allows[projects.answers[project, rule] + people.kinds[person, rule]]:
            failed |= bits.tabled[rule]
    if bits.free and not is_free(people, projects, project, person):
        failed |= bits.free
    if bits.near and not is_near(people, projects, project, person):
        failed |= bits.near
    at = find(projects.apart, projects.apart_indptr[project], projects.apart_indptr[project + 1], person)
    if at != NONE:
        failed |= projects.apart_bits[at]
    if bits.essential and skill_score(people, projects, project, slot, level, person) == REFUSED:
        failed |= bits.essential
    return failed


@kernel
def skill_score(people: People, projects: Projects, project: int, slot: Small, level: Small, person: int) -> int:
    """Return the skills and growth parts of a pair, −1 where an essential skill is not held as asked.

    :param slot: for each skill one more than its place among the project's criteria; 0: it is none.
    :param level: scratch for the held levels of the project's criteria.
    """
    begin, end = projects.criterion_indptr[project], projects.criterion_indptr[project + 1]
    for criterion in range(end - begin):
        level[criterion] = 0
    for at in range(people.held_indptr[person], people.held_indptr[person + 1]):
        place = slot[people.held_skill[at]]
        if place:
            level[place - 1] = people.held_level[at]
    score = 0
    for criterion in range(begin, end):
        held = level[criterion - begin]
        if held < projects.asked[criterion]:
            return REFUSED
        score += projects.skill_units[criterion, held]
    growth = 0
    for at in range(people.goal_indptr[person], people.goal_indptr[person + 1]):
        place = slot[people.goal_skill[at]]
        if place:
            growth += projects.growth_units[begin + place - 1, level[place - 1]]
    return score + min(growth, projects.most_growth)


@kernel
def pair_score(people: People, projects: Projects, project: int, skills: int, person: int) -> int:
    """Return the score of an allowed pair, given its skills and growth parts."""
    score = skills + people.bench[person]
    site = projects.site[project]
    if site >= 0:
        best = 0
        for at in range(people.point_indptr[person], people.point_indptr[person + 1]):
            best = max(best, projects.distance[site, people.point[at]])
        score += best
    first, last = projects.rank_indptr[project], projects.rank_indptr[project + 1]
    if first < last:
        at = find(projects.ranked, first, last, person)
        if at != NONE:
            score += projects.rank_units[at]
    first, last = projects.listed_indptr[project], projects.listed_indptr[project + 1]
    if first < last and find(projects.listed, first, last, person) != NONE:
        score += projects.short_list
    return score


@kernel
def _worse(score: Whole, ties: Hashes, hashes: Hashes, one: int, other: int) -> bool:
    """Return whether the entry at one place of a list is worse than that at another."""
    if score[one] != score[other]:
        return score[one] < score[other]
    if ties[one] != ties[other]:
        return ties[one] < ties[other]
    return hashes[one] > hashes[other]


@kernel
def _sink(person: Numbers, score: Whole, ties: Hashes, hashes: Hashes, at: int, last: int) -> None:
    """Let an entry sink to its place in a heap that has its worst entry first."""
    while True:
        child = 2 * at + 1
        if child >= last:
            return
        if child + 1 < last and _worse(score, ties, hashes, child + 1, child):
            child += 1
        if not _worse(score, ties, hashes, child, at):
            return
        person[at], person[child] = person[child], person[at]
        score[at], score[child] = score[child], score[at]
        ties[at], ties[child] = ties[child], ties[at]
        hashes[at], hashes[child] = hashes[child], hashes[at]
        at = child


@kernel
def _rise(person: Numbers, score: Whole, ties: Hashes, hashes: Hashes, at: int) -> None:
    """Let the entry at the end of such a heap rise to its place."""
    while at > 0:
        up = (at - 1) >> 1
        if not _worse(score, ties, hashes, at, up):
            return
        person[at], person[up] = person[up], person[at]
        score[at], score[up] = score[up], score[at]
        ties[at], ties[up] = ties[up], ties[at]
        hashes[at], hashes[up] = hashes[up], hashes[at]
        at = up


@kernel
def rarest(projects: Projects, postings: Postings, project: int) -> tuple[int, int, bool]:
    """Return the span of postings of the rarest essential skill, and whether any is asked."""
    first, last, asks = 0, 0, False
    for criterion in range(projects.criterion_indptr[project], projects.criterion_indptr[project + 1]):
        if projects.asked[criterion]:
            run = 4 * projects.skill[criterion]
            begin, end = postings.starts[run], postings.starts[run + 5 - projects.asked[criterion]]
            if not asks or end - begin < last - first:
                first, last, asks = begin, end, True
    return first, last, asks


@kernel
def list_best(  # noqa: PLR0913, PLR0917 - kernels take flat arguments
    people: People,
    projects: Projects,
    postings: Postings,
    by_goal: Postings,
    by_bench: Numbers,
    mask: Flags,
    chosen: Whole,
    sizes: Whole,
) -> Lists:
    """List the best people of each chosen project who are not kept anywhere.

    Where a project asks essential skills, everybody who holds the rarest of them is looked at. Otherwise those who
    hold or want to learn an asset, applied or are on the short list come first, then the others by falling bench
    part, until what is left can score no more than the best who is not listed: that bound is what makes skipping exact
    (as in MaxScore, Turtle and Flood 1995).

    :param mask: whom further rules allow, for a single chosen project; empty: there are no such rules.
    :param sizes: how many to list of each.
    """
    skills = (len(postings.starts) - 1) // 4
    slot, level = np.zeros(skills, np.uint8), np.zeros(256, np.uint8)
    seen = np.zeros(len(people.hashes), np.int32)
    longest = sizes.sum()
    indptr = np.zeros(len(chosen) + 1, np.int64)
    list_person, list_score = np.empty(longest, np.int32), np.empty(longest, np.int64)
    list_ties = np.empty(longest, np.uint64)
    cut, cut_ties = np.full(len(chosen), NONE, np.int64), np.zeros(len(chosen), np.uint64)
    room = sizes.max() if len(sizes) else 0
    person, score = np.empty(room, np.int32), np.empty(room, np.int64)
    ties, hashes = np.empty(room, np.uint64), np.empty(room, np.uint64)
    for number in range(len(chosen)):
        project, size, filled = chosen[number], sizes[number], 0
        begin, end = projects.criterion_indptr[project], projects.criterion_indptr[project + 1]
        for criterion in range(begin, end):
            slot[projects.skill[criterion]] = criterion - begin + 1
        first, last, asks = rarest(projects, postings, project)
        farthest = 0
        if projects.site[project] >= 0:
            for point in range(projects.distance.shape[1]):
                farthest = max(farthest, projects.distance[projects.site[project], point])
        # Sources of people in turn: one list of an essential skill, or all lists that earn something, then everybody.
        sources = 1 if asks else 2 * (end - begin) + 3
        for source in range(sources):
            if asks:
                source_people = postings.person
            elif source < 2 * (end - begin):
                lists = postings if source % 2 == 0 else by_goal
                run = 4 * projects.skill[begin + source // 2]
                first, last, source_people = lists.starts[run], lists.starts[run + 4], lists.person
            elif source == 2 * (end - begin):
                first, last, source_people = projects.rank_indptr[project], projects.rank_indptr[project + 1], projects.ranked
            elif source == 2 * (end - begin) + 1:
                first, last = projects.listed_indptr[project], projects.listed_indptr[project + 1]
                source_people = projects.listed
            else:
                first, last, source_people = 0, len(by_bench), by_bench
            everybody = not asks and source == sources - 1
            for at in range(first, last):
                j = source_people[at]
                if everybody and filled == size and people.bench[j] + farthest <= cut[number]:
                    # Equal scores need no look either: the cut's tie bits are raised to the greatest there are.
                    if people.bench[j] + farthest == cut[number]:
                        cut_ties[number] = np.uint64(0xFFFFFFFFFFFFFFFF)
                    break
                if not asks:
                    if seen[j] == number + 1:
                        continue
                    seen[j] = number + 1
                if people.kept[j] or not is_allowed(people, projects, project, j):
                    continue
                if len(mask) and not mask[j]:
                    continue
                earned = skill_score(people, projects, project, slot, level, j)
                if earned == REFUSED:
                    continue
                total = pair_score(people, projects, project, earned, j)
                if filled == size and total < score[0]:
                    if total > cut[number]:
                        cut[number], cut_ties[number] = total, tie_bits(people.hashes[j], projects.hashes[project])
                    elif total == cut[number]:
                        cut_ties[number] = max(cut_ties[number], tie_bits(people.hashes[j], projects.hashes[project]))
                    continue
                tie = tie_bits(people.hashes[j], projects.hashes[project])
                if filled < size:
                    person[filled], score[filled], ties[filled], hashes[filled] = j, total, tie, people.hashes[j]
                    _rise(person, score, ties, hashes, filled)
                    filled += 1
                    continue
                out_score, out_tie = total, tie
                if total > score[0] or tie > ties[0] or (tie == ties[0] and people.hashes[j] < hashes[0]):
                    out_score, out_tie = score[0], ties[0]
                    person[0], score[0], ties[0], hashes[0] = j, total, tie, people.hashes[j]
                    _sink(person, score, ties, hashes, 0, filled)
                if out_score > cut[number] or (out_score == cut[number] and out_tie > cut_ties[number]):
                    cut[number], cut_ties[number] = out_score, out_tie
        indptr[number + 1] = indptr[number] + filled
        while filled > 0:
            place = indptr[number] + filled - 1
            list_person[place], list_score[place], list_ties[place] = person[0], score[0], ties[0]
            filled -= 1
            person[0], score[0], ties[0], hashes[0] = person[filled], score[filled], ties[filled], hashes[filled]
            _sink(person, score, ties, hashes, 0, filled)
        for criterion in range(begin, end):
            slot[projects.skill[criterion]] = 0
    used = indptr[len(chosen)]
    return Lists(indptr, list_person[:used].copy(), list_score[:used].copy(), list_ties[:used].copy(), cut, cut_ties)
