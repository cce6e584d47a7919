"""Jobs of accounts."""

from __future__ import annotations

from freeagents.accounts.services import leaving, links


def end_leavers() -> None:
    """Close what is still open of people whose last day has passed."""
    leaving.end_leavers()


def send_reset(person_id: int) -> None:
    """Send the link that sets a new password."""
    links.send_reset(person_id=person_id)
