"""Tell those who review rounds what became of one."""

from __future__ import annotations

from sqlalchemy import select

from freeagents.accounts.queries.directory import holders_everywhere
from freeagents.extensions import db
from freeagents.messages.services.telling import Notice, tell
from freeagents.rounds.models import Round


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
