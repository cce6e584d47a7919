"""The API's own applications."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask.views import MethodView
from flask_babel import gettext as _
from marshmallow import Schema, fields, validate

from freeagents.accounts.queries.directory import employment_today
from freeagents.applications import services
from freeagents.applications.models import Application, ProjectInvitation, SavedSearch
from freeagents.applications.queries import applications as queries
from freeagents.applications.queries import finding, invitations, overview
from freeagents.applications.queries.finding import FoundPage
from freeagents.applications.queries.wanted import Wanted
from freeagents.applications.schemas import DecliningSchema, FindSchema, ProjectFilter, ShortListSchema
from freeagents.db.base import today, utc_now
from freeagents.eligibility.fitting import as_figures, fits
from freeagents.eligibility.pool import people_facts
from freeagents.eligibility.schemas import FitShown
from freeagents.eligibility.sentences import your_answers
from freeagents.errors import Invalid
from freeagents.extensions import pack
from freeagents.projects.models import Project
from freeagents.projects.queries import whole_project
from freeagents.projects.services.ending import ENDINGS
from freeagents.security.access import allows
from freeagents.security.actor import current_actor
from freeagents.security.guard import allow
from freeagents.web.api import resource

bp = resource("applications", "/applications", "The token owner's own applications.")
searches_bp = resource("searches", "/searches", "Searches that the token's owner saved.")
endings_bp = resource("endings", "/projects", "What managers need.")
invitations_bp = resource("invitations", "/invitations", "Invitations to the token's owner.")
applicants_bp = resource("applicants", "/projects", "Who applied for a project.")
finding_bp = resource("finding", "/projects/for-me", "Projects that suit the token's owner.")


class ApplicationShown(Schema):
    """An application, as the person who made it sees it."""

    id = fields.String(attribute="public_id")
    project = fields.String(attribute="project.public_id")
    title = fields.String(attribute="project.title")
    state = fields.String()
    rank = fields.Integer(allow_none=True)
    reason = fields.String(allow_none=True)
    submitted_at = fields.AwareDateTime()


class NextShown(Schema):
    """An open project that suited the person when they were told of an answer."""

    project = fields.String(attribute="public_id")
    title = fields.String()


class OwnApplicationShown(ApplicationShown):
    """An application in the list of one's own, with the projects named with its answer that are still open."""

    answers = fields.List(fields.String(), metadata={"description": "Why, and what would have changed it."})
    next = fields.List(fields.Nested(NextShown))


class NewApplication(Schema):
    """Which project to apply for."""

    project = fields.String(required=True)


class Move(Schema):
    """How far to move an application in one's own order; negative is up."""

    places = fields.Integer(required=True, validate=validate.Range(-1000, 1000))


@bp.route("")
class Applications(MethodView):
    """The token owner's applications."""

    @allow("application:list_own")
    @bp.response(200, OwnApplicationShown(many=True))
    def get(self) -> list[dict[str, Any]]:
        """List one's own applications: those that stand by rank, then the others."""
        person_id = current_actor().person_id
        found = queries.applications_of(person_id)
        suiting = queries.told_next(person_id, (one for one in found if one.state == "not_matched"))
        plain = ("public_id", "project", "state", "rank", "reason", "submitted_at")
        return [
            {name: getattr(one, name) for name in plain}
            | {"answers": your_answers(one.reason, one.reason_facts or {}) if one.reason else []}
            | {"next": suiting.get(one.id, ())}
            for one in found
        ]

    @allow("application:submit")
    @bp.arguments(NewApplication)
    @bp.response(201, ApplicationShown)
    def post(self, data: dict[str, Any]) -> Application:
        """Apply for a project; the new application is ranked last."""
        actor = current_actor()
        project = whole_project(data["project"])
        if project is None or not allows("project:read", actor, project):
            raise Invalid(_("There is no project with this id."), field="project")
        employment = employment_today(actor.person_id)
        home = employment.department.employer_id if employment else None
        made = services.apply(project=project, person_id=actor.person_id, home_employer_id=home)
        made.project = project
        return made


@bp.route("/<application>/move")
class MoveApplication(MethodView):
    """An application in its owner's order."""

    @allow("application:change", application=queries.application_by_public_id)
    @bp.arguments(Move)
    @bp.response(200, ApplicationShown)
    def post(self, data: dict[str, Any], application: Application) -> Application:
        """Move an application up or down one's own order."""
        services.move(application=application, places=data["places"], actor_id=current_actor().person_id)
        return application


@bp.route("/<application>/withdraw")
class WithdrawApplication(MethodView):
    """An application that is to end."""

    @allow("application:change", application=queries.application_by_public_id)
    @bp.response(200, ApplicationShown)
    def post(self, application: Application) -> Application:
        """Withdraw an application."""
        services.withdraw(application=application, actor_id=current_actor().person_id)
        return application


class OwnInvitationShown(Schema):
    """An invitation that may be answered: apply for the project, or decline."""

    id = fields.String(attribute="public_id")
    project = fields.String(attribute="project.public_id")
    title = fields.String(attribute="project.title")
    invited_at = fields.AwareDateTime()
    until = fields.Date(metadata={"description": "The last day to answer."})


@invitations_bp.route("")
class Invitations(MethodView):
    """Invitations to the token's owner."""

    @allow("application:list_own")
    @invitations_bp.response(200, OwnInvitationShown(many=True))
    def get(self) -> Sequence[ProjectInvitation]:
        """List the invitations one may answer, those first that lapse first; one accepts by applying."""
        return invitations.invitations_of(current_actor().person_id, today=today())


@invitations_bp.route("/<project_invitation>/decline")
class DeclineInvitation(MethodView):
    """An invitation that is declined."""

    @allow("invitation:answer", project_invitation=invitations.invitation_by_public_id)
    @invitations_bp.arguments(DecliningSchema)
    @invitations_bp.response(204)
    def post(self, data: dict[str, Any], project_invitation: ProjectInvitation) -> None:
        """Decline an invitation; those who look after the project read the reason, if one is given."""
        services.decline(invitation=project_invitation, **data, today=today())


class Ending(Schema):
    """How and why a project ends."""

    ending = fields.String(required=True, validate=validate.OneOf(ENDINGS))
    reason = fields.String(required=True)


@endings_bp.route("/<project>/end")
class EndProject(MethodView):
    """A project that is to end."""

    @allow("project:edit", project=whole_project)
    @endings_bp.arguments(Ending)
    @endings_bp.response(204)
    def post(self, data: dict[str, Any], project: Project) -> None:
        """End a project as filled, cancelled or expired, with the reason; applications for it are answered."""
        services.end_project(project=project, **data, actor_id=current_actor().person_id)


class ApplicantShown(Schema):
    """Somebody who applied for a project."""

    application = fields.String(attribute="application.public_id")
    name = fields.String(attribute="application.person.name")
    submitted_at = fields.AwareDateTime(attribute="application.submitted_at")
    short_listed = fields.Boolean(
        allow_none=True, metadata={"description": "null to all but the project's owners and HR's reviewers."}
    )
    fit = fields.Nested(FitShown, allow_none=True)


@applicants_bp.route("/<project>/applicants")
class Applicants(MethodView):
    """Who applied for a project."""

    @allow("project:applicants", project=whole_project)
    @applicants_bp.response(200, ApplicantShown(many=True))
    def get(self, project: Project) -> list[dict[str, Any]]:
        """List who applied and waits for a round, oldest application first; the look is noted."""
        actor = current_actor()
        rows, _conflict = queries.around(project_id=project.id, person_id=actor.person_id, everybody=True)
        standing = [row for row in rows if row.state == "submitted"]
        who = {row.person_id for row in standing}
        people = people_facts(today=utc_now().date(), only=who) if who else {}
        in_hr = actor.holds_over("hr", project.department.lineage)
        found = fits(project, people, clearance=in_hr)
        if standing:
            services.note_look(project=project, people=[row.person for row in standing], actor_id=actor.person_id)
        private = allows("project:see_short_list", actor, project)
        return [
            {
                "application": row,
                "short_listed": bool(row.short_listed_at) if private else None,
                "fit": as_figures(found[row.person_id]) if row.person_id in found else None,
            }
            for row in standing
        ]


@applicants_bp.route("/<project>/short-list")
class ShortList(MethodView):
    """The short list of a project's manager."""

    @allow("project:short_list", project=whole_project)
    @applicants_bp.arguments(ShortListSchema)
    @applicants_bp.response(204)
    def post(self, data: dict[str, Any], project: Project) -> None:
        """Put somebody who applied on the short list, or take them off it."""
        services.short_list(project=project, **data, actor_id=current_actor().person_id)


class FindQuery(FindSchema):
    """What to look for, and which page of it."""

    after = fields.String(load_default=None, metadata={"description": "The *next* of the page before."})


class LapseShown(Schema):
    """What one holds as a project asks, but not to its last day."""

    rule = fields.String()
    what = fields.String(attribute="word", metadata={"description": "The code of the clearance or of the language."})
    until = fields.Date(metadata={"description": "The last day on which it counts."})
    needed = fields.Date(metadata={"description": "The project’s last day."})


class FoundShown(Schema):
    """An open project, with how the token's owner fits it."""

    project = fields.String(attribute="project.public_id")
    title = fields.String(attribute="project.title")
    application = fields.String(allow_none=True, metadata={"description": "The state of one's application for it."})
    lacking = fields.Integer(allow_none=True, metadata={"description": "How many things are missing, each skill one."})
    missing = fields.List(fields.String(), attribute="told.failing", metadata={"description": "Hard rules not met."})
    lapses = fields.List(fields.Nested(LapseShown), attribute="told.lapses")
    score = fields.Integer(attribute="told.score", metadata={"description": "In thousandths of a point."})


class FoundPageShown(Schema):
    """A page of open projects, and what comes nearest where there is none."""

    items = fields.List(fields.Nested(FoundShown), attribute="rows")
    next = fields.String(attribute="after", allow_none=True)
    total = fields.Integer(metadata={"description": "How many open projects are like that."})
    looked = fields.Integer(metadata={"description": "How many of them were looked through."})
    shares = fields.Dict(keys=fields.String(), values=fields.Integer(), allow_none=True)
    nearest = fields.List(fields.Nested(FoundShown))


@finding_bp.route("")
class ForMe(MethodView):
    """Open projects, those that suit the token's owner best first."""

    @allow("project:list")
    @finding_bp.arguments(FindQuery, location="query")
    @finding_bp.response(200, FoundPageShown)
    def get(self, asked: dict[str, Any]) -> FoundPage:
        """Find open projects; how one fits is said to agents with a profile."""
        actor = current_actor()
        wanted = Wanted(**{name: asked[name] for name in ("text", "discipline", "work_mode", "month", "place")})
        people = people_facts(today=utc_now().date(), only=actor.person_id) if actor.agent else {}
        person, after = people.get(actor.person_id), asked["after"]
        if person is None or (asked["order"] == "newest" and asked["show"] == "all"):
            return finding.newest(person_id=actor.person_id, person=person, wanted=wanted, after=after, pack=pack)
        return finding.best(
            person_id=actor.person_id, person=person, wanted=wanted, show=asked["show"], after=after, pack=pack
        )


class StartShown(Schema):
    """How many open projects start on a day."""

    day = fields.Date()
    count = fields.Integer()


class PlaceShown(Schema):
    """How many open projects are at a place."""

    place = fields.String()
    latitude = fields.Float(allow_none=True)
    longitude = fields.Float(allow_none=True)
    count = fields.Integer()


class OverviewShown(Schema):
    """When open projects start, and where they are."""

    starts = fields.List(fields.Nested(StartShown))
    places = fields.List(fields.Nested(PlaceShown))


@finding_bp.route("/when-and-where")
class WhenAndWhere(MethodView):
    """All open projects at once."""

    @allow("project:list")
    @finding_bp.response(200, OverviewShown)
    def get(self) -> dict[str, Any]:
        """Count open projects by first day, and by place but for the remote ones."""
        starts = [{"day": day, "count": count} for day, count in overview.starts_by_day().items()]
        return {"starts": starts, "places": overview.open_by_place()}


class SearchShown(ProjectFilter):
    """A saved search."""

    id = fields.String()


@searches_bp.route("")
class Searches(MethodView):
    """The token owner's saved searches."""

    @allow("search:list_own")
    @searches_bp.response(200, SearchShown(many=True))
    def get(self) -> Sequence[dict[str, Any]]:
        """List one's own saved searches, newest first."""
        return [_search(search) for search in queries.searches_of(current_actor().person_id)]

    @allow("search:list_own")
    @searches_bp.arguments(ProjectFilter)
    @searches_bp.response(201, SearchShown)
    def post(self, data: dict[str, Any]) -> dict[str, Any]:
        """Save a search. Saving the same one twice changes nothing."""
        return _search(services.save_search(person_id=current_actor().person_id, data=data))


@searches_bp.route("/<search>")
class OneSearch(MethodView):
    """A saved search."""

    @allow("search:change", search=queries.search_by_public_id)
    @searches_bp.response(204)
    def delete(self, search: SavedSearch) -> None:
        """Remove a saved search."""
        services.remove_search(search=search)


def _search(search: SavedSearch) -> dict[str, Any]:
    return {"id": search.public_id, **queries.filter_of(search)}
