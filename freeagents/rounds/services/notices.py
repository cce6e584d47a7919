"""Tell those who review rounds what became of one."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from freeagents.accounts.queries.directory import holders_everywhere
from freeagents.extensions import db
from freeagents.messages.services.telling import Notice, tell
from freeagents.projects.queries import owners_of
from freeagents.rounds.models import Round
from freeagents.rounds.queries import rounds as queries
from freeagents.skills.queries import names_of


def tell_owners(subject: Round) -> None:
    """Tell the owners of each project with a seat that the round left empty, and what would have filled it.

    That is told where it hides nobody: at least ten people who agreed to be counted would have qualified.
    """
    found = queries.projects_with_empty_seats(subject.id)
    changes = {project.id: facts["filling"] for project, _, facts in found if facts.get("about", 0)}
    names = names_of({change["skill"] for change in changes.values() if "skill" in change})
    owners = owners_of([project.id for project, _, _ in found])
    notices = []
    for project, seats, facts in found:
        told: dict[str, Any] = {"project": project.public_id, "title": project.title, "seats": seats}
        if project.id in changes:
            change = {name: value for name, value in changes[project.id].items() if name not in {"qualify", "filled"}}
            told |= {"change": change, "about": facts["about"], "names": names.get(change.get("skill", ""), {})}
        event = f"round/{subject.public_id}/empty/{project.public_id}"
        notices += [Notice(owner, event, told) for owner in owners[project.id]]
    tell("project:left_empty", notices)


def tell_reviewers(public_id: str) -> None:
    """Tell HR, in the caller's transaction, that a round is in review or has failed."""
    # As it is in the database: the state was set by a statement, past the session.
    query = select(Round).where(Round.public_id == public_id).execution_options(populate_existing=True)
    subject = db.session.scalars(query).one()
    facts = {"round": public_id, "name": subject.name}
    kind = "round:solve"
    if subject.state == "failed":
        kind = "round:fail"
        facts |= {"code": subject.failure or "", "rule": (subject.failure_facts or {}).get("rule", "")}
    tell(kind, [Notice(person, f"round/{public_id}/{subject.state}", facts) for person in holders_everywhere("hr")])
