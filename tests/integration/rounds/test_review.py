"""HR's words on proposals, and what publishing a round answers to whom."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from freeagents.applications import services as applications
from freeagents.audit.models import AuditEntry, AuditNote
from freeagents.eligibility import services as eligibility
from freeagents.errors import Conflict, Invalid
from freeagents.profiles import services as profiles
from freeagents.projects.queries import whole_project
from freeagents.rounds.models import Edit, ProposalOpening, Round
from freeagents.rounds.queries import policies
from freeagents.rounds.queries import rounds as queries
from freeagents.rounds.services import planning, review
from tests.factories import PACK, a_department, an_agent
from tests.integration.rounds.world import FORMS, SURVEYS, a_round, a_world, again, answers, pairs, proposal, solved


def test_each_word_asks_for_a_reason_and_is_kept_with_it(session):
    world = a_world()
    subject = proposal(world, solved(world), "ada", SURVEYS)
    for word in (review.keep, review.bar):
        with pytest.raises(Invalid) as refusal:
            word(subject=subject, reason=" \n", actor_id=world.hr)
        assert refusal.value.field == "reason"
    review.bar(subject=subject, reason="They are <b>married</b>.", actor_id=world.hr)
    session.commit()
    entry = session.query(AuditEntry).where(AuditEntry.action == "proposal:bar").one()
    assert session.get(AuditNote, entry.id).words == "They are <b>married</b>."
    assert "married" not in str(entry.facts)


def test_word_can_be_changed_and_taken_back(session):
    world = a_world()
    first = solved(world)
    subject = proposal(world, first, "ada", SURVEYS)
    review.keep(subject=subject, reason="Good.", actor_id=world.hr)
    review.bar(subject=subject, reason="Too good.", actor_id=world.hr)
    assert [edit.kind for edit in queries.live_edits(first.series)] == ["bar"]
    review.undo(subject=subject, actor_id=world.hr)
    assert (subject.state, subject.reason, subject.decided_by) == ("proposed", "", None)
    assert queries.live_edits(first.series) == []
    with pytest.raises(Conflict):
        review.undo(subject=subject, actor_id=world.hr)
    assert session.query(Edit).count() == 2


def test_edit_taken_back_on_the_round_page_frees_its_proposal(session):
    world = a_world()
    first = solved(world)
    subject = proposal(world, first, "ada", SURVEYS)
    review.bar(subject=subject, reason="No.", actor_id=world.hr)
    [edit] = queries.live_edits(first.series)
    review.withdraw_edit(edit=edit, actor_id=world.hr)
    assert subject.state == "proposed"
    with pytest.raises(Conflict):
        review.withdraw_edit(edit=edit, actor_id=world.hr)


def test_approval_checks_the_hard_rules_again(session):
    world = a_world()
    subject = proposal(world, solved(world), "ada", SURVEYS)
    profiles.own_profile(person_id=world.people["ada"]).paused = True
    session.flush()
    with pytest.raises(Conflict, match="admission to the pool") as refusal:
        review.approve(subject=subject, pack=PACK, actor_id=world.hr)
    assert refusal.value.facts == {"rules": ["admission"]}
    assert subject.state == "proposed"


@pytest.mark.parametrize("ending", ["filled", "cancelled", "expired"])
def test_nobody_is_approved_for_a_project_that_has_ended(session, ending):
    world = a_world()
    subject = solved(world)
    pair = proposal(world, subject, "ada", SURVEYS)
    review.note_opening(subject=pair, actor_id=world.hr)
    ended = whole_project(pair.project.public_id)
    applications.end_project(project=ended, ending=ending, reason="It is over.", actor_id=world.hr)
    with pytest.raises(Conflict, match="This project has ended"):
        review.approve(subject=pair, pack=PACK, actor_id=world.hr)
    approved, refused = review.approve_opened(subject=subject, pack=PACK, actor_id=world.hr)
    assert (approved, refused) == (0, [pair])
    assert pair.state == "proposed"


def test_declared_conflict_stops_an_approval(session):
    world = a_world()
    subject = proposal(world, solved(world), "ada", SURVEYS)
    eligibility.declare_conflict(project=subject.project, person_id=world.people["ada"])
    with pytest.raises(Conflict, match="conflict of interest"):
        review.approve(subject=subject, pack=PACK, actor_id=world.hr)


def test_only_what_was_opened_is_approved_together(session):
    world = a_world()
    subject = solved(world)
    opened = proposal(world, subject, "ada", SURVEYS)
    for _twice in range(2):
        review.note_opening(subject=opened, actor_id=world.hr)
    assert review.approve_opened(subject=subject, pack=PACK, actor_id=world.hr) == (1, [])
    session.commit()
    assert pairs(world, subject) == {("ada", SURVEYS, "approved"), ("grace", FORMS, "proposed")}
    assert session.query(ProposalOpening).count() == 1
    assert session.query(AuditEntry).where(AuditEntry.action == "proposal:open").count() == 1
    other = proposal(world, subject, "grace", FORMS)
    review.note_opening(subject=other, actor_id=world.auditor)
    assert review.approve_opened(subject=subject, pack=PACK, actor_id=world.hr) == (0, [])


def test_opened_pair_that_breaks_a_rule_is_left_and_named(session):
    world = a_world()
    subject = solved(world)
    for person, title in (("ada", SURVEYS), ("grace", FORMS)):
        review.note_opening(subject=proposal(world, subject, person, title), actor_id=world.hr)
    profiles.own_profile(person_id=world.people["grace"]).paused = True
    session.commit()
    approved, broken = review.approve_opened(subject=subject, pack=PACK, actor_id=world.hr)
    assert (approved, [row.person.name for row in broken]) == (1, ["Grace Hopper"])


def test_round_is_published_once_and_only_when_all_is_decided(session):
    world = a_world()
    subject = solved(world)
    with pytest.raises(Conflict, match="2 proposals"):
        planning.publish(subject=subject, actor_id=world.hr)
    review.approve(subject=proposal(world, subject, "ada", SURVEYS), pack=PACK, actor_id=world.hr)
    with pytest.raises(Conflict, match="One proposal"):
        planning.publish(subject=subject, actor_id=world.hr)
    review.bar(subject=proposal(world, subject, "grace", FORMS), reason="Not now.", actor_id=world.hr)
    planning.publish(subject=subject, actor_id=world.hr)
    with pytest.raises(Conflict):
        planning.publish(subject=subject, actor_id=world.hr)
    with pytest.raises(Conflict):
        review.undo(subject=proposal(world, subject, "ada", SURVEYS), actor_id=world.hr)


def test_publishing_answers_every_application_with_its_reason(session):
    world = a_world()
    forms = session.get(queries.Project, world.projects[FORMS])
    surveys = session.get(queries.Project, world.projects[SURVEYS])
    home = a_department("home")
    late = an_agent("Joan Clarke", department=home, skills={"user-research": 4})
    second = an_agent("Edith Clarke", department=home, skills={"user-research": 2})
    gone = an_agent("Emmy Noether", department=home, skills={"user-research": 4})
    barred = an_agent("Sofia Kovalevskaya", department=home, skills={"user-research": 3})
    people = {"joan": late, "edith": second, "emmy": gone, "sofia": barred}
    world.people.update({name: person.id for name, person in people.items()})
    for person in (second, gone, barred):
        applications.apply(project=surveys, person_id=person.id, home_employer_id=None)
    applications.apply(project=forms, person_id=world.people["ada"], home_employer_id=None)
    profiles.own_profile(person_id=gone.id).paused = True
    session.commit()
    planned = a_round(world)
    applications.apply(project=surveys, person_id=late.id, home_employer_id=None)
    session.commit()
    first = solved(world, planned)
    # Sofia is barred in an earlier version, in which she was proposed: Ada had to be barred for that.
    profiles.own_profile(person_id=world.people["ada"]).paused = True
    profiles.own_profile(person_id=late.id).paused = True
    session.commit()
    first = again(world, first)
    assert ("sofia", SURVEYS, "proposed") in pairs(world, first)
    review.bar(subject=proposal(world, first, "sofia", SURVEYS), reason="Her sister leads it.", actor_id=world.hr)
    profiles.own_profile(person_id=world.people["ada"]).paused = False
    session.commit()
    subject = again(world, first)
    assert pairs(world, subject) == {("ada", SURVEYS, "proposed"), ("grace", FORMS, "proposed")}
    for row in list(queries.proposals(subject.id, after=None, limit=10)):
        review.approve(subject=row, pack=PACK, actor_id=world.hr)
    planning.publish(subject=subject, actor_id=world.hr)
    session.commit()
    assert answers(world) == {
        ("ada", SURVEYS): ("matched", "approved"),
        ("ada", FORMS): ("not_matched", "placed_elsewhere"),
        ("grace", SURVEYS): ("not_matched", "placed_elsewhere"),
        ("alan", SURVEYS): ("not_matched", "rules_not_met"),
        ("edith", SURVEYS): ("not_matched", "others_scored_more"),
        ("sofia", SURVEYS): ("not_matched", "reviewer"),
        ("emmy", SURVEYS): ("not_matched", "not_in_pool"),
        # Too late for this round, which filled the only seat.
        ("joan", SURVEYS): ("not_matched", "project_filled"),
    }
    rows = {row.person_id: row.reason_facts for row in session.query(applications.Application)}
    assert rows[world.people["alan"]]["rules"] == ["essential_skills"]
    # No score: private parts are in it.
    assert set(rows[second.id]) == {"allowed", "nearest"}


def test_seats_kept_for_others_are_a_reason_too(session):
    world = a_world()
    first = solved(world)
    review.keep(subject=proposal(world, first, "ada", SURVEYS), reason="Good.", actor_id=world.hr)
    lone = an_agent("Edith Clarke", department=a_department("home"), skills={"user-research": 2})
    surveys = session.get(queries.Project, world.projects[SURVEYS])
    world.people["edith"] = lone.id
    applications.apply(project=surveys, person_id=lone.id, home_employer_id=None)
    session.execute(text("UPDATE application SET submitted_at = submitted_at - interval '1 hour'"))
    session.commit()
    subject = again(world, first)
    for row in list(queries.proposals(subject.id, after=None, limit=10)):
        review.approve(subject=row, pack=PACK, actor_id=world.hr)
    planning.publish(subject=subject, actor_id=world.hr)
    assert answers(world)["edith", SURVEYS] == ("not_matched", "seats_kept")


def test_pair_barred_in_the_published_version_is_answered_so(session):
    world = a_world()
    subject = solved(world)
    for row in list(queries.proposals(subject.id, after=None, limit=10)):
        review.bar(subject=row, reason="No.", actor_id=world.hr)
    planning.publish(subject=subject, actor_id=world.hr)
    assert answers(world)["ada", SURVEYS] == ("not_matched", "reviewer")


def test_planning_refuses_what_cannot_be(session):
    world = a_world()
    subject = a_round(world)
    with pytest.raises(Conflict, match="cut-off"):
        planning.queue_round(subject=subject, now=subject.cut_off.replace(year=2000), actor_id=world.hr)
    with pytest.raises(Conflict):
        planning.rerun(subject=subject, actor_id=world.hr)
    planning.queue_round(subject=subject, now=subject.cut_off, actor_id=world.hr)
    with pytest.raises(Conflict):
        planning.queue_round(subject=subject, now=subject.cut_off, actor_id=world.hr)
    policy = policies.by_public_id(world.policy)
    with pytest.raises(Invalid):
        planning.make_round(name=" ", policy=policy, cut_off=subject.cut_off, actor_id=world.hr)
    policy.approved_by = None
    with pytest.raises(Invalid, match="approved"):
        planning.make_round(name="X", policy=policy, cut_off=subject.cut_off, actor_id=world.hr)


def test_older_version_cannot_be_run_again(session):
    world = a_world()
    first = solved(world)
    again(world, first)
    with pytest.raises(Conflict):
        planning.rerun(subject=session.get(Round, first.id), actor_id=world.hr)
