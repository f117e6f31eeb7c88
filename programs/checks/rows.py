"""What is wrong with a table: too few or too many rows, a cell, a column that does not add up (R11)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from programs.models import Entry
from programs.queries.answers import row_name, rows_of, total
from programs.spec import Check, Field, Finding, Meter

#: How many problems one message names.
TOLD = 3


def rows_problem(field: Field, value: Any, problem: Callable[[Field, Any], str]) -> str:
    """The first few problems of a table, each with its row and its figure; ``problem`` judges one cell."""
    rows = rows_of(field, value)
    found = [*_count(field, rows), *_cells(field, rows, problem), *_sums(field, rows)]
    more = _("，还有 %(n)d 处") % {"n": len(found) - TOLD} if len(found) > TOLD else ""
    return "；".join(found[:TOLD]) + more


def _count(field: Field, rows: list[dict[str, Any]]) -> Iterator[str]:
    n = len(rows)
    if field.minimum is not None and n < field.minimum:
        yield _("至少 %(least)d 行，现在 %(n)d 行，少 %(short)d 行") % {
            "least": field.minimum, "n": n, "short": field.minimum - n}  # fmt: skip
    if field.maximum is not None and n > field.maximum:
        yield _("最多 %(most)d 行，现在 %(n)d 行，多 %(over)d 行") % {
            "most": field.maximum, "n": n, "over": n - field.maximum}  # fmt: skip


def _cells(field: Field, rows: list[dict[str, Any]], problem: Callable[[Field, Any], str]) -> Iterator[str]:
    for n, row in enumerate(rows):
        weight = field.rows[n][1] if n < len(field.rows) else 0
        for column in field.columns:
            bounded = column.kind == "int" and weight and column.maximum is None
            asked = replace(column, maximum=weight) if bounded else column
            if text := problem(asked, row.get(column.name)):
                yield _("%(row)s的%(column)s%(text)s") % {
                    "row": row_name(field, n), "column": column.label, "text": text}  # fmt: skip


def _sums(field: Field, rows: list[dict[str, Any]]) -> Iterator[str]:
    for column in field.columns:
        off = total(rows, column.name) - column.total if column.total else 0
        if off:
            yield _("%(column)s合计 %(sum)d，要正好 %(whole)d，%(word)s %(n)d") % {
                "column": column.label, "sum": column.total + off, "whole": column.total,
                "word": _("多") if off > 0 else _("差"), "n": abs(off)}  # fmt: skip


def points_at_least(name: str, column: str, bound: str) -> Check:
    """The rule that a table's column reaches the figure ``bound`` of the edition; nought asks for nothing."""

    def enough_points(entry: Entry, move: str) -> list[Finding]:
        field = next((one for one in entry.questions if one.name == name), None)
        least = int(entry.call.param(bound))
        if field is None or not least:
            return []
        points = total(_rows(field, entry.data), column)
        whole = sum(weight for _words, weight in field.rows)
        title = _("%(label)s不低于 %(n)d 分") % {"label": field.label, "n": least}
        meter = Meter(points, whole or max(points, least), least)
        figure = f"{points} / {whole}" if whole else str(points)
        if points >= least:
            return [Finding("points", title, figure, "near" if points == least else "good", meter=meter)]
        text = _("合计 %(sum)d 分，差 %(n)d 分") % {"sum": points, "n": least - points}
        return [Finding("points", title, figure, "stop", text, field=name, meter=meter)]

    return enough_points


def _rows(field: Field, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    return rows_of(field, data.get(field.name))
