"""The JSON side of accounts: the same services, the same refusals."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from freeagents.accounts.queries import credentials
from freeagents.accounts.services.tokens import make_api_token
from freeagents.extensions import db
from tests.clients import Browser, signed_in
from tests.factories import PASSWORD, TODAY, a_department, a_person, with_role

ADMIN, EVE = "admin@example.org", "eve@example.org"
Call = Callable[..., TestResponse]


@pytest.fixture
def calls(app: Flask) -> dict[str, Call]:
    """E-mail address → a way to call the API as an administrator, and as Eve."""
    made = {}
    with app.app_context():
        a_department("office")
        people = [with_role(a_person("Admin Root", email=ADMIN, password=PASSWORD), "administrator")]
        people.append(a_person("Eve Moneypenny", email=EVE, password=PASSWORD))
        for person in people:
            made[person.email] = make_api_token(person_id=person.id, name="test", actor_id=person.id)
        db.session.commit()

    def caller(token: str) -> Call:
        def call(method: str, path: str, **options: object) -> TestResponse:
            headers = {"Authorization": f"Bearer {token}"}
            return app.test_client().open(f"/api/v1{path}", method=method, headers=headers, **options)

        return call

    return {email: caller(token) for email, token in made.items()}


def test_ones_own_account_is_read_and_its_language_chosen(calls: dict[str, Call]) -> None:
    eve = calls[EVE]
    account = eve("GET", "/account").json
    assert account
    assert (account["name"], account["email"], account["roles"]) == ("Eve Moneypenny", EVE, [])
    assert "password" not in str(account)
    assert eve("PATCH", "/account", json={"locale": "tlh"}).status_code == 422
    assert eve("PATCH", "/account", json={"locale": "en"}).json["locale"] == "en"


def test_ones_sign_ins_are_listed_and_ended_and_nobody_elses(app: Flask, calls: dict[str, Call]) -> None:
    browser: Browser = signed_in(app, EVE)
    (found,) = calls[EVE]("GET", "/account/sign-ins").json["items"]
    assert calls[ADMIN]("POST", f"/account/sign-ins/{found['id']}/end").status_code == 404
    browser.get("/account")
    assert calls[EVE]("POST", f"/account/sign-ins/{found['id']}/end").status_code == 204
    assert browser.client.get("/account").status_code == 303
    with app.app_context():
        subject = credentials.sign_in_by_public_id(found["id"])
        assert subject
        assert subject.ended_at is not None


def test_departments_are_added_renamed_found_and_closed(calls: dict[str, Call]) -> None:
    admin = calls[ADMIN]
    (office,) = admin("GET", "/departments?q=OFF").json["items"]
    new = {"code": "office-north", "names": {"en": "North"}, "parent": office["id"]}
    for wrong in ({"code": "Bad Code"}, {"names": {}}, {"names": {"xx": "x"}}, {"parent": "nothing"}, {"names": 5}):
        assert admin("POST", "/departments", json={**new, **wrong}).status_code == 422
    branch = admin("POST", "/departments", json=new)
    assert (branch.status_code, branch.json["kind"]) == (201, "branch")
    one = f"/departments/{branch.json['id']}"
    assert admin("PATCH", one, json={"names": {"en": "Northern"}}).json["names"] == {"en": "Northern"}
    assert admin("POST", f"/departments/{office['id']}/close").status_code == 409
    assert admin("POST", f"{one}/close").json["closed_on"] == TODAY.isoformat()
    assert admin("GET", one).json["closed_on"] == TODAY.isoformat()
    assert calls[EVE]("GET", "/departments").status_code == 403
    assert calls[EVE]("GET", one).status_code == 404


def test_roles_are_given_and_ended_by_the_same_rules(calls: dict[str, Call]) -> None:
    admin = calls[ADMIN]
    role = {"email": EVE, "role": "manager", "department": "office", "starts_on": TODAY.isoformat()}
    for wrong in ({"email": "no@example.org"}, {"role": "king"}, {"department": "nowhere"}, {"starts_on": "soon"}):
        assert admin("POST", "/roles", json={**role, **wrong}).status_code == 422
    assert admin("POST", "/roles", json={**role, "email": ADMIN}).status_code == 409
    given = admin("POST", "/roles", json=role)
    assert (given.status_code, given.json["department"]) == (201, "office")
    assert [one["role"] for one in calls[EVE]("GET", "/account").json["roles"]] == ["manager"]
    assert calls[EVE]("POST", f"/roles/{given.json['id']}/end", json={}).status_code == 404
    assert admin("POST", f"/roles/{given.json['id']}/end", json={}).status_code == 204
    assert calls[EVE]("GET", "/account").json["roles"] == []
    (own,) = admin("GET", "/account").json["roles"]
    assert admin("POST", f"/roles/{own['id']}/end", json={}).status_code == 409
