"""An agent is told what came of an application, reads it, keeps the dates and chooses when mail comes."""

from __future__ import annotations

import os
from pathlib import Path

import icalendar
import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect

from freeagents.extensions import db
from freeagents.messages.services.telling import Notice, tell
from tests.factories import END, PASSWORD, START, a_department, a_project, an_agent
from tests.journeys.acts import arrive, follow, press, scripts_run, sign_in

TITLE = "Watch people fill in forms"
LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen " * 4


@pytest.fixture
def agent(app: Flask) -> str:
    """The address of somebody who was matched with one project and not with two others."""
    with app.app_context():
        host = a_department("host")
        person = an_agent("Ada Lovelace", department=a_department("home"), password=PASSWORD)
        matched, left, next_one = (a_project(title, department=host) for title in (TITLE, LONG, "Ask around"))
        days = {"start": START.isoformat(), "end": END.isoformat()}
        best = [{"project": next_one.public_id, "title": next_one.title}]
        left_facts = {"reason": "rules_not_met", "reason_facts": {"rules": ["essential_skills", "place"]}, "next": best}
        for kind, project, facts in (("matched", matched, days), ("not_matched", left, left_facts)):
            told = {"project": project.public_id, "title": project.title, **facts}
            tell(f"application:{kind}", [Notice(person.id, f"{kind}/1", told)])
        db.session.commit()
        return person.email


def test_an_agent_reads_what_came_of_an_application(either_page: Page, agent: str, axe: Axe) -> None:
    page = either_page
    menu = page.get_by_role("navigation", name="Menu")
    sign_in(page, agent)
    follow(menu, "Messages 2 new")
    arrive(page, "Messages")
    look(page, axe, "inbox")
    follow(page, f"You are matched with “{TITLE}”")
    arrive(page, f"You are matched with “{TITLE}”")
    look(page, axe, "message")
    expect(menu.get_by_role("link", name="Messages 1 new")).to_be_visible()
    with page.expect_download() as download:
        follow(page, "Put the dates in your calendar")
    (entry,) = icalendar.Calendar.from_ical(download.value.path().read_bytes()).events
    assert (entry.start, entry["summary"]) == (START, TITLE)
    follow(page, "See the project")
    arrive(page, TITLE)

    follow(menu, "Messages 1 new")
    page.get_by_role("link", name="Your application for").click()
    expect(page.locator("h1")).to_contain_text("was not matched")
    look(page, axe, "not-matched")
    expect(page.get_by_role("main")).to_contain_text("You do not hold every essential skill at the level asked.")
    follow(page, "Ask around")
    arrive(page, "Ask around")

    follow(menu, "Messages")
    arrive(page, "Messages")
    expect(page.get_by_role("button", name="Mark all as read")).to_have_count(0)
    follow(page, "About messages by mail")
    arrive(page, "When you get mail")
    look(page, axe, "settings")
    page.get_by_role("group", name="Your applications").get_by_label("Once a day").check()
    press(page, "Save")
    arrive(page, "Messages")
    expect(page.get_by_role("alert")).to_contain_text("We will send you mail as you chose.")


def look(page: Page, axe: Axe, name: str) -> None:
    """Check that the page is accessible, also on a narrow screen; keep pictures of it where PICTURES says."""
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 800})
        if scripts_run(page):
            found = axe.run(page)
            assert found.violations_count == 0, found.generate_report()
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        if folder := os.environ.get("PICTURES"):
            page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 800})
