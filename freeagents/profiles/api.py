"""The API's own profile."""

from __future__ import annotations

from typing import Any

from flask import request
from flask.views import MethodView
from flask_babel import gettext as _
from marshmallow import Schema, fields
from werkzeug.exceptions import PreconditionFailed
from werkzeug.http import quote_etag

from freeagents.errors import Invalid
from freeagents.extensions import pack
from freeagents.profiles import queries, services
from freeagents.profiles.models import Profile
from freeagents.profiles.schemas import ChoicesSchema, OwnProfileSchema, ResumeSchema
from freeagents.security.actor import current_actor
from freeagents.security.guard import allow
from freeagents.web.api import resource

bp = resource("profile", "/profile", "The token owner's own profile.")
VERSION_HEADER = {"ETag": {"description": "The version, for If-Match.", "schema": {"type": "string"}}}


class HeldSkillShown(Schema):
    """A skill with its level and where it was shown."""

    skill = fields.String(attribute="skill.code")
    level = fields.Integer()
    evidence = fields.String()
    last_used = fields.Integer(allow_none=True, metadata={"description": "The year in which it was last used."})


class HeldLanguageShown(Schema):
    """A language with its level."""

    language = fields.String()
    letters = fields.String()
    until = fields.Date(allow_none=True, metadata={"description": "The last day on which the test counts."})


class AcceptedPlaceShown(Schema):
    """A place and how far around it."""

    place = fields.String()
    max_km = fields.Float(allow_none=True)


class SpellShown(Schema):
    """Days with a share of time."""

    starts_on = fields.Date(data_key="from")
    ends_on = fields.Date(data_key="to", allow_none=True)
    percent = fields.Integer(data_key="time_percent")


class ProfileShown(Schema):
    """A profile, as its owner sees it."""

    discipline = fields.String(allow_none=True)
    about = fields.String()
    clearance = fields.String(allow_none=True)
    clearance_until = fields.Date(
        allow_none=True, metadata={"description": "The last day on which the clearance counts."}
    )
    work_modes = fields.List(fields.String())
    skills = fields.List(fields.Nested(HeldSkillShown))
    learning = fields.Pluck(HeldSkillShown, "skill", many=True, attribute="goals")
    languages = fields.List(fields.Nested(HeldLanguageShown))
    places = fields.List(fields.Nested(AcceptedPlaceShown))
    availability = fields.List(fields.Nested(SpellShown))
    paused = fields.Boolean()
    countable = fields.Boolean()
    findable = fields.Boolean()
    version = fields.Integer()


@bp.route("")
class OwnProfile(MethodView):
    """The token owner's profile."""

    @allow("profile:read_own")
    @bp.response(200, ProfileShown, headers=VERSION_HEADER)
    def get(self) -> tuple[Profile, dict[str, str]]:
        """Read one's own profile; an empty one where none was written yet."""
        profile = queries.profile_or_empty(current_actor().person_id)
        return profile, {"ETag": quote_etag(str(profile.version))}

    @allow("profile:edit_own")
    @bp.arguments(OwnProfileSchema(partial=tuple(OwnProfileSchema().fields)))
    @bp.response(200, ProfileShown, headers=VERSION_HEADER)
    def patch(self, data: dict[str, Any]) -> tuple[Profile, dict[str, str]]:
        """Write one's own profile; members that are not sent stay as they are.

        Send the ETag of what you read as If-Match, and nothing that was written since is lost: the answer is 412 then.
        """
        actor = current_actor()
        profile = services.own_profile(person_id=actor.person_id)
        if request.if_match and not request.if_match.contains(str(profile.version)):
            raise PreconditionFailed(_("The profile was changed since you read it. Read it again."))
        services.write_profile(profile=profile, data=data, pack=pack, actor_id=actor.person_id)
        return profile, {"ETag": quote_etag(str(profile.version))}


@bp.route("/choices")
class Choices(MethodView):
    """Who may find, count or match the token's owner."""

    @allow("profile:edit_own")
    @bp.arguments(ChoicesSchema)
    @bp.response(200, ProfileShown)
    def patch(self, data: dict[str, bool]) -> Profile:
        """Choose who may find, count or match one; members that are not sent stay as they are."""
        actor = current_actor()
        profile = services.own_profile(person_id=actor.person_id)
        for choice, value in data.items():
            services.choose(profile=profile, choice=choice, value=value, actor_id=actor.person_id)
        return profile


class ReadSkillShown(Schema):
    """A skill read from a file; no level where it was said in words not known here."""

    skill = fields.String()
    level = fields.Function(lambda item: item["level"] or None, metadata={"type": "integer"})
    evidence = fields.String()
    last_used = fields.Integer(allow_none=True)


class RecognisedSchema(Schema):
    """Skills read from a file, in the pack's words, and the words that are none."""

    skills = fields.List(fields.Nested(ReadSkillShown))
    words = fields.List(fields.String(), attribute="unknown", data_key="unknown")


@bp.route("/read")
class ReadResume(MethodView):
    """A JSON Resume that skills are read from."""

    @allow("profile:edit_own")
    @bp.arguments(ResumeSchema)
    @bp.response(200, RecognisedSchema)
    def post(self, data: dict[str, Any]) -> queries.Recognised:
        """Read the skills of a JSON Resume in the words of this government; nothing is saved."""
        return queries.recognised(data, pack)


class StepShown(Schema):
    """A skill of a role level beside what the token's owner holds."""

    skill = fields.String()
    asked = fields.Integer()
    held = fields.Integer(metadata={"description": "0: not held."})


class NextRoleShown(Schema):
    """A role level beside the token owner's profile."""

    role = fields.String(allow_none=True)
    steps = fields.List(fields.Nested(StepShown))


class RoleQuery(Schema):
    """Which role level; blank: the one above one's own."""

    role = fields.String(load_default=None)


@bp.route("/next-role")
class NextRole(MethodView):
    """A role level beside the token owner's profile."""

    @allow("profile:read_own")
    @bp.arguments(RoleQuery, location="query")
    @bp.response(200, NextRoleShown)
    def get(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Compare one's profile with a role level; without one, with the level above one's own."""
        profile = queries.profile_or_empty(current_actor().person_id)
        levels = {held.skill.code: held.level for held in profile.skills}
        code = asked["role"]
        role = queries.role_of(code, pack.roles) if code else queries.next_role(levels, pack.roles)
        if code and role is None:
            raise Invalid(_("There is no role with this code."), field="role")
        return {"role": role and role.code, "steps": queries.steps_to(role, levels) if role else []}
