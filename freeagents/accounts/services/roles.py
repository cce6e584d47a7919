"""Roles: held in a department and its branches, or in the whole government."""

from __future__ import annotations

from datetime import date, timedelta

from flask_babel import gettext as _

from freeagents.accounts.models import ROLES, Department, Person, RoleHolding
from freeagents.accounts.queries import directory
from freeagents.audit.services import record
from freeagents.db.base import today
from freeagents.errors import Conflict, Invalid
from freeagents.extensions import db

ADMINISTRATOR = "administrator"


def give_role(
    *,
    person: Person,
    role: str,
    department: Department | None,
    starts_on: date,
    ends_on: date | None = None,
    actor_id: int | None,
) -> RoleHolding:
    """Let a person hold a role in a department and its branches, or in the whole government (no department).

    :raises Conflict: it is held already, or somebody would give it to themselves.
    :raises Invalid: there is no such role, the department is closed, or the days are the wrong way round.
    """
    if role not in ROLES:
        raise Invalid(
            _("There is no role %(role)s. Choose one of: %(roles)s.", role=role, roles=", ".join(ROLES)), field="role"
        )
    if ends_on is not None and ends_on < starts_on:
        raise Invalid(_("The last day must not be before the first."), field="ends_on")
    if department is not None and department.closed_on is not None:
        raise Invalid(_("This department is closed."))
    if actor_id == person.id:
        raise Conflict(_("Nobody gives themselves a role. Ask another administrator."))
    if directory.has_left(person.id):
        raise Conflict(_("%(name)s has left.", name=person.name))
    if directory.holds_between(person.id, role, department, starts_on, ends_on):
        raise Conflict(_("%(name)s holds this role there already.", name=person.name), field="role")
    holding = RoleHolding(
        person_id=person.id,
        role=role,
        department_id=department.id if department else None,
        starts_on=starts_on,
        ends_on=ends_on,
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
        starts_on=starts_on.isoformat(),
        ends_on=ends_on.isoformat() if ends_on else None,
    )
    return holding


def end_role(*, holding: RoleHolding, last_day: date | None = None, actor_id: int) -> None:
    """Let a role end: at once, or after a last day.

    :raises Conflict: it is the last administrator's.
    :raises Invalid: the last day is before the first, or past.
    """
    person = directory.person_by_id(holding.person_id)
    if last_day is not None and last_day < max(holding.starts_on, today()):
        raise Invalid(_("The last day must not be in the past, nor before the first."), field="last_day")
    if holding.role == ADMINISTRATOR and holding.department_id is None:
        refuse_to_lose_last_administrator(person)
    record(
        db.session,
        "role:end",
        f"person/{person.public_id}",
        actor_id=actor_id,
        role=holding.role,
        department=directory.department_by_id(holding.department_id).public_id if holding.department_id else None,
        last_day=last_day.isoformat() if last_day else None,
    )
    if last_day is not None:
        holding.ends_on = last_day
        db.session.flush()
    else:
        end_now(holding)


def end_now(holding: RoleHolding) -> None:
    """End a role at once: yesterday was its last day; one that began today was never held."""
    if holding.starts_on < today():
        holding.ends_on = today() - timedelta(days=1)
    else:
        db.session.delete(holding)
    db.session.flush()


def refuse_to_lose_last_administrator(person: Person) -> None:
    """Make sure that somebody else stays administrator; two who go at the same moment wait for each other.

    :raises Conflict: nobody else is one for good.
    """
    if not directory.lasting_administrators(for_update=True) - {person.id}:
        raise Conflict(
            _("%(name)s is the last administrator. Give somebody else the role first, without a last day.",
              name=person.name)
        )  # fmt: skip
