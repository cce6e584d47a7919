"""The shape of a seal: the digest of an entry, noted outside the service."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from marshmallow import Schema, fields, validate

WRONG = _l("Enter the 64 letters and digits of the seal you noted.")


class SealSchema(Schema):
    """A digest in hexadecimal, spaces around it and capitals allowed."""

    seal = fields.String(
        required=True,
        validate=validate.Regexp(r"\s*[0-9a-fA-F]{64}\s*\Z", error=WRONG),
        error_messages={"required": WRONG},
    )
