"""HR's approval of many proposals at once, after a random sample of a stated size was opened."""

from __future__ import annotations

from random import Random

from flask_babel import gettext as _
from flask_babel import ngettext

from freeagents.audit.services import record
from freeagents.country.pack import Pack
from freeagents.errors import Conflict, Invalid
from freeagents.extensions import db
from freeagents.rounds.models import Proposal, ReviewSample, Round, SampledProposal
from freeagents.rounds.queries import rounds as queries
from freeagents.rounds.services import review

LEAST = 10
"""The smallest sample that says anything; all proposals, where there are fewer."""


def size_of(asked: str, out_of: int) -> int:
    """Return how many proposals of ``out_of`` are asked for: ``10`` as it is, ``10 %`` as a share rounded up."""
    if asked.endswith("%"):
        return -(-out_of * int(asked.rstrip("% ")) // 100)
    return int(asked)


def draw(*, subject: Round, asked: str, chance: Random, actor_id: int) -> ReviewSample:
    """Draw the one sample of a round that this reviewer is to open.

    :param asked: its size, as a number or a share in percent.
    :raises Conflict: the round is not in review, nothing is undecided, or the reviewer has a sample already.
    :raises Invalid: the sample would be too small to say anything, or larger than what there is.
    """
    queries.lock_round(subject)
    if subject.state != "in_review":
        raise Conflict(_("This round is not in review, so its proposals cannot be changed."))
    if queries.sample_of(subject.id, actor_id) is not None:
        raise Conflict(_("You have drawn a sample of this round already. It stays the same, so that chance decides."))
    undecided = queries.lock_undecided(subject.id)
    if not undecided:
        raise Conflict(_("No proposal is still to be decided."))
    size, out_of = size_of(asked, len(undecided)), len(undecided)
    if size > out_of:
        raise Invalid(
            ngettext(
                "Only one proposal is still to be decided. Enter no more than that.",
                "Only %(num)d proposals are still to be decided. Enter no more than that.",
                out_of,
            ),
            field="size",
        )
    if size < min(LEAST, out_of):
        raise Invalid(
            _(
                "%(size)d of %(out_of)d are too few to judge the others by. Open at least %(least)d.",
                size=size,
                out_of=out_of,
                least=min(LEAST, out_of),
            ),
            field="size",
        )
    sample = ReviewSample(round_id=subject.id, drawn_by=actor_id, asked=asked, out_of=out_of)
    db.session.add(sample)
    db.session.flush()
    for proposal in chance.sample(undecided, size):
        db.session.add(SampledProposal(sample_id=sample.id, proposal_id=proposal.id))
    db.session.flush()
    record(
        db.session,
        "round:sample",
        f"round/{subject.public_id}",
        actor_id=actor_id,
        sample=sample.public_id,
        asked=asked,
        size=size,
        out_of=out_of,
    )
    return sample


def approve_the_rest(*, subject: Round, pack: Pack, actor_id: int) -> tuple[int, list[Proposal]]:
    """Approve all undecided proposals of a round once this reviewer has opened each of their sample.

    :returns: how many were approved, and those that were not because the pair breaks a hard rule by now.
    :raises Conflict: the round is not in review, there is no sample, or some of it is still to be opened.
    """
    queries.lock_round(subject, shared=True)
    if subject.state != "in_review":
        raise Conflict(_("This round is not in review, so its proposals cannot be changed."))
    sample = queries.sample_of(subject.id, actor_id)
    if sample is None:
        raise Conflict(_("Draw a sample and open each proposal in it first."))
    drawn = queries.sampled(sample)
    unopened = len(drawn) - len(queries.opened(drawn, actor_id))
    if unopened:
        raise Conflict(
            ngettext(
                "One proposal of the sample is still to be opened.",
                "%(num)d proposals of the sample are still to be opened.",
                unopened,
            )
        )
    approved, broken = review.approve_each(
        queries.lock_undecided(subject.id), pack=pack, actor_id=actor_id, sample=sample
    )
    record(
        db.session,
        "round:approve_by_sample",
        f"round/{subject.public_id}",
        actor_id=actor_id,
        sample=sample.public_id,
        size=len(drawn),
        out_of=sample.out_of,
        approved=approved,
    )
    return approved, broken
