"""The file, sheet by sheet, as rows of the importer's fields."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from django.utils.translation import gettext as _

from portal.kit.refusal import Refused
from portal.kit.sheets_read import Book, Row, SheetError
from portal.kit.sheets_table import LIST_SHEET, Table
from portal.registry.imports.spec import Importer, Reading

_SAID = 5


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


def readings(tables: Sequence[Table], importer: Importer, look: Any) -> Iterator[Reading]:
    """Every data row, read and checked as far as one row can be."""
    for table in tables:
        for row in table.rows():
            yield read_row(row, table.found, importer, look)


def read_row(row: Row, columns: dict[str, int], importer: Importer, look: Any) -> Reading:
    """One row: each cell, then the cells together."""
    reading = Reading(row, columns)
    for one in importer.fields:
        reading.take(one)
    importer.check(reading, look)
    return reading
