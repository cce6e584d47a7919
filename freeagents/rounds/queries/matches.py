"""Questions about matches: the approved pairs of published rounds, which hold seats and people's time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from freeagents.applications.models import Application
from freeagents.db.locks import AdvisoryLock, wait_for
from freeagents.extensions import db
from freeagents.projects.models import Project, Seat
from freeagents.rounds.models import Proposal, Round

PUBLISHED = ("published", "closed")
MATCHED = ("approved", "offered")
GOING = ("open", "filled")


def lock_publishing() -> None:
    """Let no other round be published until the transaction ends: two could take the same seat, or the same person."""
    wait_for(db.session, AdvisoryLock.PUBLISHING)


def seat_ids(projects: Iterable[int]) -> dict[tuple[str, int], int]:
    """Return (public id of its project, number) → id of each seat of these projects."""
    query = select(Project.public_id, Seat.number, Seat.id).join(Seat, Seat.project_id == Project.id)
    rows = db.session.execute(query.where(Project.id.in_(projects)))
    return {(project, number): seat for project, number, seat in rows}


def approved(round_id: int) -> Sequence[Proposal]:
    """Return the approved proposals of a round with person, seat, and project with its seats, by project and seat."""
    return db.session.scalars(
        select(Proposal)
        .join(Seat, Seat.id == Proposal.seat_id)
        .where(Proposal.round_id == round_id, Proposal.state == "approved")
        .options(
            joinedload(Proposal.person),
            joinedload(Proposal.seat),
            joinedload(Proposal.project).selectinload(Project.seats),
        )
        .order_by(Proposal.project_id, Seat.number)
        .execution_options(populate_existing=True)
    ).all()


def decided(round_id: int) -> Sequence[Proposal]:
    """Return the round's proposals that are kept or approved."""
    query = select(Proposal).where(Proposal.round_id == round_id, Proposal.state.in_(("kept", "approved")))
    return db.session.scalars(query.order_by(Proposal.id)).all()


def proposed_before(subject: Round) -> list[tuple[int, int]]:
    """Return (person id, project id) of what the version before proposed, as far as HR has not barred it."""
    before = select(func.max(Round.version)).where(
        Round.series == subject.series, Round.version < subject.version, Round.figures.is_not(None)
    )
    query = (
        select(Proposal.person_id, Proposal.project_id)
        .join(Round, Round.id == Proposal.round_id)
        .where(
            Round.series == subject.series,
            Round.version == before.scalar_subquery(),
            Proposal.state.not_in(("barred", "replaced")),
        )
        .order_by(Proposal.id)
    )
    return [(person, project) for person, project in db.session.execute(query)]


def taken_meanwhile(subject: Round, *, limit: int) -> Sequence[Proposal]:
    """Return approved proposals of a round whose seat or person is no longer to be had, with person and project.

    A seat is taken, or gone with its project; a person was matched, for some of the same days, by a round that was
    published after this one was made. This one may have known that; running it again makes sure.
    """
    other, theirs, project = aliased(Proposal), aliased(Project), aliased(Project)
    placed = exists(
        select(other.id)
        .join(Round, Round.id == other.round_id)
        .join(theirs, theirs.id == other.project_id)
        .where(
            other.person_id == Proposal.person_id,
            other.round_id != subject.id,
            other.state.in_(MATCHED),
            Round.state.in_(PUBLISHED),
            Round.published_at > subject.created_at,
            theirs.state.in_(GOING),
            theirs.starts_on <= project.ends_on,
            theirs.ends_on >= project.starts_on,
        )
    )
    return db.session.scalars(
        select(Proposal)
        .join(Seat, Seat.id == Proposal.seat_id)
        .join(project, project.id == Proposal.project_id)
        .where(
            Proposal.round_id == subject.id,
            Proposal.state == "approved",
            or_(Seat.state != "open", project.state != "open", placed),
        )
        .options(joinedload(Proposal.person), joinedload(Proposal.project))
        .order_by(Proposal.id)
        .limit(limit)
    ).all()


def applied_and_matched(project_ids: Sequence[int]) -> set[tuple[int, int]]:
    """Return (person id, project id) of the applications for these projects that were matched."""
    rows = db.session.execute(
        select(Application.person_id, Application.project_id).where(
            Application.project_id.in_(project_ids), Application.state == "matched"
        )
    )
    return {(person, project) for person, project in rows}


def matched_with(project_id: int) -> Sequence[int]:
    """Return the ids of the people whom published rounds matched with a project."""
    return db.session.scalars(
        select(Proposal.person_id)
        .join(Round, Round.id == Proposal.round_id)
        .where(Round.state.in_(PUBLISHED), Proposal.state.in_(MATCHED), Proposal.project_id == project_id)
        .order_by(Proposal.person_id)
    ).all()
