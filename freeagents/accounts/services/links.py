"""Links in mails: for who forgot the password, and for a new e-mail address that is to prove itself."""

from __future__ import annotations

import secrets
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import delete, update

from freeagents.accounts.models import MailedLink, Person
from freeagents.accounts.queries import credentials, directory
from freeagents.accounts.services.passwords import password_is_right, set_password
from freeagents.accounts.services.signing_in import ATTEMPTS_AN_ACCOUNT, WrongCredentials, sign_out_everywhere
from freeagents.accounts.services.throttle import ATTEMPT_WINDOW, attempt_key, note_failure, refuse_too_many
from freeagents.audit.services import record
from freeagents.db.base import utc_now
from freeagents.errors import Conflict, Invalid
from freeagents.extensions import db
from freeagents.jobs.queue import enqueue
from freeagents.messages.services.telling import send

RESET_JOB = "account:send_reset"
RESET_HOURS = 1
EMAIL_HOURS = 24
ASKED_FOR_AN_ACCOUNT = 3
ASKED_FROM_AN_ADDRESS = 20
NOBODY = 0


def ask_reset(*, email: str, address: str, secret: str) -> None:
    """Let a worker send a link that sets a new password, if somebody may have one.

    The same is done here whether or not there is such an account, so that neither answer nor time tells.

    :raises TooMany: asked too often from this network address.
    """
    from_address = attempt_key(secret, "reset from address", address)
    for_account = attempt_key(secret, "reset for account", email.strip().lower())
    refuse_too_many({from_address: ASKED_FROM_AN_ADDRESS})
    asked_often = credentials.failed_attempts(for_account, since=utc_now() - ATTEMPT_WINDOW) >= ASKED_FOR_AN_ACCOUNT
    note_failure(from_address, for_account)
    person = directory.person_by_email(email)
    enqueue(db.session, RESET_JOB, person_id=NOBODY if person is None or asked_often else person.id)


def send_reset(*, person_id: int) -> None:
    """Send the link; nothing to people who have left, were never invited, or do not exist."""
    person = db.session.get(Person, person_id)
    if person is None or directory.has_left(person.id) or not credentials.was_invited(person):
        return
    token = _new_link(person, "password", hours=RESET_HOURS)
    send("account:reset", address=person.email, locale=person.locale, facts={"token": token, "hours": RESET_HOURS})
    record(db.session, "account:send_reset", f"person/{person.public_id}", actor_id=None)


def reset_password(*, token: str, password: str) -> None:
    """Set a new password by a mailed link, and end everything that was signed in.

    :raises Conflict: the link was used or has expired.
    :raises Invalid: the password is too short or holds the e-mail address.
    """
    link = credentials.mailed_link(token, "password")
    if link is None:
        raise dead_link()
    person = directory.person_by_id(link.person_id)
    set_password(person=person, password=password)
    _use_up(link)
    sign_out_everywhere(person_id=person.id, actor_id=person.id)
    record(db.session, "password:reset", f"person/{person.public_id}", actor_id=person.id)
    _tell_of_change(person, "password")


def change_password(*, person: Person, current: str, password: str, sign_in: str, secret: str) -> None:
    """Set another password, and end everything signed in but ``sign_in``, the token of the present sign-in.

    :raises Invalid: the new one is too short or holds the e-mail address.
    :raises TooMany: the current one was wrong too often.
    :raises WrongCredentials: the current one is wrong.
    """
    refuse_wrong_password(person, current, secret=secret, field="current")
    set_password(person=person, password=password)
    sign_out_everywhere(person_id=person.id, actor_id=person.id, but=sign_in)
    record(db.session, "password:change", f"person/{person.public_id}", actor_id=person.id)
    _tell_of_change(person, "password")


def ask_email_change(*, person: Person, email: str, password: str, secret: str) -> None:
    """Send a link to a new address that makes it the person's; the old one is told.

    Whether the address is somebody else's is not said: then no link is sent.

    :param password: asked of those who have one.
    :raises Invalid: it is the address the person has.
    :raises WrongCredentials: the password is wrong.
    """
    if person.password_hash is not None:
        refuse_wrong_password(person, password, secret=secret, field="password")
    wanted = email.strip().lower()
    if wanted == person.email:
        raise Invalid(_("This is your email address already."), field="email")
    if directory.person_by_email(wanted) is None:
        token = _new_link(person, "email", hours=EMAIL_HOURS, email=wanted)
        facts = {"token": token, "hours": EMAIL_HOURS}
        send("account:confirm_email", address=wanted, locale=person.locale, facts=facts)
    record(db.session, "email:ask_change", f"person/{person.public_id}", actor_id=person.id)
    _tell_of_change(person, "email")


def confirm_email(*, token: str) -> None:
    """Make the address that a link was sent to the person's own.

    :raises Conflict: the link was used or has expired, or the address has become somebody else's.
    """
    link = credentials.mailed_link(token, "email")
    if link is None or link.email is None:
        raise dead_link()
    if directory.person_by_email(link.email) is not None:
        raise Conflict(_("This address is in use by now. Ask HR of your department."))
    person = directory.person_by_id(link.person_id)
    _use_up(link)
    person.email = link.email
    # A link to the old address must not open the account any more.
    db.session.execute(delete(MailedLink).where(MailedLink.person_id == person.id, MailedLink.used_at.is_(None)))
    db.session.flush()
    record(db.session, "email:change", f"person/{person.public_id}", actor_id=person.id)


def dead_link() -> Conflict:
    """Return the refusal of a link that works no more."""
    return Conflict(_("This link was used already or has expired. Ask for a new one."))


def _new_link(person: Person, purpose: str, *, hours: int, email: str | None = None) -> str:
    """Return the token of a new link; earlier ones of its purpose stop working."""
    db.session.execute(
        delete(MailedLink).where(
            MailedLink.person_id == person.id, MailedLink.purpose == purpose, MailedLink.used_at.is_(None)
        )
    )
    token = secrets.token_urlsafe(24)
    db.session.add(
        MailedLink(
            person_id=person.id,
            purpose=purpose,
            email=email,
            token_hash=credentials.token_digest(token),
            expires_at=utc_now() + timedelta(hours=hours),
        )
    )
    db.session.flush()
    return token


def _use_up(link: MailedLink) -> None:
    used = db.session.execute(
        update(MailedLink)
        .where(MailedLink.id == link.id, MailedLink.used_at.is_(None))
        .values(used_at=utc_now())
        .returning(MailedLink.id)
    )
    if used.first() is None:
        raise dead_link()


def refuse_wrong_password(person: Person, password: str, *, secret: str, field: str) -> None:
    """Refuse a password that is not the person's.

    :raises TooMany: it was wrong too often. :raises WrongCredentials: it is wrong; the sentence belongs to ``field``.
    """
    key = attempt_key(secret, "account", person.email)
    refuse_too_many({key: ATTEMPTS_AN_ACCOUNT})
    if not password_is_right(person, password):
        note_failure(key)
        raise WrongCredentials(_("The password is not right."), field=field)


def _tell_of_change(person: Person, what: str) -> None:
    send("account:change", address=person.email, locale=person.locale, facts={"what": what})
