"""HR's words on proposals: keep, bar, take back, approve."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from freeagents.accounts.models import Person
from freeagents.audit.services import record
from freeagents.country.pack import Pack
from freeagents.db.base import utc_now
from freeagents.eligibility import bridge
from freeagents.eligibility.facts import Pair
from freeagents.eligibility.pool import conflicts, host_of, people_facts, project_facts
from freeagents.eligibility.sentences import rule_name
from freeagents.errors import Conflict, Invalid
from freeagents.extensions import db
from freeagents.projects.queries import whole_projects_by_id
from freeagents.rounds.models import PROPOSAL_MOVES, Edit, Proposal, ProposalOpening, ReviewSample, Round
from freeagents.rounds.queries import rounds as queries
from freeagents.rounds.services import freezing, limiting


def keep(*, subject: Proposal, reason: str, actor_id: int) -> None:
    """Pin a proposed pair, in its seat, for this version and all re-runs.

    :raises Conflict: its state does not allow it, or a limit does not. :raises Invalid: no reason was given.
    """
    limiting.refuse_too_many(subject, _in_review(subject))
    _edit(subject, "keep", "kept", reason, actor_id)


def bar(*, subject: Proposal, reason: str, actor_id: int) -> None:
    """Rule a proposed pair out, for this version and all re-runs.

    :raises Conflict: its state does not allow it. :raises Invalid: no reason was given.
    """
    _edit(subject, "bar", "barred", reason, actor_id)


def withdraw_edit(*, edit: Edit, actor_id: int) -> Round:
    """Take back HR's word on a pair of a round that is in review or failed; counts from the next run on.

    :returns: the newest version of the edit's series.
    :raises Conflict: the newest version is neither in review nor failed, or the word was taken back already.
    """
    newest = queries.newest_version(edit.series)
    queries.lock_round(newest, shared=True)
    if newest.state not in {"in_review", "failed"}:
        raise Conflict(_("This round is not in review, so what HR decided in it cannot be taken back."))
    if edit.withdrawn_at is not None:
        raise Conflict(_("This was taken back already."))
    proposal = queries.proposal_of(newest.id, edit.person_id, edit.project_id)
    if proposal is not None and proposal.state in {"kept", "barred"}:
        undo(subject=proposal, actor_id=actor_id)
        return newest
    edit.withdrawn_at = utc_now()
    db.session.flush()
    record(db.session, "edit:withdraw", f"edit/{edit.public_id}", actor_id=actor_id, round=newest.public_id)
    return newest


def undo(*, subject: Proposal, actor_id: int) -> None:
    """Take back HR's word on a pair or an approval: the proposal stands as the round proposed it.

    :raises Conflict: there is nothing to take back.
    """
    proposal_round = _in_review(subject)
    _refuse_move(subject, "proposed")
    _withdraw(proposal_round.series, subject)
    subject.state, subject.reason, subject.decided_by, subject.decided_at = "proposed", "", None, None
    subject.sample_id = None
    db.session.flush()
    record(db.session, "proposal:undo", f"proposal/{subject.public_id}", actor_id=actor_id)


def approve(*, subject: Proposal, pack: Pack, actor_id: int) -> None:
    """Approve a proposal after it was opened and read.

    :raises Conflict: its state does not allow it, its project has ended, or the pair breaks a hard rule by now, or a
        limit.
    """
    proposal_round = _in_review(subject)
    if subject.project.state != "open":
        raise Conflict(_("This project has ended, so nobody can be placed on it any more. Bar the pair."))
    broken = freezing.broken_rules(subject.person_id, subject.project.public_id, pack=pack)
    if broken:
        raise Conflict(
            _(
                "This pair no longer meets: %(rules)s. Bar it or run the round again.",
                rules=", ".join(rule_name(code) for code in broken),
            ),
            rules=list(broken),
        )
    limiting.refuse_too_many(subject, proposal_round)
    _approve(subject, actor_id)


def approve_opened(*, subject: Round, pack: Pack, actor_id: int) -> tuple[int, list[Proposal]]:
    """Approve all undecided proposals of a round that this reviewer has opened.

    :returns: how many were approved, and those that were not because the pair breaks a hard rule by now.
    :raises Conflict: the round is not in review.
    """
    queries.lock_round(subject, shared=True)
    if subject.state != "in_review":
        raise Conflict(_("This round is not in review, so its proposals cannot be changed."))
    undecided = queries.lock_undecided(subject.id)
    opened = queries.opened(undecided, actor_id)
    return approve_each([one for one in undecided if one.id in opened], pack=pack, actor_id=actor_id)


def approve_each(
    proposals: Sequence[Proposal], *, pack: Pack, actor_id: int, sample: ReviewSample | None = None
) -> tuple[int, list[Proposal]]:
    """Approve undecided proposals that are held, but for those whose pair breaks a hard rule by now.

    :param sample: what this reviewer has opened instead of those that they did not open; named with each of these.
    :returns: how many were approved, and those that were not.
    """
    broken = _broken(proposals, pack)
    opened = queries.opened(proposals, actor_id) if sample else set()
    allowed = [one for one in proposals if one not in broken]
    for one in allowed:
        one.state, one.decided_by, one.decided_at = "approved", actor_id, utc_now()
        under = sample if one.id not in opened else None
        one.sample_id = under.id if under else None
        facts = {"sample": under.public_id} if under else {}
        record(db.session, "proposal:approve", f"proposal/{one.public_id}", actor_id=actor_id, **facts)
    db.session.flush()
    return len(allowed), broken


def note_opening(*, subject: Proposal, actor_id: int) -> None:
    """Note that a reviewer opened a proposal and saw its private parts; the first time only.

    In a transaction of its own: the page's may only read.
    """
    with Session(db.engine) as session, session.begin():
        first = session.scalar(
            insert(ProposalOpening)
            .values(proposal_id=subject.id, person_id=actor_id, at=utc_now())
            .on_conflict_do_nothing()
            .returning(ProposalOpening.proposal_id)
        )
        if first is not None:
            record(session, "proposal:open", f"proposal/{subject.public_id}", actor_id=actor_id)


def note_look(*, subject: Round, actor_id: int, person: Person | None = None) -> None:
    """Note that a reviewer looked at scores with private parts: a list of the round's, or one person's."""
    facts = {"person": person.public_id} if person else {}
    with Session(db.engine) as session, session.begin():
        record(session, "round:look", f"round/{subject.public_id}", actor_id=actor_id, **facts)


def _approve(subject: Proposal, actor_id: int) -> None:
    _refuse_move(subject, "approved")
    _decide(subject, "approved", actor_id, subject.reason)
    record(db.session, "proposal:approve", f"proposal/{subject.public_id}", actor_id=actor_id)


def _broken(proposals: Sequence[Proposal], pack: Pack) -> list[Proposal]:
    """Return those of the proposals whose project has ended, or whose pair breaks a hard rule as things stand today."""
    people = people_facts(today=utc_now().date(), only={one.person_id for one in proposals})
    projects = whole_projects_by_id({one.project_id for one in proposals})
    facts = {key: project_facts(project, host=host_of(project), pack=pack) for key, project in projects.items()}
    apart = set(conflicts())

    def is_broken(one: Proposal) -> bool:
        person, project = people.get(one.person_id), facts[one.project_id]
        if person is None or projects[one.project_id].state != "open":
            return True
        declared = (Pair(person.key, project.key),) if (one.person_id, one.project_id) in apart else ()
        return bool(bridge.check(person, project, conflicts=declared))

    return [one for one in proposals if is_broken(one)]


def _edit(subject: Proposal, kind: str, state: str, reason: str, actor_id: int) -> None:
    proposal_round = _in_review(subject)
    if not reason.strip():
        raise Invalid(_("Enter a reason. It is kept with the decision."), field="reason")
    _refuse_move(subject, state)
    _withdraw(proposal_round.series, subject)
    db.session.add(
        Edit(
            series=proposal_round.series,
            kind=kind,
            person_id=subject.person_id,
            project_id=subject.project_id,
            seat_id=subject.seat_id if kind == "keep" else None,
            reason=reason,
            made_by=actor_id,
        )
    )
    _decide(subject, state, actor_id, reason)
    record(db.session, f"proposal:{kind}", f"proposal/{subject.public_id}", actor_id=actor_id, note=reason)


def _in_review(subject: Proposal) -> Round:
    found = queries.round_by_id(subject.round_id)
    queries.lock_round(found, shared=True)
    if found.state != "in_review":
        raise Conflict(_("This round is not in review, so its proposals cannot be changed."))
    return found


def _refuse_move(subject: Proposal, state: str) -> None:
    """Hold the proposal, and refuse a move that its state does not allow."""
    queries.lock_proposal(subject)
    if state not in PROPOSAL_MOVES[subject.state]:
        raise Conflict(_("This proposal was decided on meanwhile. Look at it again."))


def _decide(subject: Proposal, state: str, actor_id: int, reason: str) -> None:
    subject.state, subject.reason = state, reason
    subject.decided_by, subject.decided_at = actor_id, utc_now()
    db.session.flush()


def _withdraw(series: str, subject: Proposal) -> None:
    """Take back what was said on the pair before."""
    edit = queries.live_edit(series, subject.person_id, subject.project_id)
    if edit is not None:
        edit.withdrawn_at = utc_now()
        db.session.flush()
