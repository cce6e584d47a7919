"""The API's live count."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from marshmallow import Schema, fields

from freeagents.eligibility import services
from freeagents.eligibility.pool import host_of, project_facts
from freeagents.eligibility.queries import LiveCount
from freeagents.extensions import pack
from freeagents.projects.models import Project
from freeagents.projects.queries import whole_project
from freeagents.projects.schemas import ProjectSchema
from freeagents.security.actor import current_actor
from freeagents.security.guard import allow
from freeagents.web.api import resource

bp = resource("counts", "/projects", "What managers need.")


class KeptOutShown(Schema):
    """How many more would qualify without one thing that is asked, or with it asked otherwise."""

    rule = fields.String()
    detail = fields.String(metadata={"description": "The code of the skill or language; blank for other rules."})
    people = fields.Integer(metadata={"description": "More without it; for a skill also: more with it as an asset."})
    lower = fields.Integer(allow_none=True, metadata={"description": "More with that skill one level lower."})
    later = fields.List(
        fields.Integer(),
        allow_none=True,
        metadata={"description": "How many more, and how many fewer, with all days two weeks later."},
    )


class CountShown(Schema):
    """How many people qualify. Where figures are rounded, 0 stands for fewer than ten."""

    qualify = fields.Integer()
    rounded = fields.Boolean()
    without_clearance = fields.Boolean()
    kept_out = fields.List(fields.Nested(KeptOutShown))


@bp.route("/<project>/count")
class Count(MethodView):
    """Who qualifies for a project while it is written."""

    @allow("project:count", project=whole_project)
    @bp.arguments(ProjectSchema(partial=tuple(ProjectSchema().fields)))
    @bp.response(200, CountShown)
    def post(self, data: dict[str, Any], project: Project) -> LiveCount:
        """Count who qualifies, with what is sent laid over what is saved; nothing is saved."""
        actor = current_actor()
        facts = services.as_typed(project_facts(project, host=host_of(project), pack=pack), data, pack)
        exact = actor.holds_over("hr", project.department.lineage)
        return services.live_count(project=project, facts=facts, actor_id=actor.person_id, exact=exact)
