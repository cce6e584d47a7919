"""Jobs of questions."""

from __future__ import annotations

from freeagents.questions import services


def lapse() -> None:
    """Answer those who asked about projects that have ended."""
    services.lapse()
