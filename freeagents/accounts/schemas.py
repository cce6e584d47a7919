"""Shapes of what people enter about accounts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import Schema, fields, missing, validate

from freeagents.accounts.models import ROLES
from freeagents.web.fields import Prose, Word


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


class EndRoleSchema(Schema):
    """Until when a role is held; blank: it ends at once."""

    last_day = fields.Date(load_default=None)


class RoleSchema(Schema):
    """A role for somebody."""

    email = fields.Email(required=True)
    role = fields.String(required=True, validate=validate.OneOf(ROLES))
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(load_default=None)


class ReasonSchema(Schema):
    """Why something is done to somebody's account."""

    reason = Prose(required=True, validate=validate.Length(min=1, max=1000))


class EndSchema(ReasonSchema):
    """When and why somebody's account ends; no day: at once."""

    last_day = fields.Date(load_default=None)


class InviteSchema(Schema):
    """Whom to invite, and where their post is."""

    name = Word(required=True, validate=validate.Length(min=1, max=200))
    email = fields.Email(required=True, validate=validate.Length(max=254))
    department = fields.String(required=True)


CODE = validate.Regexp(r"[a-z0-9][a-z0-9-]{0,63}\Z", error=_l("Use small letters, digits and dashes, with no space."))


def names_schema(locales: Sequence[str]) -> Schema:
    """Return the schema of a name in each language; only the first has to be there."""
    return Schema.from_dict(
        {
            f"name_{locale}": Word(
                required=not number,
                load_default=missing if not number else None,
                validate=validate.Length(min=1, max=200),
            )
            for number, locale in enumerate(locales)
        },
        name="NamesSchema",
    )()


def department_schema(locales: Sequence[str]) -> Schema:
    """Return the schema of a new department: a code for files, and a name in each language."""
    code = fields.String(required=True, validate=CODE)
    return Schema.from_dict({"code": code, **names_schema(locales).fields}, name="DepartmentSchema")()


class ResetSchema(Schema):
    """Whose password was forgotten."""

    email = fields.Email(required=True, validate=validate.Length(max=254))


class ChangePasswordSchema(PasswordSchema):
    """The current password and a new one."""

    current = fields.String(required=True, validate=validate.Length(min=1, max=1000))


class EmailSchema(Schema):
    """A new e-mail address, and the password where there is one."""

    email = fields.Email(required=True, validate=validate.Length(max=254))
    password = fields.String(load_default="", validate=validate.Length(max=1000))


class LocaleSchema(Schema):
    """A language of the instance."""

    locale = fields.String(required=True)

    def __init__(self, locales: Sequence[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fields["locale"].validators.append(validate.OneOf(locales))
