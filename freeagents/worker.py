"""The process that runs jobs."""

from __future__ import annotations

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from freeagents import registry
from freeagents.jobs.worker import make_worker


@click.command()
@with_appcontext
def worker() -> None:
    """Run jobs (solving rounds, sending mail) until stopped; start as many as needed."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - outlives the context
    queue = make_worker(
        app,
        app.config["SETTINGS"],
        registry.JOBS,
        retried=registry.RETRIED,
        every_minute=registry.EVERY_MINUTE,
        every_hour=registry.EVERY_HOUR,
    )
    queue.run_worker(concurrency=1, update_heartbeat_interval=10, stalled_worker_timeout=60)
