"""What scripts add in a real browser: drafts, the warning before the end, search, live parts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import Page, Route

EXPECTED = re.compile(r"status of 422|\[DOM\]")


@pytest.fixture(autouse=True)
def _no_complaints(page: Page) -> Iterator[None]:
    """The browser complains of nothing: no script fails, and the content security policy refuses none."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
    yield
    assert [complaint for complaint in complaints if not EXPECTED.search(complaint)] == []


def save(page: Page) -> None:
    page.get_by_role("button", name="Save and continue").click()


def restored(page: Page) -> bool:
    return page.get_by_text("We put back what you had typed before.").count() == 1


def test_what_was_typed_is_put_back_rows_and_ticks_included(page: Page) -> None:
    page.goto("/components")
    page.fill("#title", "Payroll")
    page.check("main >> text=English")
    page.fill("#secret", "hush")
    page.get_by_role("button", name="Add another skill").click()
    page.fill("#skills-1-skill", "SQL")
    page.goto("/components")
    assert restored(page)
    expect(page.locator("#title")).to_have_value("Payroll")
    expect(page.get_by_label("English")).to_be_checked()
    expect(page.locator("#skills-1-skill")).to_have_value("SQL")
    expect(page.locator("#secret")).to_have_value("")
    assert page.locator("[id='skills-1-skill']").count() == 1


def test_a_row_that_was_removed_stays_removed(page: Page) -> None:
    page.goto("/components")
    page.fill("#skills-0-skill", "SQL")
    page.get_by_role("button", name="Add another skill").click()
    page.fill("#skills-1-skill", "Python")
    page.get_by_role("button", name="Remove skill 1").click()
    expect(page.locator("#skills-0-skill")).to_have_value("Python")
    page.goto("/components")
    expect(page.locator("#skills-0-skill")).to_have_value("Python")
    expect(page.locator("#skills-1-skill")).to_have_count(0)


def test_a_draft_ends_when_it_was_saved(page: Page) -> None:
    page.goto("/components")
    page.fill("#title", "Payroll")
    save(page)
    assert "Error" in page.title()
    page.fill("#place", "Ottawa")
    page.keyboard.press("Enter")
    page.check("text=Remote")
    page.check("text=French")
    for part, value in (("day", "1"), ("month", "2"), ("year", "2027")):
        page.fill(f"#start-{part}", value)
    save(page)
    expect(page.locator("h1")).to_have_text("Here")
    page.goto("/components")
    assert not restored(page)


def test_a_draft_outlives_a_sign_in_that_ended_while_it_was_sent(page: Page) -> None:
    page.goto("/components")
    page.fill("#title", "Payroll")

    def ended(route: Route) -> None:
        if route.request.method == "POST":
            page.context.clear_cookies(name="as")
            route.fulfill(status=303, headers={"Location": "/sign-in"})
        else:
            route.continue_()

    page.route("**/components", ended)
    save(page)
    expect(page.locator("h1")).to_have_text("Here")
    page.goto("/?as=somebody")
    page.goto("/components?as=somebody")
    assert restored(page)
    expect(page.locator("#title")).to_have_value("Payroll")


def test_signing_out_forgets_drafts(page: Page) -> None:
    page.goto("/components")
    page.fill("#title", "Payroll")
    page.get_by_role("button", name="Sign out").click()
    page.goto("/components")
    assert not restored(page)


def test_enter_saves_and_removes_nothing(page: Page) -> None:
    page.goto("/components")
    page.fill("#skills-0-skill", "SQL")
    page.press("#skills-0-skill", "Enter")
    assert "Error" in page.title()
    expect(page.locator("#skills-0-skill")).to_have_value("SQL")


def test_the_end_of_a_sign_in_is_announced_and_can_be_put_off(page: Page) -> None:
    page.clock.install()
    page.goto("/components")
    page.wait_for_function("document.querySelector('input#place')")
    page.fill("#title", "Payroll")
    page.clock.fast_forward("12:59")
    assert page.locator("dialog").count() == 0
    page.clock.fast_forward("00:02")
    expect(page.get_by_role("button", name="Stay signed in")).to_be_focused()
    with page.expect_response("**/stay-signed-in") as answer:
        page.get_by_role("button", name="Stay signed in").click()
    assert answer.value.status == 204
    expect(page.locator("dialog")).to_have_count(0)
    page.wait_for_timeout(100)
    page.clock.fast_forward("13:01")
    expect(page.locator("dialog")).to_have_count(1)
    page.clock.fast_forward("02:01")
    expect(page.locator("dialog")).to_have_count(0)
    expect(page.locator("#title")).to_have_value("Payroll")


def test_a_select_can_be_searched_by_keyboard_without_accents(page: Page) -> None:
    page.goto("/components")
    page.focus("#place")
    page.keyboard.type("mont", delay=20)
    expect(page.get_by_role("option", name="Montréal")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.eval_on_selector("select[name=place]", "select => select.value") == "montréal"
    # What is no choice, or could be several, is sent as it was typed: the answer names what comes near.
    for typed, sent in (("Nowhere", "Nowhere"), ("queb", "québec"), ("o", "o"), ("toronto", "toronto"), ("", "")):
        page.fill("#place", typed)
        page.keyboard.press("Tab")
        assert page.eval_on_selector("select[name=place]", "select => select.value") == sent


def test_a_live_part_renews_itself(page: Page) -> None:
    page.goto("/components")
    expect(page.locator("progress")).to_have_attribute("value", "2")
    expect(page.locator("progress")).to_have_attribute("value", "3", timeout=6000)


@pytest.mark.parametrize("query", ["", "?lang=fr&demo=1&flash=Fait."])
def test_the_page_is_accessible_with_and_without_errors(page: Page, axe: Axe, query: str) -> None:
    page.goto(f"/components{query}")
    page.wait_for_function("document.querySelector('input#place')")
    report = axe.run(page)
    assert report.violations_count == 0, report.generate_report()
    page.locator("button.govuk-button[type=submit]", has_text=re.compile("Save|Enregistrer")).click()
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    report = axe.run(page)
    assert report.violations_count == 0, report.generate_report()


@pytest.mark.parametrize(("width", "size"), [(320, "100%"), (1280, "200%"), (640, "200%")])
def test_nothing_runs_off_the_page(page: Page, width: int, size: str) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/components?demo=1")
    page.evaluate("size => { document.documentElement.style.fontSize = size }", size)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
