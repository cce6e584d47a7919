"""A manager posts a project, one thing a page, and sees while writing how many people qualify."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from freeagents.extensions import db
from freeagents.profiles.models import Profile
from tests.factories import END, PACK, PASSWORD, START, a_department, a_person, an_agent, some_skills, with_role
from tests.journeys.acts import arrive, choose, enter_date, follow, mend, press, row, scripts_run, sign_in, summary

MANAGER = "manager@example.org"
TITLE = "Find out why forms come back incomplete"
SKILL, CODE = "Inclusive research", "inclusive-research"
ASSET, ASSET_CODE = "Analysis and synthesis", "analysis-and-synthesis"


@pytest.fixture
def _pool(app: Flask) -> None:
    """Twenty people with the skill at level 3 and three at level 4, all of whom agreed to be counted."""
    with app.app_context():
        home, host = a_department("home"), a_department("host")
        template = PACK.templates["discovery"]
        some_skills(CODE, ASSET_CODE, *template.essential, *template.asset)
        with_role(a_person("Katherine Johnson", email=MANAGER, password=PASSWORD), "manager", host)
        for number in range(23):
            level = 3 if number < 20 else 4
            an_agent(f"Agent {number}", department=home, skills={CODE: level}, work_modes=["remote"])
        db.session.query(Profile).update({Profile.countable: True})
        db.session.commit()


@pytest.mark.usefixtures("live_server", "_pool")
def test_a_manager_posts_a_project_from_nothing_to_open(either_page: Page) -> None:
    page = either_page
    sign_in(page, MANAGER)
    start_a_draft(page)
    say_what_and_when(page)
    ask_for_skills(page)
    leave_the_rest_open(page)

    arrive(page, "Write your project")
    expect(summary(page, "Dates and share of time")).to_contain_text("60%")
    expect(summary(page, "Skills")).to_contain_text(f"{SKILL}: Practitioner")
    expect(page.get_by_text("All that must be there is there.")).to_be_visible()
    expect(page.get_by_role("region", name="Who qualifies")).to_contain_text("About 20 people qualify now")
    press(page, "Open the project")
    arrive(page, TITLE)
    expect(page.get_by_text("The project is open.")).to_be_visible()
    follow(page, "Home")
    arrive(page, "Home")
    entry = page.get_by_role("paragraph").filter(has=page.get_by_role("link", name=TITLE))
    expect(entry.locator(".govuk-tag")).to_have_text("Open")


@pytest.mark.usefixtures("live_server", "_pool")
def test_a_manager_starts_from_a_template(either_page: Page) -> None:
    page = either_page
    sign_in(page, MANAGER)
    press(page, "Post a project")
    page.get_by_label("What is the project called?").fill(TITLE)
    page.get_by_role("radio", name="A template").check()
    press(page, "Start writing")
    arrive(page, "Start from a template")
    press(page, "Fill in the draft")
    mend(page, "Choose a template.")
    page.get_by_role("radio", name=PACK.templates["discovery"].names["en"]).check()
    press(page, "Fill in the draft")
    arrive(page, "Write your project")
    expect(summary(page, "Outcome")).to_contain_text("We know who uses the service")
    expect(summary(page, "Skills")).to_contain_text("User research methods: Practitioner")
    follow(page, "Enter the first day.")
    arrive(page, "When, and for how much of the week?")
    expect(page.get_by_label("Share of time")).to_have_value("100")


def start_a_draft(page: Page) -> None:
    press(page, "Post a project")
    arrive(page, "Post a project")
    press(page, "Start writing")
    mend(page, "Enter a title.")
    page.get_by_label("What is the project called?").fill(TITLE)
    press(page, "Start writing")
    arrive(page, "Write your project")
    follow(page, "Say what will be different when the project is done.")


def say_what_and_when(page: Page) -> None:
    arrive(page, "What will be different when it is done?")
    page.get_by_label("Outcome").fill("Forms are complete the first time, as analysis and synthesis of visits shows.")
    if not scripts_run(page):
        press(page, "Suggest skills")
    # The checkbox itself is laid over by what is drawn in its place.
    page.get_by_text(ASSET, exact=True).click()
    expect(page.get_by_role("checkbox", name=ASSET)).to_be_checked()
    press(page, "Save and continue")
    arrive(page, "What will the person do?")
    page.get_by_label("Tasks (optional)").fill("Visit three offices.\nWatch people fill in forms.")
    press(page, "Save and continue")

    arrive(page, "When, and for how much of the week?")
    page.get_by_label("Share of time").fill("60")
    enter_date(page, "First day", START)
    enter_date(page, "Last day", START - timedelta(days=1))
    press(page, "Save and continue")
    mend(page, "The end must be the same as or after the start.")
    expect(page.get_by_label("Share of time")).to_have_value("60")
    enter_date(page, "Last day", END)
    press(page, "Save and continue")

    arrive(page, "How many people, from which disciplines?")
    page.get_by_label("Number of people").fill("2")
    press(page, "Save and continue")
    arrive(page, "Where is the work done?")
    page.get_by_role("radio", name="Remote").check()
    press(page, "Save and continue")


def ask_for_skills(page: Page) -> None:
    arrive(page, "Which skills does it need?")
    count = page.get_by_role("region", name="Who qualifies")
    expect(count).to_contain_text("About 20 people qualify now")
    first = row(page, "Essential skill 1")
    choose(first, "Skill", SKILL)
    first.get_by_label("Level").select_option(label="Expert")
    recount(page)
    expect(count).to_contain_text("Fewer than ten people qualify now")
    expect(count).to_contain_text(f"With {SKILL} one level lower, about 20 more.")
    expect(count).to_contain_text(f"With {SKILL} as an asset, about 20 more.")

    row(page, "Essential skill 1").get_by_label("Level").select_option(label="Practitioner")
    recount(page)
    expect(count).to_contain_text("About 20 people qualify now")
    press(page, "Add another asset")
    expect(row(page, "Asset 1").get_by_label("Level")).to_have_value("2")
    row(page, "Asset 1").get_by_label("Level").select_option(label="Awareness")
    press(page, "Save and continue")


def recount(page: Page) -> None:
    """Wait for what the scripts do by themselves, or press the button."""
    if not scripts_run(page):
        press(page, "Count again with what I typed")


def leave_the_rest_open(page: Page) -> None:
    for heading in (
        "Which grades?",
        "Does it need a security clearance?",
        "Which languages does it need?",
    ):
        arrive(page, heading)
        press(page, "Save and continue")
