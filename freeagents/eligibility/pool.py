"""Reads facts from the database: one project, a few people."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from freeagents.accounts.models import Department, Employment, Person
from freeagents.accounts.queries.directory import current
from freeagents.country.entries import Rung
from freeagents.country.pack import Pack
from freeagents.country.places import Location
from freeagents.eligibility.facts import PersonFacts, ProjectFacts, Reach, Spell
from freeagents.eligibility.models import COMMITTED_DAYS, Conflict
from freeagents.eligibility.sql import Employer
from freeagents.extensions import db
from freeagents.profiles.models import (
    AcceptedPlace,
    Admission,
    Availability,
    HeldLanguage,
    HeldSkill,
    LearningGoal,
    Profile,
)
from freeagents.profiles.queries import admitted_today
from freeagents.projects.models import AskedLanguage, Criterion, Project
from freeagents.skills.models import Skill


def people_facts(*, today: date, only: int | Collection[int]) -> dict[int, PersonFacts]:
    """Return person id → facts of a few people, agents or not, under their public ids; one query.

    The whole pool is read by :mod:`freeagents.eligibility.gathering`.

    :param today: the day up to which bench days count.
    :param only: a person's id, or several.
    """
    rows = db.session.execute(_people({only} if isinstance(only, int) else only))
    return {
        row.person_id: PersonFacts(
            key=row.public_id,
            home=row.home,
            admitted=row.admitted and not row.paused,
            discipline=row.discipline,
            grade=_rung(row.grade, row.grade_ladder, row.grade_rank, row.grade_band),
            clearance=_rung(row.clearance, row.clearance_ladder, row.clearance_rank, None),
            clearance_until=row.clearance_until if row.clearance else None,
            languages={language: tuple(ranks) for language, ranks in (row.languages or {}).items()},
            languages_until={
                language: date.fromisoformat(until) for language, until in (row.until or {}).items() if until
            },
            places=tuple(
                Reach(Location(place, north, east), max_km)
                for place, north, east, max_km in _rows(row.place, row.latitude, row.longitude, row.max_km)
            ),
            work_modes=frozenset(row.work_modes),
            available=tuple(Spell(*spell) for spell in _rows(row.starts_on, row.ends_on, row.percent)),
            committed=tuple(Spell(*spell) for spell in _rows(row.taken_from, row.taken_to, row.taken)),
            skills=dict(_rows(row.skill, row.level)),
            learning=frozenset(row.goal or ()),
            bench_days=max((today - row.bench_since).days, 0) if row.bench_since else 0,
        )
        for row in rows
    }


def project_facts(project: Project, *, host: str, pack: Pack) -> ProjectFacts:
    """Return the facts of a whole project.

    :param host: the code of the department that employs at the host's side.
    """
    return _project_facts(
        project,
        host,
        pack,
        seats=tuple(seat.number for seat in project.seats if seat.state == "open"),
        criteria=((row.kind, row.skill.code, row.level) for row in project.criteria),
        languages=((row.language, row.letters) for row in project.languages),
    )


def as_asked() -> tuple[ColumnElement[Any], ...]:
    """Return the columns of a query for facts of projects, made by :func:`facts_as_asked`; ``Employer`` is the host."""
    own = Project
    criterion = func.jsonb_build_array(Criterion.kind, Skill.code, Criterion.level, type_=JSONB)
    criteria = select(func.jsonb_agg(criterion)).join(Skill, Skill.id == Criterion.skill_id)
    language = func.jsonb_build_array(AskedLanguage.language, AskedLanguage.letters, type_=JSONB)
    languages = select(func.jsonb_agg(language)).where(AskedLanguage.project_id == own.id)
    place = own.place, own.latitude, own.longitude
    frame = own.starts_on, own.ends_on, own.time_percent, own.work_mode, own.grade_min, own.grade_max, own.clearance
    return (
        *(column.expression for column in (own.public_id, *place, *frame, own.disciplines)),
        Employer.code.label("host"),
        criteria.where(Criterion.project_id == own.id).scalar_subquery().label("criteria"),
        languages.scalar_subquery().label("languages"),
    )


def facts_as_asked(row: Any, pack: Pack) -> ProjectFacts:
    """Return the facts of a row with the columns of :func:`as_asked`: nothing is said of seats."""
    return _project_facts(row, row.host, pack, seats=(), criteria=row.criteria or (), languages=row.languages or ())


def _project_facts(
    project: Any,
    host: str,
    pack: Pack,
    *,
    seats: tuple[int, ...],
    criteria: Iterable[Sequence[Any]],
    languages: Iterable[Sequence[str]],
) -> ProjectFacts:
    levels: dict[str, dict[str, int]] = {"essential": {}, "asset": {}}
    for kind, skill, level in criteria:
        levels[kind][skill] = level
    return ProjectFacts(
        key=project.public_id,
        department=host,
        seats=seats,
        starts_on=project.starts_on,
        ends_on=project.ends_on,
        time_percent=project.time_percent,
        work_mode=project.work_mode,
        location=Location(project.place, project.latitude, project.longitude) if project.place else None,
        grade_min=pack.grade(project.grade_min) if project.grade_min else None,
        grade_max=pack.grade(project.grade_max) if project.grade_max else None,
        clearance=pack.clearance(project.clearance) if project.clearance else None,
        languages={language: pack.language_scheme.parse(letters) for language, letters in languages},
        essential=levels["essential"],
        asset=levels["asset"],
        disciplines=tuple(sorted(set(project.disciplines))),
    )


def host_of(project: Project) -> str:
    """Return the code of the department that employs at the host's side of a whole project."""
    return (project.department.employer or project.department).code


def employer_codes() -> Mapping[int, str]:
    """Return department id → code of the department that employs there."""
    rows = db.session.execute(
        select(Department.id, Employer.code).join(Employer, Employer.id == Department.employer_id)
    )
    return {row.id: row.code for row in rows}


def conflicts(person_id: int | None = None) -> list[tuple[int, int]]:
    """Return (person id, project id) of all declared conflicts of interest, or of one person's."""
    query = select(Conflict.person_id, Conflict.project_id)
    if person_id is not None:
        query = query.where(Conflict.person_id == person_id)
    return [(person, project) for person, project in db.session.execute(query)]


def _people(only: Collection[int]) -> Select[*tuple[Any, ...]]:
    """Return the query for a row a person, each kind of part gathered by the database into an array for each column."""
    admitted = admitted_today(Person.id)
    bench_since = select(func.max(Admission.admitted_on)).where(Admission.person_id == Person.id).scalar_subquery()
    parts = [part.subquery() for part in _parts(only)]
    taken = _committed(only).subquery()
    query = (
        select(
            Profile.id,
            Person.id.label("person_id"),
            Person.public_id,
            Employer.code.label("home"),
            admitted.label("admitted"),
            Profile.paused,
            Profile.discipline,
            Employment.grade,
            Employment.grade_ladder,
            Employment.grade_rank,
            Employment.grade_band,
            Profile.clearance,
            Profile.clearance_ladder,
            Profile.clearance_rank,
            Profile.clearance_until,
            Profile.work_modes,
            bench_since.label("bench_since"),
            *(column for part in parts for column in part.c if column.name != "profile"),
            *(column for column in taken.c if column.name != "person"),
        )
        .select_from(Profile)
        .join(Person, Person.id == Profile.person_id)
        .join(Employment, and_(Employment.person_id == Person.id, current(Employment.starts_on, Employment.ends_on)))
        .join(Department, Department.id == Employment.department_id)
        .join(Employer, Employer.id == Department.employer_id)
    )
    for part in parts:
        query = query.outerjoin(part, part.c.profile == Profile.id)
    query = query.outerjoin(taken, taken.c.person == Person.id)
    return query.where(Person.id.in_(only))


def _parts(only: Collection[int]) -> Iterator[Select[*tuple[Any, ...]]]:
    """Yield, for each kind of part, the query for a row a profile."""
    skill, goal, place, spell = HeldSkill, LearningGoal, AcceptedPlace, Availability
    own_skill, own_goal = skill.skill_id == Skill.id, goal.skill_id == Skill.id
    yield _part(only, skill.profile_id, own_skill, **_gathered(skill.skill_id, skill=Skill.code, level=skill.level))
    yield _part(only, goal.profile_id, own_goal, **_gathered(goal.skill_id, goal=Skill.code))
    yield _part(
        only,
        place.profile_id,
        **_gathered(
            place.id, place=place.place, latitude=place.latitude, longitude=place.longitude, max_km=place.max_km
        ),
    )
    yield _part(
        only,
        spell.profile_id,
        **_gathered(spell.id, starts_on=spell.starts_on, ends_on=spell.ends_on, percent=spell.percent),
    )
    # Ranks of unequal length cannot be gathered into an array.
    ranks = func.jsonb_object_agg(HeldLanguage.language, func.to_jsonb(HeldLanguage.ranks))
    until = func.jsonb_object_agg(HeldLanguage.language, HeldLanguage.until)
    yield _part(only, HeldLanguage.profile_id, languages=ranks, until=until)


def _committed(only: Collection[int]) -> Select[*tuple[Any, ...]]:
    """Return the query for a row for each person who is matched for some days."""
    own = COMMITTED_DAYS.c
    columns = {"taken_from": own.starts_on, "taken_to": own.ends_on, "taken": own.percent}
    shown = (column.label(name) for name, column in _gathered(own.starts_on, **columns).items())
    return select(own.person_id.label("person"), *shown).where(own.person_id.in_(only)).group_by(own.person_id)


def _part(
    only: Collection[int], profile_id: Any, *joins: ColumnElement[bool], **columns: ColumnElement[Any]
) -> Select[*tuple[Any, ...]]:
    shown = [column.label(name) for name, column in columns.items()]
    theirs = profile_id.in_(select(Profile.id).where(Profile.person_id.in_(only)))
    return select(profile_id.label("profile"), *shown).where(*joins, theirs).group_by(profile_id)


def _gathered(order: Any, **columns: Any) -> dict[str, ColumnElement[Any]]:
    return {name: func.array_agg(aggregate_order_by(column, order)) for name, column in columns.items()}


def _rows(*columns: Sequence[Any] | None) -> Iterator[tuple[Any, ...]]:
    return zip(*(column or () for column in columns), strict=True)


def _rung(code: str | None, ladder: str | None, rank: int | None, band: int | None) -> Rung | None:
    return None if code is None or ladder is None or rank is None else Rung(code, ladder, rank, band, {})
