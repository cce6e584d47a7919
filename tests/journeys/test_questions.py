"""An owner adds another; a public servant asks; the new owner answers, and the answer is there for everybody."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect

from freeagents.extensions import db
from tests.factories import PASSWORD, a_department, a_person, a_project, an_agent, with_role
from tests.journeys.acts import arrive, follow, mend, press, scripts_run, sign_in, sign_out

TITLE = "Watch people fill in forms"
MARY, MAX = "mary@example.org", "max@example.org"


@pytest.fixture
def agent(app: Flask) -> str:
    """The address of an agent; Mary owns a project of the host, where Max is a manager too."""
    with app.app_context():
        host = a_department("host")
        mary = with_role(a_person("Mary Sherman", email=MARY, password=PASSWORD), "manager", host)
        with_role(a_person("Max Born", email=MAX, password=PASSWORD), "manager", host)
        a_project(TITLE, department=host, owner=mary)
        email = an_agent("Ada Lovelace", department=a_department("home"), password=PASSWORD).email
        db.session.commit()
    return email


@pytest.mark.usefixtures("live_server")
def test_a_question_is_asked_and_answered_by_an_owner_who_was_added(either_page: Page, agent: str, axe: Axe) -> None:
    page = either_page
    add_an_owner(page, agent, axe)
    ask(page, agent, axe)
    answer(page, axe)
    read_the_answer(page, agent, axe)


def add_an_owner(page: Page, agent: str, axe: Axe) -> None:
    sign_in(page, MARY)
    follow(page, TITLE)
    arrive(page, TITLE)
    follow(page, "Owners")
    arrive(page, "Owners")
    page.get_by_label("Work email address").fill(agent)
    press(page, "Add")
    mend(page, "Nobody with this email address is a manager in the department of the project.")
    page.get_by_label("Work email address").fill(MAX)
    press(page, "Add")
    expect(page.get_by_role("alert")).to_contain_text("Max Born owns this project.")
    look(page, axe, "owners")
    sign_out(page)


def ask(page: Page, agent: str, axe: Axe) -> None:
    sign_in(page, agent)
    follow(page, "Projects")
    arrive(page, "Projects")
    follow(page, TITLE)
    arrive(page, TITLE)
    follow(page, "Ask a question")
    arrive(page, "Ask a question")
    press(page, "Ask")
    mend(page, "Write your question.")
    page.get_by_label("Your question").fill("Can I work from home on Fridays?")
    look(page, axe, "ask")
    press(page, "Ask")
    arrive(page, "Questions and answers")
    expect(page.get_by_role("alert")).to_contain_text("Your question is with the owners of the project.")
    look(page, axe, "asked")
    sign_out(page)


def answer(page: Page, axe: Axe) -> None:
    sign_in(page, MAX)
    expect(page.get_by_role("heading", name="One question waits for your answer")).to_be_visible()
    look(page, axe, "home-with-question")
    page.get_by_role("link", name=TITLE).first.click()
    arrive(page, "Questions and answers")
    expect(page.get_by_role("main")).not_to_contain_text("Ada")
    page.get_by_role("link", name="Answer the question of").click()
    arrive(page, "Answer a question")
    page.get_by_label("Your answer").fill("Yes, on any two days.")
    press(page, "Send")
    mend(page, "Choose whether to publish the question.")
    look(page, axe, "answer")
    page.get_by_role("radio", name="Publish question and answer").check()
    press(page, "Send")
    arrive(page, "Questions and answers")
    expect(page.get_by_role("alert")).to_contain_text("Question and answer are published.")
    sign_out(page)


def read_the_answer(page: Page, agent: str, axe: Axe) -> None:
    sign_in(page, agent)
    follow(page, "Messages 1 new")
    arrive(page, "Messages")
    follow(page, f"Your question about “{TITLE}” is answered")
    follow(page, "Read the answer")
    arrive(page, "Questions and answers")
    expect(page.get_by_role("main")).to_contain_text("Yes, on any two days.")
    look(page, axe, "answered")
    follow(page, "Back to the project")
    arrive(page, TITLE)
    expect(page.get_by_role("main")).to_contain_text("Mary Sherman and Max Born")
    expect(page.get_by_role("main")).to_contain_text("Yes, on any two days.")
    look(page, axe, "project-with-answer")


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
