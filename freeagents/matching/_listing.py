"""The lists: the best allowed people of each project, and the best who is not listed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from freeagents.matching._arrays import Flags, Hashes, Numbers, Small, Whole
from freeagents.matching._best import rise, sink
from freeagents.matching._compiled import kernel
from freeagents.matching._index import People, Postings, Projects, Table
from freeagents.matching._pairs import NONE, find, is_free, is_kind, is_near, nearest_units, skill_score, tie_bits
from freeagents.matching._screens import Screens, let_pass, passes, screen

MET = 1 << 22
"""Above all sums of skills and growth: at most 1000 points each."""
BINS = 512
SOME = 256


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
def _add(
    holder: Numbers, begin: int, end: int, units: int, among: Hashes, most: Numbers, gathered: Numbers, count: int
) -> int:
    """Add what a skill earns to the sums of those of a span of holders who are among others.

    :returns: how many are gathered now, with those who had no sum yet.
    """
    gain = np.int32(units)
    for at in range(begin, end):
        j = holder[at]
        if not passes(among, j):
            continue
        if most[j] != 0:
            most[j] += gain
        else:
            most[j] = 1 + gain
            gathered[count] = j
            count += 1
    return count


@kernel
def gather(
    starts: Whole,
    holder: Numbers,
    goal_starts: Whole,
    goal_holder: Numbers,
    skill: Numbers,
    asked: Small,
    skill_units: Table,
    growth_units: Table,
    first_of: int,
    passing: Hashes,
    joined: Hashes,
    most: Numbers,
    gathered: Numbers,
) -> int:
    """Add up, for those who hold a project's rarest essential skill, what all its skills can earn them at most.

    Walks the lists of holders from end to end, which costs far less for each entry than looking people up; most
    entries are of others, and a bit that says so is nearer than a sum.

    :param skill: the project's criteria; so are ``asked``, ``skill_units`` and ``growth_units``.
    :param first_of: which of them is the rarest essential skill; −1: whoever holds or wants to learn any is gathered.
    :param passing: the bits of those who pass the project's screens: nobody else is gathered.
    :param joined: scratch for bits.
    :param most: n sums so far, all 0; whoever is gathered gets one unit more than the sum, and ``MET`` for each
        essential skill that is met.
    :param gathered: room for n people.
    :returns: how many were gathered.
    """
    count, among = 0, passing
    if first_of != NONE:
        run, among = 4 * skill[first_of], joined
        for held in range(4, asked[first_of] - 1, -1):
            begin = count
            for at in range(starts[run + 4 - held], starts[run + 5 - held]):
                # Without a branch, which nobody could foresee: who does not pass is written over by the next.
                gathered[count] = holder[at]
                count += passes(passing, holder[at])
            for number in range(begin, count):
                most[gathered[number]] = 1 + skill_units[first_of, held] + MET
        joined[:] = 0
        for number in range(count):
            let_pass(joined, gathered[number])
    for criterion in range(len(skill)):
        run = 4 * skill[criterion]
        for held in range(4, max(0, asked[criterion] - 1), -1):
            if criterion == first_of:
                break
            gain = skill_units[criterion, held] + (MET if asked[criterion] else 0)
            begin, end = starts[run + 4 - held], starts[run + 5 - held]
            count = _add(holder, begin, end, gain, among, most, gathered, count)
        if growth_units[criterion, 0]:
            begin, end, gain = goal_starts[run], goal_starts[run + 4], growth_units[criterion, 0]
            count = _add(goal_holder, begin, end, gain, among, most, gathered, count)
    return count


@kernel
def _sieve(
    most: Numbers, gathered: Numbers, count: int, bench: Numbers, essentials: int, least: int, can: Numbers
) -> tuple[int, int]:
    """Keep those who meet all essential skills and can score enough, with what they can score at most; clear the sums.

    :param least: whoever can score less is left away.
    :returns: how many are left, and the most that any of them can score.
    """
    left, top = 0, 0
    for number in range(count):
        j = gathered[number]
        bound = (most[j] & (MET - 1)) - 1 + bench[j]
        gathered[left], can[left] = j, bound
        if most[j] >> 22 == essentials and bound >= least:
            left += 1
            top = max(top, bound)
        most[j] = 0
    return left, top


@kernel
def _count_bins(can: Numbers, left: int, shift: int, bins: Whole, enough: int) -> int:
    """Count who falls into each bin, the highest first, as offsets; return how many bins hold enough people.

    :param bins: scratch for BINS + 2 offsets.
    """
    bins[:] = 0
    for number in range(left):
        bins[BINS - (can[number] >> shift) + 1] += 1
    for at in range(1, len(bins)):
        bins[at] += bins[at - 1]
    high = 0
    while high <= BINS and bins[high] < enough:
        high += 1
    return high


@kernel
def _queue(
    gathered: Numbers,
    can: Numbers,
    left: int,
    shift: int,
    bins: Whole,
    low: int,
    high: int,
    queue: Numbers,
    bounds: Numbers,
) -> int:
    """Queue the people of bins ``low`` to ``high``, the latter not included; return how many."""
    count = 0
    for number in range(left):
        at = BINS - (can[number] >> shift)
        if low <= at < high:
            queue[bins[at]], bounds[bins[at]] = gathered[number], can[number]
            bins[at] += 1
            count += 1
    return count


@kernel
def list_best(
    people: People,
    projects: Projects,
    postings: Postings,
    by_goal: Postings,
    by_bench: Numbers,
    screens: Screens,
    mask: Flags,
    chosen: Whole,
    sizes: Whole,
) -> Lists:
    """List the best people of each chosen project who are not kept anywhere.

    Who could score most is looked at first, and the looking ends where nobody left can score as much as the best who is
    not listed: that bound makes skipping exact (as in MaxScore: Turtle and Flood 1995). What skills earn at most is
    added up list by list of holders.

    :param mask: whom further rules allow, for a single chosen project; empty: there are no such rules.
    :param sizes: how many to list of each.
    """
    held_indptr, held_skill, held_level = people.held_indptr, people.held_skill, people.held_level
    goal_indptr, goal_skill, kinds, bench = people.goal_indptr, people.goal_skill, people.kinds, people.bench
    spell_indptr, spells, person_hash, kept = people.spell_indptr, people.spells, people.hashes, people.kept
    point_indptr, point = people.point_indptr, people.point
    handicap, tie_shift = people.handicap, people.tie_shift
    answers, allows, apart = projects.answers, projects.allows, projects.apart
    ranked, rank_units, listed = projects.ranked, projects.rank_units, projects.listed
    starts, holder, goal_starts, goal_holder = postings.starts, postings.person, by_goal.starts, by_goal.person
    screen_bits, screen_of = screens.bits, screens.of
    n = len(kept)
    passing, joined = np.zeros(screen_bits.shape[1], np.uint64), np.zeros(screen_bits.shape[1], np.uint64)
    slot, level = np.zeros((len(starts) - 1) // 4, np.uint8), np.zeros(256, np.uint8)
    most, seen = np.zeros(n, np.int32), np.zeros(n, np.int32)
    gathered, can = np.empty(n, np.int32), np.empty(n, np.int32)
    # Whoever is looked at first may be queued once more by bound.
    queue, bounds, bins = np.empty(2 * n, np.int32), np.empty(2 * n, np.int32), np.zeros(BINS + 2, np.int64)
    indptr = np.zeros(len(chosen) + 1, np.int64)
    longest = sizes.sum()
    list_person, list_score = np.empty(longest, np.int32), np.empty(longest, np.int64)
    list_ties, list_hash = np.empty(longest, np.uint64), np.empty(longest, np.uint64)
    cuts, cuts_ties = np.full(len(chosen), NONE, np.int64), np.zeros(len(chosen), np.uint64)
    for number in range(len(chosen)):
        project, size = chosen[number], sizes[number]
        criteria = slice(projects.criterion_indptr[project], projects.criterion_indptr[project + 1])
        skill, asked = projects.skill[criteria], projects.asked[criteria]
        skill_units, growth_units = projects.skill_units[criteria], projects.growth_units[criteria]
        percent, start, end = projects.percent[project], projects.start[project], projects.end[project]
        site, project_hash = projects.site[project], projects.hashes[project]
        near, distance = projects.near[max(site, 0)], projects.distance[max(site, 0)]
        farthest = distance.max() if site >= 0 else 0
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
        # Whoever applied or is on the short list can score more than skills tell, and is looked at first.
        special = 0
        for at in range(rank_span[0], rank_span[1]):
            if most[ranked[at]] >> 22 == essentials:
                queue[special], seen[ranked[at]] = ranked[at], number + 1
                special += 1
        for at in range(listed_span[0], listed_span[1]):
            if most[listed[at]] >> 22 == essentials and seen[listed[at]] != number + 1:
                queue[special], seen[listed[at]] = listed[at], number + 1
                special += 1
        queued, left, shift, shown = 2 * n, 0, 0, 0
        # The best so far are a heap with the worst of them first.
        first = indptr[number]
        own = slice(first, first + size)
        best, score, ties, hashes = list_person[own], list_score[own], list_ties[own], list_hash[own]
        filled, cut, cut_ties = 0, NONE, np.uint64(0)
        at = -1
        while True:
            at += 1
            if at == special:
                least = cut - farthest if filled == size else NONE
                left, top = _sieve(most, gathered, count, bench, essentials, least, can)
                shift = 0
                while top >> shift > BINS:
                    shift += 1
                # Hardly ever are more people looked at than these; the others are queued if they are.
                shown = _count_bins(can, left, shift, bins, SOME + 4 * size)
                queued = special + _queue(gathered, can, left, shift, bins, 0, shown, queue[special:], bounds[special:])
            if at == queued and queued < special + left:
                queued += _queue(gathered, can, left, shift, bins, shown, BINS + 1, queue[special:], bounds[special:])
            if at < special:
                j = queue[at]
            elif at < queued:
                j = queue[at]
                if filled == size and bounds[at] + farthest < cut:
                    if ((bounds[at] >> shift) + 1 << shift) + farthest < cut:
                        # Nobody further on can score more either.
                        at, left = queued - 1, 0
                    continue
                if seen[j] == number + 1:
                    continue
                seen[j] = number + 1
            elif rare == NONE and at < queued + n:
                j = by_bench[at - queued]
                if filled == size and bench[j] + farthest < cut:
                    break
                if seen[j] == number + 1:
                    continue
            else:
                break
            if kept[j] or not is_kind(kinds, answers, allows, project, j) or (len(mask) and not mask[j]):
                continue
            if percent and not is_free(spell_indptr, spells, percent, start, end, j):
                continue
            if site >= 0 and not is_near(point_indptr, point, near, j):
                continue
            if find(apart, apart_span[0], apart_span[1], j) != NONE:
                continue
            total = bench[j] + skill_score(
                held_indptr,
                held_skill,
                held_level,
                goal_indptr,
                goal_skill,
                slot,
                level,
                asked,
                skill_units,
                growth_units,
                projects.most_growth,
                j,
            )
            if site >= 0:
                total += nearest_units(point_indptr, point, distance, j)
            place = find(ranked, rank_span[0], rank_span[1], j)
            if place != NONE:
                total += rank_units[place]
            if find(listed, listed_span[0], listed_span[1], j) != NONE:
                total += projects.short_list
            if filled == size and total < score[0] and total < cut:
                continue
            tie = tie_bits(person_hash[j], project_hash)
            if len(handicap):
                tie = (tie >> tie_shift) + handicap[j]
            if filled < size:
                best[filled], score[filled], ties[filled], hashes[filled] = j, total, tie, person_hash[j]
                rise(best, score, ties, hashes, filled)
                filled += 1
                continue
            better = total > score[0]
            if total == score[0]:
                better = tie > ties[0] or (tie == ties[0] and person_hash[j] < hashes[0])
            if better:
                total, score[0] = score[0], total
                tie, ties[0] = ties[0], tie
                best[0], hashes[0] = j, person_hash[j]
                sink(best, score, ties, hashes, 0, filled)
            if total > cut or (total == cut and tie > cut_ties):
                cut, cut_ties = total, tie
        cuts[number], cuts_ties[number] = cut, cut_ties
        indptr[number + 1] = first + filled
        for last in range(filled - 1, 0, -1):
            best[0], best[last] = best[last], best[0]
            score[0], score[last] = score[last], score[0]
            ties[0], ties[last] = ties[last], ties[0]
            hashes[0], hashes[last] = hashes[last], hashes[0]
            sink(best, score, ties, hashes, 0, last)
        for criterion in range(len(skill)):
            slot[skill[criterion]] = 0
    used = indptr[len(chosen)]
    return Lists(indptr, list_person[:used].copy(), list_score[:used].copy(), list_ties[:used].copy(), cuts, cuts_ties)
