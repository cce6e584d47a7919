"""The parts of a project that have a page of their own, in the order in which one writes them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l

from freeagents.projects.models import Project
from freeagents.projects.schemas import ProjectSchema
from freeagents.web.forms import Form
from freeagents.web.words import place_name


@dataclass(frozen=True)
class Section:
    """A part of a project that has a page of its own.

    :ivar members: the members of the schema it writes, each with what reads it from the project.
    :ivar labels: what the page calls its inputs, for messages.
    :ivar counted: whether what it asks decides who qualifies, so that its page shows the live count.
    :ivar suggests: whether its page suggests skills for what is written there.
    :ivar settled_by: the members without which it is not yet written; None: any of them.
    """

    title: Any
    members: Mapping[str, Callable[[Project], Any]]
    labels: Mapping[str, Any]
    counted: bool = False
    suggests: bool = False
    settled_by: Collection[str] | None = None

    def form(self, project: Project | None = None) -> Form:
        """Return the form as it was sent, or as it stands on the project."""
        schema = ProjectSchema(only=tuple(self.members))
        labels = {name: str(label) for name, label in self.labels.items()}
        if project is None:
            return Form(schema, request.form, labels=labels)
        return Form(schema, initial={name: read(project) for name, read in self.members.items()}, labels=labels)

    def holds_anything(self, project: Project) -> bool:
        """Say whether something was entered here: one seat for any discipline is what every draft starts with."""
        return any(
            read(project) not in (None, "", [], 1)
            for name, read in self.members.items()
            if self.settled_by is None or name in self.settled_by
        )


def _plain(*names: str) -> dict[str, Callable[[Project], Any]]:
    return {name: lambda project, name=name: getattr(project, name) for name in names}  # type: ignore[misc]


def _criteria(kind: str) -> Callable[[Project], Any]:
    return lambda project: [
        {"skill": row.skill.code, "level": row.level} for row in project.criteria if row.kind == kind
    ]


SECTIONS: dict[str, Section] = {
    "title": Section(_l("Title"), _plain("title"), {"title": _l("a title")}),
    "outcome": Section(_l("Outcome"), _plain("outcome"), {"outcome": _l("The outcome")}, suggests=True),
    "tasks": Section(_l("Tasks"), _plain("tasks"), {"tasks": _l("The tasks")}, suggests=True),
    "dates": Section(
        _l("Dates and share of time"),
        _plain("starts_on", "ends_on", "time_percent"),
        {"start": _l("the first day"), "end": _l("the last day"), "time_percent": _l("the share of time")},
        counted=True,
    ),
    "seats": Section(
        _l("Seats and disciplines"),
        {
            "seats": lambda project: sum(seat.state != "cancelled" for seat in project.seats),
            "disciplines": lambda project: project.disciplines,
        },
        {"seats": _l("the number of people"), "discipline": _l("a discipline")},
    ),
    "where": Section(
        _l("Where the work is done"),
        _plain("work_mode") | {"place": lambda project: place_name(project.place) if project.place else None},
        {"work_mode": _l("a way of working"), "place": _l("the place")},
        counted=True,
    ),
    "skills": Section(
        _l("Skills"),
        {"essential": _criteria("essential"), "asset": _criteria("asset")},
        {"skill": _l("a skill"), "level": _l("a level"), "essential": _l("Skills"), "asset": _l("Skills")},
        counted=True,
        settled_by={"essential"},
    ),
    "grade": Section(
        _l("Grade"),
        _plain("grade_min", "grade_max"),
        {"grade_min": _l("the lowest grade"), "grade_max": _l("the highest grade")},
        counted=True,
    ),
    "clearance": Section(
        _l("Security clearance"), _plain("clearance"), {"clearance": _l("the clearance")}, counted=True
    ),
    "languages": Section(
        _l("Languages"),
        {
            "languages": lambda project: [
                {"language": row.language, "letters": row.letters} for row in project.languages
            ]
        },
        {"languages": _l("Languages"), "language": _l("a language"), "letters": _l("the level")},
        counted=True,
    ),
}
SECTION_OF = {"start": "dates", "end": "dates", "time_percent": "dates", "work_mode": "where", "place": "where"}
"""Input → part, where the two have different names."""


def following(project: Project, section: str) -> str | None:
    """Return the part after this one in which nothing was entered yet, while the project is a draft."""
    names = list(SECTIONS)
    after = names[names.index(section) + 1 :] if project.state == "draft" else []
    return next((name for name in after if not SECTIONS[name].holds_anything(project)), None)


def readable(form: Form) -> dict[str, Any]:
    """Return what could be read of what was typed; a member that is wrong as a whole stays as it is saved."""
    names = {name: field.data_key or name for name, field in form.schema.load_fields.items()}
    return {name: value for name, value in form.understood.items() if names[name] not in form.errors}
