"""This process's tally of the pool: read in the background, and put right by who has changed since."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import date
from threading import Lock, Thread
from typing import Any

import numpy as np
from flask import Flask, current_app
from sqlalchemy import BigInteger, Text, cast, func, literal, or_, select, text, union
from sqlalchemy.exc import SQLAlchemyError

from freeagents.db import bulk
from freeagents.eligibility.gathering import read_pool
from freeagents.eligibility.models import Conflict, PoolChange
from freeagents.eligibility.tally import Tally
from freeagents.extensions import db
from freeagents.profiles.models import Profile
from freeagents.projects.models import Project

KEY = "freeagents.tally"
FEW_PEOPLE = 20_000
"""So many are counted by the database alone."""
RENEWED_FROM, MOST_CHANGED = 500, 3_000
"""After so many changes the tally is read anew; with more it is no longer used."""
EVERYBODY = 0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False, slots=True)
class Dated:
    """A tally with the database's own snapshot in which it was read, and the day."""

    tally: Tally
    snapshot: str
    day: date


@dataclass(eq=False, slots=True)
class Kept:
    """What one process keeps of one database."""

    newest: Dated | None = None
    reading: Lock = field(default_factory=Lock)


def latest(project: str) -> tuple[Tally, list[int]] | None:
    """Return the tally and the ids of people to be looked at anew: who has changed, or is in conflict with a project.

    None: there is no tally to use. One is then read in the background, where the pool is large enough to need it.

    :param project: the public id.
    """
    kept: Kept = current_app.extensions.setdefault(KEY, Kept())
    dated = kept.newest
    if dated is None:
        if _people_about() >= FEW_PEOPLE:
            _renew(kept)
        return None
    touched = _touched(dated, project)
    if EVERYBODY in touched or len(touched) > RENEWED_FROM:
        _renew(kept)
    return None if EVERYBODY in touched or len(touched) > MOST_CHANGED else (dated.tally, touched)


def read_tally() -> Dated:
    """Read the whole pool, all of it as it stood at one instant. The session must not have asked anything yet."""
    connection = db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    snapshot, day = connection.execute(select(cast(func.pg_current_snapshot(), Text), func.current_date())).one()
    pool = read_pool(day, lambda _done, _total: None)
    [(countable,)] = bulk.read(db.session, select(func.array_agg(Profile.person_id)).where(Profile.countable))
    nobody = np.zeros(0, dtype=np.int32)
    return Dated(Tally.of(pool, nobody if countable is None else countable), snapshot, day)


def _touched(dated: Dated, project: str) -> list[int]:
    """Return the ids of people to be looked at anew; 0 among them: everybody.

    A number that a transaction got before the tally was read may belong to one that ended after it.
    """
    oldest, newest, _running = dated.snapshot.split(":")
    unseen = text("NOT pg_visible_in_snapshot(transaction::text::xid8, CAST(:snapshot AS pg_snapshot))")
    now = cast(cast(func.pg_snapshot_xmax(func.pg_current_snapshot()), Text), BigInteger)
    # Behind the tally is a database that was put back to an earlier state.
    is_over = or_(func.current_date() != dated.day, now < int(newest))
    query = union(
        select(PoolChange.person_id).where(
            PoolChange.transaction >= int(oldest), unseen.bindparams(snapshot=dated.snapshot)
        ),
        select(Conflict.person_id).join(Project, Project.id == Conflict.project_id).where(Project.public_id == project),
        select(literal(EVERYBODY)).where(is_over),
    ).limit(MOST_CHANGED + 1)
    return list(db.session.scalars(query))


def _people_about() -> int:
    """Return about how many profiles there are, by the database's statistics."""
    found: Any = db.session.scalar(text("SELECT reltuples FROM pg_class WHERE oid = 'profile'::regclass"))
    return int(found or 0)


def _renew(kept: Kept) -> None:
    """Have the tally read anew, unless that is being done."""
    if kept.reading.acquire(blocking=False):
        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - outlives it
        Thread(target=_read, args=(app, kept), name="tally", daemon=True).start()


def _read(app: Flask, kept: Kept) -> None:
    try:
        with app.app_context():
            kept.newest = read_tally()
            db.session.rollback()
    except (SQLAlchemyError, ValueError):
        # Counts go on without it; the next one tries again.
        _log.exception("The pool could not be read for live counts")
    finally:
        kept.reading.release()
