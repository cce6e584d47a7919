"""The shape of what is held about a person, and of questions about it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from marshmallow import Schema, fields, validate

from freeagents.web.api import LARGEST_PAGE

LARGEST_ID = 2**63 - 1


class LooksQuery(Schema):
    """Which page of the looks at oneself."""

    after = fields.Integer(
        load_default=None,
        validate=validate.Range(0, LARGEST_ID),
        metadata={"description": "The *next* of the page before."},
    )
    limit = fields.Integer(load_default=25, validate=validate.Range(1, LARGEST_PAGE))


class EraseSchema(Schema):
    """The person's own address, so that nobody does it by mistake, and the password where there is one."""

    email = fields.String(
        required=True,
        validate=validate.Length(min=1, max=254),
        error_messages={"required": _l("Enter your email address, to show that you mean it.")},
    )
    password = fields.String(load_default="", validate=validate.Length(max=1000))


class HeldSchema(Schema):
    """What one table holds about a person."""

    purpose = fields.String()
    kept = fields.String()
    rows = fields.List(fields.Dict())


class OutcomeSchema(Schema):
    """What a published round found about a person."""

    round = fields.String()
    version = fields.Integer()
    published_at = fields.AwareDateTime()
    left_out = fields.String(allow_none=True)
    allowed = fields.Integer(allow_none=True)


class SeenSchema(Schema):
    """Somebody looked at a person."""

    at = fields.AwareDateTime()
    what = fields.String()
    by = fields.String(allow_none=True)
    project = fields.Function(lambda look: look.project and look.project[1], metadata={"type": "string"})
    title = fields.Function(lambda look: look.project and look.project[0], metadata={"type": "string"})
    round = fields.String(allow_none=True)


class RecordSchema(Schema):
    """Everything held about a person."""

    made_at = fields.AwareDateTime()
    held = fields.Dict(keys=fields.String(), values=fields.Nested(HeldSchema))
    rounds = fields.List(fields.Nested(OutcomeSchema))
    looks = fields.List(fields.Nested(SeenSchema))
