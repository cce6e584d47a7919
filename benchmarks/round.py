"""A round of a whole public service, from rows of a throw-away PostgreSQL to stored proposals: seconds, peak memory."""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask
from flask_migrate import upgrade

from freeagents.app import create_app
from freeagents.config import Settings
from freeagents.db import embedded
from freeagents.db.base import utc_now
from freeagents.demo import queries as demo
from freeagents.demo.cli import seed_now
from freeagents.demo.services.names import DOMAIN
from freeagents.extensions import db
from freeagents.registry import JOBS
from freeagents.rounds.queries import policies
from freeagents.rounds.queries import rounds as queries
from freeagents.rounds.services import explaining, leaving, planning

FOLDER = Path("var/bench-postgres")
SECONDS_BETWEEN_LOOKS = 0.02
PAGE, VERDICTS = 25, 10


def main() -> None:
    """Seed, have a worker's process solve a round through the job, look on as the round's page does, and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=500_000)
    parser.add_argument("--projects", type=int, default=4_000)
    parser.add_argument("--keep", action="store_true", help="Leave the database for the next run, which seeds none.")
    asked = parser.parse_args()
    try:
        url = embedded.start(FOLDER, durable=False)
        round_id = _prepare(url, asked.people, asked.projects)
        _watch(url, round_id)
    finally:
        (embedded.stop if asked.keep else embedded.remove)(FOLDER)


def solve(url: str, round_id: int) -> None:
    """Do the job, then read what pages read, and print the figures."""
    app = _app(url)
    with app.app_context():
        JOBS["round:solve"](round_id=round_id)
        db.session.commit()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        subject = queries.round_by_id(round_id)
        started = time.perf_counter()
        rows = leaving.listed(subject=subject, after=None, limit=PAGE + 1)
        listed = time.perf_counter() - started
        started = time.perf_counter()
        explaining.standing(subject=subject, row=rows[-1].row, limit=VERDICTS)
        explained = time.perf_counter() - started
        told = {"state": subject.state, "failure": subject.failure, "figures": subject.figures, "peak": peak}
        print(json.dumps(told | {"listed": listed, "explained": explained}))


def _prepare(url: str, people: int, projects: int) -> int:
    """Bring the database to where a round waits for its worker; return the round's id."""
    app = _app(url)
    with app.app_context():
        upgrade()
        if not demo.has_people():
            print(f"Making up a government of {people:,} people and {projects:,} projects …", flush=True)
            seed_now(people=people, projects=projects, seed_number=1)
        now = utc_now()
        hr = demo.people_by_email([f"hr@{DOMAIN}"])[f"hr@{DOMAIN}"]
        made = planning.make_round(
            name="Bench", policy=policies.approved()[0], cut_off=now - timedelta(seconds=1), actor_id=hr.id
        )
        planning.queue_round(subject=made, now=now, actor_id=hr.id)
        db.session.commit()
        round_id = made.id
        db.session.remove()
        db.engine.dispose()
    return round_id


def _watch(url: str, round_id: int) -> None:
    environment = os.environ | {"DATABASE_URL": url, "LOG_LEVEL": "ERROR"}
    command = [sys.executable, "-m", "benchmarks.round", url, str(round_id)]
    stages: list[tuple[str, float, float]] = []
    with (
        psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), autocommit=True) as looking,
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as worker,
    ):
        while worker.poll() is None:
            [(state, known)] = looking.execute("SELECT state, stage FROM round WHERE id = %s", [round_id]).fetchall()
            stage = "after" if state not in {"queued", "solving"} else known or "start"
            if not stages or stages[-1][0] != stage:
                stages.append((stage, time.perf_counter(), _processor_seconds(worker.pid)))
            time.sleep(SECONDS_BETWEEN_LOOKS)
        told = json.loads(worker.communicate()[0])
    if told["state"] != "in_review":
        sys.exit(f"The round ended as {told['state']}: {told['failure']}.")
    _print(stages, told)


def _print(stages: list[tuple[str, float, float]], told: dict[str, Any]) -> None:
    figures = told["figures"]
    print(f"{figures['placed'] + figures['unplaced']:,} people in the pool, {figures['seats']:,} seats, ", end="")
    print(f"{figures['placed']:,} filled; {os.cpu_count()} cores")
    print(f"{'stage':<12}{'seconds':>10}{'of the worker':>16}")
    for (stage, began, used), (_, ended, used_then) in pairwise(stages):
        print(f"{stage:<12}{ended - began:>10.2f}{used_then - used:>16.2f}")
    solving = stages[1:]
    print(f"{'all':<12}{solving[-1][1] - solving[0][1]:>10.2f}{solving[-1][2] - solving[0][2]:>16.2f}")
    print(f"The matcher's own stages, by its own watch: {figures['seconds']}")
    print(f"Peak memory of the worker: {told['peak']:,.0f} MiB")
    print(f"A page of people left out: {told['listed']:.3f} s; one person explained: {told['explained']:.3f} s")


def _processor_seconds(pid: int) -> float:
    """Return how long a process has been at work on any core."""
    try:
        used = Path(f"/proc/{pid}/stat").read_text().rsplit(")")[1].split()
    except OSError:
        return 0.0
    return (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK")


def _app(url: str) -> Flask:
    return create_app(Settings(database_url=url, secret_key="0" * 32, base_url="http://localhost"))


if __name__ == "__main__":
    if len(sys.argv) == 3 and "://" in sys.argv[1]:
        solve(sys.argv[1], int(sys.argv[2]))
    else:
        main()
