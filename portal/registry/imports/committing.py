"""Second job of an import: write everything in one transaction, or nothing. And the way back.

Every row is looked up again under lock; one that no longer fits what was shown becomes a
conflict, and nothing is written.
"""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from types import TracebackType
from typing import Any

from django.db import IntegrityError, connection, connections, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from portal.core import trail
from portal.core.actor import Actor
from portal.core.jobs import JobRun
from portal.kit import days
from portal.kit.refusal import Refused
from portal.registry.imports.checking import CHUNK, chunks, encode
from portal.registry.imports.spec import ALL, Found, Importer, Line, Scope
from portal.registry.models import ImportBatch, ImportRow

_NAMED = 5


class Beside:
    """Progress told over a second connection, so that page and heartbeat see it while the transaction is still open."""

    def __init__(self, run: JobRun, total: int, text: str) -> None:
        self.run, self.total, self.text, self.done = run, total, text, 0
        self.pool = ThreadPoolExecutor(1, "import-progress")

    def __enter__(self) -> "Beside":
        self.add(0)
        return self

    def add(self, count: int) -> None:
        self.done += count
        text = f"{self.text} {self.done:,} / {self.total:,} {_('行')}"
        self.pool.submit(self.run.progress, self.done, self.total, text).result()

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        self.pool.submit(connections.close_all)
        self.pool.shutdown()


class Moved(Exception):
    """Rows that no longer match what the preview showed."""

    def __init__(self, rows: list[ImportRow]) -> None:
        super().__init__(len(rows))
        self.rows = rows


def wanted(batch: ImportBatch) -> QuerySet[ImportRow]:
    """The rows that a commit writes, in the order of the file."""
    verdict = Q(verdict__in=[ImportRow.Verdict.NEW, ImportRow.Verdict.CHANGED]) | Q(
        verdict=ImportRow.Verdict.CONFLICT, decision__in=[ImportRow.Decision.TAKE, ImportRow.Decision.KEEP]
    )
    return batch.rows.filter(verdict).order_by("id")


def commit(batch: ImportBatch, importer: Importer, scope: Scope, run: JobRun) -> None:
    """Write the batch. Does nothing when it is committed already: the worker may have died after the commit."""
    try:
        _commit(batch, importer, scope, run)
    except Moved as moved:
        told = {"text": _("核对以后有人改过，请再定一次"), "fields": [ALL]}
        for row in moved.rows:
            payload = json.loads(row.payload)
            payload["conflicts"] = [[told["text"], told["fields"]], *payload.get("conflicts", [])]
            row.payload, row.verdict, row.decision = encode(payload), ImportRow.Verdict.CONFLICT, ""
        store_rows(moved.rows)
        recount(batch)
        raise Refused(
            _("%(n)d 行在核对以后被人改过，一行也没入库。请看转成冲突的行") % {"n": len(moved.rows)}
        ) from None
    except IntegrityError:
        raise Refused(_("刚有人登记了相同的证件号或编号，一行也没入库。请重新校验")) from None


def _commit(batch: ImportBatch, importer: Importer, scope: Scope, run: JobRun) -> None:
    with transaction.atomic():
        batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
        if batch.state == ImportBatch.State.COMMITTED:
            return
        if batch.state != ImportBatch.State.CHECKED:
            raise Refused(_("这次导入已经不在核对了"))
        total = wanted(batch).count()
        with Beside(run, total, _("入库")) as beside:
            written = _write_all(batch, importer, replace(scope, lock=True), beside)
        batch.state, batch.committed_at = ImportBatch.State.COMMITTED, days.now()
        batch.summary = {**batch.summary, "written": written}
        batch.version += 1
        batch.result_file = None  # the one of the check says nothing of what was written
        batch.save(update_fields=["state", "committed_at", "summary", "version", "result_file"])
        change = {"importer": importer.key, "rows": written, "sha256": batch.file.sha256}
        trail.write(scope.by, "import.commit", batch, change=change, name=f"#{batch.pk}")


def _write_all(batch: ImportBatch, importer: Importer, scope: Scope, beside: Beside) -> int:
    look = importer.prepare(scope)
    moved: list[ImportRow] = []
    written = 0
    for rows in chunks(wanted(batch).iterator(chunk_size=CHUNK)):
        lines = [_line(row, importer) for row in rows]
        known = [(line, payload) for line, payload in lines if ALL not in line.kept]
        for (line, payload), found in zip(known, importer.match([one.values for one, _p in known], look), strict=True):
            if _differs(payload, line.row, found):
                moved.append(line.row)
            line.found = found
        if not moved:
            importer.write([line for line, _payload in known], scope.by, look)
            written += sum(1 for line, _payload in known if line.undo)
            _keep_way_back(known)
        beside.add(len(rows))
    if moved:
        raise Moved(moved)
    return written


def _line(row: ImportRow, importer: Importer) -> tuple[Line, dict[str, Any]]:
    payload = json.loads(row.payload)
    kept: set[str] = set()
    if row.decision == ImportRow.Decision.KEEP:
        kept = {name for _text, fields in payload.get("conflicts", ()) for name in fields}
    return Line(row, importer.decode(payload["values"]), Found(), frozenset(kept)), payload


def _differs(payload: dict[str, Any], row: ImportRow, found: Found) -> bool:
    """Whether the portal's side of the row is not what the preview showed."""
    if found.problems:
        return True
    there = found.existing.pk if found.existing is not None else None
    if there != row.target_id:
        return True
    return there is not None and getattr(found.existing, "version", 0) != payload["version"]


def _keep_way_back(lines: list[tuple[Line, dict[str, Any]]]) -> None:
    """What undo needs and the preview said. The values now stand in their own table; the row forgets them."""
    for line, before in lines:
        said = {name: before[name] for name in ("changes", "conflicts") if before.get(name)}
        payload = {**said, "undo": line.undo} if line.undo else said
        line.row.payload = encode(payload) if payload else ""
    store_rows([line.row for line, _before in lines])


_STORE = """
UPDATE registry_importrow AS row SET
    payload = new.payload, target_id = new.target_id, verdict = new.verdict, decision = new.decision
FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::text[], %s::text[])
    AS new(id, payload, target_id, verdict, decision)
WHERE row.id = new.id
"""


def store_rows(rows: list[ImportRow]) -> None:
    """Update many rows at once. What is the same in many of them (a person who is new) is sealed once."""
    seal = cache(ImportRow._meta.get_field("payload").sealer())
    told = [(row.pk, seal(row.payload), row.target_id, row.verdict, row.decision) for row in rows]
    if told:
        with connection.cursor() as cursor:
            cursor.execute(_STORE, [list(column) for column in zip(*told, strict=True)])


def recount(batch: ImportBatch) -> None:
    """Bring the counts on the batch in line with its rows."""
    kept = [name for name in ImportRow.Verdict.values if name != ImportRow.Verdict.SAME]  # those leave no rows
    counts = {name: batch.rows.filter(verdict=name).count() for name in kept}
    batch.summary = {**batch.summary, **counts}
    batch.save(update_fields=["summary"])


# ── the way back ──


def undo(batch: ImportBatch, importer: Importer, by: Actor, run: JobRun) -> None:
    """Take the whole batch back, last row first. Refused, naming them, when rows were changed since."""
    with transaction.atomic():
        batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
        if batch.state == ImportBatch.State.UNDONE:
            return
        if batch.state != ImportBatch.State.COMMITTED:
            raise Refused(_("这一批还没有入库"))
        rows = wanted(batch).filter(target_id__isnull=False).order_by("-id")
        held: list[str] = []
        with Beside(run, rows.count(), _("撤回")) as beside:
            for chunk in chunks(_undoable(rows)):
                held += importer.undo(chunk, by)
                beside.add(len(chunk))
        if held:
            names = "、".join(held[:_NAMED])
            more = _("等 %(n)d 处") % {"n": len(held)} if len(held) > _NAMED else ""
            raise Refused(_("撤不了：%(names)s%(more)s入库以后又改过或用过") % {"names": names, "more": more})
        batch.state = ImportBatch.State.UNDONE
        batch.version += 1
        batch.save(update_fields=["state", "version"])
        trail.write(by, "import.undo", batch, change={"importer": importer.key}, name=f"#{batch.pk}")


def _undoable(rows: QuerySet[ImportRow]) -> Iterator[tuple[ImportRow, dict[str, Any]]]:
    for row in rows.iterator(chunk_size=CHUNK):
        way_back = json.loads(row.payload).get("undo") if row.payload else None
        if way_back:
            yield row, way_back
