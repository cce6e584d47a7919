"""Exchange files as any spreadsheet writes them, and as no spreadsheet runs them."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freeagents.country.pack import load_pack
from freeagents.eligibility.columns import rung_of
from freeagents.exchange.facts import case_of
from freeagents.exchange.rows import KINDS, PEOPLE, PROJECTS, cells, read_rows
from freeagents.exchange.tables import Faults, InputError, guarded, replacing, unguarded, write_table

PLAIN = "person_id,name,skills\np1,Ada,python:2\np2,Zoë,\n"


def read(path, text):
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    faults = Faults()
    rows = read_rows(PEOPLE, path, faults)
    faults.refuse()
    return rows


@pytest.mark.parametrize(
    "text",
    [
        PLAIN.replace("\n", "\r\n"),
        "\ufeff" + PLAIN,
        "\ufeff" + PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\r"),
        PLAIN.rstrip("\n"),
        '"person_id","name","skills"\n"p1","Ada","python:2"\n"p2","Zoë",""\n',
        " person_id , name , skills \n p1 , Ada , python : 2 \n p2 , Zoë ,  \n",
        "skills,name,person_id\npython:2,Ada,p1\n,Zoë,p2\n",
        PLAIN + "\n\n,,\n",
        PLAIN.replace("python:2", "python:2,,").replace("python:2,,", "python:2;;"),
    ],
)
def test_the_same_table_in_other_clothes(tmp_path, text):
    assert [row.data for row in read(tmp_path / "a.csv", text)] == [row.data for row in read(tmp_path / "b.csv", PLAIN)]


@given(st.text())
def test_a_guarded_cell_is_no_formula_and_comes_back(cell):
    assert guarded(cell)[:1] not in {"=", "+", "-", "@", "\t", "\r"}
    assert unguarded(guarded(cell)) == cell


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "'=1", "''=1"])
def test_what_would_run_is_guarded(cell):
    assert guarded(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "'", "O'Neill", "'tis", "1-2"])
def test_other_cells_stay(cell):
    assert guarded(cell) == cell == unguarded(cell)


def test_a_guarded_cell_is_read_without_its_apostrophe(tmp_path):
    target = io.StringIO()
    write_table(target, ("person_id", "places"), [["=p1", "-33.9,18.4:10"]])
    assert target.getvalue() == "person_id,places\n'=p1,\"'-33.9,18.4:10\"\n"
    [row] = read(tmp_path / "a.csv", target.getvalue())
    assert row.data["person_id"] == "=p1"
    assert row.data["places"] == [{"place": "-33.9,18.4", "max_km": 10}]


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_cells_are_what_the_schema_reads(kind, tmp_path):
    full = {
        "people": "p1,Ada,ada@example.org,hmrc,data,G7,SC,2027-06-30,cy:B2:2028-01-31;fr;en::2027-12-31,"
        '"Leeds:40;51.5,-0.12",,2026-01-01,,80,python:2,',
        "projects": "j1,Title,mod,a;b,2,2026-01-01,2026-02-01,50,Leeds,hybrid,HEO,,SC,cy:A1,python:2;agile:1,sql:3",
        "applications": "p1,j1,2",
    }[kind.name]
    path = tmp_path / "file.csv"
    path.write_text(",".join(kind.columns) + "\n" + full + "\n")
    [row] = read_rows(kind, path, Faults()).rows
    target = io.StringIO()
    write_table(target, kind.columns, [cells(kind, row.data)])
    assert target.getvalue() == path.read_text()


def test_nothing_is_replaced_until_all_went_well(tmp_path):
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_text("older")
    with pytest.raises(ZeroDivisionError), replacing(first, second) as (one, _other):
        one.write("newer" * (1 // 0))
    assert first.read_text() == "older"
    assert list(tmp_path.iterdir()) == [first]


def test_files_are_replaced_together(tmp_path):
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_text("older")
    with replacing(first, second) as (one, other):
        one.write("a")
        other.write("b")
    assert (first.read_text(), second.read_text()) == ("a", "b")
    assert sorted(tmp_path.iterdir()) == [first, second]
    assert second.stat().st_mode & 0o600 == 0o600


def test_a_target_that_cannot_be_written(tmp_path):
    with pytest.raises(InputError, match="cannot be written"), replacing(tmp_path / "nowhere" / "a.csv"):
        pass
    with pytest.raises(InputError, match="It cannot be written: Is a directory"), replacing(tmp_path):
        pass


def test_words_no_pack_knows_stay_as_they_are(tmp_path):
    people, projects = tmp_path / "people.csv", tmp_path / "projects.csv"
    people.write_text(
        "person_id,department,grade,clearance,places,skills,learning\n"
        "p1,Ministry of Magic,Wizard,Moonlight,Atlantis:5,Spells:3,Broomsticks\n"
        "p2,HM Revenue & Customs,Grade 7,security check,London,Agile working:3,\n"
    )
    projects.write_text("project_id\nj1\n")
    faults = Faults()
    case = case_of(
        read_rows(PEOPLE, people, faults),
        read_rows(PROJECTS, projects, faults),
        None,
        pack=load_pack("uk"),
        faults=faults,
    )
    people, words = case.people, case.people.words
    assert people.key.tolist() == [b"p1", b"p2"]
    assert [words["home"][code] for code in people.single["home"]] == ["Ministry of Magic", "HM Revenue & Customs"]
    magic, known = (rung_of(words["grade"][code]) for code in people.single["grade"])
    assert (magic.code, magic.is_known, known.code, known.is_known) == ("Wizard", False, "G7", True)
    assert words["clearance"][people.single["clearance"][0]][0] == "Moonlight"
    places = [words["places"][code] for code in people.lists["places"]["word"]]
    assert places[0] == ("Atlantis", None, None)
    assert places[1][0] == "london"
    skills = people.lists["skills"]
    assert [words["skills"][code] for code in skills["word"]] == ["Spells", "agile-working"]
    assert (skills["level"].tolist(), skills.indptr.tolist()) == ([3, 3], [0, 1, 2])
    assert [words["skills"][code] for code in people.lists["learning"]["word"]] == ["Broomsticks"]
