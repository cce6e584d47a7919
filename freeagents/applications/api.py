"""The API's own applications."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask.views import MethodView
from flask_babel import gettext as _
from marshmallow import Schema, fields, validate

from freeagents.accounts.queries.directory import employment_today
from freeagents.applications import queries, services
from freeagents.applications.models import Application, SavedSearch
from freeagents.applications.schemas import ProjectFilter
from freeagents.errors import Invalid
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


class ApplicationShown(Schema):
    """An application, as the person who made it sees it."""

    id = fields.String(attribute="public_id")
    project = fields.String(attribute="project.public_id")
    title = fields.String(attribute="project.title")
    state = fields.String()
    rank = fields.Integer(allow_none=True)
    reason = fields.String(allow_none=True)
    submitted_at = fields.AwareDateTime()


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
    @bp.response(200, ApplicationShown(many=True))
    def get(self) -> Sequence[Application]:
        """List one's own applications: those that stand by rank, then the others."""
        return queries.applications_of(current_actor().person_id)

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
