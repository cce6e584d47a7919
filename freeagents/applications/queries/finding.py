"""Questions of whoever looks for a project: which are open, which suit best, what comes nearest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, and_, false, func, literal, or_, select, true, union_all
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.orm import defer

from freeagents.applications.models import Application, SavedSearch
from freeagents.applications.queries.applications import in_conflict
from freeagents.country.pack import Pack
from freeagents.eligibility import breaking, bridge
from freeagents.eligibility.bridge import Explanation, Policy
from freeagents.eligibility.case import Case
from freeagents.eligibility.facts import Pair, PersonFacts, ProjectFacts
from freeagents.eligibility.models import Conflict
from freeagents.eligibility.pool import host_of, project_facts
from freeagents.extensions import db
from freeagents.profiles.models import HeldSkill, LearningGoal, Profile
from freeagents.projects.models import Criterion, Project
from freeagents.projects.queries import newest_first, whole_projects

PAGE = 20
LOOKED_THROUGH = 200
"""How many of the newest projects are looked through for who is to be told of some."""
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
class Wanted:
    """Which open projects somebody looks for; None and blank ask nothing.

    :ivar text: words that the title or the outcome holds, each of them, in any case of their letters.
    :ivar month: the first day of the month in which it starts; ``place``: the code of where it is.
    """

    text: str = ""
    discipline: str | None = None
    work_mode: str | None = None
    month: date | None = None
    place: str | None = None


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
class Counts:
    """How many open projects there are of each kind, so that one sees what a filter leaves before it hides.

    :ivar kinds: (disciplines, way of working) → how many open projects there are otherwise as asked.
    """

    kinds: Mapping[tuple[tuple[str, ...], str], int]

    def of(self, *, discipline: str | None = None, work_mode: str | None = None) -> int:
        """Return how many there are of a discipline and a way of working; None: of any."""
        return sum(
            count
            for (disciplines, mode), count in self.kinds.items()
            if (discipline is None or discipline in disciplines) and (work_mode is None or mode == work_mode)
        )


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
    page = page.where(*_conditions(wanted)).limit(PAGE + 1)
    others = newest_first(select(Project.id, false().label("wanted")), after=None)
    others = others.where(~and_(true(), *_conditions(wanted))).limit(NEAREST)
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
    closest = _closest(person_id, wanted)
    found, counts = _read(_found(person_id, wanted, closest, closest.c.wanted).order_by(closest.c.place))
    ranked = _ranked(found, person, pack)
    looked = [row for row in ranked if row.wanted]
    groups = {
        "fits": [row for row in looked if row.lacking == 0],
        "near": [row for row in looked if row.lacking and row.lacking <= NEAR],
        "all": looked,
    }
    rows = groups[show]
    keys = [row.project.public_id for row in rows]
    start = keys.index(after) + 1 if after in keys else 0
    shown = rows[start : start + PAGE]
    others = [row for row in looked or ranked if row not in rows]
    nearest = [] if rows else others[:NEAREST]
    return FoundPage(
        rows=_explained(shown, person, pack),
        total=counts.of(discipline=wanted.discipline, work_mode=wanted.work_mode),
        counts=counts,
        looked=len(looked),
        shares={name: len(group) for name, group in groups.items()},
        nearest=_explained(nearest, person, pack),
        after=shown[-1].project.public_id if start + PAGE < len(rows) else None,
    )


def _closest(person_id: int, wanted: Wanted) -> CTE:
    """Return the projects to look at closely: id, whether it is wanted, and place in their order.

    Before all joins: of the many that ask for something the person holds, few are looked at.
    """
    candidates = _candidates(person_id, wanted)
    matches = and_(true(), *_conditions(wanted))
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
        select(new.where(*_conditions(wanted)).limit(NEWEST).subquery()),
        select(new.limit(NEAREST).subquery()),
    ).subquery("some")
    best_of = (func.max(some.c[name]).label(name) for name in ("met", "touched"))
    return select(some.c.project_id.label("id"), *best_of).group_by(some.c.project_id).cte("candidates")


def _found(person_id: int, wanted: Wanted, chosen: CTE, matches: ColumnElement[bool]) -> Select[Any]:
    """Return the query for the chosen projects with all that :class:`Found` says, and the counts in each row."""
    own = and_(Application.project_id == Project.id, Application.person_id == person_id)
    return (
        whole_projects()
        .add_columns(Application.state, in_conflict(person_id), matches, _kinds(wanted))
        .options(defer(Project.outcome, raiseload=True), defer(Project.tasks, raiseload=True))
        .join(chosen, chosen.c.id == Project.id)
        .outerjoin(Application, own)
        .where(Project.state == "open")
    )


def _kinds(wanted: Wanted) -> ColumnElement[Any]:
    """Return [disciplines, way of working, how many] of all open projects that are otherwise as asked, as JSON."""
    kinds = (
        select(Project.disciplines, Project.work_mode, func.count().label("count"))
        .where(Project.state == "open", *_beside_kind(wanted))
        .group_by(Project.disciplines, Project.work_mode)
        .subquery("kinds")
    )
    row = func.jsonb_build_array(kinds.c.disciplines, kinds.c.work_mode, kinds.c.count, type_=JSONB)
    return select(func.jsonb_agg(aggregate_order_by(row, kinds.c.count.desc()))).scalar_subquery()


def _read(query: Select[Any]) -> tuple[list[Found], Counts]:
    rows = db.session.execute(query).all()
    kinds = rows[0][-1] if rows else None
    counts = Counts({(tuple(disciplines), mode): count for disciplines, mode, count in kinds or ()})
    return [Found(*row[:-1]) for row in rows], counts


def _ranked(found: Sequence[Found], person: PersonFacts, pack: Pack) -> list[Found]:
    """Return the projects with what the person lacks for each: those that suit best first."""
    if not found:
        return []
    facts, apart = _facts(found, person, pack)
    case = Case.of(people=(person,), projects=facts, conflicts=apart)
    broken = breaking.failing(case, [Pair(person.key, one.key) for one in facts])
    lacking = [_lacking(rules, person, asked) for rules, asked in zip(broken, facts, strict=True)]
    rows = [replace(row, lacking=count) for row, count in zip(found, lacking, strict=True)]
    fits = _explained([row for row in rows if row.lacking == 0], person, pack)
    fits.sort(key=lambda row: -(row.told.score if row.told else 0))
    # As they came: those that touch most of what the person holds first.
    rest = sorted((row for row in rows if row.lacking), key=lambda row: row.lacking or 0)
    return fits + rest


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


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions = _beside_kind(wanted)
    if wanted.discipline:
        conditions.append(Project.disciplines.any_() == wanted.discipline)
    if wanted.work_mode:
        conditions.append(Project.work_mode == wanted.work_mode)
    return conditions


def _beside_kind(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Return the conditions but for discipline and way of working, of which the numbers are shown."""
    conditions: list[ColumnElement[bool]] = [
        or_(*(column.icontains(word, autoescape=True) for column in (Project.title, Project.outcome)))
        for word in wanted.text.split()
    ]
    if wanted.month:
        following = (wanted.month + timedelta(days=31)).replace(day=1)
        conditions.append(and_(Project.starts_on >= wanted.month, Project.starts_on < following))
    if wanted.place:
        conditions.append(and_(Project.place == wanted.place, Project.work_mode != "remote"))
    return conditions


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
        told = bridge.judge_each((person,), [facts[project.id] for project in fits], Policy()) if fits else ()
        ranked = sorted(zip(fits, told, strict=True), key=lambda row: (-row[1].score, row[0].public_id))
        found[person_id] = [project for project, _explanation in ranked[:limit]]
    return found


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
    rules = breaking.failing(case, [Pair(person.key, project.key) for project in facts])
    return [project for project, failing in zip(projects, rules, strict=True) if not failing]
