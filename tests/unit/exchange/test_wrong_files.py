"""What is wrong with a file is said at once: file, line, column, what is wrong and what would be right."""

from __future__ import annotations

import pytest

from freeagents.country.pack import load_pack
from freeagents.exchange.facts import case_of
from freeagents.exchange.rows import APPLICATIONS, PEOPLE, PROJECTS, read_rows
from freeagents.exchange.tables import Faults, InputError

PACK = load_pack("uk")


@pytest.fixture
def faults(tmp_path, monkeypatch):
    """Reads files by their text and returns all that is found wrong with them."""
    monkeypatch.chdir(tmp_path)

    def read(people="person_id\np1\n", projects="project_id\nj1\n", applications=None):
        texts = {PEOPLE: people, PROJECTS: projects, APPLICATIONS: applications}
        found = Faults()
        rows = {}
        for kind, text in texts.items():
            path = tmp_path / f"{kind.name}.csv"
            if text is not None:
                path.write_bytes(text if isinstance(text, bytes) else text.encode())
                rows[kind] = read_rows(kind, path.relative_to(tmp_path), found)
        case_of(rows[PEOPLE], rows[PROJECTS], rows.get(APPLICATIONS), pack=PACK, faults=found)
        try:
            found.refuse()
        except InputError as error:
            return str(error).splitlines()
        return []

    return read


@pytest.mark.parametrize(
    ("column", "cell", "sentence"),
    [
        ("email", "ada@", "'ada@': This is not an email address. Write one such as name@example.org."),
        ("available_from", "31/03/2026", "'31/03/2026': This is not a date. Write year-month-day, such as 2026-03-31."),
        ("time_percent", "half", "'half': This is not a whole number. Write one in figures, such as 2."),
        ("time_percent", "0", "'0': Write a number from 1 to 100."),
        ("time_percent", "101", "'101': Write a number from 1 to 100."),
        ("discipline", "x" * 61, f"'{'x' * 61}': This is too long. Write at most 60."),
        ("languages", "cy:Q9", "'Q9' is not a language level. Write one of A1, A2, B1, B2, C1, C2 for each of: "),
        ("languages", "Welsh:B2", "Welsh:B2: Write a language code such as en or fr."),
        ("languages", "cy:B2:soon", "cy:B2:soon: This is not a date. Write year-month-day, such as 2026-03-31."),
        ("clearance_until", "2027-01-31", "No clearance is stated that could end. Name it, or leave this blank."),
        ("languages", "cy:B2;cy:C1", "cy is there twice. Name each language once."),
        ("places", "Leeds:-1", "Leeds:-1: Write the distance in kilometres, from 0 to 20100, such as 40."),
        ("places", "Leeds:near", "Leeds:near: Write the distance in kilometres, from 0 to 20100, such as 40."),
        ("work_modes", "hybrid;beach", "beach: Choose from: on_site, hybrid, remote."),
        ("skills", "python", "python: write the skill and its level, as in user-research-methods:3"),
        ("skills", "python:5", "python:5: A level is a whole number from 1 to 4."),
        ("skills", "python:2;Python:3", "python is there twice. Name each skill once."),
        ("skills", "agile-working:2;Agile working:3", "Agile working is there twice. Name each skill once."),
    ],
)
def test_a_bad_cell_of_a_person(faults, column, cell, sentence):
    [found] = faults(people=f"person_id,{column}\np0,\np1,{cell}\n")
    assert found.startswith(f"people.csv, line 3, {column}: {sentence}")


@pytest.mark.parametrize(
    ("columns", "cells", "sentence"),
    [
        ("seats", "0", "seats: '0': Write a number from 1 to 200."),
        ("seats", "two", "seats: 'two': This is not a whole number. Write one in figures, such as 2."),
        (
            "start,end",
            "2026-03-31,2026-03-01",
            "end: '2026-03-01': The end must be the same as or after the start.",
        ),
        ("work_mode", "sometimes", "work_mode: 'sometimes': Choose from: on_site, hybrid, remote."),
        ("essential", "python:0", "essential: python:0: A level is a whole number from 1 to 4."),
        (
            "essential,asset",
            "python:2,python:3",
            "asset: python: essential already. Name a skill in one of the two lists.",
        ),
        (
            "essential,asset",
            "agile-working:2,Agile working:3",
            "asset: agile-working is essential already. Name it in one of the two lists.",
        ),
        ("grade_min,grade_max", "G7,HEO", "grade_max: The highest grade must be the same as or above the lowest."),
    ],
)
def test_a_bad_cell_of_a_project(faults, columns, cells, sentence):
    assert faults(projects=f"project_id,{columns}\nj1,{cells}\n") == [f"projects.csv, line 2, {sentence}"]


def test_an_end_before_the_start(faults):
    assert faults(people="person_id,available_from,available_to\np1,2026-02-01,2026-01-01\n") == [
        "people.csv, line 2, available_to: '2026-01-01': The last day must be the same as or after available_from."
    ]


def test_applications_name_people_and_projects_of_the_other_files(faults):
    assert faults(applications="person_id,project_id,rank\np1,j1,1\np2,j1,0\np1,j9,\np1,j1,2\n") == [
        "applications.csv, line 3, rank: '0': Write a number from 1 to 1000.",
        "applications.csv, line 4, project_id: j9 is not in projects.csv. Add it there, or remove this row.",
        "applications.csv, line 5, project_id: p1, j1 stands in line 2 already. Keep one of the two rows.",
    ]


def test_an_application_of_a_row_that_is_wrong_itself_is_not_wrong(faults):
    assert faults(people="person_id,email\np1,?\n", applications="person_id,project_id\np1,j1\n") == [
        "people.csv, line 2, email: '?': This is not an email address. Write one such as name@example.org."
    ]


def test_all_bad_rows_of_all_files_are_told_at_once(faults):
    found = faults(
        people="person_id,skills\n,python:1\np1,python\np1,\n", projects="project_id,seats\nj1,x\nj2,1\nj3,y\n"
    )
    assert [line.partition(":")[0] for line in found] == [
        "people.csv, line 2, person_id",
        "people.csv, line 3, skills",
        "people.csv, line 4, person_id",
        "projects.csv, line 2, seats",
        "projects.csv, line 4, seats",
    ]
    assert found[0].endswith("Nothing is written here. Fill it in.")
    assert found[2].endswith("p1 stands in line 3 already. Keep one of the two rows.")


def test_blank_ids_are_blank_and_not_there_twice(faults):
    assert faults(people="person_id,name\n,Ada\n,Grace\n") == [
        f"people.csv, line {line}, person_id: Nothing is written here. Fill it in." for line in (2, 3)
    ]


def test_only_so_many_are_listed(faults):
    rows = "".join(f"p{number},x\n" for number in range(250))
    found = faults(people=f"person_id,time_percent\n{rows}")
    assert len(found) == 201
    assert found[-1] == "… and 50 more."


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("", ["people.csv: The file is empty. Its first line must be the header."]),
        ("\n \n", ["people.csv: The file is empty. Its first line must be the header."]),
        ("name\nAda\n", ["people.csv, line 1, person_id: The column is missing. Add it to the header."]),
        (
            "person_id,skils\np1,\n",
            ["people.csv, line 1, skils: There is no such column. Did you mean skills?"],
        ),
        (
            "person_id,skils,time_percent\np1,,150\np1,,10\n",
            [
                "people.csv, line 1, skils: There is no such column. Did you mean skills?",
                "people.csv, line 2, time_percent: '150': Write a number from 1 to 100.",
                "people.csv, line 3, person_id: p1 stands in line 2 already. Keep one of the two rows.",
            ],
        ),
        (
            "person_id,available_from,available_to,time_percent\np1,2027-02-01,2027-01-01,150\n",
            [
                (
                    "people.csv, line 2, available_to: '2027-01-01': "
                    "The last day must be the same as or after available_from."
                ),
                "people.csv, line 2, time_percent: '150': Write a number from 1 to 100.",
            ],
        ),
        (
            "person_id,name,name\np1,,\n",
            ["people.csv, line 1, name: The column is there twice. Keep one of the two."],
        ),
        (
            "person_id;name\np1;Ada\n",
            ["people.csv, line 1: The columns must be separated by commas. Save the file as CSV with commas."],
        ),
        (
            "person_id,places\np1,51.5,-0.12\n",
            ["people.csv, line 2: The row has 3 cells, the header 2. Quote cells that hold commas."],
        ),
        (
            "person_id,name\np1\n",
            ["people.csv, line 2: The row has 1 cells, the header 2. Quote cells that hold commas."],
        ),
        (
            'person_id,name\np1,"Ada\np2,Grace\n',
            ["people.csv, line 2: The row cannot be read: unexpected end of data."],
        ),
        (
            "person_id,name\np1,Ada\np2,Zoë\n".encode("latin-1"),
            ["people.csv, line 3: This is not UTF-8. Save the file as CSV in UTF-8."],
        ),
        (
            "person_id,name\np1,Ada\n".encode("utf-16"),
            ["people.csv, line 1: This is not UTF-8. Save the file as CSV in UTF-8."],
        ),
    ],
)
def test_a_file_that_is_no_such_table(faults, text, sentences):
    assert faults(people=text) == sentences


def test_lines_are_those_of_the_file(faults):
    found = faults(people='person_id,name,time_percent\n\n\np1,"Ada\nLovelace",x\n\np2,,y\n')
    assert [line.partition(": ")[0] for line in found] == [
        "people.csv, line 4, name",
        "people.csv, line 4, time_percent",
        "people.csv, line 7, time_percent",
    ]


def test_a_file_that_is_not_there(tmp_path):
    found = Faults()
    assert not read_rows(PEOPLE, tmp_path / "nowhere.csv", found).rows
    assert str(found.problems[0]) == f"{tmp_path / 'nowhere.csv'}: The file cannot be read: No such file or directory."
