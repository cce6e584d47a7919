"""Profile, finding, applying, ranking by keyboard alone: every step is reached with Tab, and one sees where one is."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from freeagents.accounts.models import Person
from freeagents.applications import services as applications
from freeagents.extensions import db
from tests.factories import PASSWORD, a_department, a_project, an_agent
from tests.journeys.acts import arrive

TITLE, OTHER = "Watch people fill in forms", "Write down what was seen"
MOST_TABS = 60


@pytest.fixture
def agent(app: Flask) -> str:
    """The address of somebody who meets all that the one open project asks."""
    with app.app_context():
        skill = {"inclusive-research": 3}
        email = an_agent("Ada Lovelace", department=a_department("home"), skills=skill, password=PASSWORD).email
        a_project(TITLE, department=a_department("host"), essential=skill)
        db.session.commit()
    return email


@pytest.fixture
def applied(app: Flask, agent: str) -> str:
    """The address of the same person, who has applied for another project already."""
    with app.app_context():
        other = a_project(OTHER, department=a_department("elsewhere"))
        person = db.session.query(Person).filter_by(email=agent).one()
        applications.apply(project=other, person_id=person.id, home_employer_id=None)
        db.session.commit()
    return agent


@pytest.mark.usefixtures("live_server")
def test_an_agent_writes_the_profile_and_ranks_by_keyboard_alone(page: Page, applied: str) -> None:
    page.goto("/sign-in")
    tab_to(page, "Email address")
    page.keyboard.type(applied)
    tab_to(page, "Password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")

    arrive(page, "Home")
    tab_to(page, "Profile")
    page.keyboard.press("Enter")
    arrive(page, "Your profile")
    tab_to(page, "Change Clearance")
    page.keyboard.press("Enter")
    arrive(page, "Your clearance")
    tab_to(page, "Clearance")
    page.keyboard.type("Sec")
    for part, typed in (("Day", "3"), ("Month", "5"), ("Year", "2030")):
        tab_to(page, part)
        page.keyboard.type(typed)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="Your profile is saved.")).to_be_focused()
    expect(page.get_by_text("Counts until 3 May 2030")).to_be_visible()

    tab_to(page, "Projects", "Shift+Tab")
    page.keyboard.press("Enter")
    arrive(page, "Projects")
    tab_to(page, TITLE)
    page.keyboard.press("Enter")
    arrive(page, TITLE)
    tab_to(page, "Apply")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="You have applied.")).to_be_focused()
    tab_to(page, "Your applications in order")
    page.keyboard.press("Enter")
    arrive(page, "Your applications")
    expect(page.locator("section.app-card h2").first).to_have_text(f"1. {OTHER}")
    tab_to(page, f"Up {TITLE}")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="is now number 1.")).to_be_focused()
    expect(page.locator("section.app-card h2").first).to_have_text(f"1. {TITLE}")


@pytest.mark.usefixtures("live_server")
def test_an_agent_applies_by_keyboard_alone(page: Page, agent: str) -> None:
    page.goto("/sign-in")
    arrive(page, "Sign in")
    tab_to(page, "Email address")
    page.keyboard.type(agent)
    tab_to(page, "Password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")

    arrive(page, "Home")
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to main content"
    page.keyboard.press("Enter")
    expect(page.locator("#main-content")).to_be_focused()
    tab_to(page, "Find a project")
    page.keyboard.press("Enter")

    arrive(page, "Projects")
    tab_to(page, "Words in the title or outcome")
    page.keyboard.type("forms")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="One open project found")).to_be_visible()
    tab_to(page, TITLE)
    page.keyboard.press("Enter")

    arrive(page, TITLE)
    tab_to(page, "What else counts, and what does not")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Not used at all:")).to_be_visible()
    tab_to(page, "Apply")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="You have applied.")).to_be_focused()

    tab_to(page, "Your applications in order")
    page.keyboard.press("Enter")
    arrive(page, "Your applications")
    tab_to(page, f"Withdraw {TITLE}")
    page.keyboard.press("Space")
    expect(page.get_by_role("alert").filter(has_text="Your application is withdrawn.")).to_be_focused()


def tab_to(page: Page, name: str, key: str = "Tab") -> None:
    """Press Tab, or Shift and Tab, until the focus is on the element of that name, and see each stop on the way."""
    passed = []
    for _ in range(MOST_TABS):
        page.keyboard.press(key)
        passed.append(focused(page))
        assert page.evaluate(IS_SEEN), f"the focus is on {passed[-1]!r}, and nothing shows it"
        if passed[-1] == name:
            return
    raise AssertionError(f"Tab did not lead to {name!r} but to {passed}.")


def focused(page: Page) -> str:
    """Return the name of the element that has the focus: its label's text, or its own."""
    name: str = page.evaluate(NAME)
    return " ".join(name.split())


NAME = (
    "(one => one.labels?.[0]?.textContent || one.getAttribute('aria-label') || one.textContent)(document.activeElement)"
)
IS_SEEN = """() => {
    const one = document.activeElement
    const [box, shown] = [one.getBoundingClientRect(), getComputedStyle(one)]
    const ticked = ['radio', 'checkbox'].includes(one.type) // the circle beside it is what one sees
    const marked = ticked || shown.outlineStyle !== 'none' || shown.boxShadow !== 'none'
    return one !== document.body && box.width > 1 && box.bottom > 0 && box.top < innerHeight && marked
}"""
