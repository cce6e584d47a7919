"""Skills read from a file are shown for review and never saved unseen; a profile beside the next role."""

from __future__ import annotations

import io
import json

import pytest
from flask import Flask

from freeagents.accounts.services.tokens import make_api_token
from freeagents.extensions import db
from freeagents.profiles import queries
from freeagents.profiles.queries import Step
from tests.clients import Browser, signed_in
from tests.factories import PACK, PASSWORD, TODAY, an_agent, some_skills

ADDRESS = "/profile/skills/file"
CODES = [skill.code for skill in PACK.skills.values() if " " in skill.names["en"]][:3]
NAMES = [PACK.skills[code].names["en"] for code in CODES]
RESUME = {
    "basics": {"name": "Ada"},
    "skills": [
        {"name": NAMES[0].upper(), "level": "Advanced", "keywords": None},
        {"name": "Loose words", "level": "Master", "keywords": [f"A lot of {NAMES[1]} in teams", "Juggling"]},
        {"name": NAMES[2], "level": "so-so"},
    ],
    "work": [
        {"name": "HMRC", "position": "Analyst", "startDate": "2021-03", "endDate": "2023-05", "highlights": [NAMES[0]]},
        {"name": "DWP", "position": "Clerk", "summary": None, "highlights": None},
    ],
}


def send(browser: Browser, name: str, content: bytes | str, *, status: int) -> str:
    raw = content.encode() if isinstance(content, str) else content
    return browser.post(ADDRESS, {"file": (io.BytesIO(raw), name)}, status=status).text


@pytest.fixture
def ada(app: Flask) -> str:
    """The address of somebody who holds the third of the skills."""
    with app.app_context():
        some_skills(*CODES)
        email = an_agent("Ada Lovelace", skills={CODES[2]: 4}, password=PASSWORD).email
        db.session.commit()
    return email


def test_resume_fills_the_form_and_saves_nothing(app: Flask, ada: str) -> None:
    browser = signed_in(app, ada)
    page = send(browser, "cv.JSON", json.dumps(RESUME), status=200)
    assert "We found 3 skills in your file." in page
    assert "Not in our list of skills: Loose words and Juggling." in page
    assert "Analyst, HMRC, 2021-03–2023-05" in page
    assert page.index(NAMES[2]) < page.index("Skill 2")
    assert 'name="skills-1-last_used"' in page
    assert 'value="2023"' in page
    with app.app_context():
        assert db.session.execute(db.text("SELECT count(*) FROM held_skill")).scalar() == 1
        version = db.session.execute(db.text("SELECT version FROM profile")).scalar()
    sent = {"version": str(version), "skills-0-skill": CODES[2], "skills-0-level": "4"}
    sent |= {"skills-1-skill": CODES[0], "skills-1-level": "3", "skills-1-evidence": "Analyst, HMRC, 2021-03–2023-05"}
    sent |= {"skills-1-last_used": "2023"}
    browser.post("/profile/skills", sent, page=ADDRESS)
    page = browser.get("/profile")
    assert "2021-03–2023-05" in page
    assert "last used in 2023" in page


def test_levels_are_read_in_the_words_of_other_scales_or_left_open() -> None:
    read = {
        "skills": [
            {"name": name, "level": level, "keywords": [], "evidence": ""}
            for name, level in (
                (NAMES[0], "Intermediate"),
                (NAMES[1], PACK.levels[4]["en"]),
                (NAMES[2], "so-so"),
                (NAMES[0], "1"),
            )
        ],
        "work": [],
    }
    found = queries.recognised(read, PACK)
    assert [(item["skill"], item["level"]) for item in found.skills] == [(CODES[0], 2), (CODES[1], 4), (CODES[2], "")]


def test_table_is_read_by_the_names_of_its_columns(app: Flask, ada: str) -> None:
    table = f"\ufeffLevel,SKILL,Evidence,Else\n3,{NAMES[0]},Ten of them,x\n,Juggling,,\n"
    page = send(signed_in(app, ada), "skills.csv", table, status=200)
    assert "We found one skill in your file." in page
    assert "Ten of them" in page
    assert "Not in our list of skills: Juggling." in page


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("cv.json", "{", "The file cannot be read: it is damaged, or of another kind."),
        ("cv.json", "[" * 100_000, "The file cannot be read: it is damaged, or of another kind."),
        ("cv.json", "[]", "This is no JSON Resume: it has no list named skills."),
        ("cv.json", '{"skills": "many"}', "This is no JSON Resume: it has no list named skills."),
        ("cv.json", b"\xff\xfe", "Save the file in UTF-8."),
        ("cv.json", '{"skills": [{"name": "a\\u0000"}]}', "Write it on one line, without control characters."),
        ("cv.csv", "a,b\n1,2\n", "The first line of the file must name its columns; one of them must be skill."),
        ("cv.csv", "", "The file is empty."),
        ("cv.csv", "skill\n" + "x" * 262_144, "The file must be 256 KB or smaller."),
        ("cv.csv", "skill\n" + "x\n" * 201, "Longer than maximum length 200."),
        ("cv.exe", "x", "The file must be one of: .json, .csv."),
    ],
)
def test_files_that_cannot_be_read_say_why(app: Flask, ada: str, name: str, content: str, sentence: str) -> None:
    assert sentence in send(signed_in(app, ada), name, content, status=422)


def test_no_file_is_refused(app: Flask, ada: str) -> None:
    assert "Choose a file." in signed_in(app, ada).post(ADDRESS, status=422).text


def test_nearest_role_and_the_level_above_it() -> None:
    role = next(
        one
        for one in PACK.roles
        if any(other.family == one.family and other.seniority > one.seniority for other in PACK.roles) and one.skills
    )
    found = queries.next_role(role.skills, PACK.roles)
    assert found is not None
    assert found.family == role.family or found.skills.items() <= role.skills.items()
    assert queries.next_role({}, PACK.roles) is None
    some = next(iter(role.skills))
    steps = queries.steps_to(role, {some: 4})
    assert Step(some, role.skills[some], 4) == steps[-1]
    assert [step.held - step.asked for step in steps] == sorted(step.held - step.asked for step in steps)


def test_picture_of_the_next_role_says_in_words_what_it_shows(app: Flask) -> None:
    role = next(one for one in PACK.roles if len(one.skills) > 2)
    held = next(iter(role.skills))
    with app.app_context():
        some_skills(*role.skills)
        ada = an_agent("Ada Lovelace", skills={held: 4}, password=PASSWORD)
        email = ada.email
        bearer = {"Authorization": f"Bearer {make_api_token(person_id=ada.id, name='test', actor_id=ada.id)}"}
        db.session.commit()
    browser = signed_in(app, email)
    assert "This is the level above the one whose skills you hold best." in browser.get("/profile/next-role")
    page = browser.get(f"/profile/next-role?role={role.code}")
    assert f"You hold 1 of the {len(role.skills)} skills it asks for at their levels." in page
    assert page.count('<svg class="app-levels"') == len(role.skills)
    assert "not held" in page
    assert "Choose a role from the list." in browser.get("/profile/next-role?role=no-such-role", status=422)
    browser.post("/profile/next-role", {"role": role.code}, page=f"/profile/next-role?role={role.code}")
    goals = browser.get("/profile/learning")
    assert all(code in goals for code in role.skills if code != held)
    browser.post("/profile/next-role", {"role": "no-such-role"}, status=422)
    client = app.test_client()
    answer = client.get(f"/api/v1/profile/next-role?role={role.code}", headers=bearer).json
    assert {"skill": held, "asked": role.skills[held], "held": 4} in answer["steps"]
    assert client.get("/api/v1/profile/next-role?role=x", headers=bearer).status_code == 422
    read = client.post("/api/v1/profile/read", headers=bearer, json=RESUME).json
    assert read["skills"][0] == {
        "skill": CODES[0],
        "level": 3,
        "evidence": "Analyst, HMRC, 2021-03–2023-05",
        "last_used": 2023,
    }
    assert read["skills"][2]["level"] is None
    assert read["unknown"] == ["Loose words", "Juggling"]


def test_who_has_no_skills_is_told_where_to_begin(app: Flask) -> None:
    with app.app_context():
        email = an_agent(password=PASSWORD).email
        db.session.commit()
    page = signed_in(app, email).get("/profile/next-role")
    assert "Add your skills, and you see here what the next level of your role asks for." in page


def test_year_of_last_use_lies_in_a_working_life(app: Flask, ada: str) -> None:
    browser = signed_in(app, ada)
    sent = {"version": "1", "skills-0-skill": CODES[2], "skills-0-level": "4"}
    for year in ("1949", str(TODAY.year + 1)):
        page = browser.post("/profile/skills", sent | {"skills-0-last_used": year}, status=422).text
        assert "Enter a year from 1950 to this year." in page
    browser.post("/profile/skills", sent | {"skills-0-last_used": str(TODAY.year)})
    assert f"last used in {TODAY.year}" in browser.get("/profile")
