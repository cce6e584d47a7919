"""The API's messages: one's own."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from marshmallow import Schema, fields

from freeagents.messages import queries
from freeagents.messages.kinds import Said, say
from freeagents.messages.models import Message
from freeagents.messages.services import reading
from freeagents.security.actor import current_actor
from freeagents.security.guard import allow
from freeagents.web.api import PageQuery, cut, page_of, resource

bp = resource("messages", "/messages", "What the service told you.")


class DatesShown(Schema):
    """Days that a message is about, first and last inclusive."""

    title = fields.String()
    first = fields.Date()
    last = fields.Date()


class MessageShown(Schema):
    """A message, in words and as the code and parameters that they are made of."""

    id = fields.String(attribute="message.public_id")
    kind = fields.String(attribute="message.kind")
    facts = fields.Dict(attribute="message.facts")
    subject = fields.String(attribute="said.subject")
    text = fields.List(fields.String(), attribute="said.paragraphs")
    dates = fields.Nested(DatesShown, attribute="said.dates", allow_none=True)
    at = fields.DateTime(attribute="message.created_at")
    read_at = fields.DateTime(attribute="message.read_at", allow_none=True)


class MessagesQuery(PageQuery):
    """Which messages."""

    unread = fields.Boolean(load_default=False, metadata={"description": "Only those that are not read yet."})


@bp.route("")
class Messages(MethodView):
    """One's own messages, newest first."""

    @allow("message:list_own")
    @bp.arguments(MessagesQuery, location="query")
    @bp.response(200, page_of(MessageShown))
    def get(self, page: dict[str, Any]) -> dict[str, Any]:
        """List your messages, newest first. Listing does not mark them as read."""
        found = queries.messages_of(
            current_actor().person_id, after=page["after"], limit=page["limit"] + 1, unread=page["unread"]
        )
        listed = cut(found, page["limit"], lambda message: message.public_id)
        return listed | {"items": [_shown(message) for message in listed["items"]]}


@bp.route("/<message>")
class OneMessage(MethodView):
    """One message."""

    @allow("message:read", message=queries.message_by_public_id)
    @bp.response(200, MessageShown)
    def get(self, message: Message) -> dict[str, Message | Said]:
        """Read a message. It is not marked as read by that."""
        return _shown(message)


@bp.route("/<message>/read")
class ReadMessage(MethodView):
    """A message that has been read."""

    @allow("message:read", message=queries.message_by_public_id)
    @bp.response(200, MessageShown)
    def post(self, message: Message) -> dict[str, Message | Said]:
        """Mark a message as read. Doing so twice changes nothing."""
        reading.read(message=message)
        return _shown(message)


def _shown(message: Message) -> dict[str, Message | Said]:
    return {"message": message, "said": say(message.kind, message.facts)}
