"""The API's answers to what is held about the token's owner."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from marshmallow import Schema, fields

from freeagents.privacy.queries.looks import looks_at
from freeagents.privacy.schemas import LooksQuery
from freeagents.security.actor import current_actor
from freeagents.security.guard import allow
from freeagents.web.api import cut, page_of, resource

bp = resource("data", "/data", "What is held about the token's owner.")


class LookShown(Schema):
    """Somebody looked at the token's owner."""

    at = fields.AwareDateTime()
    what = fields.String()
    by = fields.String(allow_none=True)
    project = fields.Function(lambda look: look.project and look.project[1], metadata={"type": "string"})
    title = fields.Function(lambda look: look.project and look.project[0], metadata={"type": "string"})
    round = fields.String(allow_none=True)


@bp.route("/looks")
class Looks(MethodView):
    """Who saw the token's owner."""

    @allow("data:read_own")
    @bp.arguments(LooksQuery, location="query")
    @bp.response(200, page_of(LookShown))
    def get(self, page: dict[str, Any]) -> dict[str, Any]:
        """List who saw one's profile or scores, newest first."""
        actor = current_actor()
        found = looks_at(
            person_id=actor.person_id, public_id=actor.public_id, after=page["after"], limit=page["limit"] + 1
        )
        return cut(found, page["limit"], lambda look: str(look.id))
