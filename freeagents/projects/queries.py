"""Questions about projects."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, TypeVarTuple

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import aliased, defer, joinedload, selectinload

from freeagents.accounts.models import Department
from freeagents.extensions import db
from freeagents.projects.models import Criterion, Project
from freeagents.skills.models import Skill

Columns = TypeVarTuple("Columns")


def whole_projects(*, languages: Callable[[Any], Any] = selectinload) -> Select[Project]:
    """Return the query for projects with department and its employer, owner, seats, criteria and languages loaded.

    :param languages: how these are loaded; ``joinedload`` saves a question where projects are few.
    """
    return select(Project).options(
        joinedload(Project.department).joinedload(Department.employer),
        joinedload(Project.owner),
        selectinload(Project.seats),
        selectinload(Project.criteria).joinedload(Criterion.skill),
        languages(Project.languages),
    )


def whole_project(public_id: str) -> Project | None:
    """Return the project with its department, owner, seats, criteria and languages loaded, or None."""
    return db.session.scalar(whole_projects().where(Project.public_id == public_id))


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


def projects_of(owner_id: int) -> Sequence[Project]:
    """Return the projects a person owns with their departments and seats, newest first."""
    return db.session.scalars(
        select(Project)
        .where(Project.owner_id == owner_id)
        .options(joinedload(Project.department), selectinload(Project.seats))
        .order_by(Project.id.desc())
    ).all()


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
