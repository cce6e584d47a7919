"""What a schema finds wrong with a form, as sentences for people."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from flask_babel import gettext as _
from marshmallow import Schema, fields, validate

from freeagents.web.fields import Upload
from freeagents.web.typed import Typed, blank_parts, field_at, row_count

MISSING = {"Missing data for required field.", "Field may not be null."}
Say = Callable[..., str]
LIMITS: dict[str, Say] = {
    r"Must be greater than or equal to (\S+) and less than or equal to (\S+)\.": lambda label, low, high: _(
        "%(label)s must be between %(low)s and %(high)s.", label=label, low=low, high=high
    ),
    r"Must be greater than or equal to (\S+)\.": lambda label, low: _(
        "%(label)s must be %(low)s or more.", label=label, low=low
    ),
    r"Must be less than or equal to (\S+)\.": lambda label, high: _(
        "%(label)s must be %(high)s or less.", label=label, high=high
    ),
    r"(?:Longer than maximum length|Length must be between \d+ and) (\d+)\.": lambda label, most: _(
        "%(label)s must be %(most)s characters or fewer.", label=label, most=most
    ),
    r"Shorter than minimum length (\d+)\.": lambda label, least: _(
        "%(label)s must be %(least)s characters or more.", label=label, least=least
    ),
}
LIST_LIMITS: dict[str, Say] = {
    r"(?:Longer than maximum length|Length must be between \d+ and) (\d+)\.": lambda label, most: _(
        "%(label)s: give %(most)s or fewer.", label=label, most=most
    ),
    r"Shorter than minimum length (\d+)\.": lambda label, least: _(
        "%(label)s: give %(least)s or more.", label=label, least=least
    ),
}


def faults(messages: Mapping[Any, Any], typed: Typed, prefix: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield input name, path and message of each of a schema's nested messages; the name ``""`` is the page.

    What is wrong with one of several values under one name belongs to that name; the path says which value.
    """
    for key, value in messages.items():
        name = prefix if key == "_schema" else f"{prefix}-{key}" if prefix else str(key)
        if isinstance(value, Mapping):
            yield from faults(value, typed, name)
        else:
            here = prefix if isinstance(key, int) and prefix in typed else name
            yield here, name, str(value[0] if isinstance(value, list) else value)


def sentence(message: str, *, name: str, path: str, schema: Schema, typed: Typed, labels: Mapping[str, str]) -> str:
    """Say marshmallow's own message in plain words; a message the schema brings itself stays as it is.

    :param path: the member of the schema it is about, as :func:`faults` yields it.
    :param labels: input name, with or without row numbers → what the page calls it: ``the first day``.
    """
    told = _told(message, name, field_at(schema, path), typed, _label(name, labels))
    found = re.match(r"(.+?)-(\d+)(?:-|$)", name)
    if found and row_count(typed, found[1]) > 1:
        return _("Row %(number)d: %(sentence)s", number=int(found[2]) + 1, sentence=told)
    return told


def _label(name: str, labels: Mapping[str, str]) -> str:
    general = re.sub(r"-\d+", "", name)
    last = general.rpartition("-")[2]
    label = labels.get(name) or labels.get(general) or labels.get(last) or last.replace("_", " ")
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def _told(message: str, name: str, field: fields.Field[Any] | None, typed: Typed, label: str) -> str:
    start = label[:1].upper() + label[1:]
    if message in MISSING:
        return _("Choose %(label)s.", label=label) if _is_choice(field) else _("Enter %(label)s.", label=label)
    if message.startswith(("Must be one of: ", _("Choose from: {choices}.").partition("{")[0])):
        return _("Choose %(label)s.", label=label)
    if message == "Not a valid date." and 0 < len(blanks := blank_parts(typed, name)) < 3:
        parts = {"day": _("a day"), "month": _("a month"), "year": _("a year")}
        return _("%(label)s must include %(part)s.", label=start, part=parts[blanks[0]])
    plain = {
        "Not a valid integer.": _("%(label)s must be a whole number.", label=start),
        "Not a valid number.": _("%(label)s must be a number.", label=start),
        "Special numeric values (nan or infinity) are not permitted.": _("%(label)s must be a number.", label=start),
        "Number too large.": _("%(label)s is too large a number.", label=start),
        "Not a valid date.": _("%(label)s must be a real date, with a year of four digits.", label=start),
        "Not a valid datetime.": _("%(label)s must be a real date and time.", label=start),
        "Not a valid email address.": _("Enter an email address in the format name@example.org."),
    }
    return plain.get(message) or _limit(message, field, start) or message


def _limit(message: str, field: fields.Field[Any] | None, start: str) -> str | None:
    limits = LIST_LIMITS if isinstance(field, fields.List) else LIMITS
    for pattern, say in limits.items():
        if found := re.fullmatch(pattern, message):
            return say(start, *found.groups())
    return None


def _is_choice(field: fields.Field[Any] | None) -> bool:
    if isinstance(field, fields.List | fields.Boolean | Upload):
        return True
    return field is not None and any(isinstance(check, validate.OneOf) for check in field.validators)
