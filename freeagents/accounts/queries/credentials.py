"""Questions about what people sign in with: sign-ins, tokens, second factors, links, attempts."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, Select, SQLColumnExpression, and_, func, or_, select, true

from freeagents.accounts.models import (
    STRONG_ROLES,
    ApiToken,
    Identity,
    Invitation,
    MailedLink,
    Person,
    RecoveryCode,
    RoleHolding,
    SecondFactor,
    SignIn,
    SignInAttempt,
)
from freeagents.accounts.queries.directory import current, has_not_left
from freeagents.db.base import utc_now
from freeagents.extensions import db
from freeagents.messages import queries as messages
from freeagents.security.actor import Actor, Role


def token_digest(token: str) -> bytes:
    """Return what the database keeps of a token: its SHA-256."""
    return hashlib.sha256(token.encode()).digest()


def actor_of_session(token: str, *, hours: int, agent: ColumnElement[bool], strict: bool) -> Actor | None:
    """Return who signed in with ``token``, if that sign-in is still good.

    :param hours: how long a sign-in may last.
    :param agent: the condition on :class:`Person` that makes somebody an agent.
    :param strict: strong roles count only where a second factor was shown.
    """
    shown = SignIn.second_factor_at.is_not(None)
    query = _actor_rows(SignIn, agent=agent, strong=shown if strict else true()).where(
        SignIn.token_hash == token_digest(token), *_good(hours), or_(shown, ~_has_second_factor())
    )
    return _actor(db.session.execute(query).all(), via="session", credential=token)


def _good(hours: int) -> tuple[ColumnElement[bool], ...]:
    return SignIn.ended_at.is_(None), SignIn.started_at > utc_now() - timedelta(hours=hours)


def _has_second_factor() -> ColumnElement[bool]:
    return (
        select(SecondFactor.person_id)
        .where(SecondFactor.person_id == Person.id, SecondFactor.confirmed_at.is_not(None))
        .exists()
    )


def actor_of_token(token: str, *, agent: ColumnElement[bool], strict: bool) -> Actor | None:
    """Return whose API token this is, if it is still good; ``strict`` as for :func:`actor_of_session`."""
    query = _actor_rows(ApiToken, agent=agent, strong=ApiToken.second_factor if strict else true()).where(
        ApiToken.token_hash == token_digest(token), ApiToken.ended_at.is_(None), ApiToken.expires_at > utc_now()
    )
    return _actor(db.session.execute(query).all(), via="token", credential=token)


def _actor_rows(
    credential: type[SignIn | ApiToken], *, agent: ColumnElement[bool], strong: SQLColumnExpression[bool]
) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Person.id,
            Person.public_id,
            Person.name,
            Person.locale,
            agent.label("agent"),
            messages.unread(Person.id).label("unread"),
            RoleHolding.role,
            RoleHolding.department_id,
        )
        .join(credential, credential.person_id == Person.id)
        .outerjoin(
            RoleHolding,
            and_(
                RoleHolding.person_id == Person.id,
                current(RoleHolding.starts_on, RoleHolding.ends_on),
                or_(RoleHolding.role.not_in(STRONG_ROLES), strong),
            ),
        )
        .where(has_not_left())
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
        unread=first.unread,
        via=via,
        credential=credential,
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


def second_factor(person_id: int) -> SecondFactor | None:
    """Return the person's second factor, if it was confirmed."""
    return db.session.scalar(
        select(SecondFactor).where(SecondFactor.person_id == person_id, SecondFactor.confirmed_at.is_not(None))
    )


def unconfirmed_second_factor(person_id: int) -> SecondFactor | None:
    """Return the second factor the person is setting up, or None."""
    return db.session.scalar(
        select(SecondFactor).where(SecondFactor.person_id == person_id, SecondFactor.confirmed_at.is_(None))
    )


def waiting_sign_in(token: str, *, since: datetime) -> SignIn | None:
    """Return the sign-in begun since then that waits for its second factor, or None."""
    return db.session.scalar(
        select(SignIn)
        .join(Person, Person.id == SignIn.person_id)
        .where(
            SignIn.token_hash == token_digest(token),
            SignIn.ended_at.is_(None),
            SignIn.second_factor_at.is_(None),
            SignIn.started_at >= since,
            has_not_left(),
        )
    )


def sign_ins(person_id: int, *, hours: int) -> Sequence[SignIn]:
    """Return the person's sign-ins that are still good, latest first."""
    return db.session.scalars(
        select(SignIn)
        .join(Person, Person.id == SignIn.person_id)
        .where(
            SignIn.person_id == person_id,
            *_good(hours),
            or_(SignIn.second_factor_at.is_not(None), ~_has_second_factor()),
        )
        .order_by(SignIn.id.desc())
    ).all()


def has_shown_second_factor(token: str) -> bool:
    """Say whether the second factor was shown in the sign-in of this token."""
    shown = select(SignIn.second_factor_at).where(SignIn.token_hash == token_digest(token))
    return db.session.scalar(shown) is not None


def recovery_codes_left(person_id: int) -> int:
    """Return how many recovery codes of the person are unused."""
    unused = (
        select(func.count())
        .select_from(RecoveryCode)
        .where(RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
    )
    return db.session.scalar(unused) or 0


def sign_in_by_public_id(public_id: str) -> SignIn | None:
    """Return the sign-in, or None."""
    return db.session.scalar(select(SignIn).where(SignIn.public_id == public_id))


def person_by_identity(issuer: str, subject: str) -> Person | None:
    """Return whom the provider knows under this subject, or None."""
    return db.session.scalar(
        select(Person)
        .join(Identity, Identity.person_id == Person.id)
        .where(Identity.issuer == issuer, Identity.subject == subject)
    )


def identity_of(person_id: int, issuer: str) -> Identity | None:
    """Return under which name the provider knows the person, or None."""
    return db.session.scalar(select(Identity).where(Identity.person_id == person_id, Identity.issuer == issuer))


def was_invited(person: Person) -> bool:
    """Say whether somebody meant this person to sign in: by an invitation, or a password set."""
    invited = select(Invitation.id).where(Invitation.person_id == person.id).exists()
    return person.password_hash is not None or bool(db.session.scalar(select(invited)))


def mailed_link(token: str, purpose: str) -> MailedLink | None:
    """Return the link of a mail that this token opens, if it is unused and has not expired."""
    return db.session.scalar(
        select(MailedLink).where(
            MailedLink.token_hash == token_digest(token),
            MailedLink.purpose == purpose,
            MailedLink.used_at.is_(None),
            MailedLink.expires_at > utc_now(),
        )
    )
