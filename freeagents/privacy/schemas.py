"""The shape of questions about what is held."""

from __future__ import annotations

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
