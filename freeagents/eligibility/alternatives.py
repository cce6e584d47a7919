"""Who could take a seat instead, and what that would cost the whole round."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from freeagents.eligibility.bridge import Answer
from freeagents.eligibility.case import Case
from freeagents.matching import WhatIf


class Moved(NamedTuple):
    """A person of the case, by row, who would go from a project to another, by key; None: not placed."""

    person: int
    before: str | None
    after: str | None


class Alternative(NamedTuple):
    """Somebody who could take a seat of a project, and what that would cost the whole round.

    :ivar person: the row in the case.
    :ivar seats: how many seats fewer would be filled.
    :ivar units: by how many units less the whole would score.
    """

    person: int
    seats: int
    units: int
    moves: tuple[Moved, ...]


def alternatives(case: Case, answer: Answer, count: int) -> Iterator[tuple[str, list[Alternative]]]:
    """Yield each project with a seat that is not kept, and the people who could take one, the cheapest first.

    Nothing, where the objective is no sum that a choice could cost anything of.
    """
    if not answer.plan.is_priced:
        return
    what_if = WhatIf(answer.plan)
    keys = [project.key for project in case.projects]

    def named(project: int) -> str | None:
        return None if project < 0 else keys[project]

    for project in np.flatnonzero(answer.plan.index.problem.free_seats).tolist():
        found = what_if.next_best(project, count)
        yield (
            keys[project],
            [
                Alternative(
                    person,
                    change.seats,
                    change.units,
                    tuple(Moved(move.person, named(move.before), named(move.after)) for move in change.moves),
                )
                for person, change in found
            ],
        )
