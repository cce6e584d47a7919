"""Pages of people's accounts, for administrators: find, invite, give and end roles, end an account."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, request
from flask_babel import gettext as _

from freeagents.accounts.models import Person, RoleHolding
from freeagents.accounts.queries import credentials, directory
from freeagents.accounts.schemas import EndRoleSchema, EndSchema, InviteSchema, ReasonSchema, RoleSchema
from freeagents.accounts.services import leaving, people, roles, second_factor
from freeagents.db.base import today
from freeagents.errors import Invalid
from freeagents.security.actor import current_actor
from freeagents.security.guard import allow
from freeagents.web.forms import Form
from freeagents.web.rendering import Answer, render, see_other

bp = Blueprint("people", __name__, template_folder="../templates")

MOST_FOUND = 50
MOST_HOLDERS = 200


@bp.get("/people")
@allow("person:list")
def index() -> Answer:
    """Find somebody's account; show who holds a role over the whole government."""
    words = request.args.get("q", "").replace("\x00", "").strip()
    found = directory.find_people(words, limit=MOST_FOUND + 1) if words else []
    return render(
        "accounts/people.html",
        words=words,
        people=found[:MOST_FOUND],
        are_more=len(found) > MOST_FOUND,
        holders=[] if words else directory.holders(None, limit=MOST_HOLDERS),
    )


@bp.get("/people/new")
@allow("person:invite")
def new() -> Answer:
    """Show the form that invites somebody."""
    return _new_page(Form(InviteSchema()))


@bp.post("/people/new")
@allow("person:invite")
def invite_new() -> Answer:
    """Invite somebody."""
    form = Form(
        InviteSchema(),
        request.form,
        labels={"name": _("the person’s name"), "email": _("the email address"), "department": _("the department")},
    )
    with form.refusals():
        department = directory.department_by_public_id(form.data["department"])
        if department is None or department.closed_on is not None:
            raise Invalid(_("Choose a department of the list."), field="department")
        person = people.invite_to_department(
            name=form.data["name"],
            email=form.data["email"],
            department=department,
            actor_id=current_actor().person_id,
        )
        flash(_said_of_invitation(person), "success")
        return see_other("people.show", person=person.public_id)
    return _new_page(form)


@bp.get("/people/<person>")
@allow("person:read", person=directory.person_by_public_id)
def show(person: Person) -> Answer:
    """Show somebody's account."""
    return render(
        "accounts/person.html",
        person=person,
        employment=directory.employment_today(person.id),
        roles=directory.roles_not_ended(person.id),
        has_left=directory.has_left(person.id),
        factor=credentials.second_factor(person.id),
        has_password=person.password_hash is not None,
        today=today(),
    )


@bp.post("/people/<person>/invite")
@allow("person:invite", person=directory.person_by_public_id)
def invite_again(person: Person) -> Answer:
    """Send somebody a new invitation."""
    people.invite_again(person=person, actor_id=current_actor().person_id)
    flash(_said_of_invitation(person), "success")
    return see_other("people.show", person=person.public_id)


@bp.get("/people/<person>/second-factor/remove")
@allow("second_factor:remove", person=directory.person_by_public_id)
def second_factor_form(person: Person) -> Answer:
    """Ask why somebody's second factor is to be removed."""
    return render("accounts/person_second_factor.html", form=Form(ReasonSchema()), person=person)


@bp.post("/people/<person>/second-factor/remove")
@allow("second_factor:remove", person=directory.person_by_public_id)
def remove_second_factor(person: Person) -> Answer:
    """Remove the second factor of somebody who lost phone and codes."""
    form = Form(ReasonSchema(), request.form, labels={"reason": _("the reason")})
    with form.refusals():
        second_factor.remove_for(person=person, actor_id=current_actor().person_id, note=form.data["reason"])
        flash(_("The second factor is removed."), "success")
        return see_other("people.show", person=person.public_id)
    return render("accounts/person_second_factor.html", form=form, person=person)


@bp.get("/people/<person>/end")
@allow("person:end", person=directory.person_by_public_id)
def end_form(person: Person) -> Answer:
    """Ask when and why somebody's account is to end."""
    return render("accounts/person_end.html", form=Form(EndSchema()), person=person)


@bp.post("/people/<person>/end")
@allow("person:end", person=directory.person_by_public_id)
def end(person: Person) -> Answer:
    """End somebody's account."""
    form = Form(EndSchema(), request.form, labels={"reason": _("the reason"), "last_day": _("the last day")})
    with form.refusals():
        leaving.end_account(
            person=person,
            last_day=form.data["last_day"],
            note=form.data["reason"],
            actor_id=current_actor().person_id,
        )
        flash(_("The account of %(name)s ends.", name=person.name), "success")
        return see_other("people.show", person=person.public_id)
    return render("accounts/person_end.html", form=form, person=person)


@bp.get("/people/<person>/roles/new")
@allow("role:give", person=directory.person_by_public_id)
def role_form(person: Person) -> Answer:
    """Show the form that gives somebody a role over the whole government."""
    return _role_page(Form(_role_schema(), initial={"starts_on": today()}), person)


@bp.post("/people/<person>/roles/new")
@allow("role:give", person=directory.person_by_public_id)
def give_role(person: Person) -> Answer:
    """Give somebody a role over the whole government."""
    form = Form(_role_schema(), request.form, labels={"role": _("a role"), "starts_on": _("the first day")})
    with form.refusals():
        roles.give_role(
            person=person,
            role=form.data["role"],
            department=None,
            starts_on=form.data["starts_on"],
            ends_on=form.data["ends_on"],
            actor_id=current_actor().person_id,
        )
        flash(_("%(name)s has the role.", name=person.name), "success")
        return see_other("people.show", person=person.public_id)
    return _role_page(form, person)


@bp.get("/roles/<holding>/end")
@allow("role:end", holding=directory.role_holding_by_public_id)
def end_role_form(holding: RoleHolding) -> Answer:
    """Ask when a role is to end."""
    return _end_role_page(Form(EndRoleSchema()), holding)


@bp.post("/roles/<holding>/end")
@allow("role:end", holding=directory.role_holding_by_public_id)
def end_role(holding: RoleHolding) -> Answer:
    """Let a role end."""
    form = Form(EndRoleSchema(), request.form, labels={"last_day": _("the last day")})
    with form.refusals():
        person = directory.person_by_id(holding.person_id)
        roles.end_role(holding=holding, last_day=form.data["last_day"], actor_id=current_actor().person_id)
        flash(_("The role of %(name)s ends.", name=person.name), "success")
        return see_other("people.show", person=person.public_id)
    return _end_role_page(form, holding)


def _role_schema() -> RoleSchema:
    return RoleSchema(exclude=("email",))


def _new_page(form: Form) -> Answer:
    return render("accounts/person_new.html", form=form, departments=directory.open_departments())


def _role_page(form: Form, person: Person) -> Answer:
    return render("accounts/role_new.html", form=form, department=None, person=person)


def _end_role_page(form: Form, holding: RoleHolding) -> Answer:
    return render(
        "accounts/role_end.html", form=form, holding=holding, person=directory.person_by_id(holding.person_id)
    )


def _said_of_invitation(person: Person) -> str:
    if current_app.config["SETTINGS"].smtp_url is None:
        return _("This instance sends no mail. For a link run: freeagents user invite %(email)s", email=person.email)
    return _("%(name)s is invited by email.", name=person.name)
