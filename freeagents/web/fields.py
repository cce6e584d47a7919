"""Marshmallow fields that read one value from three doors: a page's form, JSON, and a cell of a CSV file."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, fields
from werkzeug.datastructures import FileStorage

SEPARATOR = ";"
CONTROL = re.compile("[\x00-\x1f\x7f]")
NO_TEXT = re.compile("[\x00\ud800-\udfff]")
"""What no database keeps as text: NUL, and halves of letters that JSON can write alone."""


class Packed(fields.List[Any]):
    """A list that may also be written as one text, items separated by ``;``, as in a spreadsheet's cell.

    :param unpack: turns the text of one item into what the inner field reads; None: the text itself.
    :param pack: turns one loaded item into its text again.

    Items of a form that were left wholly blank are dropped.
    """

    def __init__(
        self,
        inner: fields.Field[Any],
        *,
        unpack: Callable[[str], Any] | None = None,
        pack: Callable[[Any], str] = str,
        **kwargs: Any,
    ) -> None:
        super().__init__(inner, **kwargs)
        self.unpack = unpack
        self.pack = pack

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> list[Any]:
        if not isinstance(value, str):
            given = value if isinstance(value, list) else [value]
            return super()._deserialize([item for item in given if not _is_blank(item)], attr, data, **kwargs)
        items, faults = [], []
        for text in filter(None, (part.strip() for part in value.split(SEPARATOR))):
            try:
                read = self.unpack(text) if self.unpack else text
                items.append(self.inner.deserialize(read, **kwargs))
            except ValidationError as error:
                faults.append(f"{text}: {'; '.join(_sentences(error.messages))}")
        if faults:
            raise ValidationError(faults)
        return items

    def text(self, values: list[Any]) -> str:
        """Write loaded items as one cell."""
        return SEPARATOR.join(self.pack(value) for value in values)


class Word(fields.String):
    """A text of one line, without space around it."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if CONTROL.search(text) or NO_TEXT.search(text):
            raise ValidationError(str(_l("Write it on one line, without control characters.")))
        return " ".join(text.split())


class Prose(fields.String):
    """A text of several lines, without space around it."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if NO_TEXT.search(text):
            raise ValidationError(str(_l("Remove the control character.")))
        return text.replace("\r\n", "\n").strip()


@dataclass(frozen=True)
class Uploaded:
    """A file that was sent: what its sender calls it, and what it holds."""

    name: str
    content: bytes


class Upload(fields.Field[Uploaded]):
    """A file sent with a form, read whole.

    :param most_bytes: the largest that is accepted; no more than that is read.
    :param suffixes: how its name may end; none: in any way.
    """

    def __init__(self, *, most_bytes: int, suffixes: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.most_bytes = most_bytes
        self.suffixes = suffixes

    def _deserialize(
        self,
        value: Any,
        attr: str | None,  # noqa: ARG002 - the base class's signature
        data: Mapping[str, Any] | None,  # noqa: ARG002
        **_kwargs: Any,
    ) -> Uploaded:
        if not isinstance(value, FileStorage):
            raise ValidationError(str(_l("Choose a file.")))
        name = (value.filename or "").replace("\\", "/").rpartition("/")[2]
        if self.suffixes and not name.lower().endswith(self.suffixes):
            raise ValidationError(str(_l("The file must be one of: %(suffixes)s.", suffixes=", ".join(self.suffixes))))
        content = value.stream.read(self.most_bytes + 1)
        if not content:
            raise ValidationError(str(_l("The file is empty.")))
        if len(content) > self.most_bytes:
            raise ValidationError(str(_l("The file must be %(size)s or smaller.", size=_size(self.most_bytes))))
        return Uploaded(name, content)


def _size(count: int) -> str:
    for unit, name in ((1024 * 1024, _l("MB")), (1024, _l("KB"))):
        if count >= unit:
            return f"{count / unit:g} {name}"
    return str(_l("%(count)d bytes", count=count))


def _is_blank(item: Any) -> bool:
    values = item.values() if isinstance(item, Mapping) else [item]
    return all(value is None or (isinstance(value, str) and not value.strip()) for value in values)


def _sentences(messages: Any) -> list[str]:
    if isinstance(messages, Mapping):
        return [sentence for value in messages.values() for sentence in _sentences(value)]
    if isinstance(messages, list):
        return [str(sentence) for sentence in messages]
    return [str(messages)]
