"""People whose profiles are looked at."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from freeagents.extensions import db
from tests.clients import Browser, signed_in
from tests.factories import END, PASSWORD, START, a_department, an_agent, some_skills

GRACE: dict[str, Any] = {
    "grade": "G7",
    "skills": {"agile-working": 3, "change-management": 2},
    "learning": ["decision-making"],
    "languages": [{"language": "cy", "letters": "B2"}],
    "places": [{"place": "Leeds", "max_km": 40.0}, {"place": "Atlantis", "max_km": None}],
    "work_modes": ["hybrid", "remote"],
    "clearance": "SC",
    "discipline": "design",
    "about": "I listen.\n\nThen I talk.",
    "available": ((START, END, 60),),
}


@pytest.fixture
def grace(app: Flask) -> int:
    """The id of an agent with a full profile."""
    with app.app_context():
        some_skills("agile-working", "change-management", "decision-making", "leadership-and-guidance")
        person = an_agent("Grace Hopper", department=a_department("hmrc"), password=PASSWORD, **GRACE)
        person.email = "grace@example.org"
        db.session.commit()
        return person.id


@pytest.fixture
def her_browser(app: Flask, grace: int) -> Browser:
    """A browser in which she is signed in."""
    return signed_in(app, "grace@example.org")
