"""Flat names of a form's inputs and the members of a schema, one turned into the other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from babel.numbers import get_group_symbol
from flask import has_app_context
from flask_babel import get_locale
from marshmallow import Schema, fields

Typed = dict[str, list[str]]
"""Input name → all that was sent under it."""
DATE_PARTS = ("day", "month", "year")
MOST_ROWS = 100


def members(schema: Schema) -> Iterator[tuple[str, fields.Field[Any]]]:
    """Yield the name an input has and the field that reads it."""
    for key, field in schema.load_fields.items():
        yield field.data_key or key, field


def rows_of(field: fields.Field[Any] | None) -> Schema | None:
    """Return the schema of a row where the field is a list of rows."""
    if isinstance(field, fields.List) and isinstance(field.inner, fields.Nested):
        row: Schema = field.inner.schema
        return row
    return None


def field_at(schema: Schema, name: str) -> fields.Field[Any] | None:
    """Return the field that reads the input: of ``skills-0-level``, the level of a row of skills; of a row, None."""
    first, _dash, rest = name.partition("-")
    field = dict(members(schema)).get(first)
    row = rows_of(field)
    number, _dash, inner = rest.partition("-")
    if row is not None and number.isdigit():
        return field_at(row, inner)
    if isinstance(field, fields.List) and number.isdigit():
        return field.inner
    return field


def first_input(typed: Typed, schema: Schema, name: str) -> str:
    """Return the id of the input that a fault under this name leads to.

    A date leads to its first blank part, else its day; rows to the first input of the first one; nothing to the page.
    """
    field = field_at(schema, name)
    row = rows_of(field)
    if row is not None:
        inner = f"{name}-0-{next(members(row))[0]}"
        return first_input(typed, schema, inner)
    if field is None and (row := rows_of(field_at(schema, name.partition("-")[0]))) is not None:
        return first_input(typed, schema, f"{name}-{next(members(row))[0]}")
    if isinstance(field, fields.Date) and name not in typed:
        return f"{name}-{next(iter(blank_parts(typed, name)), DATE_PARTS[0])}"
    if isinstance(field, fields.List) and f"{name}-0" in typed:
        return f"{name}-0"
    return name or "main-content"


def blank_parts(typed: Typed, name: str) -> list[str]:
    """Return the parts of a date that were left blank."""
    return [part for part in DATE_PARTS if not _one(typed, f"{name}-{part}")]


def row_count(typed: Typed, name: str) -> int:
    """Return how many rows the inputs speak of, blank ones included."""
    numbers = (int(found[1]) for key in typed if (found := _row_key(name, key)))
    return min(max((number + 1 for number in numbers), default=0), MOST_ROWS)


def without_row(typed: Typed, name: str, number: int) -> Typed:
    """Return the inputs without one row; those after it move up."""
    return _kept_rows(typed, name, [other for other in range(row_count(typed, name)) if other != number])


def without_blank_rows(typed: Typed, schema: Schema) -> Typed:
    """Return the inputs without rows in which nothing was typed; those after them move up."""
    for name, field in members(schema):
        if isinstance(field, fields.List):
            filled = {
                int(found[1])
                for key, values in typed.items()
                if (found := _row_key(name, key)) and any(value.strip() for value in values)
            }
            typed = _kept_rows(typed, name, sorted(filled)[:MOST_ROWS])
    return typed


def nest(typed: Typed, schema: Schema, files: Mapping[str, Any] | None = None, prefix: str = "") -> dict[str, Any]:
    """Turn flat names into what the schema loads; blank texts count as missing."""
    found = ((name, _member(typed, prefix + name, field, files or {})) for name, field in members(schema))
    return {name: value for name, value in found if value is not None}


def flatten(initial: Mapping[str, Any], schema: Schema, prefix: str = "") -> Typed:
    """Turn the shape that the schema loads into flat names."""
    typed: Typed = {}
    for key, field in schema.load_fields.items():
        name, value = prefix + (field.data_key or key), initial.get(key)
        row = rows_of(field)
        if value is None:
            continue
        if row is not None:
            for number, item in enumerate(value):
                typed |= flatten(item, row, f"{name}-{number}-")
        elif isinstance(value, list | tuple | set | frozenset):
            typed[name] = [_text(item) for item in value]
            typed |= {f"{name}-{number}": [_text(item)] for number, item in enumerate(value)}
        elif isinstance(field, fields.Date) and isinstance(value, date):
            typed |= {f"{name}-{part}": [str(getattr(value, part))] for part in DATE_PARTS}
        else:
            typed[name] = [_text(value)]
    return typed


def _member(typed: Typed, name: str, field: fields.Field[Any], files: Mapping[str, Any]) -> Any:
    if (row := rows_of(field)) is not None:
        return [nest(typed, row, prefix=f"{name}-{number}-") for number in range(row_count(typed, name))]
    if isinstance(field, fields.List):
        numbered = (_one(typed, f"{name}-{number}") for number in range(row_count(typed, name)))
        return [value for value in (*typed.get(name, []), *numbered) if value.strip()]
    if isinstance(field, fields.Date) and name not in typed:
        return _date(typed, name)
    text = _one(typed, name)
    return files.get(name) or (_ungrouped(text) if isinstance(field, fields.Integer) else text) or None


def _ungrouped(text: str) -> str:
    """Return a whole number without what parts its thousands in the language spoken: 10,000 or 10 000."""
    locale = get_locale() if has_app_context() else None
    mark = get_group_symbol(locale) if locale else ","
    marks = r"\s" if mark.isspace() else re.escape(mark)
    grouped = re.fullmatch(rf"\s*([+-]?\d{{1,3}}(?:[{marks}]\d{{3}})+)\s*", text)
    return re.sub(rf"[{marks}]", "", grouped[1]) if grouped else text


def _date(typed: Typed, name: str) -> str | None:
    day, month, year = (_one(typed, f"{name}-{part}").strip() for part in DATE_PARTS)
    # A year of two digits is no date: 27 could be meant as 2027 or 1927, and would be read as the year 27.
    return f"{year}-{month:0>2}-{day:0>2}" if day or month or year else None


def _one(typed: Typed, name: str) -> str:
    text = typed.get(name, [""])[0]
    return text if text.strip() else ""


def _row_key(name: str, key: str) -> re.Match[str] | None:
    return re.fullmatch(rf"{re.escape(name)}-(\d{{1,4}})((?:-.*)?)", key)


def _kept_rows(typed: Typed, name: str, numbers: list[int]) -> Typed:
    places = {number: place for place, number in enumerate(numbers)}
    kept: Typed = {}
    for key, values in typed.items():
        found = _row_key(name, key)
        if not found:
            kept[key] = values
        elif int(found[1]) in places:
            kept[f"{name}-{places[int(found[1])]}{found[2]}"] = values
    return kept


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
