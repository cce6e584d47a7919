"""HR writes a policy by which a department releases at most two; another approves it; a round keeps it, in words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect

from freeagents.applications.models import Application
from freeagents.config import Settings
from freeagents.db.base import utc_now
from freeagents.extensions import db
from tests.factories import PASSWORD
from tests.integration.rounds.world import HR, HR2, a_world
from tests.journeys.acts import arrive, choose, follow, press, row, scripts_run, sign_in, sign_out
from tests.journeys.sweep import AXE
from tests.journeys.test_hr_runs_a_round import wait_until_solved

POLICY = "Two of a department"


def look(page: Page) -> None:
    """Find nothing that keeps anybody out of the page, where its checker can run."""
    if not scripts_run(page):
        return
    found = Axe().run(page, options=AXE).response["violations"]
    assert not found, [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]


@pytest.mark.usefixtures("live_server")
def test_a_department_releases_at_most_two(either_page: Page, app: Flask, settings: Settings) -> None:
    page = either_page
    with app.app_context():
        a_world(password=PASSWORD)
        db.session.query(Application).update({Application.submitted_at: utc_now() - timedelta(hours=1)})
        db.session.commit()
    sign_in(page, HR)
    write(page)
    sign_out(page)

    sign_in(page, HR2)
    page.goto("/policies")
    follow(page, f"{POLICY}, version 1")
    arrive(page, POLICY)
    press(page, "Approve this version")
    expect(page.get_by_text("The policy is approved.")).to_be_visible()

    page.goto("/rounds/new")
    arrive(page, "Plan a round")
    page.get_by_label("Name of the round").fill("Winter")
    page.get_by_role("radio", name=f"{POLICY}, version 1").check()
    press(page, "Plan the round")
    arrive(page, "The round is planned")
    press(page, "Run the round")
    wait_until_solved(page, settings)
    expect(page.get_by_role("heading", name="Who is placed, and how many")).to_be_visible()
    limit = page.get_by_role("listitem").filter(has_text="At most 2 people of Home are placed.")
    expect(limit).to_contain_text("Reached.")
    expect(limit).to_contain_text("This must hold.")
    expect(page.get_by_text("Proven: no other placement is better.")).to_be_visible()
    look(page)


def write(page: Page) -> None:
    page.goto("/policies/new")
    arrive(page, "Write a policy")
    page.get_by_label("Name", exact=True).fill(POLICY)
    page.get_by_label("Code", exact=True).fill("two-of-a-department")
    page.get_by_role("radio", name="The best fit in all").check()
    press(page, "Add a limit")
    limit = row(page, "Limit 1")
    choose(limit, "Whom it is about", "Department: Home")
    limit.get_by_label("How many people at most (optional)").fill("2")
    look(page)
    press(page, "Save this version")
    arrive(page, POLICY)
    expect(page.get_by_text("At most 2 people of Home are placed. This must hold.")).to_be_visible()
    look(page)
