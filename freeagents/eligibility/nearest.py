"""What would have placed whoever was left out: the smallest change of their own, and the seat it leads to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from freeagents.eligibility.arrays import Arrays
from freeagents.eligibility.bridge import Answer
from freeagents.eligibility.case import Case
from freeagents.matching import WhatIf, nearest

CHANGEABLE = ("work_mode", "place", "availability", "languages", "clearance")
"""The rules that look at what people can state or change themselves, what is easier first; skills come before all."""


def nearest_seats(case: Case, answer: Answer) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the row of each person left out whom a single change would place, with its facts.

    ``project`` is where, by key, and ``alike``, where it is there, how many other projects would do as well. The change
    is ``skill``, a code, at ``level``, or a ``rule`` that is all that stands in the way. Nothing, where nothing
    has a price.
    """
    if not answer.plan.is_priced:
        return
    people, keys, skills = answer.left_out.person, [project.key for project in case.projects], Arrays(case).skills
    everybody = np.ones(len(case.people), dtype=np.bool_)
    # Time that is promised elsewhere is nobody's to state as free.
    unbound = np.diff(case.people.lists["committed"].indptr) == 0
    flags = {code: unbound if code == "availability" else everybody for code in CHANGEABLE}
    found = nearest(WhatIf(answer.plan), people, flags)
    there = np.flatnonzero(found.project >= 0)
    columns = (column[there].tolist() for column in found)
    for row, project, skill, level, rule, alike in zip(people[there].tolist(), *columns, strict=True):
        change = {"skill": skills[skill], "level": level} if skill >= 0 else {"rule": CHANGEABLE[rule]}
        yield row, {"project": keys[project], **change} | ({"alike": alike} if alike else {})
