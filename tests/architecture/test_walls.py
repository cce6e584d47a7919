"""The walls between packages stand, and each catches what it is there to catch."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT = Path(sys.executable).parent / "lint-imports"

PLANTED = {
    "stack": ("freeagents/skills/queries.py", "import freeagents.rounds.models"),
    "feature": ("freeagents/accounts/models.py", "import freeagents.accounts.queries.directory"),
    "eligibility": ("freeagents/eligibility/rules.py", "import freeagents.eligibility.sql"),
    "exchange": ("freeagents/exchange/tables.py", "import freeagents.exchange.rows"),
    "messages": ("freeagents/messages/kinds.py", "import freeagents.messages.models"),
    "no-http-below": ("freeagents/accounts/services/people.py", "import flask"),
    "pure": ("freeagents/matching/__init__.py", "import datetime"),
    "bridge": ("freeagents/rounds/queries/rounds.py", "import freeagents.matching"),
    "mounted": ("freeagents/home/queries.py", "import freeagents.accounts.pages"),
    "acyclic": ("freeagents/db/base.py", "import freeagents.accounts.models"),
}


def lint(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([LINT, "--no-logo", *options], cwd=folder, capture_output=True, text=True, check=False)


def test_walls_stand() -> None:
    outcome = lint(ROOT, "--no-cache")
    assert outcome.returncode == 0, outcome.stdout


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("walls")
    shutil.copy(ROOT / "pyproject.toml", folder)
    shutil.copytree(ROOT / "freeagents", folder / "freeagents", ignore=lambda _folder, names: without_code(names))
    return folder


def without_code(names: list[str]) -> list[str]:
    return [name for name in names if "." in name and not name.endswith(".py")]


@pytest.mark.parametrize("contract", PLANTED)
def test_wall_catches_a_planted_import(copy: Path, contract: str) -> None:
    path, planted = PLANTED[contract]
    module = copy / path
    before = module.read_text() if module.exists() else None
    module.write_text(f"{before or ''}\n{planted}\n")
    try:
        outcome = lint(copy, "--contract", contract)
    finally:
        if before is None:
            module.unlink()
        else:
            module.write_text(before)
    assert outcome.returncode == 1
    assert "Contracts: 0 kept, 1 broken." in outcome.stdout, outcome.stdout


def test_every_wall_is_tried() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    assert text.count("[[tool.importlinter.contracts]]") == len(PLANTED)
    assert all(f'id = "{contract}"' in text for contract in PLANTED)
