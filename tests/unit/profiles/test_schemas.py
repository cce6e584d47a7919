"""A profile's shape is the same in JSON, in a form and in a cell."""

from __future__ import annotations

from typing import Any

import pytest
from marshmallow import ValidationError

from freeagents.profiles.schemas import OwnProfileSchema, ProfileSchema

PARTIAL = tuple(OwnProfileSchema().fields)


def load(**members: Any) -> dict[str, Any]:
    return ProfileSchema(only=tuple(members)).load(members)


def test_a_cell_and_json_mean_the_same() -> None:
    as_rows = load(
        languages=[{"language": "cy", "letters": "B2"}, {"language": "en"}],
        places=[{"place": "Leeds", "max_km": 40}, {"place": "51.5,-0.12", "max_km": 10}, {"place": "York"}],
        skills=[{"skill": "sql", "level": 3}],
        work_modes=["remote", "hybrid"],
    )
    as_cells = load(
        languages="CY:b2; en",
        places="Leeds:40;51.5,-0.12:10;York",
        skills="sql:3",
        work_modes="remote;hybrid",
    )
    assert as_rows == as_cells


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"languages": "english:B2"}, "languages"),
        ({"languages": "cy:A1;cy:B1"}, "languages"),
        ({"places": "Leeds:-1"}, "places"),
        ({"places": "Leeds:nan"}, "places"),
        ({"places": "Leeds:20101"}, "places"),
        ({"work_modes": ["boat"]}, "work_modes"),
        ({"skills": "sql"}, "skills"),
        ({"skills": "sql:5"}, "skills"),
        ({"skills": [{"skill": f"s{number}", "level": 1} for number in range(61)]}, "skills"),
        ({"about": "x" * 4001}, "about"),
        ({"about": "half a letter \ud800"}, "about"),
        ({"discipline": "half a letter \udfff"}, "discipline"),
        ({"availability": [{"from": "2027-02-01", "to": "2027-01-31"}]}, "availability"),
        ({"availability": [{"from": "2027-02-01", "time_percent": 101}]}, "availability"),
        ({"availability": [{"to": "2027-02-01"}]}, "availability"),
    ],
)
def test_what_cannot_be_is_refused(members: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        load(**members)
    assert list(refusal.value.messages) == [field]  # type: ignore[arg-type]


def test_what_is_not_sent_is_left_out_but_rows_are_whole() -> None:
    schema = OwnProfileSchema(partial=PARTIAL)
    assert schema.load({"skills": [{"skill": "sql", "level": 3}]}) == {
        "skills": [{"skill": "sql", "level": 3, "evidence": "", "last_used": None}]
    }
    with pytest.raises(ValidationError):
        schema.load({"skills": [{"skill": "sql"}]})


def test_nobody_writes_the_own_grade() -> None:
    with pytest.raises(ValidationError):
        OwnProfileSchema().load({"grade": "SCS1"})
