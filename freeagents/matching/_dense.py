"""The flow on a table of weights, for rounds in which nearly every pair is allowed or everybody wants the same."""

from __future__ import annotations

import numpy as np

from freeagents.matching._arrays import Whole
from freeagents.matching._compiled import kernel

NOBODY = -1
NOT_ALLOWED = -(1 << 62)


@kernel
def _relax(weight: Whole, worth: Whole, gain: int, project: int, label: Whole, by_project: Whole) -> None:
    """Raise the labels of people to what a chain through the project adds; all in one sweep without branches."""
    for j in range(len(label)):
        most = gain + weight[j] - worth[j]
        better = most > label[j]
        label[j] = most if better else label[j]
        by_project[j] = project if better else by_project[j]


@kernel
def _best(label: Whole, open_to: Whole, at: Whole, least: int) -> int:
    """Return who has the greatest label above the least among people still open, rather one who is free; −1: nobody."""
    top = least
    for j in range(len(label)):
        top = max(top, label[j] if open_to[j] else least)
    if top == least:
        return NOBODY
    best = NOBODY
    for j in range(len(label)):
        if open_to[j] and label[j] == top:
            best = j
            if at[j] == NOBODY:
                break
    return best


@kernel
def place_in_table(weight: Whole, capacity: Whole, order: Whole) -> tuple[Whole, Whole, Whole]:
    """Place people as :func:`freeagents.matching._flow.place` does, sweeping whole rows of a table.

    :param weight: projects × people, above zero; ``NOT_ALLOWED`` where a pair is not.
    :param order: the projects in the order in which they take their people.
    :returns: for each person the project (−1: none); prices of projects; worths of people.
    """
    projects, people = weight.shape
    at = np.full(people, NOBODY, np.int64)
    base = np.zeros(projects + 1, np.int64)
    base[1:] = np.cumsum(capacity)
    sitting = np.full(base[projects], NOBODY, np.int64)
    seat_of = np.zeros(people, np.int64)
    filled = np.zeros(projects, np.int64)
    price, worth = np.zeros(projects, np.int64), np.zeros(people, np.int64)
    label, by_project, open_to = np.zeros(people, np.int64), np.zeros(people, np.int64), np.ones(people, np.int64)
    reach, through, found = np.zeros(projects, np.int64), np.zeros(projects, np.int64), np.zeros(projects, np.int64)
    for start in order:
        price[start] = max(0, weight[start].max())
        for _ in range(capacity[start] if price[start] else 0):
            reach[start], found[0], count = price[start], start, 1
            label[:] = 0
            open_to[:] = 1
            end, end_person, drops = 0, NOBODY, False
            project, gain = start, 0
            while project != NOBODY:
                for seat in range(base[project], base[project] + filled[project]):
                    open_to[sitting[seat]] = 0
                _relax(weight[project], worth, gain, project, label, by_project)
                project = NOBODY
                j = _best(label, open_to, at, end)
                if j != NOBODY and at[j] == NOBODY:
                    end, end_person, drops = label[j], j, False
                elif j != NOBODY:
                    project = at[j]
                    reach[project], through[project], found[count] = label[j], j, project
                    count += 1
                    gain = label[j] - price[project]
                    if gain > end:
                        end, end_person, drops = gain, j, True
            for number in range(count):
                project = found[number]
                fall = reach[project] - end
                price[project] -= fall
                for seat in range(base[project], base[project] + filled[project]):
                    worth[sitting[seat]] += fall
            if end_person == NOBODY:
                break
            j = end_person
            if drops:
                project = at[j]
                filled[project] -= 1
                last = sitting[base[project] + filled[project]]
                sitting[seat_of[j]], seat_of[last] = last, seat_of[j]
            while True:
                project = by_project[j]
                at[j] = project
                seat = base[start] + filled[start] if project == start else seat_of[through[project]]
                sitting[seat], seat_of[j] = j, seat
                if project == start:
                    break
                j = through[project]
            filled[start] += 1
    return at, price, worth
