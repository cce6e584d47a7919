"""What publishing a round does to seats: those of approved pairs are filled, and their managers are told by whom."""

from __future__ import annotations

from collections import defaultdict

from flask_babel import gettext as _

from freeagents.applications.services import answer_late
from freeagents.audit.services import record
from freeagents.db.base import utc_now
from freeagents.errors import Conflict
from freeagents.extensions import db
from freeagents.messages.services.telling import Notice, tell
from freeagents.projects.models import Project
from freeagents.projects.queries import owners_of
from freeagents.rounds.models import Proposal, Round
from freeagents.rounds.queries import matches

NAMED = 5


def refuse_taken(subject: Round) -> None:
    """Let no other round be published until this one is.

    :raises Conflict: an approved pair's seat or person was taken since the round was made.
    """
    matches.lock_publishing()
    taken = matches.taken_meanwhile(subject, limit=NAMED + 1)
    if taken:
        pairs = [f"{row.person.name} – {row.project.title}" for row in taken[:NAMED]]
        raise Conflict(
            _(
                "Since this round was made, the seat or the person of some approved pairs has been taken: %(pairs)s. "
                "Run the round again; it then knows.",
                pairs="; ".join(pairs) + ("; …" if len(taken) > NAMED else ""),
            )
        )


def fill_seats(subject: Round, *, actor_id: int) -> None:
    """Fill the seats of all approved pairs, end projects that are full, and tell each project's owners who comes.

    Those who are matched without having applied are told here; the others by the answers to their applications.
    """
    rows = matches.approved(subject.id)
    names: dict[Project, list[str]] = defaultdict(list)
    for row in rows:
        row.seat.state = "filled"
        names[row.project].append(row.person.name)
    full = [project for project in names if all(seat.state != "open" for seat in project.seats)]
    for project in full:
        project.state, project.ended_at = "filled", utc_now()
    db.session.flush()
    for project in full:
        record(db.session, "project:filled", f"project/{project.public_id}", actor_id=actor_id)
    answer_late(projects=[project.id for project in full], actor_id=actor_id)
    event = f"round/{subject.public_id}/matched"
    owners = owners_of([project.id for project in names])
    notices = [
        Notice(owner, f"{event}/{project.public_id}", _facts(project, people))
        for project, people in names.items()
        for owner in owners[project.id]
    ]
    tell("round:match", notices)
    applied = matches.applied_and_matched([project.id for project in names])
    unasked = [row for row in rows if (row.person_id, row.project_id) not in applied]
    tell(
        "application:matched",
        [Notice(row.person_id, f"{event}/{row.project.public_id}", _dates(row)) for row in unasked],
    )


def _dates(row: Proposal) -> dict[str, object]:
    """Return what a person who is matched without having applied is told."""
    project = row.project
    return {
        "project": project.public_id,
        "title": project.title,
        "start": f"{project.starts_on}",
        "end": f"{project.ends_on}",
    }


def _facts(project: Project, people: list[str]) -> dict[str, object]:
    start = project.starts_on.isoformat() if project.starts_on else ""
    return {"project": project.public_id, "title": project.title, "people": people, "start": start}
