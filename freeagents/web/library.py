"""What marshmallow and its kin say, in the language spoken: they answer the API in English sentences of their own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _


def N_(sentence: str) -> str:  # noqa: N802 - the name that tools for translators know
    """Mark a sentence for the catalogues without saying it yet."""
    return sentence


SENTENCES = (
    N_("Missing data for required field."),
    N_("Field may not be null."),
    N_("Unknown field."),
    N_("Invalid input type."),
    N_("Invalid type."),
    N_("Invalid input."),
    N_("Invalid value."),
    N_("Invalid JSON body."),
    N_("Not a valid string."),
    N_("Not a valid utf-8 string."),
    N_("Not a valid integer."),
    N_("Not a valid number."),
    N_("Not a valid boolean."),
    N_("Not a valid date."),
    N_("Not a valid datetime."),
    N_("Not a valid time."),
    N_("Not a valid list."),
    N_("Not a valid mapping type."),
    N_("Not a valid email address."),
    N_("Not a valid URL."),
    N_("Number too large."),
    N_("Special numeric values (nan or infinity) are not permitted."),
    N_("String does not match expected pattern."),
    N_("Must be one of: %(choices)s."),
    N_("Must be equal to %(other)s."),
    N_("Must be greater than or equal to %(low)s and less than or equal to %(high)s."),
    N_("Must be greater than or equal to %(low)s."),
    N_("Must be less than or equal to %(high)s."),
    N_("Must be greater than %(low)s."),
    N_("Must be less than %(high)s."),
    N_("Longer than maximum length %(most)s."),
    N_("Shorter than minimum length %(least)s."),
    N_("Length must be between %(least)s and %(most)s."),
    N_("Length must be %(equal)s."),
    N_("One or more of the choices you made was not in: %(choices)s."),
)
PLACE = re.compile(r"%\\\((\w+)\\\)s|%\((\w+)\)s")


def _pattern(sentence: str) -> re.Pattern[str]:
    return re.compile(PLACE.sub(lambda found: f"(?P<{found[1] or found[2]}>.+?)", re.escape(sentence)))


PATTERNS = tuple((sentence, _pattern(sentence)) for sentence in SENTENCES)


def in_words(messages: Any) -> Any:
    """Return a schema's nested messages in the language spoken; a sentence of the schema's own stays as it is."""
    if isinstance(messages, Mapping):
        return {name: in_words(inner) for name, inner in messages.items()}
    if isinstance(messages, list | tuple):
        return [in_words(inner) for inner in messages]
    said = str(messages)
    for sentence, pattern in PATTERNS:
        if found := pattern.fullmatch(said):
            return _(sentence, **found.groupdict())
    return said
