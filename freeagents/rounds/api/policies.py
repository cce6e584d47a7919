"""The API's policies, for HR."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from flask_babel import gettext as _
from marshmallow import Schema, fields

from freeagents.eligibility import bridge
from freeagents.errors import Invalid
from freeagents.extensions import pack
from freeagents.rounds.models import Policy
from freeagents.rounds.queries import policies
from freeagents.rounds.schemas import policy_schema, version_of
from freeagents.rounds.services import limiting
from freeagents.rounds.services import policies as services
from freeagents.security.actor import current_actor
from freeagents.security.guard import allow
from freeagents.web.api import PageQuery, cut, page_of, resource

policies_bp = resource("policies", "/policies", "What rounds aim for, what counts how much, and what limits them.")


NEW, NEXT = policy_schema((), new=True), policy_schema((), new=False)


def _side_rules(policy: Policy) -> dict[str, Any]:
    return limiting.stated(bridge.policy_from_toml(policy.document))


class PolicyShown(Schema):
    """A version of a policy. Rounds can use it once it is approved."""

    id = fields.String(attribute="public_id")
    name = fields.String()
    version = fields.Integer()
    titles = fields.Dict(keys=fields.String(), values=fields.String())
    objective = fields.String()
    approved = fields.Function(lambda policy: policy.approved_by is not None, metadata={"type": "boolean"})
    side_rules = fields.Function(_side_rules, metadata={"type": "object", "description": "As they are written."})
    document = fields.String(metadata={"description": "The rules, as ``freeagents match --policy`` reads them."})


@policies_bp.route("")
class Policies(MethodView):
    """All versions of policies."""

    @allow("policy:list")
    @policies_bp.arguments(PageQuery, location="query")
    @policies_bp.response(200, page_of(PolicyShown))
    def get(self, page: dict[str, Any]) -> dict[str, Any]:
        """List the versions of policies by name, the newest first."""
        after = policies.by_public_id(page["after"]) if page["after"] else None
        rows = policies.versions(after=after, limit=page["limit"] + 1)
        return cut(rows, page["limit"], lambda policy: policy.public_id)

    @allow("policy:write")
    @policies_bp.arguments(NEW)
    @policies_bp.response(201, PolicyShown)
    def post(self, data: dict[str, Any]) -> Policy:
        """Write a new policy. Rounds can use it once somebody else has approved it."""
        return _write(data["code"], data, first=True)


@policies_bp.route("/<policy>")
class OnePolicy(MethodView):
    """One version of a policy."""

    @allow("policy:read", policy=policies.by_public_id)
    @policies_bp.response(200, PolicyShown)
    def get(self, policy: Policy) -> Policy:
        """Read a version of a policy."""
        return policy


@policies_bp.route("/<policy>/next-version")
class NextVersion(MethodView):
    """The next version of a policy."""

    @allow("policy:write", policy=policies.by_public_id)
    @policies_bp.arguments(NEXT)
    @policies_bp.response(201, PolicyShown)
    def post(self, data: dict[str, Any], policy: Policy) -> Policy:
        """Write the next version of a policy. Rounds can use it once somebody else has approved it."""
        return _write(policy.name, data, first=False)


@policies_bp.route("/<policy>/approve")
class ApprovePolicy(MethodView):
    """A version that somebody else wrote."""

    @allow("policy:approve", policy=policies.by_public_id)
    @policies_bp.response(200, PolicyShown)
    def post(self, policy: Policy) -> Policy:
        """Let rounds use a version that somebody else wrote."""
        services.approve(policy=policy, actor_id=current_actor().person_id)
        return policy


def _write(name: str, data: dict[str, Any], *, first: bool) -> Policy:
    titles = data["titles"]
    if not set(titles) <= set(pack.locales) or pack.locales[0] not in titles:
        raise Invalid(
            _(
                "Give a name in %(first)s; others may be in: %(locales)s.",
                first=pack.locales[0],
                locales=", ".join(pack.locales),
            ),
            field="titles",
        )
    return services.write_version(
        name=name,
        first=first,
        side_rules=limiting.read(data),
        actor_id=current_actor().person_id,
        **version_of(data, titles),
    )
