"""Pages of departments, for administrators: find, add, rename, close; who holds which role in one."""

from __future__ import annotations

from flask import Blueprint, flash, request
from flask_babel import gettext as _

from freeagents.accounts.models import Department
from freeagents.accounts.queries import directory
from freeagents.accounts.schemas import RoleSchema, department_schema, names_schema
from freeagents.accounts.services import departments, roles
from freeagents.db.base import Words, today
from freeagents.errors import Invalid
from freeagents.extensions import pack
from freeagents.security.actor import current_actor
from freeagents.security.guard import allow
from freeagents.web.forms import Form
from freeagents.web.rendering import Answer, render, see_other

bp = Blueprint("departments", __name__, url_prefix="/departments", template_folder="../templates")

A_PAGE = 50
MOST_HOLDERS = 200


@bp.get("")
@allow("department:list")
def index() -> Answer:
    """Find a department."""
    words = request.args.get("q", "").replace("\x00", "").strip()
    after = request.args.get("after")
    found = directory.find_departments(words, after=after, limit=A_PAGE + 1)
    return render(
        "accounts/departments.html",
        departments=found[:A_PAGE],
        words=words,
        older=found[A_PAGE - 1].code if len(found) > A_PAGE else None,
        newer=after is not None,
    )


@bp.get("/new")
@allow("department:add")
def new() -> Answer:
    """Show the form that adds a department."""
    return _new_page(Form(department_schema(pack.locales)), None)


@bp.post("/new")
@allow("department:add")
def add() -> Answer:
    """Add a department."""
    return _add(None)


@bp.get("/<department>")
@allow("department:read", department=directory.department_by_public_id)
def show(department: Department) -> Answer:
    """Show a department, its branches and who holds which role in it."""
    return render(
        "accounts/department.html",
        department=department,
        parent=directory.department_by_id(department.parent_id) if department.parent_id else None,
        branches=directory.branches_of(department.id),
        holders=directory.holders(department.id, limit=MOST_HOLDERS),
    )


@bp.get("/<department>/branches/new")
@allow("department:edit", department=directory.department_by_public_id)
def new_branch(department: Department) -> Answer:
    """Show the form that adds a branch."""
    return _new_page(Form(department_schema(pack.locales)), department)


@bp.post("/<department>/branches/new")
@allow("department:edit", department=directory.department_by_public_id)
def add_branch(department: Department) -> Answer:
    """Add a branch."""
    return _add(department)


@bp.get("/<department>/rename")
@allow("department:edit", department=directory.department_by_public_id)
def rename_form(department: Department) -> Answer:
    """Show the form that renames a department."""
    initial = {f"name_{locale}": department.names.get(locale, "") for locale in pack.locales}
    return _rename_page(Form(names_schema(pack.locales), initial=initial), department)


@bp.post("/<department>/rename")
@allow("department:edit", department=directory.department_by_public_id)
def rename(department: Department) -> Answer:
    """Rename a department."""
    form = Form(names_schema(pack.locales), request.form, labels=_labels())
    with form.refusals():
        departments.rename_department(department=department, names=_names(form), actor_id=current_actor().person_id)
        flash(_("The department has its new name."), "success")
        return see_other("departments.show", department=department.public_id)
    return _rename_page(form, department)


@bp.get("/<department>/close")
@allow("department:edit", department=directory.department_by_public_id)
def close_form(department: Department) -> Answer:
    """Ask whether the department is to be closed."""
    return _close_page(Form(names_schema(())), department)


@bp.post("/<department>/close")
@allow("department:edit", department=directory.department_by_public_id)
def close(department: Department) -> Answer:
    """Close a department."""
    form = Form(names_schema(()), request.form)
    with form.refusals():
        departments.close_department(department=department, actor_id=current_actor().person_id)
        flash(_("The department is closed."), "success")
        return see_other("departments.show", department=department.public_id)
    return _close_page(form, department)


@bp.get("/<department>/roles/new")
@allow("role:give", department=directory.department_by_public_id)
def role_form(department: Department) -> Answer:
    """Show the form that gives somebody a role in a department."""
    return _role_page(Form(RoleSchema(), initial={"starts_on": today()}), department)


@bp.post("/<department>/roles/new")
@allow("role:give", department=directory.department_by_public_id)
def give_role(department: Department) -> Answer:
    """Give somebody a role in a department."""
    form = Form(
        RoleSchema(),
        request.form,
        labels={"email": _("the person’s email address"), "role": _("a role"), "starts_on": _("the first day")},
    )
    with form.refusals():
        person = directory.person_by_email(form.data["email"])
        if person is None:
            raise Invalid(_("Nobody has an account with this email address."), field="email")
        roles.give_role(
            person=person,
            role=form.data["role"],
            department=department,
            starts_on=form.data["starts_on"],
            ends_on=form.data["ends_on"],
            actor_id=current_actor().person_id,
        )
        flash(_("%(name)s has the role.", name=person.name), "success")
        return see_other("departments.show", department=department.public_id)
    return _role_page(form, department)


def _add(parent: Department | None) -> Answer:
    form = Form(department_schema(pack.locales), request.form, labels={"code": _("a code"), **_labels()})
    with form.refusals():
        added = departments.found_department(
            code=form.data["code"], names=_names(form), parent=parent, actor_id=current_actor().person_id
        )
        flash(_("The department is added."), "success")
        return see_other("departments.show", department=added.public_id)
    return _new_page(form, parent)


def _names(form: Form) -> Words:
    given = {locale: form.data.get(f"name_{locale}") for locale in pack.locales}
    return {locale: name for locale, name in given.items() if name}


def _labels() -> dict[str, str]:
    return {f"name_{locale}": _("a name") for locale in pack.locales}


def _new_page(form: Form, parent: Department | None) -> Answer:
    return render("accounts/department_new.html", form=form, parent=parent, locales=pack.locales)


def _rename_page(form: Form, department: Department) -> Answer:
    return render("accounts/department_rename.html", form=form, department=department, locales=pack.locales)


def _close_page(form: Form, department: Department) -> Answer:
    return render("accounts/department_close.html", form=form, department=department)


def _role_page(form: Form, department: Department) -> Answer:
    return render("accounts/role_new.html", form=form, department=department, person=None)
