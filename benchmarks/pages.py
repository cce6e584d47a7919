"""Lists, searches and the live count over 500,000 profiles and 50,000 projects: milliseconds, and plans."""

from __future__ import annotations

import argparse
import json
import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import event, text

from freeagents.accounts.models import Person
from freeagents.accounts.services.passwords import set_password
from freeagents.app import create_app
from freeagents.config import Settings
from freeagents.db import embedded
from freeagents.db.base import today
from freeagents.demo import queries as demo
from freeagents.demo.cli import seed_now
from freeagents.eligibility import latest
from freeagents.extensions import db

FOLDER = Path("var/bench-pages-postgres")
PASSWORD = "correct horse battery staple"  # noqa: S105 - of people who were made up
PART = {"HX-Request": "true"}
REQUESTS = 40
WARMING = 3
LARGE = 10_000
"""A table with more rows is not to be read from end to end."""
MORE = """
INSERT INTO message (public_id, recipient_id, event, kind, facts, moment, created_at)
SELECT 'bench' || each, 1 + each % (SELECT count(*) FROM person), 'bench' || each, 'application:submit',
    '{"project": "bench", "title": "Bench"}',
    'never', now() - each * interval '1 second' FROM generate_series(1, 500000) AS each;
INSERT INTO round (public_id, series, version, name, state, policy_id, cut_off, salt, stage_done, stage_total,
    created_at, published_by, published_at)
SELECT 'bench', 'bench', 1, 'Bench', 'published', min(id), now(), '', 0, 0, now(), min(author_id), now() FROM policy;
INSERT INTO proposal (public_id, round_id, person_id, seat_id, project_id, state, score, parts, criteria, reason,
    decided_by, decided_at)
SELECT 'bench' || person_id, round.id, person_id, seat_id, project_id, 'approved', 0, '{}', '[]', '', published_by,
    now()
FROM (
    SELECT DISTINCT ON (person_id) person_id, seat.id AS seat_id, project.id AS project_id
    FROM (SELECT DISTINCT ON (project_id) project_id, person_id FROM application ORDER BY project_id, id) AS first
    JOIN project ON project.id = first.project_id AND project.state = 'open'
    JOIN seat ON seat.project_id = project.id AND seat.number = 1
    ORDER BY person_id, project.id
) AS chosen, round WHERE round.public_id = 'bench' LIMIT 20000;
ANALYZE message; ANALYZE proposal; ANALYZE round; ANALYZE pool_change;
"""
MORE_IS_THERE = "SELECT EXISTS (SELECT FROM round WHERE public_id = 'bench')"
WHO = {
    "agent": "SELECT DISTINCT person_id FROM application ORDER BY person_id LIMIT 400",
    "manager": "SELECT person_id FROM project_owner JOIN project ON project.id = project_id WHERE state = 'open'"
    " GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 400",
    "hr": "SELECT person_id FROM role_holding WHERE role = 'hr' AND department_id IS NULL ORDER BY 1",
    "administrator": "SELECT person_id FROM role_holding WHERE role = 'administrator' ORDER BY 1",
}
MANY = {"agent": REQUESTS, "manager": REQUESTS, "hr": 2, "administrator": 1}
"""How many different people of each kind ask."""


@dataclass(frozen=True)
class Visit:
    """One kind of request: by whom, and the path for each turn; ``form`` makes it a POST of the live count."""

    name: str
    who: str
    path: Callable[[int], str]
    counts: bool = False


def main() -> None:
    """Fill the database if it is empty, ask for each list, print the table and the verdict on plans."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=500_000)
    parser.add_argument("--projects", type=int, default=50_000)
    parser.add_argument("--keep", action="store_true", help="Leave the database for the next run, which fills none.")
    parser.add_argument("--only", default="", help="Visits whose name holds this.")
    asked = parser.parse_args()
    try:
        app = _app(embedded.start(FOLDER, durable=False))
        _fill(app, asked.people, asked.projects)
        _measure(app, asked.only)
    finally:
        (embedded.stop if asked.keep else embedded.remove)(FOLDER)


def _fill(app: Flask, people: int, projects: int) -> None:
    with app.app_context():
        upgrade()
        if not demo.has_people():
            print(f"Making up a government of {people:,} people and {projects:,} projects …", flush=True)
            started = time.perf_counter()
            seed_now(people=people, projects=projects, seed_number=1)
            db.session.commit()
            print(f"{time.perf_counter() - started:.0f} s")
        if not db.session.scalar(text(MORE_IS_THERE)):
            db.session.execute(text(MORE))
            db.session.commit()


def _measure(app: Flask, only: str) -> None:
    with app.app_context():
        people = {who: _passwords(query, MANY[who]) for who, query in WHO.items()}
        visits = [visit for visit in _visits() if only in visit.name]
        started = time.perf_counter()
        app.extensions[latest.KEY] = latest.Kept(latest.read_tally())
        db.session.rollback()
        print(f"The tally of the pool was read in {time.perf_counter() - started:.1f} s")
        sizes = dict(db.session.execute(text("SELECT relname, reltuples FROM pg_class")).all())
        engine = db.engine
        db.session.remove()
    clients = {who: [_signed_in(app, email) for email in emails] for who, emails in people.items()}
    print(f"{'least':>8}{'median':>8}{'p95':>8}  ms of {REQUESTS} requests each")
    read: dict[str, set[str]] = {}
    for visit in visits:
        times, statements = _ask(engine, visit, clients[visit.who])
        least, median, most = (f"{np.percentile(times, part):>8.0f}" for part in (0, 50, 95))
        print(f"{least}{median}{most}  {visit.name} (load {os.getloadavg()[0]:.1f})", flush=True)
        with engine.connect() as connection:
            found = {table for each in statements.items() for table in _read_whole(connection, *each, sizes)}
        if found:
            read[visit.name] = found
    if read:
        for name, tables in read.items():
            print(f"Read from end to end by {name}: {', '.join(sorted(tables))}")
    else:
        print(f"No plan reads a table of more than {LARGE:,} rows from end to end.")


def _visits() -> Iterator[Visit]:
    words = ("data", "user research", "policy", "prison", "benefit", "service", "digital", "tax", "plan", "write")
    with db.engine.connect() as connection:
        kinds = connection.execute(
            text("SELECT DISTINCT unnest(disciplines) FROM project ORDER BY 1 LIMIT 10")
        ).scalars()
        towns = connection.execute(
            text("SELECT place FROM project WHERE place <> '' GROUP BY 1 ORDER BY count(*) DESC LIMIT 40")
        )
        firsts = (
            connection.execute(
                text("SELECT public_id FROM project WHERE state = 'open' ORDER BY opened_at DESC, id DESC LIMIT 20000")
            )
            .scalars()
            .all()
        )
        names = (
            connection.execute(text("SELECT split_part(name, ' ', 2) FROM person ORDER BY id LIMIT 400"))
            .scalars()
            .all()
        )
        disciplines, places = list(kinds), list(towns.scalars())
        owned = {
            who: connection.execute(
                text(
                    "SELECT public_id FROM project JOIN project_owner ON project_id = id"
                    " WHERE person_id = :who AND state = 'open' ORDER BY id LIMIT 1"
                ),
                {"who": who},
            ).scalar()
            for who in connection.execute(text(WHO["manager"])).scalars().all()[:REQUESTS]
        }
    own = list(owned.values())
    yield Visit("projects for me, best first", "agent", lambda _turn: "/projects")
    yield Visit("projects for me, those I qualify for", "agent", lambda _turn: "/projects?show=fits")
    yield Visit(
        "projects for me, by discipline",
        "agent",
        lambda turn: f"/projects?discipline={disciplines[turn % len(disciplines)]}",
    )
    yield Visit(
        "projects for me, by way of working",
        "agent",
        lambda turn: f"/projects?work_mode={('remote', 'hybrid', 'on_site')[turn % 3]}",
    )
    yield Visit("projects for me, by place", "agent", lambda turn: f"/projects?place={places[turn % len(places)]}")
    yield Visit("projects for me, by words", "agent", lambda turn: f"/projects?text={words[turn % len(words)]}")
    yield Visit("projects, newest first", "agent", lambda _turn: "/projects?order=newest")
    yield Visit(
        "projects, newest first, far down", "agent", lambda turn: f"/projects?order=newest&after={firsts[turn * 499]}"
    )
    yield Visit(
        "projects, newest first, by words",
        "agent",
        lambda turn: f"/projects?order=newest&text={words[turn % len(words)]}",
    )
    yield Visit("projects, words that nothing holds", "agent", lambda turn: f"/projects?text=zyx{turn}")
    yield Visit("when and where", "agent", lambda _turn: "/projects/when-and-where")
    yield Visit("a project", "agent", lambda turn: f"/projects/{firsts[turn * 499]}")
    yield Visit("my applications", "agent", lambda _turn: "/applications")
    yield Visit("saved searches", "agent", lambda _turn: "/projects/searches")
    yield Visit("messages", "agent", lambda _turn: "/messages")
    yield Visit("home, agent", "agent", lambda _turn: "/")
    yield Visit("home, manager", "manager", lambda _turn: "/")
    yield Visit("my project with its applicants", "manager", lambda turn: f"/projects/{own[turn % len(own)]}")
    yield Visit("live count", "manager", lambda turn: f"/projects/{own[turn % len(own)]}/count", counts=True)
    yield Visit(
        "summary of a project, with its count", "manager", lambda turn: f"/projects/{own[turn % len(own)]}/draft"
    )
    yield Visit("projects, manager", "manager", lambda _turn: "/projects")
    yield Visit("home, HR", "hr", lambda _turn: "/")
    yield Visit("people", "administrator", lambda _turn: "/people")
    yield Visit("people, by name", "administrator", lambda turn: f"/people?q={names[turn * 9]}")
    yield Visit("rounds", "hr", lambda _turn: "/rounds")
    yield Visit("departments", "administrator", lambda _turn: "/departments")


def _passwords(query: str, count: int) -> list[str]:
    """Give people a password and return their addresses."""
    emails = []
    for person_id in db.session.execute(text(query)).scalars().all()[:count]:
        person = db.session.get_one(Person, person_id)
        set_password(person=person, password=PASSWORD)
        emails.append(person.email)
    db.session.commit()
    return emails


def _signed_in(app: Flask, email: str) -> FlaskClient:
    client = app.test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)
    answer = client.post("/sign-in", data={"csrf_token": token and token[1], "email": email, "password": PASSWORD})
    if answer.status_code != 303:
        raise SystemExit(f"{email} could not sign in: {answer.status_code}")
    return client


def _ask(engine: Any, visit: Visit, clients: list[FlaskClient]) -> tuple[list[float], dict[str, Any]]:
    """Return the milliseconds of each request, and what was asked of the database, each statement once."""
    statements: dict[str, Any] = {}

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        statements.setdefault(statement, parameters)

    times = []
    for turn in (*range(WARMING), *range(REQUESTS)):
        client, path = clients[turn % len(clients)], visit.path(turn)
        typed = _typed(client, path, turn) if visit.counts else None
        if turn == 0 and not times:
            event.listen(engine, "before_cursor_execute", note)
        started = time.perf_counter()
        answer = client.post(path, data=typed, headers=PART) if typed else client.get(path)
        times.append(1000 * (time.perf_counter() - started))
        if answer.status_code != 200:
            raise SystemExit(f"{path} answered {answer.status_code}")
    event.remove(engine, "before_cursor_execute", note)
    return times[WARMING:], statements


def _typed(client: FlaskClient, path: str, turn: int) -> dict[str, Any]:
    """Return what is typed on the page of dates: the first day, a little later each time."""
    page = client.get(path.replace("/count", "/edit/dates")).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    day = today() + timedelta(days=14 + turn)
    return {
        "csrf_token": token and token[1],
        "section": "dates",
        **{f"start-{part}": getattr(day, part) for part in ("day", "month", "year")},
    }


def _read_whole(connection: Any, statement: str, parameters: Any, sizes: dict[str, float]) -> Iterator[str]:
    """Yield the large tables that the plan of a statement reads from end to end."""
    if statement.lstrip().split()[0] not in {"SELECT", "WITH", "UPDATE", "DELETE", "INSERT"}:
        return
    [(plan,)] = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).all()
    waiting: list[dict[str, Any]] = [one["Plan"] for one in (json.loads(plan) if isinstance(plan, str) else plan)]
    while waiting:
        node = waiting.pop()
        waiting += node.get("Plans", [])
        if node["Node Type"] == "Seq Scan" and sizes.get(node["Relation Name"], 0) > LARGE:
            yield node["Relation Name"]


def _app(url: str) -> Flask:
    return create_app(
        Settings(
            database_url=url,
            secret_key="0" * 32,
            base_url="http://localhost",
            require_second_factor=False,
            log_level="ERROR",
        )
    )


if __name__ == "__main__":
    main()
