"""Answers as they are kept and as people read them: one value, or the rows of a table."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from programs.spec import Field

#: What a cell says when it says nothing; a nought is an answer.
_NOTHING = (None, "")
#: More rows than any form asks for; what comes after them is not kept.
MOST_ROWS = 100


def clean_answer(field: Field, raw: Any) -> Any:
    """An answer as it is kept: text trimmed of nothing but line-end blanks, whole numbers as int, tables as rows."""
    if field.kind == "table":
        return clean_rows(field, raw)
    if field.kind == "bool":
        return bool(raw) and raw not in ("false", "0")
    text = str(raw if raw is not None else "").replace("\r\n", "\n").replace("\x00", "")
    if field.kind == "int":
        return int(text) if text.strip().isdecimal() and len(text.strip()) < 10 else text.strip()
    return text if field.kind == "longtext" else text.strip()


def clean_rows(field: Field, raw: Any) -> list[dict[str, Any]]:
    """The rows of a table as they are kept: empty ones go, but a fixed row keeps its place once anything is written."""
    given = [row for row in raw[:MOST_ROWS] if isinstance(row, Mapping)] if isinstance(raw, list) else []
    rows = [{one.name: clean_answer(one, row.get(one.name)) for one in field.columns} for row in given]
    if not field.rows:
        return [row for row in rows if not empty(row)]
    blank = {one.name: clean_answer(one, None) for one in field.columns}
    full = (rows + [blank] * len(field.rows))[: len(field.rows)]
    return [] if all(map(empty, full)) else full


def number(entry: Any, name: str) -> int | None:
    """A whole number that an entry says; None for none, or while it is still words."""
    value = entry.data.get(name)
    return value if isinstance(value, int) else None


def empty(row: Mapping[str, Any]) -> bool:
    """Whether nothing was written into any cell of a row."""
    return all(value in _NOTHING or value is False for value in row.values())


def rows_of(one: Field, value: Any) -> list[dict[str, Any]]:
    """The rows of a table's answer; every fixed row has its place, written or not."""
    rows = list(value) if isinstance(value, list) else []
    return (rows + [{} for _row in one.rows])[: len(one.rows)] if one.rows else rows


def row_name(one: Field, n: int) -> str:
    """What the row at place ``n`` is called: its fixed words, else its number."""
    return one.rows[n][0] if n < len(one.rows) else _("第 %(n)d 行") % {"n": n + 1}


def total(rows: Iterable[Mapping[str, Any]], column: str) -> int:
    """The sum of the whole numbers of a column."""
    return sum(value for row in rows if isinstance(value := row.get(column), int))


def shown(one: Field, value: Any) -> str:
    """An answer in words: the label of a choice, 是/否, the text; a table line by line."""
    if value in (None, "", []):
        return ""
    if one.kind == "table":
        return "\n".join(lines(one, value))
    if one.kind == "choice":
        return dict(one.choices).get(value, str(value))
    if one.kind == "bool":
        return "是" if value else "否"
    return str(value)


def lines(one: Field, value: Any) -> list[str]:
    """One line per row: “1. 张三，贡献比例 40”, “组织建设（20 分）：自评 18”."""
    found = []
    for n, row in enumerate(rows_of(one, value)):
        cells = [(column, shown(column, row.get(column.name))) for column in one.columns]
        said = "，".join(f"{column.label} {text}" if _bare(column) else text for column, text in cells if text)
        found.append(f"{_headed(one, n)}：{said}" if one.rows else f"{n + 1}. {said}")
    return found


def _bare(column: Field) -> bool:
    """Whether a value says nothing without its heading."""
    return column.kind in ("int", "bool", "date")


def _headed(one: Field, n: int) -> str:
    words, weight = one.rows[n]
    return _("%(words)s（%(n)d 分）") % {"words": words, "n": weight} if weight else words


def differing(one: Field, old: Any, new: Any) -> tuple[str, str]:
    """Both answers in words; of a table only the rows that differ."""
    if one.kind != "table":
        return shown(one, old), shown(one, new)
    before, after = lines(one, old), lines(one, new)
    return (
        "\n".join(line for line in before if line not in after),
        "\n".join(line for line in after if line not in before),
    )


def grid(one: Field, value: Any) -> dict[str, Any]:
    """A table to be drawn: its name, headings as (text, css), rows as (text, css, heading), the sums worth saying."""
    rows = rows_of(one, value)
    weighed = any(weight for _words, weight in one.rows)
    heads = [(_("指标"), ""), (_("分值"), "n")][: 1 + weighed] if one.rows else [(_("序号"), "n")]
    heads += [(column.label, "n" if column.kind == "int" else "") for column in one.columns]
    drawn = []
    for n, row in enumerate(rows):
        first = [str(part) for part in one.rows[n]][: 1 + weighed] if one.rows else [str(n + 1)]
        texts = [*first, *(shown(column, row.get(column.name)) for column in one.columns)]
        drawn.append([(text, css, head) for text, (head, css) in zip(texts, heads, strict=True)])
    return {"label": one.label, "heads": heads, "rows": drawn, "sums": sums(one, rows)}


def sums(one: Field, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Columns that have a sum worth saying: those that must add up, and the points of a weighed table."""
    points = sum(weight for _words, weight in one.rows)
    bounds = {column.name: column.total or (points if column.kind == "int" else 0) for column in one.columns}
    return [
        {"name": column.name, "label": column.label, "sum": total(rows, column.name), "whole": bounds[column.name]}
        for column in one.columns
        if bounds[column.name]
    ]
