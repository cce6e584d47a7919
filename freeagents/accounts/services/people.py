"""People and their posts: add, invite, employ."""

from __future__ import annotations

import secrets
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import delete

from freeagents.accounts.models import Department, Employment, Invitation, Person
from freeagents.accounts.queries import credentials, directory
from freeagents.accounts.services.passwords import set_password
from freeagents.accounts.services.signing_in import sign_out_everywhere
from freeagents.audit.services import record
from freeagents.country.entries import Rung
from freeagents.db.base import today, utc_now
from freeagents.errors import Conflict
from freeagents.extensions import db
from freeagents.messages.services.telling import send

INVITATION_DAYS = 7


def add_person(*, name: str, email: str, actor_id: int | None, locale: str | None = None) -> Person:
    """Make an account that nobody can sign in to yet.

    :raises Conflict: the e-mail address has an account already.
    """
    if directory.person_by_email(email) is not None:
        raise Conflict(_("%(email)s has an account already.", email=email), field="email")
    person = Person(name=name, email=email.strip().lower(), locale=locale)
    db.session.add(person)
    db.session.flush()
    record(db.session, "person:add", f"person/{person.public_id}", actor_id=actor_id)
    return person


def invite(*, person: Person, actor_id: int | None) -> str:
    """Return the token of a new invitation, which also goes out by mail; earlier ones of the person stop working."""
    db.session.execute(delete(Invitation).where(Invitation.person_id == person.id, Invitation.used_at.is_(None)))
    token = secrets.token_urlsafe(24)
    db.session.add(
        Invitation(
            person_id=person.id,
            token_hash=credentials.token_digest(token),
            expires_at=utc_now() + timedelta(days=INVITATION_DAYS),
        )
    )
    db.session.flush()
    facts = {"token": token, "days": INVITATION_DAYS}
    send("account:invite", address=person.email, locale=person.locale, facts=facts)
    record(db.session, "person:invite", f"person/{person.public_id}", actor_id=actor_id)
    return token


def accept_invitation(*, token: str, password: str) -> Person:
    """Set the password of the invited person and end whatever was signed in before.

    :raises Conflict: the invitation was used or has expired.
    :raises Invalid: the password is too short or holds the e-mail address.
    """
    invitation = credentials.invitation(token)
    if invitation is None:
        raise Conflict(_("This invitation was used already or has expired. Ask for a new one."))
    person = directory.person_by_id(invitation.person_id)
    set_password(person=person, password=password)
    invitation.used_at = utc_now()
    db.session.flush()
    sign_out_everywhere(person_id=person.id, actor_id=person.id)
    record(db.session, "person:accept_invitation", f"person/{person.public_id}", actor_id=person.id)
    return person


def employ(
    *, person: Person, department: Department, grade: Rung | None, starts_on: date, actor_id: int | None
) -> Employment:
    """Give a person a permanent post in a department, or change today's post in place."""
    employment = directory.employment_today(person.id)
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


def invite_to_department(*, name: str, email: str, department: Department, actor_id: int) -> Person:
    """Invite somebody to a post in a department; somebody who has left comes back with the same account.

    :raises Conflict: the e-mail address has an account already.
    """
    person = directory.person_by_email(email)
    if person is None:
        person = add_person(name=name, email=email, actor_id=actor_id)
    elif directory.has_left(person.id):
        person.left_on = None
        record(db.session, "person:come_back", f"person/{person.public_id}", actor_id=actor_id)
    else:
        raise Conflict(_("%(email)s has an account already.", email=person.email), field="email")
    post = employ(person=person, department=department, grade=None, starts_on=today(), actor_id=actor_id)
    post.ends_on = None
    invite(person=person, actor_id=actor_id)
    return person


def invite_again(*, person: Person, actor_id: int) -> None:
    """Send somebody a new invitation.

    :raises Conflict: the person has left.
    """
    if directory.has_left(person.id):
        raise Conflict(_("%(name)s has left.", name=person.name))
    invite(person=person, actor_id=actor_id)


def choose_locale(*, person: Person, locale: str) -> None:
    """Keep the language that pages and mail speak to a person."""
    person.locale = locale
    db.session.flush()
    record(db.session, "account:choose_locale", f"person/{person.public_id}", actor_id=person.id, locale=locale)
