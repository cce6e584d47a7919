"""Use-cases of owners: add another, let one go. All owners of a project have the same rights."""

from __future__ import annotations

from collections.abc import Collection

from flask_babel import gettext as _

from freeagents.accounts.models import Person
from freeagents.accounts.queries import directory
from freeagents.audit.services import record
from freeagents.db.base import utc_now
from freeagents.errors import Conflict, Invalid
from freeagents.extensions import db
from freeagents.messages.services.telling import Notice, tell
from freeagents.projects import queries
from freeagents.projects.models import Project

OWNING_ROLES = ("manager", "hr")
"""Who holds one of them over the department of a project may own it."""
MOST_OWNERS = 10
MOST_A_RUN = 500


def add_owner(*, project: Project, email: str, actor_id: int) -> Person:
    """Let a manager of the project's department own it too; the new owner and the others are told.

    Adding an owner again changes nothing.

    :raises Invalid: nobody who may own it has this e-mail address.
    :raises Conflict: the project has ended, or has as many owners as there may be.
    """
    _hold(project)
    person = directory.holder_by_email(email, OWNING_ROLES, project.department)
    if person is None:
        raise Invalid(_("Nobody with this email address is a manager in the department of the project."), field="email")
    if person in project.owners:
        return person
    if len(project.owners) >= MOST_OWNERS:
        raise Conflict(_("A project has %(count)d owners at most. Remove one first.", count=MOST_OWNERS))
    _tell("project:add_owner", project, person, {*project.owner_ids, person.id} - {actor_id})
    project.owners.append(person)
    db.session.flush()
    _record("project:add_owner", project, person, actor_id)
    return person


def remove_owner(*, project: Project, person: Person | None, actor_id: int) -> None:
    """Let somebody own a project no more; they and the other owners are told.

    :raises Conflict: the project has ended, they do not own it, or nobody else does.
    """
    _hold(project)
    if person is None or person not in project.owners:
        raise Conflict(_("This person does not own the project. Look at it again."))
    if len(project.owners) == 1:
        raise Conflict(_("A project needs an owner. Add another owner first, or end the project."))
    _tell("project:remove_owner", project, person, {*project.owner_ids} - {actor_id})
    project.owners.remove(person)
    db.session.flush()
    _record("project:remove_owner", project, person, actor_id)


def part_with_leavers() -> None:
    """Take people who have left from the owners of drafts and open projects; a job's handler.

    The other owners are told; where there is none, HR of the department, who can add one.
    """
    for project, person in queries.left_behind(limit=MOST_A_RUN):
        project.owners.remove(person)
        left = project.owner_ids
        to = left or directory.holders_over("hr", project.department)
        _tell("project:lose_owner" if left else "project:lose_last_owner", project, person, to)
        _record("project:lose_owner", project, person, None)
    db.session.flush()


def _hold(project: Project) -> None:
    """Let nobody else change the project until this transaction ends, and see its owners as they are now.

    :raises Conflict: it has ended.
    """
    queries.locked_version(project.id)
    db.session.refresh(project, ["owners", "state"])
    if project.state not in queries.GOING:
        raise Conflict(_("This project has ended. It cannot be changed any more."))


def _tell(kind: str, project: Project, person: Person, to: Collection[int]) -> None:
    event = f"project/{project.public_id}/{kind}/{person.public_id}/{utc_now().isoformat()}"
    facts = {"project": project.public_id, "title": project.title, "name": person.name}
    tell(kind, [Notice(one, event, facts | {"yours": one == person.id}) for one in sorted(to)])


def _record(action: str, project: Project, person: Person, actor_id: int | None) -> None:
    record(db.session, action, f"project/{project.public_id}", actor_id=actor_id, person=person.public_id)
