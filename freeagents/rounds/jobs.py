"""Jobs of rounds."""

from __future__ import annotations

from freeagents.db.base import utc_now
from freeagents.extensions import pack
from freeagents.rounds.services import calling_off, expiring, solving


def solve(*, round_id: int) -> None:
    """Solve a queued round."""
    solving.solve_round(round_id=round_id, pack=pack)


def fail_abandoned() -> None:
    """End the rounds that wait for a job that is no longer there."""
    solving.fail_abandoned()


def tell_called_off(*, project_id: int) -> None:
    """Tell those who were matched with a project that it was cancelled."""
    calling_off.tell_called_off(project_id=project_id, today=utc_now().date(), pack=pack)


def remind_owners() -> None:
    """Remind the owners of projects whose first day comes near."""
    expiring.remind_owners(today=utc_now().date())


def expire_stale() -> None:
    """End the projects whose first day has passed."""
    expiring.expire_stale(today=utc_now().date())
