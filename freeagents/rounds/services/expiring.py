"""Posts grow stale: owners are reminded before a project's first day, and after it what has empty seats expires."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import exists, select

from freeagents.applications import services as applications
from freeagents.extensions import db
from freeagents.messages.services.telling import Notice, tell
from freeagents.projects.models import Project
from freeagents.projects.queries import owners_of, whole_project
from freeagents.rounds.models import Proposal, Round

REMINDED_BEFORE = timedelta(days=14)
GRACE = timedelta(days=2)
"""How long after its first day a project expires: by then the day has ended in every zone."""


def remind_owners(*, today: date) -> None:
    """Remind the owners of open projects whose first day comes near, once for each first day; a job's handler.

    Who opened the project with the first day as near as that is not reminded of it.
    """
    near = _unmatched_open(after=today, until=today + REMINDED_BEFORE)
    owners = owners_of([project.id for project in near])
    tell(
        "project:remind",
        [
            Notice(owner, f"project/{project.public_id}/reminder/{project.starts_on}", _facts(project))
            for project in near
            if project.opened_at and project.starts_on
            if project.opened_at.date() < project.starts_on - REMINDED_BEFORE
            for owner in owners[project.id]
        ],
    )


def expire_stale(*, today: date) -> None:
    """End the open projects whose first day has passed with nobody matched; a job's handler.

    Each ends in a commit of its own, with the answers to those who wait and the messages to its owners.
    """
    for public_id in [project.public_id for project in _unmatched_open(after=None, until=today - GRACE)]:
        project = whole_project(public_id)
        if project is None or _locked_state(project) != "open":
            continue
        applications.end_project(project=project, ending="expired", reason="", actor_id=None)
        event = f"project/{public_id}/expired"
        tell("project:expire", [Notice(owner, event, _facts(project)) for owner in project.owner_ids])
        db.session.commit()


def _facts(project: Project) -> dict[str, str | None]:
    return {
        "project": project.public_id,
        "title": project.title,
        "start": project.starts_on.isoformat() if project.starts_on else None,
    }


def _unmatched_open(*, after: date | None, until: date) -> Sequence[Project]:
    """Return the open projects for which no round has a proposal that stands, by their first days.

    :param after: only those whose first day is later; ``until``: nor later than this.
    """
    stands = exists().where(
        Proposal.project_id == Project.id,
        Proposal.state.in_(("proposed", "kept", "approved", "offered")),
        Round.id == Proposal.round_id,
        Round.state.in_(("in_review", "published", "closed")),
    )
    query = select(Project).where(Project.state == "open", Project.starts_on <= until, ~stands)
    if after is not None:
        query = query.where(Project.starts_on > after)
    return db.session.scalars(query.order_by(Project.starts_on, Project.id)).all()


def _locked_state(project: Project) -> str:
    """Return which state the project is in now, and hold it until the transaction ends."""
    db.session.refresh(project, ["state", "version"], with_for_update=True)
    return project.state
