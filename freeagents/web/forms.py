"""A form: what was typed, what it means, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from marshmallow import EXCLUDE, Schema, ValidationError
from werkzeug.datastructures import FileStorage, MultiDict

from freeagents.errors import DomainError, Invalid
from freeagents.web import typed as flat
from freeagents.web.faults import faults, sentence

PAGE = ""
"""The name under which a fault of the whole page is kept."""
ROWS = "rows"
"""The name of the buttons that add and remove rows: their values are ``add:skills`` and ``remove:skills-2``."""


class Unread(Invalid):
    """What a form means was asked for, and it means nothing: it has errors, or it was not sent for good."""


class Form:
    """A form of one schema.

    Names of inputs are flat: ``title``; ``start-day``, ``start-month``, ``start-year`` for a date; ``skills-0-level``
    for a member of a row; several values under one name, or ``learning-0``, ``learning-1``, for a list of plain values.
    Rows left wholly blank are dropped, and the numbers of those after them are lower when the form is shown again.

    :param schema: reads what was typed; members it does not know are ignored.
    :param source: what was sent; None for a form that is shown for the first time.
    :param initial: what a form shown for the first time holds, in the shape that the schema loads.
    :param labels: input name, with or without row numbers → what the page calls it (``the first day``), for messages.
    :param files: what was sent as files.
    :ivar errors: input name → sentence; the name ``""`` is the page.
    :ivar submitted: whether it was sent to be read; not when it was sent to add or remove a row.
    :ivar understood: the members that could be read, errors in others or not: for a page that counts while one types.
    """

    def __init__(
        self,
        schema: Schema,
        source: MultiDict[str, str] | None = None,
        *,
        initial: Mapping[str, Any] | None = None,
        labels: Mapping[str, str] | None = None,
        files: MultiDict[str, FileStorage] | None = None,
    ) -> None:
        self.schema = schema
        self.labels = labels or {}
        self.files = {name: file for name, file in (files or {}).items() if file.filename}
        self.submitted = self.sent = source is not None
        self.errors: dict[str, str] = {}
        self.understood: dict[str, Any] = {}
        self.refused_with: int | None = None
        self.typed = flat.flatten(initial or {}, schema) if source is None else dict(source.lists())
        self._numbered = self.typed
        change = re.fullmatch(r"(add|remove):(\w+?)(?:-(\d{1,4}))?", self.value(ROWS)) if self.sent else None
        if change and change[1] == "add":
            self.add_row(change[2])
        elif change:
            self.remove_row(change[2], int(change[3] or 0))
        elif self.sent:
            self._load()

    @property
    def data(self) -> dict[str, Any]:
        """What it means.

        :raises Unread: unless the form is valid; inside :meth:`refusals` that leads on to showing the form again.
        """
        if not self.valid:
            raise Unread(_("Some of what you typed could not be read."))
        return self.understood

    @property
    def valid(self) -> bool:
        """Whether it was sent and nothing is wrong."""
        return self.submitted and not self.errors

    @property
    def status(self) -> int:
        """The HTTP status of the page that shows it."""
        return self.refused_with or (422 if self.errors else 200)

    def value(self, name: str) -> str:
        """Return what stands in the input; for NUL, which no page can hold, the sign for what cannot be shown."""
        return self.typed.get(name, [""])[0].replace("\x00", "\ufffd")

    def values(self, name: str) -> list[str]:
        """Return all that is chosen under the name."""
        return [value for value in self.typed.get(name, []) if value]

    def error(self, name: str) -> str | None:
        """Return what is wrong with the input, or None."""
        return self.errors.get(name)

    def anchor(self, name: str) -> str:
        """Return the id of the input an error leads to: a part of a date, the first input of a group of rows."""
        return flat.first_input(self.typed, self.schema, name)

    def rows(self, name: str, *, least: int = 1, spare: int = 0) -> range:
        """Return the numbers of the rows typed under the name, at least so many, and ``spare`` empty ones after."""
        return range(min(max(flat.row_count(self.typed, name) + spare, least), flat.MOST_ROWS))

    def fail(self, field: str | None, sentence: str) -> None:
        """Say that the rules refuse it: on an input, or on the page where the input is not on this page."""
        self.errors.setdefault(field or PAGE, sentence)

    def refusals(self) -> Refusals:
        """Turn a refusal of the rules inside ``with`` into an error of this form; what comes after shows it again."""
        return Refusals(self)

    def add_row(self, name: str) -> None:
        """Add an empty row after those that were typed; the form counts as not yet sent."""
        number = flat.row_count(self._numbered, name)
        self._change_rows(self._numbered | {f"{name}-{number}-": [""]})

    def remove_row(self, name: str, number: int) -> None:
        """Remove a row; those after it move up; the form counts as not yet sent."""
        self._change_rows(flat.without_row(self._numbered, name, number))

    def _change_rows(self, typed: flat.Typed) -> None:
        self.typed = self._numbered = typed
        self.submitted, self.errors, self.understood = False, {}, {}

    def _load(self) -> None:
        self.typed = flat.without_blank_rows(self.typed, self.schema)
        try:
            nested = flat.nest(self.typed, self.schema, self.files)
            self.understood = dict(self.schema.load(nested, unknown=EXCLUDE))
        except ValidationError as refusal:
            self.understood = dict(refusal.valid_data) if isinstance(refusal.valid_data, Mapping) else {}
            messages: Any = refusal.messages
            for name, path, message in faults(messages, self.typed):
                said = sentence(message, name=name, path=path, schema=self.schema, typed=self.typed, labels=self.labels)
                self.errors.setdefault(name, said)


class Refusals:
    """The ``with`` block in which refusals of the rules become errors of a form."""

    def __init__(self, form: Form) -> None:
        self.form = form

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, _kind: object, refusal: BaseException | None, _trace: object) -> bool:
        """Keep a refusal as an error; let everything else pass."""
        if not isinstance(refusal, DomainError):
            return False
        if not isinstance(refusal, Unread):
            self.form.refused_with = refusal.status
            self.form.fail(refusal.field, refusal.sentence)
        return True
