"""Pages of one proposal: what it is made of, and HR's word on it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, request
from flask_babel import gettext as _
from marshmallow import Schema

from freeagents.eligibility import bridge
from freeagents.eligibility.advice import NOT_USED
from freeagents.eligibility.sentences import sentence_for_pair
from freeagents.extensions import pack
from freeagents.rounds.models import PROPOSAL_MOVES, Proposal
from freeagents.rounds.queries import rounds as queries
from freeagents.rounds.schemas import LONGEST_REASON, DecisionSchema
from freeagents.rounds.services import choosing, review
from freeagents.rounds.services.telling import shown_parts
from freeagents.security.access import allows
from freeagents.security.actor import current_actor
from freeagents.security.guard import allow
from freeagents.skills.queries import by_words
from freeagents.web.forms import Form
from freeagents.web.rendering import Answer, render, see_other

bp = Blueprint("proposals", __name__, url_prefix="/rounds/proposals", template_folder="../templates")


@bp.get("/<proposal>")
@allow("proposal:read", proposal=queries.proposal_by_public_id)
def show(proposal: Proposal) -> Answer:
    """Show a proposal; a reviewer's first look is noted."""
    actor = current_actor()
    if allows("proposal:decide", actor, proposal):
        review.note_opening(subject=proposal, actor_id=actor.person_id)
    return _page(proposal, Form(DecisionSchema(), initial={"reason": proposal.reason}))


@bp.post("/<proposal>/decide")
@allow("proposal:decide", proposal=queries.proposal_by_public_id)
def decide(proposal: Proposal) -> Answer:
    """Keep or bar a pair."""
    form = Form(DecisionSchema(), request.form, labels={"reason": _("the reason")})
    with form.refusals():
        word = {"keep": review.keep, "bar": review.bar}[form.data["word"]]
        word(subject=proposal, reason=form.data["reason"], actor_id=current_actor().person_id)
        said = {"keep": _("The pair is kept, also when the round is run again."), "bar": _("The pair is barred.")}
        flash(said[form.data["word"]], "success")
        return see_other("proposals.show", proposal=proposal.public_id)
    return _page(proposal, form)


@bp.post("/<proposal>/approve")
@allow("proposal:decide", proposal=queries.proposal_by_public_id)
def approve(proposal: Proposal) -> Answer:
    """Approve a pair; the hard rules are checked again."""
    form = Form(Schema(), request.form)
    with form.refusals():
        review.approve(subject=proposal, pack=pack, actor_id=current_actor().person_id)
        flash(_("The pair is approved."), "success")
        return see_other("proposals.show", proposal=proposal.public_id)
    return _page(proposal, form)


@bp.post("/<proposal>/take-back")
@allow("proposal:decide", proposal=queries.proposal_by_public_id)
def take_back(proposal: Proposal) -> Answer:
    """Take back HR's word, or an approval."""
    form = Form(Schema(), request.form)
    with form.refusals():
        review.undo(subject=proposal, actor_id=current_actor().person_id)
        flash(_("The decision is taken back. The pair stands as the round proposed it."), "success")
        return see_other("proposals.show", proposal=proposal.public_id)
    return _page(proposal, form)


def _page(proposal: Proposal, form: Form) -> Answer:
    private = allows("proposal:decide", current_actor(), proposal)
    subject = proposal.round
    rules = bridge.policy_from_toml(subject.policy.document)
    parts = shown_parts(proposal.parts, private=private)
    most = {part: rules.most(part) for part in parts}
    previous, following, sampled = queries.around(proposal, current_actor().person_id)
    context: dict[str, Any] = {
        "moves": PROPOSAL_MOVES[proposal.state] if private and subject.state == "in_review" else (),
        "sentence": sentence_for_pair(parts, most, kept=proposal.state == "kept"),
        "skills": by_words([row["skill"] for row in proposal.criteria], pack),
        "longest_reason": LONGEST_REASON,
        "not_used": NOT_USED,
        "priced": subject.policy.objective in bridge.PRICED,
        "limited": "gap" in (subject.figures or {}),
        "asked": private and "instead" in request.args,
        "alternatives": choosing.alternatives_to(proposal, subject) if private and "instead" in request.args else None,
    }
    return render(
        "rounds/proposal.html",
        proposal=proposal,
        subject=subject,
        form=form,
        private=private,
        parts=parts,
        most=most,
        previous=previous,
        following=following,
        sampled=sampled and private,
        **context,
    )
