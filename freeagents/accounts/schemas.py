"""Shapes of what people enter about accounts."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from freeagents.web.fields import Word


class SignInSchema(Schema):
    """E-mail address and password."""

    email = fields.Email(required=True)
    password = fields.String(required=True, validate=validate.Length(min=1, max=1000))


class PasswordSchema(Schema):
    """A new password."""

    password = fields.String(required=True, validate=validate.Length(min=1, max=1000))


class ApiTokenSchema(Schema):
    """What a new API token is for."""

    name = fields.String(required=True, validate=validate.Length(min=1, max=100))


class CodeSchema(Schema):
    """A code of the second factor, or a recovery code; spaces and dashes in it count for nothing."""

    code = Word(required=True, validate=validate.Length(min=1, max=30))
