"""Match rounds: policies, frozen snapshots, rounds, HR's edits, proposals, and the outcome for everybody else."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, SmallInteger, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from freeagents.accounts.models import Person
from freeagents.db.base import Base, Key, PublicId, Words, one_of, utc_now
from freeagents.projects.models import Project, Seat

MOVES: dict[str, tuple[str, ...]] = {
    "draft": ("queued", "cancelled"),
    "queued": ("solving", "failed", "cancelled"),
    "solving": ("in_review", "failed"),
    "in_review": ("published", "cancelled"),
    "published": ("closed",),
    "closed": (),
    "failed": (),
    "cancelled": (),
}
PROPOSAL_MOVES: dict[str, tuple[str, ...]] = {
    "proposed": ("kept", "barred", "approved", "replaced"),
    "kept": ("proposed", "barred", "approved", "replaced"),
    "barred": ("proposed",),
    "approved": ("proposed", "offered"),
    "offered": ("replaced",),
    "replaced": (),
}
OBJECTIVES = ("most_score", "most_seats", "worst_off", "stable_people", "stable_projects", "fewest_changes")
EDIT_KINDS = ("keep", "bar")


class Policy(Base):
    """A named, versioned, immutable set of weights and an objective; its approver is not its author."""

    __tablename__ = "policy"
    __table_args__ = (
        UniqueConstraint("name", "version"),
        one_of("objective", OBJECTIVES),
        CheckConstraint("approved_by IS NULL OR approved_by <> author_id", name="approved_by_another"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    name: Mapped[str]
    version: Mapped[int]
    objective: Mapped[str]
    document: Mapped[str]
    titles: Mapped[Words]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)

    author: Mapped[Person | None] = relationship(foreign_keys=[author_id], lazy="raise_on_sql")
    approver: Mapped[Person | None] = relationship(foreign_keys=[approved_by], lazy="raise_on_sql")


class Snapshot(Base):
    """The frozen input of a round, in parts, addressed by the SHA-256 of its canonical bytes."""

    __tablename__ = "snapshot"

    id: Mapped[Key]
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    made_at: Mapped[datetime] = mapped_column(default=utc_now)


class SnapshotPart(Base):
    """One part of the bytes of a snapshot, compressed: number 0 says all but the people, each other holds some of them.

    The people stand under pseudonyms, in order.
    """

    __tablename__ = "snapshot_part"

    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshot.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class SnapshotKey(Base):
    """Who stands in the rows of one part of a snapshot: ids of people, 0 for those who were erased.

    The database blanks an id when its person goes; replay still gives the same bytes.
    """

    __tablename__ = "snapshot_key"

    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshot.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    people: Mapped[list[int]] = mapped_column(ARRAY(Integer))


class Round(Base):
    """One matching run under one policy. A re-run is a new row of the same ``series`` with the next ``version``.

    ``salt`` orders ties; its hash is shown before the cut-off, and re-runs carry it. ``attempt`` is the token of the
    worker that took the round last; it must still hold it when it commits a result, so that a paused worker that comes
    back changes nothing. ``failure`` is a code, ``failure_facts`` its parameters.
    """

    __tablename__ = "round"
    __table_args__ = (
        one_of("state", MOVES),
        UniqueConstraint("series", "version"),
        CheckConstraint("state <> 'failed' OR failure IS NOT NULL", name="failure_says_why"),
        CheckConstraint("state NOT IN ('published', 'closed') OR published_by IS NOT NULL", name="published_by_person"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    series: Mapped[str] = mapped_column(index=True)
    version: Mapped[int] = mapped_column(SmallInteger, default=1)
    name: Mapped[str]
    state: Mapped[str] = mapped_column(default="draft")
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"))
    cut_off: Mapped[datetime]
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    snapshot_id: Mapped[int | None] = mapped_column(ForeignKey("snapshot.id"))
    attempt: Mapped[str | None]
    stage: Mapped[str | None]
    stage_done: Mapped[int] = mapped_column(default=0)
    stage_total: Mapped[int] = mapped_column(default=0)
    failure: Mapped[str | None]
    failure_facts: Mapped[dict[str, Any] | None]
    figures: Mapped[dict[str, Any] | None]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    solved_at: Mapped[datetime | None]
    published_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime | None]

    policy: Mapped[Policy] = relationship(lazy="raise_on_sql")

    @property
    def salt_hash(self) -> str:
        """The SHA-256 of the salt, which may be shown before the cut-off."""
        return hashlib.sha256(self.salt).hexdigest()


class Edit(Base):
    """HR's word on a pair, carried into every re-run of the series: *keep* it or *bar* it, with a reason."""

    __tablename__ = "edit"
    __table_args__ = (
        one_of("kind", EDIT_KINDS),
        CheckConstraint("reason <> ''", name="has_reason"),
        Index(
            "uq_edit_live_pair",
            "series",
            "person_id",
            "project_id",
            unique=True,
            postgresql_where="withdrawn_at IS NULL",
        ),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    series: Mapped[str]
    kind: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    seat_id: Mapped[int | None] = mapped_column(ForeignKey("seat.id", ondelete="CASCADE"))
    reason: Mapped[str]
    made_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(default=utc_now)
    withdrawn_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="raise_on_sql", foreign_keys=person_id)
    project: Mapped[Project] = relationship(lazy="raise_on_sql")


class ReviewSample(Base):
    """Proposals drawn at random for one reviewer to open, before all that are left may be approved at once.

    ``asked`` is the size as the reviewer stated it, ``10`` or ``10 %``; ``out_of`` is how many were undecided then.
    """

    __tablename__ = "review_sample"
    __table_args__ = (UniqueConstraint("round_id", "drawn_by"),)

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id", ondelete="CASCADE"))
    drawn_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked: Mapped[str]
    out_of: Mapped[int]
    drawn_at: Mapped[datetime] = mapped_column(default=utc_now)


class Proposal(Base):
    """One pair a round proposes; the parts of its ``score`` (1,000 units to the point) add up to it exactly.

    ``sample`` is what its approver had opened instead of this very proposal; None: it was opened itself.
    """

    __tablename__ = "proposal"
    __table_args__ = (
        one_of("state", PROPOSAL_MOVES),
        UniqueConstraint("round_id", "person_id", "project_id"),
        UniqueConstraint("round_id", "seat_id"),
        CheckConstraint(
            "state = 'proposed' OR state = 'replaced' OR (decided_by IS NOT NULL AND decided_at IS NOT NULL)",
            name="decided_by_person",
        ),
        CheckConstraint("state NOT IN ('kept', 'barred') OR reason <> ''", name="decided_with_reason"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    seat_id: Mapped[int] = mapped_column(ForeignKey("seat.id", ondelete="CASCADE"), index=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(default="proposed")
    score: Mapped[int]
    parts: Mapped[dict[str, Any]]
    criteria: Mapped[list[dict[str, Any]]]
    reason: Mapped[str] = mapped_column(default="")
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id", ondelete="SET NULL"))
    sample_id: Mapped[int | None] = mapped_column(ForeignKey("review_sample.id", ondelete="SET NULL"))

    round: Mapped[Round] = relationship(lazy="raise_on_sql")
    sample: Mapped[ReviewSample | None] = relationship(lazy="raise_on_sql")
    person: Mapped[Person] = relationship(lazy="raise_on_sql", foreign_keys=person_id)
    project: Mapped[Project] = relationship(lazy="raise_on_sql")
    seat: Mapped[Seat] = relationship(lazy="raise_on_sql")


class ProposalOpening(Base):
    """A reviewer opened a proposal's page, private parts of the score included, for the first time."""

    __tablename__ = "proposal_opening"

    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True)
    at: Mapped[datetime] = mapped_column(default=utc_now)


class SampledProposal(Base):
    """A proposal that was drawn into a sample."""

    __tablename__ = "sampled_proposal"

    sample_id: Mapped[int] = mapped_column(ForeignKey("review_sample.id", ondelete="CASCADE"), primary_key=True)
    proposal_id: Mapped[int] = mapped_column(
        ForeignKey("proposal.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class EmptySeat(Base):
    """Why a seat was left empty: a code with its parameters."""

    __tablename__ = "empty_seat"

    id: Mapped[Key]
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id", ondelete="CASCADE"), index=True)
    seat_id: Mapped[int] = mapped_column(ForeignKey("seat.id", ondelete="CASCADE"), index=True)
    code: Mapped[str]
    facts: Mapped[dict[str, Any]]


class RoundProof(Base):
    """What proves that no plan is better than a round's: prices, cut-offs and their sum, as compressed JSON.

    It knows rows of the snapshot, not people.
    """

    __tablename__ = "round_proof"

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id", ondelete="CASCADE"), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class NextBest(Base):
    """The people who could take a project's seat next, by what that would cost the whole round, the cheapest first.

    ``people`` holds [row of the snapshot, seats fewer, units less, [[row, from project, to project], …]] for each.
    """

    __tablename__ = "next_best"

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id", ondelete="CASCADE"), primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), primary_key=True, index=True)
    people: Mapped[list[Any]] = mapped_column(JSONB)


class LeftOutPart(Base):
    """Why people were left out, as compressed columns: those who stand in one part of the round's snapshot.

    It knows rows, not people: who stands there says :class:`SnapshotKey`. ``nearest`` says, in compressed JSON, what
    would have placed them; None: that is not worked out.
    """

    __tablename__ = "left_out_part"

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    nearest: Mapped[bytes | None] = mapped_column(LargeBinary)
