"""Skills suggested for what is written about a project, to be taken as assets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request

from freeagents.extensions import pack
from freeagents.projects.models import Project
from freeagents.skills.queries import suggested
from freeagents.skills.schemas import MOST_SUGGESTED, TakenSchema
from freeagents.web.filters import locale_code
from freeagents.web.forms import Form
from freeagents.web.words import in_words

USUAL_LEVEL = 2
"""The level at which a suggested skill is asked for until the manager says otherwise."""


@dataclass(frozen=True)
class Suggestions:
    """Skills that a text speaks of and the project does not ask for yet, with those that were ticked.

    :ivar choices: code and name of each.
    """

    choices: Sequence[tuple[str, str]]
    ticked: frozenset[str]
    level: str

    @classmethod
    def of(cls, project: Project, typed: Mapping[str, Any], *, taken: Sequence[str]) -> Suggestions:
        """Suggest skills for the project's outcome and tasks, with what is typed laid over what is saved."""
        written = [typed.get(name) or getattr(project, name) for name in ("outcome", "tasks")]
        asked = [row.skill.code for row in project.criteria]
        found = (
            suggested(
                "\n".join(written), pack=pack, locale=locale_code(), limit=MOST_SUGGESTED, without=[*asked, *taken]
            )
            if any(written)
            else ()
        )
        kept = [(code, in_words(pack.skills[code].names)) for code in taken if code in pack.skills]
        choices = [*kept, *((skill.code, in_words(skill.names)) for skill in found)]
        return cls(choices, frozenset(taken), in_words(pack.levels[USUAL_LEVEL]))

    @staticmethod
    def taken() -> list[str]:
        """Return the codes of the skills that were ticked."""
        taken: list[str] = Form(TakenSchema(), request.form).understood.get("suggested", [])
        return taken


def with_assets(project: Project, taken: Sequence[str]) -> dict[str, Any]:
    """Return what the project asks as assets with these skills among them; nothing where none was taken."""
    new = pack.skills.keys() - {row.skill.code for row in project.criteria}
    more = [{"skill": code, "level": USUAL_LEVEL} for code in dict.fromkeys(taken) if code in new]
    held = [{"skill": row.skill.code, "level": row.level} for row in project.criteria if row.kind == "asset"]
    return {"asset": [*held, *more]} if more else {}
