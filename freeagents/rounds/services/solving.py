"""The job that solves a round: freeze, keep the snapshot, solve what was kept, store what it proposes."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from freeagents.audit.services import record
from freeagents.country.pack import Pack
from freeagents.db.base import new_public_id, utc_now
from freeagents.eligibility import bridge
from freeagents.eligibility.case import Case, compress, decompress, digest
from freeagents.extensions import db
from freeagents.jobs.queue import is_at_work
from freeagents.rounds import queries
from freeagents.rounds.models import Outcome, Policy, Proposal, Round, Snapshot, SnapshotKey
from freeagents.rounds.services import freezing

SOLVE_JOB = "round:solve"
UNEXPECTED, ABANDONED = "unexpected", "abandoned"
UNFINISHED = ("queued", "solving")


def solve_round(*, round_id: int, pack: Pack) -> None:
    """Freeze the round's case, solve it, and store what it proposes; a job's handler.

    Commits between its stages: solving takes long, and others must see how far it is. Does nothing when the round is
    not waiting to be solved. Whatever goes wrong ends the round as failed, with a code.
    """
    attempt = claim(round_id)
    if attempt is None:
        return
    try:
        _solve(round_id, attempt, pack)
    except Exception:
        db.session.rollback()
        _fail(round_id, attempt, UNEXPECTED)
        db.session.commit()
        raise


def claim(round_id: int) -> str | None:
    """Take a round that waits, or take it over from a worker that no longer reports, and commit.

    :returns: the token of this attempt; whoever held the round before can change nothing any more. None: there is
        nothing to solve.
    """
    attempt = secrets.token_hex(8)
    claimed = db.session.scalar(
        update(Round)
        .where(Round.id == round_id, Round.state.in_(UNFINISHED))
        .values(state="solving", attempt=attempt, stage=None, stage_done=0, stage_total=0)
        .returning(Round.id)
    )
    db.session.commit()
    return attempt if claimed else None


def fail_abandoned() -> None:
    """End, as failed, the rounds that wait for a job that is no longer there; a periodic job's handler."""
    abandoned = db.session.execute(
        update(Round)
        .where(Round.state.in_(UNFINISHED), ~is_at_work(SOLVE_JOB, round_id=Round.id))
        .values(state="failed", failure=ABANDONED, attempt=None, solved_at=utc_now())
        .returning(Round.public_id)
    )
    for (public_id,) in abandoned:
        record(db.session, "round:fail", f"round/{public_id}", actor_id=None, code=ABANDONED)


def replay(snapshot: Snapshot, policy: Policy) -> bridge.Answer:
    """Solve a kept snapshot again; the same snapshot under the same policy gives the same answer."""
    return bridge.solve(Case.from_bytes(decompress(snapshot.content)), bridge.policy_from_toml(policy.document))


def _solve(round_id: int, attempt: str, pack: Pack) -> None:
    progress = _progress_of(round_id, attempt)
    progress("freeze", 0, 1)
    frozen, policy = _freeze(round_id, pack)
    content = frozen.case.to_bytes()
    snapshot_id = _keep_snapshot(content, frozen.people)
    # What is solved is what was kept, so that the snapshot alone gives the answer again.
    case = Case.from_bytes(content)
    try:
        answer = bridge.solve(case, policy, progress)
    except bridge.CaseError as error:
        _fail(round_id, attempt, error.code, facts=_failure_facts(error.facts, frozen), snapshot_id=snapshot_id)
        return
    finish(round_id, attempt, answer, frozen, snapshot_id)


def _freeze(round_id: int, pack: Pack) -> tuple[freezing.Frozen, bridge.Policy]:
    """Read the case in one view of the database: what changes meanwhile is seen by all of it or by nothing."""
    db.session.connection(execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})
    subject = queries.round_by_id(round_id)
    frozen = freezing.freeze(subject, pack=pack)
    policy = bridge.policy_from_toml(subject.policy.document)
    db.session.commit()
    return frozen, policy


def _progress_of(round_id: int, attempt: str) -> bridge.Progress:
    """Return what writes progress at once, in short transactions of its own."""

    def progress(stage: str, done: int, total: int) -> None:
        with Session(db.engine) as session, session.begin():
            session.execute(
                update(Round)
                .where(Round.id == round_id, Round.attempt == attempt)
                .values(stage=stage, stage_done=done, stage_total=total)
            )

    return progress


def _keep_snapshot(content: bytes, people: Mapping[str, int]) -> int:
    """Keep the bytes under their address, and whom the pseudonyms stand for; commit. What is there already stays."""
    address = digest(content)
    db.session.execute(
        upsert(Snapshot).values(digest=address, content=compress(content), made_at=utc_now()).on_conflict_do_nothing()
    )
    snapshot_id = queries.snapshot_id_at(address)
    keys = [
        {"snapshot_id": snapshot_id, "pseudonym": pseudonym, "person_id": person}
        for pseudonym, person in people.items()
    ]
    if keys:
        db.session.execute(upsert(SnapshotKey).on_conflict_do_nothing(), keys)
    db.session.commit()
    return snapshot_id


def finish(round_id: int, attempt: str, answer: bridge.Answer, frozen: freezing.Frozen, snapshot_id: int) -> bool:
    """Store what the round proposes and put it in review, if the attempt still holds it; all of it commits together.

    :returns: whether it did.
    """
    figures = answer.figures() | _first_choices(answer, frozen.case) | {"unused_edits": frozen.unused_edits}
    public_id = _end(round_id, attempt, state="in_review", snapshot_id=snapshot_id, figures=figures)
    if public_id is None:
        return False
    _insert(Proposal, [_proposal_row(round_id, placement, frozen) for placement in answer.placements])
    _insert(Outcome, [_left_out_row(round_id, unplaced, frozen) for unplaced in answer.unplaced])
    _insert(Outcome, [_empty_seat_row(round_id, unfilled, frozen) for unfilled in answer.unfilled])
    record(
        db.session,
        "round:solve",
        f"round/{public_id}",
        actor_id=None,
        snapshot=digest(frozen.case.to_bytes()).hex(),
        placed=len(answer.placements),
    )
    return True


def _fail(
    round_id: int, attempt: str, code: str, *, facts: Mapping[str, Any] | None = None, snapshot_id: int | None = None
) -> None:
    public_id = _end(
        round_id, attempt, state="failed", failure=code, failure_facts=dict(facts or {}), snapshot_id=snapshot_id
    )
    if public_id is not None:
        record(db.session, "round:fail", f"round/{public_id}", actor_id=None, code=code)


def _end(round_id: int, attempt: str, **values: object) -> str | None:
    """End the solving if the attempt still holds the round; return the round's public id if it did."""
    return db.session.scalar(
        update(Round)
        .where(Round.id == round_id, Round.attempt == attempt, Round.state == "solving")
        .values(solved_at=utc_now(), **values)
        .returning(Round.public_id)
    )


def _failure_facts(facts: Mapping[str, Any], frozen: freezing.Frozen) -> dict[str, Any]:
    """Return the facts of a failure; a kept pair is named by HR's edit, never by a pseudonym."""
    told = {name: value for name, value in facts.items() if name != "person"}
    kept = frozen.kept.get((facts.get("person", ""), facts.get("project", "")))
    return told | {"edit": kept.edit} if kept else told


def _first_choices(answer: bridge.Answer, case: Case) -> dict[str, dict[str, int]]:
    """Return how many people got their first choice, of how many who had one."""
    first = {wish.person: wish.project for wish in case.wishes if wish.rank == 1}
    met = sum(first.get(placement.person) == placement.project for placement in answer.placements)
    return {"first_choices": {"met": met, "of": len(first)}}


def _proposal_row(round_id: int, placement: bridge.Placement, frozen: freezing.Frozen) -> dict[str, object]:
    kept = frozen.kept.get((placement.person, placement.project))
    return {
        "public_id": new_public_id(),
        "round_id": round_id,
        "person_id": frozen.people[placement.person],
        "seat_id": frozen.seats[placement.project, placement.seat],
        "project_id": frozen.projects[placement.project],
        "state": "kept" if kept else "proposed",
        "score": placement.explanation.score,
        "parts": placement.explanation.parts,
        "criteria": placement.explanation.criteria,
        "reason": kept.reason if kept else "",
        "decided_by": kept.made_by if kept else None,
        "decided_at": kept.made_at if kept else None,
    }


def _left_out_row(round_id: int, unplaced: bridge.Unplaced, frozen: freezing.Frozen) -> dict[str, object]:
    person = frozen.people[unplaced.person]
    return {"round_id": round_id, "person_id": person, "seat_id": None, "code": unplaced.code, "facts": unplaced.facts}


def _empty_seat_row(round_id: int, unfilled: bridge.Unfilled, frozen: freezing.Frozen) -> dict[str, object]:
    seat = frozen.seats[unfilled.project, unfilled.seat]
    return {"round_id": round_id, "person_id": None, "seat_id": seat, "code": unfilled.code, "facts": unfilled.facts}


def _insert(model: type[Proposal | Outcome], rows: Sequence[dict[str, object]]) -> None:
    if rows:
        db.session.execute(insert(model), list(rows))
