"""The job that solves a round: freeze, keep the snapshot, solve what was kept, store what it proposes."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from functools import partial
from typing import Any

import numpy as np
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from freeagents.audit.services import record
from freeagents.country.pack import Pack
from freeagents.db import bulk
from freeagents.db.base import new_public_id, utc_now
from freeagents.eligibility import bridge
from freeagents.eligibility.case import SHARD, Case, compress, digest
from freeagents.eligibility.columns import Array
from freeagents.eligibility.limits import gap_of, limits_of
from freeagents.extensions import db
from freeagents.jobs.queue import is_at_work
from freeagents.rounds.models import Round, RoundProof, Snapshot, SnapshotKey
from freeagents.rounds.queries import rounds as queries
from freeagents.rounds.services import advising, explaining, freezing, leaving
from freeagents.rounds.services.notices import tell_reviewers

SOLVE_JOB = "round:solve"
UNEXPECTED, ABANDONED = "unexpected", "abandoned"
UNFINISHED = ("queued", "solving")
COMPRESSING = 2
"""So many threads compress a snapshot."""
PROPOSAL_COLUMNS = {
    "public_id": "text",
    "round_id": "int4",
    "person_id": "int4",
    "seat_id": "int4",
    "project_id": "int4",
    "state": "text",
    "score": "int4",
    "parts": "jsonb",
    "criteria": "jsonb",
    "reason": "text",
    "decided_by": "int4",
    "decided_at": "timestamptz",
}
SEAT_COLUMNS = {"round_id": "int4", "seat_id": "int4", "code": "text", "facts": "jsonb"}
PART_COLUMNS = {"round_id": "int4", "number": "int4", "content": "bytea"}


def solve_round(*, round_id: int, pack: Pack) -> None:
    """Freeze the round's case, solve it, and store what it proposes; a job's handler.

    Commits between its stages: solving takes long, and others must see how far it is. Where the round is in review, it
    goes on with what could be otherwise, if that was not worked out; else it does nothing unless the round waits.
    Whatever goes wrong ends the round as failed, with a code.
    """
    attempt = claim(round_id)
    if attempt is None:
        _advise_again(round_id, pack)
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
        tell_reviewers(public_id)


def replay(subject: Round) -> bridge.Answer:
    """Solve the kept snapshot of a round again; the same snapshot under the same policy gives the same answer."""
    return bridge.solve(explaining.kept_case(subject), bridge.policy_from_toml(subject.policy.document))


def _solve(round_id: int, attempt: str, pack: Pack) -> None:
    progress = _progress_of(round_id, attempt)
    progress("freeze", 0, 1)
    frozen, policy = _freeze(round_id, pack, partial(progress, "freeze"))
    progress("keep", 0, 1)
    pieces = tuple(frozen.case.pieces())
    snapshot_id = _keep_snapshot(pieces, frozen.people)
    # What is solved is what was kept, so that the snapshot alone gives the answer again.
    frozen = replace(frozen, case=Case.from_pieces(pieces))
    try:
        answer = bridge.solve(frozen.case, policy, progress)
    except bridge.CaseError as error:
        _fail(round_id, attempt, error.code, facts=_failure_facts(error.facts, frozen), snapshot_id=snapshot_id)
        return
    progress("store", 0, 1)
    if finish(round_id, attempt, answer, frozen, snapshot_id):
        db.session.commit()
        # HR can begin while this is worked out: in a large round it takes longer than all before.
        advising.advise(round_id, answer, frozen, pack)


def _advise_again(round_id: int, pack: Pack) -> None:
    """Work out what could be otherwise where a worker died over it: the job comes again, and the round is in review."""
    subject = queries.round_by_id(round_id)
    if subject.state != "in_review" or subject.snapshot_id is None or advising.ADVISED in (subject.figures or {}):
        return
    frozen = freezing.thawed(explaining.kept_case(subject))
    answer = bridge.solve(frozen.case, bridge.policy_from_toml(subject.policy.document))
    db.session.commit()
    advising.advise(round_id, answer, frozen, pack)


def _freeze(
    round_id: int, pack: Pack, tell: Callable[[int, int], None] = lambda _done, _total: None
) -> tuple[freezing.Frozen, bridge.Policy]:
    """Read the case in one view of the database: what changes meanwhile is seen by all of it or by nothing."""
    db.session.connection(execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})
    subject = queries.round_by_id(round_id)
    frozen = freezing.freeze(subject, pack=pack, tell=tell)
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


def _keep_snapshot(pieces: Sequence[bytes], people: Array) -> int:
    """Keep the pieces under their address, and who stands in which row; commit. What is there already stays."""
    address = digest(pieces)
    snapshot_id = db.session.scalar(
        upsert(Snapshot).values(digest=address, made_at=utc_now()).on_conflict_do_nothing().returning(Snapshot.id)
    )
    if snapshot_id is None:
        snapshot_id = queries.snapshot_id_at(address)
    else:
        with ThreadPoolExecutor(COMPRESSING) as threads:
            parts = enumerate(threads.map(compress, pieces))
            columns = {"snapshot_id": "int4", "number": "int4", "content": "bytea"}
            bulk.write_rows(db.session, "snapshot_part", columns, ((snapshot_id, *part) for part in parts))
    for number, start in enumerate(range(0, len(people), SHARD), start=1):
        key = upsert(SnapshotKey).values(
            snapshot_id=snapshot_id, number=number, people=people[start : start + SHARD].tolist()
        )
        db.session.execute(
            key.on_conflict_do_update(index_elements=("snapshot_id", "number"), set_={"people": key.excluded.people})
        )
    db.session.commit()
    return snapshot_id


def finish(round_id: int, attempt: str, answer: bridge.Answer, frozen: freezing.Frozen, snapshot_id: int) -> bool:
    """Store what the round proposes and put it in review, if the attempt still holds it; all of it commits together.

    :returns: whether it did.
    """
    figures = answer.figures() | _first_choices(answer, frozen.case) | {"unused_edits": frozen.unused_edits}
    if answer.objective in bridge.PRICED:
        figures["proof"] = _proof_figures(answer)
    figures |= _side_figures(answer)
    public_id = _end(round_id, attempt, state="in_review", snapshot_id=snapshot_id, figures=figures)
    if public_id is None:
        return False
    rows = (_proposal_row(round_id, placement, frozen) for placement in answer.placements)
    bulk.write_rows(db.session, "proposal", PROPOSAL_COLUMNS, rows)
    seats = ((round_id, frozen.seats[row.project, row.seat], row.code, row.facts) for row in answer.unfilled)
    bulk.write_rows(db.session, "empty_seat", SEAT_COLUMNS, seats)
    ids = np.array([frozen.projects[project.key] for project in frozen.case.projects], dtype=np.int32)
    parts = ((round_id, *part) for part in leaving.parts(answer.left_out, ids))
    bulk.write_rows(db.session, "left_out_part", PART_COLUMNS, parts)
    db.session.add(RoundProof(round_id=round_id, content=compress(json.dumps(_proof(answer)).encode())))
    record(
        db.session,
        "round:solve",
        f"round/{public_id}",
        actor_id=None,
        snapshot=queries.digest_of(snapshot_id).hex(),
        placed=len(answer.placements),
    )
    tell_reviewers(public_id)
    return True


def _fail(
    round_id: int, attempt: str, code: str, *, facts: Mapping[str, Any] | None = None, snapshot_id: int | None = None
) -> None:
    public_id = _end(
        round_id, attempt, state="failed", failure=code, failure_facts=dict(facts or {}), snapshot_id=snapshot_id
    )
    if public_id is not None:
        record(db.session, "round:fail", f"round/{public_id}", actor_id=None, code=code)
        tell_reviewers(public_id)


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


def _proof(answer: bridge.Answer) -> dict[str, Any]:
    """Return what proves a plan, as JSON holds it; projects and people by their row in the case."""
    found = answer.plan.certificate
    covers = {"most": found.most, "higher": found.higher}
    columns = ("price", "listed", "cut_off", "person", "worth")
    return {
        "objective": answer.objective,
        "bound": found.bound,
        "seat_weight": found.seat_weight,
        **{name: getattr(found, name).tolist() for name in columns},
        "groups": found.group_price.tolist(),
        "rules": [[*key, price] for key, price in found.rule_prices.items()],
        "floor": found.floor,
        "covers": {
            name: {
                "floor": cover.floor,
                "project": np.flatnonzero(cover.project).tolist(),
                "person": cover.person.tolist(),
                "bound": cover.bound,
            }
            for name, cover in covers.items()
            if cover
        },
    }


def _side_figures(answer: bridge.Answer) -> dict[str, Any]:
    """Return what the side rules of the policy came to, if it states any."""
    plan = answer.plan
    if not plan.index.problem.limits:
        return {}
    seats, units = gap_of(answer)
    return {
        "limits": [asdict(use) for use in limits_of(answer, plan.index.policy)],
        "breaches": list(answer.breaches),
        "gap": {"seats": seats, "units": units},
    }


def _proof_figures(answer: bridge.Answer) -> dict[str, int]:
    """Return what the pairs chosen score, what no choice can exceed, and how many seats and people have a price."""
    proof, chosen = answer.plan.certificate, ~answer.plan.kept
    free = answer.plan.index.problem.free_seats
    return {
        "chosen": int(answer.plan.scores[chosen].sum()),
        "bound": answer.plan.bound - proof.seat_weight * int(chosen.sum()),
        "seats": int(free[proof.price > 0].sum()),
        "people": int((proof.worth > 0).sum()),
        "broken": answer.plan.penalty,
    }


def _first_choices(answer: bridge.Answer, case: Case) -> dict[str, dict[str, int]]:
    """Return how many people got their first choice, of how many who had one."""
    wishes = case.people.lists["wishes"]
    first = wishes["rank"] == 1
    chosen = set(zip(wishes.row[first].tolist(), wishes["word"][first].tolist(), strict=True))
    number_of = {project.key: number for number, project in enumerate(case.projects)}
    met = sum(
        (case.people.find(placement.person), number_of[placement.project]) in chosen for placement in answer.placements
    )
    return {"first_choices": {"met": met, "of": len({person for person, _ in chosen})}}


def _proposal_row(round_id: int, placement: bridge.Placement, frozen: freezing.Frozen) -> tuple[Any, ...]:
    """Return the values of ``PROPOSAL_COLUMNS``."""
    kept = frozen.kept.get((placement.person, placement.project))
    found = placement.explanation
    return (
        new_public_id(),
        round_id,
        frozen.person(placement.person),
        frozen.seats[placement.project, placement.seat],
        frozen.projects[placement.project],
        "kept" if kept else "proposed",
        found.score,
        found.parts,
        found.criteria,
        *((kept.reason, kept.made_by, kept.made_at) if kept else ("", None, None)),
    )
