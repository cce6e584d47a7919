"""The table of commands leads to commands, says what they say, and starts them without waiting for the service."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from freeagents import cli


def modules_after(*arguments: str) -> set[str]:
    """Return what a fresh process has imported once the command has run."""
    script = f"""
import sys
from freeagents import cli
sys.argv = ["freeagents", *{arguments!r}]
try:
    cli.main()
finally:
    print(*sys.modules, file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_each_row_leads_to_its_command(name: str) -> None:
    command = cli.cli.get_command(click.Context(cli.cli), name)
    assert isinstance(command, click.Command)
    assert command.help


def test_an_unknown_command_is_none() -> None:
    assert cli.cli.get_command(click.Context(cli.cli), "fly") is None


def test_the_list_of_commands_imports_neither_flask_nor_numbers() -> None:
    assert not modules_after("--help") & {"flask", "sqlalchemy", "numpy", "marshmallow"}


def test_matching_files_imports_neither_the_service_nor_a_driver() -> None:
    assert not modules_after("match", "--help") & {
        "freeagents.app",
        "freeagents.registry",
        "freeagents.extensions",
        "procrastinate",
        "psycopg",
        "flask_sqlalchemy",
    }
