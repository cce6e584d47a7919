"""Who qualifies for a project: counts while it is written, and what each thing it asks keeps out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, case, func, literal, not_, select, true

from freeagents.accounts.models import Department, Employment, Person
from freeagents.accounts.queries.directory import current
from freeagents.eligibility.facts import ProjectFacts
from freeagents.eligibility.latest import latest
from freeagents.eligibility.models import CountRequest
from freeagents.eligibility.rules import Kind
from freeagents.eligibility.sql import LATER, Ask, Employer, asks, lacks_one_at_most
from freeagents.eligibility.tally import Flags, Tally
from freeagents.extensions import db
from freeagents.profiles.models import Profile

EXACT_FROM = 10


@dataclass(frozen=True, slots=True)
class KeptOut:
    """How many more people would qualify without one thing the project asks, all the rest staying as it is.

    :ivar detail: the code of the skill or language asked; blank for the other rules.
    :ivar lower: how many more with that skill asked one level lower; None where that cannot be.
    :ivar later: of the dates: how many more, and how many fewer, if all days were two weeks later.
    """

    rule: str
    detail: str
    people: int
    lower: int | None
    later: tuple[int, int] | None = None

    def plus(self, other: KeptOut) -> KeptOut:
        """Return the figures of both, which are of other people."""
        return replace(
            self,
            people=self.people + other.people,
            lower=None if self.lower is None or other.lower is None else self.lower + other.lower,
            later=self.later and other.later and (self.later[0] + other.later[0], self.later[1] + other.later[1]),
        )


@dataclass(frozen=True, slots=True)
class LiveCount:
    """How many people qualify. ``rounded``: figures are rounded down to tens, 0 standing for *fewer than ten*.

    :ivar without_clearance: the clearance asked was left out of the count.
    """

    qualify: int
    kept_out: tuple[KeptOut, ...]
    rounded: bool
    without_clearance: bool


def pool() -> Select[int]:
    """Return the people with a profile and a permanent post today, on which the conditions of ``asks`` can be put."""
    return (
        select(Person.id)
        .select_from(Profile)
        .join(Person, Person.id == Profile.person_id)
        .join(Employment, and_(Employment.person_id == Person.id, current(Employment.starts_on, Employment.ends_on)))
        .join(Department, Department.id == Employment.department_id)
        .join(Employer, Employer.id == Department.employer_id)
    )


def count_for_manager(project: ProjectFacts) -> LiveCount:
    """Count as managers may see it: people who agreed to be counted, clearance left out, rounded down to tens."""
    shown = [ask for ask in asks(project) if ask.rule.code != "clearance"]
    exact = _counted(shown, project, countable_only=True)
    return LiveCount(
        qualify=_round_down(exact.qualify),
        kept_out=tuple(
            KeptOut(
                kept.rule,
                kept.detail,
                _round_down(kept.people),
                None if kept.lower is None else _round_down(kept.lower),
                None if kept.later is None else (_round_down(kept.later[0]), _round_down(kept.later[1])),
            )
            for kept in exact.kept_out
        ),
        rounded=True,
        without_clearance=project.clearance is not None,
    )


def count_for_hr(project: ProjectFacts) -> LiveCount:
    """Count everybody, exactly, by all hard rules."""
    return _counted(asks(project), project, countable_only=False)


def _counted(asked: list[Ask], project: ProjectFacts, *, countable_only: bool) -> LiveCount:
    """Count by the tally, where there is one, and ask the database about those alone whom it says nothing of."""
    among = Profile.countable if countable_only else true()
    found = latest(project.key)
    if found is None:
        return count_in_database(asked, among, project.essential)
    tally, touched = found
    told = count_in_tally(tally, asked, project, countable_only=countable_only, without=touched)
    if not touched:
        return told
    others = count_in_database(asked, and_(among, Person.id.in_(touched)), {})
    return LiveCount(
        told.qualify + others.qualify,
        tuple(one.plus(other) for one, other in zip(told.kept_out, others.kept_out, strict=True)),
        rounded=False,
        without_clearance=False,
    )


def count_in_tally(
    tally: Tally, asked: Sequence[Ask], project: ProjectFacts, *, countable_only: bool, without: Collection[int]
) -> LiveCount:
    """Count all people of the tally but some.

    :param without: the ids of those to be left out.
    """
    counted = tally.countable.copy() if countable_only else np.ones(len(tally.person), dtype=np.bool_)
    counted[tally.rows(without)] = False
    failures = np.zeros(len(counted), dtype=np.uint8)
    met = {}
    for number, ask in enumerate(asked):
        allowed = tally.allows(ask.rule, ask.detail, project)
        if not _is_told(ask):
            counted &= allowed
        else:
            met[number] = allowed
            failures += ~allowed
    qualify, near = counted & (failures == 0), counted & (failures == 1)
    later, in_time = project.moved(LATER), np.ones(len(counted), dtype=np.bool_)
    for ask in asked:
        if ask.later is not None:
            in_time &= tally.allows(ask.rule, ask.detail, later)

    def kept_out(ask: Ask, allowed: Flags) -> KeptOut:
        alone = near & ~allowed
        lower = (
            None
            if ask.lower is None
            else int((alone & tally.holds(ask.detail, project.essential[ask.detail] - 1)).sum())
        )
        moved = None
        if ask.rule.kind is Kind.FREE:
            moved = int((alone & in_time).sum()), int((qualify & ~in_time).sum())
        return KeptOut(ask.rule.code, ask.detail, int(alone.sum()), lower, moved)

    return LiveCount(
        int(qualify.sum()),
        tuple(kept_out(asked[number], allowed) for number, allowed in met.items()),
        rounded=False,
        without_clearance=False,
    )


def count_in_database(
    asked: Sequence[Ask], among: SQLColumnExpression[bool], essential: Mapping[str, int]
) -> LiveCount:
    """Count in one query: a row a person with a column for each thing asked, then counts over combinations.

    :param among: the condition on whom to count.
    :param essential: skills of which everybody lacks one at most, looked up beforehand; none: nobody is looked up.

    Who fails two things or more is in no figure: rows are made only of those who fail one at most of what their own
    row tells, and lack one at most of the essential skills. Each column is then worked out once a row.
    """
    always = [ask for ask in asked if not _is_told(ask)]
    told = [ask for ask in asked if _is_told(ask)]
    columns = [ask.condition.label(f"ask_{number}") for number, ask in enumerate(told)]
    lowered = [(number, ask.lower.label(f"lower_{number}")) for number, ask in enumerate(told) if ask.lower is not None]
    moved = [ask.later.label(f"later_{number}") for number, ask in enumerate((*told, *always)) if ask.later is not None]
    query = (
        pool()
        .with_only_columns(Person.id, *columns, *(column for _, column in lowered), *moved)
        .where(
            among, *(ask.condition for ask in always), _failures(ask.condition for ask in told if _is_cheap(ask)) <= 1
        )
    )
    if len(essential) > 1:
        query = query.where(lacks_one_at_most(essential))
    rows = query.cte("rows").prefix_with("MATERIALIZED")
    met = [rows.c[f"ask_{number}"] for number in range(len(told))]
    failures = _failures(met)
    figures = [func.count().filter(and_(true(), *met)).label("qualify")]
    for number, column in enumerate(met):
        figures.append(func.count().filter(and_(not_(column), failures == 1)).label(f"out_{number}"))
    for number, _column in lowered:
        figures.append(
            func.count()
            .filter(and_(not_(met[number]), failures == 1, rows.c[f"lower_{number}"]))
            .label(f"gain_{number}")
        )
    later = and_(true(), *(rows.c[column.name] for column in moved))
    for number in (number for number, ask in enumerate(told) if ask.rule.kind is Kind.FREE):
        figures.append(func.count().filter(and_(not_(met[number]), failures == 1, later)).label(f"more_{number}"))
        figures.append(func.count().filter(and_(failures == 0, not_(later))).label(f"fewer_{number}"))
    answer = db.session.execute(select(*figures).select_from(rows)).mappings().one()
    return LiveCount(
        qualify=answer["qualify"],
        kept_out=tuple(
            KeptOut(
                ask.rule.code,
                ask.detail,
                answer[f"out_{number}"],
                answer.get(f"gain_{number}"),
                (answer[f"more_{number}"], answer[f"fewer_{number}"]) if ask.rule.kind is Kind.FREE else None,
            )
            for number, ask in enumerate(told)
        ),
        rounded=False,
        without_clearance=False,
    )


def _is_told(ask: Ask) -> bool:
    return ask.rule.counted


def _is_cheap(ask: Ask) -> bool:
    """Say whether a condition looks at nothing but the person's own row."""
    return ask.rule.kind in {Kind.DIFFERS, Kind.WITHIN, Kind.ACCEPTS}


def _failures(conditions: Iterable[ColumnElement[bool]]) -> ColumnElement[int]:
    return sum((case((condition, 0), else_=1) for condition in conditions), start=literal(0))


def _round_down(people: int) -> int:
    return people // EXACT_FROM * EXACT_FROM


def requests_since(person_id: int, since: datetime) -> int:
    """Return how many live counts a person asked for since then."""
    query = select(func.count()).where(CountRequest.person_id == person_id, CountRequest.at >= since)
    return db.session.scalar(query) or 0
