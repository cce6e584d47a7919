"""Use-cases of a round as a whole: make, queue, run again, publish."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from flask_babel import gettext as _
from flask_babel import ngettext

from freeagents.applications.services import answer_applications
from freeagents.audit.services import record
from freeagents.db.base import new_public_id, utc_now
from freeagents.eligibility import breaking, bridge
from freeagents.eligibility.case import Case
from freeagents.eligibility.facts import Lapse
from freeagents.eligibility.lapsing import lapses
from freeagents.errors import Conflict, Invalid
from freeagents.extensions import db
from freeagents.jobs.queue import enqueue
from freeagents.rounds.models import MOVES, Policy, Round
from freeagents.rounds.queries import matches
from freeagents.rounds.queries import rounds as queries
from freeagents.rounds.services import explaining, filling, leaving, limiting
from freeagents.rounds.services.notices import tell_owners
from freeagents.rounds.services.solving import SOLVE_JOB
from freeagents.skills.queries import names_of

SALT_BYTES = 16
OLDEST_CUT_OFF, LATEST_CUT_OFF = timedelta(days=30), timedelta(days=366)


def make_round(*, name: str, policy: Policy, cut_off: datetime, actor_id: int) -> Round:
    """Plan a round; the hash of its salt is fixed and shown from now on.

    :raises Invalid: no name was given, nobody approved the policy, or the cut-off is too long ago or too far off.
    """
    if not name.strip():
        raise Invalid(_("Enter a name for the round."), field="name")
    now = utc_now()
    if not now - OLDEST_CUT_OFF <= cut_off <= now + LATEST_CUT_OFF:
        raise Invalid(
            _("The cut-off must lie between %(days)d days ago and a year from now.", days=OLDEST_CUT_OFF.days),
            field="cut_off",
        )
    if policy.approved_by is None:
        raise Invalid(_("Nobody has approved this policy yet. Choose another."), field="policy")
    made = Round(
        series=new_public_id(),
        name=name,
        policy_id=policy.id,
        policy=policy,
        cut_off=cut_off,
        salt=secrets.token_bytes(SALT_BYTES),
        created_by=actor_id,
    )
    db.session.add(made)
    db.session.flush()
    record(
        db.session,
        "round:make",
        f"round/{made.public_id}",
        actor_id=actor_id,
        policy=policy.public_id,
        salt_hash=made.salt_hash,
    )
    return made


def queue_round(*, subject: Round, now: datetime, actor_id: int) -> None:
    """Hand the round to a worker.

    :raises Conflict: the cut-off is still to come, or the round was queued already.
    """
    if now < subject.cut_off:
        raise Conflict(_("The cut-off is still to come. Applications count until then; run the round afterwards."))
    # What is being published just now is then known to the worker.
    matches.lock_publishing()
    queries.lock_round(subject)
    _move(subject, "queued")
    db.session.flush()
    enqueue(db.session, SOLVE_JOB, lock=f"round/{subject.series}", round_id=subject.id)
    record(db.session, "round:queue", f"round/{subject.public_id}", actor_id=actor_id)


def cancel(*, subject: Round, actor_id: int) -> None:
    """Cancel a round that was planned and not run: nobody was told of it.

    :raises Conflict: it was run, or cancelled, meanwhile.
    """
    queries.lock_round(subject)
    if subject.state != "draft":
        raise Conflict(_("Only a round that was not run yet can be cancelled."))
    _move(subject, "cancelled")
    db.session.flush()
    record(db.session, "round:cancel", f"round/{subject.public_id}", actor_id=actor_id)


def rerun(*, subject: Round, actor_id: int) -> Round:
    """Make the next version of the series, with the same salt and all edits, and hand it to a worker.

    :raises Conflict: the round is not in review or failed, or is not the newest version.
    """
    queries.lock_round(subject)
    if subject.state not in {"in_review", "failed"}:
        raise Conflict(_("Only a round in review, or one that failed, can be run again."))
    if queries.last_version(subject.series) != subject.version:
        raise Conflict(_("There is a newer version of this round. Go on with that one."))
    again = Round(
        series=subject.series,
        version=subject.version + 1,
        name=subject.name,
        policy_id=subject.policy_id,
        cut_off=subject.cut_off,
        salt=subject.salt,
        created_by=actor_id,
    )
    db.session.add(again)
    if subject.state == "in_review":
        _move(subject, "cancelled")
    db.session.flush()
    record(
        db.session, "round:rerun", f"round/{again.public_id}", actor_id=actor_id, before=f"round/{subject.public_id}"
    )
    queue_round(subject=again, now=utc_now(), actor_id=actor_id)
    return queries.round_by_id(again.id)


def publish(*, subject: Round, actor_id: int) -> None:
    """Tell everybody: approved pairs are matched; all other applications for the round's projects are not, with why.

    The seats of the approved pairs are filled.

    :raises Conflict: the round is not in review, a proposal is still undecided, a seat or person was taken, or a limit
        is not kept.
    """
    queries.lock_round(subject)
    if undecided := queries.undecided(subject.id):
        raise Conflict(
            ngettext(
                "One proposal is still to be approved or barred. Decide on it before you publish.",
                "%(num)d proposals are still to be approved or barred. Decide on each before you publish.",
                undecided,
            )
        )
    filling.refuse_taken(subject)
    limiting.refuse_unkept(subject)
    _move(subject, "published")
    subject.published_by, subject.published_at = actor_id, utc_now()
    answer_applications(
        matched=queries.pairs_in_state(subject.id, "approved"),
        barred=queries.barred_pairs(subject.series),
        reasons=_reasons(subject),
        projects=queries.project_ids_of(subject.id),
        submitted_before=subject.cut_off,
        actor_id=actor_id,
    )
    filling.fill_seats(subject, actor_id=actor_id)
    tell_owners(subject)
    record(db.session, "round:publish", f"round/{subject.public_id}", actor_id=actor_id)


def _reasons(subject: Round) -> dict[tuple[int, int], tuple[str, dict[str, Any]]]:
    """Return (person id, project id) → why the wish of a person who was left out came to nothing.

    First the hard rules that this very pair broke when the round was frozen; else why the round left the person out,
    without scores, since private parts are in them. One wish of each person also says what would have placed them.
    """
    left_out = {entry[0]: entry[1:] for entry in leaving.entries(subject).tolist()}
    people = dict(zip(*(column.tolist() for column in queries.rows_and_people(subject.snapshot_id)), strict=True))
    projects = queries.project_ids_by_public_id()
    rows = np.array(sorted(left_out.keys() & people.keys()), dtype=np.int64)
    case, wished = explaining.kept_case(subject), dict[int, list[int]]()
    asked = {project.key: project for project in case.projects}
    told: dict[tuple[int, int], tuple[str, dict[str, Any]]] = {}
    for row, project, failing in breaking.failing_wishes(case, rows):
        number, allowed, *_private = left_out[row]
        code = bridge.LEFT_OUT[number]
        shown = {"allowed": allowed} if code != "no_seat_allowed" else {}
        ends = [_told(lapse) for lapse in lapses(case.people, row, asked[project])] if failing else []
        broken = {"rules": list(failing)} | ({"lapses": ends} if ends else {})
        reason = ("rules_not_met", broken) if failing else (code, shown)
        told[people[row], projects[project]] = reason
        wished.setdefault(row, []).append(projects[project])
    for row, nearest in _nearest(subject, case, wished, projects).items():
        told[people[row], _said_with(nearest, wished[row])][1]["nearest"] = nearest and nearest[1]
    return told


def _told(lapse: Lapse) -> list[str]:
    return [lapse.rule, lapse.word, lapse.until.isoformat(), lapse.needed.isoformat()]


def _nearest(
    subject: Round, case: Case, rows: Collection[int], projects: Mapping[str, int]
) -> dict[int, tuple[int, dict[str, Any]] | None]:
    """Return row → what would have placed the person, as one tells them: the project's id, and the facts.

    A change that leads to a project whose manager asked for the person is not told: it would say so.
    """
    found = leaving.nearest_by_row(subject)
    if found is None:
        return {}
    listing, keys = case.people.lists["short_list"], [projects.get(project.key, 0) for project in case.projects]
    asked_for = {(row, keys[word]) for row, word in zip(listing.row.tolist(), listing["word"].tolist(), strict=True)}
    changes = {row: found.get(row) for row in rows}
    told = {row: change for row, change in changes.items() if not change or (row, change["project"]) not in asked_for}
    public_ids = {project: public_id for public_id, project in projects.items()}
    some = [change for change in told.values() if change]
    titles = queries.titles({public_ids[change["project"]] for change in some})
    names = names_of({change["skill"] for change in some if "skill" in change})

    def in_full(change: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        named = {"names": names.get(change["skill"], {"en": change["skill"]})} if "skill" in change else {}
        public_id = public_ids[change["project"]]
        return change["project"], {**change, "project": public_id, "title": titles[public_id], **named}

    return {row: in_full(change) if change else None for row, change in told.items()}


def _said_with(nearest: tuple[int, Any] | None, wished: Sequence[int]) -> int:
    """Return with the answer for which project a change is told: with that of its own, if there is one."""
    return nearest[0] if nearest and nearest[0] in wished else wished[0]


def _move(subject: Round, state: str) -> None:
    if state not in MOVES[subject.state]:
        raise Conflict(_("This round has moved on meanwhile. Look at it again."))
    subject.state = state
