"""Roles: held in a department and its branches, or in the whole government."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _

from freeagents.accounts.models import ROLES, Department, Person, RoleHolding
from freeagents.audit.services import record
from freeagents.errors import Invalid
from freeagents.extensions import db


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
