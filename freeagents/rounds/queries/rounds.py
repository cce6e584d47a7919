"""Questions about rounds, and the reading of what a round freezes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ARRAY, Integer, cast, func, select
from sqlalchemy.orm import aliased, joinedload

from freeagents.accounts.models import Person
from freeagents.db import bulk
from freeagents.eligibility.case import SHARD
from freeagents.extensions import db
from freeagents.projects.models import Project, Seat
from freeagents.rounds.models import (
    Edit,
    EmptySeat,
    LeftOutPart,
    NextBest,
    Proposal,
    ProposalOpening,
    ReviewSample,
    Round,
    RoundProof,
    SampledProposal,
    Snapshot,
    SnapshotKey,
    SnapshotPart,
)

Array = NDArray[np.int32]
UNDECIDED = ("proposed", "kept")


def rounds(*, after: Round | None = None, limit: int) -> Sequence[Round]:
    """Return rounds with their policies, newest first; after a round: those that are older."""
    query = select(Round).options(joinedload(Round.policy)).order_by(Round.id.desc()).limit(limit)
    if after is not None:
        query = query.where(Round.id < after.id)
    return db.session.scalars(query).all()


def round_by_public_id(public_id: str) -> Round | None:
    """Return the round with its policy, or None."""
    return db.session.scalar(select(Round).where(Round.public_id == public_id).options(joinedload(Round.policy)))


def round_by_id(round_id: int) -> Round:
    """Return a round that is known to exist, with its policy."""
    return db.session.scalars(select(Round).where(Round.id == round_id).options(joinedload(Round.policy))).one()


def lock_round(subject: Round, *, shared: bool = False) -> None:
    """Read the round's state anew and hold it until the transaction ends: alone, or with others that share it."""
    db.session.refresh(subject, ["state"], with_for_update={"read": shared})


def lock_proposal(subject: Proposal) -> None:
    """Read the proposal's state anew and hold it until the transaction ends."""
    db.session.refresh(subject, ["state"], with_for_update=True)


def newest_version(series: str) -> Round:
    """Return the last round of a series that is known to exist, with its policy."""
    return db.session.scalars(
        select(Round)
        .where(Round.series == series)
        .options(joinedload(Round.policy))
        .order_by(Round.version.desc())
        .limit(1)
    ).one()


def solved_before(subject: Round) -> Round | None:
    """Return the last earlier version of the series that was solved, or None."""
    return db.session.scalar(
        select(Round)
        .where(Round.series == subject.series, Round.version < subject.version, Round.figures.is_not(None))
        .order_by(Round.version.desc())
        .limit(1)
    )


def snapshot_parts(snapshot_id: int | None, numbers: Collection[int] | None = None) -> Sequence[bytes]:
    """Return the kept parts of a snapshot with these numbers, or all, in order."""
    query = select(SnapshotPart.content).where(SnapshotPart.snapshot_id == snapshot_id).order_by(SnapshotPart.number)
    return db.session.scalars(query if numbers is None else query.where(SnapshotPart.number.in_(numbers))).all()


def rows_and_people(snapshot_id: int | None) -> tuple[Array, Array]:
    """Return the rows of a snapshot and the id of the person in each, as far as people were not erased."""
    query = select(SnapshotKey.people).where(SnapshotKey.snapshot_id == snapshot_id).order_by(SnapshotKey.number)
    people = np.concatenate([np.zeros(0, dtype=np.int32), *(part for (part,) in bulk.read(db.session, query))])
    rows = np.flatnonzero(people).astype(np.int32)
    return rows, people[rows]


def row_and_person(snapshot_id: int | None, public_id: str) -> tuple[int, Person] | None:
    """Return in which row of the snapshot the person stands, and who it is, or None."""
    place = func.array_position(SnapshotKey.people, Person.id)
    found = db.session.execute(
        select(SnapshotKey.number, place, Person)
        .join(Person, (Person.public_id == public_id) & place.is_not(None))
        .where(SnapshotKey.snapshot_id == snapshot_id)
    ).one_or_none()
    return None if found is None else ((found[0] - 1) * SHARD + found[1] - 1, found[2])


def people_and_projects_at(
    snapshot_id: int | None, pairs: Collection[tuple[int, int]]
) -> dict[tuple[int, int], tuple[Person, Project | None]]:
    """Return (row of the snapshot, id of a project) → who and what these are, for people who were not erased."""
    columns = (func.unnest(cast([pair[side] for pair in pairs], ARRAY(Integer))) for side in (0, 1))
    row, project_id = select(*columns).subquery(name="wanted").c
    query = (
        select(row, project_id, Person, Project)
        .join(SnapshotKey, SnapshotKey.number == row // SHARD + 1)
        .join(Person, Person.id == SnapshotKey.people[row % SHARD + 1])
        .outerjoin(Project, Project.id == project_id)
        .where(SnapshotKey.snapshot_id == snapshot_id)
    )
    return {(at, wanted): (person, project) for at, wanted, person, project in db.session.execute(query)}


def next_best(round_id: int, project_id: int) -> list[Any] | None:
    """Return the people who could take a project's seat next, as kept; None: it is not worked out."""
    return db.session.scalar(
        select(NextBest.people).where(NextBest.round_id == round_id, NextBest.project_id == project_id)
    )


def proof_content(round_id: int) -> bytes | None:
    """Return the proof of a round as kept, or None."""
    return db.session.scalar(select(RoundProof.content).where(RoundProof.round_id == round_id))


def left_out_parts(round_id: int) -> Sequence[bytes]:
    """Return all parts that say why people were left out, in order."""
    query = select(LeftOutPart.content).where(LeftOutPart.round_id == round_id).order_by(LeftOutPart.number)
    return db.session.scalars(query).all()


def nearest_parts(round_id: int) -> Sequence[bytes]:
    """Return all parts, as far as they are worked out, that say what would have placed people left out."""
    query = select(LeftOutPart.nearest).where(LeftOutPart.round_id == round_id).order_by(LeftOutPart.number)
    return [part for part in db.session.scalars(query) if part is not None]


def left_out_part(round_id: int, *, least: int) -> tuple[int, bytes, bytes | None, bool] | None:
    """Return the first of these parts from a number on, or None: number, content, nearest, and whether more follow."""
    found = db.session.execute(
        select(LeftOutPart.number, LeftOutPart.content, LeftOutPart.nearest, func.count().over())
        .where(LeftOutPart.round_id == round_id, LeftOutPart.number >= least)
        .order_by(LeftOutPart.number)
        .limit(1)
    ).one_or_none()
    return None if found is None else (*found[:3], found[3] > 1)


def digest_of(snapshot_id: int) -> bytes:
    """Return the address of a snapshot that is known to exist."""
    return db.session.scalars(select(Snapshot.digest).where(Snapshot.id == snapshot_id)).one()


def project_ids_by_public_id() -> dict[str, int]:
    """Return public id → id of all projects."""
    return dict(db.session.execute(select(Project.public_id, Project.id)).all())


def titles(public_ids: Collection[str]) -> dict[str, str]:
    """Return public id → title of these projects."""
    if not public_ids:
        return {}
    rows = db.session.execute(select(Project.public_id, Project.title).where(Project.public_id.in_(public_ids)))
    return dict(rows.all())


def snapshot_id_at(digest: bytes) -> int:
    """Return the id of the snapshot that is known to be at this address."""
    return db.session.scalars(select(Snapshot.id).where(Snapshot.digest == digest)).one()


def versions(series: str) -> Sequence[Round]:
    """Return the rounds of one series, oldest first."""
    return db.session.scalars(select(Round).where(Round.series == series).order_by(Round.version)).all()


def last_version(series: str) -> int:
    """Return the highest version in the series."""
    return db.session.scalar(select(func.max(Round.version)).where(Round.series == series)) or 0


def live_edits(series: str) -> Sequence[Edit]:
    """Return HR's words on pairs of this series that were not withdrawn, oldest first."""
    return db.session.scalars(
        select(Edit)
        .where(Edit.series == series, Edit.withdrawn_at.is_(None))
        .options(joinedload(Edit.person), joinedload(Edit.project))
        .order_by(Edit.id)
    ).all()


def edit_by_public_id(public_id: str) -> Edit | None:
    """Return the edit with its person and project, or None."""
    return db.session.scalar(
        select(Edit).where(Edit.public_id == public_id).options(joinedload(Edit.person), joinedload(Edit.project))
    )


def barred_pairs(series: str) -> set[tuple[int, int]]:
    """Return (person id, project id) of the pairs that HR has ruled out in this series."""
    rows = db.session.execute(
        select(Edit.person_id, Edit.project_id).where(
            Edit.series == series, Edit.kind == "bar", Edit.withdrawn_at.is_(None)
        )
    )
    return set(rows)


def live_edit(series: str, person_id: int, project_id: int) -> Edit | None:
    """Return HR's standing word on a pair, or None."""
    return db.session.scalar(
        select(Edit).where(
            Edit.series == series,
            Edit.person_id == person_id,
            Edit.project_id == project_id,
            Edit.withdrawn_at.is_(None),
        )
    )


def proposal_by_public_id(public_id: str) -> Proposal | None:
    """Return the proposal with its person, project, department and seat, or None."""
    return db.session.scalar(
        select(Proposal)
        .where(Proposal.public_id == public_id)
        .options(
            joinedload(Proposal.person),
            joinedload(Proposal.project).joinedload(Project.department),
            joinedload(Proposal.seat),
            joinedload(Proposal.sample),
            joinedload(Proposal.round).joinedload(Round.policy),
        )
    )


def proposals(round_id: int, *, after: int | None, limit: int, state: str | None = None) -> Sequence[Proposal]:
    """Return up to ``limit`` proposals of a round that come after the one with id ``after``, with what a list shows."""
    query = (
        select(Proposal)
        .where(Proposal.round_id == round_id)
        .options(
            joinedload(Proposal.person),
            joinedload(Proposal.project).joinedload(Project.department),
            joinedload(Proposal.seat),
        )
        .order_by(Proposal.id)
        .limit(limit)
    )
    if state is not None:
        query = query.where(Proposal.state == state)
    return db.session.scalars(query if after is None else query.where(Proposal.id > after)).all()


def proposal_of(round_id: int, person_id: int, project_id: int) -> Proposal | None:
    """Return the round's proposal of a pair, or None."""
    return db.session.scalar(
        select(Proposal).where(
            Proposal.round_id == round_id, Proposal.person_id == person_id, Proposal.project_id == project_id
        )
    )


def around(subject: Proposal, person_id: int) -> tuple[str | None, str | None, bool]:
    """Return the public ids of the proposals before and after it, and whether this reviewer has drawn a sample."""
    same = select(Proposal.public_id).where(Proposal.round_id == subject.round_id).limit(1)
    before = same.where(Proposal.id < subject.id).order_by(Proposal.id.desc())
    after = same.where(Proposal.id > subject.id).order_by(Proposal.id)
    sample = select(ReviewSample.id).where(
        ReviewSample.round_id == subject.round_id, ReviewSample.drawn_by == person_id
    )
    found = db.session.execute(select(before.scalar_subquery(), after.scalar_subquery(), sample.exists())).one()
    return found[0], found[1], found[2]


def lock_undecided(round_id: int) -> Sequence[Proposal]:
    """Return the round's undecided proposals with their people, read anew and held until the transaction ends."""
    return db.session.scalars(
        select(Proposal)
        .where(Proposal.round_id == round_id, Proposal.state.in_(UNDECIDED))
        .options(joinedload(Proposal.person))
        .order_by(Proposal.id)
        .with_for_update(of=Proposal)
        .execution_options(populate_existing=True)
    ).all()


def sample_of(round_id: int, person_id: int) -> ReviewSample | None:
    """Return the sample of the round that this reviewer has drawn, or None."""
    query = select(ReviewSample).where(ReviewSample.round_id == round_id, ReviewSample.drawn_by == person_id)
    return db.session.scalar(query)


def sampled(sample: ReviewSample) -> Sequence[Proposal]:
    """Return the proposals of a sample, with what a list shows."""
    return db.session.scalars(
        select(Proposal)
        .join(SampledProposal, SampledProposal.proposal_id == Proposal.id)
        .where(SampledProposal.sample_id == sample.id)
        .options(joinedload(Proposal.person), joinedload(Proposal.project), joinedload(Proposal.seat))
        .order_by(Proposal.id)
    ).all()


def opened(proposals: Sequence[Proposal], person_id: int) -> set[int]:
    """Return the ids of those of the proposals that this reviewer has opened."""
    query = select(ProposalOpening.proposal_id).where(ProposalOpening.person_id == person_id)
    return set(db.session.scalars(query.where(ProposalOpening.proposal_id.in_([one.id for one in proposals]))))


def undecided(round_id: int) -> int:
    """Return how many proposals of the round are neither approved nor barred."""
    query = select(func.count()).where(Proposal.round_id == round_id, Proposal.state.in_(UNDECIDED))
    return db.session.scalar(query) or 0


def only_in_one(round_ids: Collection[int], *, limit: int) -> dict[int, tuple[int, list[Proposal]]]:
    """Return, of each of two rounds, how many pairs it alone proposes, and the first with person and project."""
    other = aliased(Proposal)
    same = (other.person_id == Proposal.person_id, other.project_id == Proposal.project_id)
    in_both = select(other.id).where(other.round_id.in_(round_ids), other.round_id != Proposal.round_id, *same).exists()
    count = func.count().over(partition_by=Proposal.round_id).label("count")
    number = func.row_number().over(partition_by=Proposal.round_id, order_by=Proposal.id).label("number")
    pairs = select(Proposal.id, count, number).where(Proposal.round_id.in_(round_ids), ~in_both).subquery()
    rows = db.session.execute(
        select(Proposal, pairs.c.count)
        .join(pairs, pairs.c.id == Proposal.id)
        .where(pairs.c.number <= limit)
        .options(joinedload(Proposal.person), joinedload(Proposal.project))
        .order_by(Proposal.id)
    ).all()
    found: dict[int, tuple[int, list[Proposal]]] = {round_id: (0, []) for round_id in round_ids}
    for proposal, pairs_in_all in rows:
        found[proposal.round_id] = (pairs_in_all, [*found[proposal.round_id][1], proposal])
    return found


def proposal_states(round_id: int) -> dict[str, int]:
    """Return state → how many proposals of the round are in it."""
    rows = db.session.execute(
        select(Proposal.state, func.count()).where(Proposal.round_id == round_id).group_by(Proposal.state)
    )
    return dict(rows.all())


def empty_seats(round_id: int, *, after: int | None, limit: int) -> Sequence[tuple[EmptySeat, Seat, Project]]:
    """Return up to ``limit`` seats left empty after the one with id ``after``, why, and the project."""
    query = (
        select(EmptySeat, Seat, Project)
        .join(Seat, Seat.id == EmptySeat.seat_id)
        .join(Project, Project.id == Seat.project_id)
        .where(EmptySeat.round_id == round_id)
        .order_by(EmptySeat.id)
        .limit(limit)
    )
    return db.session.execute(query if after is None else query.where(EmptySeat.id > after)).all()


def projects_with_empty_seats(round_id: int) -> Sequence[tuple[Project, int, dict[str, Any]]]:
    """Return the projects of which the round left seats empty: how many, and the facts of one of them."""
    seats = func.count(EmptySeat.id)
    some = (
        select(Seat.project_id, seats.label("seats"), func.min(EmptySeat.id).label("one"))
        .join(Seat, Seat.id == EmptySeat.seat_id)
        .where(EmptySeat.round_id == round_id)
        .group_by(Seat.project_id)
        .subquery()
    )
    query = select(Project, some.c.seats, EmptySeat.facts).join(some, some.c.project_id == Project.id)
    return db.session.execute(query.join(EmptySeat, EmptySeat.id == some.c.one).order_by(Project.id)).all()


def pairs_in_state(round_id: int, state: str) -> set[tuple[int, int]]:
    """Return (person id, project id) of the round's proposals in one state."""
    rows = db.session.execute(
        select(Proposal.person_id, Proposal.project_id).where(Proposal.round_id == round_id, Proposal.state == state)
    )
    return {(person, project) for person, project in rows}


def project_ids_of(round_id: int) -> Sequence[int]:
    """Return the ids of the projects whose seats the round proposed somebody for or left empty."""
    proposed = select(Proposal.project_id).where(Proposal.round_id == round_id)
    empty = select(Seat.project_id).join(EmptySeat, EmptySeat.seat_id == Seat.id).where(EmptySeat.round_id == round_id)
    return db.session.scalars(proposed.union(empty)).all()
