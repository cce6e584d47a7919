"""Questions about applications."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Integer, and_, cast, exists, func, or_, select
from sqlalchemy.orm import joinedload

from freeagents.applications.models import Application, SavedSearch
from freeagents.db import bulk
from freeagents.eligibility.models import Conflict
from freeagents.extensions import db
from freeagents.messages.queries import facts_told
from freeagents.projects.models import Project

Array = NDArray[np.int32]


def standing_with(person_id: int, project_id: int) -> tuple[Application | None, bool]:
    """Return the person's application for the project, whatever its state, and whether a conflict was declared."""
    found, declared = around(project_id=project_id, person_id=person_id, everybody=False)
    return next(iter(found), None), declared


def around(*, project_id: int, person_id: int, everybody: bool) -> tuple[Sequence[Application], bool]:
    """Return a project's applications with their people, and whether the person declared a conflict with it.

    Oldest first: the person's own in whatever state, and with ``everybody`` all that stand. Ranks are private.
    """
    own = Application.person_id == person_id
    shown = or_(own, Application.state == "submitted") if everybody else own
    rows: Sequence[Any] = db.session.execute(
        select(Application, in_conflict(person_id))
        .select_from(Project)
        .outerjoin(Application, and_(Application.project_id == Project.id, shown))
        .options(joinedload(Application.person))
        .where(Project.id == project_id)
        .order_by(Application.submitted_at, Application.id)
    ).all()
    return [row[0] for row in rows if row[0] is not None], rows[0][1]


def in_conflict(person_id: int) -> ColumnElement[bool]:
    """Return the condition that the person declared a conflict of interest with a :class:`Project`."""
    return exists().where(Conflict.project_id == Project.id, Conflict.person_id == person_id)


def application_by_public_id(public_id: str) -> Application | None:
    """Return the application with its project, or None."""
    return db.session.scalar(
        select(Application)
        .where(Application.public_id == public_id)
        .options(joinedload(Application.project).joinedload(Project.department))
    )


def applications_of(person_id: int) -> Sequence[Application]:
    """Return a person's applications with their projects: those that stand by rank, then the others, newest first."""
    return db.session.scalars(
        select(Application)
        .where(Application.person_id == person_id)
        .options(joinedload(Application.project).joinedload(Project.department))
        .order_by(Application.state != "submitted", Application.rank.nulls_last(), Application.id.desc())
    ).all()


def told_next(person_id: int, applications: Iterable[Application]) -> dict[int, Sequence[Project]]:
    """Return application id → the projects that were named with its answer, as far as they are still open."""
    events = {one.id: answer_event(one) for one in applications if one.ended_at}
    told = facts_told(person_id, events.values()) if events else {}
    named = {one: [row["project"] for row in told.get(event, {}).get("next", ())] for one, event in events.items()}
    wanted = {project for projects in named.values() for project in projects}
    if not wanted:
        return {}
    rows = db.session.scalars(select(Project).where(Project.public_id.in_(wanted), Project.state == "open"))
    still = {project.public_id: project for project in rows}
    return {one: [still[project] for project in projects if project in still] for one, projects in named.items()}


def answer_event(application: Application) -> str:
    """Return the name of the event that an answer is."""
    at = application.ended_at.astimezone(UTC).isoformat() if application.ended_at else ""
    return f"application/{application.public_id}/{application.state}/{at}"


def standing_applications(person_id: int) -> Sequence[Application]:
    """Return the person's applications that stand, locked until the transaction ends, by rank."""
    return db.session.scalars(
        select(Application)
        .where(Application.person_id == person_id, Application.state == "submitted")
        .order_by(Application.rank.nulls_last(), Application.id)
        .with_for_update()
    ).all()


def wishes_before(cut_off: datetime) -> tuple[Array, Array, Array]:
    """Return person ids, project ids and ranks of all applications that stand and were submitted by the cut-off.

    Rank 0: no preference was given.
    """
    listed = (Application.person_id, Application.project_id, cast(func.coalesce(Application.rank, 0), Integer))
    rows = bulk.read(
        db.session,
        select(*map(func.array_agg, listed)).where(
            Application.state == "submitted", Application.submitted_at <= cut_off
        ),
    )
    nobody = np.zeros(0, dtype=np.int32)
    person, project, rank = (nobody if column is None else column for column in rows[0])
    return person, project, rank


def standing_application(project_id: int, public_id: str) -> Application | None:
    """Return an application for the project that stands, with its person, locked till the transaction ends, or None."""
    return db.session.scalar(
        select(Application)
        .where(
            Application.public_id == public_id, Application.project_id == project_id, Application.state == "submitted"
        )
        .options(joinedload(Application.person))
        .with_for_update(of=Application)
    )


def short_listed_before(cut_off: datetime) -> tuple[Array, Array]:
    """Return person ids and project ids of the applications on short lists by the cut-off, submitted by then too."""
    listed = (Application.person_id, Application.project_id)
    rows = bulk.read(
        db.session,
        select(*map(func.array_agg, listed)).where(
            Application.state == "submitted",
            Application.submitted_at <= cut_off,
            Application.short_listed_at <= cut_off,
        ),
    )
    nobody = np.zeros(0, dtype=np.int32)
    person, project = (nobody if column is None else column for column in rows[0])
    return person, project


def standing_for_projects(project_ids: Sequence[int], submitted_before: datetime) -> Sequence[Application]:
    """Return the applications for these projects that stand and came by then, locked until the transaction ends."""
    return db.session.scalars(
        select(Application)
        .where(
            Application.state == "submitted",
            Application.project_id.in_(project_ids),
            Application.submitted_at <= submitted_before,
        )
        .order_by(Application.id)
        .with_for_update()
    ).all()


def matched_with(project_id: int) -> Sequence[Application]:
    """Return the applications that were matched with a project, locked until the transaction ends."""
    return db.session.scalars(
        select(Application)
        .where(Application.project_id == project_id, Application.state == "matched")
        .order_by(Application.id)
        .with_for_update()
    ).all()


def standing_of_people(person_ids: Collection[int]) -> Sequence[Application]:
    """Return the applications of these people that stand, locked until the transaction ends, each person's by rank."""
    found = db.session.scalars(
        select(Application)
        .where(Application.person_id.in_(person_ids), Application.state == "submitted")
        .order_by(Application.id)
        .with_for_update()
    ).all()
    return sorted(found, key=lambda one: (one.person_id, one.rank is None, one.rank, one.id))


def answered_at(at: datetime, *, after: int, limit: int) -> Sequence[Application]:
    """Return up to ``limit`` applications, with their projects, that were answered at this instant, by id."""
    return db.session.scalars(
        select(Application)
        .where(Application.ended_at == at, Application.state.in_(("matched", "not_matched")), Application.id > after)
        .options(joinedload(Application.project))
        .order_by(Application.id)
        .limit(limit)
    ).all()


def search_by_public_id(public_id: str) -> SavedSearch | None:
    """Return the saved search, or None."""
    return db.session.scalar(select(SavedSearch).where(SavedSearch.public_id == public_id))


def searches_of(person_id: int) -> Sequence[SavedSearch]:
    """Return a person's saved searches, newest first."""
    return db.session.scalars(
        select(SavedSearch).where(SavedSearch.person_id == person_id).order_by(SavedSearch.id.desc())
    ).all()


def filter_of(search: SavedSearch) -> dict[str, str | None]:
    """Return what a saved search asks, in the shape of :class:`ProjectFilter`."""
    return {
        "text": search.text,
        "discipline": search.discipline,
        "work_mode": search.work_mode,
        "show": "fits" if search.only_fits else "all",
    }


def searches_to_tell(before: datetime, *, limit: int) -> Sequence[SavedSearch]:
    """Return up to ``limit`` saved searches that were last told before then, held until the transaction ends."""
    return db.session.scalars(
        select(SavedSearch)
        .where(SavedSearch.told_until < before)
        .order_by(SavedSearch.told_until, SavedSearch.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
