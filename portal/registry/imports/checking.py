"""First job of an import: read the file, and for every row say what it would do. Writes nothing but its own rows.

Safe to repeat: it wipes what a worker that died had begun.
"""

import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _

from portal.core import files
from portal.core.jobs import JobRun
from portal.kit import days
from portal.kit.refusal import Refused
from portal.kit.sheets_read import open_book
from portal.registry.imports.reading import readings, tables_of
from portal.registry.imports.spec import Found, Importer, Problem, Reading, Scope
from portal.registry.models import ImportBatch, ImportRow

CHUNK = 1000


def encode(payload: dict[str, Any]) -> str:
    """A row's payload as JSON, days as ISO text."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":"), cls=DjangoJSONEncoder)


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
        with open_book(files.path_of(batch.file), batch.file.name) as book:
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
    total = sum(1 for table in tables for _row in table.rows())
    look = importer.prepare(scope)
    counts: Counter[str] = Counter()
    done = 0
    for chunk in chunks(readings(tables, importer, look)):
        rows = judge(batch, importer, chunk, look)
        for row in rows if decided else ():
            if row.verdict == ImportRow.Verdict.CONFLICT:
                row.decision = decided.get((row.sheet, row.number, row.target_id), "")
        ImportRow.objects.bulk_create(rows, batch_size=CHUNK)
        counts.update(row.verdict for row in rows)
        counts["cells"] += sum(len(reading.problems) for reading in chunk)
        done += len(rows)
        run.progress(done, total, _("校验 %(done)s / %(total)s 行") % {"done": f"{done:,}", "total": f"{total:,}"})
    verdicts = {name: counts[name] for name in ImportRow.Verdict.values}
    return {"rows": done, "cells": counts["cells"], "sheets": len(tables), "notes": notes[:20], **verdicts}


def judge(batch: ImportBatch, importer: Importer, chunk: Sequence[Reading], look: Any) -> list[ImportRow]:
    """Verdicts for a chunk of rows: one look into the database for all of them."""
    good = [reading for reading in chunk if not reading.problems]
    found = dict(zip(map(id, good), importer.match([reading.values for reading in good], look), strict=True))
    return [_row(batch, importer, reading, found.get(id(reading))) for reading in chunk]


def _row(batch: ImportBatch, importer: Importer, reading: Reading, found: Found | None) -> ImportRow:
    for key, reason, cure in found.problems if found else ():
        reading.wrong(key, reason, cure)
    verdict, payload = _verdict(reading.values, reading.problems, found)
    return ImportRow(
        batch=batch,
        sheet=reading.row.sheet[:60],
        number=reading.row.number,
        name=importer.label(reading.values)[:120],
        verdict=verdict,
        target_id=found.existing.pk if found and found.existing else None,
        payload=encode(payload) if payload else "",
    )


def _verdict(values: dict, problems: list[Problem], found: Found | None) -> tuple[str, dict[str, Any]]:
    if problems or found is None:
        return ImportRow.Verdict.WRONG, {"problems": problems}
    version = getattr(found.existing, "version", 0)
    payload = {"values": values, "changes": found.changes, "version": version}
    if found.conflicts:
        return ImportRow.Verdict.CONFLICT, {**payload, "conflicts": found.conflicts}
    if found.existing is None:
        return ImportRow.Verdict.NEW, payload
    # a row that changes nothing keeps no copy of anybody's data
    return (ImportRow.Verdict.CHANGED, payload) if found.changes else (ImportRow.Verdict.SAME, {})


def as_of(batch: ImportBatch) -> Any:
    """The day the sheet tells of: what was changed by hand later is a conflict."""
    return days.parse_date(batch.summary.get("as_of") or days.local(batch.created_at).date())
