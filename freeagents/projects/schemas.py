"""The shape of a project: one schema for its pages, the API and the projects file."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from freeagents.profiles.models import WORK_MODES
from freeagents.profiles.schemas import languages
from freeagents.skills.schemas import skill_levels
from freeagents.web.fields import Packed, Prose, Word

MOST_SEATS = 200
SOURCES = ("template", "project", "role")
"""What a draft can be filled in from."""


class ProjectSchema(Schema):
    """A project; whatever is blank asks nothing."""

    title = Word(required=True, validate=validate.Length(1, 200))
    outcome = Prose(load_default="", validate=validate.Length(max=4000))
    tasks = Prose(load_default="", validate=validate.Length(max=4000))
    disciplines = Packed(
        Word(validate=validate.Length(max=60)),
        data_key="discipline",
        load_default=list,
        validate=validate.Length(max=20),
    )
    seats = fields.Integer(load_default=1, validate=validate.Range(1, MOST_SEATS))
    starts_on = fields.Date(load_default=None, allow_none=True, data_key="start")
    ends_on = fields.Date(load_default=None, allow_none=True, data_key="end")
    time_percent = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(1, 100))
    work_mode = fields.String(
        load_default=None, allow_none=True, validate=validate.OneOf(WORK_MODES, error=_l("Choose from: {choices}."))
    )
    place = Word(load_default=None, allow_none=True, validate=validate.Length(max=100))
    grade_min = Word(load_default=None, allow_none=True, validate=validate.Length(max=40))
    grade_max = Word(load_default=None, allow_none=True, validate=validate.Length(max=40))
    clearance = Word(load_default=None, allow_none=True, validate=validate.Length(max=40))
    languages = languages()
    essential = skill_levels()
    asset = skill_levels()

    @validates_schema(skip_on_field_errors=False)
    def agrees_with_itself(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """Refuse an end before its start, and a skill that is both essential and an asset."""
        faults: dict[str, list[str]] = {}
        if data.get("starts_on") and data.get("ends_on") and data["ends_on"] < data["starts_on"]:
            faults["end"] = [str(_l("The end must be the same as or after the start."))]
        essential, asset = (
            [item["skill"] for item in data.get(kind, ()) if "skill" in item] for kind in ("essential", "asset")
        )
        folded = {skill.casefold() for skill in essential}
        twice = [skill for skill in asset if skill.casefold() in folded]
        if twice:
            faults["asset"] = [
                str(_l("%(skills)s: essential already. Name a skill in one of the two lists.", skills=", ".join(twice)))
            ]
        if faults:
            raise ValidationError(faults)


class DraftSchema(Schema):
    """What starts a project: its title, whose it is where there is a choice (a public id), and what it starts from."""

    title = Word(required=True, validate=validate.Length(1, 200))
    department = Word(load_default="", validate=validate.Length(max=100))
    start_from = fields.String(load_default="nothing", validate=validate.OneOf(("nothing", *SOURCES)))


class OwnerSchema(Schema):
    """Who is to own a project too: a work e-mail address."""

    email = fields.Email(
        required=True,
        validate=validate.Length(max=254),
        error_messages={"required": _l("Enter the work email address of a manager.")},
    )


class FillSchema(Schema):
    """What a draft is filled in from: one of a template's code, an earlier project's id, a role level's code."""

    template = Word(validate=validate.Length(1, 100))
    project = Word(validate=validate.Length(1, 100))
    role = Word(validate=validate.Length(1, 100))

    @validates_schema
    def names_one(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """Refuse none, and several."""
        if len(data) != 1:
            raise ValidationError(str(_l("Name one of template, project and role.")))


class ProjectRowSchema(ProjectSchema):
    """A row of the projects file: which project of which department."""

    class Meta:
        exclude = ("outcome", "tasks")

    project_id = Word(required=True, validate=validate.Length(1, 100))
    title = Word(load_default="", validate=validate.Length(max=200))
    department = Word(load_default="", validate=validate.Length(max=200))
