"""A skill that is none stays as it was typed, and what comes near is named."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from freeagents.extensions import db
from tests.factories import PASSWORD, an_agent, some_skills
from tests.journeys.acts import press, row, sign_in


@pytest.mark.usefixtures("live_server")
def test_what_was_typed_is_kept_with_what_comes_near(page: Page, app: Flask) -> None:
    with app.app_context():
        some_skills("inclusive-research")
        email = an_agent("Ada Lovelace", password=PASSWORD).email
        db.session.commit()
    sign_in(page, email)
    page.goto("/profile/skills")
    first = row(page, "Skill 1")
    first.get_by_label("Skill", exact=True).fill("Inclusive reserch")
    first.get_by_label("Level").select_option(label="Practitioner")
    press(page, "Save")
    wrong = "Inclusive reserch is not in the list of skills. Did you mean Inclusive research"
    expect(page.get_by_role("alert")).to_contain_text(wrong)
    expect(row(page, "Skill 1").get_by_label("Skill", exact=True)).to_have_value("Inclusive reserch")
