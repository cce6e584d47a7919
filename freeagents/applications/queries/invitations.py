"""Questions about invitations to apply for a project."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from freeagents.applications.models import ProjectInvitation
from freeagents.extensions import db
from freeagents.projects.models import Project


def invitation_by_public_id(public_id: str) -> ProjectInvitation | None:
    """Return the invitation with its project, or None."""
    return db.session.scalar(
        select(ProjectInvitation)
        .where(ProjectInvitation.public_id == public_id)
        .options(joinedload(ProjectInvitation.project).joinedload(Project.department))
    )


def open_invitation(person_id: int, project_id: int) -> ProjectInvitation | None:
    """Return the person's invitation to a project that is not answered, lapsed or not, held for the transaction."""
    return db.session.scalar(
        select(ProjectInvitation)
        .where(
            ProjectInvitation.person_id == person_id,
            ProjectInvitation.project_id == project_id,
            ProjectInvitation.state == "open",
        )
        .with_for_update()
    )


def invitations_of(person_id: int, *, today: date) -> Sequence[ProjectInvitation]:
    """Return the invitations that a person may answer, with their projects, those first that lapse first."""
    return db.session.scalars(
        select(ProjectInvitation)
        .join(Project, Project.id == ProjectInvitation.project_id)
        .where(
            ProjectInvitation.person_id == person_id,
            ProjectInvitation.state == "open",
            ProjectInvitation.until >= today,
            Project.state == "open",
        )
        .options(joinedload(ProjectInvitation.project).joinedload(Project.department))
        .order_by(ProjectInvitation.until, ProjectInvitation.id)
    ).all()


def invitations_to(project_id: int) -> Sequence[ProjectInvitation]:
    """Return all invitations to a project with their people, newest first."""
    return db.session.scalars(
        select(ProjectInvitation)
        .where(ProjectInvitation.project_id == project_id)
        .options(joinedload(ProjectInvitation.person))
        .order_by(ProjectInvitation.id.desc())
    ).all()


def count_waiting(project_id: int, *, today: date) -> int:
    """Return how many invitations to a project wait for an answer."""
    query = select(func.count()).where(
        ProjectInvitation.project_id == project_id,
        ProjectInvitation.state == "open",
        ProjectInvitation.until >= today,
    )
    return db.session.scalar(query) or 0
