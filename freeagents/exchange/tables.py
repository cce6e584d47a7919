"""Exchange files as tables: UTF-8 CSV with a header in, with every fault named by file, line and column; CSV out."""

from __future__ import annotations

import csv
import difflib
import gc
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any, NamedTuple

from flask_babel import gettext as _

from freeagents.country.pack import Problem

LISTED = 200
RUNS_AS_FORMULA = re.compile(r"'*[=+\-@\t\r]")
GUARDED = re.compile(r"'+[=+\-@\t\r]")


class InputError(ValueError):
    """Files cannot be used; ``problems`` lists everything found wrong with them, in order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:LISTED]]
        more = len(self.problems) - len(lines)
        return "\n".join([*lines, *([_("… and %(count)d more.", count=more)] if more else [])])


@contextmanager
def many_rows() -> Iterator[None]:
    """Put off the search for garbage in cycles: rows make none, and it would go through all of them again and again."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


@dataclass
class Faults:
    """What was found wrong so far, in any of the files."""

    problems: list[Problem] = field(default_factory=list)

    def add(self, file: str, line: int, column: str, sentence: str) -> None:
        """Note one fault. Line 0: the file as a whole; a blank column: the row as a whole."""
        self.problems.append(Problem(file, line, column, sentence))

    def refuse(self) -> None:
        """Refuse to go on if anything is wrong.

        :raises InputError: with all faults, by file and line.
        """
        if self.problems:
            order = {file: place for place, file in enumerate(dict.fromkeys(fault.file for fault in self.problems))}
            raise InputError(sorted(self.problems, key=lambda fault: (order[fault.file], fault.line)))


class Line(NamedTuple):
    """A record as it is written, a cell for each column, and the physical line it starts on (the header is line 1)."""

    number: int
    record: Sequence[str]


@dataclass(frozen=True)
class Table:
    """The columns a file has, and its records, read as they are asked for."""

    columns: tuple[str, ...]
    lines: Iterable[Line]


def read_table(path: Path, *, required: Sequence[str], known: Sequence[str], faults: Faults) -> Table:
    """Read a CSV file; blank lines are skipped.

    :param required: columns the header must have; ``known``: all it may have.
    :param faults: takes what is wrong, also while the lines are read. A header without
        a column that is needed, or with one twice, gives no lines.
    """
    before = len(faults.problems)
    records = _records(path, faults)
    first = next(records, None)
    if first is None:
        if len(faults.problems) == before:
            faults.add(str(path), 0, "", _("The file is empty. Its first line must be the header."))
        return Table((), ())
    header = tuple(cell.strip() for cell in first[1])
    if not _header_can_be_read(str(path), header, required, known, faults):
        return Table((), ())
    places = [place for place, name in enumerate(header) if name in known]
    lines = _lines(str(path), header, records, faults)
    if len(places) < len(header):
        lines = (Line(line.number, [line.record[place] for place in places]) for line in lines)
    return Table(tuple(header[place] for place in places), lines)


def _header_can_be_read(
    file: str, header: Sequence[str], required: Sequence[str], known: Sequence[str], faults: Faults
) -> bool:
    """Note what is wrong with a header; return whether rows can be read all the same, past columns nobody knows."""
    readable = True
    if len(header) == 1 and re.search(r"[;\t]", header[0]):
        faults.add(file, 1, "", _("The columns must be separated by commas. Save the file as CSV with commas."))
        return False
    for name in dict.fromkeys(header):
        if header.count(name) > 1:
            faults.add(file, 1, name, _("The column is there twice. Keep one of the two."))
            readable = False
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = (
                _("Did you mean %(name)s?", name=near[0])
                if near
                else _("Remove it, or choose from: %(names)s.", names=", ".join(known))
            )
            faults.add(file, 1, name, _("There is no such column.") + " " + hint)
    for name in required:
        if name not in header:
            faults.add(file, 1, name, _("The column is missing. Add it to the header."))
            readable = False
    return readable


def _lines(
    file: str, header: Sequence[str], records: Iterator[tuple[int, list[str]]], faults: Faults
) -> Iterator[Line]:
    width = len(header)
    for number, record in records:
        if len(record) != width and (len(record) < width or any(cell.strip() for cell in record[width:])):
            sentence = _(
                "The row has %(found)d cells, the header %(width)d. Quote cells that hold commas.",
                found=len(record),
                width=width,
            )
            faults.add(file, number, "", sentence)
            continue
        yield Line(number, record)


def text_of(cell: str) -> str:
    """Return what a cell says: without space around it and without the apostrophe that keeps it from running."""
    return unguarded(cell.strip())


def _records(path: Path, faults: Faults) -> Iterator[tuple[int, list[str]]]:
    """Yield each record that is not blank with the physical line it starts on."""
    start = 1
    try:
        with path.open(encoding="utf-8-sig", newline="") as source:
            reader = csv.reader(source, strict=True)
            try:
                for record in reader:
                    if any(cell.strip() for cell in record):
                        yield start, record
                    start = reader.line_num + 1
            except csv.Error as error:
                faults.add(str(path), start, "", _("The row cannot be read: %(why)s.", why=error))
    except UnicodeDecodeError:
        faults.add(str(path), _line_not_utf8(path), "", _("This is not UTF-8. Save the file as CSV in UTF-8."))
    except OSError as error:
        faults.add(str(path), 0, "", _("The file cannot be read: %(why)s.", why=error.strerror))


def _line_not_utf8(path: Path) -> int:
    with path.open("rb") as source:
        for number, line in enumerate(source, 1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return number
    return 0


def guarded(cell: str) -> str:
    """Return a cell as a spreadsheet shows it and does not run it: an apostrophe before = + - @ tab and return."""
    return f"'{cell}" if RUNS_AS_FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    """Return the cell that :func:`guarded` was given."""
    return cell[1:] if cell.startswith("'") and GUARDED.match(cell) else cell


def write_table(target: IO[str], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write a header and rows as CSV with guarded cells; None is a blank cell. Return how many rows there were."""
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(columns)
    count = 0
    for row in rows:
        writer.writerow(["" if cell is None else guarded(str(cell)) for cell in row])
        count += 1
    return count


@contextmanager
def replacing(*paths: Path) -> Iterator[tuple[IO[str], ...]]:
    """Open files to write beside their targets; only when all went well do they take the targets' names.

    :raises InputError: a target cannot be written.
    """
    with ExitStack() as stack:
        try:
            files = [stack.enter_context(_beside(path)) for path in paths]
        except OSError as error:
            where = str(error.filename or paths[0])
            raise InputError(
                [Problem(where, 0, "", _("It cannot be written: %(why)s.", why=error.strerror))]
            ) from error
        yield tuple(files)
        for file in files:
            file.close()
        for file, path in zip(files, paths, strict=True):
            Path(file.name).replace(path)


@contextmanager
def _beside(path: Path) -> Iterator[IO[str]]:
    if path.is_dir():
        raise IsADirectoryError(21, os.strerror(21), str(path))
    with NamedTemporaryFile(
        "w", dir=path.parent, prefix=f".{path.name}.", delete=False, encoding="utf-8", newline=""
    ) as file:
        try:
            # Such files are made for their owner alone; what replaces the target is as open as any new file.
            os.fchmod(file.fileno(), 0o666 & ~_umask())
            yield file
        finally:
            Path(file.name).unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
