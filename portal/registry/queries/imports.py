"""What the preview of an import shows: counts, decisions, and each kind of row page by page."""

import json
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from portal.registry.models import ImportBatch, ImportRow

Verdict, Decision = ImportRow.Verdict, ImportRow.Decision
#: Part of the page -> (verdict, rows shown on the overview).
PARTS = {
    "conflict": (Verdict.CONFLICT, 50),
    "wrong": (Verdict.WRONG, 20),
    "changed": (Verdict.CHANGED, 20),
    "new": (Verdict.NEW, 10),
}
PAGE = 50


@dataclass
class Tally:
    """The figures of a batch that its page and its button say."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    wrong: int = 0
    cells: int = 0
    conflict: int = 0
    taken: int = 0
    undecided: int = 0

    @property
    def decided(self) -> int:
        return self.conflict - self.undecided

    @property
    def writing(self) -> int:
        """Rows that a commit would write now."""
        return self.new + self.changed + self.taken


class Shown(NamedTuple):
    """A row of the preview, its payload opened."""

    row: ImportRow
    problems: list[list[str]]
    conflicts: list[str]
    changes: list[list[str]]


@dataclass
class Part:
    """One list of the preview."""

    key: str
    total: int
    rows: list[Shown] = field(default_factory=list)
    page: int = 1
    pages: int = 1
    whole: bool = False

    @property
    def more(self) -> bool:
        return self.total > len(self.rows)


def tally(batch: ImportBatch) -> Tally:
    """One query for the decisions; the rest was counted by the check."""
    said = batch.summary
    found = batch.rows.filter(verdict=Verdict.CONFLICT).aggregate(
        taken=Count("pk", filter=Q(decision=Decision.TAKE)),
        undecided=Count("pk", filter=Q(decision=Decision.UNDECIDED)),
    )
    names = ("rows", "new", "changed", "same", "wrong", "cells", "conflict")
    return Tally(**{name: said.get(name, 0) for name in names}, **found)


def part(batch: ImportBatch, key: str, total: int, page: int = 0) -> Part:
    """The first rows for the overview, or a page of them."""
    verdict, first = PARTS[key]
    rows = batch.rows.filter(verdict=verdict).order_by("id")
    if not page:
        return Part(key, total, [opened(row) for row in rows[:first]])
    pages = max(1, -(-total // PAGE))
    page = min(page, pages)
    found = rows[(page - 1) * PAGE : page * PAGE]
    return Part(key, total, [opened(row) for row in found], page, pages, whole=True)


def opened(row: ImportRow) -> Shown:
    payload: dict[str, Any] = json.loads(row.payload) if row.payload else {}
    conflicts = [text for text, _fields in payload.get("conflicts", ())]
    return Shown(row, payload.get("problems", []), conflicts, payload.get("changes", []))


def pager(part: Part) -> list[dict[str, Any]]:
    """Entries for components/pages.html."""
    if part.pages == 1:
        return []
    wanted = sorted({1, part.pages, *range(max(1, part.page - 1), min(part.pages, part.page + 1) + 1)})
    entries: list[dict[str, Any]] = []
    before = 0
    for number in wanted:
        if number > before + 1:
            entries.append({"gap": True})
        url = f"?part={part.key}&page={number}"
        entries.append({"text": str(number), "url": url, "current": number == part.page, "label": "", "hx": ""})
        before = number
    return entries


def steps(batch: ImportBatch, told: Tally, busy: bool, undoable: bool) -> list[dict[str, Any]]:
    """The four steps as desks."""
    state = batch.state
    undecided = _("先决定 %(n)d 处冲突") % {"n": told.undecided} if told.undecided else ""
    at = {"uploaded": 1, "broken": 1, "checked": 2, "committed": 4, "undone": 4, "dropped": 2}[state]
    if busy and state == ImportBatch.State.CHECKED and batch.job and batch.job.kind == "registry.commit":
        at = 3
    names = [(_("上传"), ""), (_("校验"), ""), (_("核对"), undecided), (_("入库"), _("可整批撤回") if undoable else "")]
    marks = ["done" if place < at else "here" if place == at else "" for place in range(len(names))]
    return [
        {"name": name, "lines": [line] if line else [], "state": mark}
        for (name, line), mark in zip(names, marks, strict=True)
    ]
