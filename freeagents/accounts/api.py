"""The API's own account, and, for administrators, departments and roles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import current_app
from flask.views import MethodView
from flask_babel import gettext as _
from marshmallow import Schema, fields, validate

from freeagents.accounts.models import Department, Person, RoleHolding, SignIn
from freeagents.accounts.queries import credentials, directory
from freeagents.accounts.schemas import CODE, EndRoleSchema, LocaleSchema, RoleSchema
from freeagents.accounts.services import departments, people, roles, signing_in
from freeagents.errors import Invalid
from freeagents.extensions import pack
from freeagents.security.actor import current_actor
from freeagents.security.guard import allow
from freeagents.web import languages
from freeagents.web.api import PageQuery, cut, page_of, resource
from freeagents.web.fields import Word

account_bp = resource("account", "/account", "The token owner's own account.")
departments_bp = resource("departments", "/departments", "The tree of departments, for administrators.")
roles_bp = resource("roles", "/roles", "Who holds which role, for administrators.")


class RoleShown(Schema):
    """A role; no department means the whole government."""

    id = fields.String(attribute="public_id")
    role = fields.String()
    department = fields.Function(
        lambda holding: holding.department.code if holding.department else None,
        metadata={"type": "string", "description": "The department's code."},
    )
    starts_on = fields.Date()
    ends_on = fields.Date(allow_none=True)


def _roles(person: Person) -> Any:
    return RoleShown(many=True).dump(directory.roles_today(person.id))


class AccountShown(Schema):
    """An account, as its owner sees it."""

    id = fields.String(attribute="public_id")
    name = fields.String()
    email = fields.String()
    locale = fields.String(allow_none=True)
    roles = fields.Function(_roles, metadata={"type": "array"})


class LocaleChoice(Schema):
    """The language that pages and mail speak."""

    locale = fields.String(required=True)


class SignInShown(Schema):
    """A browser that is signed in."""

    id = fields.String(attribute="public_id")
    device = fields.String()
    started_at = fields.DateTime()
    last_seen_on = fields.Date()


class SignInsShown(Schema):
    """All browsers that are signed in."""

    items = fields.List(fields.Nested(SignInShown))


class NamesSchema(Schema):
    """A name in the languages of the instance."""

    names = fields.Dict(
        keys=fields.String(),
        values=Word(validate=validate.Length(min=1, max=200)),
        required=True,
        metadata={"description": "Language → name."},
    )


class NewDepartment(NamesSchema):
    """A department, or a branch of the department whose id is given."""

    code = fields.String(required=True, validate=CODE)
    parent = fields.String(load_default=None, metadata={"description": "The id of the department it is a branch of."})


class DepartmentShown(Schema):
    """A department."""

    id = fields.String(attribute="public_id")
    code = fields.String()
    names = fields.Dict(keys=fields.String(), values=fields.String())
    kind = fields.String()
    closed_on = fields.Date(allow_none=True)


class DepartmentQuery(PageQuery):
    """Which departments; ``q``: words in the name, or the code."""

    q = fields.String(load_default="")


class NewRole(RoleSchema):
    """A role for the person with this e-mail address; no department means the whole government."""

    department = fields.String(load_default=None, metadata={"description": "The department's code."})


@account_bp.route("")
class OwnAccount(MethodView):
    """The token owner's account."""

    @allow("account:manage")
    @account_bp.response(200, AccountShown)
    def get(self) -> Person:
        """Read one's own account."""
        return directory.person_by_id(current_actor().person_id)

    @allow("account:manage")
    @account_bp.arguments(LocaleChoice)
    @account_bp.response(200, AccountShown)
    def patch(self, data: dict[str, Any]) -> Person:
        """Choose the language that pages and mail speak."""
        if LocaleSchema(languages.offered()).validate(data):
            raise Invalid(_("Choose one of: %(locales)s.", locales=", ".join(languages.offered())), field="locale")
        person = directory.person_by_id(current_actor().person_id)
        people.choose_locale(person=person, locale=data["locale"])
        return person


@account_bp.route("/sign-ins")
class SignIns(MethodView):
    """The browsers in which the token's owner is signed in."""

    @allow("account:manage")
    @account_bp.response(200, SignInsShown)
    def get(self) -> dict[str, Sequence[SignIn]]:
        """List them, latest first."""
        hours = current_app.config["SETTINGS"].session_hours
        return {"items": credentials.sign_ins(current_actor().person_id, hours=hours)}


@account_bp.route("/sign-ins/<sign_in>/end")
class EndSignIn(MethodView):
    """A browser that is to be signed out."""

    @allow("sign_in:end", sign_in=credentials.sign_in_by_public_id)
    @account_bp.response(204)
    def post(self, sign_in: SignIn) -> None:
        """Sign out on that browser."""
        signing_in.end_sign_in(sign_in=sign_in, actor_id=current_actor().person_id)


@departments_bp.route("")
class Departments(MethodView):
    """All departments."""

    @allow("department:list")
    @departments_bp.arguments(DepartmentQuery, location="query")
    @departments_bp.response(200, page_of(DepartmentShown))
    def get(self, page: dict[str, Any]) -> dict[str, Any]:
        """Find departments, by code."""
        words = page["q"].replace("\x00", "").strip()
        rows = directory.find_departments(words, after=page["after"], limit=page["limit"] + 1)
        return cut(rows, page["limit"], lambda department: department.code)

    @allow("department:add")
    @departments_bp.arguments(NewDepartment)
    @departments_bp.response(201, DepartmentShown)
    def post(self, data: dict[str, Any]) -> Department:
        """Add a department or a branch."""
        parent = None
        if data["parent"] is not None:
            parent = directory.department_by_public_id(data["parent"])
            if parent is None:
                raise Invalid(_("There is no department with this id."), field="parent")
        return departments.found_department(
            code=data["code"], names=_known(data["names"]), parent=parent, actor_id=current_actor().person_id
        )


@departments_bp.route("/<department>")
class OneDepartment(MethodView):
    """One department."""

    @allow("department:read", department=directory.department_by_public_id)
    @departments_bp.response(200, DepartmentShown)
    def get(self, department: Department) -> Department:
        """Read a department."""
        return department

    @allow("department:edit", department=directory.department_by_public_id)
    @departments_bp.arguments(NamesSchema)
    @departments_bp.response(200, DepartmentShown)
    def patch(self, data: dict[str, Any], department: Department) -> Department:
        """Rename a department."""
        departments.rename_department(
            department=department, names=_known(data["names"]), actor_id=current_actor().person_id
        )
        return department


@departments_bp.route("/<department>/close")
class CloseDepartment(MethodView):
    """A department that is to be closed."""

    @allow("department:edit", department=directory.department_by_public_id)
    @departments_bp.response(200, DepartmentShown)
    def post(self, department: Department) -> Department:
        """Close a department."""
        departments.close_department(department=department, actor_id=current_actor().person_id)
        return department


@roles_bp.route("")
class Roles(MethodView):
    """Roles people hold."""

    @allow("person:list")
    @roles_bp.arguments(NewRole)
    @roles_bp.response(201, RoleShown)
    def post(self, data: dict[str, Any]) -> RoleHolding:
        """Give somebody a role."""
        person = directory.person_by_email(data["email"])
        if person is None:
            raise Invalid(_("Nobody has an account with this email address."), field="email")
        department = None
        if data["department"] is not None:
            department = directory.department_by_code(data["department"])
            if department is None:
                raise Invalid(_("There is no department with this code."), field="department")
        holding = roles.give_role(
            person=person,
            role=data["role"],
            department=department,
            starts_on=data["starts_on"],
            ends_on=data["ends_on"],
            actor_id=current_actor().person_id,
        )
        holding.department = department
        return holding


@roles_bp.route("/<holding>/end")
class EndRole(MethodView):
    """A role that is to end."""

    @allow("role:end", holding=directory.role_holding_by_public_id)
    @roles_bp.arguments(EndRoleSchema)
    @roles_bp.response(204)
    def post(self, data: dict[str, Any], holding: RoleHolding) -> None:
        """Let a role end: at once, or after a last day."""
        roles.end_role(holding=holding, last_day=data["last_day"], actor_id=current_actor().person_id)


def _known(names: dict[str, str]) -> dict[str, str]:
    """Return the names if they are in the instance's languages, the first one among them."""
    if not set(names) <= set(pack.locales) or pack.locales[0] not in names:
        raise Invalid(
            _("Give a name in %(first)s; others may be in: %(locales)s.", first=pack.locales[0],
              locales=", ".join(pack.locales)),
            field="names",
        )  # fmt: skip
    return names
