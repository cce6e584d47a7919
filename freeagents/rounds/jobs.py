"""Jobs of rounds."""

from __future__ import annotations

from freeagents.db.base import utc_now
from freeagents.extensions import pack
from freeagents.rounds.services import expiring, solving


def solve(*, round_id: int) -> None:
    """Solve a queued round."""
    solving.solve_round(round_id=round_id, pack=pack)


def fail_abandoned() -> None:
    """End the rounds that wait for a job that is no longer there."""
    solving.fail_abandoned()


def remind_owners() -> None:
    """Remind the owners of projects whose first day comes near."""
    expiring.remind_owners(today=utc_now().date())


def expire_stale() -> None:
    """End the projects whose first day has passed."""
    expiring.expire_stale(today=utc_now().date())
