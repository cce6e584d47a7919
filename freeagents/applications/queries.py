"""Questions about applications."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Integer, and_, cast, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from freeagents.applications.models import Application, SavedSearch
from freeagents.country.pack import Pack
from freeagents.db import bulk
from freeagents.eligibility import bridge
from freeagents.eligibility.bridge import Explanation, Policy
from freeagents.eligibility.case import Case
from freeagents.eligibility.facts import Pair, PersonFacts, ProjectFacts
from freeagents.eligibility.models import Conflict
from freeagents.eligibility.pool import host_of, project_facts
from freeagents.extensions import db
from freeagents.projects.models import Project
from freeagents.projects.queries import newest_first, whole_projects

Array = NDArray[np.int32]

PAGE = 20
LOOKED_THROUGH = 200
"""How many projects are looked through, for one page, in search of those somebody qualifies for."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which open projects somebody looks for; None and blank ask nothing.

    :ivar text: words that the title or the outcome holds, in any case of their letters.
    """

    text: str = ""
    discipline: str | None = None
    work_mode: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """An open project as one person finds it in a list.

    :ivar application: the state of the person's application for it, if there is one.
    :ivar conflict: whether the person declared a conflict of interest with it.
    :ivar total: how many open projects are wanted in all.
    """

    project: Project
    application: str | None
    conflict: bool
    total: int


@dataclass(frozen=True, slots=True)
class FoundPage:
    """One page of open projects, each with how the person fits, where that can be said.

    :ivar total: how many open projects are wanted in all.
    :ivar after: the public id that the page after follows; None: there is none.
    """

    rows: list[tuple[Listed, Explanation | None]]
    total: int
    after: str | None


def find_open(
    *, person_id: int, person: PersonFacts | None, wanted: Wanted, only_fits: bool, after: str | None, pack: Pack
) -> FoundPage:
    """Return a page of the open projects that are wanted, newest first.

    :param person: the facts of who looks; None: nothing is said of fit.
    :param only_fits: leave out those whose hard rules the person breaks; a page may then be short, or empty, though
        there is one after it.
    """
    most = LOOKED_THROUGH if only_fits and person else PAGE
    listed = open_page(person_id=person_id, wanted=wanted, after=after, limit=most + 1)
    ahead, looked_at = listed[most:], listed[:most]
    if person is None:
        shown = looked_at
    elif only_fits:
        fitting = _allowed(looked_at, person, pack)
        shown = fitting[:PAGE]
        if len(fitting) > PAGE:
            ahead, looked_at = fitting[PAGE:], shown
    else:
        shown = looked_at
    last = looked_at[-1].project.public_id if ahead else None
    rows = list(zip(shown, _explained(shown, person, pack), strict=True))
    return FoundPage(rows, listed[0].total if listed else 0, last)


def _allowed(listed: list[Listed], person: PersonFacts, pack: Pack) -> list[Listed]:
    facts, apart = _facts(listed, person, pack)
    case = Case.of(people=(person,), projects=facts, conflicts=apart)
    pairs = (Pair(person.key, row.project.public_id) for row in listed)
    return [row for row, failing in zip(listed, bridge.failing(case, pairs), strict=True) if not failing]


def _explained(listed: list[Listed], person: PersonFacts | None, pack: Pack) -> list[Explanation | None]:
    if person is None:
        return [None] * len(listed)
    facts, apart = _facts(listed, person, pack)
    return list(bridge.judge_each(person, facts, Policy(), conflicts=apart))


def _facts(listed: list[Listed], person: PersonFacts, pack: Pack) -> tuple[list[ProjectFacts], tuple[Pair, ...]]:
    """Return the facts of the projects, and the pairs the person declared apart."""
    return (
        [project_facts(row.project, host=host_of(row.project), pack=pack) for row in listed],
        tuple(Pair(person.key, row.project.public_id) for row in listed if row.conflict),
    )


def open_page(*, person_id: int, wanted: Wanted, after: str | None, limit: int) -> list[Listed]:
    """Return up to ``limit`` open projects, newest first, that follow the one with public id ``after``."""
    application = and_(Application.project_id == Project.id, Application.person_id == person_id)
    query = (
        whole_projects()
        .add_columns(Application.state, _in_conflict(person_id), _total(wanted))
        .outerjoin(Application, application)
        .where(*_conditions(wanted))
    )
    return [Listed(*row) for row in db.session.execute(newest_first(query, after=after).limit(limit))]


def standing_with(person_id: int, project_id: int) -> tuple[Application | None, bool]:
    """Return the person's application for the project, whatever its state, and whether a conflict was declared."""
    found, in_conflict = around(project_id=project_id, person_id=person_id, everybody=False)
    return next(iter(found), None), in_conflict


def around(*, project_id: int, person_id: int, everybody: bool) -> tuple[Sequence[Application], bool]:
    """Return a project's applications with their people, and whether the person declared a conflict with it.

    Oldest first: the person's own in whatever state, and with ``everybody`` all that stand. Ranks are private.
    """
    own = Application.person_id == person_id
    shown = or_(own, Application.state == "submitted") if everybody else own
    rows: Sequence[Any] = db.session.execute(
        select(Application, _in_conflict(person_id))
        .select_from(Project)
        .outerjoin(Application, and_(Application.project_id == Project.id, shown))
        .options(joinedload(Application.person))
        .where(Project.id == project_id)
        .order_by(Application.submitted_at, Application.id)
    ).all()
    return [row[0] for row in rows if row[0] is not None], rows[0][1]


def _total(wanted: Wanted) -> ColumnElement[int]:
    counted = aliased(Project)
    query = select(func.count()).select_from(counted).where(counted.state == "open", *_conditions(wanted, counted))
    return query.scalar_subquery()


def _in_conflict(person_id: int) -> ColumnElement[bool]:
    return exists().where(Conflict.project_id == Project.id, Conflict.person_id == person_id)


def _conditions(wanted: Wanted, among: type[Project] = Project) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.text:
        conditions.append(
            or_(
                among.title.icontains(wanted.text, autoescape=True),
                among.outcome.icontains(wanted.text, autoescape=True),
            )
        )
    if wanted.discipline:
        conditions.append(among.disciplines.any_() == wanted.discipline)
    if wanted.work_mode:
        conditions.append(among.work_mode == wanted.work_mode)
    return conditions


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


def best_open(people: Mapping[int, PersonFacts], *, limit: int, pack: Pack) -> dict[int, list[Project]]:
    """Return person id → the open projects with the highest scores for them whose hard rules they meet, best first.

    Among the newest :data:`LOOKED_THROUGH` with an empty seat, without those they applied for or declared a conflict
    with. Scores are without private parts.
    """
    if not people:
        return {}
    newest = db.session.scalars(newest_first(whole_projects(), after=None).limit(LOOKED_THROUGH)).all()
    empty = [project for project in newest if any(seat.state == "open" for seat in project.seats)]
    facts = {project.id: project_facts(project, host=host_of(project), pack=pack) for project in empty}
    left_aside: set[tuple[int, int]] = set()
    for model in (Application, Conflict):
        pairs = select(model.person_id, model.project_id).where(model.person_id.in_(people))
        left_aside |= {(person, project) for person, project in db.session.execute(pairs)}
    found = {}
    for person_id, person in people.items():
        asked = [project for project in empty if (person_id, project.id) not in left_aside]
        fits = _fitting(person, asked, [facts[project.id] for project in asked])
        told = bridge.judge_each(person, [facts[project.id] for project in fits], Policy()) if fits else ()
        ranked = sorted(zip(fits, told, strict=True), key=lambda row: (-row[1].score, row[0].public_id))
        found[person_id] = [project for project, _explanation in ranked[:limit]]
    return found


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


def newly_open(search: SavedSearch, until: datetime, *, person: PersonFacts | None, pack: Pack) -> list[Project]:
    """Return the open projects a saved search finds that were opened since its last telling and by then, newest first.

    The newest :data:`LOOKED_THROUGH` at most.

    :param person: the facts of who saved it; needed where it is for projects the person qualifies for.
    """
    wanted = Wanted(search.text, search.discipline, search.work_mode)
    query = newest_first(whole_projects(), after=None).where(
        Project.opened_at > search.told_until, Project.opened_at <= until, *_conditions(wanted)
    )
    found = list(db.session.scalars(query.limit(LOOKED_THROUGH)))
    if not search.only_fits or not found:
        return found
    if person is None:
        return []
    return _fitting(person, found, [project_facts(project, host=host_of(project), pack=pack) for project in found])


def _fitting(person: PersonFacts, projects: Sequence[Project], facts: Sequence[ProjectFacts]) -> list[Project]:
    """Return the projects whose hard rules the person meets; ``facts`` are those of each."""
    if not projects:
        return []
    case = Case.of(people=(person,), projects=facts)
    rules = bridge.failing(case, [Pair(person.key, project.key) for project in facts])
    return [project for project, failing in zip(projects, rules, strict=True) if not failing]
