"""Pages of the owners of a project, and of projects that have none."""

from __future__ import annotations

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext as _
from marshmallow import Schema

from freeagents.accounts.queries.directory import person_by_public_id
from freeagents.projects import queries
from freeagents.projects.models import Project
from freeagents.projects.schemas import OwnerSchema
from freeagents.projects.services import owning
from freeagents.security.actor import current_actor
from freeagents.security.guard import allow
from freeagents.web.forms import Form
from freeagents.web.rendering import Answer, render, see_other

bp = Blueprint("owners", __name__, url_prefix="/projects", template_folder="templates")
PAGE = 25


@bp.get("/<project>/owners")
@allow("project:edit", project=queries.owned_project)
def index(project: Project) -> Answer:
    """List the owners of a project, and ask for another."""
    return _index(project, Form(OwnerSchema()))


@bp.post("/<project>/owners")
@allow("project:edit", project=queries.owned_project)
def add(project: Project) -> Answer:
    """Add an owner."""
    form = Form(OwnerSchema(), request.form, labels={"email": _("the work email address")})
    with form.refusals():
        person = owning.add_owner(project=project, email=form.data["email"], actor_id=current_actor().person_id)
        flash(_("%(name)s owns this project.", name=person.name), "success")
        return see_other("owners.index", project=project.public_id)
    return _index(project, form)


@bp.post("/<project>/owners/<person>/remove")
@allow("project:edit", project=queries.owned_project)
def remove(project: Project, person: str) -> Answer:
    """Remove an owner."""
    form = Form(Schema(), request.form)
    actor = current_actor()
    with form.refusals():
        owning.remove_owner(project=project, person=person_by_public_id(person), actor_id=actor.person_id)
        if person == actor.public_id:
            flash(_("You no longer own “%(project)s”.", project=project.title), "success")
            return see_other("home.home")
        flash(_("The owner is removed."), "success")
        return see_other("owners.index", project=project.public_id)
    return _index(project, form)


@bp.get("/without-owner")
@allow("project:list_unowned")
def unowned() -> Answer:
    """List projects without an owner, of the departments over which one holds the role HR."""
    after = request.args.get("after") or None
    rows = queries.unowned_projects(current_actor().person_id, after=after, limit=PAGE + 1)
    return render(
        "projects/unowned.html",
        rows=rows[:PAGE],
        first=url_for("owners.unowned") if after else "",
        following=url_for("owners.unowned", after=rows[PAGE - 1].public_id) if len(rows) > PAGE else "",
    )


def _index(project: Project, form: Form) -> Answer:
    return render("projects/owners.html", form=form, project=project, is_going=project.state in queries.GOING)
