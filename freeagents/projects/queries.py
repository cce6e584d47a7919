"""Questions about projects."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, Select, and_, exists, func, select, tuple_
from sqlalchemy.orm import aliased, contains_eager, defer, joinedload, selectinload

from freeagents.accounts.models import Department, Person
from freeagents.accounts.queries.directory import covered_by, has_not_left
from freeagents.audit.models import AuditEntry, AuditNote
from freeagents.extensions import db
from freeagents.projects.models import Criterion, Project, ProjectOwner
from freeagents.skills.models import Skill

Columns = TypeVarTuple("Columns")
GOING = ("draft", "open")
"""The states in which a project needs an owner."""
ACTS = (
    "project:draft",
    "project:fill",
    "project:write",
    "project:open",
    "project:add_owner",
    "project:remove_owner",
    "project:lose_owner",
    "project:filled",
    "project:cancelled",
    "project:expired",
)
"""What is told of the trail; what others did about the project for themselves, such as a conflict, is not."""


def whole_projects(*, languages: Callable[[Any], Any] = selectinload) -> Select[Project]:
    """Return the query for projects with department and its employer, seats, criteria and languages loaded.

    :param languages: how these are loaded; ``joinedload`` saves a question where projects are few.
    """
    return select(Project).options(
        joinedload(Project.department).joinedload(Department.employer),
        selectinload(Project.seats),
        selectinload(Project.criteria).joinedload(Criterion.skill),
        languages(Project.languages),
    )


def whole_project(public_id: str) -> Project | None:
    """Return the project with its department, owners, seats, criteria and languages loaded, or None."""
    # Few rows each: one question for all of them.
    query = whole_projects(languages=joinedload).options(joinedload(Project.owners))
    return db.session.scalars(query.where(Project.public_id == public_id)).unique().one_or_none()


def owned_project(public_id: str) -> Project | None:
    """Return the project with its department and owners loaded, or None."""
    query = select(Project).options(joinedload(Project.department), joinedload(Project.owners))
    return db.session.scalars(query.where(Project.public_id == public_id)).unique().one_or_none()


def whole_projects_by_id(ids: Collection[int]) -> dict[int, Project]:
    """Return id → project of these ids, with everything loaded."""
    return {project.id: project for project in db.session.scalars(whole_projects().where(Project.id.in_(ids)))}


def open_projects_as_asked() -> Sequence[Project]:
    """Return all open projects with seats, criteria and languages loaded, of skills the codes alone; by public id."""
    query = (
        select(Project)
        .where(Project.state == "open")
        .options(
            defer(Project.outcome),
            defer(Project.tasks),
            selectinload(Project.seats),
            selectinload(Project.criteria).joinedload(Criterion.skill).load_only(Skill.code),
            selectinload(Project.languages),
        )
    )
    return sorted(db.session.scalars(query), key=lambda project: project.public_id)


def projects_of(person_id: int) -> Sequence[Project]:
    """Return the projects a person owns with their departments and seats, newest first."""
    return db.session.scalars(
        select(Project)
        .join(ProjectOwner, ProjectOwner.project_id == Project.id)
        .where(ProjectOwner.person_id == person_id)
        .options(joinedload(Project.department), selectinload(Project.seats))
        .order_by(Project.id.desc())
    ).all()


def owners_of(project_ids: Collection[int]) -> dict[int, list[int]]:
    """Return project id → ids of its owners, for each of these projects."""
    found: dict[int, list[int]] = {project: [] for project in project_ids}
    rows = db.session.execute(
        select(ProjectOwner.project_id, ProjectOwner.person_id)
        .where(ProjectOwner.project_id.in_(project_ids))
        .order_by(ProjectOwner.since, ProjectOwner.person_id)
    )
    for project, person in rows:
        found[project].append(person)
    return found


def unowned_projects(hr_id: int, *, after: str | None, limit: int) -> Sequence[Project]:
    """Return up to ``limit`` drafts and open projects without an owner, of the departments of somebody in HR, by id.

    :param after: the public id of the last one of the page before.
    """
    query = (
        select(Project)
        .join(Department, Department.id == Project.department_id)
        .where(_unowned(), covered_by(hr_id, "hr"))
        .options(contains_eager(Project.department))
        .order_by(Project.id)
        .limit(limit)
    )
    if after is not None:
        last = aliased(Project)
        query = query.where(Project.id > select(last.id).where(last.public_id == after).scalar_subquery())
    return db.session.scalars(query).all()


def left_behind(*, limit: int) -> Sequence[tuple[Project, Person]]:
    """Return up to ``limit`` drafts and open projects, with department and owners, each with an owner who has left."""
    return db.session.execute(
        select(Project, Person)
        .options(joinedload(Project.department), selectinload(Project.owners))
        .join(ProjectOwner, ProjectOwner.project_id == Project.id)
        .join(Person, Person.id == ProjectOwner.person_id)
        .where(Project.state.in_(GOING), ~has_not_left())
        .order_by(Project.id, Person.id)
        .limit(limit)
    ).all()


def _unowned() -> ColumnElement[bool]:
    return and_(Project.state.in_(GOING), ~exists().where(ProjectOwner.project_id == Project.id))


def earlier_projects(department: Department, *, text: str = "", limit: int) -> Sequence[Project]:
    """Return projects of a department and its branches that are no drafts any more, newest first.

    :param text: words that their titles hold.
    """
    query = _earlier(department).options(joinedload(Project.department)).order_by(Project.opened_at.desc(), Project.id)
    if text:
        query = query.where(Project.title.icontains(text, autoescape=True))
    return db.session.scalars(query.limit(limit)).all()


def earlier_project(department: Department, public_id: str) -> Project | None:
    """Return one of :func:`earlier_projects` with everything loaded, or None."""
    return db.session.scalar(_earlier(department, whole_projects()).where(Project.public_id == public_id))


def acts_on(
    project: Project, *, limit: int, after: int | None = None
) -> Sequence[tuple[AuditEntry, str | None, str | None]]:
    """Return up to ``limit`` entries of :data:`ACTS` on a project, newest first.

    :param after: the id of the last one of the page before.
    :returns: each with the words that were given as its reason and the name of who did it, where they are known.
    """
    query = (
        select(AuditEntry, AuditNote.words, Person.name)
        .outerjoin(AuditNote, AuditNote.entry_id == AuditEntry.id)
        .outerjoin(Person, Person.id == AuditEntry.actor_id)
        .where(AuditEntry.subject == f"project/{project.public_id}", AuditEntry.action.in_(ACTS))
        .order_by(AuditEntry.id.desc())
        .limit(limit)
    )
    if after is not None:
        query = query.where(AuditEntry.id < after)
    return [(entry, words, name) for entry, words, name in db.session.execute(query)]


def _earlier(department: Department, query: Select[Project] | None = None) -> Select[Project]:
    theirs = select(Department.id).where(Department.employer_id == department.employer_id)
    return (query if query is not None else select(Project)).where(
        Project.department_id.in_(theirs), Project.opened_at.is_not(None)
    )


def count_open() -> int:
    """Return how many projects are open."""
    return db.session.scalar(select(func.count()).select_from(Project).where(Project.state == "open")) or 0


def locked_version(project_id: int) -> int | None:
    """Return which version of the project is in the database, and hold it until the transaction ends."""
    return db.session.scalar(select(Project.version).where(Project.id == project_id).with_for_update())


def whole_open_page(*, after: str | None, limit: int) -> Sequence[Project]:
    """Return up to ``limit`` whole open projects, newest first, that follow the one with public id ``after``."""
    return db.session.scalars(newest_first(whole_projects(), after=after).limit(limit)).all()


def newest_first(query: Select[*Columns], *, after: str | None) -> Select[*Columns]:
    """Return a query for projects as one for open ones, newest first, that follow the one with public id ``after``."""
    query = query.where(Project.state == "open").order_by(Project.opened_at.desc(), Project.id.desc())
    if after is None:
        return query
    last = aliased(Project)
    opened_at, key = (
        select(column).where(last.public_id == after).scalar_subquery() for column in (last.opened_at, last.id)
    )
    return query.where(tuple_(Project.opened_at, Project.id) < tuple_(opened_at, key))
