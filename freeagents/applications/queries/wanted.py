"""What somebody looks for among open projects, as conditions, and how many there are of each kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true, tuple_
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from freeagents.projects.models import Project


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


def conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Return the conditions on open projects that are wanted."""
    found = _beside_kind(wanted)
    if wanted.discipline:
        found.append(Project.disciplines.any_() == wanted.discipline)
    if wanted.work_mode:
        found.append(Project.work_mode == wanted.work_mode)
    return found


def _beside_kind(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Return the conditions but for discipline and way of working, of which the numbers are shown."""
    # As the index has them: ILIKE would read every project.
    conditions: list[ColumnElement[bool]] = [
        or_(
            *(func.lower(column).contains(word.lower(), autoescape=True) for column in (Project.title, Project.outcome))
        )
        for word in wanted.text.split()
    ]
    if wanted.month:
        following = (wanted.month + timedelta(days=31)).replace(day=1)
        conditions.append(and_(Project.starts_on >= wanted.month, Project.starts_on < following))
    if wanted.place:
        conditions.append(and_(Project.place == wanted.place, Project.work_mode != "remote"))
    return conditions


def kinds(wanted: Wanted) -> ColumnElement[Any]:
    """Return [disciplines, way of working, how many] of all open projects that are otherwise as asked, as JSON."""
    asked = _beside_kind(wanted)
    found = (
        (
            select(Project.disciplines, Project.work_mode, func.count().label("count"))
            .where(Project.state == "open", *asked)
            .group_by(Project.disciplines, Project.work_mode)
        )
        if asked
        else _all_kinds()
    ).subquery("kinds")
    row = func.jsonb_build_array(found.c.disciplines, found.c.work_mode, found.c.count, type_=JSONB)
    return select(func.jsonb_agg(aggregate_order_by(row, found.c.count.desc()))).scalar_subquery()


def _all_kinds() -> Select[Any]:
    """Return the query for disciplines, way of working and how many, of all open projects.

    From one kind to the next by the index: they are few, and projects many.
    """
    kind = Project.work_mode, Project.disciplines
    ordered = select(*kind).where(Project.state == "open").order_by(*kind).limit(1)
    kinds = ordered.cte("all_kinds", recursive=True)
    following = ordered.where(tuple_(*kind) > tuple_(kinds.c.work_mode, kinds.c.disciplines)).lateral("following")
    kinds = kinds.union_all(
        select(following.c.work_mode, following.c.disciplines).select_from(kinds.join(following, true()))
    )
    alike = Project.work_mode == kinds.c.work_mode, Project.disciplines == kinds.c.disciplines
    count = select(func.count()).where(Project.state == "open", *alike).scalar_subquery()
    return select(kinds.c.disciplines, kinds.c.work_mode, count.label("count"))


def counts_of(rows: Sequence[Any] | None) -> Counts:
    """Return the counts of what :func:`kinds` gave."""
    return Counts({(tuple(disciplines), mode): count for disciplines, mode, count in rows or ()})
