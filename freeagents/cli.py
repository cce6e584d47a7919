"""The ``freeagents`` command, and where each process of the service starts: only what is asked for is imported."""

from __future__ import annotations

import importlib
import os
import sys
from typing import TYPE_CHECKING, Any

import click

from freeagents.config import Settings, SettingsError
from freeagents.kernels import keep_kernels

if TYPE_CHECKING:
    from flask import Flask

COMMANDS = {
    "db": ("flask_migrate.cli:db", "Bring the database to the newest schema: db upgrade."),
    "demo": ("freeagents.demo.cli:demo", "Serve a made-up government with a solved round."),
    "export": ("freeagents.exchange.cli.stored:export", "Write people, projects, applications or proposals as CSV."),
    "import": ("freeagents.exchange.cli.stored:import_", "Bring a CSV file into the database, all or nothing."),
    "load-pack": ("freeagents.exchange.cli.stored:load_pack_command", "Bring the country pack into the database."),
    "match": ("freeagents.exchange.cli.match:match", "Match people and projects of two CSV files; no database."),
    "seed": ("freeagents.demo.cli:seed", "Fill an empty database with a made-up government."),
    "serve": ("freeagents.cli:serve", "Serve the pages and the API with gunicorn."),
    "user": ("freeagents.accounts.cli:user", "Look after accounts."),
    "worker": ("freeagents.worker:worker", "Run jobs (solving rounds, sending mail) until stopped."),
}
"""Command → where it is, and what the list of commands says about it."""


class Commands(click.Group):
    """A group that imports a command when it is asked for: ``--help`` and ``match`` do not wait for the service."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the table."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import the command, and give it the application to load should it want one."""
        if name not in COMMANDS:
            return None
        command: click.Command = _found(COMMANDS[name][0])
        ctx.obj = _found("flask.cli:ScriptInfo")(create_app=app_from_environment)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; where the database is missing, or lacks tables, that is said in a sentence."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            # Known only now: a command without a database has not waited for its driver.
            if isinstance(error, _found("sqlalchemy.exc:OperationalError")):
                raise click.ClickException(f"The database does not answer: {error.orig}") from error
            if isinstance(error, _found("sqlalchemy.exc:ProgrammingError")) and "UndefinedTable" in str(error):
                raise click.ClickException("The database has no tables. Run first: freeagents db upgrade") from error
            raise

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, said) for name, (_where, said) in COMMANDS.items()])


@click.group(cls=Commands)
def cli() -> None:
    """Free Agents: an open-source talent marketplace for governments."""


@click.command()
@click.option("--port", default=lambda: os.environ.get("PORT", "8000"), show_default="PORT or 8000", type=int)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--workers", default=2, show_default=True, help="Web processes.")
@click.option("--threads", default=4, show_default=True, help="Threads in each process.")
def serve(port: int, host: str, workers: int, threads: int) -> None:
    """Serve the pages and the API with gunicorn."""
    arguments = ["-m", "gunicorn", "--bind", f"{host}:{port}", "--workers", str(workers)]
    arguments += [
        "--no-control-socket",
        "--worker-class",
        "gthread",
        "--threads",
        str(threads),
        "freeagents.cli:app_from_environment()",
    ]
    os.execv(sys.executable, [sys.executable, *arguments])  # noqa: S606 - the very same interpreter


def app_from_environment() -> Flask:
    """Return the service with the settings of the environment, or end with a sentence on what is missing."""
    keep_kernels()
    try:
        app: Flask = _found("freeagents.app:create_app")(Settings.from_environment())
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    return app


def main() -> None:
    """Run the command."""
    keep_kernels()
    cli()


def _found(where: str) -> Any:
    """Return what ``module:name`` names."""
    module, _colon, name = where.partition(":")
    return getattr(importlib.import_module(module), name)
