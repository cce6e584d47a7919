"""The page that sets a profile beside the levels of the next role."""

from __future__ import annotations

from flask import Blueprint, flash, request
from flask_babel import gettext as _

from freeagents.extensions import pack
from freeagents.profiles import queries, services
from freeagents.profiles.models import Profile
from freeagents.profiles.schemas import RoleSchema
from freeagents.security.actor import current_actor
from freeagents.security.guard import allow
from freeagents.skills.queries import roles_by_discipline
from freeagents.web.filters import locale_code
from freeagents.web.forms import Form
from freeagents.web.rendering import Answer, render, see_other
from freeagents.web.words import in_words

bp = Blueprint("growing", __name__, url_prefix="/profile", template_folder="../templates")


@bp.get("/next-role")
@allow("profile:read_own")
def show() -> Answer:
    """Show what a role level asks for beside what one holds; without a choice, the level above one's own."""
    asked = request.args.get("role")
    form = Form(RoleSchema(), request.args, labels={"role": _("a role")}) if asked is not None else Form(RoleSchema())
    return _page(form, asked)


@bp.post("/next-role")
@allow("profile:edit_own")
def learn() -> Answer:
    """Add what a role level asks for and one does not hold to what one wants to learn."""
    form = Form(RoleSchema(), request.form, labels={"role": _("a role")})
    with form.refusals():
        actor = current_actor()
        role = queries.role_of(form.data["role"], pack.roles)
        if role is not None:
            profile = services.own_profile(person_id=actor.person_id)
            missing = [step.skill for step in queries.steps_to(role, _levels(profile)) if step.held < step.asked]
            goals = sorted({goal.skill.code for goal in profile.goals} | set(missing))
            services.write_profile(profile=profile, data={"learning": goals}, pack=pack, actor_id=actor.person_id)
            flash(_("Added to what you want to learn. Projects in which you would grow earn you points."), "success")
            return see_other("profiles.part_form", part="learning")
        form.fail("role", _("Choose a role from the list."))
    return _page(form, None)


def _page(form: Form, asked: str | None) -> Answer:
    profile = queries.profile_or_empty(current_actor().person_id)
    levels = _levels(profile)
    role = queries.role_of(asked, pack.roles) if asked else queries.next_role(levels, pack.roles)
    if asked and role is None and form.valid:
        form.fail("role", _("Choose a role from the list."))
    steps = queries.steps_to(role, levels) if role else []
    return render(
        "profiles/next_role.html",
        form=form,
        role=role,
        chosen=bool(asked),
        groups=roles_by_discipline(pack, locale_code()),
        met=sum(step.held >= step.asked for step in steps),
        steps=[
            {
                "label": in_words(pack.skills[step.skill].names) if step.skill in pack.skills else step.skill,
                "held": step.held,
                "asked": step.asked,
                "held_text": in_words(pack.levels[step.held]) if step.held else _("not held"),
                "asked_text": in_words(pack.levels[step.asked]),
            }
            for step in steps
        ],
    )


def _levels(profile: Profile) -> dict[str, int]:
    return {held.skill.code: held.level for held in profile.skills}
