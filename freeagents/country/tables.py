"""Reading a pack's files cell by cell: every problem is noted with its file, line and column, and reading goes on."""

from __future__ import annotations

import csv
import difflib
import io
import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

Entry = TypeVar("Entry")
Locales = tuple[str, ...]

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._&+-]*")
LISTED_PROBLEMS = 50


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a pack. ``line`` counts from 1 (a table's header is line 1); 0 means the file as a whole."""

    file: str
    line: int
    column: str
    message: str

    def __str__(self) -> str:
        line = f", line {self.line}" if self.line else ""
        column = f", {self.column}" if self.column else ""
        return f"{self.file}{line}{column}: {self.message}"


class PackError(ValueError):
    """A country pack cannot be used; ``problems`` lists everything found wrong with it."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:LISTED_PROBLEMS]]
        more = len(self.problems) - len(lines)
        return "\n".join([*lines, *([f"… and {more} more."] if more else [])])


@dataclass
class Notes:
    """The problems found so far in one pack, named as a reader of the folder would name its files."""

    folder: Path
    problems: list[Problem] = field(default_factory=list)

    def add(self, file: str, line: int, column: str, message: str) -> None:
        """Note one problem."""
        where = f"{self.folder.parent.name}/{self.folder.name}/{file}"
        self.problems.append(Problem(where, line, column, message))

    def read(self, file: str) -> str | None:
        """Return the text of ``file`` (UTF-8, a byte-order mark is fine), or None after noting why not."""
        try:
            return (self.folder / file).read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            self.add(file, 0, "", "The file is missing. A pack needs it.")
        except UnicodeDecodeError as error:
            self.add(file, 0, "", f"Byte {error.start + 1} is not UTF-8. Save the file as UTF-8.")
        except OSError as error:
            self.add(file, 0, "", f"The file cannot be read: {error.strerror}.")
        return None


@dataclass(frozen=True)
class Record:
    """Named values at one line of a file. Each reading method notes what is wrong and returns a harmless value."""

    notes: Notes
    file: str
    line: int
    cells: Mapping[str, Any]
    path: str = ""

    def problem(self, column: str, message: str) -> None:
        """Note a problem in ``column`` of this record."""
        self.notes.add(self.file, self.line, self.path + column, message)

    def text(self, column: str) -> str:
        """Return a text that must not be blank."""
        value = self.optional(column)
        if not value:
            self.problem(column, "Nothing is written here. Write a value.")
        return value

    def optional(self, column: str) -> str:
        """Return a text, stripped; blank when nothing is written."""
        return str(self.cells.get(column) or "").strip()

    def code(self, column: str = "code") -> str:
        """Return a code: letters, digits and ``. _ & + -``, so that it can stand in an exchange file."""
        value = self.text(column)
        if value and not CODE.fullmatch(value):
            self.problem(column, f"{value!r} is not a code. Write letters, digits and . _ & + - only.")
        return value

    def whole(self, column: str, low: int, high: int) -> int:
        """Return a whole number from ``low`` to ``high``; ``low`` when it is not one."""
        value = self.text(column)
        try:
            number = int(value)
        except ValueError:
            if value:
                self.problem(column, f"{value!r} is not a whole number. Write one from {low} to {high}.")
            return low
        if not low <= number <= high:
            self.problem(column, f"{number} is out of range. Write a whole number from {low} to {high}.")
            return low
        return number

    def optional_whole(self, column: str, low: int, high: int) -> int | None:
        """Return a whole number, or None when nothing is written."""
        return self.whole(column, low, high) if self.optional(column) else None

    def number(self, column: str, low: float, high: float) -> float:
        """Return a number from ``low`` to ``high``; ``low`` when it is not one."""
        value = self.text(column)
        try:
            number = float(value)
        except ValueError:
            if value:
                self.problem(column, f"{value!r} is not a number. Write one from {low} to {high}.")
            return low
        if not low <= number <= high:
            self.problem(column, f"{value} is out of range. Write a number from {low} to {high}.")
            return low
        return number

    def truth(self, column: str) -> bool:
        """Return a truth value of a TOML file."""
        value = self.cells.get(column)
        if not isinstance(value, bool):
            self.problem(column, f"{value!r} is neither true nor false. Write true or false.")
        return value is True

    def words(self, column: str, locales: Collection[str], *, required: bool = True) -> dict[str, str]:
        """Return a text in every locale: ``{"en": …}`` of a TOML file, or ``<column>_en …`` of a table."""
        inner = self.cells.get(column)
        if isinstance(inner, Mapping):
            found = {locale: str(inner.get(locale, "")).strip() for locale in locales}
            unknown = [locale for locale in inner if locale not in locales]
            if unknown:
                self.problem(column, f"{unknown[0]!r} is not one of the pack's locales. Add it there or remove it.")
        else:
            found = {locale: self.optional(f"{column}_{locale}") for locale in locales}
        if required or any(found.values()):
            for locale in [locale for locale, text in found.items() if not text]:
                self.problem(f"{column}_{locale}", f"The text in {locale!r} is missing. Write it.")
        return {locale: text for locale, text in found.items() if text}

    def listed(self, column: str) -> tuple[str, ...]:
        """Return the values of a list: a TOML array, or a cell with semicolons."""
        value = self.cells.get(column)
        values = value if isinstance(value, list) else str(value or "").split(";")
        return tuple(str(item).strip() for item in values if str(item).strip())

    def weights(self, column: str) -> dict[str, int]:
        """Return ``word:whole number`` pairs such as ``remote:3;hybrid:5``; numbers from 0 to 1000."""
        pairs: dict[str, int] = {}
        for item in self.listed(column):
            word, _, number = item.rpartition(":")
            if word and number.isdigit() and int(number) <= 1000:
                pairs[word] = int(number)
            else:
                self.problem(column, f"{item!r} is not a pair. Write a word, a colon and a whole number up to 1000.")
        return pairs

    def one_of(self, column: str, known: Collection[str], where: str) -> str:
        """Return a word that must be one of ``known``; ``where`` says which list that is."""
        value = self.text(column)
        if value:
            self.check(column, [value], known, where)
        return value

    def check(self, column: str, words: Collection[str], known: Collection[str], where: str) -> None:
        """Note each of ``words`` that is not ``known``, with the nearest word that is."""
        for word in words:
            if word not in known:
                near = difflib.get_close_matches(word, known, n=1)
                hint = f"Did you mean {near[0]!r}?" if near else f"Write one from {where}."
                self.problem(column, f"{word!r} is not in {where}. {hint}")


def read_table(notes: Notes, file: str, columns: Collection[str]) -> list[Record]:
    """Return the rows of a CSV table with a header; a missing column is noted once, a short or long row each time."""
    text = notes.read(file)
    if text is None:
        return []
    reader = csv.reader(io.StringIO(text), strict=True)
    records: list[Record] = []
    header: list[str] = []
    try:
        header = [name.strip() for name in next(reader, [])]
        for name in [name for name in columns if name not in header]:
            notes.add(file, 1, name, "The column is missing. Add it to the header.")
        for line, row in _numbered(reader):
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(header):
                notes.add(file, line, "", f"The row has {len(row)} cells, the header {len(header)}. Quote commas.")
                continue
            records.append(Record(notes, file, line, dict(zip(header, row, strict=True))))
    except csv.Error as error:
        notes.add(file, reader.line_num, "", f"The row cannot be read: {error}.")
    return records if all(name in header for name in columns) else []


def _numbered(reader: Any) -> Iterator[tuple[int, list[str]]]:
    start = reader.line_num + 1
    for row in reader:
        yield start, row
        start = reader.line_num + 1


def read_settings(notes: Notes, file: str) -> Section | None:
    """Return the values of a TOML file, or None after noting why it cannot be read."""
    text = notes.read(file)
    if text is None:
        return None
    try:
        return Section(notes, file, 0, tomllib.loads(text), source=text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        notes.add(file, int(line[1]) if line else 0, "", f"This is not TOML: {error}.")
        return None


@dataclass(frozen=True)
class Section(Record):
    """A table of a TOML file; its problems point at the line of the key."""

    source: str = ""

    def problem(self, column: str, message: str) -> None:
        """Note a problem, at the line where the key or its section is written."""
        self.notes.add(self.file, self._line_of(column), self.path + column, message)

    def section(self, name: str) -> Section:
        """Return an inner table; a missing one is noted and read as empty."""
        inner = self.cells.get(name)
        if not isinstance(inner, dict):
            self.problem(name, f"The section is missing. Write [{self.path}{name}].")
            inner = {}
        return Section(self.notes, self.file, self._line_of(name), inner, f"{self.path}{name}.", self.source)

    def sections(self, name: str) -> list[Section]:
        """Return the tables of an array ``[[name]]``; a missing or empty one is noted."""
        inner = self.cells.get(name)
        if not isinstance(inner, list) or not inner or not all(isinstance(item, dict) for item in inner):
            self.problem(name, f"The list is missing. Write at least one [[{self.path}{name}]].")
            return []
        starts = [n for n, line in enumerate(self.source.splitlines(), 1) if line.strip() == f"[[{name}]]"]
        lines = starts if len(starts) == len(inner) else [self._line_of(name)] * len(inner)
        return [
            Section(self.notes, self.file, line, item, f"{name}.", self.source)
            for line, item in zip(lines, inner, strict=True)
        ]

    def _line_of(self, key: str) -> int:
        """Return the line of ``key`` at or after this section's own line; that line (or 1) when it is not written."""
        plain = key.partition(".")[0]
        pattern = re.compile(rf"\s*(\[+\s*{re.escape(self.path)}{re.escape(plain)}\s*\]|\"?{re.escape(plain)}\"?\s*=)")
        for number, line in enumerate(self.source.splitlines(), 1):
            if number >= self.line and pattern.match(line):
                return number
        return self.line or 1


def unique(records: Sequence[Record], entry: Callable[[Record, str], Entry]) -> dict[str, Entry]:
    """Return code → entry in file order; a code that stands twice is noted at its second line."""
    entries: dict[str, Entry] = {}
    lines: dict[str, int] = {}
    for record in records:
        code = record.code()
        made = entry(record, code)
        if code in lines:
            record.problem("code", f"{code!r} already stands in line {lines[code]}. Give each row a code of its own.")
        elif code:
            entries[code], lines[code] = made, record.line
    return entries


def columns(locales: Locales, *plain: str, words: tuple[str, ...] = ("name",)) -> tuple[str, ...]:
    """Return the columns a table must have: the plain ones, and each of ``words`` once for every locale."""
    return (*plain, *(f"{word}_{locale}" for word in words for locale in locales))
