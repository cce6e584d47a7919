"""Everything held about a person, as the data register says it is given out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import chain
from typing import Any

from sqlalchemy import Column, ColumnElement, Integer, Select, Table, Text, and_, func, literal, or_, select, union_all
from sqlalchemy.dialects.postgresql import aggregate_order_by

from freeagents.accounts.models import Department, Person
from freeagents.applications.models import Application
from freeagents.audit.models import AuditEntry
from freeagents.db.base import Base
from freeagents.extensions import db
from freeagents.privacy.queries import register
from freeagents.privacy.queries.looks import TOLD
from freeagents.profiles.models import Profile
from freeagents.projects.models import Project, Seat
from freeagents.rounds.models import Round
from freeagents.skills.models import Skill

Whose = Callable[[Table, Person], ColumnElement[bool]]
OWNER = ("person_id", "profile_id", "recipient_id")
"""The columns that say whose a row is, where nothing else is said; they are not given: it is the person's own."""
WITHHELD = {("proposal", "parts"): "short_list"}
"""A member of a column that others keep private from the person."""
APART = frozenset({"left_out_part", "snapshot_key"})
"""Tables that know rows of a snapshot, not people: :mod:`freeagents.privacy.queries.outcomes` reads them."""


def whole_record(person: Person) -> dict[str, list[dict[str, Any]]]:
    """Return table → rows about the person, each with the columns the register gives out; in one question."""
    arms = []
    for table in given_tables():
        pairs = chain.from_iterable((literal(name, Text), value) for name, value in given_columns(table).items())
        row = func.jsonb_build_object(*pairs)
        rows = func.jsonb_agg(aggregate_order_by(row, *table.primary_key.columns))
        arms.append(select(literal(table.name, Text), rows).where(is_about(table, person)))
    found: dict[str, Any] = dict(db.session.execute(union_all(*arms)).all())
    return {table: found[table] or [] for table in sorted(found)}


def given_tables() -> list[Table]:
    """Return the tables of which something is given to the person it is about."""
    return [
        Base.metadata.tables[name]
        for name, columns in register.register().items()
        if name not in APART and any(column.is_given for column in columns)
    ]


def given_columns(table: Table) -> dict[str, ColumnElement[Any]]:
    """Return the columns to give, by name: numbers of rows become the names that people know them by, or are left out.

    Numbers that only hold the tables together say nothing about anybody.
    """
    found: dict[str, ColumnElement[Any]] = {}
    for entry in register.register()[table.name]:
        column = table.columns[entry.name]
        if not entry.is_given or column.name in OWNER:
            continue
        named = _named(column)
        if named is not None:
            found[column.name] = named
        elif not (entry.kind == "key" and isinstance(column.type, Integer)):
            hidden = WITHHELD.get((table.name, column.name))
            found[column.name] = column if hidden is None else column.op("-")(literal(hidden, Text))
    return found


def is_about(table: Table, person: Person) -> ColumnElement[bool]:
    """Return the condition that a row is about the person.

    :raises LookupError: nothing says whose the rows of this table are: add it to :data:`WHOSE`.
    """
    if table.name in WHOSE:
        return WHOSE[table.name](table, person)
    columns = table.columns
    if "person_id" in columns:
        return columns["person_id"] == person.id
    if "recipient_id" in columns:
        return columns["recipient_id"] == person.id
    if "profile_id" in columns:
        return columns["profile_id"].in_(select(Profile.id).where(Profile.person_id == person.id))
    raise LookupError(table.name)


def acts_on(person: Person) -> ColumnElement[bool]:
    """Return the condition that an audit entry is about the person: about the account, or an application."""
    own = select(literal("application/", Text) + Application.public_id).where(Application.person_id == person.id)
    return or_(AuditEntry.subject == f"person/{person.public_id}", AuditEntry.subject.in_(own))


def _entries(_table: Table, person: Person) -> ColumnElement[bool]:
    return or_(AuditEntry.actor_id == person.id, acts_on(person))


def _notes(table: Table, person: Person) -> ColumnElement[bool]:
    return table.columns["entry_id"].in_(select(AuditEntry.id).where(acts_on(person)))


def _in_told_rounds(table: Table, person: Person) -> ColumnElement[bool]:
    told = select(Round.id).where(Round.state.in_(TOLD))
    return and_(table.columns["person_id"] == person.id, table.columns["round_id"].in_(told))


def _in_told_series(table: Table, person: Person) -> ColumnElement[bool]:
    told = select(Round.series).where(Round.state.in_(TOLD))
    return and_(table.columns["person_id"] == person.id, table.columns["series"].in_(told))


WHOSE: Mapping[str, Whose] = {
    "person": lambda table, person: table.columns["id"] == person.id,
    "external_id": lambda table, person: and_(table.columns["kind"] == "person", table.columns["row_id"] == person.id),
    "mail": lambda table, person: or_(
        table.columns["recipient_id"] == person.id, table.columns["address"] == person.email
    ),
    "audit_entry": _entries,
    "audit_note": _notes,
    # What a round proposes is for HR alone until it is published.
    "edit": _in_told_series,
    "proposal": _in_told_rounds,
}
"""Whose the rows of a table are, where no column of :data:`OWNER` says it, or not all of them are given."""


def _named(column: Column[Any]) -> ColumnElement[Any] | None:
    """Return the name of the row a column points to; None where it points to none, or to nothing with a name."""
    if column.name == "actor_id":
        return _name_of(Person.id, Person.name, column)
    for key in column.foreign_keys:
        if key.column.table.name in NAMES:
            return NAMES[key.column.table.name](column)
    return None


def _name_of(key: Any, name: Any, column: Column[Any]) -> ColumnElement[Any]:
    query: Select[Any] = select(name).where(key == column)
    return query.scalar_subquery()


def _project(column: Column[Any]) -> ColumnElement[Any]:
    told = func.jsonb_build_object(
        literal("id", Text), Project.public_id, literal("title", Text), Project.title, type_=Text
    )
    return _name_of(Project.id, told, column)


NAMES: Mapping[str, Callable[[Column[Any]], ColumnElement[Any]]] = {
    "department": lambda column: _name_of(Department.id, Department.code, column),
    "person": lambda column: _name_of(Person.id, Person.name, column),
    "project": _project,
    "round": lambda column: _name_of(Round.id, Round.name, column),
    "seat": lambda column: _name_of(Seat.id, Seat.number, column),
    "skill": lambda column: _name_of(Skill.id, Skill.code, column),
}
"""What people know the rows of a table by."""
