"""Solving: what a round proposes, why not, the same answer again, and what stops it."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select, text

from freeagents.accounts.models import Person
from freeagents.applications import services as applications
from freeagents.audit.models import AuditEntry
from freeagents.eligibility import bridge
from freeagents.eligibility.case import decompress, digest
from freeagents.profiles import services as profiles
from freeagents.rounds.models import Proposal, Round, Snapshot, SnapshotKey
from freeagents.rounds.queries import rounds as queries
from freeagents.rounds.services import explaining, freezing, leaving, planning, review, solving
from tests.factories import PACK, a_project, an_agent
from tests.integration.rounds.world import FORMS, SURVEYS, a_round, a_world, again, pairs, proposal, solved


def test_round_places_the_best_and_says_why_not_the_others(session):
    world = a_world()
    subject = solved(world)
    assert subject.state == "in_review"
    assert pairs(world, subject) == {("ada", SURVEYS, "proposed"), ("grace", FORMS, "proposed")}
    left_out = leaving.listed(subject=subject, after=None, limit=10)
    assert [(row.person.id, row.code) for row in left_out] == [(world.people["alan"], "no_seat_allowed")]
    [(empty, seat, project)] = queries.empty_seats(subject.id, after=None, limit=10)
    assert (empty.code, seat.number, project.title) == ("nobody_else_allowed", 2, FORMS)
    assert subject.figures["seats"] == 3
    assert subject.figures["placed"] == 2
    assert subject.figures["first_choices"] == {"met": 1, "of": 3}


def test_parts_of_each_proposal_add_up_to_its_score(session):
    subject = solved(a_world())
    for row in session.query(Proposal).where(Proposal.round_id == subject.id):
        assert sum(row.parts.values()) == row.score
        assert sum(criterion["skills"] for criterion in row.criteria) == row.parts["skills"]
    assert sum(row.score for row in session.query(Proposal)) == subject.figures["score"]


def test_snapshot_holds_no_name_and_replays_to_the_same_answer(session):
    world = a_world()
    subject = solved(world)
    pieces = [decompress(part) for part in queries.snapshot_parts(subject.snapshot_id)]
    assert digest(pieces) == session.get(Snapshot, subject.snapshot_id).digest
    public_ids = session.scalars(select(Person.public_id)).all()
    for secret in ("Ada", "Lovelace", "example.org", *public_ids):
        assert secret.encode() not in b"".join(pieces)
    answer = solving.replay(subject)
    case = explaining.kept_case(subject)
    people = dict(zip(*queries.rows_and_people(subject.snapshot_id), strict=True))
    replayed = {
        (people[case.people.find(row.person)], row.project, row.seat, row.explanation.score)
        for row in answer.placements
    }
    stored = {
        (row.person_id, row.project.public_id, row.seat.number, row.score)
        for row in queries.proposals(subject.id, after=None, limit=10)
    }
    assert replayed == stored
    assert answer.figures()["value"] == subject.figures["value"]


def test_run_again_without_edits_gives_the_same_pairs_from_the_same_snapshot(session):
    world = a_world()
    first = solved(world)
    snapshot, before = first.snapshot_id, pairs(world, first)
    second = again(world, first)
    assert second.version == 2
    assert pairs(world, second) == before
    assert second.snapshot_id == snapshot
    assert session.query(Snapshot).count() == 1
    assert session.get(Round, first.id).state == "cancelled"


def test_key_of_a_snapshot_is_written_when_the_snapshot_is_there_already(session):
    world = a_world()
    first = solved(world)
    session.query(SnapshotKey).delete()
    session.commit()
    second = again(world, first)
    assert second.snapshot_id == first.snapshot_id
    assert set(queries.rows_and_people(second.snapshot_id)[1].tolist()) == set(world.people.values())


def test_whoever_goes_leaves_the_snapshot_as_it_was_and_nobody_behind(session):
    world = a_world()
    subject = solved(world)
    parts = queries.snapshot_parts(subject.snapshot_id)
    alan = session.get(Person, world.people["alan"]).public_id
    assert leaving.one(subject=subject, public_id=alan).code == "no_seat_allowed"
    session.execute(delete(Person).where(Person.id == world.people["alan"]))
    session.commit()
    subject = queries.round_by_id(subject.id)
    assert queries.snapshot_parts(subject.snapshot_id) == parts
    assert len(solving.replay(subject).left_out) == 1
    assert world.people["alan"] not in queries.rows_and_people(subject.snapshot_id)[1]
    assert leaving.listed(subject=subject, after=None, limit=10) == []
    assert leaving.one(subject=subject, public_id=alan) is None


def test_barred_pair_goes_and_only_what_must_changes(session):
    world = a_world()
    apart = an_agent("Linus Pauling", skills={"chemistry": 2})
    lab = a_project("Look after the lab", essential={"chemistry": 2}, seats=2)
    session.commit()
    world.people["linus"], world.projects["lab"] = apart.id, lab.id
    first = solved(world)
    seat = proposal(world, first, "linus", "lab").seat_id
    review.bar(subject=proposal(world, first, "ada", SURVEYS), reason="They are married.", actor_id=world.hr)
    second = again(world, first)
    # Grace alone is left for the surveys, which she put first.
    assert pairs(world, second) == {("grace", SURVEYS, "proposed"), ("linus", "lab", "proposed")}
    assert proposal(world, second, "linus", "lab").seat_id == seat
    changes = queries.only_in_one((first.id, second.id), limit=1)
    assert {key: (count, len(some)) for key, (count, some) in changes.items()} == {first.id: (2, 1), second.id: (1, 1)}
    assert queries.solved_before(second) == first


def test_kept_pair_keeps_its_seat_and_its_reason(session):
    world = a_world()
    first = solved(world)
    kept = proposal(world, first, "grace", FORMS)
    seat = kept.seat_id
    review.keep(subject=kept, reason="She knows the team.", actor_id=world.hr)
    second = again(world, first)
    again_kept = proposal(world, second, "grace", FORMS)
    assert (again_kept.state, again_kept.seat_id, again_kept.reason) == ("kept", seat, "She knows the team.")
    assert again_kept.decided_by == world.hr


def test_kept_pair_that_breaks_a_rule_fails_the_round_and_names_rule_and_edit(session):
    world = a_world()
    first = solved(world)
    review.keep(subject=proposal(world, first, "ada", SURVEYS), reason="She is good.", actor_id=world.hr)
    profiles.write_profile(
        profile=profiles.own_profile(person_id=world.people["ada"]), data={"skills": []}, pack=PACK, actor_id=None
    )
    session.commit()
    failed = again(world, first)
    [edit] = queries.live_edits(failed.series)
    assert (failed.state, failed.failure) == ("failed", "rule_broken")
    assert failed.failure_facts["rule"] == "essential_skills"
    assert failed.failure_facts["edit"] == edit.public_id
    assert "person" not in failed.failure_facts
    review.withdraw_edit(edit=edit, actor_id=world.hr)
    assert again(world, failed).state == "in_review"


def test_word_on_somebody_who_left_the_pool_is_counted_as_unused(session):
    world = a_world()
    first = solved(world)
    review.keep(subject=proposal(world, first, "ada", SURVEYS), reason="She is good.", actor_id=world.hr)
    profiles.own_profile(person_id=world.people["ada"]).paused = True
    session.commit()
    second = again(world, first)
    assert second.figures["unused_edits"] == 1
    assert ("ada", SURVEYS, "kept") not in pairs(world, second)


def test_applications_after_the_cut_off_do_not_count(session):
    world = a_world()
    subject = a_round(world)
    applications.apply(
        project=session.get(planning.queries.Project, world.projects[FORMS]),
        person_id=world.people["grace"],
        home_employer_id=None,
    )
    session.commit()
    subject = solved(world, subject)
    assert subject.figures["first_choices"]["of"] == 3
    frozen = freezing.freeze(subject, pack=PACK)
    assert len(frozen.case.people.lists["wishes"]["word"]) == 3


def test_unexpected_error_ends_the_round_as_failed(session):
    world = a_world()
    subject = a_round(world)
    planning.queue_round(subject=subject, now=subject.cut_off, actor_id=world.hr)
    session.execute(text("ALTER TABLE policy DISABLE TRIGGER policy_immutable"))
    session.execute(text("UPDATE policy SET document = 'objective = nonsense'"))
    session.execute(text("ALTER TABLE policy ENABLE TRIGGER policy_immutable"))
    session.commit()
    with pytest.raises(bridge.PolicyError):
        solving.solve_round(round_id=subject.id, pack=PACK)
    failed = queries.round_by_id(subject.id)
    assert (failed.state, failed.failure) == ("failed", "unexpected")
    assert session.query(AuditEntry).where(AuditEntry.action == "round:fail").count() == 1


def test_attempt_that_was_taken_over_changes_nothing(session):
    world = a_world()
    subject = a_round(world)
    planning.queue_round(subject=subject, now=subject.cut_off, actor_id=world.hr)
    session.commit()
    round_id = subject.id
    paused = solving.claim(round_id)
    frozen, policy = solving._freeze(round_id, PACK)
    snapshot_id = solving._keep_snapshot(tuple(frozen.case.pieces()), frozen.people)
    answer = bridge.solve(frozen.case, policy)
    rescued = solving.claim(round_id)
    assert paused != rescued
    solving._progress_of(round_id, paused)("assign", 7, 9)
    assert not solving.finish(round_id, paused, answer, frozen, snapshot_id)
    session.commit()
    assert session.query(Proposal).count() == 0
    assert queries.round_by_id(round_id).stage is None
    assert solving.finish(round_id, rescued, answer, frozen, snapshot_id)
    session.commit()
    assert not solving.finish(round_id, paused, answer, frozen, snapshot_id)
    session.commit()
    assert session.query(Proposal).count() == 2
    assert session.query(AuditEntry).where(AuditEntry.action == "round:solve").count() == 1
    assert solving.claim(round_id) is None


def test_round_without_a_job_is_ended_and_one_with_a_job_is_left(session):
    world = a_world()
    waiting, lost = a_round(world, "Waiting"), a_round(world, "Lost")
    for subject in (waiting, lost):
        planning.queue_round(subject=subject, now=subject.cut_off, actor_id=world.hr)
    session.flush()
    session.execute(
        text("UPDATE procrastinate_jobs SET status = 'failed' WHERE (args->>'round_id')::int = :id"), {"id": lost.id}
    )
    session.commit()
    solving.fail_abandoned()
    session.commit()
    assert queries.round_by_id(waiting.id).state == "queued"
    assert (queries.round_by_id(lost.id).state, queries.round_by_id(lost.id).failure) == ("failed", "abandoned")
