"""Keep nothing longer than the data register says: a worker forgets, every hour, what has been kept long enough."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select

from freeagents.accounts.models import (
    ApiToken,
    Employment,
    ExternalId,
    Invitation,
    MailedLink,
    Person,
    RoleHolding,
    SignIn,
    SignInAttempt,
)
from freeagents.accounts.queries.directory import has_not_left
from freeagents.accounts.services.throttle import ATTEMPT_WINDOW
from freeagents.applications.models import Application, ProjectInvitation
from freeagents.audit.models import AuditEntry, AuditNote
from freeagents.audit.services import record
from freeagents.db.base import Base
from freeagents.eligibility.models import CountRequest, PoolChange
from freeagents.extensions import db
from freeagents.messages.models import Mail, Message
from freeagents.privacy.services.erasing import erase
from freeagents.profiles.models import Admission
from freeagents.projects.models import Project
from freeagents.questions.models import Question
from freeagents.rounds.models import (
    MOVES,
    Edit,
    EmptySeat,
    LeftOutPart,
    NextBest,
    Proposal,
    ProposalOpening,
    ReviewSample,
    Round,
    RoundProof,
    Snapshot,
    SnapshotKey,
)

Passed = Callable[[datetime], ColumnElement[bool]]
MONTH, QUARTER = timedelta(days=30), timedelta(days=90)
YEAR = timedelta(days=365.25)
MOST_A_RUN = 10_000
MOST_PEOPLE = 100
ENDED = tuple(state for state in MOVES if state not in {"draft", "queued", "solving", "in_review"})


def _old_rounds(now: datetime, years: int) -> ColumnElement[bool]:
    last = func.coalesce(Round.published_at, Round.solved_at, Round.created_at)
    return and_(Round.state.in_(ENDED), last < now - years * YEAR)


def _of_old_rounds(model: Any) -> Passed:
    return lambda now: model.round_id.in_(select(Round.id).where(_old_rounds(now, 2)))


def _snapshots_before(now: datetime, years: int) -> ColumnElement[bool]:
    used = select(Round.id).where(Round.snapshot_id == Snapshot.id, ~_old_rounds(now, years))
    return and_(Snapshot.made_at < now - years * YEAR, ~used.exists())


PASSED: Mapping[type[Base], Passed] = {
    AuditNote: lambda now: AuditNote.entry_id.in_(select(AuditEntry.id).where(AuditEntry.at < now - 2 * YEAR)),
    ApiToken: lambda now: func.least(ApiToken.ended_at, ApiToken.expires_at) < now - QUARTER,
    SignIn: lambda now: or_(
        SignIn.ended_at < now - QUARTER, and_(SignIn.ended_at.is_(None), SignIn.last_seen_on < (now - QUARTER).date())
    ),
    SignInAttempt: lambda now: SignInAttempt.at < now - ATTEMPT_WINDOW,
    Invitation: lambda now: Invitation.expires_at < now - QUARTER,
    MailedLink: lambda now: or_(MailedLink.used_at.is_not(None), MailedLink.expires_at < now),
    CountRequest: lambda now: CountRequest.at < now - QUARTER,
    PoolChange: lambda now: PoolChange.at < now - timedelta(days=2),
    Message: lambda now: Message.created_at < now - 2 * YEAR,
    Mail: lambda now: func.coalesce(Mail.sent_at, Mail.failed_at) < now - MONTH,
    Admission: lambda now: Admission.expires_on < (now - 2 * YEAR).date(),
    RoleHolding: lambda now: RoleHolding.ends_on < (now - 2 * YEAR).date(),
    ProjectInvitation: lambda now: ProjectInvitation.until < (now - 2 * YEAR).date(),
    Application: lambda now: Application.ended_at < now - 2 * YEAR,
    Question: lambda now: Question.project_id.in_(select(Project.id).where(Project.ended_at < now - 2 * YEAR)),
    Edit: lambda now: Edit.series.in_(select(Round.series).group_by(Round.series).having(_all_old(now))),
    Proposal: _of_old_rounds(Proposal),
    ProposalOpening: lambda now: ProposalOpening.at < now - 2 * YEAR,
    ReviewSample: _of_old_rounds(ReviewSample),
    EmptySeat: _of_old_rounds(EmptySeat),
    LeftOutPart: _of_old_rounds(LeftOutPart),
    RoundProof: _of_old_rounds(RoundProof),
    NextBest: _of_old_rounds(NextBest),
    SnapshotKey: lambda now: SnapshotKey.snapshot_id.in_(select(Snapshot.id).where(_snapshots_before(now, 2))),
    Project: lambda now: Project.ended_at < now - 7 * YEAR,
    Round: lambda now: _old_rounds(now, 7),
    Snapshot: lambda now: and_(_snapshots_before(now, 7), ~exists().where(Round.snapshot_id == Snapshot.id)),
    ExternalId: lambda _now: and_(ExternalId.kind == "project", ~exists().where(Project.id == ExternalId.row_id)),
}
"""When the rows of a table have been kept long enough, in an order in which they can go."""


def forget(*, now: datetime) -> None:
    """Delete what has been kept long enough, and erase people who left long ago; a job's handler.

    So many rows of a table at most: the rest waits for the next run.
    """
    forgotten = {}
    for model, passed in PASSED.items():
        table: Any = model.__table__
        keys = tuple(table.primary_key.columns)
        some = select(*keys).where(passed(now)).limit(MOST_A_RUN)
        key: Any = keys[0] if len(keys) == 1 else func.row(*keys)
        count = db.session.execute(delete(model).where(key.in_(some)), execution_options={"synchronize_session": False})
        if count.rowcount:  # type: ignore[attr-defined]
            forgotten[table.name] = count.rowcount  # type: ignore[attr-defined]
    for person in _left_long_ago(now):
        erase(person=person, actor_id=None)
    if forgotten:
        record(db.session, "data:forget", "data/kept", actor_id=None, rows=forgotten)


def _all_old(now: datetime) -> ColumnElement[bool]:
    return func.bool_and(_old_rounds(now, 2))


def _left_long_ago(now: datetime) -> list[Person]:
    before = (now - 2 * YEAR).date()
    posts = select(Employment.id).where(Employment.person_id == Person.id)
    later = posts.where(or_(Employment.ends_on.is_(None), Employment.ends_on >= before))
    return list(
        db.session.scalars(
            select(Person)
            .where(Person.left_on < before, Person.name != "", ~has_not_left(), ~later.exists())
            .order_by(Person.id)
            .limit(MOST_PEOPLE)
        )
    )
