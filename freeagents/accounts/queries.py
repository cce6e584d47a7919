"""Questions about people, departments and sign-ins."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, Select, SQLColumnExpression, and_, func, or_, select
from sqlalchemy.orm import joinedload

from freeagents.accounts.models import (
    ApiToken,
    Department,
    Employment,
    Invitation,
    Person,
    RoleHolding,
    SignIn,
    SignInAttempt,
)
from freeagents.db.base import utc_now
from freeagents.extensions import db
from freeagents.security.actor import Actor, Role


def token_digest(token: str) -> bytes:
    """Return what the database keeps of a token: its SHA-256."""
    return hashlib.sha256(token.encode()).digest()


def current(starts_on: SQLColumnExpression[date], ends_on: SQLColumnExpression[date | None]) -> ColumnElement[bool]:
    """Return the condition that today lies within an inclusive range of days."""
    return and_(starts_on <= func.current_date(), or_(ends_on.is_(None), ends_on >= func.current_date()))


def actor_of_session(token: str, *, hours: int, agent: ColumnElement[bool]) -> Actor | None:
    """Return who signed in with ``token``, if that sign-in is still good.

    :param hours: how long a sign-in may last.
    :param agent: the condition on :class:`Person` that makes somebody an agent.
    """
    query = (
        _actor_rows(agent)
        .join(SignIn, SignIn.person_id == Person.id)
        .where(
            SignIn.token_hash == token_digest(token),
            SignIn.ended_at.is_(None),
            SignIn.started_at > utc_now() - timedelta(hours=hours),
        )
    )
    return _actor(db.session.execute(query).all(), via="session", credential=token)


def actor_of_token(token: str, *, agent: ColumnElement[bool]) -> Actor | None:
    """Return whose API token this is, if it is still good."""
    query = (
        _actor_rows(agent)
        .join(ApiToken, ApiToken.person_id == Person.id)
        .where(ApiToken.token_hash == token_digest(token), ApiToken.ended_at.is_(None), ApiToken.expires_at > utc_now())
    )
    return _actor(db.session.execute(query).all(), via="token", credential=token)


def _actor_rows(agent: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Person.id,
            Person.public_id,
            Person.name,
            Person.locale,
            agent.label("agent"),
            RoleHolding.role,
            RoleHolding.department_id,
        )
        .outerjoin(
            RoleHolding,
            and_(RoleHolding.person_id == Person.id, current(RoleHolding.starts_on, RoleHolding.ends_on)),
        )
        .where(or_(Person.left_on.is_(None), Person.left_on > func.current_date()))
    )


def _actor(rows: Sequence[Row[*tuple[Any, ...]]], *, via: Literal["session", "token"], credential: str) -> Actor | None:
    if not rows:
        return None
    first = rows[0]
    return Actor(
        person_id=first.id,
        public_id=first.public_id,
        name=first.name,
        locale=first.locale,
        roles=tuple(Role(row.role, row.department_id) for row in rows if row.role is not None),
        agent=first.agent,
        via=via,
        credential=credential,
    )


def person_by_email(email: str) -> Person | None:
    """Return the person with this e-mail address, in any case of its letters."""
    return db.session.scalar(select(Person).where(Person.email == email.strip().lower()))


def person_by_id(person_id: int) -> Person:
    """Return a person that is known to exist."""
    return db.session.get_one(Person, person_id)


def names_of(person_ids: Collection[int]) -> dict[int, str]:
    """Return person id → name of those that are known."""
    return dict(db.session.execute(select(Person.id, Person.name).where(Person.id.in_(person_ids))).all())


def department_by_public_id(public_id: str) -> Department | None:
    """Return the department, or None."""
    return db.session.scalar(select(Department).where(Department.public_id == public_id))


def department_by_code(code: str) -> Department | None:
    """Return the department with the pack's or an importer's code, or None."""
    return db.session.scalar(select(Department).where(Department.code == code))


def departments() -> Sequence[Department]:
    """Return all departments, by code."""
    return db.session.scalars(select(Department).order_by(Department.code)).all()


def departments_of(person_id: int, role: str) -> Sequence[Department]:
    """Return the departments over which the person holds ``role`` today; all, for a role over the whole government."""
    held = select(RoleHolding.department_id).where(
        RoleHolding.person_id == person_id,
        RoleHolding.role == role,
        current(RoleHolding.starts_on, RoleHolding.ends_on),
    )
    everywhere = held.where(RoleHolding.department_id.is_(None)).exists()
    covered = Department.lineage.op("&&")(
        func.array(held.where(RoleHolding.department_id.is_not(None)).scalar_subquery())
    )
    return db.session.scalars(select(Department).where(or_(everywhere, covered)).order_by(Department.code)).all()


def employment_today(person_id: int) -> Employment | None:
    """Return the permanent post the person holds today with its department loaded, or None."""
    return db.session.scalar(
        select(Employment)
        .options(joinedload(Employment.department))
        .where(Employment.person_id == person_id, current(Employment.starts_on, Employment.ends_on))
    )


def invitation(token: str) -> Invitation | None:
    """Return the invitation this token opens, if it is unused and has not expired."""
    return db.session.scalar(
        select(Invitation).where(
            Invitation.token_hash == token_digest(token),
            Invitation.used_at.is_(None),
            Invitation.expires_at > utc_now(),
        )
    )


def failed_attempts(key: bytes, *, since: datetime) -> int:
    """Return how many sign-ins under ``key`` failed since then."""
    return (
        db.session.scalar(
            select(func.count()).select_from(SignInAttempt).where(SignInAttempt.key == key, SignInAttempt.at >= since)
        )
        or 0
    )


def api_tokens(person_id: int) -> Sequence[ApiToken]:
    """Return the person's API tokens that still work, newest first."""
    return db.session.scalars(
        select(ApiToken)
        .where(ApiToken.person_id == person_id, ApiToken.ended_at.is_(None), ApiToken.expires_at > utc_now())
        .order_by(ApiToken.id.desc())
    ).all()


def api_token_by_public_id(public_id: str) -> ApiToken | None:
    """Return the API token, or None."""
    return db.session.scalar(select(ApiToken).where(ApiToken.public_id == public_id))


def roles_today(person_id: int) -> Sequence[RoleHolding]:
    """Return the roles a person holds today with their departments, by name."""
    return db.session.scalars(
        select(RoleHolding)
        .where(RoleHolding.person_id == person_id, current(RoleHolding.starts_on, RoleHolding.ends_on))
        .options(joinedload(RoleHolding.department))
        .order_by(RoleHolding.role, RoleHolding.id)
    ).all()
