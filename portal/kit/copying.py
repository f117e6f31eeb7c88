"""Rows into a table by COPY: the quick way in for thousands of rows whose values are known.

Constraints, foreign keys and triggers hold as for any other insert. What a column's default says is filled in, so that
a new column of the model needs no word here; sealed columns take values that are sealed already.
"""

import datetime
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models

_JSON = json.JSONEncoder(ensure_ascii=False, default=str)
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})

_PLAIN: dict[type, Callable[[Any], str]] = {
    type(None): lambda _value: "\\N", bool: lambda value: "t" if value else "f", int: str,
    datetime.date: datetime.date.isoformat, datetime.datetime: datetime.datetime.isoformat,
}  # fmt: skip


def cell(value: Any) -> str:
    """One value as COPY's text format writes it."""
    write = _PLAIN.get(type(value))
    if write is not None:
        return write(value)
    if isinstance(value, str):
        special = "\\" in value or "\t" in value or "\n" in value or "\r" in value
        return value.translate(_ESCAPES) if special else value
    if isinstance(value, dict | list):
        return _JSON.encode(value).translate(_ESCAPES)
    return str(value)


def lines(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Rows as lines of COPY's text format."""
    for row in rows:
        line = "\t".join([value if type(value) is str else cell(value) for value in row])
        # most rows need no escape; a backslash stands in them for each NULL only
        if line.count("\t") >= len(row) or line.count("\\") > row.count(None) or "\n" in line or "\r" in line:
            line = "\t".join(map(cell, row))
        yield f"{line}\n"


class _Reader(io.RawIOBase):
    """What psycopg2 reads from: the lines, gathered into pieces."""

    def __init__(self, source: Iterator[str]) -> None:
        self.source, self.left = source, b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        pieces, length = [self.left], len(self.left)
        while length < size or size < 0:
            line = next(self.source, None)
            if line is None:
                break
            pieces.append(line.encode())
            length += len(pieces[-1])
        whole = b"".join(pieces)
        size = length if size < 0 else size
        self.left = whole[size:]
        return whole[:size]


def columns(model: type[models.Model], names: Sequence[str]) -> tuple[list[models.Field], str]:
    """The fields called ``names``, then those left out that have a default, and their values as the end of a line."""
    fields = [model._meta.get_field(name) for name in names]
    others = [
        one for one in model._meta.concrete_fields
        if one not in fields and not one.primary_key and one.has_default() and not one.generated
    ]  # fmt: skip
    blank = [
        one for one in model._meta.concrete_fields
        if one not in fields and one not in others and not one.null and one.empty_strings_allowed
        and not one.has_db_default() and one.get_internal_type() in ("CharField", "TextField")
    ]  # fmt: skip
    tail = [*(cell(one.get_default()) for one in others), *("" for _one in blank)]
    return [*fields, *others, *blank], "".join(f"\t{value}" for value in tail)


def copy_lines(model: type[models.Model], names: Sequence[str], source: Iterable[str]) -> None:
    """COPY text of whole lines that hold the named columns; defaults of the other columns are added to each line."""
    fields, tail = columns(model, names)
    quoted = ", ".join(connection.ops.quote_name(one.column) for one in fields)
    statement = f"COPY {connection.ops.quote_name(model._meta.db_table)} ({quoted}) FROM STDIN"
    whole = (text.replace("\n", f"{tail}\n") for text in source)
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(statement, _Reader(whole), 1 << 18)  # nosec B608 # names of the model


def copy_rows(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """COPY rows of values in the order of ``names``."""
    copy_lines(model, names, lines(rows))


def reserve(model: type[models.Model], count: int) -> list[int]:
    """Ids for rows that are about to come in; nobody else gets them."""
    with connection.cursor() as cursor:
        table, column = model._meta.db_table, model._meta.pk.column
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)", [f'"{table}"', column, count]
        )
        return [one for (one,) in cursor.fetchall()]


def advance(*tables: type[models.Model]) -> None:
    """After rows with ids of their own: the next id is one nobody has."""
    with connection.cursor() as cursor:
        for model in tables:
            for statement in connection.ops.sequence_reset_sql(no_style(), [model]):
                cursor.execute(statement)
