"""Workbooks that leave the import: the template to fill in, and the uploaded rows with what became of each."""

import json
import tempfile
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from portal.core import files
from portal.core.actor import Actor
from portal.core.models import StoredFile
from portal.kit import days
from portal.kit.sheets_read import Row, open_book
from portal.kit.sheets_write import write_result, write_template
from portal.registry.imports.reading import tables_of
from portal.registry.imports.spec import Importer
from portal.registry.models import ImportBatch, ImportRow

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ROWS = 5000


def template(importer: Importer) -> Any:
    """The empty workbook, as an open file."""
    target = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 - the response closes it
    lines = [*importer.instructions, *_columns(importer)]
    write_template(
        target, [one.col for one in importer.fields], importer.example, lines, sheet=str(importer.title), rows=_ROWS
    )
    target.seek(0)
    return target


def _columns(importer: Importer) -> Iterator[str]:
    for one in importer.fields:
        duty = _("必填") if one.required else _("选填")
        hint = f"，{one.hint}" if one.hint else ""
        allowed = _("，可填：%(words)s") % {"words": "、".join(one.choices)} if one.choices else ""
        yield f"{one.title}（{duty}{hint}{allowed}）"


def result(batch: ImportBatch, importer: Importer, by: Actor) -> StoredFile:
    """The uploaded rows once more, with what became of each; wrong cells are red. Read again from the stored file."""
    told = {(row.sheet, row.number): row for row in batch.rows.exclude(verdict=ImportRow.Verdict.SAME).iterator()}
    with tempfile.TemporaryFile(suffix=".xlsx") as target:
        with open_book(files.path_of(batch.file), batch.file.name, importer.limits) as book:
            tables, _notes = tables_of(book, importer)
            columns = [one.col for one in importer.fields]
            rows = (_told(row, told, batch) for table in tables for row in table.rows())
            footer = [_("%(who)s %(when)s 取出") % {"who": by, "when": days.short_datetime(days.now())}]
            write_result(target, columns, rows, footer=footer)
        target.seek(0)
        stem = batch.file.name.rpartition(".")[0] or batch.file.name
        return files.keep(target.read(), f"{stem}-处理结果.xlsx", XLSX, by)


def keep_result(batch: ImportBatch, importer: Importer, by: Actor) -> None:
    """Make the workbook and keep it with the batch."""
    batch.result_file = result(batch, importer, by)
    batch.save(update_fields=["result_file"])


def _told(
    row: Row, told: dict[tuple[str, int], ImportRow], batch: ImportBatch
) -> tuple[dict[str, str], dict[str, str]]:
    values = {key: cell.text for key, cell in row.cells.items()}
    verdict = told.get((row.sheet[:60], row.number))
    if verdict is None:
        return values, {"": _("%(place)s 没变") % {"place": f"{row.sheet}!{row.number}"}}
    reasons = {"": f"{verdict} {_words(verdict, batch)}"}
    if verdict.verdict == ImportRow.Verdict.WRONG:
        for _cell, _value, reason, cure, key, _near in json.loads(verdict.payload)["problems"]:
            text = f"{reason}。{cure}" if cure else reason
            reasons[key] = f"{reasons[key]}；{text}" if key in reasons else text
    return values, reasons


_LABELS = {value: str(label) for value, label in ImportRow.Verdict.choices}


def _words(row: ImportRow, batch: ImportBatch) -> str:
    written = batch.state == ImportBatch.State.COMMITTED
    if row.verdict == ImportRow.Verdict.WRONG:
        return _("有错，没入库")
    if row.verdict == ImportRow.Verdict.CONFLICT:
        decided = row.get_decision_display()
        return _("冲突，%(decided)s") % {"decided": decided}
    label = _LABELS[row.verdict]
    return _("%(label)s，已入库") % {"label": label} if written else label
