"""Databases for tests: one migrated template, one copy for each process, cleaned between tests."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

from freeagents.db import embedded

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "var/test-postgres"
MARK = "_test_"
TEMPLATE_LOCK = 7_236_001  # an advisory lock of our own: one process makes the template, the others wait


class Migrate(Protocol):
    """Brings the empty database at a URL to the newest migration."""

    def __call__(self, url: str) -> None: ...


class NotATestDatabase(RuntimeError):
    """A database without the mark in its name: tests neither make, clean nor drop it."""


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server on which tests make and drop databases of their own.

    :ivar url: any database of the server that the role may connect to.
    """

    url: URL

    def create(self, name: str, *, template: str = "template1") -> URL:
        """Make the database ``name`` as a copy of ``template``, in place of an earlier one; return its URL."""
        self.drop(name)
        with self._connect() as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )
        return self.url.set(database=name)

    def drop(self, name: str) -> None:
        """Drop the database ``name`` if it exists, ending its connections."""
        if MARK not in name:
            raise NotATestDatabase(f"{name!r} has no {MARK!r} in its name: tests leave it alone.")
        with self._connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def template(self, migrate: Migrate, version: str) -> str:
        """Return the name of the migrated template for ``version``, making it if no process has done so."""
        name = f"freeagents{MARK}template_{version}"
        with self._connect() as connection:
            connection.execute("SELECT pg_advisory_lock(%s)", [TEMPLATE_LOCK])
            if name not in self.databases():
                raw = f"freeagents{MARK}raw_{version}"
                migrate(self.create(raw).render_as_string(hide_password=False))
                # Its name comes last: a template that exists is complete.
                connection.execute(
                    sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(raw), sql.Identifier(name))
                )
        return name

    def databases(self) -> set[str]:
        """Return the names of the databases that tests have made."""
        with self._connect() as connection:
            found = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"%{MARK}%"])
            return {name for (name,) in found}

    def _connect(self) -> psycopg.Connection[tuple[str, ...]]:
        return psycopg.connect(conninfo(self.url), autocommit=True)


@contextmanager
def server() -> Iterator[Server]:
    """Give the server of ``TEST_DATABASE_URL`` or ``DATABASE_URL``, else an embedded one shared by all test processes.

    The last process that uses the embedded server stops it and removes its folder.
    """
    given = os.environ.get("TEST_DATABASE_URL") or os.environ.get("DATABASE_URL")
    if given:
        yield Server(make_url(given).set(drivername="postgresql+psycopg"))
        return
    FOLDER.parent.mkdir(exist_ok=True)
    users = os.open(FOLDER.with_suffix(".lock"), os.O_RDONLY | os.O_CREAT, 0o644)
    try:
        fcntl.flock(users, fcntl.LOCK_SH)
        yield Server(make_url(embedded.start(FOLDER, durable=False)))
    finally:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass  # another process is at work
        else:
            embedded.remove(FOLDER)
        os.close(users)


def conninfo(url: URL) -> str:
    """Return ``url`` in libpq's own form."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def schema_version() -> str:
    """Return a digest of all that decides what a migrated database looks like."""
    digest = hashlib.sha256((ROOT / "requirements.lock").read_bytes())
    for path in sorted((ROOT / "migrations").rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@dataclass
class Cleaner:
    """Empties the tables that a test filled; those that the migrations filled are static and stay.

    Sequences go on, so that no test comes to rely on a number.

    :ivar patience: how long to wait for a transaction that a test left open, before failing.
    """

    url: URL
    patience: str = "5s"
    tables: list[sql.Identifier] = field(init=False)

    def __post_init__(self) -> None:
        if MARK not in (self.url.database or ""):
            raise NotATestDatabase(f"{self.url.database!r} has no {MARK!r} in its name: tests leave it alone.")
        self._connection = psycopg.connect(conninfo(self.url), autocommit=True)
        self._connection.execute("SELECT set_config('lock_timeout', %s, false)", [self.patience])
        # No triggers: rows go in any order, and the audit trail, which refuses it, gives way to tests.
        self._connection.execute("SET session_replication_role = replica")
        found = self._connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        every = [sql.Identifier(schema, table) for schema, table in found]
        static = self._filled(every)
        self.tables = [table for table in every if table not in static]

    def clean(self) -> None:
        """Empty what is not static."""
        # Few rows: deleting them takes a hundredth of the time that TRUNCATE takes to make new files.
        with self._connection.transaction():
            for table in self._filled(self.tables):
                self._connection.execute(sql.SQL("DELETE FROM {}").format(table))

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def _filled(self, tables: list[sql.Identifier]) -> list[sql.Identifier]:
        if not tables:
            return []
        questions = (sql.SQL("EXISTS (SELECT FROM {})").format(table) for table in tables)
        row = self._connection.execute(sql.SQL("SELECT ") + sql.SQL(", ").join(questions)).fetchone()
        assert row is not None
        return [table for table, filled in zip(tables, row, strict=True) if filled]
