"""The commands ``freeagents seed`` and ``freeagents demo``."""

from __future__ import annotations

import os
import secrets
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click
import psycopg
from flask.cli import ScriptInfo, pass_script_info
from flask_migrate import upgrade
from sqlalchemy.exc import OperationalError, ProgrammingError

from freeagents.country.pack import Pack, available_packs
from freeagents.db import embedded
from freeagents.db.base import utc_now
from freeagents.db.embedded import EmbeddedError
from freeagents.demo import queries
from freeagents.demo.services.names import NamesMissing
from freeagents.demo.services.opening import give_passwords, solve_first_round
from freeagents.demo.services.processes import ProcessError, refuse_used_port, running, wait_for_end, wait_until_ready
from freeagents.demo.services.seeding import refuse_real_people
from freeagents.demo.services.seeding import seed as seed_database
from freeagents.errors import DomainError
from freeagents.extensions import db, pack

SECONDS_BETWEEN_LINES = 5.0
FOLDER = Path("var")
SAID = {
    "manager": "manager",
    "agent": "agent",
    "hr": "HR",
    "hr2": "HR, a second",
    "auditor": "auditor",
    "administrator": "administrator",
}


class ProgressLines:
    """Says on the standard error how far it is: one line that changes on a terminal, else a line now and then."""

    def __init__(self) -> None:
        """Start the clock."""
        self._said_at = time.monotonic()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Say it, unless the last line is too fresh."""
        line = f"{stage.replace('_', ' ')}: {done:,}" + (f" of {total:,}" if done < total else "")
        if sys.stderr.isatty():
            click.echo(f"\r\x1b[K{line}", nl=False, err=True)
        elif time.monotonic() - self._said_at >= SECONDS_BETWEEN_LINES:
            self._said_at = time.monotonic()
            click.echo(line, err=True)

    def end(self) -> None:
        """Leave the terminal with a fresh line."""
        if sys.stderr.isatty():
            click.echo("\r\x1b[K", nl=False, err=True)


class Refused(click.ClickException):
    """A sentence on the standard error and exit status 2."""

    exit_code = 2


@click.command()
@click.option("--country", type=click.Choice(available_packs()), default=lambda: os.environ.get("COUNTRY", "uk"))
@click.option("--people", default=5000, show_default=True, help="People with a profile, 20 or more.")
@click.option("--projects", default=300, show_default=True, help="Projects, a few of them drafts.")
@click.option("--seed", "seed_number", default=1, show_default=True, help="The same seed gives the same government.")
@click.option("--replace", is_flag=True, help="Throw away the demo that the database holds.")
@pass_script_info
def seed(info: ScriptInfo, *, country: str, people: int, projects: int, seed_number: int, replace: bool) -> None:
    """Fill an empty database with a made-up government."""
    os.environ["COUNTRY"] = country
    with info.load_app().app_context():
        written = seed_now(people=people, projects=projects, seed_number=seed_number, replace=replace)
    click.echo(
        f"{written['person']:,} people, {written['project']:,} projects, {written['application']:,} applications."
    )


def seed_now(*, people: int, projects: int, seed_number: int, replace: bool = False) -> dict[str, int]:
    """Seed the database of the current application and commit, or end with a sentence."""
    progress = ProgressLines()
    try:
        written = seed_database(
            pack=_pack(),
            people=people,
            projects=projects,
            seed_number=seed_number,
            today=utc_now().date(),
            progress=progress,
            replace=replace,
        )
        db.session.commit()
    except DomainError as error:
        raise Refused(error.sentence) from error
    except NamesMissing as error:
        raise Refused(str(error)) from error
    except ProgrammingError as error:
        raise Refused("The database has no tables yet, or other ones. Run first: freeagents db upgrade") from error
    except psycopg.Error as error:
        raise Refused(f"The database refused the rows: {error}") from error
    except OperationalError as error:
        raise Refused(f"The database does not answer: {error.orig}") from error
    finally:
        progress.end()
    return written


def _pack() -> Pack:
    """Return the pack behind the proxy."""
    found: Pack = pack._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    return found


@click.command()
@click.option("--country", type=click.Choice(available_packs()), default=lambda: os.environ.get("COUNTRY", "uk"))
@click.option("--people", default=5000, show_default=True, help="People, when the database is still empty.")
@click.option("--projects", default=300, show_default=True, help="Projects, when the database is still empty.")
@click.option("--port", type=int, default=lambda: os.environ.get("PORT", "8000"), show_default="PORT or 8000")
@pass_script_info
def demo(info: ScriptInfo, *, country: str, people: int, projects: int, port: int) -> None:
    """Set up a made-up government with a solved round, and serve it until Ctrl-C."""
    signal.signal(signal.SIGTERM, _end)
    try:
        refuse_used_port(port)
        with _database() as url:
            os.environ |= {
                "DATABASE_URL": url,
                "SECRET_KEY": os.environ.get("SECRET_KEY") or _secret_key(),
                "COUNTRY": country,
                "PORT": str(port),
                # Its people have no phones.
                "REQUIRE_SECOND_FACTOR": os.environ.get("REQUIRE_SECOND_FACTOR", "off"),
                "BASE_URL": os.environ.get("BASE_URL") or f"http://localhost:{port}",
            }
            parts = _prepare(info, people=people, projects=projects)
            _serve(port, parts)
    except (EmbeddedError, ProcessError) as error:
        raise Refused(str(error)) from error
    except KeyboardInterrupt:
        click.echo("\nStopped.", err=True)


@contextmanager
def _database() -> Iterator[str]:
    """Give the address of DATABASE_URL, else of a server of our own that ends with us."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    click.echo("Starting PostgreSQL …", err=True)
    with embedded.serving(FOLDER / "postgres") as url:
        yield url


def _secret_key() -> str:
    """Return the key that signs cookies, made once and readable by this account alone."""
    path = FOLDER / "secret-key"
    FOLDER.mkdir(exist_ok=True)
    with suppress(FileExistsError):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(32))
    return path.read_text().strip()


def _prepare(info: ScriptInfo, *, people: int, projects: int) -> dict[str, tuple[str, str]]:
    """Bring the database to where people can sign in; return part → (e-mail address, password)."""
    with info.load_app().app_context():
        try:
            upgrade()
            refuse_real_people(pack.code)
            if not queries.has_people():
                click.echo(f"Making up a government of {people:,} people …", err=True)
                seed_now(people=people, projects=projects, seed_number=1)
            if not queries.has_rounds():
                click.echo("Solving a first round …", err=True)
                solve_first_round(pack=_pack())
            parts = give_passwords()
            db.session.commit()
        except DomainError as error:
            raise Refused(error.sentence) from error
        except OperationalError as error:
            raise Refused(f"The database does not answer: {error.orig}") from error
        finally:
            db.session.remove()
            db.engine.dispose()
    return parts


def _serve(port: int, parts: dict[str, tuple[str, str]]) -> None:
    """Run a worker and the web server, say whom to sign in as, and wait."""
    command = str(Path(sys.executable).with_name("freeagents"))
    with running([[command, "worker"], [command, "serve", "--port", str(port)]], os.environ) as children:
        wait_until_ready(f"http://127.0.0.1:{port}/readyz", children)
        click.echo(f"\nFree Agents is at {os.environ['BASE_URL']}\n\nSign in as one of these made-up people:\n")
        for part, (email, password) in parts.items():
            click.echo(f"  {SAID[part]:<16}{email:<30}{password}")
        click.echo("\nHere nobody is asked for a second factor; REQUIRE_SECOND_FACTOR=on asks HR and administrators.")
        click.echo("The passwords are new each time. Stop with Ctrl-C.")
        wait_for_end(children)


def _end(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt
