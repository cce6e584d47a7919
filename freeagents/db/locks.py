"""The advisory locks of the service: numbers of one list, since two uses of a number would wait for each other."""

from __future__ import annotations

from enum import IntEnum, unique

from sqlalchemy import func, select

from freeagents.db.base import AnySession


@unique
class AdvisoryLock(IntEnum):
    """What only one transaction at a time does."""

    AUDIT_TRAIL = 7_205_759
    PUBLISHING = 7_205_760
    SENDING = 7_205_761


def wait_for(session: AnySession, lock: AdvisoryLock) -> None:
    """Hold the lock until the transaction ends, waiting for whoever holds it."""
    session.execute(select(func.pg_advisory_xact_lock(lock.value)))


def got(session: AnySession, lock: AdvisoryLock) -> bool:
    """Hold the lock until the transaction ends unless somebody holds it; return whether it is held."""
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(lock.value))))
