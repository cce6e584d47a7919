"""The shape of a profile: one schema for its pages, the API and the people file."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from freeagents.profiles.models import WORK_MODES
from freeagents.skills.schemas import HeldSkillSchema, skill_levels, skill_words
from freeagents.web.fields import Packed, Prose, Word

KILOMETRES = _l("Write the distance in kilometres, from 0 to 20100, such as 40.")


class LanguageSchema(Schema):
    """A language with its level in the pack's letters; blank letters: at no stated level. Cell: ``en:CBC``."""

    language = Word(
        required=True, validate=validate.Regexp(r"^[a-z]{2,3}$", error=_l("Write a language code such as en or fr."))
    )
    letters = Word(load_default="", validate=validate.Length(max=12))


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
            raise ValidationError(str(_l("%(code)s is there twice. Name each language once.", code=code)))


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
    languages = languages()
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
