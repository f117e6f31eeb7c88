"""The file, sheet by sheet, as rows of the importer's fields."""

import datetime
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Any

from django.utils.translation import gettext as _

from portal.kit.refusal import Refused
from portal.kit.sheets_cells import read_cell
from portal.kit.sheets_guard import Limits
from portal.kit.sheets_read import Book, SheetError
from portal.kit.sheets_table import LIST_SHEET, Table
from portal.registry.imports.spec import Field, Importer, Reading

_SAID = 5
PIECE = 1000
DOUBTFUL, _UNSEEN = object(), object()
_LASTING = frozenset({str, datetime.date, datetime.datetime})
#: Meanings of a column that are remembered; a column of names has many, and they must not fill the memory.
_KEPT = 50_000


def tables_of(book: Book, importer: Importer) -> tuple[list[Table], list[str]]:
    """Every visible sheet that has the importer's heads, and what to tell about the file. Raises for wrong heads."""
    best = book.table(importer.columns)
    tables = []
    skipped = []
    for info in book.sheets:
        if not info.visible or info.name == LIST_SHEET:
            continue
        try:
            # the limits were tried on the first rows of all sheets just now: what fails here has no heads of ours
            tables.append(best if info.name == best.sheet else book.table(importer.columns, info.name))
        except SheetError:
            skipped.append(info.name)
    _refuse_heads(tables)
    notes = [*book.notes, *chain.from_iterable(_about(table, len(tables)) for table in tables)]
    skipped = [name for name in skipped if name != _("填写说明")]
    if skipped:
        notes.append(_("没有读工作表“%(names)s”，里面没有要的表头") % {"names": "”“".join(skipped[:_SAID])})
    return tables, notes


def _about(table: Table, count: int) -> list[str]:
    return [f"{table.sheet}：{note}" if count > 1 else note for note in table.notes if not note.startswith(_("只读了"))]


def _refuse_heads(tables: Sequence[Table]) -> None:
    problems = [problem for table in tables for problem in table.problems]
    if problems:
        raise Refused("；".join(f"{one.sheet}!{one.cell} {one.message}" for one in problems[:_SAID]))


class Reader:
    """One column of a sheet. What a cell means is worked out once for all cells of the same content."""

    def __init__(self, field: Field, column: int) -> None:
        self.field, self.column = field, column
        self.known: dict[Any, Any] = {"": None}

    def values(self, raw: list[tuple[int, list[Any], int]], limits: Limits) -> list[Any]:
        """The value of each row's cell: None for a blank one, DOUBTFUL for one that has to be looked at."""
        known, plain, at = self.known, self.field.plain, self.column
        cells = [values[at - first] if 0 <= at - first < len(values) else "" for _number, values, first in raw]
        if plain is not None:
            found = [cell if type(cell) is str and plain(cell) else known.get(cell, _UNSEEN) for cell in cells]
        else:
            found = [known.get(cell, _UNSEEN) for cell in cells]
        for n, value in enumerate(found):
            if value is _UNSEEN:
                cell = cells[n]
                found[n] = value = known[cell] if cell in known else self._read(cell, raw[n][0], limits)
                # not a number, not a truth: equal ones may be of different kinds
                if type(cell) in _LASTING and len(known) < _KEPT and value is not DOUBTFUL:
                    known[cell] = value
        return found

    def _read(self, value: Any, number: int, limits: Limits) -> Any:
        cell = read_cell(value, self.column, number, limits)
        if cell is None:
            return None
        try:
            return self.field.read(cell)
        except Refused:
            return DOUBTFUL


def readings(tables: Sequence[Table], importer: Importer, look: Any) -> Iterator[list[Reading]]:
    """Every data row, read and checked as far as one row can be, a piece of them at a time."""
    for table in tables:
        columns = [Reader(one, table.found[one.key]) for one in importer.fields if one.key in table.found]
        rows = table.raw()
        while raw := list(islice(rows, PIECE)):
            if piece := [one for one in read_piece(table, raw, columns) if one.values or one.row.cells]:
                for reading in piece:
                    importer.check(reading, look)
                yield piece


def read_piece(table: Table, raw: list[tuple[int, list[Any], int]], columns: Sequence[Reader]) -> list[Reading]:
    """Rows of one piece column by column, so that each column is read by what it has seen before."""
    found = [Reading(table, row) for row in raw]
    read = [(one.field.key, one.field, one.values(raw, table.book.limits)) for one in columns]
    for n, reading in enumerate(found):
        values = reading.values
        for key, field, column in read:
            value = column[n]
            if value is DOUBTFUL or (value is None and field.required):
                reading.take(field)
            elif value is not None:
                values[key] = value
    return found
