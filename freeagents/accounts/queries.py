"""Questions about people, departments and sign-ins."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, Select, SQLColumnExpression, Text, and_, func, or_, select, true
from sqlalchemy.orm import joinedload

from freeagents.accounts.models import (
    STRONG_ROLES,
    ApiToken,
    Department,
    Employment,
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
from freeagents.db.base import utc_now
from freeagents.extensions import db
from freeagents.messages import queries as messages
from freeagents.messages.mail import Mailbox
from freeagents.security.actor import Actor, Role


def token_digest(token: str) -> bytes:
    """Return what the database keeps of a token: its SHA-256."""
    return hashlib.sha256(token.encode()).digest()


def current(starts_on: SQLColumnExpression[date], ends_on: SQLColumnExpression[date | None]) -> ColumnElement[bool]:
    """Return the condition that today lies within an inclusive range of days."""
    return and_(starts_on <= func.current_date(), or_(ends_on.is_(None), ends_on >= func.current_date()))


def has_not_left() -> ColumnElement[bool]:
    """Return the condition that a :class:`Person` has not left: by a day set, or by the end of the last post."""
    posts = select(Employment.id).where(Employment.person_id == Person.id)
    lasting = posts.where(or_(Employment.ends_on.is_(None), Employment.ends_on >= func.current_date()))
    return and_(
        or_(Person.left_on.is_(None), Person.left_on > func.current_date()), or_(~posts.exists(), lasting.exists())
    )


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


def person_by_email(email: str) -> Person | None:
    """Return the person with this e-mail address, in any case of its letters."""
    return db.session.scalar(select(Person).where(Person.email == email.strip().lower()))


def person_by_id(person_id: int) -> Person:
    """Return a person that is known to exist."""
    return db.session.get_one(Person, person_id)


def names_of(person_ids: Collection[int]) -> dict[int, str]:
    """Return person id → name of those that are known."""
    return dict(db.session.execute(select(Person.id, Person.name).where(Person.id.in_(person_ids))).all())


def mailbox_of(person_id: int) -> Mailbox | None:
    """Return where mail to a person goes; None for somebody who has left or is not known."""
    row = db.session.execute(
        select(Person.email, Person.locale).where(
            Person.id == person_id, or_(Person.left_on.is_(None), Person.left_on > func.current_date())
        )
    ).one_or_none()
    return Mailbox(row.email, row.locale) if row is not None else None


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


def has_left(person_id: int) -> bool:
    """Say whether the person may no longer sign in."""
    return db.session.scalar(select(~has_not_left()).where(Person.id == person_id)) is not False


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


def holds_strong_role(person_id: int) -> bool:
    """Say whether the person holds a role today that needs a second factor."""
    return any(holding.role in STRONG_ROLES for holding in roles_today(person_id))


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


@dataclass(frozen=True, slots=True)
class StillOpen:
    """What keeps a department from being closed."""

    branches: int
    posts: int
    roles: int


def what_is_open_in(department: Department) -> StillOpen:
    """Count what is still open directly in a department."""
    branches = select(func.count()).where(Department.parent_id == department.id, Department.closed_on.is_(None))
    posts = select(func.count()).where(
        Employment.department_id == department.id,
        or_(Employment.ends_on.is_(None), Employment.ends_on >= func.current_date()),
    )
    roles = select(func.count()).where(RoleHolding.department_id == department.id, _not_ended())
    counted = select(branches.scalar_subquery(), posts.scalar_subquery(), roles.scalar_subquery())
    return StillOpen(*db.session.execute(counted).one())


def department_by_id(department_id: int) -> Department:
    """Return a department that is known to exist."""
    return db.session.get_one(Department, department_id)


def find_departments(words: str, *, after: str | None, limit: int) -> Sequence[Department]:
    """Return up to ``limit`` departments whose code, name or abbreviation holds ``words``, by code.

    :param after: the code of the last one of the page before.
    """
    query = select(Department).order_by(Department.code).limit(limit)
    if words:
        held = func.concat_ws(" ", Department.code, Department.names, Department.abbreviation, type_=Text)
        query = query.where(func.lower(held).contains(words.lower(), autoescape=True))
    if after is not None:
        query = query.where(Department.code > after)
    return db.session.scalars(query).all()


def branches_of(department_id: int) -> Sequence[Department]:
    """Return the branches directly under a department, by code."""
    return db.session.scalars(
        select(Department).where(Department.parent_id == department_id).order_by(Department.code)
    ).all()


def holders(department_id: int | None, *, limit: int) -> Sequence[tuple[RoleHolding, Person]]:
    """Return who holds which role in a department (None: in the whole government), now or later; by role and name."""
    held = RoleHolding.department_id.is_(None) if department_id is None else RoleHolding.department_id == department_id
    rows = db.session.execute(
        select(RoleHolding, Person)
        .join(Person, Person.id == RoleHolding.person_id)
        .where(held, _not_ended())
        .order_by(RoleHolding.role, Person.name, RoleHolding.id)
        .limit(limit)
    )
    return [(holding, person) for holding, person in rows]


def role_holding_by_public_id(public_id: str) -> RoleHolding | None:
    """Return the role somebody holds with its department, unless it has ended, or None."""
    return db.session.scalar(
        select(RoleHolding)
        .where(RoleHolding.public_id == public_id, _not_ended())
        .options(joinedload(RoleHolding.department))
    )


def roles_not_ended(person_id: int) -> Sequence[RoleHolding]:
    """Return the roles a person holds now or will hold, with their departments."""
    return db.session.scalars(
        select(RoleHolding)
        .where(RoleHolding.person_id == person_id, _not_ended())
        .options(joinedload(RoleHolding.department))
        .order_by(RoleHolding.role, RoleHolding.id)
    ).all()


def holds_between(
    person_id: int, role: str, department: Department | None, starts_on: date, ends_on: date | None
) -> bool:
    """Say whether the person holds the role in just this department on one of these days."""
    held = RoleHolding.department_id == department.id if department else RoleHolding.department_id.is_(None)
    found = select(RoleHolding.id).where(
        RoleHolding.person_id == person_id,
        RoleHolding.role == role,
        held,
        or_(RoleHolding.ends_on.is_(None), RoleHolding.ends_on >= starts_on),
    )
    if ends_on is not None:
        found = found.where(RoleHolding.starts_on <= ends_on)
    return db.session.scalar(found.limit(1)) is not None


def lasting_administrators(*, for_update: bool = False) -> set[int]:
    """Return the ids of the administrators of the whole government whose role has no last day, and who stay.

    :param for_update: others who ask so wait until this transaction has ended.
    """
    query = (
        select(RoleHolding.person_id)
        .join(Person, Person.id == RoleHolding.person_id)
        .where(
            RoleHolding.role == "administrator",
            RoleHolding.department_id.is_(None),
            RoleHolding.starts_on <= func.current_date(),
            RoleHolding.ends_on.is_(None),
            Person.left_on.is_(None),
            has_not_left(),
        )
        .order_by(RoleHolding.id)
    )
    return set(db.session.scalars(query.with_for_update(of=RoleHolding) if for_update else query))


def person_by_public_id(public_id: str) -> Person | None:
    """Return the person, or None."""
    return db.session.scalar(select(Person).where(Person.public_id == public_id))


def find_people(words: str, *, limit: int) -> Sequence[Person]:
    """Return up to ``limit`` people whose name or e-mail address begins with ``words``, by name."""
    begins = words.strip().lower()
    return db.session.scalars(
        select(Person)
        .where(
            or_(
                func.lower(Person.name).startswith(begins, autoescape=True),
                Person.email.startswith(begins, autoescape=True),
            )
        )
        .order_by(func.lower(Person.name), Person.id)
        .limit(limit)
    ).all()


def unfinished_leavers(*, limit: int) -> Sequence[Person]:
    """Return people who have left while something of theirs is open: the account, a sign-in, a token, a role."""
    open_rows = (
        select(model.id).where(model.person_id == Person.id, model.ended_at.is_(None)).exists()
        for model in (SignIn, ApiToken)
    )
    roles = select(RoleHolding.id).where(RoleHolding.person_id == Person.id, _not_ended()).exists()
    ended = select(Employment.person_id).where(Employment.ends_on < func.current_date())
    return db.session.scalars(
        select(Person)
        .where(
            or_(Person.left_on <= func.current_date(), and_(Person.left_on.is_(None), Person.id.in_(ended))),
            ~has_not_left(),
            or_(Person.left_on.is_(None), roles, *open_rows),
        )
        .order_by(Person.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def _not_ended() -> ColumnElement[bool]:
    return or_(RoleHolding.ends_on.is_(None), RoleHolding.ends_on >= func.current_date())


def open_departments() -> Sequence[Department]:
    """Return the departments that are not closed, by code."""
    return db.session.scalars(select(Department).where(Department.closed_on.is_(None)).order_by(Department.code)).all()
