"""Jobs of accounts."""

from __future__ import annotations

from freeagents.accounts.services import leaving


def end_leavers() -> None:
    """Close what is still open of people whose last day has passed."""
    leaving.end_leavers()
