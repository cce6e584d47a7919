"""Rounds and proposals over the API: for HR, less for auditors, nothing for others, refusals as problem+json."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from freeagents.accounts.queries.directory import person_by_email
from freeagents.accounts.services.tokens import make_api_token
from freeagents.db.base import utc_now
from freeagents.eligibility.bridge import policy_from_toml
from freeagents.extensions import db
from freeagents.rounds.models import ProposalOpening
from freeagents.rounds.queries import rounds as queries
from freeagents.rounds.services import solving
from tests.factories import PACK, a_policy
from tests.integration.rounds import world as w

PROBLEM = "application/problem+json"


class Caller:
    """A program with somebody's token."""

    def __init__(self, app, email: str) -> None:
        with app.app_context():
            person = person_by_email(email)
            token = make_api_token(person_id=person.id, name="test", actor_id=person.id)
            db.session.commit()
        self.client: FlaskClient = app.test_client()
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, status: int = 200):
        return self._read(self.client.get(f"/api/v1{path}", headers=self.headers), status)

    def post(self, path: str, body: object = None, status: int = 200):
        return self._read(self.client.post(f"/api/v1{path}", json=body or {}, headers=self.headers), status)

    def _read(self, answer, status: int):
        assert answer.status_code == status, (answer.status_code, answer.text)
        assert answer.mimetype == (PROBLEM if status >= 400 else "application/json")
        if status >= 400:
            assert answer.json["status"] == status
            assert answer.json["detail"]
        return answer.json


@pytest.fixture
def world(app) -> w.World:
    with app.app_context():
        return w.a_world()


@pytest.fixture
def hr(app, world) -> Caller:
    return Caller(app, w.HR)


@pytest.fixture
def solved(app, world) -> str:
    with app.app_context():
        return w.solved(world).public_id


def test_program_runs_reviews_and_publishes_a_round(app, world, hr):
    made = hr.post("/rounds", {"name": "Winter", "policy": world.policy, "cut_off": utc_now().isoformat()}, status=201)
    assert (made["state"], made["version"], made["policy"]) == ("draft", 1, "balanced@1")
    assert len(made["salt_hash"]) == 64
    with app.app_context():
        db.session.execute(text("UPDATE application SET submitted_at = '2025-12-01'"))
        db.session.commit()
    assert hr.post(f"/rounds/{made['id']}/run", status=202)["state"] == "queued"
    assert hr.post(f"/rounds/{made['id']}/run", status=409)["title"] == "conflict"
    with app.app_context():
        solving.solve_round(round_id=queries.round_by_public_id(made["id"]).id, pack=PACK)
        db.session.commit()
    page = hr.get(f"/rounds/{made['id']}/proposals?limit=1")
    last = hr.get(f"/rounds/{made['id']}/proposals?limit=1&after={page['next']}")
    assert last["next"] is None
    both = page["items"] + last["items"]
    assert {proposal["state"] for proposal in both} == {"proposed"}
    for proposal in both:
        assert sum(proposal["parts"].values()) == proposal["score"]
        assert hr.get(f"/proposals/{proposal['id']}") == proposal
    first, second = (proposal["id"] for proposal in both)
    assert hr.post(f"/proposals/{first}/keep", {"reason": "Good."})["state"] == "kept"
    assert hr.post(f"/proposals/{first}/take-back")["state"] == "proposed"
    assert hr.post(f"/proposals/{first}/approve")["state"] == "approved"
    assert "proposal is still" in hr.post(f"/rounds/{made['id']}/publish", status=409)["detail"]
    assert hr.post(f"/proposals/{second}/bar", {"reason": "No."})["state"] == "barred"
    assert hr.post(f"/rounds/{made['id']}/publish")["state"] == "published"
    assert hr.get("/rounds")["items"][0]["figures"]["placed"] == 2
    with app.app_context():
        assert db.session.query(ProposalOpening).count() == 2


def test_round_is_run_again(hr, solved):
    again = hr.post(f"/rounds/{solved}/rerun", status=202)
    assert (again["version"], again["state"]) == (2, "queued")
    assert hr.get(f"/rounds/{solved}")["state"] == "cancelled"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": "", "policy": "x", "cut_off": "2026-01-01T00:00:00Z"}, "name"),
        ({"name": "x", "policy": "nonsense", "cut_off": "2026-01-01T00:00:00Z"}, "policy"),
        ({"name": "x", "policy": "x", "cut_off": "tomorrow"}, "cut_off"),
        ({"name": "x" * 5000, "policy": "x", "cut_off": "2026-01-01T00:00:00Z"}, "name"),
    ],
)
def test_bad_plan_names_its_fields(hr, body, field):
    assert field in hr.post("/rounds", body, status=422)["errors"]


def test_word_needs_a_reason(app, world, hr, solved):
    with app.app_context():
        subject = queries.round_by_public_id(solved)
        proposal = w.proposal(world, subject, "ada", w.SURVEYS).public_id
    assert "reason" in hr.post(f"/proposals/{proposal}/keep", {}, status=422)["errors"]
    assert "reason" in hr.post(f"/proposals/{proposal}/bar", {"reason": ""}, status=422)["errors"]
    assert "reason" in hr.post(f"/proposals/{proposal}/bar", {"reason": "  "}, status=422)["errors"]


def test_auditor_reads_without_private_parts(app, world, solved):
    auditor = Caller(app, w.AUDITOR)
    [first, _second] = auditor.get(f"/rounds/{solved}/proposals")["items"]
    assert first["score"] is None
    assert set(first["parts"]) == {"skills", "growth", "bench", "distance"}
    assert auditor.get(f"/proposals/{first['id']}") == first
    figures = auditor.get(f"/rounds/{solved}")["figures"]
    assert not {"score", "value", "totals"} & set(figures)
    auditor.post(f"/proposals/{first['id']}/approve", status=404)
    auditor.post(f"/rounds/{solved}/publish", status=404)
    auditor.post("/rounds", {}, status=403)


def test_others_get_not_found(app, world, hr, solved):
    proposal = hr.get(f"/rounds/{solved}/proposals")["items"][0]["id"]
    manager = Caller(app, w.MANAGER)
    manager.get("/rounds", status=403)
    for path in (f"/rounds/{solved}", f"/rounds/{solved}/proposals", f"/proposals/{proposal}", "/proposals/nothing"):
        manager.get(path, status=404)
    for path in (f"/rounds/{solved}/run", f"/rounds/{solved}/rerun", f"/proposals/{proposal}/approve"):
        manager.post(path, status=404)
    assert app.test_client().get(f"/api/v1/rounds/{solved}").status_code == 401


def test_program_draws_a_sample_opens_it_and_approves_the_rest(app, world, hr, solved):
    address = f"/rounds/{solved}/sample"
    hr.get(address, status=404)
    assert "size" in hr.post(address, {"size": "a few"}, status=422)["errors"]
    hr.post(f"{address}/approve", status=409)
    drawn = hr.post(address, {"size": "100 %"}, status=201)
    assert (drawn["asked"], drawn["out_of"], len(drawn["proposals"]), drawn["opened"]) == ("100 %", 2, 2, 0)
    hr.post(address, {"size": "100 %"}, status=409)
    hr.post(f"{address}/approve", status=409)
    for proposal in drawn["proposals"]:
        hr.get(f"/proposals/{proposal}")
    assert hr.get(address) == drawn | {"opened": 2}
    assert hr.post(f"{address}/approve") == {"approved": 2, "broken": []}
    assert hr.post(f"/rounds/{solved}/approve-opened") == {"approved": 0, "broken": []}
    auditor = Caller(app, w.AUDITOR)
    auditor.get(address, status=404)
    auditor.post(f"{address}/approve", status=404)


def test_hr_finds_the_policy_of_a_round_to_plan_page_by_page(app, hr, world):
    with app.app_context():
        a_policy("every-seat", objective="most_seats")
        db.session.commit()
    first = hr.get("/policies?limit=1")
    second = hr.get(f"/policies?limit=1&after={first['next']}")
    assert [one["name"] for one in first["items"] + second["items"]] == ["balanced", "every-seat"]
    assert second["next"] is None
    shown = hr.get(f"/policies/{first['items'][0]['id']}")
    assert shown["approved"]
    assert shown["id"] == world.policy
    assert policy_from_toml(shown["document"]).objective == "most_score"
