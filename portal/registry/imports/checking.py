"""First job of an import: read the file, and for every row say what it would do. Writes nothing but its own rows.

Safe to repeat: it wipes what a worker that died had begun.
"""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _

from portal.core import files
from portal.core.jobs import JobRun
from portal.kit import copying, days
from portal.kit.refusal import Refused
from portal.kit.sheets_read import open_book
from portal.registry.imports.reading import readings, tables_of
from portal.registry.imports.spec import UNCHANGED, Found, Importer, Reading, Scope
from portal.registry.models import ImportBatch, ImportRow

CHUNK = 1000
_JSON = DjangoJSONEncoder(ensure_ascii=False, separators=(",", ":"))


def encode(payload: dict[str, Any]) -> str:
    """A row's payload as JSON, days as ISO text."""
    return _JSON.encode(payload)


def chunks(rows: Iterator[Any], size: int = CHUNK) -> Iterator[list[Any]]:
    """Lists of at most ``size``."""
    while chunk := list(islice(rows, size)):
        yield chunk


def check(batch: ImportBatch, importer: Importer, scope: Scope, run: JobRun) -> None:
    """Read the batch's file into rows with verdicts. A file that cannot be read makes the batch ``broken``."""
    began = time.monotonic()
    decided = _decided(batch)
    ImportRow.objects.filter(batch=batch)._raw_delete(using="default")  # no signals, nothing points at them
    try:
        with open_book(files.path_of(batch.file), batch.file.name, importer.limits) as book:
            summary = _read(batch, importer, scope, run, book, decided)
    except Refused as refusal:
        ImportRow.objects.filter(batch=batch)._raw_delete(using="default")
        _finish(batch, ImportBatch.State.BROKEN, reason=str(refusal))
        return
    if not summary["rows"]:
        _finish(batch, ImportBatch.State.BROKEN, reason=_("表头下面没有数据行"))
        return
    summary["seconds"] = round(time.monotonic() - began, 1)
    _finish(batch, ImportBatch.State.CHECKED, summary={**batch.summary, **summary})


def _finish(batch: ImportBatch, state: str, **fields: Any) -> None:
    """Only an upload that nobody gave up meanwhile goes on."""
    rows = ImportBatch.objects.filter(pk=batch.pk, state=ImportBatch.State.UPLOADED)
    rows.update(state=state, version=batch.version + 1, **fields)


def _decided(batch: ImportBatch) -> dict[tuple[str, int, int | None], str]:
    """Decisions of an earlier check of this file: a second one must not lose what somebody has decided."""
    rows = batch.rows.filter(verdict=ImportRow.Verdict.CONFLICT).exclude(decision=ImportRow.Decision.UNDECIDED)
    return {
        (sheet, number, target): decision
        for sheet, number, target, decision in rows.values_list("sheet", "number", "target_id", "decision")
    }


def _read(
    batch: ImportBatch, importer: Importer, scope: Scope, run: JobRun, book: Any, decided: dict
) -> dict[str, Any]:
    tables, notes = tables_of(book, importer)
    run.progress(0, 0, _("正在数有多少行"), force=True)
    total = sum(book.height(table.sheet) - table.head_row for table in tables)
    look = importer.prepare(scope)
    counts: Counter[str] = Counter()
    done = 0
    for chunk in readings(tables, importer, look):
        rows = judge(importer, chunk, look)
        if decided:
            rows = [_with_decision(row, decided) for row in rows]
        _store(batch, rows)
        counts.update(row.verdict for row in rows)
        counts[ImportRow.Verdict.SAME] += len(chunk) - len(rows)
        counts["cells"] += sum(len(reading.problems) for reading in chunk)
        done += len(chunk)
        run.progress(done, total, _("校验 %(done)s / %(total)s 行") % {"done": f"{done:,}", "total": f"{total:,}"})
    verdicts = {name: counts[name] for name in ImportRow.Verdict.values}
    return {"rows": done, "cells": counts["cells"], "sheets": len(tables), "notes": notes[:20], **verdicts}


def _with_decision(row: "Judged", decided: dict[tuple[str, int, int | None], str]) -> "Judged":
    if row.verdict != ImportRow.Verdict.CONFLICT:
        return row
    return row._replace(decision=decided.get((row.sheet, row.number, row.target_id), ""))


class Judged(NamedTuple):
    """What is kept of a row: the columns of an ``ImportRow``, the payload not yet sealed."""

    sheet: str
    number: int
    name: str
    verdict: str
    decision: str
    target_id: int | None
    payload: str


def _store(batch: ImportBatch, rows: Sequence[Judged]) -> None:
    """By COPY: a roster has two hundred thousand of them."""
    seal = ImportRow._meta.get_field("payload").sealer()
    names = ("batch", *Judged._fields)
    copying.copy_rows(ImportRow, names, ((batch.pk, *row[:-1], seal(row.payload)) for row in rows))


def judge(importer: Importer, chunk: Sequence[Reading], look: Any) -> list[Judged]:
    """Verdicts for a chunk of rows: one look into the database for all of them. A row that is known and changes
    nothing is counted, but leaves no row behind.
    """
    good = [reading for reading in chunk if not reading.problems]
    found = iter(importer.match([reading.values for reading in good], look))
    judged = []
    for reading in chunk:
        one = None if reading.problems else next(found)
        if one is not UNCHANGED and (row := _judged(importer, reading, one)) is not None:
            judged.append(row)
    return judged


def _judged(importer: Importer, reading: Reading, found: Found | None) -> Judged | None:
    for key, reason, cure in found.problems if found else ():
        reading.wrong(key, reason, cure)
    values, there = reading.values, found.existing if found else None
    if reading.problems or found is None:
        verdict, payload = ImportRow.Verdict.WRONG, {"problems": reading.problems}
    else:
        payload = {"values": values, "changes": found.changes, "version": getattr(there, "version", 0)}
        if found.conflicts:
            verdict, payload["conflicts"] = ImportRow.Verdict.CONFLICT, found.conflicts
        elif there is None:
            verdict = ImportRow.Verdict.NEW
        elif found.changes:
            verdict = ImportRow.Verdict.CHANGED
        else:
            return None
    target = there.pk if there is not None else None
    name = importer.label(values)[:120]
    return Judged(reading.sheet[:60], reading.number, name, verdict.value, "", target, encode(payload))


def as_of(batch: ImportBatch) -> Any:
    """The day the sheet tells of: what was changed by hand later is a conflict."""
    return days.parse_date(batch.summary.get("as_of") or days.local(batch.created_at).date())
