"""Pages of one's own profile: the whole of it, one page for each part, and who may find, count or match one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from freeagents.accounts.queries.directory import employment_today
from freeagents.country.entries import RoleLevel
from freeagents.db.base import utc_now
from freeagents.errors import Conflict
from freeagents.extensions import pack
from freeagents.profiles import queries, services
from freeagents.profiles.models import WORK_MODES, HeldLanguage, Profile
from freeagents.profiles.queries import Recognised
from freeagents.profiles.schemas import OwnProfileSchema, RoleSchema
from freeagents.security.actor import current_actor
from freeagents.security.guard import allow
from freeagents.skills.models import LEVELS
from freeagents.skills.queries import by_family, roles_by_discipline
from freeagents.web.filters import locale_code
from freeagents.web.forms import Form
from freeagents.web.rendering import Answer, render, see_other
from freeagents.web.words import work_mode_name

bp = Blueprint("profiles", __name__, url_prefix="/profile", template_folder="../templates")


@dataclass(frozen=True)
class Part:
    """A part of the profile that has a page of its own.

    :ivar members: the members of the schema it writes, each with what reads it from the profile.
    :ivar labels: what the page calls its inputs, for messages.
    """

    members: Mapping[str, Callable[[Profile], Any]]
    labels: Mapping[str, Any]

    def form(self, profile: Profile | None = None, **initial: Any) -> Form:
        """Return the form as it was sent, or as it stands on the profile but for what ``initial`` says otherwise."""
        schema = OwnProfileSchema(only=tuple(self.members))
        labels = {name: str(label) for name, label in self.labels.items()}
        if profile is None:
            return Form(schema, request.form, labels=labels)
        held = {name: read(profile) for name, read in self.members.items()}
        return Form(schema, initial=held | initial, labels=labels)


def skills_as_data(profile: Profile) -> list[dict[str, Any]]:
    """Return the skills of a profile as its form shows them, the highest levels first."""
    ordered = sorted(profile.skills, key=lambda held: (-held.level, held.skill.code))
    return [
        {"skill": held.skill.code, "level": held.level, "evidence": held.evidence, "last_used": held.last_used}
        for held in ordered
    ]


PARTS: dict[str, Part] = {
    "about": Part(
        {"discipline": lambda profile: profile.discipline, "about": lambda profile: profile.about},
        {"discipline": _l("Your discipline"), "about": _l("About you")},
    ),
    "skills": Part(
        {"skills": skills_as_data},
        {
            "skills": _l("Skills"),
            "skill": _l("a skill"),
            "level": _l("a level"),
            "evidence": _l("where you showed it"),
            "last_used": _l("the year"),
        },
    ),
    "learning": Part(
        {"learning": lambda profile: sorted(goal.skill.code for goal in profile.goals)},
        {"learning": _l("a skill")},
    ),
    "clearance": Part(
        {
            "clearance": lambda profile: profile.clearance,
            "clearance_until": lambda profile: profile.clearance_until,
        },
        {"clearance": _l("Your clearance"), "clearance_until": _l("the last day of the clearance")},
    ),
    "languages": Part(
        {
            "languages": lambda profile: [
                {"language": row.language, "letters": row.letters, "until": row.until} for row in profile.languages
            ]
        },
        {
            "languages": _l("Languages"),
            "language": _l("a language"),
            "letters": _l("the level"),
            "until": _l("the last day of the test"),
        },
    ),
    "work-modes": Part({"work_modes": lambda profile: profile.work_modes}, {"work_modes": _l("a way of working")}),
    "places": Part(
        {"places": lambda profile: [{"place": place_name(row.place), "max_km": row.max_km} for row in profile.places]},
        {"places": _l("Places"), "place": _l("a place"), "max_km": _l("the distance")},
    ),
    "availability": Part(
        {
            "availability": lambda profile: [
                {"starts_on": spell.starts_on, "ends_on": spell.ends_on, "percent": spell.percent}
                for spell in profile.availability
            ]
        },
        {
            "availability": _l("Availability"),
            "from": _l("the first day"),
            "to": _l("the last day"),
            "time_percent": _l("the share of time"),
        },
    ),
}
PART = f"/<any({', '.join(map(repr, PARTS))}):part>"


@bp.get("")
@allow("profile:read_own")
def show() -> Answer:
    """Show one's own profile."""
    actor = current_actor()
    profile = queries.profile_or_empty(actor.person_id)
    post = employment_today(actor.person_id)
    admission = queries.admission_today(actor.person_id)
    today = utc_now().date()
    counts = {level: sum(held.level == level for held in profile.skills) for level in LEVELS}
    return render(
        "profiles/show.html",
        profile=profile,
        post=post,
        admission=admission,
        skills=sorted(profile.skills, key=lambda held: (-held.level, held.skill.code)),
        levels=[
            {"label": _text(pack.levels[level]), "value": count, "text": str(count)} for level, count in counts.items()
        ],
        gaps=queries.gaps(profile, employed=post is not None, admitted=admission is not None, today=today),
        today=today,
        modes=[work_mode_name(mode) for mode in WORK_MODES if mode in profile.work_modes],
        place_name=place_name,
        language_level=language_level,
    )


@bp.get(PART)
@allow("profile:edit_own")
def part_form(part: str) -> Answer:
    """Show the page of one part; that of the skills may start from a role level, of which nothing is saved yet."""
    profile = queries.profile_or_empty(current_actor().person_id)
    role = queries.role_of(request.args.get("role", ""), pack.roles) if part == "skills" else None
    initial = {"skills": with_more(skills_as_data(profile), _of_role(role))} if role else {}
    return part_page(part, PARTS[part].form(profile, **initial), version=profile.version, role=role)


@bp.post(PART)
@allow("profile:edit_own")
def write_part(part: str) -> Answer:
    """Save one part, or add or remove one of its rows."""
    form = PARTS[part].form()
    version = request.form.get("version", -1, type=int)
    if form.valid:
        actor = current_actor()
        profile = services.own_profile(person_id=actor.person_id)
        with form.refusals():
            services.write_profile(
                profile=profile, data=form.data, pack=pack, actor_id=actor.person_id, version=version
            )
            flash(_("Your profile is saved."), "success")
            return see_other("profiles.show")
        if form.refused_with == Conflict.status:
            # The person is told, and sees what is there now before saving over it.
            version = profile.version
    return part_page(part, form, version=version)


@bp.get("/skills/role")
@allow("profile:edit_own")
def role_form() -> Answer:
    """Ask from which role level a list of skills is to start."""
    return _role_page(Form(RoleSchema()))


@bp.post("/skills/role")
@allow("profile:edit_own")
def choose_role() -> Answer:
    """Go on to the skills of the chosen role level, to be edited there; nothing is saved."""
    form = Form(RoleSchema(), request.form, labels={"role": _("a role")})
    if form.valid:
        role = queries.role_of(form.data["role"], pack.roles)
        if role is not None:
            return see_other("profiles.part_form", part="skills", role=role.code)
        form.fail("role", _("Choose a role from the list."))
    return _role_page(form)


@bp.post("/pause")
@allow("profile:edit_own")
def pause() -> Answer:
    """Take oneself out of matching for a while."""
    return _choose(paused=True, said=_("You are paused. No round matches you until you resume."))


@bp.post("/resume")
@allow("profile:edit_own")
def resume() -> Answer:
    """Come back into matching."""
    return _choose(paused=False, said=_("You are back. The next round may match you."))


@bp.post("/count")
@allow("profile:edit_own")
def count() -> Answer:
    """Agree to be counted in what managers see while they write a project."""
    return _choose(countable=True, said=_("You are counted from now on."))


@bp.post("/do-not-count")
@allow("profile:edit_own")
def do_not_count() -> Answer:
    """Be counted no longer."""
    return _choose(countable=False, said=_("You are not counted any more."))


@bp.post("/be-found")
@allow("profile:edit_own")
def be_found() -> Answer:
    """Agree to be found by managers who look for people to invite."""
    return _choose(findable=True, said=_("Managers may find you from now on."))


@bp.post("/do-not-find")
@allow("profile:edit_own")
def do_not_find() -> Answer:
    """Be found no longer."""
    return _choose(findable=False, said=_("Managers do not find you any more."))


def place_name(place: str) -> str:
    """Say a place by its name; by its code where the name would be understood as another place, or is not known."""
    known = pack.places.get(place)
    name = _text(known.names) if known else place
    found = pack.place(name)
    return name if found is not None and found.code == place else place


def language_level(held: HeldLanguage) -> str:
    """Say a level of language: each part with its letter where there are several parts."""
    scheme = pack.language_scheme
    if len(scheme.parts) == 1 or len(held.ranks) != len(scheme.parts):
        return held.letters or _("Level not stated")
    letters = [scheme.letters[rank - 1] for rank in held.ranks]
    return ", ".join(f"{_text(part)} {letter}" for part, letter in zip(scheme.parts.values(), letters, strict=True))


def part_page(
    part: str, form: Form, *, version: int, role: RoleLevel | None = None, read: Recognised | None = None
) -> Answer:
    """Return the page of one part.

    :param role: the role level that the skills on it start from; ``read``: what was read from a file for it.
    """
    return render(
        f"profiles/{part}.html",
        form=form,
        part=part,
        version=version,
        role=role,
        read=read,
        stale=form.refused_with == Conflict.status,
        skill_groups=by_family(pack, locale_code()) if part in {"skills", "learning"} else [],
        levels=[(level, _text(names)) for level, names in pack.levels.items()],
        disciplines=_choices(pack.disciplines, form.value("discipline")),
        clearances=_choices({code: rung.names for code, rung in pack.clearances.items()}, form.value("clearance")),
        languages=_choices(pack.language_scheme.languages),
        places=sorted({place_name(code) for code in pack.places}, key=str.casefold) if part == "places" else [],
        work_modes=WORK_MODES,
    )


def _role_page(form: Form) -> Answer:
    return render("profiles/role.html", form=form, groups=roles_by_discipline(pack, locale_code()))


def _of_role(role: RoleLevel) -> list[dict[str, Any]]:
    return [{"skill": code, "level": level} for code, level in role.skills.items()]


def with_more(held: list[dict[str, Any]], found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the skills held, then those of the others that are not among them."""
    codes = {item["skill"] for item in held}
    return held + [item for item in found if item["skill"] not in codes]


def _choose(*, said: str, **choices: bool) -> Answer:
    actor = current_actor()
    profile = services.own_profile(person_id=actor.person_id)
    for choice, value in choices.items():
        services.choose(profile=profile, choice=choice, value=value, actor_id=actor.person_id)
    flash(said, "success")
    return see_other("profiles.show", _anchor="matching")


def _choices(entries: Mapping[str, Mapping[str, str]], held: str = "") -> list[tuple[str, str]]:
    """Return value and text of each choice; what is held already is one of them, even where the pack lacks it."""
    choices = [(code, _text(names)) for code, names in entries.items()]
    return choices if not held or held in entries else [*choices, (held, held)]


def _text(names: Mapping[str, str]) -> str:
    return pack.text(names, locale_code())[0]
