"""What a round keeps of its proof, and who HR could choose instead."""

from __future__ import annotations

from dataclasses import replace
from html import unescape

import pytest

from freeagents.eligibility.sentences import objective_sentence
from freeagents.extensions import db
from freeagents.rounds.models import Proposal
from freeagents.rounds.queries import rounds as queries
from freeagents.rounds.services import choosing
from tests.clients import signed_in
from tests.factories import PASSWORD, a_policy
from tests.integration.rounds import world as w
from tests.integration.rounds.world import AUDITOR, FORMS, HR, SURVEYS


@pytest.fixture
def world(app) -> w.World:
    with app.app_context():
        return w.a_world(password=PASSWORD)


def test_a_round_keeps_a_proof_that_adds_up(app, world):
    with app.app_context():
        subject = w.solved(world)
        told, proof = subject.figures["proof"], choosing.proof_of(subject)
        assert told["chosen"] == told["bound"] == subject.figures["score"] > 0
        assert proof["bound"] == told["bound"] + proof["seat_weight"] * subject.figures["placed"]
        assert proof["bound"] == sum(proof["price"]) + sum(proof["worth"]), (
            "the empty seat has no price, and the other two are one each"
        )


def test_the_next_best_are_priced_with_who_would_move(app, world):
    with app.app_context():
        subject = w.solved(world)
        ada, grace = (w.proposal(world, subject, name, title) for name, title in (("ada", SURVEYS), ("grace", FORMS)))
        (instead,) = choosing.alternatives_to(ada, subject)
        assert instead.person.name == "Grace Hopper"
        assert [(move.person.name, move.after) for move in instead.others] == [("Ada Lovelace", None)]
        assert instead.seats == 1, "nobody else can do the forms"
        assert ada.score + grace.score - instead.units < ada.score + grace.score
        assert choosing.alternatives_to(grace, subject) == []


def test_reviewers_see_who_could_take_the_seat_and_others_do_not(app, world):
    with app.app_context():
        public_id = db.session.query(Proposal).where(Proposal.round_id == w.solved(world).id).first().public_id
    address = f"/rounds/proposals/{public_id}"
    hr, auditor = signed_in(app, HR), signed_in(app, AUDITOR)
    assert "See the next best people" in hr.get(address)
    told = hr.get(f"{address}?instead=yes")
    assert "Next best people for this project" in told or "Nobody else meets the rules" in told
    assert "Who could take the seat" not in auditor.get(f"{address}?instead=yes")


def test_a_person_who_was_erased_is_left_away(app, world):
    with app.app_context():
        subject = w.solved(world)
        for row in db.session.query(Proposal).where(Proposal.round_id == subject.id).all():
            proposal = queries.proposal_by_public_id(row.public_id)
            found = choosing.alternatives_to(proposal, subject)
            if found:
                gone = found[0].person
                db.session.query(Proposal).where(Proposal.person_id == gone.id).delete()
                db.session.delete(gone)
                db.session.flush()
                left = choosing.alternatives_to(proposal, subject)
                assert [each.person.id for each in left] == [each.person.id for each in found[1:]]
                return
        pytest.fail("nobody could take any seat instead")


@pytest.mark.parametrize("objective", ["worst_off", "stable_people", "stable_projects"])
def test_a_round_may_aim_for_what_is_no_sum(app, world, objective):
    with app.app_context():
        subject = w.solved(replace(world, policy=a_policy("other", objective=objective).public_id))
        proof = choosing.proof_of(subject)
        assert (subject.figures["placed"], subject.figures["blocking"], "proof" in subject.figures) == (2, 0, False)
        assert set(proof["covers"]) == ({"most", "higher"} if objective == "worst_off" else set())
        proposal = db.session.query(Proposal).where(Proposal.round_id == subject.id).first().public_id
        address = f"/rounds/{subject.public_id}"
    page = signed_in(app, HR).get(address)
    assert objective_sentence(objective) in unescape(page)
    assert "Pairs that would rather have each other" in page
    assert "no sum of points" in signed_in(app, HR).get(f"/rounds/proposals/{proposal}")
