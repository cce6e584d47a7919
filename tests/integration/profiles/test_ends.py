"""A clearance, or the test of a language, that ends: written, shown, told before its end, and of no use after it."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from freeagents.accounts.services.tokens import make_api_token
from freeagents.eligibility import bridge
from freeagents.eligibility.fitting import Fit
from freeagents.eligibility.pool import host_of, people_facts, project_facts
from freeagents.errors import Invalid
from freeagents.extensions import db
from freeagents.messages.kinds import say
from freeagents.messages.models import Message
from freeagents.profiles import services
from freeagents.profiles.queries import whole_profile
from freeagents.projects.queries import whole_project
from tests.clients import Browser
from tests.factories import END, PACK, TODAY, a_department, a_project, an_agent, profile_of

SOON, LATE = TODAY + timedelta(days=60), TODAY + timedelta(days=900)


def parts(day: date, name: str) -> dict[str, str]:
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def save(browser: Browser, part: str, data: dict[str, str], status: int = 303) -> str:
    page = f"/profile/{part}"
    version = re.search(r'name="version" value="(\d+)"', browser.get(page))
    assert version
    return browser.post(page, {"version": version[1], **data}, page=page, status=status).text


def test_the_last_day_is_written_on_the_page_and_shown(app: Flask, grace: int, her_browser: Browser) -> None:
    save(her_browser, "clearance", {"clearance": "SC", **parts(LATE, "clearance_until")})
    shown = her_browser.get("/profile")
    assert f"Counts until {LATE.day} {LATE:%B %Y}, for projects that end by then." in shown
    yesterday = TODAY - timedelta(days=1)
    data = {"languages-0-language": "cy", "languages-0-letters": "B2", **parts(yesterday, "languages-0-until")}
    save(her_browser, "languages", data)
    assert f"Ended on {yesterday.day} {yesterday:%B %Y}. It does not count any more." in her_browser.get("/profile")
    refused = save(her_browser, "clearance", {"clearance": "", **parts(LATE, "clearance_until")}, 422)
    assert "Say which clearance ends on this day" in refused
    no_day = parts(LATE, "clearance_until") | {"clearance_until-day": "32"}
    save(her_browser, "clearance", {"clearance": "SC", **no_day}, 422)
    with app.app_context():
        profile = whole_profile(grace)
        assert profile is not None
        assert (profile.clearance_until, profile.languages[0].until) == (LATE, yesterday)


def test_a_clearance_that_is_taken_off_has_no_end(session: scoped_session[Session]) -> None:
    person = an_agent(clearance="SC", clearance_until=LATE)
    profile = services.own_profile(person_id=person.id)
    services.write_profile(profile=profile, data={"clearance": None}, pack=PACK, actor_id=person.id)
    assert profile.clearance_until is None
    with pytest.raises(Invalid, match="Say which clearance"):
        services.write_profile(profile=profile, data={"clearance_until": LATE}, pack=PACK, actor_id=person.id)


def test_the_api_has_the_last_days(app: Flask, grace: int) -> None:
    with app.app_context():
        token = make_api_token(person_id=grace, name="ends", actor_id=grace)
        db.session.commit()
    client, headers = app.test_client(), {"Authorization": f"Bearer {token}"}
    data = {"clearance_until": "2030-05-03", "languages": [{"language": "cy", "letters": "B2", "until": "2029-01-31"}]}
    answer = client.patch("/api/v1/profile", json=data, headers=headers)
    assert answer.status_code == 200, answer.text
    told = json.loads(answer.text)
    assert told["clearance_until"] == "2030-05-03"
    assert told["languages"] == [{"language": "cy", "letters": "B2", "until": "2029-01-31"}]


@pytest.mark.parametrize(
    ("held", "asked", "code", "sentences"),
    [
        ({"clearance_until": END}, {}, None, []),
        (
            {"clearance_until": END - timedelta(days=1)},
            {},
            "clearance",
            ["Your clearance counts until {before}; the project runs until {end}."],
        ),
        (
            {"languages": [{"language": "cy", "letters": "B2", "until": END - timedelta(days=1)}]},
            {},
            "languages",
            ["Your test of Welsh counts until {before}; the project runs until {end}."],
        ),
        (
            {"clearance_until": END - timedelta(days=1)},
            {"clearance": "DV"},
            "clearance",
            ["It needs a security clearance that your profile does not show."],
        ),
    ],
)
def test_what_ends_before_the_project_does_not_count_and_says_so(
    session: scoped_session[Session],
    held: dict[str, Any],
    asked: dict[str, Any],
    code: str | None,
    sentences: list[str],
) -> None:
    languages = [{"language": "cy", "letters": "B2", "until": None}]
    person = an_agent(department=a_department("dwp"), **{"clearance": "SC", "languages": languages} | held)
    spoken = [{"language": "cy", "letters": "B1"}]
    made = a_project(department=a_department("hmrc"), **{"clearance": "SC", "languages": spoken} | asked)
    session.flush()
    session.expire_all()
    project = whole_project(made.public_id)
    assert project is not None
    facts = project_facts(project, host=host_of(project), pack=PACK)
    [one] = people_facts(today=TODAY, only=person.id).values()
    fit = Fit.of(project, bridge.judge(one, facts, bridge.Policy()))
    assert list(fit.failing) == ([code] if code else [])
    before = END - timedelta(days=1)
    days = {"before": f"{before.day} {before:%B %Y}", "end": f"{END.day} {END:%B %Y}"}
    assert list(fit.missing) == [sentence.format(**days) for sentence in sentences]


def test_people_are_reminded_once_before_an_end(session: scoped_session[Session]) -> None:
    soon = an_agent("Ada", clearance="SC", clearance_until=SOON)
    other = [{"language": "fr", "letters": "B2", "until": SOON}, {"language": "cy", "letters": "B2", "until": LATE}]
    speaks = an_agent("Ben", languages=other)
    an_agent("Chi", clearance="SC", clearance_until=LATE)
    gone = an_agent("Dee", clearance="SC", clearance_until=SOON)
    gone.left_on = TODAY
    an_agent("Eve", clearance="SC", clearance_until=TODAY - timedelta(days=1))
    session.commit()
    for _ in range(2):
        services.remind_of_ends(today=TODAY)
    told = {message.recipient_id: say(message.kind, message.facts) for message in session.query(Message)}
    assert set(told) == {soon.id, speaks.id}
    assert told[soon.id].subject == f"Your clearance Security Check ends on {SOON.day} {SOON:%B %Y}"
    assert told[speaks.id].subject == f"Your test of French ends on {SOON.day} {SOON:%B %Y}"
    profile_of(soon).clearance_until = SOON + timedelta(days=3)
    session.commit()
    services.remind_of_ends(today=TODAY)
    assert session.query(Message).count() == 3, "another end is another reminder"
