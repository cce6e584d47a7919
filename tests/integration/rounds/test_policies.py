"""Policies on pages and in the API: one person in central HR writes a version, another approves it."""

from __future__ import annotations

import tomllib

import pytest
from sqlalchemy import select

from freeagents.audit.models import AuditEntry
from freeagents.eligibility.bridge import Policy as Rules
from freeagents.eligibility.bridge import policy_from_toml
from freeagents.extensions import db
from freeagents.rounds.models import Policy
from freeagents.rounds.schemas import POINTS, SETTINGS
from tests.clients import Browser, signed_in
from tests.factories import PASSWORD, an_agent, with_role

HOSTILE = "<script>alert('x')</script> \u202eoediv\u202c"
WRITTEN = {
    "name_en": "Nobody waits",
    "code": "nobody-waits",
    "objective": "most_seats",
    **dict.fromkeys(POINTS.values(), "0"),
    "points_bench": "100",
    **{name: str(getattr(Rules(), name)) for name in SETTINGS},
}


@pytest.fixture
def author(app) -> Browser:
    return _hr(app, "Author")


@pytest.fixture
def colleague(app) -> Browser:
    return _hr(app, "Colleague")


def _hr(app, name: str) -> Browser:
    with app.app_context():
        person = an_agent(name, password=PASSWORD)
        with_role(person, "hr", None)
        email = person.email
        db.session.commit()
    return signed_in(app, email)


def row(app) -> Policy:
    with app.app_context():
        return db.session.scalars(select(Policy)).one()


def test_without_a_policy_the_pages_lead_to_the_first(author):
    assert 'href="/policies"' in author.get("/rounds/new")
    assert "There is no policy yet" in author.get("/policies")
    assert 'value="50"' in author.get("/policies/new")


def test_what_is_written_is_what_rounds_use_once_another_has_approved_it(app, author, colleague):
    shown = author.post("/policies/new", WRITTEN).headers["Location"]
    page = author.get(shown)
    assert "Waiting for approval" in page
    assert "Approve this version" not in page
    assert "Nobody waits" not in author.get("/rounds/new")
    refused = author.post(f"{shown}/approve", page="/policies/new", status=409)
    assert "somebody else in central HR has to approve it" in refused.text
    assert row(app).approved_by is None
    assert "Approve this version" in colleague.get(shown)
    colleague.post(f"{shown}/approve", page="/policies/new")
    assert "Nobody waits" in author.get("/rounds/new")
    assert "approved already" in colleague.post(f"{shown}/approve", page="/policies/new", status=409).text
    rules = policy_from_toml(row(app).document)
    assert (rules.name, rules.version, rules.objective) == ("nobody-waits", 1, "most_seats")
    assert (rules.points.bench, rules.points.skills) == (100, 0)
    with app.app_context():
        audited = db.session.scalars(
            select(AuditEntry.action).where(AuditEntry.action.like("policy:%")).order_by(AuditEntry.id)
        ).all()
    assert audited == ["policy:write", "policy:approve"]


def test_the_next_version_begins_with_this_one_and_leaves_it_as_it_is(app, author, colleague):
    shown = author.post("/policies/new", WRITTEN).headers["Location"]
    colleague.post(f"{shown}/approve", page="/policies/new")
    form = author.get(f"{shown}/next-version")
    assert 'value="100"' in form
    assert 'name="code"' not in form
    later = author.post(f"{shown}/next-version", WRITTEN | {"points_bench": "70"}).headers["Location"]
    assert later != shown
    with app.app_context():
        versions = db.session.scalars(select(Policy).order_by(Policy.version)).all()
        assert [(one.name, one.version, one.approved_by is None) for one in versions] == [
            ("nobody-waits", 1, False),
            ("nobody-waits", 2, True),
        ]
        assert [policy_from_toml(one.document).points.bench for one in versions] == [100, 70]
    assert "Nobody waits, version 1" in author.get("/rounds/new")
    colleague.post(f"{later}/approve", page="/policies/new")
    assert "Nobody waits, version 2" in author.get("/rounds/new")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"points_bench": "0"}, "Give points to one part at least"),
        ({"points_bench": "1001"}, "must be between 0 and 1000"),
        ({"points_bench": "-1"}, "The points for time on the bench must be between 0 and 1000."),
        ({"ranks_counted": "many"}, "The rank must be a whole number"),
        ({"objective": "luck"}, "Choose"),
        ({"objective": ""}, "Choose what rounds should aim for."),
        ({"name_en": ""}, "Enter a name"),
        ({"code": "Nobody Waits"}, "small letters"),
        ({"code": ""}, "Enter a code"),
    ],
)
def test_what_cannot_be_a_policy_is_said_beside_what_was_typed(app, author, changed, said):
    answer = author.post("/policies/new", WRITTEN | changed, status=422)
    assert said in answer.text
    with app.app_context():
        assert not db.session.scalars(select(Policy)).all()


def test_a_code_is_given_once(author):
    author.post("/policies/new", WRITTEN)
    assert "There is a policy with this code." in author.post("/policies/new", WRITTEN, status=422).text


def test_the_file_says_the_same(app, author):
    shown = author.post("/policies/new", WRITTEN | {"name_en": HOSTILE}).headers["Location"]
    assert HOSTILE not in author.get(shown)
    file = author.client.get(f"{shown}/file")
    assert file.headers["Content-Disposition"] == "attachment; filename=nobody-waits-1.toml"
    assert tomllib.loads(file.text)["points"]["bench"] == 100
    assert policy_from_toml(file.text) == policy_from_toml(row(app).document)
