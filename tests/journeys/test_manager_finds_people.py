"""A public servant lets managers find her; a manager invites people, and puts who applied on the short list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from freeagents.extensions import db
from tests.factories import PASSWORD, a_department, a_person, a_project, an_agent, with_role
from tests.journeys.acts import arrive, follow, press, scripts_run, sign_in, sign_out
from tests.journeys.sweep import AXE

if TYPE_CHECKING:
    from axe_playwright_python.sync_playwright import Axe

TITLE = "Write letters that are read"
OLGA, ADA, GRACE = "olga@example.org", "ada@example.org", "grace@example.org"


@pytest.fixture
def need(app: Flask) -> str:
    """The public id of Olga's project; Ada and Grace qualify and have not said that they may be found."""
    with app.app_context():
        home, host = a_department("home"), a_department("host")
        olga = with_role(a_person("Olga Owner", email=OLGA, password=PASSWORD), "manager", host)
        project = a_project(
            TITLE, department=host, owner=olga, essential={"written-communication": 2}, asset={"plain-words": 2}
        )
        for name, email, skills in (
            ("Ada Lovelace", ADA, {"written-communication": 3, "plain-words": 3}),
            ("Grace Hopper", GRACE, {"written-communication": 2}),
        ):
            an_agent(name, department=home, skills=skills, password=PASSWORD).email = email
        db.session.commit()
        return project.public_id


@pytest.mark.usefixtures("live_server", "need")
def test_people_are_found_invited_and_short_listed(either_page: Page, axe: Axe) -> None:
    page = either_page
    for email in (ADA, GRACE):
        sign_in(page, email)
        let_managers_find(page)
        good(page, axe)
        sign_out(page)

    sign_in(page, OLGA)
    follow(page, TITLE)
    arrive(page, TITLE)
    follow(page, "People to invite")
    arrive(page, "People to invite")
    good(page, axe)
    expect(page.locator(".app-card h2")).to_have_text(["1. Ada Lovelace", "2. Grace Hopper"])
    for name in ("Ada Lovelace", "Grace Hopper"):
        press(page, f"Invite {name}")
        expect(page.get_by_text(f"{name} is invited.")).to_be_visible()
    expect(page.get_by_text("Nobody who agreed to be found meets what the project asks now.")).to_be_visible()
    sign_out(page)

    sign_in(page, ADA)
    expect(page.get_by_role("heading", name="You are invited")).to_be_visible()
    follow(page, "Apply or decline")
    arrive(page, "Your applications")
    good(page, axe)
    press(page, f"Apply {TITLE}")
    expect(page.locator(".govuk-notification-banner")).to_contain_text("You have applied.")
    sign_out(page)

    sign_in(page, GRACE)
    follow(page, "Apply or decline")
    follow(page, f"Decline {TITLE}")
    arrive(page, "Decline this invitation")
    good(page, axe)
    page.get_by_label("Why? (optional)").fill("I start a course that week.")
    press(page, "Decline")
    arrive(page, "Your applications")
    expect(page.get_by_text("You have declined.")).to_be_visible()
    sign_out(page)

    sign_in(page, OLGA)
    follow(page, TITLE)
    arrive(page, TITLE)
    press(page, "Put on the short list Ada Lovelace")
    expect(page.get_by_text("Ada Lovelace is on your short list.")).to_be_visible()
    expect(page.locator(".app-card").filter(has_text="Ada Lovelace")).to_contain_text("On the short list")
    good(page, axe)
    follow(page, "People to invite")
    arrive(page, "People to invite")
    expect(page.get_by_text("I start a course that week.")).to_be_visible()
    good(page, axe)


def let_managers_find(page: Page) -> None:
    follow(page, "Profile")
    arrive(page, "Your profile")
    expect(page.get_by_text("Managers do not find you.")).to_be_visible()
    press(page, "Let managers find me")
    expect(page.get_by_text("You agreed to be found.")).to_be_visible()


def good(page: Page, axe: Axe) -> None:
    """Find nothing that keeps anybody out of the page, where its checker can run."""
    if not scripts_run(page):
        return
    found = axe.run(page, options=AXE).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
