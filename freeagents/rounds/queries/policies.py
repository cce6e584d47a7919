"""Questions about policies."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from freeagents.extensions import db
from freeagents.rounds.models import Policy


def approved() -> Sequence[Policy]:
    """Return the newest version of each policy that somebody approved, by name."""
    newest = (
        select(Policy.name, func.max(Policy.version).label("version"))
        .where(Policy.approved_by.is_not(None))
        .group_by(Policy.name)
        .subquery()
    )
    return db.session.scalars(
        select(Policy)
        .join(newest, (Policy.name == newest.c.name) & (Policy.version == newest.c.version))
        .order_by(Policy.name)
    ).all()


def versions(*, after: Policy | None, limit: int) -> Sequence[Policy]:
    """Return versions of policies with who wrote and approved them, by name, the newest first."""
    asked = (
        select(Policy)
        .options(joinedload(Policy.author), joinedload(Policy.approver))
        .order_by(Policy.name, Policy.version.desc())
        .limit(limit)
    )
    if after is not None:
        later = (Policy.name == after.name) & (Policy.version < after.version)
        asked = asked.where((Policy.name > after.name) | later)
    return db.session.scalars(asked).all()


def last_version(name: str) -> int:
    """Return the number of the newest version of a policy, approved or not; 0: there is none."""
    return db.session.scalar(select(func.coalesce(func.max(Policy.version), 0)).where(Policy.name == name)) or 0


def by_public_id(public_id: str) -> Policy | None:
    """Return the policy version with who wrote and approved it, or None."""
    asked = select(Policy).where(Policy.public_id == public_id)
    return db.session.scalar(asked.options(joinedload(Policy.author), joinedload(Policy.approver)))
