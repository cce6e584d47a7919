"""The page of a project's people to invite: who agreed to be found and fits, and what became of who was invited."""

from __future__ import annotations

from flask import Blueprint, flash, request
from flask_babel import gettext as _

from freeagents.applications.queries.invitations import invitations_to
from freeagents.db.base import today
from freeagents.eligibility.fitting import Fit
from freeagents.extensions import pack
from freeagents.projects.models import Project
from freeagents.projects.queries import whole_project
from freeagents.rounds.schemas import InvitingSchema
from freeagents.rounds.services import inviting as services
from freeagents.security.actor import current_actor
from freeagents.security.guard import allow
from freeagents.web.forms import Form
from freeagents.web.rendering import Answer, render, see_other

bp = Blueprint("inviting", __name__, template_folder="../templates")


@bp.get("/projects/<project>/people")
@allow("project:invite", project=whole_project)
def people(project: Project) -> Answer:
    """List people to invite, best fit first, with the reasons; each look is noted."""
    return _people_page(project, Form(InvitingSchema()))


@bp.post("/projects/<project>/people")
@allow("project:invite", project=whole_project)
def invite(project: Project) -> Answer:
    """Invite somebody to apply."""
    form = Form(InvitingSchema(), request.form)
    with form.refusals():
        actor_id = current_actor().person_id
        invited = services.invite(project=project, **form.data, actor_id=actor_id, today=today(), pack=pack)
        flash(_("%(name)s is invited.", name=invited.name), "success")
        return see_other("inviting.people", project=project.public_id)
    return _people_page(project, form)


def _people_page(project: Project, form: Form) -> Answer:
    found = services.people_to_invite(project=project, today=today(), pack=pack)
    if found:
        seen = [one.person for one in found]
        services.note_look(project=project, people=seen, actor_id=current_actor().person_id)
    invited = [(one, one.standing(today())) for one in invitations_to(project.id)]
    return render(
        "rounds/people.html",
        form=form,
        project=project,
        candidates=[(one, Fit.of(project, one.fit)) for one in found],
        invited=invited,
        left=services.MOST_WAITING - sum(standing == "open" for _one, standing in invited),
        most=services.MOST_WAITING,
    )
