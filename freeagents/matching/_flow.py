"""The flow: seats to people by successive shortest paths, with prices; weights are pairs compared in order."""

from __future__ import annotations

import numpy as np

from freeagents.matching._arrays import Numbers, Whole
from freeagents.matching._compiled import above, kernel

NOBODY = -1


@kernel
def push(heap1: Whole, heap2: Whole, item: Numbers, size: int, key1: int, key2: int, value: int) -> None:
    """Put an item on a heap of which the greatest key is first."""
    at = size
    while at > 0:
        up = (at - 1) >> 1
        if not above(key1, key2, heap1[up], heap2[up]):
            break
        heap1[at], heap2[at], item[at] = heap1[up], heap2[up], item[up]
        at = up
    heap1[at], heap2[at], item[at] = key1, key2, value


@kernel
def pop(heap1: Whole, heap2: Whole, item: Numbers, size: int) -> None:
    """Take the first item off a heap of the given size."""
    last = size - 1
    key1, key2, value = heap1[last], heap2[last], item[last]
    at = 0
    while True:
        child = 2 * at + 1
        if child >= last:
            break
        if child + 1 < last and above(heap1[child + 1], heap2[child + 1], heap1[child], heap2[child]):
            child += 1
        if not above(heap1[child], heap2[child], key1, key2):
            break
        heap1[at], heap2[at], item[at] = heap1[child], heap2[child], item[child]
        at = child
    heap1[at], heap2[at], item[at] = key1, key2, value


@kernel
def place(
    indptr: Whole,
    person: Numbers,
    weight1: Whole,
    weight2: Whole,
    capacity: Whole,
    order: Whole,
    people: int,
    group: Numbers,
    room: Whole,
    most_scans: int,
) -> tuple[Numbers, Whole, Whole, Whole, Whole, int]:
    """Place people so that the sum of weights is as great as can be.

    Successive shortest paths (Jewell 1962; Tomizawa 1971) over projects: each seat in turn takes the person who adds
    most, directly or through a chain of moves. With prices *u* of projects and worths *v* of people kept feasible, a
    chain is found by Dijkstra's algorithm on reduced weights; since pairs stand by falling weight, a project's row is
    read only as far as its first person who is free.

    Where a group of people has no room left, somebody free comes in the stead of somebody placed of the same group, who
    is placed no more: the chain goes through the group. A group with all its room taken has a price, which is part of
    the worth of those placed.

    :param indptr: p + 1 offsets of each project's pairs, which stand by falling weight.
    :param person: e people, 0 … q − 1.
    :param weight1: e weights above zero; ``weight2`` decides between equal ones.
    :param order: the projects with pairs, in the order in which they take their people.
    :param group: q groups of people, −1: in none; empty: nobody is in any.
    :param room: how many people of each group may be placed.
    :param most_scans: give up after so many pairs looked at.
    :returns: for each person the pair placed (−1: none); prices of projects as two arrays; worths of people, and
        after them prices of groups, as two arrays; how many pairs were looked at (above ``most_scans``: given up).
    """
    projects, groups, limited = len(capacity), len(room), len(room) > 0
    pair_of = np.full(people, NOBODY, np.int32)
    at = np.full(people, NOBODY, np.int32)
    # Who sits on each project's seats, the first ``filled`` of them.
    base = np.zeros(projects + 1, np.int64)
    base[1:] = np.cumsum(capacity)
    sitting = np.full(base[projects], NOBODY, np.int32)
    seat_of = np.zeros(people, np.int64)
    filled = np.zeros(projects, np.int64)
    # Who is placed of each group, the first ``used`` of its room.
    first = np.zeros(groups + 1, np.int64)
    first[1:] = np.cumsum(room)
    members = np.full(first[groups], NOBODY, np.int32)
    member_at = np.zeros(people if limited else 0, np.int64)
    used = np.zeros(groups, np.int64)
    # In labels and worths groups stand behind people, among what is reached they stand behind projects.
    both, nodes = people + groups, projects + groups
    price1, price2 = np.zeros(projects, np.int64), np.zeros(projects, np.int64)
    worth1, worth2 = np.zeros(both, np.int64), np.zeros(both, np.int64)
    # Labels of the present search: the most that a chain through the person, or the project, can add.
    labelled, label1, label2 = np.zeros(both, np.int64), np.zeros(both, np.int64), np.zeros(both, np.int64)
    reached, reach1, reach2 = np.zeros(nodes, np.int64), np.zeros(nodes, np.int64), np.zeros(nodes, np.int64)
    by_pair, by_project = np.zeros(both, np.int32), np.zeros(both, np.int32)
    through, found = np.zeros(projects, np.int32), np.zeros(nodes, np.int32)
    heap1, heap2, heap = np.zeros(64, np.int64), np.zeros(64, np.int64), np.zeros(64, np.int32)
    step, scans = 0, 0
    for start in order:
        price1[start], price2[start] = weight1[indptr[start]], weight2[indptr[start]]
        for _ in range(capacity[start]):
            step += 1
            reached[start], reach1[start], reach2[start] = step, price1[start], price2[start]
            found[0], count, size = start, 1, 0
            # The best end so far: leaving the seat empty adds nothing.
            end1, end2, end_person, drops = 0, 0, NOBODY, False
            project, gain1, gain2 = start, 0, 0
            while project != NOBODY:
                for pair in range(indptr[project], indptr[project + 1]):
                    scans += 1
                    most1, most2 = gain1 + weight1[pair], gain2 + weight2[pair]
                    if not above(most1, most2, end1, end2):
                        break
                    j = person[pair]
                    if at[j] == NOBODY:
                        if not limited or group[j] == NOBODY or used[group[j]] < room[group[j]]:
                            end1, end2, end_person, drops = most1, most2, j, False
                            by_pair[j], by_project[j] = pair, project
                            break
                        j = np.int32(people + group[j])
                    elif reached[at[j]] == step:
                        continue
                    most1 -= worth1[j]
                    most2 -= worth2[j]
                    if not above(most1, most2, end1, end2):
                        continue
                    if labelled[j] == step and not above(most1, most2, label1[j], label2[j]):
                        continue
                    labelled[j], label1[j], label2[j] = step, most1, most2
                    by_pair[j], by_project[j] = pair, project
                    if size == len(heap):
                        heap1 = np.append(heap1, np.zeros(size, np.int64))
                        heap2 = np.append(heap2, np.zeros(size, np.int64))
                        heap = np.append(heap, np.zeros(size, np.int32))
                    push(heap1, heap2, heap, size, most1, most2, j)
                    size += 1
                # Next comes the project of the person with the greatest label, while that is above the best end.
                project = NOBODY
                while size > 0 and above(heap1[0], heap2[0], end1, end2):
                    j, key1, key2 = heap[0], heap1[0], heap2[0]
                    pop(heap1, heap2, heap, size)
                    size -= 1
                    if j >= people:
                        # Each who is placed of a group may give way to who is free.
                        g, node = j - people, projects + j - people
                        if reached[node] == step:
                            continue
                        reached[node], reach1[node], reach2[node] = step, key1, key2
                        found[count] = node
                        count += 1
                        if size + used[g] > len(heap):
                            heap1 = np.append(heap1, np.zeros(size + used[g], np.int64))
                            heap2 = np.append(heap2, np.zeros(size + used[g], np.int64))
                            heap = np.append(heap, np.zeros(size + used[g], np.int32))
                        for number in range(first[g], first[g] + used[g]):
                            k = members[number]
                            most1, most2 = key1 + worth1[j] - worth1[k], key2 + worth2[j] - worth2[k]
                            if reached[at[k]] == step or not above(most1, most2, end1, end2):
                                continue
                            if labelled[k] == step and not above(most1, most2, label1[k], label2[k]):
                                continue
                            labelled[k], label1[k], label2[k] = step, most1, most2
                            by_pair[k], by_project[k] = by_pair[j], by_project[j]
                            push(heap1, heap2, heap, size, most1, most2, k)
                            size += 1
                        continue
                    if reached[at[j]] == step:
                        continue
                    project = at[j]
                    reached[project], reach1[project], reach2[project] = step, key1, key2
                    through[project], found[count] = j, project
                    count += 1
                    gain1, gain2 = key1 - price1[project], key2 - price2[project]
                    if above(gain1, gain2, end1, end2):
                        end1, end2, end_person, drops = gain1, gain2, j, True
                    break
                if scans > most_scans:
                    return pair_of, price1, price2, worth1, worth2, scans
            for number in range(count):
                project = found[number]
                fall1, fall2 = reach1[project] - end1, reach2[project] - end2
                if not above(fall1, fall2, 0, 0):
                    continue
                if project >= projects:
                    worth1[people + project - projects] += fall1
                    worth2[people + project - projects] += fall2
                    continue
                price1[project] -= fall1
                price2[project] -= fall2
                for seat in range(base[project], base[project] + filled[project]):
                    worth1[sitting[seat]] += fall1
                    worth2[sitting[seat]] += fall2
            if end_person == NOBODY:
                # Nobody adds anything, nor would anybody to a further seat of the project.
                break
            j = end_person
            if drops:
                project = at[j]
                filled[project] -= 1
                last = sitting[base[project] + filled[project]]
                sitting[seat_of[j]], seat_of[last] = last, seat_of[j]
            while True:
                project, pair = by_project[j], by_pair[j]
                taker = person[pair]
                if taker != j:
                    # Somebody free of the group comes in the stead of j.
                    members[member_at[j]], member_at[taker] = taker, member_at[j]
                    worth1[taker], worth2[taker], worth1[j], worth2[j] = worth1[j], worth2[j], 0, 0
                    pair_of[j], at[j] = NOBODY, NOBODY
                elif limited and at[j] == NOBODY and group[j] != NOBODY:
                    g = group[j]
                    member_at[j] = first[g] + used[g]
                    members[member_at[j]] = j
                    used[g] += 1
                pair_of[taker], at[taker] = pair, project
                seat = base[start] + filled[start] if project == start else seat_of[through[project]]
                sitting[seat], seat_of[taker] = taker, seat
                if project == start:
                    break
                j = through[project]
            filled[start] += 1
    return pair_of, price1, price2, worth1, worth2, scans
