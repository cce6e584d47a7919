"""Rows of exchange files, each read by the very schema that reads the pages' forms and the API."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from marshmallow import Schema, ValidationError, fields, validate

from freeagents.applications.schemas import ApplicationRowSchema
from freeagents.country.pack import REMEMBERED
from freeagents.exchange.tables import Faults, many_rows, read_table, text_of
from freeagents.profiles.schemas import PersonRowSchema
from freeagents.projects.schemas import ProjectRowSchema
from freeagents.web.fields import Packed, Word


class ApartRowSchema(Schema):
    """Two people who are not together on one project."""

    person_id = Word(required=True, validate=validate.Length(max=200))
    other_id = Word(required=True, validate=validate.Length(max=200))


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of exchange file.

    :ivar schema: reads its rows; ``check`` is what the schema asks of a row as a whole.
    :ivar columns: those it may have, in order; ``key``: those that tell rows apart.
    """

    name: str
    schema: type[Schema]
    check: str | None
    columns: tuple[str, ...]
    key: tuple[str, ...]


PEOPLE = Kind(
    "people",
    PersonRowSchema,
    "ends_after_start",
    (
        *("person_id", "name", "email", "department", "discipline", "grade", "clearance", "clearance_until"),
        *("languages", "places", "work_modes", "available_from", "available_to", "time_percent", "skills", "learning"),
    ),
    ("person_id",),
)
PROJECTS = Kind(
    "projects",
    ProjectRowSchema,
    "agrees_with_itself",
    (
        *("project_id", "title", "department", "discipline", "seats", "start", "end", "time_percent", "place"),
        *("work_mode", "grade_min", "grade_max", "clearance", "languages", "essential", "asset"),
    ),
    ("project_id",),
)
APPLICATIONS = Kind(
    "applications", ApplicationRowSchema, None, ("person_id", "project_id", "rank"), ("person_id", "project_id")
)
APART = Kind("apart", ApartRowSchema, None, ("person_id", "other_id"), ("person_id", "other_id"))
KINDS = {kind.name: kind for kind in (PEOPLE, PROJECTS, APPLICATIONS)}


@dataclass(frozen=True, slots=True)
class Row:
    """A row as its schema loads it, with its line. Rows share the lists in ``data``: do not change them."""

    line: int
    data: dict[str, Any]


@dataclass(frozen=True)
class Rows:
    """The good rows of one file.

    :ivar columns: the columns the file has; none when its header is wrong.
    :ivar ids: what tells rows apart → line, of wrong rows as well.
    """

    kind: Kind
    file: str
    columns: frozenset[str]
    rows: tuple[Row, ...]
    ids: Mapping[tuple[str, ...], int]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


@many_rows()
def read_rows(kind: Kind, path: Path, faults: Faults, *, needed: Iterable[str] = ()) -> Rows:
    """Return the rows of a file that are right, and note all that is wrong with the others.

    :param needed: columns that must be there and filled besides those that tell rows apart.
    """
    required = tuple(dict.fromkeys((*kind.key, *needed)))
    table = read_table(path, required=required, known=kind.columns, faults=faults)
    reader = _Reader(kind, table.columns, required)
    rows: list[Row] = []
    ids: dict[tuple[str, ...], int] = {}
    for line in table.lines:
        wrong: dict[str, str] = {}
        data = reader.read(line.record)
        if data is None:
            data, wrong = reader.faults(line.record)
        key = tuple(str(data.get(name, "")) for name in kind.key)
        if all(key) and ids.setdefault(key, line.number) != line.number:
            wrong[kind.key[-1]] = _twice(key, ids[key])
        if not wrong:
            rows.append(Row(line.number, data))
        for column in sorted(wrong, key=("", *kind.columns).index):
            faults.add(str(path), line.number, column, wrong[column])
    return Rows(kind, str(path), frozenset(table.columns), tuple(rows), ids)


class _Reader:
    """Reads the records of one file by the schema of its kind, column by column: cells that come again are read once.

    A row that is wrong in any way is read again by the schema as a whole, which says all that is wrong with it.
    """

    def __init__(self, kind: Kind, columns: Sequence[str], required: Collection[str]) -> None:
        self.columns = columns
        self.required = required
        self.schema = _remembering(kind.schema())
        found = {each.data_key or name: (name, each) for name, each in self.schema.load_fields.items()}
        self.members = tuple(found[column][0] for column in columns)
        self.readers = tuple(_cell_reader(found[column][1], filled=column in required) for column in columns)
        self.missing = {
            name: _default(each)
            for column, (name, each) in found.items()
            if column not in columns and not each.required
        }
        self.check: Callable[[dict[str, Any]], None] | None = getattr(self.schema, kind.check) if kind.check else None

    def read(self, record: Sequence[str]) -> dict[str, Any] | None:
        """Return the row as the schema loads it; None where anything is wrong with it."""
        try:
            values = [read(cell) for read, cell in zip(self.readers, record, strict=False)]
            data = self.missing | dict(zip(self.members, values, strict=True))
            if self.check is not None:
                self.check(data)
        except ValidationError:
            return None
        return data

    def faults(self, record: Sequence[str]) -> tuple[dict[str, Any], dict[str, str]]:
        """Return what of a wrong row tells it apart, and column → what is wrong with it."""
        cells = {column: text for column, cell in zip(self.columns, record, strict=False) if (text := text_of(cell))}
        data: dict[str, Any] = cells
        wrong: dict[str, str] = {}
        try:
            data = dict(self.schema.load(cells))
        except ValidationError as error:
            wrong = dict(_sentences(error, self.schema, cells))
        return data, wrong | {
            column: _("Nothing is written here. Fill it in.") for column in self.required if column not in cells
        }


def _cell_reader(field: fields.Field[Any], *, filled: bool) -> Callable[[str], Any]:
    """Return what reads a cell of a column and keeps its last answers; an answer depends on the text alone."""
    default = None if field.required else _default(field)

    def read(cell: str) -> Any:
        text = text_of(cell)
        if text:
            return field.deserialize(text)
        if filled or field.required:
            raise ValidationError("")
        return default

    return lru_cache(maxsize=REMEMBERED)(read)


def _default(field: fields.Field[Any]) -> Any:
    return field.load_default() if callable(field.load_default) else field.load_default


def _twice(key: tuple[str, ...], line: int) -> str:
    words = ", ".join(key)
    return str(_("%(words)s stands in line %(line)d already. Keep one of the two rows.", words=words, line=line))


def _sentences(error: ValidationError, reader: Schema, cells: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield column and sentence; what is wrong with a list quotes its word already, other cells are quoted here."""
    lists = {each.data_key or name for name, each in reader.load_fields.items() if isinstance(each, Packed)}
    for column, found in error.messages_dict.items():
        quote = f"{cells[column]!r}: " if column in cells and column not in lists else ""
        yield ("" if column == "_schema" else column), quote + " ".join(str(each) for each in found)


def _remembering(schema: Schema) -> Schema:
    """Return the schema changed: it says what would be right in a cell, and reads words of lists once."""
    for each in schema.load_fields.values():
        _say_what_is_right(each)
        if isinstance(each, Packed):
            for part in each.inner.schema.fields.values() if isinstance(each.inner, fields.Nested) else ():
                if isinstance(part, fields.Date):
                    _say_what_is_right(part)
            each.inner, each.unpack = _Remembered(_item(each)), None
    return schema


def _item(packed: Packed) -> Callable[[Any], Any]:
    inner, unpack = packed.inner, packed.unpack
    return (lambda text: inner.deserialize(unpack(text))) if unpack else inner.deserialize


class _Remembered(fields.Field[Any]):
    """A field whose last answers are kept; an answer depends on the text alone."""

    def __init__(self, read: Callable[[Any], Any]) -> None:
        super().__init__()
        self.read = lru_cache(maxsize=REMEMBERED)(read)

    def deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> Any:
        """Return what the field returned for this text before, or ask it."""
        return self.read(value)


def _say_what_is_right(field: fields.Field[Any]) -> None:
    """Reword what the field says of wrong text; messages and checks are copied, since all schemas share them."""
    if isinstance(field, fields.Date):
        told = _("This is not a date. Write year-month-day, such as 2026-03-31.")
        field.error_messages = {**field.error_messages, "invalid": told}
    elif isinstance(field, fields.Integer):
        told = _("This is not a whole number. Write one in figures, such as 2.")
        field.error_messages = {**field.error_messages, "invalid": told}
    field.validators = [_reworded(check) for check in field.validators]


def _reworded(check: Callable[[Any], Any]) -> Callable[[Any], Any]:
    check = copy(check)
    if isinstance(check, validate.Email):
        check.error = _("This is not an email address. Write one such as name@example.org.")
    elif isinstance(check, validate.Range) and check.error is None:
        check.error = _("Write a number from {min} to {max}.")
    elif isinstance(check, validate.Length) and check.error is None:
        check.error = _("This is too long. Write at most {max}.")
    return check


def cells(kind: Kind, data: Mapping[str, Any]) -> list[str]:
    """Return the cells of a row, column by column, that the schema reads as ``data``; None is a blank cell."""
    by_column = {each.data_key or name: (name, each) for name, each in _schema(kind).load_fields.items()}
    written = []
    for column in kind.columns:
        name, each = by_column[column]
        value = data[name]
        written.append("" if value is None else each.text(value) if isinstance(each, Packed) else str(value))
    return written


@lru_cache
def _schema(kind: Kind) -> Schema:
    return kind.schema()
