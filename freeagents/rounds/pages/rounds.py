"""Pages of rounds: plan, run, look at the result, run again, publish."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, flash, request
from flask_babel import gettext as _
from marshmallow import Schema

from freeagents.db.base import utc_now
from freeagents.eligibility import bridge
from freeagents.eligibility.advice import NOT_USED, Naming, filling_sentence, nearest_sentence
from freeagents.eligibility.sentences import objective_sentence, rule_sentence, sentence_for_person, sentence_for_seat
from freeagents.errors import Invalid, NotFound
from freeagents.extensions import pack
from freeagents.rounds.models import PROPOSAL_MOVES, Edit, Policy, Round
from freeagents.rounds.queries import policies
from freeagents.rounds.queries import rounds as queries
from freeagents.rounds.schemas import RoundFormSchema
from freeagents.rounds.services import explaining, leaving, limiting, planning, review
from freeagents.rounds.services.telling import shown_parts, stage_sentence
from freeagents.security.access import allows
from freeagents.security.actor import current_actor
from freeagents.security.guard import allow
from freeagents.skills.queries import by_words
from freeagents.web.forms import Form
from freeagents.web.rendering import Answer, render, render_fragment, see_other, wants_part

bp = Blueprint("rounds", __name__, url_prefix="/rounds", template_folder="../templates")
PAGE = 25
DIFFERENCES = 10
VERDICTS = 10


@bp.get("")
@allow("round:list")
def index() -> Answer:
    """List rounds, newest first."""
    asked = request.args.get("after", "")
    last = queries.round_by_public_id(asked) if asked else None
    found = queries.rounds(after=last, limit=PAGE + 1)
    return render(
        "rounds/index.html",
        rounds=found[:PAGE],
        after=found[PAGE - 1].public_id if len(found) > PAGE else None,
        first=last is None,
    )


@bp.get("/new")
@allow("round:create")
def new() -> Answer:
    """Show the page that plans a round."""
    now = utc_now()
    return _new_page(Form(RoundFormSchema(), initial={"day": now.date(), "time": f"{now:%H:%M}"}))


@bp.post("/new")
@allow("round:create")
def create() -> Answer:
    """Plan a round."""
    labels = {"name": _("a name for the round"), "cut_off": _("the day of the cut-off")}
    form = Form(RoundFormSchema(), request.form, labels=labels)
    with form.refusals():
        policy = policies.by_public_id(form.data["policy"])
        if policy is None:
            raise Invalid(_("There is no such policy any more. Choose another."), field="policy")
        made = planning.make_round(
            name=form.data["name"], policy=policy, cut_off=form.data["cut_off"], actor_id=current_actor().person_id
        )
        return see_other("rounds.show", subject=made.public_id)
    return _new_page(form)


@bp.get("/<subject>")
@allow("round:read", subject=queries.round_by_public_id)
def show(subject: Round) -> Answer:
    """Show a round: what waits to be done, how far the worker is, or what it proposes."""
    if wants_part():
        return _progress(subject)
    return _round_page(subject)


@bp.post("/<subject>/run")
@allow("round:edit", subject=queries.round_by_public_id)
def run(subject: Round) -> Answer:
    """Hand the round to a worker."""
    form = _nothing_typed()
    with form.refusals():
        planning.queue_round(subject=subject, now=utc_now(), actor_id=current_actor().person_id)
        return see_other("rounds.show", subject=subject.public_id)
    return _round_page(subject, form)


@bp.post("/<subject>/cancel")
@allow("round:edit", subject=queries.round_by_public_id)
def cancel(subject: Round) -> Answer:
    """Cancel a round that was not run yet."""
    form = _nothing_typed()
    with form.refusals():
        planning.cancel(subject=subject, actor_id=current_actor().person_id)
        flash(_("The round is cancelled."), "success")
        return see_other("rounds.show", subject=subject.public_id)
    return _round_page(subject, form)


@bp.get("/<subject>/rerun")
@allow("round:edit", subject=queries.round_by_public_id)
def rerun_form(subject: Round) -> Answer:
    """Ask before running a round again."""
    return _rerun_page(subject)


@bp.post("/<subject>/rerun")
@allow("round:edit", subject=queries.round_by_public_id)
def rerun(subject: Round) -> Answer:
    """Make the next version with all edits, and hand it to a worker."""
    form = _nothing_typed()
    with form.refusals():
        again = planning.rerun(subject=subject, actor_id=current_actor().person_id)
        return see_other("rounds.show", subject=again.public_id)
    return _rerun_page(subject, form)


@bp.get("/<subject>/publish")
@allow("round:edit", subject=queries.round_by_public_id)
def publish_form(subject: Round) -> Answer:
    """Ask before everybody is told."""
    return _publish_page(subject)


@bp.post("/<subject>/publish")
@allow("round:edit", subject=queries.round_by_public_id)
def publish(subject: Round) -> Answer:
    """Answer all applications the round decided."""
    form = _nothing_typed()
    with form.refusals():
        planning.publish(subject=subject, actor_id=current_actor().person_id)
        flash(_("The round is published. Every application it decided has its answer."), "success")
        return see_other("rounds.show", subject=subject.public_id)
    return _publish_page(subject, form)


@bp.post("/edits/<edit>/take-back")
@allow("round:edit", edit=queries.edit_by_public_id)
def take_back(edit: Edit) -> Answer:
    """Take back what HR said of a pair."""
    newest = review.withdraw_edit(edit=edit, actor_id=current_actor().person_id)
    flash(_("The decision is taken back. It no longer counts when the round is run again."), "success")
    return see_other("rounds.show", subject=newest.public_id)


@bp.get("/<subject>/empty-seats")
@allow("round:read", subject=queries.round_by_public_id)
def empty_seats(subject: Round) -> Answer:
    """List the seats left empty, and why."""
    rows, after = _page(queries.empty_seats(subject.id, after=_after(), limit=PAGE + 1))
    naming = _naming([(outcome.facts.get("filling") or {}).get("skill") for outcome, _seat, _project in rows])
    told = [
        (project, seat, sentence_for_seat(outcome.code, outcome.facts), _filling(outcome.facts, naming))
        for outcome, seat, project in rows
    ]
    return render("rounds/empty_seats.html", subject=subject, rows=told, after=after, first=_after() is None)


@bp.get("/<subject>/left-out")
@allow("round:read", subject=queries.round_by_public_id)
def left_out(subject: Round) -> Answer:
    """List the people left out, and why."""
    rows = leaving.listed(subject=subject, after=_after(), limit=PAGE + 1)
    after = rows[PAGE - 1].row if len(rows) > PAGE else None
    titles = {key: title for row in rows for key, title in row.titles.items()}
    private = _sees_private(subject)
    # By the pack alone: a list asks few questions. Skills of the instance's own are called by their code here.
    codes = {(row.nearest or {}).get("skill", "") for row in rows}
    naming = Naming.spoken({code: known.names for code in codes if (known := pack.skill(code))})
    told = [
        (
            row.person,
            sentence_for_person(row.code, row.facts, titles, scores=private),
            _nearest(row, naming) if private else "",
        )
        for row in rows[:PAGE]
    ]
    if private:
        review.note_look(subject=subject, actor_id=current_actor().person_id)
    return render("rounds/left_out.html", subject=subject, rows=told, after=after, first=_after() is None)


@bp.get("/<subject>/left-out/<person>")
@allow("round:read", subject=queries.round_by_public_id)
def left_out_person(subject: Round, person: str) -> Answer:
    """Show how one person who was left out stood to the projects."""
    found = leaving.one(subject=subject, public_id=person)
    if found is None:
        raise NotFound(_("There is nothing at this address."))
    private = _sees_private(subject)
    standing = explaining.standing(subject=subject, row=found.row, limit=VERDICTS)
    if private:
        review.note_look(subject=subject, actor_id=current_actor().person_id, person=found.person)
    skills = by_words(
        {code for verdict in standing.verdicts for code in verdict.missing}
        | {code for code in [(found.nearest or {}).get("skill")] if code},
        pack,
    )
    naming = Naming.spoken({code: skill.names for code, skill in skills.items()})
    return render(
        "rounds/person.html",
        subject=subject,
        person=found.person,
        sentence=sentence_for_person(found.code, found.facts | standing.facts, found.titles, scores=private),
        nearest=_nearest(found, naming) if private else "",
        not_used=NOT_USED,
        verdicts=standing.verdicts,
        private=private,
        rule_sentence=rule_sentence,
        skills=skills,
        shown_parts=shown_parts,
    )


def _naming(codes: Iterable[str | None]) -> Naming:
    """Return how things are called, skills with these codes among them."""
    wanted = {code for code in codes if code}
    return Naming.spoken({code: skill.names for code, skill in by_words(wanted, pack).items()} if wanted else {})


def _nearest(row: leaving.LeftOutPerson, naming: Naming) -> str:
    title = row.nearest["title"] if row.nearest else ""
    return nearest_sentence(row.nearest, title, naming) if row.advised else ""


def _filling(facts: dict[str, Any], naming: Naming) -> str:
    return filling_sentence(facts["filling"], naming) if "filling" in facts else ""


def _round_page(subject: Round, form: Form | None = None) -> Answer:
    context: dict[str, Any] = {
        "edits": queries.live_edits(subject.series),
        "private": _sees_private(subject),
        "objective": objective_sentence(subject.policy.objective),
    }
    if subject.figures is None:
        told = limiting.failure(subject.failure, subject.failure_facts or {}) if subject.failure else ""
        return render(
            "rounds/unsolved.html",
            subject=subject,
            form=form,
            failure=told,
            stage=stage_sentence(subject.stage),
            **context,
        )
    if context["private"]:
        review.note_look(subject=subject, actor_id=current_actor().person_id)
    return render("rounds/show.html", subject=subject, form=form, **context, **_result(subject))


def _result(subject: Round) -> dict[str, Any]:
    """Return what the page of a solved round shows beside the round."""
    state = request.args.get("state")
    state = state if state in PROPOSAL_MOVES else None
    asked = request.args.get("after", "")
    last = queries.proposal_by_public_id(asked) if asked else None
    rows = queries.proposals(subject.id, after=last.id if last else None, limit=PAGE + 1, state=state)
    earlier = queries.solved_before(subject)
    changes = queries.only_in_one((subject.id, earlier.id), limit=DIFFERENCES) if earlier else {}
    return {
        "state": state,
        "states": queries.proposal_states(subject.id),
        "proposals": rows[:PAGE],
        "after": rows[PAGE - 1].public_id if len(rows) > PAGE else None,
        "first": last is None,
        "opened": queries.opened(rows[:PAGE], current_actor().person_id),
        "earlier": earlier,
        "kept_rules": limiting.kept(
            subject.figures or {}, bridge.policy_from_toml(subject.policy.document), private=_sees_private(subject)
        ),
        "added": changes[subject.id] if earlier else None,
        "gone": changes[earlier.id] if earlier else None,
    }


def _progress(subject: Round) -> Answer:
    """Return how far the worker is; once it is done, tell the page to load itself again."""
    answer = render_fragment("rounds/_progress.html", subject=subject, stage=stage_sentence(subject.stage))
    if subject.state not in {"queued", "solving"}:
        answer.headers["HX-Refresh"] = "true"
    return answer


def _new_page(form: Form) -> Answer:
    return render("rounds/new.html", form=form, policies=[_policy(policy) for policy in policies.approved()])


def _policy(policy: Policy) -> dict[str, Any]:
    rules = bridge.policy_from_toml(policy.document)
    return {
        "row": policy,
        "sentence": objective_sentence(policy.objective),
        "most": {part: rules.most(part) for part in bridge.PARTS},
    }


def _rerun_page(subject: Round, form: Form | None = None) -> Answer:
    return render("rounds/rerun.html", subject=subject, form=form, edits=queries.live_edits(subject.series))


def _publish_page(subject: Round, form: Form | None = None) -> Answer:
    states = queries.proposal_states(subject.id)
    return render(
        "rounds/publish.html", subject=subject, form=form, states=states, undecided=queries.undecided(subject.id)
    )


def _nothing_typed() -> Form:
    return Form(Schema(), request.form)


def _sees_private(subject: Round) -> bool:
    return allows("round:edit", current_actor(), subject)


def _after() -> int | None:
    """Return after which row the page begins, as its own link to the next page says."""
    text = request.args.get("after", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _page(rows: Any) -> tuple[Any, int | None]:
    return rows[:PAGE], rows[PAGE - 1][0].id if len(rows) > PAGE else None
