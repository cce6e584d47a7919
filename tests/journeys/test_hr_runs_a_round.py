"""HR makes a round, runs it, reviews, keeps, bars, runs again, approves and publishes; people read what came of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from freeagents.accounts.models import Person
from freeagents.applications.models import Application
from freeagents.config import Settings
from freeagents.db.base import utc_now
from freeagents.extensions import db
from tests.factories import PASSWORD
from tests.integration.rounds.world import AUDITOR, FORMS, HR, SURVEYS, a_world
from tests.journeys.acts import arrive, follow, press, sign_in, sign_out
from tests.processes import worker_process

SOLVED = 60_000  # milliseconds: a worker starts, finds the round and solves it


@pytest.fixture
def emails(app: Flask) -> dict[str, str]:
    """Name → address of the agents of a small government."""
    with app.app_context():
        people = a_world(password=PASSWORD).people
        # The page offers the minute that has begun as the cut-off; these were there before it.
        db.session.query(Application).update({Application.submitted_at: utc_now() - timedelta(hours=1)})
        db.session.commit()
        return {name: db.session.get_one(Person, number).email for name, number in people.items()}


def wait_until_solved(page: Page, settings: Settings) -> None:
    """See the round wait for a worker; start one, and see what it found, without touching the page."""
    arrive(page, "The round is being solved")
    expect(page.get_by_role("progressbar")).to_be_visible()
    with worker_process(settings):
        expect(page.locator("h1")).to_have_text("Winter", timeout=SOLVED)
    page.wait_for_load_state()


@pytest.mark.usefixtures("live_server")
def test_hr_runs_a_round_and_everybody_reads_what_came_of_it(
    either_page: Page, emails: dict[str, str], settings: Settings
) -> None:
    page = either_page
    sign_in(page, HR)
    plan_and_run(page)
    wait_until_solved(page, settings)
    expect(page.get_by_role("rowheader", name="Seats filled: 2 of 3")).to_be_visible()

    keep_and_bar(page)
    press(page, "Run again")
    arrive(page, "Run the round again")
    expect(page.get_by_text("Best fit for the surveys")).to_be_visible()
    expect(page.get_by_text("Worked with them before")).to_be_visible()
    press(page, "Run the round again")
    wait_until_solved(page, settings)
    changed = page.get_by_role("heading", name="What changed since version 1")
    expect(changed).to_be_visible()
    expect(page.get_by_role("heading", name="One pair is gone")).to_be_visible()
    expect(page.get_by_role("listitem").get_by_text(f"Grace Hopper – {FORMS}", exact=True)).to_be_visible()

    follow(page, f"Ada Lovelace – {SURVEYS}")
    arrive(page, f"Ada Lovelace – {SURVEYS}")
    press(page, "Approve")
    expect(page.get_by_text("The pair is approved.")).to_be_visible()
    follow(page, "Back to the round")
    arrive(page, "Winter")
    press(page, "Publish")
    arrive(page, "Publish the round")
    press(page, "Publish the round")
    arrive(page, "Winter")
    expect(page.get_by_text("The round is published.")).to_be_visible()
    sign_out(page)

    read_the_answers(page, emails)
    read_the_audit(page)


def plan_and_run(page: Page) -> None:
    follow(page, "Rounds")
    arrive(page, "Match rounds")
    press(page, "Plan a round")
    arrive(page, "Plan a round")
    press(page, "Plan the round")
    expect(page.get_by_role("alert")).to_contain_text("There is a problem")
    page.get_by_label("Name of the round").fill("Winter")
    page.get_by_role("radio", name="Balanced, version 1").check()
    press(page, "Plan the round")
    arrive(page, "The round is planned")
    expect(page.get_by_role("heading", name="Seal against favouring anybody")).to_be_visible()
    press(page, "Run the round")


def keep_and_bar(page: Page) -> None:
    follow(page, f"Ada Lovelace – {SURVEYS}")
    arrive(page, f"Ada Lovelace – {SURVEYS}")
    expect(page.get_by_role("table", name="Score in parts")).to_be_visible()
    expect(page.get_by_role("heading", name="Why this pair").locator("+ p")).to_contain_text("Meets every hard rule.")
    press(page, "Keep the pair")
    expect(page.get_by_role("alert")).to_contain_text("There is a problem")
    page.get_by_label("Keep or bar the pair: why?").fill("Best fit for the surveys")
    press(page, "Keep the pair")
    expect(page.get_by_text("The pair is kept")).to_be_visible()

    page.get_by_role("navigation", name="Proposals").get_by_role("link").click()
    arrive(page, f"Grace Hopper – {FORMS}")
    page.get_by_label("Keep or bar the pair: why?").fill("Worked with them before")
    press(page, "Bar the pair")
    expect(page.get_by_text("The pair is barred.")).to_be_visible()
    follow(page, "Back to the round")
    arrive(page, "Winter")


def read_the_answers(page: Page, emails: dict[str, str]) -> None:
    for name, answer in (("ada", "Matched"), ("grace", "Not matched")):
        sign_in(page, emails[name])
        page.goto("/applications")
        arrive(page, "Your applications")
        entry = page.locator(".app-card").filter(has_text=SURVEYS)
        expect(entry.locator(".govuk-tag")).to_have_text(answer)
        sign_out(page)


def read_the_audit(page: Page) -> None:
    sign_in(page, AUDITOR)
    follow(page, "Audit")
    arrive(page, "Audit trail")
    entries = page.get_by_role("list", name="Entries, newest first")
    for action in ("Round: publish", "Proposal: approve", "Proposal: bar", "Proposal: keep", "Round: make"):
        expect(entries.get_by_text(action, exact=True).first).to_be_visible()
    expect(page.get_by_text("“Worked with them before”")).to_be_visible()
    page.get_by_role("link", name="Check ").first.click()
    expect(page.get_by_text("The chain is unbroken")).to_be_visible()
