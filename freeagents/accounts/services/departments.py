"""The tree of departments."""

from __future__ import annotations

from freeagents.accounts.models import Department
from freeagents.db.base import Words
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
