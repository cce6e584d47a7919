"""Jobs of projects."""

from __future__ import annotations

from freeagents.projects.services import owning


def part_with_leavers() -> None:
    """Take people who have left from the owners of projects."""
    owning.part_with_leavers()
