"""Pages around projects and applications: read one, apply, put one's applications in order, end a project."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, request
from flask_babel import gettext as _
from marshmallow import Schema

from freeagents.accounts.queries.directory import employment_today
from freeagents.applications import services
from freeagents.applications.models import Application, ProjectInvitation
from freeagents.applications.pages.history import history_of
from freeagents.applications.queries import applications as queries
from freeagents.applications.queries import invitations
from freeagents.applications.schemas import CancellingSchema, DecliningSchema, EndingSchema, MoveSchema, ShortListSchema
from freeagents.db.base import today, utc_now
from freeagents.eligibility import services as eligibility
from freeagents.eligibility.facts import Pair
from freeagents.eligibility.fitting import Fit, fits
from freeagents.eligibility.pool import people_facts
from freeagents.eligibility.sentences import your_answers
from freeagents.errors import Conflict
from freeagents.projects.models import MOVES, Project
from freeagents.projects.queries import whole_project
from freeagents.questions import queries as questions
from freeagents.security.access import allows
from freeagents.security.actor import actor_or_none, current_actor
from freeagents.security.guard import allow
from freeagents.web.forms import Form
from freeagents.web.rendering import Answer, render, see_other

bp = Blueprint("applications", __name__, template_folder="../templates")
ANSWERS_SHOWN = 5


def readable_project(public_id: str) -> Project | None:
    """Return the whole project, or None where whoever is signed in may not read it."""
    project = whole_project(public_id)
    return project if allows("project:read", actor_or_none(), project) else None


@bp.get("/projects/<project>")
@allow("project:read", project=whole_project)
def project(project: Project) -> Answer:
    """Show a project; to an agent also how they fit, to its owner and HR also who applied."""
    return _project_page(project)


@bp.post("/projects/<project>/apply")
@allow("application:submit", project=readable_project)
def apply(project: Project) -> Answer:
    """Apply for a project."""
    actor = current_actor()
    form = Form(Schema(), request.form)
    with form.refusals():
        post = employment_today(actor.person_id)
        home = post.department.employer_id if post else None
        services.apply(project=project, person_id=actor.person_id, home_employer_id=home)
        flash(_("You have applied. You can change the order of your applications until the round."), "success")
        return see_other("applications.project", project=project.public_id)
    return _project_page(project, form)


@bp.post("/projects/<project>/conflict")
@allow("conflict:declare", project=readable_project)
def declare_conflict(project: Project) -> Answer:
    """Declare a conflict of interest with a project."""
    services.declare_conflict(project=project, person_id=current_actor().person_id)
    flash(_("Your conflict of interest is noted. You are never matched with this project."), "success")
    return see_other("applications.project", project=project.public_id)


@bp.post("/projects/<project>/no-conflict")
@allow("conflict:declare", project=readable_project)
def withdraw_conflict(project: Project) -> Answer:
    """Withdraw a declared conflict of interest."""
    eligibility.withdraw_conflict(project=project, person_id=current_actor().person_id)
    flash(_("Your conflict of interest is withdrawn."), "success")
    return see_other("applications.project", project=project.public_id)


@bp.post("/projects/<project>/short-list")
@allow("project:short_list", project=whole_project)
def short_list(project: Project) -> Answer:
    """Put somebody who applied on the project's short list, or take them off it."""
    form = Form(ShortListSchema(), request.form)
    with form.refusals():
        name = services.short_list(project=project, **form.data, actor_id=current_actor().person_id)
        listed = _("%(name)s is on your short list.", name=name)
        flash(listed if form.data["listed"] else _("%(name)s is off your short list.", name=name), "success")
        return see_other("applications.project", project=project.public_id, _anchor="applicants")
    return _project_page(project, form)


@bp.get("/projects/<project>/end")
@allow("project:edit", project=whole_project)
def end_form(project: Project) -> Answer:
    """Ask how and why a project ends."""
    if "cancelled" not in MOVES[project.state]:
        return see_other("applications.project", project=project.public_id)
    return _end_page(project, Form(_ending(project)), version=project.version)


@bp.post("/projects/<project>/end")
@allow("project:edit", project=whole_project)
def end(project: Project) -> Answer:
    """End a project; everybody who waits for it is answered."""
    labels = {"ending": _("how the project ended"), "reason": _("the reason")}
    form = Form(_ending(project), request.form, labels=labels)
    version = request.form.get("version", -1, type=int)
    with form.refusals():
        data = {"ending": "cancelled"} | form.data
        services.end_project(project=project, **data, actor_id=current_actor().person_id, version=version)
        flash(_("The project has ended."), "success")
        return see_other("applications.project", project=project.public_id)
    if form.refused_with == Conflict.status:
        version = project.version
    return _end_page(project, form, version=version)


@bp.get("/applications")
@allow("application:list_own")
def mine() -> Answer:
    """List one's own applications: those that stand, in one's own order, then what became of the others."""
    return _own_page()


@bp.post("/applications/<application>/move")
@allow("application:change", application=queries.application_by_public_id)
def move(application: Application) -> Answer:
    """Move an application up or down one's own order."""
    form = Form(MoveSchema(), request.form)
    with form.refusals():
        services.move(application=application, places=form.data["places"], actor_id=current_actor().person_id)
        flash(
            _("“%(project)s” is now number %(rank)d.", project=application.project.title, rank=application.rank),
            "success",
        )
        return see_other("applications.mine", _anchor=f"application-{application.public_id}")
    return _own_page(form)


@bp.post("/applications/<application>/withdraw")
@allow("application:change", application=queries.application_by_public_id)
def withdraw(application: Application) -> Answer:
    """Withdraw an application."""
    form = Form(Schema(), request.form)
    with form.refusals():
        services.withdraw(application=application, actor_id=current_actor().person_id)
        flash(_("Your application is withdrawn. You can apply again while the project is open."), "success")
        return see_other("applications.mine")
    return _own_page(form)


@bp.get("/invitations/<project_invitation>/decline")
@allow("invitation:answer", project_invitation=invitations.invitation_by_public_id)
def decline_form(project_invitation: ProjectInvitation) -> Answer:
    """Ask whether and why one declines an invitation."""
    if project_invitation.standing(today()) != "open":
        return see_other("applications.mine")
    return render("applications/decline.html", form=Form(DecliningSchema()), project=project_invitation.project)


@bp.post("/invitations/<project_invitation>/decline")
@allow("invitation:answer", project_invitation=invitations.invitation_by_public_id)
def decline(project_invitation: ProjectInvitation) -> Answer:
    """Decline an invitation."""
    form = Form(DecliningSchema(), request.form, labels={"reason": _("the reason")})
    with form.refusals():
        services.decline(invitation=project_invitation, **form.data, today=today())
        flash(_("You have declined. You can still apply while the project is open."), "success")
        return see_other("applications.mine")
    return render("applications/decline.html", form=form, project=project_invitation.project)


def _own_page(form: Form | None = None) -> Answer:
    person_id = current_actor().person_id
    found = queries.applications_of(person_id)
    suiting = queries.told_next(person_id, (one for one in found if one.state == "not_matched"))
    return render(
        "applications/mine.html",
        invitations=invitations.invitations_of(current_actor().person_id, today=today()),
        form=form or Form(Schema()),
        standing=[one for one in found if one.state == "submitted"],
        answered=[
            (one, your_answers(one.reason, one.reason_facts or {}) if one.reason else [], suiting.get(one.id, ()))
            for one in found
            if one.state != "submitted"
        ],
    )


def _ending(project: Project) -> Schema:
    if project.state == "draft":
        return CancellingSchema()
    return EndingSchema() if project.state == "open" else EndingSchema(only=("reason",))


def _end_page(project: Project, form: Form, *, version: int) -> Answer:
    return render("applications/end.html", form=form, project=project, version=version)


def _project_page(project: Project, form: Form | None = None) -> Answer:
    actor = current_actor()
    edits = allows("project:edit", actor, project)
    answered, waiting = questions.latest(project.id, limit=ANSWERS_SHOWN)
    sees_applicants = allows("project:applicants", actor, project)
    found, in_conflict = queries.around(project_id=project.id, person_id=actor.person_id, everybody=sees_applicants)
    own = next((one for one in found if one.person_id == actor.person_id), None)
    sees_short_list = allows("project:see_short_list", actor, project)
    applicants = [one for one in found if one.state == "submitted"] if sees_applicants else []
    if sees_short_list:
        applicants.sort(key=lambda one: one.short_listed_at is None)
    told = _fits(project, applicants, in_conflict=in_conflict)
    if applicants:
        seen = [row.person for row in applicants]
        services.note_look(project=project, people=seen, actor_id=actor.person_id)
    fit = told.get(actor.person_id) if actor.agent else None
    return render(
        "applications/project.html",
        form=form or Form(Schema()),
        project=project,
        application=own,
        in_conflict=in_conflict,
        fit=fit,
        answered=answered,
        waiting=waiting if edits else 0,
        own_department=fit is not None and "another_department" in fit.failing,
        applicants=[(row, told.get(row.person_id)) for row in applicants],
        short_listed=sees_short_list and {row.id for row in applicants if row.short_listed_at},
        history=history_of(project) if edits else [],
    )


def _fits(project: Project, applicants: Sequence[Application], *, in_conflict: bool) -> dict[int, Fit]:
    """Return person id → fit of whoever is signed in, if an agent, and of all who applied.

    To managers, whether others hold the clearance that is asked is not said.
    """
    actor = current_actor()
    own = {actor.person_id} if actor.agent else set()
    who = {row.person_id for row in applicants} | own
    people = people_facts(today=utc_now().date(), only=who) if who else {}
    apart = (Pair(actor.public_id, project.public_id),) if in_conflict else ()
    herself = {key: person for key, person in people.items() if key in own}
    others = {key: person for key, person in people.items() if key not in own}
    in_hr = actor.holds_over("hr", project.department.lineage)
    found = fits(project, others, clearance=in_hr)
    found |= fits(project, herself, clearance=True, conflicts=apart)
    return {key: Fit.of(project, one) for key, one in found.items()}
