"""Fill a draft in from a template, an earlier project or a role of the skills framework."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from freeagents.accounts.models import Department
from freeagents.audit.services import record
from freeagents.country.entries import RoleLevel, Template
from freeagents.country.pack import Pack
from freeagents.errors import Conflict, Invalid
from freeagents.extensions import db
from freeagents.projects import queries
from freeagents.projects.models import Project
from freeagents.projects.services.writing import put
from freeagents.skills.models import MOST_SKILLS
from freeagents.skills.services import understand

MOST_ESSENTIAL = 3
"""How many skills of a role become essential: more would keep nearly everybody out."""
KINDS = ("essential", "asset")
REQUIRED = {
    "template": _l("Choose a template."),
    "project": _l("Choose an earlier project."),
    "role": _l("Choose a role."),
}
COPIED = (
    "outcome",
    "tasks",
    "disciplines",
    "time_percent",
    "work_mode",
    "place",
    "grade_min",
    "grade_max",
    "clearance",
)


def fill_project(*, project: Project, chosen: Mapping[str, str], pack: Pack, locale: str, actor_id: int) -> None:
    """Put on a draft what another source has and the draft lacks; what was written stays.

    :param chosen: what :class:`FillSchema` loads: ``template``, ``project`` or ``role`` → its code or public id.
    :param locale: the language of a template's words.
    :raises Conflict: it is no draft any more.
    :raises Invalid: there is no such source, or as :func:`write_project`.
    """
    if project.state != "draft":
        raise Conflict(_("Only a draft can be filled in. This project is not a draft any more."))
    [(source, of)] = chosen.items()
    data = _lacking(project, _had_by(source, of, project.department, pack, locale))
    put(project, data, pack, lambda words, field: understand(words, pack=pack, field=field))
    # Rows that hang on the project change it as well.
    project.version += 1
    db.session.flush()
    record(
        db.session,
        "project:fill",
        f"project/{project.public_id}",
        actor_id=actor_id,
        source=source,
        of=of,
        parts=sorted(data),
    )


def of_template(template: Template, *, pack: Pack, locale: str) -> dict[str, Any]:
    """Return what a template has, in one language."""
    return {
        "outcome": pack.text(template.outcomes, locale)[0],
        "tasks": "\n".join(pack.text(task, locale)[0] for task in template.tasks),
        "disciplines": [template.discipline],
        "seats": template.seats,
        "time_percent": template.time_percent,
        "work_mode": template.work_mode,
        "essential": _rows(template.essential),
        "asset": _rows(template.asset),
    }


def of_project(project: Project) -> dict[str, Any]:
    """Return what an earlier project has, but for its title and dates."""
    return {
        **{name: getattr(project, name) for name in COPIED},
        "seats": sum(seat.state != "cancelled" for seat in project.seats) or 1,
        "languages": [{"language": row.language, "letters": row.letters} for row in project.languages],
        **{kind: _rows({row.skill.code: row.level for row in project.criteria if row.kind == kind}) for kind in KINDS},
    }


def of_role(role: RoleLevel) -> dict[str, Any]:
    """Return what a role level asks: its skills of the highest levels as essential, the others as assets."""
    ordered = sorted(role.skills, key=lambda code: -role.skills[code])
    essential = {code: role.skills[code] for code in ordered[:MOST_ESSENTIAL]}
    asset = {code: role.skills[code] for code in ordered[MOST_ESSENTIAL:]}
    return {"disciplines": [role.discipline], "essential": _rows(essential), "asset": _rows(asset)}


def _had_by(source: str, of: str, department: Department, pack: Pack, locale: str) -> dict[str, Any]:
    if source == "template" and of in pack.templates:
        return of_template(pack.templates[of], pack=pack, locale=locale)
    if source == "role":
        for role in pack.roles:
            if role.code == of:
                return of_role(role)
    if source == "project":
        project = queries.earlier_project(department, of)
        if project is not None:
            return of_project(project)
    raise Invalid(str(REQUIRED[source]), field=source)


def _lacking(project: Project, having: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of ``having`` for which nothing was written; of skills, those that are not asked for."""
    asked = {kind: {row.skill.code: row.level for row in project.criteria if row.kind == kind} for kind in KINDS}
    known = asked["essential"] | asked["asset"]
    written = {
        **{name: getattr(project, name) for name in COPIED},
        "languages": project.languages,
        # One seat is what every draft starts with.
        "seats": sum(seat.state != "cancelled" for seat in project.seats) > 1,
    }
    data = {name: having[name] for name, value in written.items() if having.get(name) and not value}
    # A band of grades is one thing, and so are a way of working and its place.
    if written["grade_min"] or written["grade_max"]:
        data = {name: value for name, value in data.items() if not name.startswith("grade_")}
    if written["work_mode"]:
        data.pop("place", None)
    for kind in KINDS:
        more = [row for row in having.get(kind, ()) if row["skill"] not in known]
        if more:
            data[kind] = [*_rows(asked[kind]), *more][:MOST_SKILLS]
    return data


def _rows(levels: Mapping[str, int]) -> list[dict[str, Any]]:
    return [{"skill": code, "level": level} for code, level in levels.items()]
