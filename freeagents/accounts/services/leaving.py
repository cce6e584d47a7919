"""People who leave: their sign-ins, roles and posts end, at once or after a last day."""

from __future__ import annotations

from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import delete

from freeagents.accounts.models import Invitation, MailedLink, Person
from freeagents.accounts.queries import directory
from freeagents.accounts.services.roles import end_now, refuse_to_lose_last_administrator
from freeagents.accounts.services.signing_in import sign_out_everywhere
from freeagents.audit.services import record
from freeagents.db.base import today
from freeagents.errors import Conflict, Invalid
from freeagents.extensions import db

MOST_A_RUN = 500


def end_account(*, person: Person, last_day: date | None, note: str, actor_id: int) -> None:
    """Let a person leave: at once, or after a last day.

    :param note: why, in the words of whoever does it.
    :raises Conflict: it is one's own account, the last administrator's, or ended already.
    :raises Invalid: the last day is past.
    """
    if person.id == actor_id:
        raise Conflict(_("Nobody ends their own account. Ask another administrator."))
    if directory.has_left(person.id):
        raise Conflict(_("%(name)s has left already.", name=person.name))
    if last_day is not None and last_day < today():
        raise Invalid(_("The last day must not be in the past."), field="last_day")
    if person.id in directory.lasting_administrators(for_update=True):
        refuse_to_lose_last_administrator(person)
    record(
        db.session,
        "person:end",
        f"person/{person.public_id}",
        actor_id=actor_id,
        note=note,
        last_day=last_day.isoformat() if last_day else None,
    )
    person.left_on = today() if last_day is None else last_day + timedelta(days=1)
    if last_day is None:
        _close(person)
    else:
        for holding in directory.roles_not_ended(person.id):
            if holding.ends_on is None or holding.ends_on > last_day:
                holding.ends_on = max(holding.starts_on, last_day)
        employment = directory.employment_today(person.id)
        if employment is not None:
            employment.ends_on = last_day
    db.session.flush()


def end_leavers() -> None:
    """Close what is still open of people whose last day has passed; a job's handler.

    They cannot do anything any more from the day itself on: this puts the records right.
    """
    for person in directory.unfinished_leavers(limit=MOST_A_RUN):
        if person.left_on is None:
            person.left_on = today()
        _close(person)
        record(db.session, "person:leave", f"person/{person.public_id}", actor_id=None)
    db.session.flush()


def _close(person: Person) -> None:
    for holding in directory.roles_not_ended(person.id):
        end_now(holding)
    employment = directory.employment_today(person.id)
    if employment is not None:
        employment.ends_on = max(employment.starts_on, today() - timedelta(days=1))
    for model in (Invitation, MailedLink):
        db.session.execute(delete(model).where(model.person_id == person.id, model.used_at.is_(None)))
    sign_out_everywhere(person_id=person.id, actor_id=None)
