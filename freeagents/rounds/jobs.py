"""Jobs of rounds."""

from __future__ import annotations

from freeagents.extensions import pack
from freeagents.rounds.services import solving


def solve(*, round_id: int) -> None:
    """Solve a queued round."""
    solving.solve_round(round_id=round_id, pack=pack)


def fail_abandoned() -> None:
    """End the rounds that wait for a job that is no longer there."""
    solving.fail_abandoned()
