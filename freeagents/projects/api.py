"""The API's projects."""

from __future__ import annotations

from typing import Any

from flask import request
from flask.views import MethodView
from flask_babel import gettext as _
from marshmallow import Schema, fields, validate
from werkzeug.exceptions import PreconditionFailed
from werkzeug.http import quote_etag

from freeagents.accounts.models import Person
from freeagents.accounts.queries import directory
from freeagents.accounts.queries.directory import department_by_code
from freeagents.country.entries import Template
from freeagents.db.base import utc_now
from freeagents.errors import Forbidden, Invalid
from freeagents.extensions import pack
from freeagents.projects import queries
from freeagents.projects.models import Project
from freeagents.projects.schemas import FillSchema, OwnerSchema, ProjectSchema
from freeagents.projects.services import filling, owning, writing
from freeagents.security.actor import current_actor
from freeagents.security.guard import allow
from freeagents.skills.schemas import SkillLevelSchema
from freeagents.web.api import LARGEST_PAGE, PageQuery, cut, page_of, resource
from freeagents.web.filters import locale_code

bp = resource("projects", "/projects", "What managers need.")
VERSION_HEADER = {"ETag": {"description": "The version, for If-Match.", "schema": {"type": "string"}}}
Versioned = tuple[Project, dict[str, str]]


class LanguageShown(Schema):
    """A language a project asks for."""

    language = fields.String()
    letters = fields.String()


class ProjectShown(Schema):
    """A project, as everybody who may read it sees it."""

    id = fields.String(attribute="public_id")
    state = fields.String()
    department = fields.String(attribute="department.code")
    title = fields.String()
    outcome = fields.String()
    tasks = fields.String()
    discipline = fields.List(fields.String(), attribute="disciplines")
    seats = fields.Function(
        lambda project: sum(seat.state == "open" for seat in project.seats), metadata={"type": "integer"}
    )
    start = fields.Date(attribute="starts_on", allow_none=True)
    end = fields.Date(attribute="ends_on", allow_none=True)
    time_percent = fields.Integer(allow_none=True)
    work_mode = fields.String(allow_none=True)
    place = fields.String(allow_none=True)
    grade_min = fields.String(allow_none=True)
    grade_max = fields.String(allow_none=True)
    clearance = fields.String(allow_none=True)
    languages = fields.List(fields.Nested(LanguageShown))
    essential = fields.Function(lambda project: _criteria(project, "essential"), metadata={"type": "array"})
    asset = fields.Function(lambda project: _criteria(project, "asset"), metadata={"type": "array"})
    version = fields.Integer()


class UnownedShown(Schema):
    """A project without an owner."""

    id = fields.String(attribute="public_id")
    state = fields.String()
    department = fields.String(attribute="department.code")
    title = fields.String()


class NewProject(ProjectSchema):
    """A new project, for a department over which the token's owner is a manager."""

    department = fields.String(required=True, metadata={"description": "The department's code."})


@bp.route("")
class Projects(MethodView):
    """Open projects, newest first."""

    @allow("project:list")
    @bp.arguments(PageQuery, location="query")
    @bp.response(200, page_of(ProjectShown))
    def get(self, page: dict[str, Any]) -> dict[str, Any]:
        """List open projects, newest first."""
        rows = queries.whole_open_page(after=page["after"], limit=page["limit"] + 1)
        return cut(rows, page["limit"], lambda project: project.public_id)

    @allow("project:create")
    @bp.arguments(NewProject)
    @bp.response(201, ProjectShown)
    def post(self, data: dict[str, Any]) -> Project:
        """Start a project as a draft."""
        actor = current_actor()
        department = department_by_code(data.pop("department"))
        if department is None:
            raise Invalid(_("There is no department with this code."), field="department")
        if not any(actor.holds_over(role, department.lineage) for role in ("manager", "hr")):
            raise Forbidden(_("You are not a manager in this department."))
        owner = directory.person_by_id(actor.person_id)
        return writing.draft_project(owner=owner, department=department, data=data, pack=pack, actor_id=actor.person_id)


class TemplateShown(Schema):
    """A project to start from."""

    code = fields.String()
    names = fields.Dict(keys=fields.String(), values=fields.String())
    discipline = fields.String()
    weeks = fields.Integer()
    seats = fields.Integer()
    time_percent = fields.Integer()
    work_mode = fields.String()
    essential = fields.Dict(keys=fields.String(), values=fields.Integer())
    asset = fields.Dict(keys=fields.String(), values=fields.Integer())
    outcomes = fields.Dict(keys=fields.String(), values=fields.String())
    tasks = fields.List(fields.Dict(keys=fields.String(), values=fields.String()))


@bp.route("/templates")
class Templates(MethodView):
    """What a draft can be filled in from."""

    @allow("project:create")
    @bp.response(200, TemplateShown(many=True))
    def get(self) -> list[Template]:
        """List the country's templates of projects."""
        return list(pack.templates.values())


@bp.route("/<project>")
class OneProject(MethodView):
    """One project."""

    @allow("project:read", project=queries.whole_project)
    @bp.response(200, ProjectShown, headers=VERSION_HEADER)
    def get(self, project: Project) -> Versioned:
        """Read a project."""
        return project, {"ETag": quote_etag(str(project.version))}

    @allow("project:edit", project=queries.whole_project)
    @bp.arguments(ProjectSchema(partial=tuple(ProjectSchema().fields)))
    @bp.response(200, ProjectShown, headers=VERSION_HEADER)
    def patch(self, data: dict[str, Any], project: Project) -> Versioned:
        """Change a project; members that are not sent stay as they are.

        Send the ETag of what you read as If-Match, and nothing that was written since is lost: the answer is 412 then.
        """
        if request.if_match and not request.if_match.contains(str(queries.locked_version(project.id))):
            raise PreconditionFailed(_("The project was changed since you read it. Read it again."))
        writing.write_project(project=project, data=data, pack=pack, actor_id=current_actor().person_id)
        return project, {"ETag": quote_etag(str(project.version))}


@bp.route("/<project>/fill")
class FillProject(MethodView):
    """A draft that is to be filled in."""

    @allow("project:edit", project=queries.whole_project)
    @bp.arguments(FillSchema)
    @bp.response(200, ProjectShown)
    def post(self, data: dict[str, Any], project: Project) -> Project:
        """Fill a draft in from a template, an earlier project of its department or a role; what was written stays."""
        filling.fill_project(
            project=project, chosen=data, pack=pack, locale=locale_code(), actor_id=current_actor().person_id
        )
        return project


@bp.route("/<project>/open")
class OpenProject(MethodView):
    """A draft that is to be shown."""

    @allow("project:edit", project=queries.whole_project)
    @bp.response(200, ProjectShown)
    def post(self, project: Project) -> Project:
        """Show a draft to the pool."""
        writing.open_project(
            project=project,
            today=utc_now().date(),
            longest_days=pack.rules.longest_days,
            actor_id=current_actor().person_id,
        )
        return project


class OwnerShown(Schema):
    """Somebody who owns a project."""

    id = fields.String(attribute="public_id")
    name = fields.String()


@bp.route("/<project>/owners")
class Owners(MethodView):
    """The owners of a project."""

    @allow("project:edit", project=queries.owned_project)
    @bp.response(200, OwnerShown(many=True))
    def get(self, project: Project) -> list[Person]:
        """List the owners, those of longest standing first; all have the same rights."""
        return project.owners

    @allow("project:edit", project=queries.owned_project)
    @bp.arguments(OwnerSchema)
    @bp.response(201, OwnerShown)
    def post(self, data: dict[str, Any], project: Project) -> Person:
        """Let another manager of the department own the project too; all owners are told."""
        return owning.add_owner(project=project, email=data["email"], actor_id=current_actor().person_id)


@bp.route("/<project>/owners/<person>")
class OneOwner(MethodView):
    """One owner of a project."""

    @allow("project:edit", project=queries.owned_project)
    @bp.response(204)
    def delete(self, project: Project, person: str) -> None:
        """Let somebody own the project no more; refused for the last owner."""
        owning.remove_owner(
            project=project, person=directory.person_by_public_id(person), actor_id=current_actor().person_id
        )


class HistoryQuery(Schema):
    """Which page of the history."""

    after = fields.Integer(
        load_default=None,
        validate=validate.Range(0, 2**63 - 1),
        metadata={"description": "The *next* of the page before."},
    )
    limit = fields.Integer(load_default=25, validate=validate.Range(1, LARGEST_PAGE))


class ActShown(Schema):
    """Something that was done to a project."""

    action = fields.String()
    at = fields.AwareDateTime()
    by = fields.String(allow_none=True, metadata={"description": "Null: the service itself, or an erased account."})
    reason = fields.String(allow_none=True)
    parts = fields.List(fields.String(), metadata={"description": "What was changed."})


class HistoryShown(Schema):
    """A page of what was done to a project."""

    items = fields.List(fields.Nested(ActShown))
    next = fields.Integer(allow_none=True)


@bp.route("/<project>/history")
class ProjectHistory(MethodView):
    """What was done to a project."""

    @allow("project:edit", project=queries.owned_project)
    @bp.arguments(HistoryQuery, location="query")
    @bp.response(200, HistoryShown)
    def get(self, page: dict[str, Any], project: Project) -> dict[str, Any]:
        """List what was done to a project, newest first: to those who may change it."""
        rows = queries.acts_on(project, limit=page["limit"] + 1, after=page["after"])
        shown = rows[: page["limit"]]
        items = [
            {
                "action": entry.action,
                "at": entry.at,
                "by": name,
                "reason": words,
                "parts": entry.facts.get("parts", []),
            }
            for entry, words, name in shown
        ]
        return {"items": items, "next": shown[-1][0].id if len(rows) > len(shown) else None}


@bp.route("/without-owner")
class UnownedProjects(MethodView):
    """Projects that nobody answers for."""

    @allow("project:list_unowned")
    @bp.arguments(PageQuery, location="query")
    @bp.response(200, page_of(UnownedShown))
    def get(self, page: dict[str, Any]) -> dict[str, Any]:
        """List drafts and open projects without an owner, of the departments over which one holds the role HR."""
        rows = queries.unowned_projects(current_actor().person_id, after=page["after"], limit=page["limit"] + 1)
        return cut(rows, page["limit"], lambda project: project.public_id)


def _criteria(project: Project, kind: str) -> Any:
    rows = [{"skill": row.skill.code, "level": row.level} for row in project.criteria if row.kind == kind]
    return SkillLevelSchema(many=True).dump(rows)
