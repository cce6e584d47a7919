"""The job queue: PostgreSQL through procrastinate; a job is enqueued in the transaction of its cause."""

from __future__ import annotations

from typing import Any

from procrastinate import App, PsycopgConnector
from sqlalchemy import ColumnElement, SQLColumnExpression, Text, cast, column, exists, table
from sqlalchemy.dialects.postgresql import JSONB

from freeagents.config import Settings
from freeagents.db.base import AnySession


def make_queue(settings: Settings) -> App:
    """Return a procrastinate app on the settings' database, not yet opened."""
    return App(connector=PsycopgConnector(conninfo=conninfo(settings)))


def conninfo(settings: Settings) -> str:
    """Return the database address in libpq's own form."""
    return settings.database_url.replace("postgresql+psycopg://", "postgresql://", 1)


def enqueue(session: AnySession, name: str, *, lock: str | None = None, **ids: int | str) -> None:
    """Put the job ``name`` in the queue when ``session`` commits, and not if it does not.

    :param lock: no two jobs with the same lock run at the same time.
    :param ids: the handler's arguments: ids only.
    """
    connection = session.connection().connection.driver_connection
    _unbound.configure_task(name, lock=lock, connection=connection).defer(**ids)


def is_at_work(name: str, **ids: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Return the condition that a job ``name`` with these ids (columns of the asking query) waits or runs."""
    same = (_jobs.c.args[key].as_integer() == column for key, column in ids.items())
    return exists().where(_jobs.c.task_name == name, cast(_jobs.c.status, Text).in_(("todo", "doing")), *same)


def _unopened() -> App:
    return App(connector=PsycopgConnector())


_unbound: Any = _unopened()
_jobs = table("procrastinate_jobs", column("task_name", Text), column("status", Text), column("args", JSONB))
