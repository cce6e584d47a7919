"""The use-case of whoever ends a project: as filled, cancelled or expired."""

from __future__ import annotations

from flask_babel import gettext as _

from freeagents.audit.services import record
from freeagents.db.base import utc_now
from freeagents.errors import Conflict, Invalid
from freeagents.extensions import db
from freeagents.projects.models import MOVES, Project
from freeagents.projects.services.writing import refuse_stale

ENDINGS = ("filled", "cancelled", "expired")


def end_project(
    *, project: Project, ending: str, reason: str, actor_id: int | None, version: int | None = None
) -> None:
    """End a project as filled, cancelled or expired; its empty seats are cancelled with it.

    :param version: as in :func:`write_project`.
    :param actor_id: who ends it; None: the service itself, which gives no reason but the ending.
    :raises Conflict: it cannot end like that from its present state, or has changed since that version.
    :raises Invalid: no reason was given for ending what others have seen.
    """
    if ending not in MOVES[project.state]:
        raise Conflict(_("This project cannot be ended like that any more. Look at it again."))
    refuse_stale(project, version)
    if not reason.strip() and project.state != "draft" and actor_id is not None:
        raise Invalid(_("Say why the project ends, so that everybody waiting can be told."), field="reason")
    project.state = ending
    project.ended_at = utc_now()
    project.ended_reason = reason
    for seat in project.seats:
        if seat.state == "open":
            seat.state = "filled" if ending == "filled" else "cancelled"
    db.session.flush()
    record(db.session, f"project:{ending}", f"project/{project.public_id}", actor_id=actor_id, note=reason or None)
