"""Works out, once a round is in review, what could be otherwise: who could take a seat, what would place or fill."""

from __future__ import annotations

from typing import Any

from sqlalchemy import cast, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert

from freeagents.country.pack import Pack
from freeagents.eligibility import bridge
from freeagents.eligibility.alternatives import alternatives
from freeagents.eligibility.nearest import nearest_seats
from freeagents.eligibility.queries import count_for_manager
from freeagents.eligibility.relaxing import fillings
from freeagents.extensions import db
from freeagents.rounds.models import EmptySeat, LeftOutPart, NextBest, Round
from freeagents.rounds.services import leaving
from freeagents.rounds.services.freezing import Frozen

ADVISED = "advised"
ALTERNATIVES = 3
"""So many of the next best people of each project are priced."""
COUNTED = 500
"""For so many projects the people who would qualify are counted as their managers may read it."""


def advise(round_id: int, answer: bridge.Answer, frozen: Frozen, pack: Pack) -> None:
    """Store all of it; commits between its parts. Nothing, where nothing has a price.

    Done twice it stores the same. The last of it notes in the round's figures that all is there.
    """
    if not answer.plan.is_priced:
        return
    _price_alternatives(round_id, answer, frozen)
    db.session.commit()
    for number, content in leaving.nearest_parts(answer.left_out, nearest_seats(frozen.case, answer), frozen.projects):
        part = (LeftOutPart.round_id == round_id, LeftOutPart.number == number)
        db.session.execute(update(LeftOutPart).where(*part).values(nearest=content))
    db.session.commit()
    seats: dict[str, list[int]] = {}
    for row in answer.unfilled:
        seats.setdefault(row.project, []).append(frozen.seats[row.project, row.seat])
    for number, (project, change) in enumerate(fillings(frozen.case, answer, pack)):
        facts: dict[str, Any] = {"filling": change and change.facts}
        if change and number < COUNTED and change.facts["change"] != "clearance":
            facts["about"] = count_for_manager(change.project).qualify
        told = EmptySeat.facts.op("||")(cast(facts, JSONB))
        here = (EmptySeat.round_id == round_id, EmptySeat.seat_id.in_(seats[project]))
        db.session.execute(update(EmptySeat).where(*here).values(facts=told))
    noted = Round.figures.op("||")(cast({ADVISED: True}, JSONB))
    db.session.execute(update(Round).where(Round.id == round_id).values(figures=noted))


def _price_alternatives(round_id: int, answer: bridge.Answer, frozen: Frozen) -> None:
    """Store who could take each project's seats next, and what that would cost the whole round."""
    ids = frozen.projects
    for project, people in alternatives(frozen.case, answer, ALTERNATIVES):
        told: list[Any] = [
            [
                who,
                seats,
                units,
                [[row, ids.get(before or "", 0), ids.get(after or "", 0)] for row, before, after in moves],
            ]
            for who, seats, units, moves in people
        ]
        db.session.execute(
            upsert(NextBest).values(round_id=round_id, project_id=ids[project], people=told).on_conflict_do_nothing()
        )
