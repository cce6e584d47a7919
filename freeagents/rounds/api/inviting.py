"""The API of those who look for people: whom a project could invite, and whom it has invited."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from marshmallow import Schema, fields

from freeagents.applications.models import ProjectInvitation
from freeagents.applications.queries.invitations import invitations_to
from freeagents.db.base import today
from freeagents.eligibility.fitting import as_figures
from freeagents.eligibility.schemas import FitShown
from freeagents.extensions import pack
from freeagents.projects.models import Project
from freeagents.projects.queries import whole_project
from freeagents.rounds.schemas import InvitingSchema
from freeagents.rounds.services import inviting as services
from freeagents.security.actor import current_actor
from freeagents.security.guard import allow
from freeagents.web.api import resource

bp = resource("inviting", "/projects", "Whom to invite to a project.")


class CandidateShown(Schema):
    """Somebody who agreed to be found and could be invited; the clearance that is asked is not looked at."""

    person = fields.String(attribute="person.public_id")
    name = fields.String(attribute="person.name")
    department = fields.Dict(attribute="home", keys=fields.String(), values=fields.String())
    fit = fields.Function(lambda found: FitShown().dump(as_figures(found.fit)), metadata={"type": "object"})


class InvitationShown(Schema):
    """An invitation, as those see it who look after the project."""

    id = fields.String(attribute="public_id")
    person = fields.String(attribute="person.public_id")
    name = fields.String(attribute="person.name")
    invited_at = fields.AwareDateTime()
    until = fields.Date(metadata={"description": "The last day to answer."})
    state = fields.Function(
        lambda found: found.standing(today()),
        metadata={"type": "string", "enum": ["open", "accepted", "declined", "lapsed"]},
    )
    reason = fields.String(allow_none=True, metadata={"description": "What the person said on declining."})


class InvitedShown(Schema):
    """Who was invited just now."""

    person = fields.String(attribute="public_id")
    name = fields.String()


@bp.route("/<project>/people")
class People(MethodView):
    """People to invite."""

    @allow("project:invite", project=whole_project)
    @bp.response(200, CandidateShown(many=True))
    def get(self, project: Project) -> list[services.Candidate]:
        """List people to invite, best fit first; the look is noted."""
        found = list(services.people_to_invite(project=project, today=today(), pack=pack))
        if found:
            seen = [one.person for one in found]
            services.note_look(project=project, people=seen, actor_id=current_actor().person_id)
        return found


@bp.route("/<project>/invitations")
class Invitations(MethodView):
    """Invitations to a project."""

    @allow("project:invite", project=whole_project)
    @bp.response(200, InvitationShown(many=True))
    def get(self, project: Project) -> list[ProjectInvitation]:
        """List all invitations to a project, newest first."""
        return list(invitations_to(project.id))

    @allow("project:invite", project=whole_project)
    @bp.arguments(InvitingSchema)
    @bp.response(201, InvitedShown)
    def post(self, data: dict[str, Any], project: Project) -> Any:
        """Invite somebody to apply; nobody is invited twice to the same project."""
        actor_id = current_actor().person_id
        return services.invite(project=project, **data, actor_id=actor_id, today=today(), pack=pack)
