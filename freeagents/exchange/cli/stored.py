"""The commands that bring files and packs into the database, and files out of it."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask.cli import with_appcontext

from freeagents.db.base import utc_now
from freeagents.exchange.cli.refusals import refusals
from freeagents.exchange.services import exporting, loading
from freeagents.exchange.services.applications import import_applications
from freeagents.exchange.services.people import import_people
from freeagents.exchange.services.projects import import_projects
from freeagents.exchange.services.sources import Delivery
from freeagents.extensions import db, pack

FILE = click.Path(path_type=Path)
IMPORTS = {"people": import_people, "projects": import_projects, "applications": import_applications}
EXPORTS = {
    "people": exporting.export_people,
    "projects": exporting.export_projects,
    "applications": exporting.export_applications,
}


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
