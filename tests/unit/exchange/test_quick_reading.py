"""Reading column by column finds right what the schema as a whole finds right, and loads the same."""

from __future__ import annotations

import gc
import random

import pytest

from freeagents.exchange.rows import KINDS, Kind, _Reader
from freeagents.exchange.tables import many_rows, text_of

CELLS = {
    "person_id": ("p1", "'=p", " p 2 ", "", "p\x07", "x" * 101),
    "project_id": ("j1", "", "j" * 100),
    "rank": ("1", "", "0", "first", "99999"),
    "name": ("Ada", "", "x" * 201, "=1+1"),
    "title": ("Needs", "", "x" * 201),
    "email": ("a@example.org", "", "a@", "A@Example.org"),
    "department": ("hmrc", "", "Ministry of Magic"),
    "discipline": ("data", "", "data;design", "x" * 61),
    "grade": ("g7", "", "x" * 41),
    "grade_min": ("heo", ""),
    "grade_max": ("g7", ""),
    "clearance": ("sc", "", "x" * 41),
    "clearance_until": ("2027-02-01", "", "soon"),
    "languages": ("en:C2;fr", "", "en:C2;en:C1", "english", " ; "),
    "places": ("Leeds:40;51.5,-0.12:10", "", "Leeds:far", ":3", "Leeds:-1"),
    "place": ("Leeds", "", "x" * 101),
    "work_modes": ("hybrid;remote", "", "hybrid;home"),
    "work_mode": ("hybrid", "", "home"),
    "seats": ("2", "", "0", "two", "201"),
    "available_from": ("2026-02-01", "", "01/02/2026", "2026-02-30"),
    "available_to": ("2026-03-01", "", "2026-01-01"),
    "start": ("2026-02-01", "", "soon"),
    "end": ("2026-03-01", "", "2026-01-01"),
    "time_percent": ("50", "", "0", "101", "half"),
    "skills": ("user-research:3;agile-working:2", "", "user-research", "user-research:5", "a:1;A:2"),
    "learning": ("user-research", "", "x" * 101),
    "essential": ("user-research:3", "", "user-research:0"),
    "asset": ("agile-working:2", "", "User-Research:3"),
}


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_quick_and_thorough_reading_agree(kind: Kind) -> None:
    chance = random.Random(1)
    right = 0
    for _round in range(40):
        columns = [name for name in kind.columns if name in kind.key or chance.random() < 0.8]
        reader = _Reader(kind, columns, kind.key)
        for _row in range(25):
            # Mostly right cells, so that right rows and rows with one fault come up too.
            record = [chance.choice(CELLS[name]) if chance.random() < 0.2 else CELLS[name][0] for name in columns]
            quick = reader.read(record)
            thorough, wrong = reader.faults(record)
            assert quick == (None if wrong else thorough), record
            right += quick is not None
    assert 100 < right < 900


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_quick_reading_knows_every_check_of_a_row(kind: Kind) -> None:
    asked = [name for name, *_how in kind.schema()._hooks["validates_schema"]]
    assert asked == ([kind.check] if kind.check else [])
    assert not any(kind.schema()._hooks[each] for each in ("pre_load", "post_load", "validates"))


def test_every_column_has_right_cells_here() -> None:
    for kind in KINDS.values():
        assert set(kind.columns) <= CELLS.keys()
        kind.schema().load({name: text_of(CELLS[name][0]) for name in kind.columns})


def test_the_search_for_garbage_goes_on_afterwards() -> None:
    with many_rows():
        assert not gc.isenabled()
    assert gc.isenabled()
