"""When open projects start and where they are: every one counted, in pictures and in words, and found from there."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Flask

from freeagents.accounts.services.tokens import make_api_token
from freeagents.applications.pages.overview import EDGE, WIDTH, drawn, months_of
from freeagents.applications.queries.overview import AtPlace
from freeagents.extensions import db
from tests.clients import signed_in
from tests.factories import PASSWORD, START, a_department, a_person, a_project

LONG_AFTER = START + timedelta(days=70)


def test_months_hold_every_start_and_none_is_passed_over(app: Flask) -> None:
    starts = {date(2026, 11, 30): 2, date(2026, 12, 1): 1, date(2027, 2, 28): 4}
    with app.test_request_context():
        months = months_of(starts)
    assert [(month.first, month.count) for month in months] == [
        (date(2026, 11, 1), 2),
        (date(2026, 12, 1), 1),
        (date(2027, 1, 1), 0),
        (date(2027, 2, 1), 4),
    ]
    # One week has a start in each of two months.
    assert months[0].weeks[-1] == (date(2026, 11, 30), 2)
    assert months[1].weeks[0] == (date(2026, 11, 30), 1)
    assert months_of({}) == []


def test_map_keeps_inside_its_frame_and_north_is_up(app: Flask) -> None:
    places = [AtPlace("a", 57.1, -2.1, 9), AtPlace("b", 50.4, -4.1, 1), AtPlace("c", None, None, 3)]
    with app.app_context():
        height, spots = drawn(places)
        assert drawn([places[2]]) == (0.0, [])
    north, south = spots
    assert north.y < south.y
    assert north.x > south.x
    assert north.radius > south.radius
    assert all(EDGE <= spot.x <= WIDTH - EDGE and EDGE <= spot.y <= height - EDGE for spot in spots)


def test_projects_are_found_by_month_and_by_place(app: Flask) -> None:
    with app.app_context():
        host = a_department("host")
        a_project("In Leeds", department=host, work_mode="hybrid", place="Leeds")
        a_project("In York", department=host, work_mode="on_site", place="York")
        a_project("Later", department=host, starts_on=LONG_AFTER)
        a_project("Only named", department=host, place="Leeds")
        a_project("Draft", department=host, work_mode="hybrid", place="Leeds", opened=False)
        person = a_person(password=PASSWORD)
        email = person.email
        bearer = {"Authorization": f"Bearer {make_api_token(person_id=person.id, name='test', actor_id=person.id)}"}
        db.session.commit()
    browser = signed_in(app, email)
    assert "/projects/when-and-where" in browser.get("/projects")
    page = browser.get("/projects/when-and-where")
    assert page.count("<circle") == 2
    assert "See the 3 projects" in page
    assert f"/projects?month={LONG_AFTER:%Y-%m}" in page
    later = browser.get(f"/projects?month={LONG_AFTER:%Y-%m}")
    assert "One open project found" in later
    assert "Later" in later
    assert "In Leeds" not in later
    leeds = next(part.partition('"')[0] for part in page.split('href="') if part.startswith("/projects?place=leeds"))
    found = browser.get(leeds)
    assert "They are in Leeds." in found
    assert "One open project found" in found
    assert "Only named" not in found
    assert "One open project found" in browser.get("/projects?place=Leeds")
    assert browser.get("/projects?month=9999-99", status=422)
    assert browser.get("/projects?month=9999-12", status=422)
    answer = app.test_client().get("/api/v1/projects/for-me/when-and-where", headers=bearer).json
    assert [one["count"] for one in answer["starts"]] == [3, 1]
    assert {one["place"]: one["count"] for one in answer["places"]} == {"leeds": 1, "york": 1}
    some = app.test_client().get(f"/api/v1/projects/for-me?month={LONG_AFTER:%Y-%m}", headers=bearer).json
    assert [one["title"] for one in some["items"]] == ["Later"]


def test_nothing_open_says_so(app: Flask) -> None:
    with app.app_context():
        email = a_person(password=PASSWORD).email
        db.session.commit()
    assert "No project is open just now." in signed_in(app, email).get("/projects/when-and-where")
