"""Use-cases of whoever looks for people: who could be invited to a project, and invite one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from freeagents.accounts.models import Person
from freeagents.applications.models import ProjectInvitation
from freeagents.applications.queries import invitations
from freeagents.audit.services import record
from freeagents.country.pack import Pack
from freeagents.eligibility.bridge import Explanation
from freeagents.eligibility.fitting import FIT_PARTS, fits
from freeagents.eligibility.pool import host_of, people_facts, project_facts
from freeagents.errors import Conflict
from freeagents.extensions import db
from freeagents.messages.services.telling import Notice, tell
from freeagents.projects.models import Project
from freeagents.projects.queries import locked_version
from freeagents.rounds.queries import inviting as queries

CLOSEST = 120
"""How many people are looked at closely, at most, to list those who suit a project best."""
LISTED = 20
MOST_WAITING = 10
"""How many invitations to one project may wait for an answer."""
TIME_TO_ANSWER = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could be invited, with the names of the home department and the fit without private parts."""

    person: Person
    home: Mapping[str, str]
    fit: Explanation

    @property
    def total(self) -> int:
        """The parts that may be seen, together, in units."""
        return sum(self.fit.parts[part] for part in FIT_PARTS)


def people_to_invite(*, project: Project, today: date, pack: Pack, only: str | None = None) -> Sequence[Candidate]:
    """Return those who agreed to be found and whom no hard rule keeps from a whole open project, best fit first.

    Whoever applied, was invited, has paused, or is matched on these days is not among them. The clearance is not
    looked at.

    :param only: the public id of the one person to ask about.
    """
    if project.state != "open":
        return []
    facts = project_facts(project, host=host_of(project), pack=pack)
    named = queries.to_look_at(project, facts, limit=CLOSEST, only=only)
    if not named:
        return []
    people = people_facts(today=today, only=named.keys())
    found = fits(project, people, clearance=False)
    able = [Candidate(*named[key], fit) for key, fit in found.items() if not fit.failing]
    return sorted(able, key=lambda one: (-one.total, one.person.public_id))[:LISTED]


def note_look(*, project: Project, people: Sequence[Person], actor_id: int) -> None:
    """Note that somebody looked for people to invite and saw these; in a transaction of its own."""
    seen = [person.public_id for person in people]
    with Session(db.engine) as session, session.begin():
        record(session, "project:see_people", f"project/{project.public_id}", actor_id=actor_id, people=seen)


def invite(*, project: Project, person: str, actor_id: int, today: date, pack: Pack) -> Person:
    """Invite somebody, by public id, to apply for a project; they are told once.

    :raises Conflict: too many invitations to it wait for an answer, or the person is not one of those to invite: the
        reason is not told.
    """
    # Of two who invite at once, the second waits, and counts the invitation of the first.
    locked_version(project.id)
    if invitations.count_waiting(project.id, today=today) >= MOST_WAITING:
        raise Conflict(
            _(
                "%(count)d people are invited and have not answered yet. You can invite more when they have answered, "
                "or when their invitations have lapsed.",
                count=MOST_WAITING,
            )
        )
    found = people_to_invite(project=project, today=today, pack=pack, only=person)
    if not found:
        raise Conflict(_("This person cannot be invited any more. Look at the people to invite again."))
    invited = found[0].person
    until = today + TIME_TO_ANSWER
    made = ProjectInvitation(project_id=project.id, person_id=invited.id, invited_by=actor_id, until=until)
    db.session.add(made)
    db.session.flush()
    facts = {"project": project.public_id, "title": project.title, "until": until.isoformat()}
    tell("project:invite", [Notice(invited.id, f"project/{project.public_id}/invite", facts)])
    record(
        db.session,
        "project:invite",
        f"project/{project.public_id}",
        actor_id=actor_id,
        invited=invited.public_id,
        invitation=made.public_id,
    )
    return invited
