"""Writes many rows at once, by COPY, in the transaction of the session."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from psycopg import Cursor, sql

from freeagents.db.base import Base
from freeagents.demo.services.tables import Table
from freeagents.extensions import db

Progress = Callable[[str, int, int], None]
"""Stage, done, total: as elsewhere in the service."""

ROWS_BETWEEN_REPORTS = 20_000
AUDIT = "audit_entry"


def write_table(table: Table, progress: Progress) -> int:
    """Write all rows of a table, put its sequence behind them, and return how many there were."""
    name, columns = sql.Identifier(table.name), map(sql.Identifier, table.columns)
    done = 0
    with _cursor() as cursor:
        with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(name, sql.SQL(", ").join(columns))) as copy:
            for done, row in enumerate(table.rows, start=1):
                copy.write_row(row)
                if done % ROWS_BETWEEN_REPORTS == 0:
                    progress(table.name, done, max(done, table.count))
        if "id" in table.columns:
            cursor.execute(
                sql.SQL(
                    "SELECT setval(pg_get_serial_sequence({}, 'id'), (SELECT coalesce(max(id), 1) FROM {}))"
                ).format(sql.Literal(table.name), name)
            )
        # Without it the first questions are planned as if the table were empty.
        cursor.execute(sql.SQL("ANALYZE {}").format(name))
    progress(table.name, done, done)
    return done


def empty_all_tables() -> None:
    """Take every row out of every table of ours; what the migrations and the queue keep stays."""
    tables = sql.SQL(", ").join(sql.Identifier(table.name) for table in Base.metadata.sorted_tables)
    with _cursor() as cursor:
        # The trail refuses it, rightly; a demo starts again with a trail of its own.
        audit = sql.Identifier(AUDIT)
        cursor.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(audit))
        cursor.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY").format(tables))
        cursor.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(audit))
    # What the session remembers of them is gone.
    db.session.expunge_all()


def _cursor() -> Cursor[Any]:
    """Return a cursor in the session's own transaction."""
    driver: Any = db.session.connection().connection.driver_connection
    cursor: Cursor[Any] = driver.cursor()
    return cursor
