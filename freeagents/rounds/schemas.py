"""The shapes of rounds and proposals: for pages and the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from freeagents.accounts.schemas import CODE, names_schema
from freeagents.eligibility.bridge import MOST_PEOPLE, PARTS, RANGES
from freeagents.rounds.models import OBJECTIVES
from freeagents.web.fields import Word

LONGEST_NAME = 200
LONGEST_REASON = 2000
WORDS = ("keep", "bar")
SIZE = _l("Enter how many proposals to open, such as 10, or which share of them, such as 10 %.")


POINTS = {part: f"points_{part}" for part in PARTS}
"""Part of a score → the member of a policy that says what it earns at most."""
SETTINGS = (
    "above_percent",
    "growth_full_goals",
    "ranks_counted",
    "bench_full_days",
    "distance_full_km",
    "change_points",
)
MOST_LIMITS = 100


class LimitSchema(Schema):
    """How many people of a group are placed: at least, at most, or both."""

    group = fields.String(
        required=True,
        error_messages={"required": _l("Choose whom the limit is about.")},
        metadata={
            "description": "Kind and code: ``department:…``, ``grade:…``, ``discipline:…`` or ``region:…``.",
            "example": "grade:G7",
        },
    )
    least = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(1, MOST_PEOPLE))
    most = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(0, MOST_PEOPLE))

    @validates_schema
    def agrees_with_itself(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """Refuse a limit without a number, and a least above the most."""
        least, most = data.get("least"), data.get("most")
        if least is None and most is None:
            raise ValidationError(str(_l("Enter how many people at least, at most, or both.")), "most")
        if least is not None and most is not None and least > most:
            raise ValidationError(str(_l("The least must not be above the most.")), "most")


class SideRulesSchema(Schema):
    """What holds between the pairs of a round.

    A cost is in points for each person too many or too few; null: the rule must hold.

    ``one_team``: a project of three seats or more has somebody of each discipline that it names, or stays empty.
    ``several_seats``: people may have several part-time seats, as long as they have the time.
    ``least_people``: a project of so many seats or more has so many people, or nobody.
    """

    limits = fields.List(fields.Nested(LimitSchema), load_default=list, validate=validate.Length(max=MOST_LIMITS))
    one_team = fields.Boolean(load_default=False)
    several_seats = fields.Boolean(load_default=False)
    least_people = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(2, 200))
    cost_department, cost_discipline, cost_grade, cost_region, cost_team, cost_least_people = (
        fields.Integer(load_default=None, allow_none=True, validate=validate.Range(0, 1000)) for _ in range(6)
    )


def policy_schema(locales: Sequence[str], *, new: bool) -> Schema:
    """Return the schema of a version of a policy: its names, objective, points, settings and side rules.

    :param locales: in which a form asks for names; none: a name by language is one member, as in the API.
    :param new: of the first version, which also has a code for files.
    """
    code = {"code": fields.String(required=True, validate=CODE)} if new else {}
    titles = {"titles": fields.Dict(keys=fields.String(), values=Word(validate=validate.Length(1, 200)), required=True)}
    numbers = {member: RANGES[f"points.{part}"] for part, member in POINTS.items()} | {
        name: RANGES[name] for name in SETTINGS
    }
    return Schema.from_dict(
        {
            **(names_schema(locales).fields if locales else titles),
            **SideRulesSchema().fields,
            **code,
            "objective": fields.String(
                required=True,
                validate=validate.OneOf(OBJECTIVES),
                error_messages={"required": _l("Choose what rounds should aim for.")},
            ),
            **{name: fields.Integer(required=True, validate=validate.Range(*numbers[name])) for name in numbers},
        },
        name="NewPolicySchema" if new else "PolicyVersionSchema",
    )()


def version_of(data: Mapping[str, Any], titles: Mapping[str, str | None]) -> dict[str, Any]:
    """Return what was read by the schema of a version of a policy, as the use-case takes it."""
    return {
        "titles": {locale: title for locale, title in titles.items() if title},
        "objective": data["objective"],
        "points": {part: data[member] for part, member in POINTS.items()},
        "settings": {setting: data[setting] for setting in SETTINGS},
    }


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


class InvitingSchema(Schema):
    """Whom to invite to apply for a project: a person's public id."""

    person = Word(
        required=True,
        validate=validate.Length(1, 100),
        error_messages={"required": _l("Choose somebody of the list.")},
    )
