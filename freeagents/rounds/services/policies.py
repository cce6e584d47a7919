"""Use-cases of policies: write a version, and approve what somebody else wrote."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from freeagents.audit.services import record
from freeagents.db.base import Words
from freeagents.eligibility.bridge import Objective, Points, PolicyError
from freeagents.eligibility.bridge import Policy as Rules
from freeagents.errors import Conflict, Invalid
from freeagents.extensions import db
from freeagents.rounds.models import Policy
from freeagents.rounds.queries import policies as queries
from freeagents.rounds.services import limiting
from freeagents.rounds.services.limiting import NO_SIDE_RULES, SideRules


def write_version(
    *,
    name: str,
    first: bool,
    titles: Words,
    objective: str,
    points: Mapping[str, int],
    settings: Mapping[str, int],
    side_rules: SideRules = NO_SIDE_RULES,
    actor_id: int,
) -> Policy:
    """Write a policy's next version. Rounds can use it once somebody else has approved it; others stay as they are.

    :param name: the policy's code; ``first``: whether a policy of this code is to be new.
    :param points: part of the score → the most it earns.
    :param settings: the other whole numbers of the rules.
    :raises Invalid: a new policy's code is taken, nothing earns points, or limits are wrong.
    """
    version = queries.last_version(name) + 1
    if first and version > 1:
        raise Invalid(
            _("There is a policy with this code. Choose another code, or write the next version of that policy."),
            field="code",
        )
    if not any(points.values()):
        raise Invalid(
            _("Give points to one part at least. Without any, all pairs score the same."), field="points_skills"
        )
    numbers = dict[str, Any](settings)
    try:
        rules = Rules(
            name=name,
            version=version,
            objective=Objective(objective),
            points=Points(**points),
            limits=side_rules.limits,
            one_team=side_rules.one_team,
            several_seats=side_rules.several_seats,
            least_people=side_rules.least_people,
            breach_points=side_rules.breach_points,
            **numbers,
        )
    except PolicyError as error:
        raise limiting.refusal(error) from error
    written = Policy(
        name=name,
        version=version,
        objective=objective,
        document=rules.to_toml(),
        titles=titles,
        author_id=actor_id,
    )
    db.session.add(written)
    db.session.flush()
    record(
        db.session,
        "policy:write",
        f"policy/{written.public_id}",
        actor_id=actor_id,
        code=name,
        version=version,
        objective=objective,
    )
    return written


def approve(*, policy: Policy, actor_id: int) -> None:
    """Let rounds use a version.

    :raises Conflict: it is approved already, or whoever approves wrote it.
    """
    if policy.approved_by is not None:
        raise Conflict(_("This version is approved already."))
    if policy.author_id == actor_id:
        raise Conflict(_("You wrote this version, so somebody else in central HR has to approve it."))
    policy.approved_by = actor_id
    db.session.flush()
    record(db.session, "policy:approve", f"policy/{policy.public_id}", actor_id=actor_id)
