"""The API's answers to what is held about the token's owner."""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask.views import MethodView

from freeagents.accounts.queries.directory import person_by_id
from freeagents.privacy.queries.looks import looks_at
from freeagents.privacy.schemas import EraseSchema, LooksQuery, RecordSchema, SeenSchema
from freeagents.privacy.services.erasing import erase_oneself
from freeagents.privacy.services.giving import everything_about
from freeagents.security.actor import current_actor
from freeagents.security.guard import allow
from freeagents.web.api import cut, page_of, resource

bp = resource("data", "/data", "What is held about the token's owner.")


@bp.route("")
class OwnData(MethodView):
    """Everything held about the token's owner."""

    @allow("data:read_own")
    @bp.response(200, RecordSchema)
    def get(self) -> dict[str, Any]:
        """Read everything that is held about oneself: table by table, with why and for how long."""
        return everything_about(person=person_by_id(current_actor().person_id))


@bp.route("/erase")
class EraseOwnData(MethodView):
    """Everything held about the token's owner, that is to go."""

    @allow("data:erase_own")
    @bp.arguments(EraseSchema)
    @bp.response(204)
    def post(self, data: dict[str, Any]) -> None:
        """Erase oneself for good; send one's own e-mail address, and the password where there is one."""
        person = person_by_id(current_actor().person_id)
        erase_oneself(person=person, secret=current_app.config["SECRET_KEY"], **data)


@bp.route("/looks")
class Looks(MethodView):
    """Who saw the token's owner."""

    @allow("data:read_own")
    @bp.arguments(LooksQuery, location="query")
    @bp.response(200, page_of(SeenSchema))
    def get(self, page: dict[str, Any]) -> dict[str, Any]:
        """List who saw one's profile or scores, newest first."""
        actor = current_actor()
        found = looks_at(
            person_id=actor.person_id, public_id=actor.public_id, after=page["after"], limit=page["limit"] + 1
        )
        return cut(found, page["limit"], lambda look: str(look.id))
