"""Use-cases of accounts: invite, sign in, sign out, hold roles and posts, API tokens."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import date, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import gettext as _
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from freeagents.accounts import queries
from freeagents.accounts.models import (
    ROLES,
    ApiToken,
    Department,
    Employment,
    Invitation,
    Person,
    RoleHolding,
    SignIn,
    SignInAttempt,
)
from freeagents.audit.services import record
from freeagents.country.entries import Rung
from freeagents.db.base import Words, utc_now
from freeagents.errors import Conflict, Invalid, TooMany
from freeagents.extensions import db

INVITATION_DAYS = 7
TOKEN_DAYS = 90
MINIMUM_PASSWORD = 12
ATTEMPT_WINDOW = timedelta(minutes=15)
ATTEMPTS_AN_ACCOUNT = 8
ATTEMPTS_AN_ADDRESS = 60

_hasher = PasswordHasher()


class WrongCredentials(Invalid):
    """The e-mail address and password do not belong together; it is not said which of them is wrong."""


def sign_in(*, email: str, password: str, address: str, secret: str) -> tuple[Person, str]:
    """Check a password and start a sign-in.

    :param address: the network address of the browser; kept only as a keyed hash, and only if the attempt fails.
    :returns: the person and the token for the cookie.
    :raises TooMany: too many failed attempts for this account or from this address.
    :raises WrongCredentials: the two do not belong together, or the person has left.
    """
    keys = {
        _attempt_key(secret, "account", email.strip().lower()): ATTEMPTS_AN_ACCOUNT,
        _attempt_key(secret, "address", address): ATTEMPTS_AN_ADDRESS,
    }
    since = utc_now() - ATTEMPT_WINDOW
    for key, limit in keys.items():
        if queries.failed_attempts(key, since=since) >= limit:
            raise TooMany(
                _("Too many attempts to sign in. Wait 15 minutes and try again."),
                retry_after=int(ATTEMPT_WINDOW.total_seconds()),
            )
    person = queries.person_by_email(email)
    if not _password_is_right(person, password) or person is None or _has_left(person):
        _note_failed_attempt(list(keys))
        raise WrongCredentials(_("The email address or the password is not right."), field="email")
    token = secrets.token_urlsafe(32)
    db.session.add(SignIn(person_id=person.id, token_hash=queries.token_digest(token)))
    record(db.session, "account:sign_in", f"person/{person.public_id}", actor_id=person.id)
    return person, token


def sign_out(*, token: str, actor_id: int) -> None:
    """End the sign-in of one browser."""
    db.session.execute(
        update(SignIn).where(SignIn.token_hash == queries.token_digest(token)).values(ended_at=utc_now())
    )
    record(db.session, "account:sign_out", "person/self", actor_id=actor_id)


def sign_out_everywhere(*, person_id: int, actor_id: int) -> None:
    """End all sign-ins of a person and all API tokens."""
    for model in (SignIn, ApiToken):
        db.session.execute(
            update(model).where(model.person_id == person_id, model.ended_at.is_(None)).values(ended_at=utc_now())
        )
    record(db.session, "account:sign_out_everywhere", "person/self", actor_id=actor_id)


def add_person(*, name: str, email: str, actor_id: int | None, locale: str | None = None) -> Person:
    """Make an account that nobody can sign in to yet.

    :raises Conflict: the e-mail address has an account already.
    """
    if queries.person_by_email(email) is not None:
        raise Conflict(_("%(email)s has an account already.", email=email), field="email")
    person = Person(name=name, email=email.strip().lower(), locale=locale)
    db.session.add(person)
    db.session.flush()
    record(db.session, "person:add", f"person/{person.public_id}", actor_id=actor_id)
    return person


def invite(*, person: Person, actor_id: int | None) -> str:
    """Return the token of a new invitation; earlier ones of the same person stop working."""
    db.session.execute(delete(Invitation).where(Invitation.person_id == person.id, Invitation.used_at.is_(None)))
    token = secrets.token_urlsafe(24)
    db.session.add(
        Invitation(
            person_id=person.id,
            token_hash=queries.token_digest(token),
            expires_at=utc_now() + timedelta(days=INVITATION_DAYS),
        )
    )
    db.session.flush()
    record(db.session, "person:invite", f"person/{person.public_id}", actor_id=actor_id)
    return token


def accept_invitation(*, token: str, password: str) -> Person:
    """Set the password of the invited person and end whatever was signed in before.

    :raises Conflict: the invitation was used or has expired.
    :raises Invalid: the password is too short or holds the e-mail address.
    """
    invitation = queries.invitation(token)
    if invitation is None:
        raise Conflict(_("This invitation was used already or has expired. Ask for a new one."))
    person = queries.person_by_id(invitation.person_id)
    set_password(person=person, password=password)
    invitation.used_at = utc_now()
    db.session.flush()
    sign_out_everywhere(person_id=person.id, actor_id=person.id)
    record(db.session, "person:accept_invitation", f"person/{person.public_id}", actor_id=person.id)
    return person


def set_password(*, person: Person, password: str) -> None:
    """Keep the argon2 hash of a password.

    :raises Invalid: it is too short or holds the e-mail address.
    """
    if len(password) < MINIMUM_PASSWORD:
        raise Invalid(
            _("Choose a password of at least %(count)d characters.", count=MINIMUM_PASSWORD), field="password"
        )
    if person.email.split("@")[0] in password.lower():
        raise Invalid(_("Choose a password that does not contain your email address."), field="password")
    person.password_hash = _hasher.hash(password)
    db.session.flush()


def give_role(
    *, person: Person, role: str, department: Department | None, starts_on: date, actor_id: int | None
) -> RoleHolding:
    """Let a person hold a role in a department and its branches, or in the whole government (no department).

    :raises Invalid: there is no such role.
    """
    if role not in ROLES:
        raise Invalid(
            _("There is no role %(role)s. Choose one of: %(roles)s.", role=role, roles=", ".join(ROLES)), field="role"
        )
    holding = RoleHolding(
        person_id=person.id, role=role, department_id=department.id if department else None, starts_on=starts_on
    )
    db.session.add(holding)
    db.session.flush()
    record(
        db.session,
        "role:give",
        f"person/{person.public_id}",
        actor_id=actor_id,
        role=role,
        department=department.public_id if department else None,
    )
    return holding


def employ(
    *, person: Person, department: Department, grade: Rung | None, starts_on: date, actor_id: int | None
) -> Employment:
    """Give a person a permanent post in a department, or change today's post in place."""
    employment = queries.employment_today(person.id)
    if employment is None:
        employment = Employment(person_id=person.id, starts_on=starts_on)
        db.session.add(employment)
    employment.department_id = department.id
    set_grade(employment=employment, grade=grade)
    db.session.flush()
    record(
        db.session, "employment:set", f"person/{person.public_id}", actor_id=actor_id, department=department.public_id
    )
    return employment


def set_grade(*, employment: Employment, grade: Rung | None) -> None:
    """Put a grade and its place in the ladders on a post."""
    employment.grade = grade.code if grade else None
    employment.grade_ladder = grade.ladder if grade else None
    employment.grade_rank = grade.rank if grade else None
    employment.grade_band = grade.band if grade else None


def add_department(
    *,
    code: str,
    names: Words,
    kind: str = "department",
    parent: Department | None = None,
    abbreviation: Words | None = None,
    portfolio: Words | None = None,
) -> Department:
    """Add a node to the tree of departments."""
    department = Department(
        code=code,
        names=names,
        kind=kind,
        parent_id=parent.id if parent else None,
        abbreviation=abbreviation or {},
        portfolio=portfolio,
    )
    db.session.add(department)
    db.session.flush()
    department.lineage = [*(parent.lineage if parent else []), department.id]
    department.employer_id = department.id if kind == "department" or parent is None else parent.employer_id
    db.session.flush()
    return department


def make_api_token(*, person_id: int, name: str, actor_id: int) -> str:
    """Return a new bearer token for the API; it is not kept and cannot be shown again."""
    token = "fa_" + secrets.token_urlsafe(32)
    row = ApiToken(
        person_id=person_id,
        name=name,
        token_hash=queries.token_digest(token),
        expires_at=utc_now() + timedelta(days=TOKEN_DAYS),
    )
    db.session.add(row)
    db.session.flush()
    record(db.session, "api_token:make", f"api_token/{row.public_id}", actor_id=actor_id)
    return token


def end_api_token(*, token: ApiToken, actor_id: int) -> None:
    """Make a bearer token stop working."""
    token.ended_at = utc_now()
    db.session.flush()
    record(db.session, "api_token:end", f"api_token/{token.public_id}", actor_id=actor_id)


def _password_is_right(person: Person | None, password: str) -> bool:
    """Compare in the same time whether or not there is such an account."""
    known = person.password_hash if person else None
    try:
        _hasher.verify(known or _hash_of_nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return known is not None


@cache
def _hash_of_nobody() -> str:
    return _hasher.hash(secrets.token_urlsafe(16))


def _has_left(person: Person) -> bool:
    return person.left_on is not None and person.left_on <= utc_now().date()


def _attempt_key(secret: str, kind: str, value: str) -> bytes:
    return hmac.digest(secret.encode(), f"{kind}:{value}".encode(), hashlib.sha256)


def _note_failed_attempt(keys: list[bytes]) -> None:
    """Write in a short transaction of its own, since the request's is rolled back."""
    with Session(db.engine) as session, session.begin():
        session.execute(delete(SignInAttempt).where(SignInAttempt.at < utc_now() - ATTEMPT_WINDOW))
        session.add_all(SignInAttempt(key=key) for key in keys)
