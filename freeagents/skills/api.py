"""The API's skills."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask.views import MethodView
from marshmallow import Schema, fields

from freeagents.extensions import pack
from freeagents.security.guard import allow
from freeagents.skills import queries
from freeagents.skills.models import Skill
from freeagents.skills.schemas import SkillSchema, SuggestionsSchema
from freeagents.web.api import PageQuery, cut, page_of, resource
from freeagents.web.filters import locale_code

bp = resource("skills", "/skills", "The shared vocabulary of skills.")


@bp.route("")
class Skills(MethodView):
    """The whole vocabulary."""

    @allow("skill:read")
    @bp.arguments(PageQuery, location="query")
    @bp.response(200, page_of(SkillSchema))
    def get(self, page: dict[str, Any]) -> dict[str, Any]:
        """List skills in order of their codes."""
        return cut(queries.skills_after(page["after"], page["limit"] + 1), page["limit"], lambda skill: skill.code)


@bp.route("/suggestions")
class Suggestions(MethodView):
    """Skills for a text."""

    @allow("skill:read")
    @bp.arguments(SuggestionsSchema)
    @bp.response(200, SkillSchema(many=True))
    def post(self, data: dict[str, Any]) -> Sequence[Skill]:
        """Suggest the skills that a text speaks of, the likeliest first; nothing of it is kept."""
        return queries.suggested(data["text"], pack=pack, locale=locale_code(), limit=data["limit"])


class RoleLevelShown(Schema):
    """A job at one seniority, with the skills it asks for."""

    code = fields.String()
    names = fields.Dict(keys=fields.String(), values=fields.String())
    discipline = fields.String()
    seniority = fields.Integer()
    grades = fields.List(fields.String())
    skills = fields.Dict(keys=fields.String(), values=fields.Integer())


@bp.route("/roles")
class RoleLevels(MethodView):
    """The skills framework."""

    @allow("skill:read")
    @bp.arguments(PageQuery, location="query")
    @bp.response(200, page_of(RoleLevelShown))
    def get(self, page: dict[str, Any]) -> dict[str, Any]:
        """List role levels in order of their codes."""
        ordered = sorted(pack.roles, key=lambda role: role.code)
        following = [role for role in ordered if page["after"] is None or role.code > page["after"]]
        return cut(following[: page["limit"] + 1], page["limit"], lambda role: role.code)
