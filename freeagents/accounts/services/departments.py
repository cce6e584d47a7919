"""The tree of departments."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from freeagents.accounts.models import Department
from freeagents.accounts.queries import directory
from freeagents.audit.services import record
from freeagents.db.base import Words, today
from freeagents.errors import Conflict, Invalid
from freeagents.extensions import db


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


def found_department(*, code: str, names: Words, parent: Department | None, actor_id: int) -> Department:
    """Add a department, or a branch of one.

    :raises Conflict: the parent is closed.
    :raises Invalid: another department has this code.
    """
    if directory.department_by_code(code) is not None:
        raise Invalid(_("Another department has the code %(code)s. Choose another.", code=code), field="code")
    if parent is not None:
        _refuse_closed(parent)
    department = add_department(code=code, names=names, kind="branch" if parent else "department", parent=parent)
    department.renamed = True
    record(
        db.session,
        "department:add",
        f"department/{department.public_id}",
        actor_id=actor_id,
        code=code,
        parent=parent.public_id if parent else None,
    )
    return department


def rename_department(*, department: Department, names: Words, actor_id: int) -> None:
    """Give a department another name, which the country pack then leaves alone."""
    _refuse_closed(department)
    department.names = names
    department.renamed = True
    db.session.flush()
    record(db.session, "department:rename", f"department/{department.public_id}", actor_id=actor_id)


def close_department(*, department: Department, actor_id: int) -> None:
    """Close a department: nothing new is given to it from today on; what it did stays.

    :raises Conflict: it is closed already, or something of it is still open.
    """
    _refuse_closed(department)
    left = directory.what_is_open_in(department)
    if left.branches:
        raise Conflict(ngettext("Close its branch first.", "Close its %(num)d branches first.", left.branches))
    if left.posts:
        raise Conflict(
            ngettext("One person still has a post here.", "%(num)d people still have their posts here.", left.posts)
        )
    if left.roles:
        raise Conflict(
            ngettext("End the role that is held here first.", "End the %(num)d roles that are held here first.",
                     left.roles)
        )  # fmt: skip
    department.closed_on = today()
    db.session.flush()
    record(db.session, "department:close", f"department/{department.public_id}", actor_id=actor_id)


def _refuse_closed(department: Department) -> None:
    if department.closed_on is not None:
        raise Conflict(_("This department is closed."))
