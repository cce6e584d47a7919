"""Jobs of profiles."""

from __future__ import annotations

from freeagents.db.base import utc_now
from freeagents.profiles import services


def remind_of_ends() -> None:
    """Remind people of what on their profile ends soon."""
    services.remind_of_ends(today=utc_now().date())
