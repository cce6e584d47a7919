"""Shapes of what people enter about messages."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from marshmallow import Schema, fields, validate

from freeagents.messages.kinds import TOPICS, Topic


def _moment(topic: Topic) -> fields.String:
    return fields.String(
        validate=validate.OneOf(topic.moments, error=_l("Choose one of the moments in the list.")),
        metadata={"description": "When mail on this topic comes."},
    )


MailChoiceSchema = Schema.from_dict(
    {name: _moment(topic) for name, topic in TOPICS.items() if len(topic.moments) > 1}, name="MailChoiceSchema"
)
"""When mail comes: topic → moment."""
