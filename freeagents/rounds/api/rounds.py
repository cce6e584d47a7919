"""The API's rounds and proposals, for HR."""

from __future__ import annotations

from random import SystemRandom
from typing import Any

from flask.views import MethodView
from flask_babel import gettext as _
from marshmallow import Schema, fields

from freeagents.db.base import utc_now
from freeagents.errors import Invalid, NotFound
from freeagents.extensions import pack
from freeagents.projects.models import Project, Seat
from freeagents.rounds.models import EmptySeat, Proposal, ReviewSample, Round
from freeagents.rounds.queries import policies
from freeagents.rounds.queries import rounds as queries
from freeagents.rounds.schemas import (
    ApprovalsShown,
    EmptySeatShown,
    LeftOutShown,
    NewRoundSchema,
    ProposalShown,
    ReasonSchema,
    SampleSchema,
    SampleShown,
)
from freeagents.rounds.services import leaving, planning, review, sampling
from freeagents.rounds.services.telling import shown_figures, shown_parts
from freeagents.security.access import allows
from freeagents.security.actor import current_actor
from freeagents.security.guard import allow
from freeagents.web.api import PageQuery, cut, page_of, resource

rounds_bp = resource("rounds", "/rounds", "Match rounds.")
proposals_bp = resource("proposals", "/proposals", "What rounds propose.")


def _figures(subject: Round) -> dict[str, Any] | None:
    return shown_figures(subject.figures, private=allows("proposal:decide", current_actor(), subject))


class RoundShown(Schema):
    """A round. The figures hold scores, in which private parts are, only for those who decide on proposals."""

    id = fields.String(attribute="public_id")
    name = fields.String()
    series = fields.String()
    version = fields.Integer()
    state = fields.String()
    policy = fields.Function(
        lambda subject: f"{subject.policy.name}@{subject.policy.version}", metadata={"type": "string"}
    )
    cut_off = fields.AwareDateTime()
    salt_hash = fields.String()
    stage = fields.String(allow_none=True)
    stage_done = fields.Integer()
    stage_total = fields.Integer()
    failure = fields.String(allow_none=True)
    figures = fields.Function(_figures, metadata={"type": ["object", "null"]})


@rounds_bp.route("")
class Rounds(MethodView):
    """All rounds."""

    @allow("round:list")
    @rounds_bp.arguments(PageQuery, location="query")
    @rounds_bp.response(200, page_of(RoundShown))
    def get(self, page: dict[str, Any]) -> dict[str, Any]:
        """List rounds, newest first."""
        after = queries.round_by_public_id(page["after"]) if page["after"] else None
        rows = queries.rounds(after=after, limit=page["limit"] + 1)
        return cut(rows, page["limit"], lambda subject: subject.public_id)

    @allow("round:create")
    @rounds_bp.arguments(NewRoundSchema)
    @rounds_bp.response(201, RoundShown)
    def post(self, data: dict[str, Any]) -> Round:
        """Plan a round."""
        policy = policies.by_public_id(data["policy"])
        if policy is None:
            raise Invalid(_("There is no policy with this id."), field="policy")
        return planning.make_round(
            name=data["name"], policy=policy, cut_off=data["cut_off"], actor_id=current_actor().person_id
        )


@rounds_bp.route("/<subject>")
class OneRound(MethodView):
    """One round."""

    @allow("round:read", subject=queries.round_by_public_id)
    @rounds_bp.response(200, RoundShown)
    def get(self, subject: Round) -> Round:
        """Read a round and how far it is."""
        return subject


@rounds_bp.route("/<subject>/cancel")
class CancelRound(MethodView):
    """A planned round that is not to be run."""

    @allow("round:edit", subject=queries.round_by_public_id)
    @rounds_bp.response(200, RoundShown)
    def post(self, subject: Round) -> Round:
        """Cancel a round that was not run yet."""
        planning.cancel(subject=subject, actor_id=current_actor().person_id)
        return subject


@rounds_bp.route("/<subject>/run")
class RunRound(MethodView):
    """A round that is to be solved."""

    @allow("round:edit", subject=queries.round_by_public_id)
    @rounds_bp.response(202, RoundShown)
    def post(self, subject: Round) -> Round:
        """Hand the round to a worker."""
        planning.queue_round(subject=subject, now=utc_now(), actor_id=current_actor().person_id)
        return subject


@rounds_bp.route("/<subject>/rerun")
class RerunRound(MethodView):
    """A round that is to be solved again."""

    @allow("round:edit", subject=queries.round_by_public_id)
    @rounds_bp.response(202, RoundShown)
    def post(self, subject: Round) -> Round:
        """Make the next version with all edits, and hand it to a worker."""
        return planning.rerun(subject=subject, actor_id=current_actor().person_id)


@rounds_bp.route("/<subject>/publish")
class PublishRound(MethodView):
    """A round that is to be published."""

    @allow("round:edit", subject=queries.round_by_public_id)
    @rounds_bp.response(200, RoundShown)
    def post(self, subject: Round) -> Round:
        """Answer all applications the round decided."""
        planning.publish(subject=subject, actor_id=current_actor().person_id)
        return subject


@rounds_bp.route("/<subject>/approve-opened")
class ApproveOpened(MethodView):
    """Proposals that were opened."""

    @allow("round:edit", subject=queries.round_by_public_id)
    @rounds_bp.response(200, ApprovalsShown)
    def post(self, subject: Round) -> dict[str, Any]:
        """Approve all undecided proposals that you have opened; the hard rules are checked again."""
        return _approvals(*review.approve_opened(subject=subject, pack=pack, actor_id=current_actor().person_id))


@rounds_bp.route("/<subject>/sample")
class OwnSample(MethodView):
    """The random sample that you open before all that are left are approved."""

    @allow("round:edit", subject=queries.round_by_public_id)
    @rounds_bp.response(200, SampleShown)
    def get(self, subject: Round) -> dict[str, Any]:
        """Read your sample of a round."""
        found = queries.sample_of(subject.id, current_actor().person_id)
        if found is None:
            raise NotFound(_("You have drawn no sample of this round."))
        return _sample(found)

    @allow("round:edit", subject=queries.round_by_public_id)
    @rounds_bp.arguments(SampleSchema)
    @rounds_bp.response(201, SampleShown)
    def post(self, data: dict[str, Any], subject: Round) -> dict[str, Any]:
        """Draw your sample of a round; once in each version."""
        reviewer = current_actor().person_id
        return _sample(sampling.draw(subject=subject, asked=data["size"], chance=SystemRandom(), actor_id=reviewer))


@rounds_bp.route("/<subject>/sample/approve")
class ApproveTheRest(MethodView):
    """Proposals that are left once a sample was opened."""

    @allow("round:edit", subject=queries.round_by_public_id)
    @rounds_bp.response(200, ApprovalsShown)
    def post(self, subject: Round) -> dict[str, Any]:
        """Approve all undecided proposals once you have opened your sample; the hard rules are checked again."""
        return _approvals(*sampling.approve_the_rest(subject=subject, pack=pack, actor_id=current_actor().person_id))


@rounds_bp.route("/<subject>/proposals")
class RoundProposals(MethodView):
    """What a round proposes."""

    @allow("round:read", subject=queries.round_by_public_id)
    @rounds_bp.arguments(PageQuery, location="query")
    @rounds_bp.response(200, page_of(ProposalShown))
    def get(self, page: dict[str, Any], subject: Round) -> dict[str, Any]:
        """List the proposals of a round."""
        after = queries.proposal_by_public_id(page["after"]) if page["after"] else None
        rows = queries.proposals(subject.id, after=after.id if after else None, limit=page["limit"] + 1)
        if allows("proposal:decide", current_actor(), subject):
            review.note_look(subject=subject, actor_id=current_actor().person_id)
        return cut([_shown(row) for row in rows], page["limit"], lambda proposal: str(proposal["id"]))


@rounds_bp.route("/<subject>/empty-seats")
class EmptySeats(MethodView):
    """Seats a round left empty."""

    @allow("round:read", subject=queries.round_by_public_id)
    @rounds_bp.arguments(PageQuery, location="query")
    @rounds_bp.response(200, page_of(EmptySeatShown))
    def get(self, page: dict[str, Any], subject: Round) -> dict[str, Any]:
        """List the seats left empty, why, and what would fill them."""
        rows = queries.empty_seats(subject.id, after=_place(page["after"]), limit=page["limit"] + 1)
        found = cut(rows, page["limit"], lambda row: str(row[0].id))
        return found | {"items": [_empty(*row) for row in found["items"]]}


@rounds_bp.route("/<subject>/left-out")
class LeftOut(MethodView):
    """People a round left out."""

    @allow("round:read", subject=queries.round_by_public_id)
    @rounds_bp.arguments(PageQuery, location="query")
    @rounds_bp.response(200, page_of(LeftOutShown))
    def get(self, page: dict[str, Any], subject: Round) -> dict[str, Any]:
        """List the people left out, why, and what would have placed them."""
        rows = leaving.listed(subject=subject, after=_place(page["after"]), limit=page["limit"] + 1)
        private = allows("proposal:decide", current_actor(), subject)
        if private:
            review.note_look(subject=subject, actor_id=current_actor().person_id)
        found = cut(rows, page["limit"], lambda row: str(row.row))
        return found | {"items": [_left_out(row, private=private) for row in found["items"]]}


@proposals_bp.route("/<proposal>")
class OneProposal(MethodView):
    """One proposal."""

    @allow("proposal:read", proposal=queries.proposal_by_public_id)
    @proposals_bp.response(200, ProposalShown)
    def get(self, proposal: Proposal) -> dict[str, Any]:
        """Read a proposal; a reviewer's first look is noted."""
        if allows("proposal:decide", current_actor(), proposal):
            review.note_opening(subject=proposal, actor_id=current_actor().person_id)
        return _shown(proposal)


@proposals_bp.route("/<proposal>/keep")
class KeepProposal(MethodView):
    """A pair to pin."""

    @allow("proposal:decide", proposal=queries.proposal_by_public_id)
    @proposals_bp.arguments(ReasonSchema)
    @proposals_bp.response(200, ProposalShown)
    def post(self, data: dict[str, Any], proposal: Proposal) -> dict[str, Any]:
        """Keep a pair in this version and all re-runs."""
        review.keep(subject=proposal, reason=data["reason"], actor_id=current_actor().person_id)
        return _shown(proposal)


@proposals_bp.route("/<proposal>/bar")
class BarProposal(MethodView):
    """A pair to rule out."""

    @allow("proposal:decide", proposal=queries.proposal_by_public_id)
    @proposals_bp.arguments(ReasonSchema)
    @proposals_bp.response(200, ProposalShown)
    def post(self, data: dict[str, Any], proposal: Proposal) -> dict[str, Any]:
        """Bar a pair in this version and all re-runs."""
        review.bar(subject=proposal, reason=data["reason"], actor_id=current_actor().person_id)
        return _shown(proposal)


@proposals_bp.route("/<proposal>/approve")
class ApproveProposal(MethodView):
    """A pair to approve."""

    @allow("proposal:decide", proposal=queries.proposal_by_public_id)
    @proposals_bp.response(200, ProposalShown)
    def post(self, proposal: Proposal) -> dict[str, Any]:
        """Approve a pair; the hard rules are checked again."""
        review.approve(subject=proposal, pack=pack, actor_id=current_actor().person_id)
        return _shown(proposal)


@proposals_bp.route("/<proposal>/take-back")
class TakeBackProposal(MethodView):
    """A decision to take back."""

    @allow("proposal:decide", proposal=queries.proposal_by_public_id)
    @proposals_bp.response(200, ProposalShown)
    def post(self, proposal: Proposal) -> dict[str, Any]:
        """Take back what was decided of a pair, or its approval."""
        review.undo(subject=proposal, actor_id=current_actor().person_id)
        return _shown(proposal)


def _approvals(approved: int, broken: list[Proposal]) -> dict[str, Any]:
    return {"approved": approved, "broken": [proposal.public_id for proposal in broken]}


def _sample(sample: ReviewSample) -> dict[str, Any]:
    drawn = queries.sampled(sample)
    return {
        "id": sample.public_id,
        "asked": sample.asked,
        "out_of": sample.out_of,
        "drawn_at": sample.drawn_at,
        "proposals": [proposal.public_id for proposal in drawn],
        "opened": len(queries.opened(drawn, sample.drawn_by)),
    }


def _shown(proposal: Proposal) -> dict[str, Any]:
    """Return what :class:`ProposalShown` writes, without private parts unless the reader may see them."""
    private = allows("proposal:decide", current_actor(), proposal)
    return {
        "id": proposal.public_id,
        "state": proposal.state,
        "person": proposal.person.public_id,
        "project": proposal.project.public_id,
        "seat": proposal.seat.number,
        "score": proposal.score if private else None,
        "parts": shown_parts(proposal.parts, private=private),
        "criteria": proposal.criteria,
        "reason": proposal.reason,
    }


def _empty(outcome: EmptySeat, seat: Seat, project: Project) -> dict[str, Any]:
    facts = dict(outcome.facts)
    advised = "filling" in facts
    filling = facts.pop("filling", None)
    facts.pop("about", None)
    told = {"project": project.public_id, "seat": seat.number, "code": outcome.code}
    return told | {"facts": facts, "advised": advised, "filling": filling}


def _left_out(row: leaving.LeftOutPerson, *, private: bool) -> dict[str, Any]:
    """Return what :class:`LeftOutShown` writes; scores, and what they lead to, for reviewers only."""
    facts = row.facts if private else {name: value for name, value in row.facts.items() if name == "allowed"}
    told = {"person": row.person.public_id, "code": row.code, "facts": facts, "advised": row.advised and private}
    return told | {"nearest": row.nearest if private else None}


def _place(after: str | None) -> int | None:
    return int(after) if after and after.isdecimal() and len(after) < 10 else None
