"""The hard rules as SQL: for one project, a condition on a person for each thing it asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    ScalarSelect,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.orm import aliased

from freeagents.accounts.models import Department, Employment, Person
from freeagents.country.entries import Rung
from freeagents.country.places import Location
from freeagents.eligibility.facts import ProjectFacts, Spell
from freeagents.eligibility.models import COMMITTED_DAYS, Conflict
from freeagents.eligibility.rules import RULES, HardRule, Kind
from freeagents.profiles.models import AcceptedPlace, Availability, HeldLanguage, HeldSkill, Profile
from freeagents.profiles.queries import admitted_today
from freeagents.projects.models import Project
from freeagents.skills.models import Skill

EARTH_RADIUS_KM = 6371.0088
LATER = timedelta(weeks=2)
"""By how much dates are moved to see who would be free then."""
Employer = aliased(Department, name="employer")


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing a project asks: the rule, what exactly (a skill's or language's code), and the condition on a person.

    ``lower`` is the same condition with a skill asked one level lower, where it is asked above the lowest; ``later``
    with the days :data:`LATER`, where days are looked at.
    """

    rule: HardRule
    detail: str
    condition: ColumnElement[bool]
    lower: ColumnElement[bool] | None = None
    later: ColumnElement[bool] | None = None


def asks(project: ProjectFacts) -> list[Ask]:
    """Return all the project asks, as conditions on rows of Profile, Person, Employment and Employer (see ``pool``)."""
    return [ask for rule in RULES for ask in _TELLERS[rule.kind](rule, project)]


def lacks_one_at_most(essential: Mapping[str, int]) -> ColumnElement[bool]:
    """Return the condition that a person holds all these skills at their levels but for one at most."""
    held = or_(
        *(and_(HeldSkill.skill_id == _skill_id(code), HeldSkill.level >= level) for code, level in essential.items())
    )
    near = (
        select(HeldSkill.profile_id)
        .where(held)
        .group_by(HeldSkill.profile_id)
        .having(func.count() >= len(essential) - 1)
    )
    return Profile.id.in_(near)


def _skill_id(code: str) -> ScalarSelect[int]:
    return select(Skill.id).where(Skill.code == code).scalar_subquery()


def _is_so(rule: HardRule, _project: ProjectFacts) -> Iterator[Ask]:
    yield Ask(rule, "", and_(admitted_today(Person.id), Profile.paused.is_(False)))


def _differs(rule: HardRule, project: ProjectFacts) -> Iterator[Ask]:
    yield Ask(rule, "", Employer.code != getattr(project, rule.project[0]))


def _holds(rule: HardRule, project: ProjectFacts) -> Iterator[Ask]:
    asked = getattr(project, rule.project[0])
    if rule.person == "skills":
        for code, level in asked.items():
            lower = _holds_skill(code, level - 1) if level > 1 else None
            yield Ask(rule, code, _holds_skill(code, level), lower)
    else:
        now, later = _last_days(project)
        for language, ranks in asked.items():
            yield Ask(
                rule,
                language,
                _holds_language(language, ranks, now),
                later=None if later is None else _holds_language(language, ranks, later),
            )


def _last_days(project: ProjectFacts) -> tuple[date | None, date | None]:
    """Return the project's last day, and what it would be with the days :data:`LATER`."""
    span = project.span
    return (span.last, span.moved(LATER).last) if span else (None, None)


def _lasts(until: Any, needed: date | None) -> ColumnElement[bool]:
    return true() if needed is None else or_(until.is_(None), until >= needed)


def _holds_skill(code: str, level: int) -> ColumnElement[bool]:
    return exists().where(
        HeldSkill.profile_id == Profile.id, HeldSkill.skill_id == _skill_id(code), HeldSkill.level >= level
    )


def _holds_language(language: str, ranks: tuple[int, ...], needed: date | None) -> ColumnElement[bool]:
    return exists().where(
        HeldLanguage.profile_id == Profile.id,
        HeldLanguage.language == language,
        _lasts(HeldLanguage.until, needed),
        *(HeldLanguage.ranks[part] >= rank for part, rank in enumerate(ranks, start=1)),
    )


def _within(rule: HardRule, project: ProjectFacts) -> Iterator[Ask]:
    low, high = (getattr(project, name) if name else None for name in rule.project)
    if low is None and high is None:
        return
    ladder, rank, band = _RUNGS[rule.person]
    conditions = []
    if low is not None:
        conditions.append(_compare(ladder, rank, band, low, lambda held, asked: held >= asked))
    if high is not None:
        conditions.append(_compare(ladder, rank, band, high, lambda held, asked: held <= asked))
    if not rule.until:
        yield Ask(rule, "", and_(*conditions))
        return
    until = getattr(Profile, rule.until)
    now, later = (and_(*conditions, _lasts(until, day)) for day in _last_days(project))
    yield Ask(rule, "", now, later=later)


def _compare(
    ladder: Any, rank: Any, band: Any, asked: Rung, holds: Callable[[Any, int], ColumnElement[bool]]
) -> ColumnElement[bool]:
    by_band = and_(band.is_not(None), holds(band, asked.band)) if asked.band is not None else false()
    return case((ladder.is_(None), false()), (ladder == asked.ladder, holds(rank, asked.rank)), else_=by_band)


def _accepts(rule: HardRule, project: ProjectFacts) -> Iterator[Ask]:
    mode = getattr(project, rule.project[0])
    if mode is not None:
        yield Ask(rule, "", or_(func.cardinality(Profile.work_modes) == 0, literal(mode) == Profile.work_modes.any_()))


def _near(rule: HardRule, project: ProjectFacts) -> Iterator[Ask]:
    where: Location | None = getattr(project, rule.project[0])
    if where is None:
        return
    stated = exists().where(AcceptedPlace.profile_id == Profile.id)
    here = AcceptedPlace.place == where.place
    if where.latitude is not None and where.longitude is not None:
        here = or_(here, distance_km(where.latitude, where.longitude) <= AcceptedPlace.max_km)
    yield Ask(rule, "", or_(~stated, exists().where(AcceptedPlace.profile_id == Profile.id, here)))


def distance_km(latitude: float, longitude: float) -> ColumnElement[float]:
    """Return the great-circle distance in kilometres from an accepted place to a point (haversine formula)."""
    north = func.power(func.sin(func.radians(AcceptedPlace.latitude - latitude) / 2), 2)
    east = func.power(func.sin(func.radians(AcceptedPlace.longitude - longitude) / 2), 2)
    across = func.cos(func.radians(latitude)) * func.cos(func.radians(AcceptedPlace.latitude)) * east
    return 2 * EARTH_RADIUS_KM * func.asin(func.sqrt(func.least(north + across, 1.0)))


def _free(rule: HardRule, project: ProjectFacts) -> Iterator[Ask]:
    span: Spell | None = getattr(project, rule.project[0])
    if span is None:
        return
    yield Ask(rule, "", _free_on(span), later=_free_on(span.moved(LATER)))


def _free_on(span: Spell) -> ColumnElement[bool]:
    """Return the condition of being free on all these days at the asked share."""
    first, last = literal(span.first, Date), literal(span.last, Date)
    overlaps = or_(Availability.ends_on.is_(None), Availability.ends_on >= first), Availability.starts_on <= last
    covered = func.least(func.coalesce(Availability.ends_on, last), last) - func.greatest(Availability.starts_on, first)
    whole_spells = select(func.coalesce(func.sum(covered + 1), 0)).where(
        Availability.profile_id == Profile.id, Availability.percent >= span.percent, *overlaps
    )
    taken = COMMITTED_DAYS.c
    meanwhile = taken.person_id == Person.id, taken.starts_on <= last, taken.ends_on >= first
    # Only who is matched meanwhile is looked at day by day.
    day = cast(func.generate_series(first, last, text("interval '1 day'")).column_valued("day"), Date)
    used = (
        select(func.coalesce(func.sum(taken.percent), 0))
        .where(taken.person_id == Person.id, day.between(taken.starts_on, taken.ends_on))
        .correlate_except(COMMITTED_DAYS)
        .scalar_subquery()
    )
    single_days = select(func.count()).where(
        Availability.profile_id == Profile.id,
        day >= Availability.starts_on,
        or_(Availability.ends_on.is_(None), Availability.ends_on >= day),
        Availability.percent - used >= span.percent,
    )
    days = case((exists().where(*meanwhile), single_days.scalar_subquery()), else_=whole_spells.scalar_subquery())
    return days == (last - first) + 1


def _apart(rule: HardRule, project: ProjectFacts) -> Iterator[Ask]:
    """HR's barred pairs belong to a round, not to the database's standing facts: only conflicts are told here."""
    if rule.code == "conflict":
        declared = exists().where(Conflict.person_id == Person.id, Conflict.project_id == Project.id)
        yield Ask(rule, "", ~declared.where(Project.public_id == project.key))


_RUNGS: dict[str, tuple[Any, Any, Any]] = {
    "grade": (Employment.grade_ladder, Employment.grade_rank, Employment.grade_band),
    "clearance": (Profile.clearance_ladder, Profile.clearance_rank, literal(None)),
}
_TELLERS: dict[Kind, Callable[[HardRule, ProjectFacts], Iterator[Ask]]] = {
    Kind.IS_SO: _is_so,
    Kind.DIFFERS: _differs,
    Kind.HOLDS: _holds,
    Kind.WITHIN: _within,
    Kind.ACCEPTS: _accepts,
    Kind.NEAR: _near,
    Kind.FREE: _free,
    Kind.APART: _apart,
}
