"""Questions of whoever looks for a project: which are open, which suit best, what comes nearest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, and_, false, func, literal, select, true, union_all
from sqlalchemy.orm import defer, joinedload

from freeagents.accounts.models import Department
from freeagents.applications.models import Application
from freeagents.applications.queries.applications import in_conflict
from freeagents.applications.queries.wanted import Counts, Wanted, conditions, counts_of, kinds
from freeagents.country.pack import Pack
from freeagents.eligibility import breaking, bridge
from freeagents.eligibility.bridge import Explanation, Policy
from freeagents.eligibility.case import Case
from freeagents.eligibility.facts import Pair, PersonFacts, ProjectFacts
from freeagents.eligibility.pool import as_asked, facts_as_asked, host_of, project_facts
from freeagents.eligibility.sql import Employer
from freeagents.extensions import db
from freeagents.profiles.models import HeldSkill, LearningGoal, Profile
from freeagents.projects.models import Criterion, Project
from freeagents.projects.queries import newest_first, whole_projects

PAGE = 20
CLOSEST = 120
"""How many projects are looked at closely, at most, to list those that suit somebody best."""
OF_A_SKILL = 300
"""How many of the projects that ask for one skill are considered, the newest first."""
NEWEST = 100
NEAREST = 3
"""How many projects are shown in place of none."""
NEAR = 2
"""What lacks at most so many things is nearly in reach."""
BEYOND = ("another_department", "conflict", "barred")
"""Hard rules about which the person can do nothing."""


@dataclass(frozen=True, slots=True)
class Found:
    """An open project as one person finds it.

    :ivar application: the state of the person's application for it, if there is one.
    :ivar conflict: whether the person declared a conflict of interest with it.
    :ivar wanted: whether it is what was asked for; if not, it is there because it comes near.
    :ivar lacking: how many things the person lacks, each skill one; None: nothing is said of fit.
    :ivar told: how the person fits, where it was looked at closely.
    """

    project: Project
    application: str | None
    conflict: bool
    wanted: bool
    lacking: int | None = None
    told: Explanation | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """An open project that is looked at closely, as facts; otherwise as :class:`Found`."""

    id: int
    wanted: bool
    conflict: bool
    facts: ProjectFacts
    lacking: int = 0
    told: Explanation | None = None


@dataclass(frozen=True, slots=True)
class FoundPage:
    """One page of open projects.

    :ivar total: how many open projects are wanted in all.
    :ivar shares: how many of the ``looked`` that were looked through the person qualifies for (``fits``) or nearly does
        (``near``); None: nothing is said of fit.
    :ivar nearest: what comes near, where nothing is as it was asked for.
    :ivar after: the public id that the page after follows; None: there is none.
    """

    rows: Sequence[Found]
    total: int
    counts: Counts
    looked: int
    shares: Mapping[str, int] | None
    nearest: Sequence[Found]
    after: str | None


def newest(*, person_id: int, person: PersonFacts | None, wanted: Wanted, after: str | None, pack: Pack) -> FoundPage:
    """Return a page of the open projects that are wanted, newest first.

    :param person: the facts of who looks; None: nothing is said of fit.
    """
    page = newest_first(select(Project.id, true().label("wanted")), after=after)
    page = page.where(*conditions(wanted)).limit(PAGE + 1)
    others = newest_first(select(Project.id, false().label("wanted")), after=None)
    others = others.where(~and_(true(), *conditions(wanted))).limit(NEAREST)
    chosen = union_all(select(page.subquery()), select(others.subquery())).cte("chosen")
    query = _found(person_id, wanted, chosen, chosen.c.wanted)
    found, counts = _read(query.order_by(chosen.c.wanted.desc(), Project.opened_at.desc(), Project.id.desc()))
    rows = [row for row in found if row.wanted]
    nearest = [] if rows else [row for row in found if not row.wanted]
    shown = rows[:PAGE]
    return FoundPage(
        rows=_explained(shown, person, pack),
        total=counts.of(discipline=wanted.discipline, work_mode=wanted.work_mode),
        counts=counts,
        looked=len(rows),
        shares=None,
        nearest=_explained(nearest, person, pack),
        after=shown[-1].project.public_id if len(rows) > PAGE else None,
    )


def best(*, person_id: int, person: PersonFacts, wanted: Wanted, show: str, after: str | None, pack: Pack) -> FoundPage:
    """Return a page of the open projects that are wanted, those that suit the person best first.

    First come those the person qualifies for, by score; then those that lack least. Looked through are the
    :data:`CLOSEST` that ask most of what the person holds and wants to learn.

    :param show: ``all``, ``fits`` (the person qualifies) or ``near`` (nearly: see :data:`NEAR`).
    """
    candidates, counts = _looked_at(person_id, wanted, pack)
    ranked = _ranked(candidates, person)
    looked = [row for row in ranked if row.wanted]
    groups = {
        "fits": [row for row in looked if row.lacking == 0],
        "near": [row for row in looked if row.lacking and row.lacking <= NEAR],
        "all": looked,
    }
    rows = groups[show]
    keys = [row.facts.key for row in rows]
    start = keys.index(after) + 1 if after in keys else 0
    shown = rows[start : start + PAGE]
    nearest = [] if rows else (looked or ranked)[:NEAREST]
    found = _whole(person_id, [*shown, *nearest])
    return FoundPage(
        rows=_explained(found[: len(shown)], person, pack),
        total=counts.of(discipline=wanted.discipline, work_mode=wanted.work_mode),
        counts=counts,
        looked=len(looked),
        shares={name: len(group) for name, group in groups.items()},
        nearest=_explained(found[len(shown) :], person, pack),
        after=shown[-1].facts.key if start + PAGE < len(rows) else None,
    )


def _looked_at(person_id: int, wanted: Wanted, pack: Pack) -> tuple[list[Candidate], Counts]:
    """Return the projects to look at closely, as facts alone, and the counts."""
    closest = _closest(person_id, wanted)
    query = (
        select(Project.id, closest.c.wanted, in_conflict(person_id).label("conflict"), kinds(wanted), *as_asked())
        .join(closest, closest.c.id == Project.id)
        .join(Department, Department.id == Project.department_id)
        .join(Employer, Employer.id == func.coalesce(Department.employer_id, Department.id))
        .order_by(closest.c.place)
    )
    rows = db.session.execute(query).all()
    looked = [Candidate(row.id, row.wanted, row.conflict, facts_as_asked(row, pack)) for row in rows]
    return looked, counts_of(rows[0][3] if rows else None)


def _whole(person_id: int, rows: Sequence[Candidate]) -> list[Found]:
    """Return some of the candidates with all that :class:`Found` says, in their order."""
    own = and_(Application.project_id == Project.id, Application.person_id == person_id)
    query = (
        _shown(person_id, whole_projects(languages=joinedload))
        .outerjoin(Application, own)
        .where(Project.id.in_([row.id for row in rows]))
    )
    there = {row[0].id: row for row in db.session.execute(query).unique()} if rows else {}
    return [
        Found(project, application, conflict, wanted=row.wanted, lacking=row.lacking, told=row.told)
        for row in rows
        if row.id in there
        for project, application, conflict in (there[row.id],)
    ]


def _closest(person_id: int, wanted: Wanted) -> CTE:
    """Return the projects to look at closely: id, whether it is wanted, and place in their order.

    Before all joins: of the many that ask for something the person holds, few are looked at.
    """
    candidates = _candidates(person_id, wanted)
    matches = and_(true(), *conditions(wanted))
    asked = select(func.count()).where(Criterion.project_id == Project.id, Criterion.kind == "essential")
    lacks = asked.scalar_subquery() - candidates.c.met
    order: tuple[ColumnElement[Any], ...] = (
        lacks,
        candidates.c.touched.desc(),
        Project.opened_at.desc(),
        Project.id.desc(),
    )
    if wanted != Wanted():
        order = (matches.desc(), *order)
    query = select(Project.id, matches.label("wanted"), func.row_number().over(order_by=order).label("place"))
    return (
        query.join(candidates, candidates.c.id == Project.id)
        .where(Project.state == "open")
        .order_by("place")
        .limit(CLOSEST)
        .cte("closest")
    )


def _candidates(person_id: int, wanted: Wanted) -> CTE:
    """Return the projects to choose from: id, essential skills met, and skills that the person holds or wants."""
    own = select(Profile.id).where(Profile.person_id == person_id)
    held = union_all(
        select(HeldSkill.skill_id, HeldSkill.level).where(HeldSkill.profile_id.in_(own)),
        select(LearningGoal.skill_id, literal(0)).where(LearningGoal.profile_id.in_(own)),
    ).subquery("held")
    asking = (
        select(Criterion.project_id, Criterion.kind, Criterion.level)
        .where(Criterion.skill_id == held.c.skill_id)
        .order_by(Criterion.project_id.desc())
        .limit(OF_A_SKILL)
        .lateral("asking")
    )
    meets = and_(asking.c.kind == "essential", held.c.level >= asking.c.level)
    touched = (
        select(asking.c.project_id, func.count().filter(meets).label("met"), func.count().label("touched"))
        .select_from(held.join(asking, true()))
        .group_by(asking.c.project_id)
    )
    new = newest_first(select(Project.id.label("project_id"), literal(0), literal(0)), after=None)
    some = union_all(
        touched,
        select(new.where(*conditions(wanted)).limit(NEWEST).subquery()),
        select(new.limit(NEAREST).subquery()),
    ).subquery("some")
    best_of = (func.max(some.c[name]).label(name) for name in ("met", "touched"))
    return select(some.c.project_id.label("id"), *best_of).group_by(some.c.project_id).cte("candidates")


def _found(person_id: int, wanted: Wanted, chosen: CTE, matches: ColumnElement[bool]) -> Select[Any]:
    """Return the query for the chosen projects with all that :class:`Found` says, and the counts in each row."""
    own = and_(Application.project_id == Project.id, Application.person_id == person_id)
    return (
        _shown(person_id, whole_projects())
        .add_columns(matches, kinds(wanted))
        .join(chosen, chosen.c.id == Project.id)
        .outerjoin(Application, own)
        .where(Project.state == "open")
    )


def _shown(person_id: int, query: Select[Any]) -> Select[Any]:
    """Return a query for whole projects with what a list of them shows; :class:`Application` is to be joined."""
    return query.add_columns(Application.state, in_conflict(person_id)).options(
        defer(Project.outcome, raiseload=True), defer(Project.tasks, raiseload=True)
    )


def _read(query: Select[Any]) -> tuple[list[Found], Counts]:
    rows = db.session.execute(query).all()
    return [Found(*row[:-1]) for row in rows], counts_of(rows[0][-1] if rows else None)


def _ranked(rows: Sequence[Candidate], person: PersonFacts) -> list[Candidate]:
    """Return the candidates with what the person lacks for each: those that suit best first."""
    if not rows:
        return []
    apart = tuple(Pair(person.key, row.facts.key) for row in rows if row.conflict)
    case = Case.of(people=(person,), projects=[row.facts for row in rows], conflicts=apart)
    broken = breaking.failing(case, [Pair(person.key, row.facts.key) for row in rows])
    counted = [
        replace(row, lacking=_lacking(rules, person, row.facts)) for row, rules in zip(rows, broken, strict=True)
    ]
    fits = [row for row in counted if row.lacking == 0]
    told = bridge.judge_each((person,), [row.facts for row in fits], Policy()) if fits else ()
    fits = [replace(row, told=each) for row, each in zip(fits, told, strict=True)]
    fits.sort(key=lambda row: -(row.told.score if row.told else 0))
    # As they came: those that touch most of what the person holds first.
    return fits + sorted((row for row in counted if row.lacking), key=lambda row: row.lacking)


def _lacking(rules: Iterable[str], person: PersonFacts, asked: ProjectFacts) -> int:
    """Return how many things the person lacks; much for what nobody can mend."""
    counted = Counter(rules)
    skills = sum(person.skills.get(skill, 0) < level for skill, level in asked.essential.items())
    beyond = sum(counted[rule] for rule in BEYOND)
    return counted.total() - counted["essential_skills"] + skills + 100 * beyond


def _explained(rows: Sequence[Found], person: PersonFacts | None, pack: Pack) -> list[Found]:
    """Return the rows, each with how the person fits."""
    unsaid = [row for row in rows if row.told is None] if person is not None else []
    if person is None or not unsaid:
        return list(rows)
    facts, apart = _facts(unsaid, person, pack)
    told = dict(
        zip((one.key for one in facts), bridge.judge_each((person,), facts, Policy(), conflicts=apart), strict=True)
    )
    asked = {one.key: one for one in facts}
    return [
        row
        if (key := row.project.public_id) not in told
        else replace(row, told=told[key], lacking=_lacking(told[key].failing, person, asked[key]))
        for row in rows
    ]


def _facts(rows: Sequence[Found], person: PersonFacts, pack: Pack) -> tuple[list[ProjectFacts], tuple[Pair, ...]]:
    """Return the facts of the projects, and the pairs the person declared apart."""
    return (
        [project_facts(row.project, host=host_of(row.project), pack=pack) for row in rows],
        tuple(Pair(person.key, row.project.public_id) for row in rows if row.conflict),
    )
