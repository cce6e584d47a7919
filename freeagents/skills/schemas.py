"""How skills and their levels are written, in a form, in JSON and in a cell."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import Schema, ValidationError, fields, validate, validates

from freeagents.db.base import today
from freeagents.skills.models import MOST_SKILLS
from freeagents.web.fields import Packed, Prose, Word
from freeagents.web.words import skill_name

MOST_SUGGESTED = 8
"""How many skills are suggested for a text unless told otherwise."""


EARLIEST_YEAR = 1950


class SkillLevelSchema(Schema):
    """A skill at a level 1–4. Cell: ``user-research-methods:3``."""

    skill = Word(required=True, validate=validate.Length(1, 100))
    level = fields.Integer(
        required=True, validate=validate.Range(1, 4, error=_l("A level is a whole number from 1 to 4."))
    )


class HeldSkillSchema(SkillLevelSchema):
    """A skill somebody holds, with where it was shown, and the year in which it was last used."""

    evidence = Prose(load_default="", validate=validate.Length(max=2000))
    last_used = fields.Integer(load_default=None, allow_none=True)

    @validates("last_used")
    def is_a_year(self, value: int | None, **_kwargs: Any) -> None:
        """Refuse what is no year of somebody's working life."""
        if value is not None and not EARLIEST_YEAR <= value <= today().year:
            raise ValidationError(str(_l("Enter a year from %(first)d to this year.", first=EARLIEST_YEAR)))


class SuggestionsSchema(Schema):
    """A text, such as an outcome, for which skills are to be suggested."""

    text = Prose(required=True, validate=validate.Length(1, 8000))
    limit = fields.Integer(load_default=MOST_SUGGESTED, validate=validate.Range(1, 20))


class SkillSchema(Schema):
    """An entry of the shared taxonomy, as the API shows it."""

    code = fields.String()
    names = fields.Dict(keys=fields.String(), values=fields.String())
    descriptions = fields.Dict(keys=fields.String(), values=fields.String())
    family = fields.String()
    discipline = fields.String()


def unpack_skill_level(text: str) -> dict[str, Any]:
    """Read ``user-research-methods:3``."""
    skill, colon, level = text.rpartition(":")
    if not colon:
        raise ValidationError(str(_l("write the skill and its level, as in user-research-methods:3")))
    return {"skill": skill.strip(), "level": level.strip()}


def skill_levels(item: type[Schema] = SkillLevelSchema) -> Packed:
    """Return the field for a list of skills with levels; no skill twice."""
    return Packed(
        fields.Nested(item),
        unpack=unpack_skill_level,
        pack=lambda held: f"{held['skill']}:{held['level']}",
        load_default=list,
        validate=[validate.Length(max=MOST_SKILLS), _no_skill_twice],
    )


def skill_words() -> Packed:
    """Return the field for a list of skills without levels."""
    return Packed(Word(validate=validate.Length(1, 100)), load_default=list, validate=validate.Length(max=MOST_SKILLS))


class TakenSchema(Schema):
    """The suggested skills that somebody takes."""

    suggested = skill_words()


def _no_skill_twice(items: list[dict[str, Any]]) -> None:
    words = [item["skill"].casefold() for item in items]
    for item, word in zip(items, words, strict=True) if len(set(words)) < len(words) else ():
        if words.count(word) > 1:
            twice = skill_name(item["skill"])
            raise ValidationError(str(_l("%(skill)s is there twice. Name each skill once.", skill=twice)))
