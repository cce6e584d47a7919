"""A broken pack is refused with file, line, column and reason; everything wrong is said at once."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from freeagents.country.pack import PACK_FOLDERS, PackError, load_pack_from

SHIPPED = next(folder for folder in PACK_FOLDERS if folder.is_dir())
Break = Callable[[Path], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sound pack to break: a copy of the shipped Canadian one."""
    folder = tmp_path / "seed_data" / "canada"
    shutil.copytree(SHIPPED / "canada", folder)
    return folder


def problems(folder: Path) -> list[tuple[str, int, str, str]]:
    with pytest.raises(PackError) as caught:
        load_pack_from(folder)
    return [(p.file.removeprefix("seed_data/canada/"), p.line, p.column, p.message) for p in caught.value.problems]


def edit(folder: Path, file: str, line: int, column: str, value: str) -> None:
    """Put ``value`` into one cell of a table whose cells hold no line breaks."""
    path = folder / file
    with path.open(encoding="utf-8", newline="") as source:
        rows = list(csv.reader(source))
    rows[line - 1][rows[0].index(column)] = value
    with path.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target).writerows(rows)


CELLS = [
    ("grades.csv", 7, "rank", "x", "'x' is not a whole number. Write one from 1 to 99."),
    ("grades.csv", 7, "rank", "0", "0 is out of range. Write a whole number from 1 to 99."),
    ("grades.csv", 3, "rank", "1", "'CR-01' already has rank 1 of ladder 'CR'. Give each its own rank."),
    ("grades.csv", 4, "band", "high", "'high' is not a whole number. Write one from 1 to 99."),
    ("grades.csv", 5, "name_fr", "", "The text in 'fr' is missing. Write it."),
    ("grades.csv", 5, "code", "CR:04", "'CR:04' is not a code. Write letters, digits and . _ & + - only."),
    ("grades.csv", 3, "code", "CR-01", "'CR-01' already stands in line 2. Give each row a code of its own."),
    ("departments.csv", 4, "parent", "nowhere", "'nowhere' is not in departments.csv."),
    ("departments.csv", 4, "parent", "dnd", "'dnd' would be its own parent by way of 'dnd'. Break the circle."),
    ("departments.csv", 4, "kind", "ministry", "'ministry' is not in department, branch."),
    ("departments.csv", 4, "headcount", "-1", "-1 is out of range. Write a whole number from 0 to 10000000."),
    ("places.csv", 2, "latitude", "north", "'north' is not a number. Write one from -90 to 90."),
    ("places.csv", 2, "longitude", "181", "181 is out of range. Write a number from -180 to 180."),
    ("places.csv", 2, "timezone", "America/Torontoo", "Did you mean 'America/Toronto'?"),
    ("places.csv", 2, "region", "ZZ", "'ZZ' is not in regions.csv."),
    ("skills.csv", 9, "discipline", "polcy", "Did you mean 'policy'?"),
    ("skills.csv", 9, "family", "nothing", "'nothing' is not in the families of pack.toml."),
    ("roles.csv", 2, "seniority", "8", "8 is out of range. Write a whole number from 1 to 7."),
    ("roles.csv", 2, "grades", "IT-01;IT-99", "'IT-99' is not in grades.csv."),
    ("role_skills.csv", 2, "skill", "juggling", "'juggling' is not in skills.csv."),
    ("role_skills.csv", 2, "role", "jester", "'jester' is not in roles.csv."),
    ("role_skills.csv", 2, "level", "5", "5 is out of range. Write a whole number from 1 to 4."),
    ("templates.csv", 2, "essential", "juggling:2", "'juggling' is not in skills.csv."),
    ("templates.csv", 2, "essential", "procurement:5", "'procurement' has level 5. Write a whole number from 1 to 4."),
    ("templates.csv", 2, "asset", "user-research-methods:1", "'user-research-methods' is essential already."),
    ("templates.csv", 2, "work_mode", "at sea", "'at sea' is not in on_site, hybrid, remote."),
    ("templates.csv", 2, "time_percent", "0", "0 is out of range. Write a whole number from 1 to 100."),
    ("templates.csv", 2, "outcome_fr", "", "The text in 'fr' is missing. Write it."),
    ("demo/themes.csv", 2, "weeks", "9-3", "This is not a span. Write two whole numbers such as 2-4, up to 104."),
    ("demo/themes.csv", 2, "percents", "50;half", "Write whole numbers from 1 to 100 such as 50;100."),
    ("demo/themes.csv", 2, "work_modes", "remote", "'remote' is not a pair."),
    ("demo/themes.csv", 2, "clearances", "cosmic:1", "'cosmic' is not in the clearances of pack.toml."),
    ("demo/themes.csv", 2, "essential", "juggling", "'juggling' is not in skills.csv."),
    ("demo/themes.csv", 2, "families", "jester", "'jester' is not in the families of roles.csv."),
    ("demo/topics.csv", 2, "departments", "nowhere", "'nowhere' is not in departments.csv."),
    ("demo/regions.csv", 2, "region", "ZZ", "'ZZ' is not in the regions of the pack."),
    ("demo/disciplines.csv", 2, "people", "many", "'many' is not a whole number. Write one from 0 to 10000000."),
]


@pytest.mark.parametrize(("file", "line", "column", "value", "reason"), CELLS)
def test_a_wrong_cell_is_named(folder: Path, file: str, line: int, column: str, value: str, reason: str) -> None:
    edit(folder, file, line, column, value)
    found = [p for p in problems(folder) if p[:3] == (file, line, column)]
    assert found, problems(folder)
    assert reason in found[0][3]


SETTINGS = [
    ("shortest_days = 14", 'shortest_days = "soon"', "rules.shortest_days", "'soon' is not a whole number."),
    ("release_by_default = true", "release_by_default = 1", "rules.release_by_default", "1 is neither true nor false."),
    ("longest_days = 366", "longest_days = 3", "rules.longest_days", "The longest is shorter than the shortest."),
    ('host_signs_at = "EX-01"', 'host_signs_at = "EX-09"', "rules.host_signs_at", "'EX-09' is not in grades.csv."),
    ('country = "CA"', 'country = "XX"', "holidays.country", "'XX' is not in the countries of the holidays library."),
    ('letters = ["A", "B", "C", "E"]', 'letters = ["A", "A"]', "language_scheme.letters", "missing or repeated"),
    ('code = "secret"', 'code = "reliability"', "clearances.code", "'reliability' already stands in line"),
]


@pytest.mark.parametrize(("sound", "broken", "column", "reason"), SETTINGS)
def test_a_wrong_setting_is_named_at_its_line(folder: Path, sound: str, broken: str, column: str, reason: str) -> None:
    path = folder / "pack.toml"
    text = path.read_text(encoding="utf-8")
    assert text.count(sound) == 1
    path.write_text(text.replace(sound, broken), encoding="utf-8")
    line = text[: text.index(sound)].count("\n") + 1
    found = [p for p in problems(folder) if p[:3] == ("pack.toml", line, column)]
    assert found, problems(folder)
    assert reason in found[0][3]


def test_a_branch_without_a_department_is_named(folder: Path) -> None:
    edit(folder, "departments.csv", 4, "kind", "branch")
    branch = "A branch belongs to a department. Write that department's code."
    assert ("departments.csv", 4, "parent", branch) in problems(folder)


def test_a_missing_section_key_or_language_is_named(folder: Path) -> None:
    path = folder / "pack.toml"
    text = path.read_text(encoding="utf-8").replace("[terms]", "[words]").replace('fr = "Débutant"', 'de = "Anfang"')
    path.write_text(text, encoding="utf-8")
    messages = [f"{column}: {message}" for _, _, column, message in problems(folder)]
    assert "terms: The section is missing. Write [terms]." in messages
    assert "levels.1_fr: The text in 'fr' is missing. Write it." in messages
    assert any("'de' is not one of the pack's locales" in message for message in messages)


def test_a_file_that_is_no_toml_says_where(folder: Path) -> None:
    (folder / "pack.toml").write_text('code = "canada"\nlocales = [\n', encoding="utf-8")
    [(file, _, _, message)] = problems(folder)
    assert file == "pack.toml"
    assert "This is not TOML" in message


def test_a_missing_file_and_a_missing_column_are_named(folder: Path) -> None:
    (folder / "regions.csv").unlink()
    path = folder / "skills.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("family", "kin", 1), encoding="utf-8")
    found = problems(folder)
    assert ("regions.csv", 0, "", "The file is missing. A pack needs it.") in found
    assert ("skills.csv", 1, "family", "The column is missing. Add it to the header.") in found


def test_a_row_of_another_length_a_stray_quote_and_bad_bytes_are_named(folder: Path) -> None:
    with (folder / "places.csv").open("a", encoding="utf-8") as places:
        places.write("alert,Alert,Alert,NU\n")
    with (folder / "grades.csv").open("ab") as grades:
        grades.write(b'ZZ-01,ZZ,1,1,"Caf\xe9",x\n')
    with (folder / "skills.csv").open("a", encoding="utf-8") as skills:
        skills.write('"unclosed,x\n')
    found = {(file, message.split(".")[0].split(":")[0]) for file, _, _, message in problems(folder)}
    assert ("places.csv", "The row has 4 cells, the header 8") in found
    assert any(file == "grades.csv" and message.endswith("is not UTF-8") for file, message in found)
    assert ("skills.csv", "The row cannot be read") in found


def test_a_wider_circle_of_departments_is_found_once_for_each_in_it(folder: Path) -> None:
    edit(folder, "departments.csv", 2, "parent", "esdc")
    edit(folder, "departments.csv", 3, "parent", "dnd")
    edit(folder, "departments.csv", 4, "parent", "cra")
    circles = [line for file, line, _, message in problems(folder) if "Break the circle" in message]
    assert circles == [2, 3, 4]


def test_everything_wrong_is_said_at_once_and_reads_as_sentences(folder: Path) -> None:
    edit(folder, "grades.csv", 7, "rank", "x")
    edit(folder, "places.csv", 2, "region", "ZZ")
    with pytest.raises(PackError) as caught:
        load_pack_from(folder)
    lines = str(caught.value).splitlines()
    assert "seed_data/canada/grades.csv, line 7, rank: 'x' is not a whole number. Write one from 1 to 99." in lines
    assert any(line.startswith("seed_data/canada/places.csv, line 2, region: 'ZZ'") for line in lines)


def test_a_thousand_problems_are_counted_not_all_printed(folder: Path) -> None:
    path = folder / "role_skills.csv"
    path.write_text("role,skill,level\n" + "jester,juggling,9\n" * 500, encoding="utf-8")
    with pytest.raises(PackError) as caught:
        load_pack_from(folder)
    assert len(caught.value.problems) > 1000
    assert len(str(caught.value).splitlines()) == 51


def test_windows_line_ends_a_byte_order_mark_and_blank_lines_are_fine(folder: Path) -> None:
    sound = load_pack_from(folder)
    for path in folder.rglob("*.csv"):
        text = path.read_text(encoding="utf-8").replace("\n", "\r\n")
        path.write_bytes(("\ufeff" + text + "\r\n").encode())
    again = load_pack_from(folder)
    assert again.departments == sound.departments
    assert again.demo == sound.demo


def test_a_region_whose_calendar_does_not_exist_is_refused_when_days_are_asked(folder: Path) -> None:
    edit(folder, "regions.csv", 3, "holidays", "ZZ")
    with pytest.raises(PackError, match="ON"):
        _ = load_pack_from(folder).calendars


def test_a_pack_needs_neither_demo_tables_nor_templates(folder: Path) -> None:
    shutil.rmtree(folder / "demo")
    (folder / "templates.csv").unlink()
    assert load_pack_from(folder).demo.themes == ()
    assert load_pack_from(folder).templates == {}


def test_changed_data_changes_the_digest(folder: Path) -> None:
    before = load_pack_from(folder).digest
    edit(folder, "places.csv", 2, "population", "3000000")
    assert load_pack_from(folder).digest != before
