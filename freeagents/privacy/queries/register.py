"""The data register: every column of the database, with its class, purpose, retention, and whom it is given to."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[2]
FILES = (PACKAGE / "data-register.csv", PACKAGE.parent / "docs" / "data-register.csv")
"""Inside the package when installed, beside it in a checkout."""


@dataclass(frozen=True, slots=True)
class Column:
    """A row of the register.

    :ivar kind: its class, such as *personal* or *key*.
    :ivar kept: for how long.
    :ivar is_given: whether the person it is about gets it with everything held about them.
    """

    name: str
    kind: str
    purpose: str
    kept: str
    is_given: bool


@cache
def register() -> dict[str, tuple[Column, ...]]:
    """Return table → its columns, in the order of the register."""
    path = next(path for path in FILES if path.exists())
    found: dict[str, list[Column]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            column = Column(
                row["column"], row["class"], row["purpose"], row["retention"], row["in_subject_access"] == "yes"
            )
            found.setdefault(row["table"], []).append(column)
    return {table: tuple(columns) for table, columns in found.items()}
