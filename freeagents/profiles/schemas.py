"""The shape of a profile: one schema for its pages, the API and the people file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate, validates_schema

from freeagents.profiles.models import WORK_MODES
from freeagents.skills.schemas import HeldSkillSchema, skill_levels, skill_words
from freeagents.web.fields import Packed, Prose, Upload, Word
from freeagents.web.words import spoken_name

KILOMETRES = _l("Write the distance in kilometres, from 0 to 20100, such as 40.")


class LanguageSchema(Schema):
    """A language with its level in the pack's letters; blank letters: at no stated level. Cell: ``en:CBC``."""

    language = Word(
        required=True, validate=validate.Regexp(r"^[a-z]{2,3}$", error=_l("Write a language code such as en or fr."))
    )
    letters = Word(load_default="", validate=validate.Length(max=12))


class HeldLanguageSchema(LanguageSchema):
    """A language somebody speaks, and the last day on which the test of it counts. Cell: ``en:CBC:2027-03-31``."""

    until = fields.Date(load_default=None, allow_none=True)


class PlaceSchema(Schema):
    """A place somebody would work at, and how far around it; blank: that very place. Cell: ``Leeds:40``."""

    place = Word(required=True, validate=validate.Length(1, 100))
    max_km = fields.Float(
        load_default=None,
        allow_none=True,
        allow_nan=False,
        validate=validate.Range(0, 20_100, error=KILOMETRES),
        error_messages=dict.fromkeys(("invalid", "special", "too_large"), KILOMETRES),
    )


def unpack_language(text: str) -> dict[str, Any]:
    """Read ``en:CBC``."""
    language, _colon, letters = text.partition(":")
    return {"language": language.strip().lower(), "letters": letters.strip().upper()}


def unpack_held_language(text: str) -> dict[str, Any]:
    """Read ``en:CBC:2027-03-31``; the day may be missing, and so may the letters before it: ``en::2027-03-31``."""
    stated, _colon, until = text.partition(":")[2].partition(":")
    return {**unpack_language(text.partition(":")[0] + ":" + stated), "until": until.strip() or None}


def unpack_place(text: str) -> dict[str, Any]:
    """Read ``Leeds:40`` or ``51.5,-0.12:10``."""
    place, colon, distance = text.rpartition(":")
    if not colon:
        place, distance = text, ""
    return {"place": place.strip(), "max_km": distance.strip() or None}


def languages() -> Packed:
    """Return the field for a list of languages; no language twice."""
    return Packed(
        fields.Nested(LanguageSchema),
        unpack=unpack_language,
        pack=lambda item: f"{item['language']}:{item['letters']}".rstrip(":"),
        load_default=list,
        validate=[validate.Length(max=20), _no_language_twice],
    )


def held_languages() -> Packed:
    """Return the field for the languages somebody speaks; no language twice."""
    return Packed(
        fields.Nested(HeldLanguageSchema),
        unpack=unpack_held_language,
        pack=lambda item: f"{item['language']}:{item['letters']}:{item['until'] or ''}".rstrip(":"),
        load_default=list,
        validate=[validate.Length(max=20), _no_language_twice],
    )


def places() -> Packed:
    """Return the field for a list of places."""
    return Packed(
        fields.Nested(PlaceSchema),
        unpack=unpack_place,
        pack=lambda item: item["place"] + ("" if item["max_km"] is None else f":{item['max_km']:g}"),
        load_default=list,
        validate=validate.Length(max=20),
    )


def _no_language_twice(items: list[dict[str, Any]]) -> None:
    codes = [item["language"] for item in items]
    for code in codes:
        if codes.count(code) > 1:
            raise ValidationError(str(_l("%(code)s is there twice. Name each language once.", code=spoken_name(code))))


class SpellSchema(Schema):
    """Days on which somebody is available, inclusive, at a share of time in percent; a blank end is open."""

    starts_on = fields.Date(required=True, data_key="from")
    ends_on = fields.Date(load_default=None, allow_none=True, data_key="to")
    percent = fields.Integer(load_default=100, data_key="time_percent", validate=validate.Range(1, 100))

    @validates_schema(skip_on_field_errors=False)
    def ends_after_start(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """Refuse an end before its start."""
        if data.get("ends_on") and data.get("starts_on") and data["ends_on"] < data["starts_on"]:
            raise ValidationError(str(_l("The end must be the same as or after the start.")), "to")


class ProfileSchema(Schema):
    """A person's profile."""

    discipline = Word(load_default=None, allow_none=True, validate=validate.Length(max=60))
    about = Prose(load_default="", validate=validate.Length(max=4000))
    grade = Word(load_default=None, allow_none=True, validate=validate.Length(max=40))
    clearance = Word(load_default=None, allow_none=True, validate=validate.Length(max=40))
    clearance_until = fields.Date(load_default=None, allow_none=True)
    languages = held_languages()
    places = places()
    work_modes = Packed(
        fields.String(validate=validate.OneOf(WORK_MODES, error=_l("Choose from: {choices}."))), load_default=list
    )
    availability = fields.List(fields.Nested(SpellSchema), load_default=list, validate=validate.Length(max=50))
    skills = skill_levels(HeldSkillSchema)
    learning = skill_words()


class OwnProfileSchema(ProfileSchema):
    """What a person writes on the own profile: all but the grade, which comes with the post."""

    class Meta:
        exclude = ("grade",)


class ChoicesSchema(Schema):
    """What a person may choose at any time."""

    paused = fields.Boolean(metadata={"description": "Out of matching for a while."})
    countable = fields.Boolean(metadata={"description": "Counted in the figures that managers see."})
    findable = fields.Boolean(metadata={"description": "Found by managers who look for people to invite."})


class RoleSchema(Schema):
    """The role level that a list of skills starts from."""

    role = Word(required=True, validate=validate.Length(1, 200))


class PersonRowSchema(ProfileSchema):
    """A row of the people file: who it is, and the profile with one range of availability."""

    class Meta:
        exclude = ("about", "availability")

    person_id = Word(required=True, validate=validate.Length(1, 100))
    name = Word(load_default=None, allow_none=True, validate=validate.Length(max=200))
    email = fields.Email(load_default=None, allow_none=True)
    department = Word(load_default="", validate=validate.Length(max=200))
    available_from = fields.Date(load_default=None, allow_none=True)
    available_to = fields.Date(load_default=None, allow_none=True)
    time_percent = fields.Integer(load_default=100, allow_none=True, validate=validate.Range(1, 100))

    @validates_schema(skip_on_field_errors=False)
    def ends_after_start(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """Refuse an end before its start."""
        if data.get("available_from") and data.get("available_to") and data["available_to"] < data["available_from"]:
            raise ValidationError(str(_l("The last day must be the same as or after available_from.")), "available_to")


MOST_READ = 200
"""How many skills, and how many posts, are read from one file."""
NO_RESUME = _l("This is no JSON Resume: it has no list named skills.")
NO_TABLE = _l("The first line of the file must name its columns; one of them must be skill.")


class FileSchema(Schema):
    """A file that skills are read from."""

    file = Upload(
        required=True,
        most_bytes=256 * 1024,
        suffixes=(".json", ".csv"),
        error_messages={"required": _l("Choose a file.")},
    )


class _Resume(Schema):
    class Meta:
        unknown = EXCLUDE


class ResumeSkillSchema(_Resume):
    """A skill of a JSON Resume: its name, its level in any words, words that belong to it."""

    name = Word(load_default="", allow_none=True)
    level = Word(load_default="", allow_none=True)
    keywords = fields.List(Word(), load_default=list, allow_none=True)
    evidence = Prose(load_default="", metadata={"description": "Ours: where the skill was shown."})


class ResumeWorkSchema(_Resume):
    """A post of a JSON Resume."""

    name = Word(load_default="", allow_none=True)
    position = Word(load_default="", allow_none=True)
    start = Word(load_default="", allow_none=True, data_key="startDate")
    end = Word(load_default="", allow_none=True, data_key="endDate")
    summary = Prose(load_default="", allow_none=True)
    highlights = fields.List(Prose(), load_default=list, allow_none=True)


class ResumeSchema(_Resume):
    """What is read of a JSON Resume (jsonresume.org)."""

    skills = fields.List(
        fields.Nested(ResumeSkillSchema),
        required=True,
        validate=validate.Length(max=MOST_READ),
        error_messages={"required": NO_RESUME, "invalid": NO_RESUME},
    )
    work = fields.List(fields.Nested(ResumeWorkSchema), load_default=list, validate=validate.Length(max=MOST_READ))


def read_file(name: str, content: bytes) -> dict[str, Any]:
    """Return what a JSON Resume, or a table with a column ``skill``, says, in the shape of :class:`ResumeSchema`.

    :raises ValidationError: the file cannot be read.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValidationError(str(_l("Save the file in UTF-8.")), "file") from error
    try:
        raw = {"skills": list(_rows(text))} if name.lower().endswith(".csv") else json.loads(text)
    except (ValueError, RecursionError, csv.Error) as error:
        raise ValidationError(str(_l("The file cannot be read: it is damaged, or of another kind.")), "file") from error
    if not isinstance(raw, dict):
        raise ValidationError(str(NO_RESUME), "file")
    try:
        return ResumeSchema().load(raw)
    except ValidationError as error:
        raise ValidationError(str(_first(error.messages)), "file") from error


def _rows(text: str) -> Iterator[dict[str, Any]]:
    """Yield a skill for each row of a table; its evidence stands for the words that belong to it."""
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey="", restval="")
    columns = {(name or "").strip().casefold(): name for name in reader.fieldnames or ()}
    if "skill" not in columns:
        raise ValidationError(str(NO_TABLE), "file")
    for row in reader:
        told = {name: row[columns[name]] for name in ("skill", "level", "evidence") if name in columns}
        yield {"name": told["skill"], "level": told.get("level", ""), "evidence": told.get("evidence", "")}


def _first(messages: Any) -> Any:
    """Return the first sentence of a refusal."""
    while isinstance(messages, dict | list):
        messages = next(iter(messages.values() if isinstance(messages, dict) else messages))
    return messages
