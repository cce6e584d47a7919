"""Use-cases of eligibility: ask for a live count, declare a conflict of interest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from freeagents.audit.services import record
from freeagents.country.pack import LanguageScheme, Pack
from freeagents.country.places import locate
from freeagents.db.base import utc_now
from freeagents.eligibility import queries
from freeagents.eligibility.facts import ProjectFacts
from freeagents.eligibility.models import Conflict, CountRequest
from freeagents.eligibility.queries import LiveCount
from freeagents.errors import TooMany
from freeagents.extensions import db
from freeagents.projects.models import Project
from freeagents.skills.queries import by_words

WINDOW = timedelta(minutes=10)
MOST_IN_WINDOW = 120


def live_count(*, project: Project, facts: ProjectFacts, actor_id: int, exact: bool) -> LiveCount:
    """Count who qualifies for ``facts``, a project as it is being written, and note who asked.

    :param exact: for HR; managers get rounded figures without clearance.
    :raises TooMany: the person asked more often than writing a project needs.
    """
    if queries.requests_since(actor_id, utc_now() - WINDOW) >= MOST_IN_WINDOW:
        raise TooMany(
            _("You have asked for many counts in a short time. Wait ten minutes; you can go on writing meanwhile."),
            retry_after=int(WINDOW.total_seconds()),
        )
    # The request's own transaction may be read-only, and the note must stay whatever becomes of the page.
    with Session(db.engine) as session, session.begin():
        session.add(CountRequest(person_id=actor_id, project_id=project.id))
    return queries.count_for_hr(facts) if exact else queries.count_for_manager(facts)


def as_typed(facts: ProjectFacts, typed: Mapping[str, Any], pack: Pack) -> ProjectFacts:
    """Return the facts of a project as they would be with what is being typed; nothing is saved.

    :param typed: members of :class:`ProjectSchema` as far as they could be read; what means nothing here is left out.
    """
    changed = {name: typed[name] for name in ("starts_on", "ends_on", "time_percent", "work_mode") if name in typed}
    if "place" in typed:
        changed["location"] = locate(pack, typed["place"]) if typed["place"] else None
    for name, ladder in (("grade_min", pack.grade), ("grade_max", pack.grade), ("clearance", pack.clearance)):
        if name in typed:
            changed[name] = ladder(typed[name]) if typed[name] else None
    if "languages" in typed:
        changed["languages"] = _ranks(typed["languages"], pack.language_scheme)
    for kind in {"essential", "asset"} & set(typed):
        rows = [row for row in typed[kind] if {"skill", "level"} <= set(row)]
        known = by_words([row["skill"] for row in rows], pack)
        changed[kind] = {known[row["skill"]].code: row["level"] for row in rows if row["skill"] in known}
    found = replace(facts, **changed)
    backwards = found.starts_on and found.ends_on and found.ends_on < found.starts_on
    return replace(found, ends_on=None) if backwards else found


def _ranks(rows: Sequence[Mapping[str, Any]], scheme: LanguageScheme) -> dict[str, tuple[int, ...]]:
    found = {}
    for row in rows:
        try:
            found[row["language"]] = scheme.parse(row["letters"])
        except (KeyError, ValueError):
            continue  # A row in the middle of being typed.
    return found


def declare_conflict(*, project: Project, person_id: int) -> None:
    """Declare a conflict of interest: person and project are never matched. Declaring twice changes nothing."""
    if db.session.get(Conflict, (person_id, project.id)) is None:
        db.session.add(Conflict(person_id=person_id, project_id=project.id))
        db.session.flush()
        record(db.session, "conflict:declare", f"project/{project.public_id}", actor_id=person_id)


def withdraw_conflict(*, project: Project, person_id: int) -> None:
    """Withdraw a declared conflict of interest."""
    conflict = db.session.get(Conflict, (person_id, project.id))
    if conflict is not None:
        db.session.delete(conflict)
        db.session.flush()
        record(db.session, "conflict:withdraw", f"project/{project.public_id}", actor_id=person_id)
