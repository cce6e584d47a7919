"""Use-cases of whoever writes a project: draft a need, change it, open it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _

from freeagents.accounts.models import Department, Person
from freeagents.audit.services import record
from freeagents.country.entries import Rung
from freeagents.country.pack import Pack
from freeagents.country.places import locate
from freeagents.db.base import utc_now
from freeagents.errors import Conflict, Invalid
from freeagents.extensions import db
from freeagents.profiles.services import language_ranks
from freeagents.projects import queries
from freeagents.projects.models import MOVES, AskedLanguage, Criterion, Project, Seat
from freeagents.skills.models import Skill
from freeagents.skills.services import understand
from freeagents.web.words import skill_name

Understand = Callable[[Sequence[str], str], dict[str, Skill]]
PLAIN = ("title", "outcome", "tasks", "disciplines", "starts_on", "ends_on", "time_percent", "work_mode")


def draft_project(
    *,
    owner: Person | None,
    department: Department,
    data: Mapping[str, Any],
    pack: Pack,
    actor_id: int | None,
    understand_skills: Understand | None = None,
) -> Project:
    """Start a project as a draft; it may lack anything but a title.

    :raises Invalid: as :func:`write_project`.
    """
    project = Project(
        department_id=department.id,
        title=data["title"],
        department=department,
        owners=[owner] if owner else [],
        seats=[],
        criteria=[],
        languages=[],
    )
    db.session.add(project)
    _write_seats(project, 1)
    db.session.flush()
    record(
        db.session, "project:draft", f"project/{project.public_id}", actor_id=actor_id, department=department.public_id
    )
    write_project(project=project, data=data, pack=pack, actor_id=actor_id, understand_skills=understand_skills)
    return project


def write_project(
    *,
    project: Project,
    data: Mapping[str, Any],
    pack: Pack,
    actor_id: int | None,
    version: int | None = None,
    understand_skills: Understand | None = None,
) -> None:
    """Put what was entered on a draft or open project; members of :class:`ProjectSchema` missing from ``data`` stay.

    :param version: which version of the project the person looked at; None: not asked.
    :raises Conflict: the project has ended, or has changed since that version.
    :raises Invalid: with the field, when a word means nothing here or the members contradict each other.
    """
    if project.state not in {"draft", "open"}:
        raise Conflict(_("This project has ended. It cannot be changed any more."))
    refuse_stale(project, version)
    put(project, data, pack, understand_skills or (lambda words, field: understand(words, pack=pack, field=field)))
    if project.state == "open":
        _refuse_incomplete(project)
    # Rows that hang on the project change it as well.
    project.version += 1
    db.session.flush()
    record(db.session, "project:write", f"project/{project.public_id}", actor_id=actor_id, parts=sorted(data))


def open_project(*, project: Project, today: date, longest_days: int, actor_id: int | None) -> None:
    """Show a draft to the pool.

    :param longest_days: how long a placement may last by the country's rules.
    :raises Conflict: it is no draft.
    :raises Invalid: something that must be there is missing, or the dates are past or too far apart.
    """
    if "open" not in MOVES[project.state]:
        raise Conflict(_("Only a draft can be opened. This project is not a draft any more."))
    for field, sentence in unready(project, today=today, longest_days=longest_days).items():
        raise Invalid(sentence, field=field)
    project.state = "open"
    project.opened_at = utc_now()
    db.session.flush()
    record(db.session, "project:open", f"project/{project.public_id}", actor_id=actor_id)


def unready(project: Project, *, today: date, longest_days: int) -> dict[str, str]:
    """Return what keeps a draft from being opened: the form's field → what to do."""
    wrong = missing(project)
    if project.starts_on is not None and project.ends_on is not None:
        if project.ends_on < today:
            wrong["end"] = _("The end of the project is past. Choose dates that are still to come.")
        elif (project.ends_on - project.starts_on).days + 1 > longest_days:
            wrong["end"] = _("A placement may last %(days)d days at most. Choose an earlier end.", days=longest_days)
    return wrong


def missing(project: Project) -> dict[str, str]:
    """Return what must be there before a project can be open, and is not: the form's field → what to do."""
    needed: dict[str, tuple[Any, str]] = {
        "title": (project.title, _("Enter a title.")),
        "outcome": (project.outcome, _("Say what will be different when the project is done.")),
        "start": (project.starts_on, _("Enter the first day.")),
        "end": (project.ends_on, _("Enter the last day.")),
        "time_percent": (project.time_percent, _("Enter the share of time.")),
        "work_mode": (project.work_mode, _("Choose where the work is done.")),
        "place": (project.place or project.work_mode == "remote", _("Enter the place of work.")),
    }
    return {field: sentence for field, (value, sentence) in needed.items() if not value}


def _refuse_incomplete(project: Project) -> None:
    for field, sentence in missing(project).items():
        raise Invalid(sentence, field=field)


def refuse_stale(project: Project, version: int | None) -> None:
    """Refuse what was written over a version of the project that is not the present one.

    :raises Conflict: it has changed since that version.
    """
    if version is not None and version != queries.locked_version(project.id):
        raise Conflict(
            _(
                "This project was changed elsewhere after you opened this page. What you typed is still here: "
                "compare it with the project as it is now, then save again."
            )
        )


def put(project: Project, data: Mapping[str, Any], pack: Pack, skills_of: Understand) -> None:
    """Set on the project the members of :class:`ProjectSchema` that are in ``data``.

    :raises Invalid: as :func:`write_project`.
    """
    for name in PLAIN:
        if name in data:
            setattr(project, name, data[name])
    if "place" in data:
        _write_place(project, data["place"], pack)
    if "clearance" in data:
        project.clearance = pack.clearance(data["clearance"]).code if data["clearance"] else None
    if {"grade_min", "grade_max"} & set(data):
        _write_grades(project, data, pack)
    if "languages" in data:
        _write_languages(project, data["languages"], pack)
    if "seats" in data:
        _write_seats(project, data["seats"])
    if {"essential", "asset"} & set(data):
        _write_criteria(project, data, skills_of)
    if project.starts_on and project.ends_on and project.ends_on < project.starts_on:
        raise Invalid(_("The end must be the same as or after the start."), field="end")


def _write_place(project: Project, word: str | None, pack: Pack) -> None:
    where = locate(pack, word) if word else None
    project.place = where.place if where else None
    project.latitude = where.latitude if where else None
    project.longitude = where.longitude if where else None


def _write_grades(project: Project, data: Mapping[str, Any], pack: Pack) -> None:
    low = data.get("grade_min", project.grade_min)
    high = data.get("grade_max", project.grade_max)
    lowest, highest = (pack.grade(word) if word else None for word in (low, high))
    if lowest and highest and not _is_band(lowest, highest):
        raise Invalid(
            _("The highest grade must be the same as or above the lowest, and of the same ladder."), field="grade_max"
        )
    project.grade_min = lowest.code if lowest else None
    project.grade_max = highest.code if highest else None


def _is_band(lowest: Rung, highest: Rung) -> bool:
    return lowest.ladder == highest.ladder and lowest.rank <= highest.rank


def _write_languages(project: Project, items: Sequence[Mapping[str, Any]], pack: Pack) -> None:
    kept = {row.language: row for row in project.languages}
    rows = []
    for position, item in enumerate(items):
        language_ranks(item["letters"], pack, field=f"languages-{position}-letters")
        row = kept.get(item["language"]) or AskedLanguage(language=item["language"])
        row.letters = item["letters"].upper()
        rows.append(row)
    project.languages = rows


def _write_seats(project: Project, count: int) -> None:
    """Keep the numbers of seats: more are added at the end, fewer are cancelled from the end."""
    standing = [seat for seat in project.seats if seat.state != "cancelled"]
    filled = sum(seat.state == "filled" for seat in standing)
    if count < filled:
        raise Invalid(_("%(count)d seats are filled already. Ask for at least as many.", count=filled), field="seats")
    for seat in reversed(standing):
        if len(standing) <= count:
            break
        if seat.state == "open":
            seat.state = "cancelled"
            standing.remove(seat)
    last = max((seat.number for seat in project.seats), default=0)
    project.seats.extend(Seat(number=last + more, state="open") for more in range(1, count - len(standing) + 1))


def _write_criteria(project: Project, data: Mapping[str, Any], skills_of: Understand) -> None:
    wanted: dict[int, tuple[str, int, Skill]] = {}
    for kind in ("essential", "asset"):
        if kind in data:
            found = skills_of([item["skill"] for item in data[kind]], kind)
            asked = [(item["skill"], found[item["skill"]], item["level"]) for item in data[kind]]
        else:
            asked = [(row.skill.code, row.skill, row.level) for row in project.criteria if row.kind == kind]
        for position, (word, skill, level) in enumerate(asked):
            if skill.id in wanted:
                raise Invalid(
                    _("%(skill)s is there twice. Name each skill once.", skill=skill_name(word)),
                    field=f"{kind}-{position}-skill",
                )
            wanted[skill.id] = (kind, level, skill)
    kept = {row.skill_id: row for row in project.criteria}
    rows = []
    for position, (skill_id, (kind, level, skill)) in enumerate(wanted.items()):
        row = kept.get(skill_id) or Criterion(skill_id=skill_id, skill=skill)
        row.kind, row.level, row.position = kind, level, position
        rows.append(row)
    project.criteria = rows
