"""The shape of an application: for the API and the applications file."""

from __future__ import annotations

from datetime import date

from flask_babel import lazy_gettext as _l
from marshmallow import Schema, fields, validate

from freeagents.profiles.models import WORK_MODES
from freeagents.web.fields import Prose, Word

LOWEST_RANK = 1000
LONGEST_REASON = 2000


class ProjectFilter(Schema):
    """Which open projects to list: words, a discipline, a way of working, all or those one qualifies for."""

    text = Word(load_default="", validate=validate.Length(max=100))
    discipline = Word(load_default=None, allow_none=True, validate=validate.Length(max=60))
    work_mode = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(WORK_MODES))
    show = fields.String(load_default="all", validate=validate.OneOf(("all", "fits")))


class FindSchema(ProjectFilter):
    """What a person looks for, in which order: those nearly in reach too; best first, or newest first."""

    show = fields.String(load_default="all", validate=validate.OneOf(("all", "fits", "near")))
    order = fields.String(load_default="best", validate=validate.OneOf(("best", "newest")))
    month = fields.Date(
        load_default=None,
        allow_none=True,
        format="%Y-%m",
        validate=validate.Range(date(2000, 1, 1), date(2200, 1, 1)),
        metadata={"description": "As in 2026-11."},
    )
    place = Word(load_default=None, allow_none=True, validate=validate.Length(max=100))


class EndingSchema(Schema):
    """How and why a project that was open ends."""

    ending = fields.String(
        required=True,
        validate=validate.OneOf(("filled", "cancelled")),
        error_messages={"required": _l("Choose how the project ended.")},
    )
    reason = Prose(
        required=True,
        validate=validate.Length(max=LONGEST_REASON),
        error_messages={"required": _l("Say why the project ends, so that everybody waiting can be told.")},
    )


class MoveSchema(Schema):
    """One place up (-1) or down (1) in one's own order."""

    places = fields.Integer(required=True, validate=validate.OneOf((-1, 1)))


class ShortListSchema(Schema):
    """Whose application goes on the project's short list, or comes off it."""

    application = Word(
        required=True,
        validate=validate.Length(1, 100),
        error_messages={"required": _l("Choose somebody who applied.")},
    )
    listed = fields.Boolean(load_default=True)


class DecliningSchema(Schema):
    """Why an invitation is declined, for those who want to say it."""

    reason = Prose(load_default="", validate=validate.Length(max=LONGEST_REASON))


class CancellingSchema(Schema):
    """Why a draft is cancelled, for those who want to note it."""

    reason = Prose(load_default="", validate=validate.Length(max=LONGEST_REASON))


class ApplicationRowSchema(Schema):
    """A row of the applications file; rank 1 is the first choice, blank no preference."""

    person_id = Word(required=True, validate=validate.Length(1, 100))
    project_id = Word(required=True, validate=validate.Length(1, 100))
    rank = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(1, LOWEST_RANK))
