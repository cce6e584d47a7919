"""Pages of rounds and proposals, as HR, an auditor and others meet them."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import event

from freeagents.audit.models import AuditEntry
from freeagents.country.models import Instance
from freeagents.extensions import db
from freeagents.projects.models import Project
from freeagents.rounds.models import Policy, ProposalOpening, Round
from freeagents.rounds.queries import rounds as queries
from freeagents.rounds.services import planning, review, solving
from freeagents.web.context import DEMO
from tests.clients import Browser, signed_in
from tests.factories import PACK, PASSWORD, TODAY
from tests.integration.rounds import world as w
from tests.integration.rounds.world import AUDITOR, FORMS, HR, MANAGER, SURVEYS

HOSTILE = "<script>alert('x')</script> \u202eoediv\u202c 🧪 " + "long" * 30


@pytest.fixture
def world(app) -> w.World:
    with app.app_context():
        return w.a_world(password=PASSWORD)


@pytest.fixture
def hr(app, world) -> Browser:
    return signed_in(app, HR)


@pytest.fixture
def auditor(app, world) -> Browser:
    return signed_in(app, AUDITOR)


@pytest.fixture
def solved(app, world) -> str:
    """The public id of a round in review."""
    with app.app_context():
        return w.solved(world).public_id


def proposal_ids(app, world, round_id: str) -> dict[str, str]:
    with app.app_context():
        rows = queries.proposals(queries.round_by_public_id(round_id).id, after=None, limit=50)
        return {row.person.name: row.public_id for row in rows}


def solve(app, round_id: str) -> None:
    with app.app_context():
        solving.solve_round(round_id=queries.round_by_public_id(round_id).id, pack=PACK)
        db.session.commit()


def planned(world, **changed: str) -> dict[str, str]:
    return {
        "name": "Winter",
        "policy": world.policy,
        "cut_off-day": str(TODAY.day),
        "cut_off-month": str(TODAY.month),
        "cut_off-year": str(TODAY.year),
        "cut_off_time": "00:00",
    } | changed


def test_list_without_rounds_says_what_to_do(hr, auditor):
    assert "Plan one" in hr.get("/rounds")
    page = auditor.get("/rounds")
    assert "Central HR plans them" in page
    assert "/rounds/new" not in page


def test_the_list_of_rounds_goes_on_on_another_page(app, world, hr):
    with app.app_context():
        for number in range(27):
            w.a_round(world, f"Round {number}")
    page = hr.get("/rounds")
    assert "Round 26" in page
    assert "Round 1<" not in page
    (older,) = re.findall(r'href="(/rounds\?after=[^"]+)"', page)
    page = hr.get(older)
    assert "Round 1<" in page
    assert "Round 26" not in page


def test_without_an_approved_policy_the_page_says_so(app, hr):
    with app.app_context():
        db.session.query(Policy).delete()
        db.session.commit()
    assert "There is no approved policy yet" in hr.get("/rounds/new")


def test_hr_plans_runs_and_watches_a_round(app, world, hr):
    page = hr.get("/rounds/new")
    assert "No other placement of people in seats has a higher total score." in page
    assert "Most points each policy gives" in page
    made = hr.post("/rounds/new", planned(world)).headers["Location"]
    page = hr.get(made)
    with app.app_context():
        assert queries.round_by_public_id(made.rsplit("/", 1)[1]).salt_hash in page
    hr.post(f"{made}/run", page=made)
    page = hr.get(made)
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in page
    assert "Waiting for a free worker" in page
    part = hr.client.get(made, headers={"HX-Request": "true"})
    assert part.text.lstrip().startswith("<div")
    assert "HX-Refresh" not in part.headers
    solve(app, made.rsplit("/", 1)[1])
    assert hr.client.get(made, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    page = hr.get(made)
    assert "2 of 3" in page
    assert "Pairs that would rather have each other" in page
    assert "Ada Lovelace – Ask what people need" in page


def test_how_far_the_worker_is_is_said_in_words(app, world, hr):
    with app.app_context():
        subject = w.a_round(world)
        planning.queue_round(subject=subject, now=subject.cut_off, actor_id=world.hr)
        subject.state, subject.stage, subject.stage_done, subject.stage_total = "solving", "candidates", 3, 12
        db.session.commit()
        address = f"/rounds/{subject.public_id}"
    page = hr.get(address)
    assert "Step 4 of 8: Finding who meets the rules" in page
    assert 'max="12" value="3"' in page


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": " "}, "Enter a name for the round."),
        ({"name": "x" * 5000}, "must be 200 characters or fewer"),
        ({"policy": ""}, "Choose a policy."),
        ({"policy": "nonsense"}, "There is no such policy any more."),
        ({"cut_off-day": "31", "cut_off-month": "2"}, "The day of the cut-off must be a real date"),
        ({"cut_off_time": "half past"}, "as hours and minutes"),
        ({"cut_off_time": ""}, "Enter the time of the cut-off."),
    ],
)
def test_refused_plan_keeps_what_was_typed(world, hr, changed, said):
    answer = hr.post("/rounds/new", planned(world, **changed), status=422)
    assert said in answer.text
    for value in changed.values():
        assert not value.strip() or value == "nonsense" or f'value="{value}"' in answer.text


def test_round_cannot_be_run_before_its_cut_off(world, hr):
    made = hr.post("/rounds/new", planned(world, **{"cut_off-year": str(TODAY.year + 1)})).headers["Location"]
    answer = hr.post(f"{made}/run", page=made, status=409)
    assert "The cut-off is still to come." in answer.text


def test_a_round_that_was_run_is_shown_again_with_the_refusal(hr, solved):
    """The page notes the look in the audit trail, beside the transaction of what was refused."""
    answer = hr.post(f"/rounds/{solved}/run", page=f"/rounds/{solved}", status=409)
    assert "This round has moved on meanwhile." in answer.text


def test_reviewer_reads_why_and_decides(app, world, hr, solved):
    ids = proposal_ids(app, world, solved)
    address = f"/rounds/proposals/{ids['Ada Lovelace']}"
    page = hr.get(address)
    assert "Meets every hard rule." in page
    assert "The person’s own ranking" in page
    assert "user-research" in page
    assert "Expert" in page
    answer = hr.post(f"{address}/decide", {"word": "bar", "reason": "  "}, page=address, status=422)
    assert "Enter a reason." in answer.text
    answer = hr.post(f"{address}/decide", {"reason": HOSTILE}, page=address, status=422)
    assert "Choose whether to keep or to bar the pair." in answer.text
    assert "&lt;script&gt;" in answer.text
    assert "<script>alert" not in answer.text
    long = hr.post(f"{address}/decide", {"word": "keep", "reason": "x" * 5000}, page=address, status=422)
    assert "x" * 5000 in long.text
    hr.post(f"{address}/decide", {"word": "keep", "reason": HOSTILE}, page=address)
    page = hr.get(address)
    assert "The pair is kept" in page
    assert "<script>alert" not in page
    hr.post(f"{address}/take-back", page=address)
    hr.post(f"{address}/approve", page=address)
    page = hr.get(address)
    assert "The pair is approved." in page
    assert "Keep the pair" not in page
    hr.post(f"{address}/take-back", page=address)
    assert hr.post(f"{address}/take-back", page=address, status=409)


def test_looks_are_noted_and_only_opened_pairs_are_approved_together(app, world, hr, solved):
    ids = proposal_ids(app, world, solved)
    address = f"/rounds/{solved}"
    hr.post(f"{address}/approve-opened", page=address)
    assert "You have opened no proposal that is still to be decided." in hr.get(address)
    hr.get(f"/rounds/proposals/{ids['Ada Lovelace']}")
    hr.get(f"/rounds/proposals/{ids['Ada Lovelace']}")
    assert "You have opened this one." in hr.get(address)
    hr.post(f"{address}/approve-opened", page=address)
    page = hr.get(address)
    assert "One proposal is approved." in page
    assert "Approved (1)" in page
    assert "Proposed (1)" in page
    with app.app_context():
        assert db.session.query(ProposalOpening).count() == 1
        assert db.session.query(AuditEntry).where(AuditEntry.action == "proposal:open").count() == 1
        assert db.session.query(AuditEntry).where(AuditEntry.action == "round:look").count() >= 1


def test_proposals_by_state_and_neighbours(app, world, hr, solved):
    ids = proposal_ids(app, world, solved)
    page = hr.get(f"/rounds/{solved}?state=kept")
    assert "No proposal is in this state." in page
    page = hr.get(f"/rounds/{solved}?state=nonsense&after=nonsense")
    assert "Ada Lovelace" in page
    links = [hr.get(f"/rounds/proposals/{public_id}") for public_id in ids.values()]
    assert sum("Next proposal" in link for link in links) == 1
    assert sum("Previous proposal" in link for link in links) == 1


def test_seats_and_people_left_out_have_their_reasons(app, world, hr, solved):
    page = hr.get(f"/rounds/{solved}/empty-seats")
    assert "Write plain forms, seat 2" in page
    assert "The one person who meets every hard rule has another seat" in page
    page = hr.get(f"/rounds/{solved}/left-out")
    assert "Every project with seats is ruled out." in page
    person = re.search(rf'href="(/rounds/{solved}/left-out/[^"]+)"', page)[1]
    page = hr.get(person)
    assert "Why Alan Turing was left out" in page
    assert "Ruled out by a single rule: essential skills, 2 projects." in page
    assert "number 1 in the person’s own ranking" in page
    assert "Not every essential skill is held at the level asked (user-research)." in page
    assert "Write plain forms" in page
    hr.get(f"/rounds/{solved}/left-out/nobody", status=404)


def test_auditor_reads_without_private_parts_and_decides_nothing(app, world, auditor, solved):
    ids = proposal_ids(app, world, solved)
    page = auditor.get(f"/rounds/{solved}")
    for private in ("points", "Publish", "Approve all", "Run again"):
        assert private not in page
    address = f"/rounds/proposals/{ids['Ada Lovelace']}"
    page = auditor.get(address)
    assert "The person’s own ranking" not in page
    assert "Manager’s short list" not in page
    assert "without those that are private" in page
    assert "Your decision" not in page
    person = re.search(r'href="([^"]+/left-out/[^"]+)"', auditor.get(f"/rounds/{solved}/left-out"))[1]
    assert "own ranking" not in auditor.get(person)
    token = auditor.token("/account")
    for action in ("approve", "take-back", "decide"):
        answer = auditor.client.post(f"{address}/{action}", data={"csrf_token": token, "word": "bar", "reason": "x"})
        assert answer.status_code == 404
    for action in ("run", "rerun", "publish", "approve-opened"):
        assert auditor.client.post(f"/rounds/{solved}/{action}", data={"csrf_token": token}).status_code == 404
    assert auditor.client.get(f"/rounds/{solved}/publish").status_code == 404
    auditor.get("/rounds/new", status=403)
    with app.app_context():
        assert db.session.query(ProposalOpening).count() == 0


def test_others_learn_nothing(app, world, solved):
    ids = proposal_ids(app, world, solved)
    manager = signed_in(app, MANAGER)
    manager.get("/rounds", status=403)
    manager.get(f"/rounds/{solved}", status=404)
    manager.get(f"/rounds/proposals/{ids['Ada Lovelace']}", status=404)
    assert 'href="/rounds"' not in manager.get("/account")
    assert app.test_client().get(f"/rounds/{solved}").status_code == 303


def test_form_without_a_token_changes_nothing(app, world, hr, solved):
    assert hr.client.post(f"/rounds/{solved}/rerun").status_code == 400
    with app.app_context():
        assert db.session.query(Round).count() == 1


def test_bar_run_again_and_see_what_changed(app, world, hr, solved):
    ids = proposal_ids(app, world, solved)
    address = f"/rounds/proposals/{ids['Ada Lovelace']}"
    hr.post(f"{address}/decide", {"word": "bar", "reason": "They are married."}, page=address)
    page = hr.get(f"/rounds/{solved}/rerun")
    assert "They are married." in page
    again = hr.post(f"/rounds/{solved}/rerun").headers["Location"]
    solve(app, again.rsplit("/", 1)[1])
    page = hr.get(again)
    assert "What changed since version 1" in page
    assert "One pair is new" in page
    assert "2 pairs are gone" in page
    assert "One pair kept or barred" in page
    assert "Replaced by a later version" in hr.get(f"/rounds/{solved}")
    edit = re.search(r'action="(/rounds/edits/[^"]+)"', page)[1]
    hr.post(edit, page=again)
    assert "One pair kept or barred" not in hr.get(again)


def test_failed_round_names_the_rule_and_lets_hr_take_the_word_back(app, world, hr, solved):
    ids = proposal_ids(app, world, solved)
    address = f"/rounds/proposals/{ids['Ada Lovelace']}"
    hr.post(f"{address}/decide", {"word": "keep", "reason": "Good."}, page=address)
    with app.app_context():
        project = db.session.query(Project).where(Project.title == SURVEYS).one()
        project.clearance = "SC"
        db.session.commit()
    failed = hr.post(f"/rounds/{solved}/rerun").headers["Location"]
    solve(app, failed.rsplit("/", 1)[1])
    page = hr.get(failed)
    assert "does not meet a rule any more: security clearance" in page
    assert "This pair does not meet a rule any more." in page
    hr.post(re.search(r'action="(/rounds/edits/[^"]+)"', page)[1], page=failed)
    last = hr.post(f"{failed}/rerun").headers["Location"]
    solve(app, last.rsplit("/", 1)[1])
    assert "In review" in hr.get(last)


def test_publishing_is_refused_while_something_is_undecided(app, world, hr, solved):
    address = f"/rounds/{solved}/publish"
    assert "Approve or bar each proposal first." in hr.get(address)
    answer = hr.post(address, page=f"/rounds/{solved}", status=409)
    assert "2 proposals are still to be approved or barred." in answer.text
    for public_id in proposal_ids(app, world, solved).values():
        page = f"/rounds/proposals/{public_id}"
        hr.post(f"{page}/approve", page=page)
    hr.post(address)
    page = hr.get(f"/rounds/{solved}")
    assert "Every application it decided has its answer." in page
    assert "Published" in page
    with app.app_context():
        subject = queries.round_by_public_id(solved)
        assert subject.salt.hex() in page
        assert subject.salt_hash in page
    hr.get(f"/rounds/proposals/{public_id}")
    assert hr.post(f"{page and f'/rounds/{solved}'}/rerun", page="/account", status=409)


def test_approval_of_a_pair_that_breaks_a_rule_by_now_is_refused_in_words(app, world, hr, solved):
    with app.app_context():
        db.session.query(Project).where(Project.title == FORMS).one().clearance = "SC"
        db.session.commit()
    address = f"/rounds/proposals/{proposal_ids(app, world, solved)['Grace Hopper']}"
    answer = hr.post(f"{address}/approve", page=address, status=409)
    assert "no longer meets: security clearance" in answer.text
    hr.post(f"/rounds/{solved}/approve-opened", page=address)
    assert "Not approved, since the pair breaks a rule by now: Grace Hopper." in hr.get(f"/rounds/{solved}")


def test_hostile_names_are_text(app, world, hr, solved):
    with app.app_context():
        db.session.query(Project).where(Project.title == SURVEYS).one().title = HOSTILE
        db.session.query(Round).one().name = HOSTILE
        db.session.get(queries.Person, world.people["ada"]).name = HOSTILE
        db.session.get(queries.Person, world.people["alan"]).name = HOSTILE
        db.session.commit()
    for address in ("", "/left-out", "/empty-seats", "/rerun", "/publish"):
        assert "<script>alert" not in hr.get(f"/rounds/{solved}{address}")
    assert "<script>alert" not in hr.get(f"/rounds/proposals/{proposal_ids(app, world, solved)[HOSTILE]}")
    assert "<script>alert" not in hr.get("/rounds")


def test_a_round_run_again_asks_the_database_little_for_what_changed(app, world, hr, solved):
    ids = proposal_ids(app, world, solved)
    address = f"/rounds/proposals/{ids['Ada Lovelace']}"
    hr.post(f"{address}/decide", {"word": "bar", "reason": "They are married."}, page=address)
    again = hr.post(f"/rounds/{solved}/rerun").headers["Location"]
    solve(app, again.rsplit("/", 1)[1])
    with app.app_context():
        engine = db.engine
        db.session.add(Instance(country="uk", pack_digest="of a test", is_demo=False))
        db.session.commit()
    asked: list[str] = []

    def count(_conn, _cursor, statement, *_rest) -> None:
        asked.append(statement)

    assert "What changed since version 1" in hr.get(again)
    event.listen(engine, "before_cursor_execute", count)
    try:
        hr.get(again)
    finally:
        event.remove(engine, "before_cursor_execute", count)
        app.extensions.pop(DEMO, None)
    assert len(asked) <= 10, asked


def test_look_at_one_person_is_noted_with_whom(app, world, hr, solved):
    page = hr.get(f"/rounds/{solved}/left-out")
    person = re.search(rf'href="(/rounds/{solved}/left-out/[^"]+)"', page)[1]
    hr.get(person)
    with app.app_context():
        entry = db.session.query(AuditEntry).order_by(AuditEntry.id.desc()).first()
        assert (entry.action, entry.facts) == ("round:look", {"person": person.rsplit("/", 1)[1]})


def test_opening_is_noted_before_the_decision_of_somebody_else_counts(app, world, hr, solved):
    ids = proposal_ids(app, world, solved)
    other = signed_in(app, w.HR2)
    other.get(f"/rounds/proposals/{ids['Ada Lovelace']}")
    address = f"/rounds/{solved}"
    hr.post(f"{address}/approve-opened", page=address)
    with app.app_context():
        subject = queries.round_by_public_id(solved)
        assert queries.undecided(subject.id) == 2
        assert review.approve_opened(subject=subject, pack=PACK, actor_id=world.auditor) == (0, [])


def test_a_planned_round_can_be_cancelled_and_a_solved_one_cannot(world, hr):
    made = hr.post("/rounds/new", planned(world)).headers["Location"]
    assert "Cancel the round" in hr.get(made)
    hr.post(f"{made}/cancel", page=made)
    page = hr.get(made)
    assert "The round is cancelled" in page
    assert "Run the round" not in page
    answer = hr.post(f"{made}/cancel", page="/rounds/new", status=409)
    assert "Only a round that was not run yet can be cancelled." in answer.text


@pytest.mark.parametrize("year", ["2019", str(TODAY.year + 3)])
def test_a_cut_off_of_another_time_is_refused(world, hr, year):
    answer = hr.post("/rounds/new", planned(world, **{"cut_off-year": year}), status=422)
    assert "The cut-off must lie between 30 days ago and a year from now." in answer.text
