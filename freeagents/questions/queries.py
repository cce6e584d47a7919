"""Questions about questions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import aliased, joinedload

from freeagents.accounts.models import Person
from freeagents.extensions import db
from freeagents.projects.models import Project, ProjectOwner
from freeagents.questions.models import Question


def question_by_public_id(public_id: str) -> Question | None:
    """Return the question with its project, the project's department and owners, or None."""
    return db.session.scalar(_with_project(select(Question).where(Question.public_id == public_id)))


def in_state(project_id: int, state: str, *, after: str | None, limit: int) -> Sequence[Question]:
    """Return up to ``limit`` questions about a project in one state, newest first.

    :param after: the public id of the last one of the page before.
    """
    query = (
        select(Question)
        .where(Question.project_id == project_id, Question.state == state)
        .order_by(Question.id.desc())
        .limit(limit)
    )
    if after is not None:
        last = aliased(Question)
        query = query.where(Question.id < select(last.id).where(last.public_id == after).scalar_subquery())
    return db.session.scalars(query).all()


def asked_by(person_id: int, *, project_id: int | None = None) -> Sequence[Question]:
    """Return the questions somebody asked, about one project or about any, with their projects; newest first."""
    query = select(Question).where(Question.person_id == person_id).options(joinedload(Question.project))
    if project_id is not None:
        query = query.where(Question.project_id == project_id)
    return db.session.scalars(query.order_by(Question.id.desc())).all()


def latest(project_id: int, *, limit: int) -> tuple[Sequence[Question], int]:
    """Return up to ``limit`` answered questions about a project, newest first, and how many wait for an answer."""
    waiting = select(func.count()).where(Question.project_id == project_id, Question.state == "asked")
    rows = db.session.execute(
        select(Question, waiting.correlate(None).scalar_subquery())
        .select_from(Project)
        .outerjoin(Question, and_(Question.project_id == Project.id, Question.state == "answered"))
        .where(Project.id == project_id)
        .order_by(Question.id.desc())
        .limit(limit)
    ).all()
    return [row[0] for row in rows if row[0] is not None], rows[0][1] if rows else 0


def waiting_for(owner_id: int) -> Sequence[tuple[Project, int]]:
    """Return the projects of an owner about which questions wait, and how many, those that wait longest first."""
    first = func.min(Question.id)
    waiting = (
        select(Question.project_id, func.count().label("count"), first.label("first"))
        .join(ProjectOwner, ProjectOwner.project_id == Question.project_id)
        .where(ProjectOwner.person_id == owner_id, Question.state == "asked")
        .group_by(Question.project_id)
        .subquery()
    )
    query = select(Project, waiting.c.count).join(waiting, waiting.c.project_id == Project.id)
    return db.session.execute(query.order_by(waiting.c.first)).all()


def asked_since(person_id: int, since: datetime) -> Sequence[datetime]:
    """Return when somebody asked questions since an instant, oldest first, and let them ask none meanwhile."""
    db.session.execute(select(Person.id).where(Person.id == person_id).with_for_update())
    return db.session.scalars(
        select(Question.asked_at)
        .where(Question.person_id == person_id, Question.asked_at > since)
        .order_by(Question.asked_at)
    ).all()


def locked_state(question: Question) -> str:
    """Return which state a question is in now, and hold it until the transaction ends."""
    db.session.refresh(question, ["state"], with_for_update=True)
    return question.state


def left_waiting(*, limit: int) -> Sequence[Question]:
    """Return up to ``limit`` questions that wait for an answer about projects that have ended, held for this."""
    return db.session.scalars(
        select(Question)
        .join(Project, Project.id == Question.project_id)
        .where(Question.state == "asked", Project.ended_at.is_not(None))
        .options(joinedload(Question.project))
        .order_by(Question.id)
        .limit(limit)
        .with_for_update(of=Question, skip_locked=True)
    ).all()


def _with_project(query: Select[Question]) -> Select[Question]:
    whole = joinedload(Question.project)
    return query.options(whole.joinedload(Project.department), whole.selectinload(Project.owners))
