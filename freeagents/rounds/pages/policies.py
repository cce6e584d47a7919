"""Pages of policies: which there are, what they say, the next version, and its approval by somebody else."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import Schema

from freeagents.eligibility import bridge
from freeagents.eligibility.sentences import objective_sentence
from freeagents.extensions import pack
from freeagents.rounds.models import OBJECTIVES, Policy
from freeagents.rounds.queries import policies as queries
from freeagents.rounds.schemas import MOST_LIMITS, POINTS, SETTINGS, policy_schema, version_of
from freeagents.rounds.services import limiting, policies
from freeagents.security.actor import current_actor
from freeagents.security.guard import allow
from freeagents.web.filters import plain_named
from freeagents.web.forms import Form
from freeagents.web.rendering import Answer, render, see_other
from freeagents.web.words import part_name

bp = Blueprint("policies", __name__, url_prefix="/policies", template_folder="../templates")
PAGE = 25
SAID = {
    "above_percent": _l("Share of an essential criterion’s points kept for levels above the one asked for, in percent"),
    "growth_full_goals": _l("How many learning goals earn all points for learning goals"),
    "ranks_counted": _l("From which rank on a person’s own ranking earns the least"),
    "bench_full_days": _l("How many days on the bench earn all points for it"),
    "distance_full_km": _l("From how many kilometres on distance earns nothing"),
    "change_points": _l("When few changes are sought: what each pair of the version before that is not kept costs"),
}

COST_LABELS = {
    "department": _l("Cost of breaking a limit on a department"),
    "grade": _l("Cost of breaking a limit on a grade"),
    "discipline": _l("Cost of breaking a limit on a discipline"),
    "region": _l("Cost of breaking a limit on a region"),
    "team": _l("Cost of a discipline that is missing in a team"),
    "least_people": _l("Cost of each person too few on a project"),
}


@bp.get("")
@allow("policy:list")
def index() -> Answer:
    """List the versions of all policies."""
    asked = request.args.get("after", "")
    last = queries.by_public_id(asked) if asked else None
    found = queries.versions(after=last, limit=PAGE + 1)
    return render(
        "rounds/policies.html",
        policies=[(policy, objective_sentence(policy.objective)) for policy in found[:PAGE]],
        after=found[PAGE - 1].public_id if len(found) > PAGE else None,
        first=last is None,
    )


@bp.get("/new")
@allow("policy:write")
def new() -> Answer:
    """Show the form of a new policy, with the default policy's numbers."""
    rules = bridge.Policy()
    return _form_page(Form(policy_schema(pack.locales, new=True), initial=_typed(rules)), None)


@bp.post("/new")
@allow("policy:write")
def add() -> Answer:
    """Write a new policy."""
    form = Form(policy_schema(pack.locales, new=True), request.form, labels=_labels())
    with form.refusals():
        return _write(form, form.data["code"], first=True)
    return _form_page(form, None)


@bp.get("/<policy>")
@allow("policy:read", policy=queries.by_public_id)
def show(policy: Policy) -> Answer:
    """Show a version of a policy."""
    return _page(policy)


@bp.get("/<policy>/file")
@allow("policy:read", policy=queries.by_public_id)
def download(policy: Policy) -> Response:
    """Hand the version over as the file that ``freeagents match`` reads."""
    answer = Response(policy.document, mimetype="application/toml")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{policy.name}-{policy.version}.toml")
    return answer


@bp.post("/<policy>/approve")
@allow("policy:approve", policy=queries.by_public_id)
def approve(policy: Policy) -> Answer:
    """Let rounds use a version that somebody else wrote."""
    form = Form(Schema())
    with form.refusals():
        policies.approve(policy=policy, actor_id=current_actor().person_id)
        flash(_("The policy is approved. Rounds can use it."), "success")
        return see_other("policies.show", policy=policy.public_id)
    return _page(policy, form)


@bp.get("/<policy>/next-version")
@allow("policy:write", policy=queries.by_public_id)
def new_version(policy: Policy) -> Answer:
    """Show the form of a policy's next version, with what this one says."""
    names = {f"name_{locale}": policy.titles.get(locale, "") for locale in pack.locales}
    initial = _typed(bridge.policy_from_toml(policy.document)) | names | {"objective": policy.objective}
    return _form_page(Form(policy_schema(pack.locales, new=False), initial=initial), policy)


@bp.post("/<policy>/next-version")
@allow("policy:write", policy=queries.by_public_id)
def add_version(policy: Policy) -> Answer:
    """Write a policy's next version."""
    form = Form(policy_schema(pack.locales, new=False), request.form, labels=_labels())
    with form.refusals():
        return _write(form, policy.name, first=False)
    return _form_page(form, policy)


def _typed(rules: bridge.Policy) -> dict[str, Any]:
    """Return what the form of a policy holds."""
    points = {member: getattr(rules.points, part) for part, member in POINTS.items()}
    return points | {name: getattr(rules, name) for name in SETTINGS} | limiting.stated(rules)


def _write(form: Form, name: str, *, first: bool) -> Answer:
    titles = {locale: form.data.get(f"name_{locale}") for locale in pack.locales}
    written = policies.write_version(
        name=name,
        first=first,
        side_rules=limiting.read(form.data),
        actor_id=current_actor().person_id,
        **version_of(form.data, titles),
    )
    flash(_("The version is saved. Somebody else in central HR has to approve it before rounds can use it."), "success")
    return see_other("policies.show", policy=written.public_id)


def _labels() -> dict[str, str]:
    names = {f"name_{locale}": _("a name") for locale in pack.locales}
    points = {member: _("the points for %(part)s", part=part_name(part)) for part, member in POINTS.items()}
    settings = {
        "above_percent": _("the share"),
        "growth_full_goals": _("the number of learning goals"),
        "ranks_counted": _("the rank"),
        "bench_full_days": _("the number of days"),
        "distance_full_km": _("the kilometres"),
        "change_points": _("the points for a change"),
    }
    rules = {
        "limits-group": _("whom the limit is about"),
        "limits-least": _("the least"),
        "limits-most": _("the most"),
        "least_people": _("the number of people"),
        **{f"cost_{name}": _("the cost") for name in limiting.COSTS},
    }
    return {"code": _("a code")} | names | points | settings | rules


def _page(policy: Policy, form: Form | None = None) -> Answer:
    rules = bridge.policy_from_toml(policy.document)
    return render(
        "rounds/policy.html",
        policy=policy,
        form=form,
        sentence=objective_sentence(policy.objective),
        most={part: rules.most(part) for part in bridge.PARTS},
        settings=[(said, getattr(rules, name)) for name, said in SAID.items()],
        rules=limiting.sentences(rules),
        own=policy.author_id == current_actor().person_id,
    )


def _form_page(form: Form, policy: Policy | None) -> Answer:
    return render(
        "rounds/policy_form.html",
        form=form,
        policy=policy,
        locales=pack.locales,
        objectives=[(objective, _objective_name(objective), objective_sentence(objective)) for objective in OBJECTIVES],
        points=POINTS,
        settings=SAID,
        groups=[
            (key, f"{limiting.kind_name(key.partition(':')[0])}: {plain_named(names)}")
            for key, names in limiting.groups().items()
        ],
        costs=COST_LABELS,
        most_limits=MOST_LIMITS,
    )


def _objective_name(objective: str) -> str:
    return {
        "most_score": _("The best fit in all"),
        "most_seats": _("As many seats filled as can be"),
        "worst_off": _("Nobody far behind"),
        "stable_people": _("No pair would rather have each other, best for people"),
        "stable_projects": _("No pair would rather have each other, best for projects"),
        "fewest_changes": _("Few changes to the version before, when a round is run again"),
    }[objective]
