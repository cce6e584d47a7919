"""What people do in a browser, with scripts or without, by what they see: headings, labels, names of buttons."""

from __future__ import annotations

from datetime import date

from playwright.sync_api import Locator, Page, expect

from tests.factories import PASSWORD


def sign_in(page: Page, email: str) -> None:
    """Sign in, from the page that asks for it."""
    page.goto("/sign-in")
    arrive(page, "Sign in")
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Sign in")
    arrive(page, "Home")


def sign_out(page: Page) -> None:
    """Sign out."""
    press(page, "Sign out")
    arrive(page, "Sign in")


def arrive(page: Page, heading: str) -> None:
    """Wait until the page of that heading is there, whole, with its scripts."""
    expect(page.locator("h1")).to_have_text(heading)
    page.wait_for_load_state()


def press(inside: Page | Locator, name: str) -> None:
    """Press the button, or the link that looks like one, whose whole name this is."""
    inside.get_by_role("button", name=name, exact=True).click()


def follow(inside: Page | Locator, name: str) -> None:
    """Follow the link whose whole name this is."""
    inside.get_by_role("link", name=name, exact=True).click()


def row(page: Page, name: str) -> Locator:
    """Return the group of inputs of that name, once it is there."""
    group = page.get_by_role("group", name=name, exact=True)
    expect(group).to_be_visible()
    page.wait_for_load_state()
    return group


def choose(inside: Page | Locator, label: str, text: str) -> None:
    """Choose from a list: by searching in it, where scripts made it a box to search in."""
    box = inside.get_by_role("combobox", name=label, exact=True)
    if box.evaluate("box => box.localName") == "select":
        box.select_option(label=text)
        return
    box.fill(text)
    inside.get_by_role("option", name=text, exact=True).click()
    expect(box).to_have_value(text)


def enter_date(inside: Page | Locator, legend: str, day: date) -> None:
    """Fill the three boxes of a date."""
    group = inside.get_by_role("group", name=legend, exact=True)
    for label, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        group.get_by_label(label, exact=True).fill(str(value))


def summary(page: Page, key: str) -> Locator:
    """Return the row of a summary list that says ``key``."""
    rows = page.locator(".govuk-summary-list__row")
    return rows.filter(has=page.locator("dt").get_by_text(key, exact=True))


def mend(page: Page, sentence: str) -> None:
    """Go from the error summary to the input it speaks of, which then has the focus."""
    told = page.get_by_role("alert")
    expect(told).to_contain_text(sentence)
    assert page.title().startswith("Error: ")
    follow(told, sentence)
    expect(page.locator(":focus").or_(page.locator(":target")).first).to_be_visible()


def scripts_run(page: Page) -> bool:
    """Say whether this browser runs scripts."""
    return page.locator("body.js-enabled").count() == 1
