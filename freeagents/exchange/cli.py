"""The commands that bring files and packs in and out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask.cli import with_appcontext

from freeagents.country.pack import available_packs, load_pack
from freeagents.db.base import utc_now
from freeagents.eligibility.bridge import Progress
from freeagents.errors import DomainError
from freeagents.exchange.services import exporting, loading, matching
from freeagents.exchange.services.applications import import_applications
from freeagents.exchange.services.people import import_people
from freeagents.exchange.services.projects import import_projects
from freeagents.exchange.services.sources import Delivery
from freeagents.exchange.tables import InputError
from freeagents.extensions import db, pack

FILE = click.Path(path_type=Path)
IMPORTS = {"people": import_people, "projects": import_projects, "applications": import_applications}
EXPORTS = {
    "people": exporting.export_people,
    "projects": exporting.export_projects,
    "applications": exporting.export_applications,
}


class Refused(click.ClickException):
    """Input that cannot be used: what is wrong goes to standard error as it is, with exit status 2."""

    exit_code = 2

    def show(self, file: object = None) -> None:
        """Print the sentences."""
        del file
        click.echo(self.message, err=True)


@contextmanager
def refusals() -> Iterator[None]:
    """Turn refusals into sentences and an exit status that is not zero."""
    try:
        yield
    except InputError as error:
        count = len(error.problems)
        raise Refused(f"{error}\n{count} {'fault' if count == 1 else 'faults'}; nothing was written.") from error
    except DomainError as error:
        raise Refused(error.sentence) from error


@click.command()
@click.argument("people", type=FILE)
@click.argument("projects", type=FILE)
@click.option("--applications", type=FILE, help="Applications with ranks, as CSV.")
@click.option("--policy", type=FILE, help="Weights and objective, as TOML; without it: the balanced policy.")
@click.option("--country", type=click.Choice(available_packs()), default="uk", show_default=True, help="Country pack.")
@click.option("--out", type=FILE, required=True, help="Where the proposals go, as CSV.")
@click.option("--report", type=FILE, required=True, help="Where the report goes, as JSON.")
def match(
    *,
    people: Path,
    projects: Path,
    applications: Path | None,
    policy: Path | None,
    country: str,
    out: Path,
    report: Path,
) -> None:
    """Match the people of one CSV file with the projects of another; needs no database and no account."""
    files = matching.MatchFiles(
        people=people, projects=projects, applications=applications, policy=policy, proposals=out, report=report
    )
    with refusals():
        told = matching.match_files(files, pack=load_pack(country), progress=_progress())
    counts = told["counts"]
    for note in told["notes"]:
        click.echo(note["sentence"], err=True)
    click.echo(f"{counts['placed']} of {counts['seats']} seats filled, {told['objective']['score']} points in all.")


@click.command("import")
@click.argument("kind", type=click.Choice(tuple(IMPORTS)))
@click.argument("file", type=FILE)
@click.option("--source", required=True, help="Name of the system the file's ids come from.")
@with_appcontext
def import_(*, kind: str, file: Path, source: str) -> None:
    """Bring a CSV file into the database, all of it or nothing; the same file again changes nothing."""
    with refusals(), click.progressbar(length=1, label=kind, file=sys.stderr) as bar:

        def progress(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        delivery = Delivery(path=file, source=source, pack=pack, today=utc_now().date(), progress=progress)
        counts = IMPORTS[kind](delivery)
        db.session.commit()
    click.echo(f"{kind}: " + ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items()) + ".")


@click.command("export")
@click.argument("kind", type=click.Choice((*EXPORTS, "proposals")))
@click.option("--out", type=FILE, required=True, help="Where the CSV file goes.")
@click.option("--source", help="Write the ids of this source where it gave one.")
@click.option("--round", "round_id", help="Id of the round whose proposals to write.")
@with_appcontext
def export(*, kind: str, out: Path, source: str | None, round_id: str | None) -> None:
    """Write people, projects, applications or the proposals of a round as CSV."""
    if (kind == "proposals") != (round_id is not None):
        raise click.UsageError("--round goes with proposals, and proposals need it.")
    request = exporting.Request(path=out, source=source, today=utc_now().date())
    with refusals():
        if round_id is not None:
            count = exporting.export_proposals(request, round_id=round_id)
        else:
            count = EXPORTS[kind](request)
        db.session.commit()
    click.echo(f"{kind}: {count} rows written to {out}.")


@click.command("load-pack")
@with_appcontext
def load_pack_command() -> None:
    """Bring the country pack into the database; doing it again changes nothing."""
    with refusals():
        changed = loading.load_pack(pack)
        db.session.commit()
    click.echo("Added or changed: " + ", ".join(f"{count} {kind}" for kind, count in changed.items()) + ".")


def _progress() -> Progress | None:
    """Return what shows progress on a terminal; nothing where standard error is none."""
    if not sys.stderr.isatty():
        return None

    def show(stage: str, done: int, total: int) -> None:
        click.echo(
            f"\r\x1b[K{stage} {done}/{total}" + ("\r\x1b[K" if (stage, done) == ("explain", total) else ""),
            nl=False,
            err=True,
        )

    return show
