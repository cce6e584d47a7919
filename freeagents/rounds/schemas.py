"""The shapes of rounds and proposals: for pages and the API."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import Schema, fields, post_load, validate

from freeagents.accounts.schemas import CODE, names_schema
from freeagents.eligibility.bridge import PARTS, RANGES
from freeagents.rounds.models import OBJECTIVES
from freeagents.web.fields import Word

LONGEST_NAME = 200
LONGEST_REASON = 2000
WORDS = ("keep", "bar")
SIZE = _l("Enter how many proposals to open, such as 10, or which share of them, such as 10 %.")


POINTS = {part: f"points_{part}" for part in PARTS}
"""Part of a score → the member of a policy that says what it earns at most."""
SETTINGS = ("above_percent", "growth_full_goals", "ranks_counted", "bench_full_days", "distance_full_km")


def policy_schema(locales: Sequence[str], *, new: bool) -> Schema:
    """Return the schema of a version of a policy: its name in each language, objective, points and settings.

    :param new: of the first version, which also has a code for files.
    """
    code = {"code": fields.String(required=True, validate=CODE)} if new else {}
    numbers = {member: RANGES[f"points.{part}"] for part, member in POINTS.items()} | {
        name: RANGES[name] for name in SETTINGS
    }
    return Schema.from_dict(
        {
            **names_schema(locales).fields,
            **code,
            "objective": fields.String(
                required=True,
                validate=validate.OneOf(OBJECTIVES),
                error_messages={"required": _l("Choose what rounds should aim for.")},
            ),
            **{name: fields.Integer(required=True, validate=validate.Range(*numbers[name])) for name in numbers},
        },
        name="PolicySchema",
    )()


class NewRoundSchema(Schema):
    """A round to plan."""

    name = Word(required=True, validate=validate.Length(1, LONGEST_NAME))
    policy = fields.String(required=True, metadata={"description": "The public id of an approved policy version."})
    cut_off = fields.AwareDateTime(required=True)


class RoundFormSchema(Schema):
    """A round to plan, with the cut-off as a day and a time in UTC."""

    name = Word(required=True, validate=validate.Length(1, LONGEST_NAME))
    policy = fields.String(required=True, error_messages={"required": _l("Choose a policy.")})
    day = fields.Date(required=True, data_key="cut_off")
    time = fields.Time(
        required=True,
        data_key="cut_off_time",
        error_messages={
            "required": _l("Enter the time of the cut-off."),
            "invalid": _l("Enter the time of the cut-off as hours and minutes, such as 17:30."),
        },
    )

    @post_load
    def _join(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        clock: time = data.pop("time")
        return data | {"cut_off": datetime.combine(data.pop("day"), clock.replace(tzinfo=None), UTC)}


class SampleSchema(Schema):
    """How many proposals to open before the others are approved: a number, or a share in percent."""

    size = Word(
        required=True,
        validate=validate.Regexp(r"(?:[1-9]\d{0,5}|(?:100|[1-9]\d?) ?%)\Z", error=SIZE),
        error_messages={"required": SIZE, "invalid": SIZE},
        metadata={"example": "10 %"},
    )


class SampleShown(Schema):
    """Proposals drawn at random for one reviewer: ``asked`` of ``out_of``; ``opened``: how many they have opened."""

    id = fields.String()
    asked = fields.String()
    out_of = fields.Integer()
    drawn_at = fields.AwareDateTime()
    proposals = fields.List(fields.String())
    opened = fields.Integer()


class ApprovalsShown(Schema):
    """How many proposals were approved at once, and which were not, since their pair breaks a hard rule by now."""

    approved = fields.Integer()
    broken = fields.List(fields.String())


class ReasonSchema(Schema):
    """Why."""

    reason = fields.String(
        required=True,
        validate=validate.Length(1, LONGEST_REASON),
        error_messages={"required": _l("Enter a reason. It is kept with the decision.")},
    )


class DecisionSchema(ReasonSchema):
    """Keep or bar, and why."""

    word = fields.String(
        required=True,
        validate=validate.OneOf(WORDS, error=_l("Choose whether to keep or to bar the pair.")),
        error_messages={"required": _l("Choose whether to keep or to bar the pair.")},
    )


class ProposalShown(Schema):
    """One pair a round proposes, with its score in parts (1,000 units to the point).

    Ranks, short lists and the total they are part of are only for those who decide on proposals; null to all others.
    """

    id = fields.String()
    state = fields.String()
    person = fields.String()
    project = fields.String()
    seat = fields.Integer()
    score = fields.Integer(allow_none=True)
    parts = fields.Dict(keys=fields.String(), values=fields.Integer())
    criteria = fields.List(fields.Dict())
    reason = fields.String()


class EmptySeatShown(Schema):
    """A seat a round left empty: why, as a code with its facts, and what would fill it.

    ``filling`` is the smallest thing that the project could ask less, how many people would then ``qualify``, and how
    many seats more of the project the round would have ``filled``; null: no single thing would. ``advised`` says that
    this is worked out.
    """

    project = fields.String()
    seat = fields.Integer()
    code = fields.String()
    facts = fields.Dict()
    advised = fields.Boolean()
    filling = fields.Dict(allow_none=True)


class LeftOutShown(Schema):
    """A person a round left out: why, as a code with its facts, and what would have placed them.

    ``nearest`` is the smallest change of their own, and the project it leads to; null: no single change would.
    ``advised`` says that this is worked out. Facts and changes with private parts in them are only for those who decide
    on proposals.
    """

    person = fields.String()
    code = fields.String()
    facts = fields.Dict()
    advised = fields.Boolean()
    nearest = fields.Dict(allow_none=True)
