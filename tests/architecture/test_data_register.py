"""Every column of the database is classified in one reviewed file, and the file names nothing else."""

from __future__ import annotations

import csv
from pathlib import Path

import freeagents.country.models
import freeagents.registry  # noqa: F401 - these two import every model
from freeagents.db.base import Base

REGISTER = Path(__file__).parents[2] / "docs/data-register.csv"
CLASSES = {
    "accountability",
    "key",
    "operational",
    "organisational",
    "personal",
    "private",
    "pseudonymous",
    "public",
    "secret",
    "security",
    "sensitive",
}


def rows() -> list[dict[str, str]]:
    with REGISTER.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_column_is_classified_and_nothing_else() -> None:
    registered = [(row["table"], row["column"]) for row in rows()]
    columns = {(table.name, column.name) for table in Base.metadata.tables.values() for column in table.columns}
    assert len(registered) == len(set(registered))
    assert set(registered) == columns


def test_every_row_is_complete() -> None:
    for row in rows():
        assert all(row.values()), row
        assert row["class"] in CLASSES, row
        assert row["in_subject_access"] in {"yes", "no"}, row


def test_what_is_secret_is_never_given_out() -> None:
    assert {row["in_subject_access"] for row in rows() if row["class"] == "secret"} == {"no"}
