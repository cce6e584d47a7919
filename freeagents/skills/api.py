"""The API's skills."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from freeagents.security.guard import allow
from freeagents.skills import queries
from freeagents.skills.schemas import SkillSchema
from freeagents.web.api import PageQuery, cut, page_of, resource

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
