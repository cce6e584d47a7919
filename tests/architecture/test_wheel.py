"""The wheel holds all that an installed service reads: styles, migrations, country packs."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUILD = "import sys, hatchling.build; print(hatchling.build.build_wheel(sys.argv[1]))"
READ = (
    "freeagents/**/*.html",
    "freeagents/**/*.css",
    "freeagents/**/*.js",
    "freeagents/**/*.po",
    "migrations/**/*",
    "seed_data/**/*",
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names in a wheel built from a copy of the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in ("freeagents", "migrations", "seed_data"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "docs").mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", ".gitignore", "docs/data-register.csv"):
        shutil.copy(ROOT / name, folder / name)
    built = subprocess.run(
        [sys.executable, "-c", BUILD, "out"], cwd=folder, capture_output=True, text=True, check=True
    ).stdout.split()[-1]
    with zipfile.ZipFile(folder / "out" / built) as contents:
        return set(contents.namelist())


@pytest.mark.parametrize("pattern", READ)
def test_what_is_read_is_in_the_wheel(wheel: set[str], pattern: str) -> None:
    files = [path.relative_to(ROOT) for path in ROOT.glob(pattern) if path.is_file() and path.suffix != ".pyc"]
    assert files
    inside = [file if file.parts[0] == "freeagents" else Path("freeagents") / file for file in files]
    assert [file for file in inside if file.as_posix() not in wheel] == []


def test_the_data_register_is_in_the_wheel(wheel: set[str]) -> None:
    assert "freeagents/data-register.csv" in wheel


def test_styles_and_scripts_fetched_for_pages_are_in_the_wheel(wheel: set[str]) -> None:
    assert "freeagents/web/static/vendor/govuk-frontend.css" in wheel


def test_nothing_else_is_in_the_wheel(wheel: set[str]) -> None:
    assert {name.split("/")[0] for name in wheel} == {"freeagents", "freeagents-0.1.0.dist-info"}
    assert not [name for name in wheel if name.endswith((".pyc", ".env", ".pem"))]
