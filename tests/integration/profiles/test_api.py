"""The API's own profile: read, written in parts, refused as problem+json."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from freeagents.accounts.services.tokens import make_api_token
from freeagents.extensions import db
from freeagents.profiles.queries import profile_or_empty
from tests.factories import END, START, a_person

ADDRESS = "/api/v1/profile"


def bearer(app: Flask, person_id: int) -> dict[str, str]:
    with app.app_context():
        token = make_api_token(person_id=person_id, name="test", actor_id=person_id)
        db.session.commit()
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def hers(app: Flask, grace: int) -> dict[str, str]:
    """The headers of her token."""
    return bearer(app, grace)


def problem(answer: TestResponse, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    told: dict[str, Any] = answer.get_json()
    assert told["status"] == status
    assert told["detail"]
    return told


def test_the_own_profile_is_read_whole(client: FlaskClient, hers: dict[str, str]) -> None:
    answer = client.get(ADDRESS, headers=hers)
    assert answer.headers["ETag"] == '"1"'
    assert answer.get_json() == {
        "discipline": "design",
        "about": "I listen.\n\nThen I talk.",
        "clearance": "SC",
        "clearance_until": None,
        "work_modes": ["hybrid", "remote"],
        "skills": [
            {"skill": "agile-working", "level": 3, "evidence": "", "last_used": None},
            {"skill": "change-management", "level": 2, "evidence": "", "last_used": None},
        ],
        "learning": ["decision-making"],
        "languages": [{"language": "cy", "letters": "B2", "until": None}],
        "places": [{"place": "leeds", "max_km": 40.0}, {"place": "Atlantis", "max_km": None}],
        "availability": [{"from": START.isoformat(), "to": END.isoformat(), "time_percent": 60}],
        "paused": False,
        "countable": False,
        "findable": False,
        "version": 1,
    }


def test_who_wrote_none_reads_an_empty_one_and_reading_makes_none(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        person_id = a_person().id
        db.session.commit()
    headers = bearer(app, person_id)
    answer = client.get(ADDRESS, headers=headers).get_json()
    assert (answer["skills"], answer["version"]) == ([], 0)
    written = client.patch(ADDRESS, json={"about": "Hello."}, headers=headers | {"If-Match": '"0"'}).get_json()
    assert (written["about"], written["version"]) == ("Hello.", 1)


def test_what_is_read_can_be_written_again(client: FlaskClient, hers: dict[str, str]) -> None:
    read = client.get(ADDRESS, headers=hers).get_json()
    own = {name: value for name, value in read.items() if name not in {"paused", "countable", "findable", "version"}}
    answer = client.patch(ADDRESS, json=own, headers=hers)
    assert answer.status_code == 200
    assert answer.get_json() == read | {"version": 2}
    assert client.get(ADDRESS, headers=hers).get_json() == read | {"version": 2}


def test_members_that_are_not_sent_stay(client: FlaskClient, hers: dict[str, str]) -> None:
    before = client.get(ADDRESS, headers=hers).get_json()
    client.patch(ADDRESS, json={"clearance": None, "skills": "leadership-and-guidance:4"}, headers=hers)
    skills = [{"skill": "leadership-and-guidance", "level": 4, "evidence": "", "last_used": None}]
    after = before | {"clearance": None, "skills": skills, "version": 2}
    assert client.get(ADDRESS, headers=hers).get_json() == after


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"grade": "SCS1"}, {"grade": ["Unknown field."]}),
        ({"paused": True}, {"paused": ["Unknown field."]}),
        ({"skills": [{"skill": "agile-working"}]}, {"skills": {"0": {"level": ["Missing data for required field."]}}}),
        ({"skills": None}, {"skills": ["Field may not be null."]}),
        ({"skills": [{"skill": "magic", "level": 1}]}, {"skills-0-skill": None}),
        ({"learning": ["magic"]}, {"learning-0": None}),
        ({"languages": "cy:Z9"}, {"languages-0-letters": None}),
        ({"work_modes": ["boat"]}, {"work_modes": {"0": ["Choose from: on_site, hybrid, remote."]}}),
        ({"about": "half a letter \ud800"}, {"about": ["Remove the control character."]}),
        ({"about": 7}, {"about": ["Not a valid string."]}),
        ({"places": [{"place": "Leeds", "max_km": 1e999}]}, {"places": None}),
        ({"availability": [{"from": START.isoformat()}, {"from": END.isoformat()}]}, {"availability-1-from": None}),
        ([], {"_schema": ["Invalid input type."]}),
        ("text", {"_schema": ["Invalid input type."]}),
    ],
)
def test_what_cannot_be_is_refused_and_named(
    app: Flask, grace: int, client: FlaskClient, hers: dict[str, str], body: Any, errors: dict[str, Any]
) -> None:
    told = problem(client.patch(ADDRESS, json=body, headers=hers), 422)
    assert list(told["errors"]) == list(errors)
    for name, sentences in errors.items():
        assert sentences is None or told["errors"][name] == sentences
    with app.app_context():
        assert profile_or_empty(grace).version == 1


def test_a_body_that_is_no_json_is_refused(client: FlaskClient, hers: dict[str, str]) -> None:
    problem(client.patch(ADDRESS, data="{", content_type="application/json", headers=hers), 400)


def test_an_old_version_is_refused_when_one_is_named(client: FlaskClient, hers: dict[str, str]) -> None:
    read = client.get(ADDRESS, headers=hers).headers["ETag"]
    written = client.patch(ADDRESS, json={"about": "One."}, headers=hers | {"If-Match": read})
    assert (written.status_code, written.headers["ETag"]) == (200, '"2"')
    problem(client.patch(ADDRESS, json={"about": "Two."}, headers=hers | {"If-Match": read}), 412)
    assert client.get(ADDRESS, headers=hers).get_json()["about"] == "One."
    assert client.patch(ADDRESS, json={"about": "Three."}, headers=hers | {"If-Match": "*"}).status_code == 200


def test_choices_are_made_one_by_one_and_leave_the_version(client: FlaskClient, hers: dict[str, str]) -> None:
    before = client.get(ADDRESS, headers=hers).get_json()
    answer = client.patch(f"{ADDRESS}/choices", json={"findable": True}, headers=hers)
    assert answer.get_json() | {"version": 1} == before | {"findable": True}
    assert client.patch(f"{ADDRESS}/choices", json={"findable": "maybe"}, headers=hers).status_code == 422
    assert client.patch(f"{ADDRESS}/choices", json={"clearance": "SC"}, headers=hers).status_code == 422
    off = client.patch(f"{ADDRESS}/choices", json={"findable": False, "paused": True}, headers=hers).get_json()
    assert (off["findable"], off["paused"], off["countable"]) == (False, True, before["countable"])


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic Zm9vOmJhcg=="}])
def test_nobody_reads_or_writes_without_a_token(client: FlaskClient, headers: dict[str, str]) -> None:
    for answer in (client.get(ADDRESS, headers=headers), client.patch(ADDRESS, json={}, headers=headers)):
        problem(answer, 401)
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_cookie_is_no_token(her_browser: Any) -> None:
    problem(her_browser.client.get(ADDRESS), 401)
    problem(her_browser.client.patch(ADDRESS, json={"about": "Forged."}), 401)


def test_there_is_no_other_verb(client: FlaskClient, hers: dict[str, str]) -> None:
    answer = client.delete(ADDRESS, headers=hers)
    problem(answer, 405)
    assert "PATCH" in answer.headers["Allow"]
