"""Approving all that are left after a random sample of a stated size was opened."""

from __future__ import annotations

import re
from random import Random

import pytest

from freeagents.audit.models import AuditEntry
from freeagents.errors import Conflict, Invalid
from freeagents.extensions import db
from freeagents.profiles import services as profiles
from freeagents.rounds.models import Proposal, ReviewSample
from freeagents.rounds.queries import rounds as queries
from freeagents.rounds.services import planning, review, sampling
from tests.clients import signed_in
from tests.factories import PACK, PASSWORD, a_department, a_project, an_agent
from tests.integration.rounds.world import HR, HR2, World, a_world, solved

MANY = 30
ALL = MANY + 2
"""Pairs the large world's round proposes: its own, and the two of the small world."""


@pytest.fixture
def world(app) -> World:
    """A world whose round proposes many pairs."""
    with app.app_context():
        small = a_world(password=PASSWORD)
        home, host = a_department("home"), a_department("host")
        a_project("Count everything", department=host, essential={"counting": 2}, seats=MANY)
        for number in range(MANY):
            an_agent(f"Counter {number}", department=home, skills={"counting": 3})
        db.session.commit()
        return small


@pytest.fixture
def subject(app, world) -> str:
    """The public id of a round in review."""
    with app.app_context():
        return solved(world).public_id


def draw(round_id: str, asked: str, actor_id: int, seed: int = 1) -> ReviewSample:
    found = queries.round_by_public_id(round_id)
    return sampling.draw(subject=found, asked=asked, chance=Random(seed), actor_id=actor_id)


def approve(round_id: str, actor_id: int) -> tuple[int, list[Proposal]]:
    return sampling.approve_the_rest(subject=queries.round_by_public_id(round_id), pack=PACK, actor_id=actor_id)


def open_all(sample: ReviewSample, actor_id: int) -> None:
    for proposal in queries.sampled(sample):
        review.note_opening(subject=proposal, actor_id=actor_id)


@pytest.mark.parametrize(
    ("asked", "out_of", "size"), [("10", 96, 10), ("10 %", 96, 10), ("10%", 5, 1), ("100 %", 7, 7)]
)
def test_size_is_a_number_or_a_share_rounded_up(asked, out_of, size):
    assert sampling.size_of(asked, out_of) == size


def test_a_sample_is_drawn_by_chance_and_once(app, world, subject):
    with app.app_context():
        first = draw(subject, "10", world.hr, seed=1)
        other = draw(subject, "10", world.auditor, seed=2)
        members = [{row.id for row in queries.sampled(one)} for one in (first, other)]
        assert [len(one) for one in members] == [10, 10]
        assert members[0] != members[1]
        assert first.out_of == ALL
        with pytest.raises(Conflict, match="already"):
            draw(subject, "12", world.hr)


@pytest.mark.parametrize(("asked", "said"), [("9", "too few"), ("5 %", "too few"), ("33", "Only 32 proposals")])
def test_a_sample_that_says_nothing_is_refused(app, world, subject, asked, said):
    with app.app_context(), pytest.raises(Invalid, match=said) as refusal:
        draw(subject, asked, world.hr)
    assert refusal.value.field == "size"


def test_the_rest_waits_until_each_of_the_sample_was_opened_by_who_drew_it(app, world, subject):
    with app.app_context():
        with pytest.raises(Conflict, match="Draw a sample"):
            approve(subject, world.hr)
        sample = draw(subject, "10", world.hr)
        db.session.commit()
        first, *others = queries.sampled(sample)
        for proposal in others:
            review.note_opening(subject=proposal, actor_id=world.hr)
        review.note_opening(subject=first, actor_id=world.auditor)
        with pytest.raises(Conflict, match="One proposal of the sample"):
            approve(subject, world.hr)
        assert queries.undecided(queries.round_by_public_id(subject).id) == ALL


def test_all_that_are_left_are_approved_and_name_the_sample(app, world, subject):
    with app.app_context():
        sample = draw(subject, "10", world.hr)
        db.session.commit()
        open_all(sample, world.hr)
        wrong = queries.sampled(sample)[0]
        review.bar(
            subject=queries.proposal_by_public_id(wrong.public_id), reason="They are married.", actor_id=world.hr
        )
        away = next(row for row in queries.lock_undecided(sample.round_id) if row.person.name.startswith("Counter"))
        profiles.own_profile(person_id=away.person_id).paused = True
        db.session.commit()
        approved, broken = approve(subject, world.hr)
        db.session.commit()
        assert (approved, [row.id for row in broken]) == (ALL - 2, [away.id])
        states = queries.proposal_states(sample.round_id)
        assert states == {"approved": ALL - 2, "barred": 1, "proposed": 1}
        drawn = {row.id for row in queries.sampled(sample)}
        for row in db.session.query(Proposal).where(Proposal.state == "approved"):
            assert (row.sample_id is None) is (row.id in drawn)
        entries = db.session.query(AuditEntry)
        named = [row.facts for row in entries.where(AuditEntry.action == "proposal:approve")]
        assert sum(facts == {"sample": sample.public_id} for facts in named) == ALL - 10 - (away.id not in drawn)
        assert entries.where(AuditEntry.action == "round:sample").one().facts == {
            "sample": sample.public_id,
            "asked": "10",
            "size": 10,
            "out_of": ALL,
        }
        assert entries.where(AuditEntry.action == "round:approve_by_sample").one().facts == {
            "sample": sample.public_id,
            "size": 10,
            "out_of": ALL,
            "approved": ALL - 2,
        }


def test_what_is_taken_back_rests_on_no_sample(app, world, subject):
    with app.app_context():
        sample = draw(subject, "10", world.hr)
        db.session.commit()
        open_all(sample, world.hr)
        approve(subject, world.hr)
        row = db.session.query(Proposal).where(Proposal.sample_id == sample.id).first()
        review.undo(subject=queries.proposal_by_public_id(row.public_id), actor_id=world.hr)
        assert (row.state, row.sample_id) == ("proposed", None)


def test_a_round_that_is_not_in_review_is_sampled_no_more(app, world, subject):
    with app.app_context():
        draw(subject, "10", world.hr)
        again = planning.rerun(subject=queries.round_by_public_id(subject), actor_id=world.hr)
        with pytest.raises(Conflict, match="not in review"):
            draw(subject, "10", world.auditor)
        with pytest.raises(Conflict, match="not in review"):
            approve(subject, world.hr)
        with pytest.raises(Conflict, match="not in review"):
            draw(again.public_id, "10", world.hr)


def test_reviewer_draws_opens_and_approves_on_the_pages(app, world, subject):
    hr = signed_in(app, HR)
    assert "Approve by a sample" in hr.get(f"/rounds/{subject}")
    address = f"/rounds/{subject}/sample"
    assert "32 proposals are still to be decided." in hr.get(address)
    for typed in ("", "0", "many", "101 %", "-3"):
        assert "such as 10 %." in hr.post(address, {"size": typed}, status=422).text
    assert "too few to judge" in hr.post(address, {"size": "3"}, status=422).text
    hr.post(address, {"size": "10"})
    page = hr.get(address)
    assert "10 of the 32 proposals" in page
    assert "You have opened 0 of 10." in page
    assert hr.post(f"{address}/approve", page="/account", status=409).text.count("still to be opened") == 1
    drawn = re.findall(r'href="(/rounds/proposals/[^"]+)"', page)
    assert len(drawn) == 10
    for proposal in drawn:
        assert f'href="{address}"' in hr.get(proposal)
    hr.post(f"{drawn[0]}/decide", {"word": "bar", "reason": "They are married."}, page=drawn[0])
    page = hr.get(address)
    assert "You have opened 10 of 10. You barred one of them." in page
    hr.post(f"{address}/approve", page=address)
    page = hr.get(f"/rounds/{subject}")
    assert "31 proposals are approved." in page
    assert "Every proposal of the round is decided." in hr.get(address)
    with app.app_context():
        row = db.session.query(Proposal).where(Proposal.sample_id.is_not(None)).first()
    assert "a sample of 10 out of 32, not opened itself" in hr.get(f"/rounds/proposals/{row.public_id}")
    assert "nothing to draw from" in signed_in(app, HR2).get(address)
    hr.post(f"/rounds/{subject}/publish")
    assert "Published" in hr.get(f"/rounds/{subject}")
