"""The shape of questions and answers."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from marshmallow import Schema, fields, validate

from freeagents.web.fields import Prose

LONGEST_QUESTION, LONGEST_ANSWER = 1000, 2000


class QuestionSchema(Schema):
    """What is asked."""

    words = Prose(
        required=True,
        validate=validate.Length(1, LONGEST_QUESTION),
        error_messages={"required": _l("Write your question.")},
    )


class AnswerSchema(Schema):
    """What is answered."""

    answer = Prose(
        required=True,
        validate=validate.Length(1, LONGEST_ANSWER),
        error_messages={"required": _l("Write an answer, or say why you do not publish the question.")},
    )


class DecisionSchema(AnswerSchema):
    """Whether a question is published with the answer, or the answer is the reason why not."""

    decision = fields.String(
        required=True,
        validate=validate.OneOf(("answered", "declined")),
        error_messages={"required": _l("Choose whether to publish the question.")},
    )
