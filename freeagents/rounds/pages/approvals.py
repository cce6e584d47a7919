"""Pages that approve several proposals at once: those one has opened, or all once a random sample was opened."""

from __future__ import annotations

from random import SystemRandom

from flask import Blueprint, flash, request
from flask_babel import gettext as _
from flask_babel import ngettext
from marshmallow import Schema

from freeagents.extensions import pack
from freeagents.rounds.models import Proposal, Round
from freeagents.rounds.queries import rounds as queries
from freeagents.rounds.schemas import SampleSchema
from freeagents.rounds.services import review, sampling
from freeagents.security.actor import current_actor
from freeagents.security.guard import allow
from freeagents.web.forms import Form
from freeagents.web.rendering import Answer, render, see_other

bp = Blueprint("approvals", __name__, url_prefix="/rounds", template_folder="../templates")


@bp.post("/<subject>/approve-opened")
@allow("round:edit", subject=queries.round_by_public_id)
def approve_opened(subject: Round) -> Answer:
    """Approve all undecided proposals that this reviewer has opened."""
    approved, broken = review.approve_opened(subject=subject, pack=pack, actor_id=current_actor().person_id)
    _tell(approved, broken)
    if not approved and not broken:
        flash(_("You have opened no proposal that is still to be decided. Open and read each one first."), "notice")
    return see_other("rounds.show", subject=subject.public_id)


@bp.get("/<subject>/sample")
@allow("round:edit", subject=queries.round_by_public_id)
def sample(subject: Round) -> Answer:
    """Ask how large a sample to draw, or show the one this reviewer has drawn."""
    return _sample_page(subject, Form(SampleSchema()))


@bp.post("/<subject>/sample")
@allow("round:edit", subject=queries.round_by_public_id)
def draw_sample(subject: Round) -> Answer:
    """Draw a sample."""
    form = Form(SampleSchema(), request.form)
    with form.refusals():
        sampling.draw(
            subject=subject, asked=form.data["size"], chance=SystemRandom(), actor_id=current_actor().person_id
        )
        return see_other("approvals.sample", subject=subject.public_id)
    return _sample_page(subject, form)


@bp.post("/<subject>/sample/approve")
@allow("round:edit", subject=queries.round_by_public_id)
def approve_the_rest(subject: Round) -> Answer:
    """Approve all that are left, once the sample was opened."""
    form = Form(Schema(), request.form)
    with form.refusals():
        approved, broken = sampling.approve_the_rest(subject=subject, pack=pack, actor_id=current_actor().person_id)
        _tell(approved, broken)
        if not approved and not broken:
            flash(_("Every proposal was decided already."), "notice")
        return see_other("rounds.show", subject=subject.public_id)
    return _sample_page(subject, form)


def _tell(approved: int, broken: list[Proposal]) -> None:
    if approved:
        flash(ngettext("One proposal is approved.", "%(num)d proposals are approved.", approved), "success")
    if broken:
        names = ", ".join(proposal.person.name for proposal in broken)
        flash(_("Not approved, since the pair breaks a rule by now: %(names)s.", names=names), "notice")


def _sample_page(subject: Round, form: Form) -> Answer:
    reviewer = current_actor().person_id
    found = queries.sample_of(subject.id, reviewer)
    drawn = queries.sampled(found) if found else []
    return render(
        "rounds/sample.html",
        subject=subject,
        form=form,
        sample=found,
        proposals=drawn,
        opened=queries.opened(drawn, reviewer),
        undecided=queries.undecided(subject.id),
        least=sampling.LEAST,
    )
