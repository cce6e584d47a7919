"""Rooms stay small: a module that outgrows the limit is split by use-case family."""

from __future__ import annotations

from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "freeagents"
MOST_LINES = 400


@pytest.mark.parametrize("module", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_module_is_small_enough(module: Path) -> None:
    assert len(module.read_text().splitlines()) <= MOST_LINES


@pytest.mark.parametrize("module", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_module_opens_with_one_sentence(module: Path) -> None:
    lines = module.read_text().splitlines()
    if lines:
        assert lines[0].startswith('"""')
        assert lines[0].endswith('"""'), "one sentence, on one line"
