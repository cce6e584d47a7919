"""The command that matches files: what it imports is all that an analyst waits for."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from freeagents.country.pack import available_packs, load_pack
from freeagents.eligibility.bridge import Progress
from freeagents.exchange.cli.refusals import refusals
from freeagents.exchange.services import matching
from freeagents.kernels import are_kept

FILE = click.Path(path_type=Path)


@click.command()
@click.argument("people", type=FILE)
@click.argument("projects", type=FILE)
@click.option("--applications", type=FILE, help="Applications with ranks, as CSV.")
@click.option("--policy", type=FILE, help="Weights and objective, as TOML; without it: the balanced policy.")
@click.option("--apart", type=FILE, help="Two people a row who are not together on one project, as CSV.")
@click.option("--country", type=click.Choice(available_packs()), default="uk", show_default=True, help="Country pack.")
@click.option("--out", type=FILE, required=True, help="Where the proposals go, as CSV.")
@click.option("--report", type=FILE, required=True, help="Where the report goes, as JSON.")
def match(
    *,
    people: Path,
    projects: Path,
    applications: Path | None,
    policy: Path | None,
    apart: Path | None,
    country: str,
    out: Path,
    report: Path,
) -> None:
    """Match the people of one CSV file with the projects of another; needs no database and no account."""
    files = matching.MatchFiles(
        people=people,
        projects=projects,
        applications=applications,
        policy=policy,
        apart=apart,
        proposals=out,
        report=report,
    )
    if not are_kept():
        click.echo("The matcher is compiled first, once; that can take half a minute.", err=True)
    with refusals():
        told = matching.match_files(files, pack=load_pack(country), progress=_progress())
    counts = told["counts"]
    for note in told["notes"]:
        click.echo(note["sentence"], err=True)
    click.echo(f"{counts['placed']} of {counts['seats']} seats filled, {told['objective']['score']} points in all.")


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
