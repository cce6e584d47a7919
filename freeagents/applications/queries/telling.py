"""Which open projects people are told of: the best for those who wait, and what saved searches find."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from freeagents.applications.models import Application, SavedSearch
from freeagents.applications.queries.wanted import Wanted, conditions
from freeagents.country.pack import Pack
from freeagents.eligibility import breaking, bridge
from freeagents.eligibility.bridge import Policy
from freeagents.eligibility.case import Case
from freeagents.eligibility.facts import Pair, PersonFacts, ProjectFacts
from freeagents.eligibility.models import Conflict
from freeagents.eligibility.pool import host_of, project_facts
from freeagents.extensions import db
from freeagents.projects.models import Project
from freeagents.projects.queries import newest_first, whole_projects

LOOKED_THROUGH = 200
"""How many of the newest projects are looked through for who is to be told of some."""


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
        Project.opened_at > search.told_until, Project.opened_at <= until, *conditions(wanted)
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
