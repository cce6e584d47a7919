"""The pages of a profile: shown, changed one part at a time, refused kindly."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from freeagents.extensions import db
from freeagents.profiles import services
from freeagents.profiles.models import Profile
from freeagents.profiles.pages.profiles import PARTS
from freeagents.profiles.queries import profile_or_empty
from tests.clients import Browser, signed_in
from tests.factories import PACK, PASSWORD, TODAY, a_person, an_agent, some_skills
from tests.pages import Page, check_page, text

HOSTILE = ["<script>alert(1)</script>", "🦜 ünïcode", "\u202eשלום עולם", "x" * 3_900, "{{ 7 * 7 }} %(name)s"]

FROM_2020_ON = {
    "availability__1__from-day": "1",
    "availability__1__from-month": "1",
    "availability__1__from-year": "2020",
}


def stored(app: Flask, person_id: int) -> Profile:
    with app.app_context():
        return profile_or_empty(person_id)


def fields(page: str) -> dict[str, str]:
    """Return what a browser would send from the page's own form."""
    return check_page(page).fields()


def errors(page: str) -> dict[str, str]:
    """Return where each error leads to, and its sentence."""
    summary = next(each for each in check_page(page).all("ul") if "error-summary" in each.get("class", ""))
    return {link.get("href", ""): text(link) for link in summary.iter("a")}


def send(browser: Browser, part: str, status: int = 303, **changes: Any) -> str:
    """Send the form of a part as it stands, with changes; return the page that answers."""
    address = f"/profile/{part}"
    typed = fields(browser.get(address)) | {name.replace("__", "-"): value for name, value in changes.items()}
    return browser.post(address, typed, status=status).text


def test_the_whole_profile_is_shown(her_browser: Browser) -> None:
    page = her_browser.get("/profile")
    said = text(Page(page).all("main")[0])
    for words in (
        "User-centred design I listen.Then I talk.",
        "HmrcG7 (Grade 7)",
        "Agile working Practitioner",
        "Change management Working",
        "Decision-making",
        "60% of your time",
        "Hybrid and Remote",
        "Leeds and up to 40 km around Atlantis only",
        "Welsh: B2",
        "Security Check",
        "You are in the pool until",
        "You are not counted.",
    ):
        assert words in said
    assert "Before you can be matched" not in said
    links = {link.get("href") for link in Page(page).all("a")}
    assert {f"/profile/{part}" for part in PARTS} <= links


def test_a_newcomer_is_told_what_is_missing(app: Flask) -> None:
    with app.app_context():
        a_person(email="new@example.org", password=PASSWORD)
        db.session.commit()
    browser = signed_in(app, "new@example.org")
    page = browser.get("/profile")
    for words in ("Add your skills", "Say when you are available", "Say how you would work", "start from a role"):
        assert words in page
    assert "You are not in the pool yet." in page
    assert ">Pause<" not in page
    send(browser, "work-modes", work_modes=["hybrid"])
    page = browser.get("/profile")
    assert "Add a place for work on site and hybrid work" in page
    assert "Say how you would work" not in page


@pytest.mark.parametrize("part", PARTS)
def test_a_part_sent_as_it_stands_changes_nothing_but_the_version(
    app: Flask, grace: int, her_browser: Browser, part: str
) -> None:
    def parts(profile: Profile) -> dict[str, Any]:
        return {name: read(profile) for each in PARTS.values() for name, read in each.members.items()}

    with app.app_context():
        before = parts(profile_or_empty(grace))
    page = check_page(her_browser.get(f"/profile/{part}"))
    typed: dict[str, Any] = page.fields()
    if part == "work-modes":
        typed["work_modes"] = [
            box.get("value") for box in page.all("input", type="checkbox") if box.get("checked") is not None
        ]
    her_browser.post(f"/profile/{part}", typed)
    assert "Your profile is saved." in her_browser.get("/profile")
    with app.app_context():
        assert parts(profile_or_empty(grace)) == before
        assert profile_or_empty(grace).version == 2


def test_about_and_discipline_are_saved(app: Flask, grace: int, her_browser: Browser) -> None:
    send(her_browser, "about", about="Line one.\r\nLine two.", discipline="policy")
    assert (stored(app, grace).about, stored(app, grace).discipline) == ("Line one.\nLine two.", "policy")
    send(her_browser, "about", about="", discipline="")
    assert (stored(app, grace).about, stored(app, grace).discipline) == ("", None)


@pytest.mark.parametrize("words", HOSTILE)
def test_any_text_is_kept_and_shown_as_text(app: Flask, grace: int, her_browser: Browser, words: str) -> None:
    send(her_browser, "about", about=words)
    send(her_browser, "places", places__0__place=words[:90])
    send(her_browser, "skills", skills__0__evidence=words[:2_000])
    assert stored(app, grace).about == words
    page = her_browser.get("/profile")
    assert text(Page(page).all("main")[0]).count(words[:90]) >= 3
    assert fields(her_browser.get("/profile/about"))["about"] == words
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("part", "typed", "anchor", "sentence"),
    [
        ("about", {"about": "x" * 5_000}, "#about", "About you must be 4000 characters or fewer."),
        ("about", {"discipline": "x" * 61}, "#discipline", "Your discipline must be 60 characters or fewer."),
        ("skills", {"skills__0__skill": ""}, "#skills-0-skill", "Row 1: Enter a skill."),
        ("skills", {"skills__1__level": ""}, "#skills-1-level", "Row 2: Enter a level."),
        ("skills", {"skills__1__skill": "magic"}, "#skills-1-skill", "magic is not in the list of skills."),
        ("skills", {"skills__1__skill": "Agile working"}, "#skills-1-skill", "Agile working is there twice."),
        ("skills", {"skills__1__skill": "agile-working"}, "#skills-0-skill", "Agile working is there twice."),
        ("skills", {"skills__1__evidence": "x" * 2_001}, "#skills-1-evidence", "2000 characters or fewer"),
        ("learning", {"learning__0": "<b>magic</b>"}, "#learning-0", "<b>magic</b> is not in the list of skills."),
        ("languages", {"languages__0__letters": "Z9"}, "#languages-0-letters", "Z9 is not a level of language here."),
        ("languages", {"languages__0__language": ""}, "#languages-0-language", "Enter a language."),
        ("work-modes", {"work_modes": ["boat"]}, "#work_modes", "Choose"),
        ("places", {"places__0__place": "", "places__0__max_km": "3"}, "#places-0-place", "Row 1: Enter a place."),
        ("places", {"places__0__max_km": "far"}, "#places-0-max_km", "Row 1: Write the distance in kilometres"),
        ("places", {"places__1__max_km": "-1"}, "#places-1-max_km", "from 0 to 20100"),
        ("availability", {"availability__0__from-day": "32"}, "#availability-0-from-day", "must be a real date"),
        ("availability", {"availability__0__from-day": ""}, "#availability-0-from-day", "must include a day"),
        (
            "availability",
            {"availability__0__to-year": "2001"},
            "#availability-0-to-day",
            "the same as or after the start",
        ),
        ("availability", {"availability__0__time_percent": "0"}, "#availability-0-time_percent", "between 1 and 100"),
        ("availability", FROM_2020_ON, "#availability-0-from-day", "Two of the ranges share days."),
    ],
)
def test_what_is_wrong_is_said_where_it_is_and_what_was_typed_stays(
    app: Flask, grace: int, her_browser: Browser, part: str, typed: dict[str, Any], anchor: str, sentence: str
) -> None:
    page = send(her_browser, part, status=422, **typed)
    told = errors(page)
    assert list(told) == [anchor]
    assert sentence in told[anchor]
    shown = fields(page)
    for name, value in typed.items():
        if isinstance(value, str):
            assert shown.get(name.replace("__", "-"), "") == value
    assert stored(app, grace).version == 1


def test_rows_come_and_go_without_anything_being_saved(app: Flask, grace: int, her_browser: Browser) -> None:
    page = send(her_browser, "skills", status=200, rows="add:skills", skills__0__evidence="In Leeds.")
    typed = fields(page)
    assert (typed["skills-2-skill"], typed["skills-0-evidence"]) == ("", "In Leeds.")
    assert 'formaction="#skills-3-row"' in page
    typed |= {"skills-2-skill": "leadership-and-guidance", "skills-2-level": "1", "rows": "remove:skills-0"}
    page = her_browser.post("/profile/skills", typed, status=200).text
    typed = fields(page)
    assert [typed[f"skills-{number}-skill"] for number in (0, 1)] == ["change-management", "leadership-and-guidance"]
    assert "skills-2-skill" not in typed
    assert stored(app, grace).version == 1
    her_browser.post("/profile/skills", typed)
    with app.app_context():
        held = {row.skill.code: row.level for row in profile_or_empty(grace).skills}
    assert held == {"change-management": 2, "leadership-and-guidance": 1}


def test_a_list_can_be_emptied(app: Flask, grace: int, her_browser: Browser) -> None:
    typed = fields(her_browser.get("/profile/learning")) | {"learning-0": ""}
    her_browser.post("/profile/learning", typed)
    assert stored(app, grace).goals == []
    her_browser.post("/profile/work-modes", {"version": "2"})
    assert stored(app, grace).work_modes == []


def test_a_full_list_takes_no_more_rows(app: Flask, grace: int, her_browser: Browser) -> None:
    typed = {f"languages-{number}-language": "" for number in range(20)} | {"rows": "remove:languages-99"}
    page = her_browser.post("/profile/languages", typed, status=200).text
    assert "Add another language" not in page
    assert "This list is full." in page
    many = {f"skills-{number}-{member}": "1" for number in range(61) for member in ("skill", "level")}
    page = her_browser.post("/profile/skills", {"version": "1", **many}, status=422).text
    assert "Skills: give 60 or fewer." in page


def test_dates_and_shares_are_saved(app: Flask, grace: int, her_browser: Browser) -> None:
    first = {
        "from-day": "1",
        "from-month": "2",
        "from-year": "2031",
        "to-day": "28",
        "to-month": "2",
        "to-year": "2031",
    }
    typed = {f"availability-1-{name}": value for name, value in first.items()}
    typed |= {"availability-0-from-day": "1", "availability-0-from-month": "3", "availability-0-from-year": "2031"}
    her_browser.post("/profile/availability", {"version": "1", **typed})
    rows = [(row.starts_on, row.ends_on, row.percent) for row in stored(app, grace).availability]
    assert rows == [(date(2031, 2, 1), date(2031, 2, 28), 100), (date(2031, 3, 1), None, 100)]
    page = her_browser.get("/profile")
    assert "1 February 2031 to 28 February 2031" in page
    assert "From 1 March 2031 on" in page


def test_places_are_shown_by_name_and_kept_when_sent_again(app: Flask, grace: int, her_browser: Browser) -> None:
    page = her_browser.get("/profile/places")
    assert fields(page)["places-0-place"] == "Leeds"
    assert '<option value="York">' in page
    send(her_browser, "places", places__1__place="york", places__1__max_km="12.5")
    assert [(row.place, row.max_km) for row in stored(app, grace).places] == [("leeds", 40.0), ("york", 12.5)]


def test_what_the_pack_does_not_know_stays_a_choice(app: Flask, grace: int, her_browser: Browser) -> None:
    with app.app_context():
        some_skills("falconry")
        profile = services.own_profile(person_id=grace)
        data = {
            "discipline": "hunting",
            "clearance": "Moon",
            "languages": [{"language": "la", "letters": ""}],
            "skills": [{"skill": "falconry", "level": 4, "evidence": ""}],
        }
        services.write_profile(profile=profile, data=data, pack=PACK, actor_id=None)
        db.session.commit()
    shown = her_browser.get("/profile")
    assert all(word in shown for word in ("hunting", "Moon", "la</strong>: Level not stated", "falconry"))
    for part in ("about", "clearance", "languages", "skills"):
        send(her_browser, part)
    profile = stored(app, grace)
    assert (profile.discipline, profile.clearance, profile.languages[0].language) == ("hunting", "Moon", "la")


def test_a_page_opened_before_a_change_elsewhere_is_refused_once_and_loses_nothing(
    app: Flask, grace: int, her_browser: Browser
) -> None:
    opened = fields(her_browser.get("/profile/about"))
    send(her_browser, "clearance", clearance="DV")
    page = her_browser.post("/profile/about", opened | {"about": "Typed for long."}, status=409).text
    assert errors(page) == {"#main-content": next(iter(errors(page).values()))}
    assert "Your profile was changed elsewhere" in page
    assert "opens in a new tab" in page
    assert stored(app, grace).about.startswith("I listen.")
    again = fields(page)
    assert again["about"] == "Typed for long."
    her_browser.post("/profile/about", again)
    assert (stored(app, grace).about, stored(app, grace).clearance) == ("Typed for long.", "DV")


@pytest.mark.parametrize("version", ["", "0", "-1", "two", "9" * 5_000])
def test_a_form_without_a_good_version_is_refused(app: Flask, grace: int, her_browser: Browser, version: str) -> None:
    her_browser.post("/profile/about", {"about": "x", "version": version}, status=409)
    assert stored(app, grace).version == 1


def test_an_error_does_not_hide_that_the_page_is_old(app: Flask, grace: int, her_browser: Browser) -> None:
    opened = fields(her_browser.get("/profile/about"))
    send(her_browser, "clearance", clearance="DV")
    page = her_browser.post("/profile/about", opened | {"about": "x" * 4_001}, status=422).text
    her_browser.post("/profile/about", fields(page) | {"about": "Short."}, status=409)


def test_skills_start_from_a_role_and_are_saved_only_when_sent(app: Flask, grace: int, her_browser: Browser) -> None:
    role = next(role for role in PACK.roles if "agile-working" in role.skills)
    with app.app_context():
        some_skills(*role.skills)
        db.session.commit()
    answer = her_browser.post("/profile/skills/role", {"role": role.code})
    page = her_browser.get(answer.headers["Location"])
    assert "Nothing is saved yet." in page
    typed = fields(page)
    filled = {
        value: typed[name.replace("-skill", "-level")] for name, value in typed.items() if name.endswith("-skill")
    }
    wanted = {code: str(level) for code, level in role.skills.items()}
    assert filled == wanted | {"agile-working": "3", "change-management": "2"}
    assert len(stored(app, grace).skills) == 2
    her_browser.post("/profile/skills", typed)
    assert len(stored(app, grace).skills) == len(filled)


@pytest.mark.parametrize("role", ["", "no-such-role", "<script>", "x" * 5_000])
def test_a_role_that_is_none_is_refused(her_browser: Browser, role: str) -> None:
    page = her_browser.post("/profile/skills/role", {"role": role}, status=422).text
    assert list(errors(page)) == ["#role"]
    assert fields(page)["role"] == role


def test_an_unknown_role_in_the_address_fills_in_nothing(her_browser: Browser) -> None:
    assert "Nothing is saved yet." not in her_browser.get("/profile/skills?role=<script>")


@pytest.mark.parametrize(
    ("on", "off", "member", "said"),
    [
        ("pause", "resume", "paused", "No round matches you while you are paused."),
        ("count", "do-not-count", "countable", "You agreed to be counted."),
        ("be-found", "do-not-find", "findable", "You agreed to be found."),
    ],
)
def test_switches_go_on_and_off(
    app: Flask, grace: int, her_browser: Browser, on: str, off: str, member: str, said: str
) -> None:
    for address, state in ((on, True), (on, True), (off, False)):
        her_browser.post(f"/profile/{address}", page="/profile")
        assert getattr(stored(app, grace), member) is state
        assert (said in her_browser.get("/profile")) is state


@pytest.mark.parametrize("address", ["", "/skills/role", *(f"/{part}" for part in PARTS)])
def test_nobody_sees_a_profile_without_signing_in(app: Flask, address: str) -> None:
    answer = app.test_client().get(f"/profile{address}")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/sign-in?next=/profile{address}")


@pytest.mark.parametrize("address", ["pause", "count", "be-found", "skills", "skills/role"])
def test_nothing_is_written_without_a_forms_token(app: Flask, grace: int, her_browser: Browser, address: str) -> None:
    assert her_browser.client.post(f"/profile/{address}", data={"version": "1"}).status_code == 400
    assert stored(app, grace).version == 1


@pytest.mark.parametrize("address", ["grade", "skills/", "paused", "skills/role/x"])
def test_there_is_no_other_part(her_browser: Browser, address: str) -> None:
    her_browser.get(f"/profile/{address}", status=404)


def test_one_person_never_writes_the_profile_of_another(app: Flask, grace: int, her_browser: Browser) -> None:
    with app.app_context():
        other = an_agent(about="Mine.", password=PASSWORD).id
        db.session.commit()
    send(her_browser, "about", about="Hers.", person_id=str(other), profile_id=str(other))
    assert (stored(app, other).about, stored(app, grace).about) == ("Mine.", "Hers.")


def test_the_questions_asked_of_the_database_do_not_grow(app: Flask, grace: int, her_browser: Browser) -> None:
    asked: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    with app.app_context():
        engine = db.engine
    few = counted(engine, count, asked, lambda: her_browser.get("/profile"))
    codes = list(PACK.skills)[:60]
    with app.app_context():
        some_skills(*codes)
        data = {
            "skills": [{"skill": code, "level": 1, "evidence": ""} for code in codes],
            "learning": codes,
            "places": [{"place": f"Place {number}", "max_km": None} for number in range(20)],
        }
        services.write_profile(profile=services.own_profile(person_id=grace), data=data, pack=PACK, actor_id=None)
        db.session.commit()
    assert counted(engine, count, asked, lambda: her_browser.get("/profile")) == few
    assert few <= 10
    assert counted(engine, count, asked, lambda: her_browser.get("/profile/skills")) <= 10


def counted(engine: Any, listener: Callable[..., None], asked: list[str], action: Callable[[], object]) -> int:
    asked.clear()
    event.listen(engine, "before_cursor_execute", listener)
    try:
        action()
    finally:
        event.remove(engine, "before_cursor_execute", listener)
    return len([statement for statement in asked if re.match(r"\s*(SELECT|WITH|INSERT|UPDATE|DELETE)", statement)])


def test_today_is_the_last_day_that_counts_as_available(app: Flask, grace: int, her_browser: Browser) -> None:
    with app.app_context():
        data = {"availability": [{"starts_on": TODAY, "ends_on": TODAY, "percent": 100}]}
        services.write_profile(profile=services.own_profile(person_id=grace), data=data, pack=PACK, actor_id=None)
        db.session.commit()
    assert "Say when you are available" not in her_browser.get("/profile")
