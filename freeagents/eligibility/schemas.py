"""How somebody fits a project, in figures."""

from __future__ import annotations

from marshmallow import Schema, fields


class FitShown(Schema):
    """How somebody fits a project, without private parts; clearance is looked at only for HR."""

    qualifies = fields.Boolean()
    broken = fields.List(fields.String(), metadata={"description": "Hard rules not met, of those a manager may learn."})
    parts = fields.Dict(
        keys=fields.String(), values=fields.Integer(), metadata={"description": "In thousandths of a point."}
    )
    total = fields.Integer()
