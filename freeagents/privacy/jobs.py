"""Jobs that keep to what was promised about data."""

from __future__ import annotations

from freeagents.db.base import utc_now
from freeagents.privacy.services import keeping


def forget() -> None:
    """Delete what has been kept long enough."""
    keeping.forget(now=utc_now())
