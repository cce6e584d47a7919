"""The ``freeagents`` command: one service call for each sub-command."""

from __future__ import annotations

import os
import sys

import click
from flask import Flask, current_app
from flask.cli import FlaskGroup, with_appcontext

from freeagents import registry
from freeagents.accounts import queries as accounts_queries
from freeagents.accounts.models import ROLES
from freeagents.accounts.services import people
from freeagents.accounts.services.roles import give_role
from freeagents.app import create_app
from freeagents.config import Settings, SettingsError
from freeagents.db.base import utc_now
from freeagents.demo import cli as demo_cli
from freeagents.errors import DomainError
from freeagents.exchange import cli as exchange_cli
from freeagents.extensions import db
from freeagents.jobs.worker import make_worker


def app_from_environment() -> Flask:
    """Return the service with the settings of the environment, or end with a sentence on what is missing."""
    try:
        return create_app(Settings.from_environment())
    except SettingsError as error:
        raise click.ClickException(str(error)) from error


@click.group(cls=FlaskGroup, create_app=app_from_environment, add_default_commands=False, add_version_option=False)
def cli() -> None:
    """Free Agents: an open-source talent marketplace for governments."""


@cli.command()
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


@cli.command()
@with_appcontext
def worker() -> None:
    """Run jobs (solving rounds) until stopped; start as many as needed."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - outlives the context
    queue = make_worker(app, app.config["SETTINGS"], registry.JOBS, registry.EVERY_MINUTE)
    queue.run_worker(concurrency=1, update_heartbeat_interval=10, stalled_worker_timeout=60)


@cli.group()
def user() -> None:
    """Look after accounts."""


@user.command("invite")
@click.argument("email")
@click.option("--name", required=True, help="The person's name.")
@click.option("--role", "roles", multiple=True, type=click.Choice(ROLES), help="A role to hold; may be repeated.")
@click.option("--department", "department_code", help="Code of the department; without it: the whole government.")
@with_appcontext
def user_invite(email: str, name: str, roles: tuple[str, ...], department_code: str | None) -> None:
    """Make an account if there is none, give it roles, and print the link that sets its password."""
    department = None
    if department_code is not None:
        department = accounts_queries.department_by_code(department_code)
        if department is None:
            raise click.ClickException(f"No department has the code {department_code!r}.")
    try:
        person = accounts_queries.person_by_email(email) or people.add_person(name=name, email=email, actor_id=None)
        for role in roles:
            give_role(person=person, role=role, department=department, starts_on=utc_now().date(), actor_id=None)
        token = people.invite(person=person, actor_id=None)
        db.session.commit()
    except DomainError as error:
        raise click.ClickException(error.sentence) from error
    base = current_app.config["SETTINGS"].base_url
    click.echo(f"{base}/invitation/{token}")


cli.add_command(demo_cli.demo)
cli.add_command(demo_cli.seed)
cli.add_command(exchange_cli.match)
cli.add_command(exchange_cli.import_)
cli.add_command(exchange_cli.export)
cli.add_command(exchange_cli.load_pack_command)


def main() -> None:
    """Run the command."""
    cli()
