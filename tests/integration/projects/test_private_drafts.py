"""A draft is its owner's and HR's, and stays so when it is cancelled."""

from __future__ import annotations

import pytest
from flask import Flask

from freeagents.applications import services as applications
from freeagents.extensions import db
from tests.clients import signed_in
from tests.factories import PASSWORD, a_department, a_person, a_project, with_role


@pytest.mark.parametrize(("opened", "seen"), [(True, 200), (False, 404)], ids=["opened before", "never opened"])
def test_a_cancelled_draft_stays_private_and_a_cancelled_project_public(app: Flask, opened: bool, seen: int) -> None:
    with app.app_context():
        host = a_department("host")
        owner = with_role(a_person(email="owner@example.org", password=PASSWORD), "manager", host)
        a_person(email="anybody@example.org", password=PASSWORD)
        project = a_project("Secret plan", department=host, owner=owner, opened=opened)
        applications.end_project(project=project, ending="cancelled", reason="No money.", actor_id=owner.id)
        public_id = project.public_id
        db.session.commit()
    signed_in(app, "anybody@example.org").get(f"/projects/{public_id}", status=seen)
    signed_in(app, "owner@example.org").get(f"/projects/{public_id}")
