"""Tells everybody who was matched with a project that it was cancelled afterwards."""

from __future__ import annotations

from datetime import date

from freeagents.applications.queries import telling
from freeagents.applications.services import NEXT_BEST
from freeagents.country.pack import Pack
from freeagents.eligibility.pool import people_facts
from freeagents.extensions import db
from freeagents.messages.services.telling import Notice, tell
from freeagents.projects.models import Project
from freeagents.rounds.queries import matches


def tell_called_off(*, project_id: int, today: date, pack: Pack) -> None:
    """Tell all who were matched with a cancelled project, and what suits them next; a job's handler.

    Also those who had not applied. Who was told before is not told again.
    """
    project = db.session.get_one(Project, project_id)
    matched = matches.matched_with(project_id)
    best = telling.best_open(people_facts(today=today, only=matched), limit=NEXT_BEST, pack=pack) if matched else {}
    facts = {"project": project.public_id, "title": project.title, "words": project.ended_reason}
    tell(
        "project:call_off",
        [
            Notice(
                person_id,
                f"project/{project.public_id}/called_off",
                facts | {"next": [{"project": one.public_id, "title": one.title} for one in best.get(person_id, ())]},
            )
            for person_id in matched
        ],
    )
