"""Many rows at once as numpy columns: read as arrays that the database gathers, written by COPY."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection, sql
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.pq import Format
from psycopg.types.json import Jsonb
from sqlalchemy import Select

from freeagents.db.base import AnySession

Array = NDArray[Any]

INT4_ARRAY, FLOAT8_ARRAY = 1007, 1022  # the numbers PostgreSQL gives these types
ARRAY_HEAD = struct.Struct("!iiI")
FIRST_ITEM = 20
"""Where the items of an array of one dimension begin, in PostgreSQL's binary form."""
COPY_HEAD, COPY_END = b"PGCOPY\n\xff\r\n\x00" + bytes(8), b"\xff\xff"
ROWS_AT_ONCE = 65_536


class _ArrayLoader(Loader):
    """Reads an array of numbers without a step for each; blanks are refused."""

    format = Format.BINARY
    item = ">i4"

    def load(self, data: Buffer) -> Array:
        dimensions, has_blanks, _oid = ARRAY_HEAD.unpack_from(data)
        if has_blanks:
            raise ValueError("an array that is read in bulk has a blank item")
        if not dimensions:
            return np.zeros(0, dtype=self.item[1:])
        items = np.frombuffer(data, [("size", ">i4"), ("value", self.item)], offset=FIRST_ITEM)
        return items["value"].astype(self.item[1:])


class _RealArrayLoader(_ArrayLoader):
    item = ">f8"


def read(session: AnySession, query: Select[*tuple[Any, ...]], *, memory: str | None = None) -> list[tuple[Any, ...]]:
    """Return the rows of a query; arrays of whole numbers (``int4[]``) and reals (``float8[]``) as numpy arrays.

    :param memory: how much the database may use for gathering, in place of its usual, until the transaction ends.
    :raises ValueError: such an array has a blank item.
    """
    compiled = query.compile(dialect=session.connection().dialect, compile_kwargs={"render_postcompile": True})
    with _connection(session).cursor(binary=True) as cursor:
        cursor.adapters.register_loader(INT4_ARRAY, _ArrayLoader)
        cursor.adapters.register_loader(FLOAT8_ARRAY, _RealArrayLoader)
        if memory:
            cursor.execute(sql.SQL("SET LOCAL work_mem = {}").format(sql.Literal(memory)))
        cursor.execute(compiled.string, compiled.params)
        return cursor.fetchall()


def write(session: AnySession, table: str, columns: Mapping[str, Array]) -> None:
    """Add rows to a table, given as columns of whole numbers: ``i2``, ``i4`` or ``i8`` as the table has them."""
    copying = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with _connection(session).cursor() as cursor, cursor.copy(copying) as copy:
        copy.write(COPY_HEAD)
        for rows in _packed(list(columns.values())):
            copy.write(rows)
        copy.write(COPY_END)


def write_rows(session: AnySession, table: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
    """Add rows to a table one after the other; nothing is asked back.

    :param columns: name → type, such as ``int4`` or ``jsonb``, for which dictionaries and lists may stand.
    """
    copying = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with _connection(session).cursor() as cursor, cursor.copy(copying) as copy:
        copy.set_types(list(columns.values()))
        for row in rows:
            copy.write_row([Jsonb(value) if isinstance(value, dict | list) else value for value in row])


def _packed(columns: Sequence[Array]) -> Iterator[bytes]:
    """Yield rows in the binary form of COPY: how many columns, then the length and the value of each."""
    form = [("count", ">i2")]
    for number, column in enumerate(columns):
        form += [(f"size_{number}", ">i4"), (f"value_{number}", column.dtype.newbyteorder(">").str)]
    for start in range(0, len(columns[0]), ROWS_AT_ONCE):
        some = [column[start : start + ROWS_AT_ONCE] for column in columns]
        rows = np.empty(len(some[0]), dtype=form)
        rows["count"] = len(columns)
        for number, values in enumerate(some):
            rows[f"size_{number}"], rows[f"value_{number}"] = values.dtype.itemsize, values
        yield rows.tobytes()


def _connection(session: AnySession) -> Connection[Any]:
    """Return the driver's connection of the session's transaction."""
    driver: Any = session.connection().connection.driver_connection
    found: Connection[Any] = driver
    return found
