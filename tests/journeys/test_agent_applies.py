"""An agent fills a profile, is told what is missing until nothing is, finds projects, applies, ranks and withdraws."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from freeagents.extensions import db
from tests.factories import PASSWORD, TODAY, a_department, a_project, an_agent, some_skills
from tests.journeys.acts import arrive, choose, enter_date, follow, mend, press, row, sign_in, summary

SKILL, CODE = "Inclusive research", "inclusive-research"
OTHER, OTHER_CODE = "Analysis and synthesis", "analysis-and-synthesis"
FITS, NEAR, FAR = "Watch people fill in forms", "Write down what was seen", "Count what was spent"


@pytest.fixture
def agent(app: Flask) -> str:
    """The address of an admitted person with an empty profile; three projects are open in another department."""
    with app.app_context():
        home, host = a_department("home"), a_department("host")
        some_skills(CODE, OTHER_CODE)
        a_project(FITS, department=host, essential={CODE: 3}, place="Leeds", work_mode="hybrid")
        a_project(NEAR, department=host, essential={OTHER_CODE: 3})
        a_project(FAR, department=host, clearance="DV", languages=[{"language": "cy", "letters": "B2"}])
        email = an_agent("Ada Lovelace", department=home, available=(), password=PASSWORD).email
        db.session.commit()
    return email


@pytest.mark.usefixtures("live_server")
def test_an_agent_fills_a_profile_and_applies(either_page: Page, agent: str) -> None:
    page = either_page
    sign_in(page, agent)
    follow(page, "Fill your profile")
    add_skills(page)
    say_when(page)
    say_how_and_where(page)
    expect(page.get_by_role("heading", name="Before you can be matched")).to_have_count(0)
    add_languages(page)

    find_what_fits(page)
    read_the_fit_and_apply(page)
    rank_and_withdraw(page)


def add_skills(page: Page) -> None:
    arrive(page, "Your profile")
    expect(page.get_by_role("heading", name="Before you can be matched")).to_be_visible()
    follow(page, "Add your skills")
    arrive(page, "Your skills")
    first = row(page, "Skill 1")
    choose(first, "Skill", SKILL)
    first.get_by_label("Level").select_option(label="Practitioner")
    first.get_by_label("Where you showed it (optional)").fill("Forty interviews for the Land Registry, 2025.")
    press(page, "Add another skill")
    choose(row(page, "Skill 2"), "Skill", OTHER)
    press(page, "Save")
    mend(page, "Row 2: Enter a level.")
    expect(row(page, "Skill 1").get_by_label("Where you showed it (optional)")).to_have_value(
        "Forty interviews for the Land Registry, 2025."
    )
    row(page, "Skill 2").get_by_label("Level").select_option(label="Working")
    save(page)


def say_when(page: Page) -> None:
    expect(page.get_by_role("link", name="Add your skills", exact=True)).to_have_count(0)
    follow(page, "Say when you are available")
    arrive(page, "When you are available")
    enter_date(row(page, "Period 1"), "First day", TODAY)
    save(page)


def say_how_and_where(page: Page) -> None:
    follow(page, "Say how you would work")
    arrive(page, "How you would work")
    page.get_by_role("checkbox", name="Remote").check()
    page.get_by_role("checkbox", name="Hybrid").check()
    save(page)
    follow(page, "Add a place for work on site and hybrid work")
    arrive(page, "Where you would work")
    place = row(page, "Place 1")
    place.get_by_label("Place").fill("Leeds")
    place.get_by_label("How far around it").fill("25")
    save(page)
    expect(summary(page, "Where you would work")).to_contain_text("Leeds and up to 25 km around")


def add_languages(page: Page) -> None:
    follow(page, "Change Languages")
    arrive(page, "Your languages")
    row(page, "Language 1").get_by_label("Language").select_option(label="English")
    press(page, "Add another language")
    row(page, "Language 2").get_by_label("Language").select_option(label="British Sign Language")
    save(page)
    expect(summary(page, "Languages")).to_contain_text("British Sign Language")


def save(page: Page) -> None:
    press(page, "Save")
    arrive(page, "Your profile")
    expect(page.get_by_text("Your profile is saved.")).to_be_visible()


def find_what_fits(page: Page) -> None:
    follow(page, "Projects")
    arrive(page, "Projects")
    expect(card(page, FITS)).to_contain_text("You meet everything asked")
    expect(card(page, NEAR)).to_contain_text("One thing short:")
    expect(card(page, FAR)).to_contain_text("2 things short:")
    page.get_by_role("radio", name="Those I qualify for (1)").check()
    press(page, "Find")
    expect(card(page, NEAR)).to_have_count(0)
    expect(card(page, FITS)).to_be_visible()


def read_the_fit_and_apply(page: Page) -> None:
    follow(page, FITS)
    arrive(page, FITS)
    parts = page.get_by_role("table", name="Your fit in parts")
    expect(parts.get_by_role("rowheader")).to_have_text(
        ["Skills", "Learning goals", "Distance", "Time on the bench", "Total"]
    )
    expect(page.get_by_role("table", name="Skill by skill")).to_contain_text(SKILL)
    press(page, "Apply")
    expect(page.locator(".govuk-notification-banner")).to_contain_text("You have applied.")

    follow(page, "Projects")
    arrive(page, "Projects")
    follow(page, NEAR)
    arrive(page, NEAR)
    expect(page.get_by_text("You will not be matched with this project unless this changes:")).to_be_visible()
    press(page, "Apply")
    expect(page.locator(".govuk-notification-banner")).to_contain_text("You have applied.")


def rank_and_withdraw(page: Page) -> None:
    follow(page, "Applications")
    arrive(page, "Your applications")
    titles = page.locator(".app-card h2")
    expect(titles).to_have_text([f"1. {FITS}", f"2. {NEAR}"])
    press(page, f"Up {NEAR}")
    expect(titles).to_have_text([f"1. {NEAR}", f"2. {FITS}"])
    press(page, f"Down {NEAR}")
    expect(titles).to_have_text([f"1. {FITS}", f"2. {NEAR}"])
    press(page, f"Withdraw {NEAR}")
    expect(page.get_by_text("Your application is withdrawn.")).to_be_visible()
    expect(titles.first).to_have_text(f"1. {FITS}")
    expect(card(page, NEAR)).to_contain_text("Withdrawn")


def card(page: Page, title: str) -> Locator:
    """Return what a list says of the project of that title."""
    return page.locator(".app-card").filter(has=page.get_by_role("link", name=title, exact=True))
