"""The bare counterparts of an import and an export: calamine + COPY, and XlsxWriter in constant-memory mode.

`python sheets_bare.py POSTMASTER import DATABASE FILE` or `… export FILE`; prints what each step took as JSON.
"""

import io
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path.cwd()))

import psycopg2
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from portal.ops.bench.usage import Spending

_TABLE = """
CREATE TABLE person (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, unit text NOT NULL, name text NOT NULL,
    document_number text NOT NULL UNIQUE, sex text NOT NULL, birth_date date, hired_on date, joined_on date,
    phone text NOT NULL, more jsonb NOT NULL, updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON person (unit, name, id);
"""
_TAKE_IN = """
INSERT INTO person (unit, name, document_number, sex, birth_date, hired_on, joined_on, phone, more)
SELECT c1, c0, c3, c4, nullif(c5, '')::date, nullif(c11, '')::date, nullif(c12, '')::date, c13,
    jsonb_build_object('politics', c6, 'title', c7, 'position', c8, 'rank', c9, 'personnel', c10, 'card', c14)
FROM staged
ON CONFLICT (document_number) DO UPDATE SET
    unit = excluded.unit, name = excluded.name, sex = excluded.sex, birth_date = excluded.birth_date,
    hired_on = excluded.hired_on, joined_on = excluded.joined_on, phone = excluded.phone, more = excluded.more
WHERE (person.unit, person.name, person.sex, person.birth_date, person.hired_on, person.joined_on, person.phone,
    person.more) IS DISTINCT FROM (excluded.unit, excluded.name, excluded.sex, excluded.birth_date, excluded.hired_on,
    excluded.joined_on, excluded.phone, excluded.more)
"""


class _Lines(io.RawIOBase):
    """Lines for COPY, a piece at a time."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.lines, self.left = lines, b""

    def read(self, size: int = -1) -> bytes:
        pieces, length = [self.left], len(self.left)
        while length < size:
            line = next(self.lines, None)
            if line is None:
                break
            pieces.append(line.encode())
            length += len(pieces[-1])
        whole = b"".join(pieces)
        self.left = whole[size:]
        return whole[:size]


def take_in(connection: "psycopg2.extensions.connection", path: str) -> int:
    """The file into the table; returns how many rows were written."""
    with connection.cursor() as cursor, CalamineWorkbook.from_path(path) as book:
        rows = book.get_sheet_by_index(0).iter_rows()
        width = len(next(rows))
        cursor.execute(f"CREATE UNLOGGED TABLE staged ({', '.join(f'c{n} text' for n in range(width))})")
        lines = ("\t".join(map(str, row)) + "\n" for row in rows)
        cursor.copy_expert("COPY staged FROM STDIN", _Lines(lines), 1 << 18)
        cursor.execute(_TAKE_IN)
        written = cursor.rowcount
        cursor.execute("DROP TABLE staged")
        connection.commit()
        return written


def importing(spending: Spending, url: str, path: str) -> dict:
    """The first time, and the same file once more."""
    found = {}
    connection = psycopg2.connect(url)
    with connection.cursor() as cursor:
        cursor.execute(_TABLE)
    connection.commit()
    for name in ("first", "same"):
        with spending:
            written = take_in(connection, path)
        found[name] = {**spending.figures(), "rows": written}
    return found


def exporting(spending: Spending, path: str) -> dict:
    """The cells of a workbook of ours, written once more."""
    with CalamineWorkbook.from_path(path) as book:
        rows = book.get_sheet_by_index(0).to_python()
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as target, spending:
        options = {"constant_memory": True, "default_date_format": "yyyy-mm-dd hh:mm"}
        with Workbook(target.name, options) as book:
            page = book.add_worksheet()
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
    return {**spending.figures(), "rows": len(rows) - 1, "columns": len(rows[0])}


if __name__ == "__main__":
    clock = Spending(int(sys.argv[1]))
    told = {"import": importing, "export": exporting}[sys.argv[2]](clock, *sys.argv[3:])
    sys.stdout.write(json.dumps(told) + "\n")
