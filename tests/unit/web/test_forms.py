"""A form keeps what was typed, says what it means, and says what is wrong in plain words where it is."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import Schema, ValidationError, fields, validate, validates_schema
from werkzeug.datastructures import FileStorage, MultiDict

from freeagents.errors import Conflict
from freeagents.web import typed as flat
from freeagents.web.fields import Packed, Upload, Word
from freeagents.web.forms import Form, Unread

pytestmark = pytest.mark.usefixtures("asking")


class SkillSchema(Schema):
    skill = Word(required=True)
    level = fields.Integer(required=True, validate=validate.Range(1, 4))


class SpellSchema(Schema):
    starts_on = fields.Date(required=True, data_key="from")
    percent = fields.Integer(load_default=100)

    @validates_schema
    def whole(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if data["percent"] == 13:
            raise ValidationError("Not thirteen.")


class ProjectSchema(Schema):
    title = Word(required=True, validate=validate.Length(1, 20))
    outcome = fields.String(load_default="", error_messages={"required": "Say what is to be reached."})
    starts_on = fields.Date(data_key="start", load_default=None)
    seats = fields.Integer(load_default=1, validate=validate.Range(1, 200))
    most = fields.Integer(validate=validate.Range(max=5))
    least = fields.Float(validate=validate.Range(min=2), allow_nan=False)
    mode = fields.String(validate=validate.OneOf(["remote", "on_site"]))
    email = fields.Email()
    urgent = fields.Boolean(load_default=False)
    modes = fields.List(fields.String(validate=validate.OneOf(["a", "b"])), validate=validate.Length(max=2))
    learning = Packed(Word(validate=validate.Length(1, 9)), load_default=list)
    skills = Packed(fields.Nested(SkillSchema), load_default=list, validate=validate.Length(max=3))
    spells = fields.List(fields.Nested(SpellSchema), load_default=list)

    @validates_schema
    def agrees(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if data.get("title") == "page":
            raise ValidationError("The whole page is wrong.")


NOT_A_DATE = "The first day must be a real date, with a year of four digits."
FOUR_SKILLS = {f"skills__{number}__{key}": "1" for number in range(4) for key in ("skill", "level")}


def sent(**typed: Any) -> Form:
    source = MultiDict({name.replace("__", "-"): value for name, value in ({"title": "Pay"} | typed).items()})
    return Form(ProjectSchema(), source, labels={"start": "the first day", "skill": "a skill", "level": "a level"})


def test_a_form_shown_for_the_first_time_holds_its_initial_values_and_no_errors() -> None:
    initial = {
        "title": "Pay",
        "starts_on": date(2027, 3, 9),
        "seats": 2,
        "least": 12345678.0,
        "urgent": True,
        "modes": ["a", "b"],
        "skills": [{"skill": "sql", "level": 3}],
    }
    form = Form(ProjectSchema(), initial=initial)
    assert (form.valid, form.submitted, form.errors, form.status) == (False, False, {}, 200)
    assert [form.value(name) for name in ("title", "start-day", "start-month", "start-year")] == [
        "Pay",
        "9",
        "3",
        "2027",
    ]
    assert [form.value(name) for name in ("least", "urgent", "skills-0-level")] == ["12345678", "true", "3"]
    assert form.values("modes") == ["a", "b"]


def test_what_was_typed_means_what_the_schema_loads() -> None:
    form = sent(
        start__day=" 9", start__month="3", start__year="2027", seats="2", modes=["a", "b"], skills__0__skill=" SQL  x ",
        skills__0__level="3", urgent="true", outcome="  ",
    )  # fmt: skip
    assert form.valid
    assert form.data == {
        "title": "Pay", "outcome": "", "starts_on": date(2027, 3, 9), "seats": 2, "modes": ["a", "b"], "urgent": True,
        "learning": [], "skills": [{"skill": "SQL x", "level": 3}], "spells": [],
    }  # fmt: skip


def test_initial_values_come_back_as_they_were() -> None:
    initial = {
        "title": "Pay",
        "starts_on": date(2027, 3, 9),
        "learning": ["a", "b"],
        "skills": [{"skill": "x", "level": 1}],
    }
    shown = Form(ProjectSchema(), initial=initial).typed
    back = Form(ProjectSchema(), MultiDict({name: values for name, values in shown.items() if name != "learning"}))
    assert {name: back.data[name] for name in initial} == initial


@pytest.mark.parametrize(
    ("typed", "name", "sentence"),
    [
        ({"title": " "}, "title", "Enter title."),
        ({"title": "x" * 21}, "title", "Title must be 20 characters or fewer."),
        ({"seats": "two"}, "seats", "Seats must be a whole number."),
        ({"seats": "0"}, "seats", "Seats must be between 1 and 200."),
        ({"most": "6"}, "most", "Most must be 5 or less."),
        ({"least": "1"}, "least", "Least must be 2 or more."),
        ({"least": "nan"}, "least", "Least must be a number."),
        ({"least": "much"}, "least", "Least must be a number."),
        ({"mode": "boat"}, "mode", "Choose mode."),
        ({"email": "me"}, "email", "Enter an email address in the format name@example.org."),
        ({"modes": ["a", "boat"]}, "modes", "Choose modes."),
        ({"modes": ["a", "a", "a"]}, "modes", "Modes: give 2 or fewer."),
        ({"title": "page"}, "", "The whole page is wrong."),
        ({"start__day": "31", "start__month": "2", "start__year": "2027"}, "start", NOT_A_DATE),
        ({"start__day": "3", "start__month": "2", "start__year": "27"}, "start", NOT_A_DATE),
        ({"start__day": "3", "start__month": "2"}, "start", "The first day must include a year."),
        ({"start__year": "2027", "start__month": "2"}, "start", "The first day must include a day."),
        ({"skills__0__level": "3"}, "skills-0-skill", "Enter a skill."),
        ({"skills__0__skill": "x", "skills__0__level": "9"}, "skills-0-level", "A level must be between 1 and 4."),
        (FOUR_SKILLS, "skills", "Skills: give 3 or fewer."),
        ({"spells__0__percent": "13", "spells__0__from": "2027-01-01"}, "spells-0", "Not thirteen."),
        ({"learning__0": "a", "learning__1": "x" * 10}, "learning-1", "Row 2: Learning must be 9 characters or fewer."),
    ],
)
def test_what_is_wrong_is_said_plainly_where_it_is(typed: dict[str, Any], name: str, sentence: str) -> None:
    form = sent(**typed)
    assert form.errors == {name: sentence}
    assert form.error(name) == sentence
    assert (form.valid, form.status) == (False, 422)


def test_a_sentence_of_the_schema_stays() -> None:
    class Own(Schema):
        title = fields.String(required=True, error_messages={"required": "Give it a name."})

    assert Form(Own(), MultiDict()).errors == {"title": "Give it a name."}


def test_the_row_is_named_where_there_are_several() -> None:
    form = sent(skills__0__skill="x", skills__0__level="1", skills__1__skill="y")
    assert form.errors == {"skills-1-level": "Row 2: Enter a level."}


@pytest.mark.parametrize(
    ("name", "typed", "anchor"),
    [
        ("title", {}, "title"),
        ("", {}, "main-content"),
        ("start", {}, "start-day"),
        ("start", {"start__day": "1", "start__year": "2027"}, "start-month"),
        ("skills", {}, "skills-0-skill"),
        ("skills-1", {}, "skills-1-skill"),
        ("skills-1-level", {}, "skills-1-level"),
        ("spells", {}, "spells-0-from-day"),
        ("spells-2-from", {}, "spells-2-from-day"),
        ("spells-2", {}, "spells-2-from-day"),
        ("learning", {"learning__0": "x"}, "learning-0"),
        ("modes", {"modes": ["x"]}, "modes"),
    ],
)
def test_an_error_leads_to_an_input(name: str, typed: dict[str, Any], anchor: str) -> None:
    assert sent(**typed).anchor(name) == anchor


def test_blank_rows_are_dropped_and_errors_stay_with_their_rows() -> None:
    form = sent(
        skills__0__skill="", skills__0__level="", skills__1__skill="x", skills__4__skill="y", skills__4__level="2"
    )
    assert form.errors == {"skills-0-level": "Row 1: Enter a level."}
    assert [form.value(f"skills-{number}-skill") for number in form.rows("skills")] == ["x", "y"]


def test_add_and_remove_work_by_buttons_and_say_nothing_is_wrong_yet() -> None:
    form = sent(title="", skills__0__skill="x", skills__1__skill="", skills__2__skill="z", rows="add:skills")
    assert (form.valid, form.errors, form.status) == (False, {}, 200)
    assert list(form.rows("skills")) == [0, 1, 2, 3]
    form = sent(title="", skills__0__skill="x", skills__1__skill="", skills__2__skill="z", rows="remove:skills-1")
    assert [form.value(f"skills-{number}-skill") for number in form.rows("skills")] == ["x", "z"]
    assert form.errors == {}


def test_a_view_may_add_and_remove_rows_itself() -> None:
    form = sent(skills__0__skill="", skills__1__skill="y", skills__2__skill="z")
    form.remove_row("skills", 1)
    assert [form.value(f"skills-{number}-skill") for number in form.rows("skills")] == ["", "z"]
    form.add_row("skills")
    assert list(form.rows("skills")) == [0, 1, 2]


@pytest.mark.parametrize(
    "value", ["", "add:", "remove:skills", "remove:skills-99999", "drop:skills", "add:nothing", "\x00"]
)
def test_a_button_nobody_made_does_no_harm(value: str) -> None:
    assert sent(rows=value).errors == {}


def test_rows_are_bounded() -> None:
    form = sent(**{f"learning__{number}": "x" for number in range(300)})
    assert len(form.rows("learning")) == flat.MOST_ROWS
    assert list(sent(learning__9999="x").rows("learning")) == [0]


def test_meaning_is_refused_while_something_is_wrong_and_the_page_is_shown_again() -> None:
    form = sent(seats="two")
    with pytest.raises(Unread):
        _ = form.data
    with form.refusals():
        pytest.fail(f"not reached: {form.data['seats']}")
    assert (form.status, form.errors) == (422, {"seats": "Seats must be a whole number."})
    assert form.understood["title"] == "Pay"


def test_a_refusal_of_the_rules_becomes_an_error_with_its_status() -> None:
    form = sent()
    with form.refusals():
        raise Conflict("Somebody changed it.", field="title")
    assert (form.status, form.errors, form.value("title")) == (409, {"title": "Somebody changed it."}, "Pay")


def test_other_exceptions_pass() -> None:
    with pytest.raises(ZeroDivisionError), sent().refusals():
        _ = 1 / 0


class FileSchema(Schema):
    file = Upload(required=True, most_bytes=10, suffixes=(".csv",))


@pytest.mark.parametrize(
    ("name", "content", "errors"),
    [
        ("a.CSV", b"a,b", {}),
        ("", b"", {"file": "Choose file."}),
        ("a.csv", b"", {"file": "The file is empty."}),
        ("a.csv", b"x" * 11, {"file": "The file must be 10 bytes or smaller."}),
        ("a.exe", b"x", {"file": "The file must be one of: .csv."}),
    ],
)
def test_a_file_is_read_up_to_its_limit(name: str, content: bytes, errors: dict[str, str]) -> None:
    form = Form(FileSchema(), MultiDict(), files=MultiDict({"file": FileStorage(BytesIO(content), name)}))
    assert form.errors == errors
    if not errors:
        assert (form.data["file"].name, form.data["file"].content) == (name, content)


PARTS = (
    "title",
    "start",
    "skills",
    "learning",
    "spells",
    "modes",
    "rows",
    "0",
    "7",
    "day",
    "year",
    "skill",
    "from",
    "",
)
NAMES = st.lists(st.sampled_from(PARTS), min_size=1, max_size=4).map("-".join)


@given(st.dictionaries(NAMES | st.text(max_size=12), st.lists(st.text(max_size=8), min_size=1, max_size=3), max_size=8))
def test_no_input_breaks_a_form_and_every_error_leads_somewhere(typed: dict[str, list[str]]) -> None:
    form = Form(ProjectSchema(), MultiDict(typed))
    assert form.valid == (form.submitted and not form.errors)
    for name in form.errors:
        assert form.anchor(name)


@pytest.mark.parametrize(("typed", "meant"), [("10,000", 10000), ("1,234,567", 1234567), ("10000", 10000), (" 2 ", 2)])
def test_whole_numbers_may_part_their_thousands(typed: str, meant: int) -> None:
    form = Form(Schema.from_dict({"limit": fields.Integer(required=True)})(), MultiDict({"limit": typed}))
    assert form.data == {"limit": meant}
    assert form.value("limit") == typed


@pytest.mark.parametrize("typed", ["1,00", "10,0000", ",100", "1.000", "10 000"])
def test_other_marks_are_no_thousands(typed: str) -> None:
    form = Form(Schema.from_dict({"limit": fields.Integer(required=True)})(), MultiDict({"limit": typed}))
    assert not form.valid
