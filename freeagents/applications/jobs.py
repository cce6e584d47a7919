"""Jobs of applications."""

from __future__ import annotations

from datetime import datetime

from freeagents.applications import services
from freeagents.db.base import utc_now
from freeagents.extensions import pack


def tell_answers(*, at: str) -> None:
    """Tell everybody whose application was answered at an instant."""
    services.tell_answers(at=datetime.fromisoformat(at), today=utc_now().date(), pack=pack)


def tell_searches() -> None:
    """Tell people what their saved searches found."""
    services.tell_searches(now=utc_now(), pack=pack)
