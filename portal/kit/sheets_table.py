"""Finding a known table in a sheet: the row of heads, in any order and under other names, and the rows below it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

from django.utils.translation import gettext as _

from portal.kit.sheets_cells import Cell, listed
from portal.kit.sheets_guard import SheetError, column_letter

if TYPE_CHECKING:
    from portal.kit.sheets_read import Book

EXAMPLE_MARK = "【示例】"
LIST_SHEET = "_选项"
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Column:
    """A column that the importer knows, by its head or another name for it."""

    key: str
    title: str
    aliases: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and where."""

    sheet: str
    cell: str
    message: str
    column: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A data row, by column key. A missing column is a blank cell."""

    sheet: str
    number: int
    cells: dict[str, Cell]

    def text(self, key: str) -> str:
        """The stripped text of a cell, blank when the file has no such column."""
        cell = self.cells.get(key)
        return cell.text if cell else ""


def head_text(title: str) -> str:
    """A head as it is compared: half-width, without blanks, marks of duty and hints in brackets."""
    bare = re.sub(r"\(.*?\)|\[.*?\]|【.*?】", "", normalize("NFKC", title))
    return re.sub(r"[\s*:：、/]+", "", bare).lower() or re.sub(r"\s+", "", normalize("NFKC", title)).lower()


@dataclass
class Table:
    """The part of a sheet under a head that was recognised."""

    book: "Book"
    sheet: str
    head_row: int
    columns: tuple[Column, ...]
    found: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def match(self, cells: list[Cell], known: dict[str, Column]) -> None:
        """Lay the heads over the known columns."""
        self._say_unknown([cell for cell in cells if head_text(cell.text) not in known])
        for cell in cells:
            column = known.get(head_text(cell.text))
            if column is None:
                continue
            if column.key in self.found:
                text = _("表头“%(title)s”出现了两次，另一次在 %(letter)s 列")
                other = column_letter(self.found[column.key])
                self._problem(cell.ref, text % {"title": cell.text, "letter": other}, column.key)
            else:
                self.found[column.key] = cell.column
        for column in self.columns:
            if column.required and column.key not in self.found:
                text = _("缺少表头“%(title)s”，这一列必须有") % {"title": column.title}
                self._problem(f"A{self.head_row}", text, column.key)

    def _say_unknown(self, cells: list[Cell]) -> None:
        titles = [column.title for column in self.columns]
        for cell in cells:
            near = get_close_matches(cell.text, titles, n=1, cutoff=0.5)
            text = _("表头“%(title)s”（%(ref)s）不认识，这一列没有读取")
            if near:
                text = _("表头“%(title)s”（%(ref)s）不认识，这一列没有读取；是不是“%(near)s”？")
            self.notes.append(text % {"title": cell.text[:30], "ref": cell.ref, "near": near[0] if near else ""})

    def _problem(self, ref: str, message: str, column: str) -> None:
        self.problems.append(Problem(self.sheet, ref, message, column))

    def rows(self) -> Iterator[Row]:
        """The data rows. Blank rows and the template's example row are passed over."""
        return (row for raw in self.raw() if (row := self.row(*raw)).cells)

    def raw(self) -> Iterator[tuple[int, list[Any], int]]:
        """What lies below the head as the workbook holds it, without blank rows and the example."""
        for number, values, first in self.book.raw(self.sheet):
            if number <= self.head_row or values.count("") == len(values):
                continue
            begins = next(filter(None, values), "")
            if isinstance(begins, str) and EXAMPLE_MARK in begins and self._example(number, values, first):
                continue
            yield number, values, first

    def _example(self, number: int, values: list[Any], first: int) -> bool:
        cells = self.book.cells(number, values, first)
        return bool(cells) and cells[0].text.startswith(EXAMPLE_MARK)

    def row(self, number: int, values: list[Any], first: int) -> Row:
        """A raw row, cell by cell."""
        keys = {column: key for key, column in self.found.items()}
        cells = self.book.cells(number, values, first)
        return Row(self.sheet, number, {keys[cell.column]: cell for cell in cells if cell.column in keys})


def find_table(book: "Book", columns: Sequence[Column], sheet: str = "") -> Table:
    """Find the sheet and the row that hold these heads, in any order; what is missing or unknown is in ``problems``."""
    names = [info.name for info in book.sheets if info.visible and info.name != LIST_SHEET]
    if sheet:
        if sheet not in {info.name for info in book.sheets}:
            raise SheetError(_("没有名为“%(name)s”的工作表") % {"name": sheet})
        names = [sheet]
    found = [table for name in names if (table := _head(book, name, columns))]
    if not found:
        wanted = "、".join(column.title for column in columns[:_SHOWN])
        raise SheetError(
            _("前 %(n)d 行里没有找到表头（%(titles)s……）。请用下载的模板填写")
            % {"n": book.limits.head_rows, "titles": wanted}
        )
    best = max(found, key=lambda table: len(table.found))
    others = [table.sheet for table in found if table is not best]
    if others:
        best.notes.append(
            _("只读了工作表“%(sheet)s”，没有读“%(others)s”") % {"sheet": best.sheet, "others": "”“".join(others)}
        )
    if merged := book.merged(best.sheet):
        text = _("有 %(n)d 处合并单元格（%(cells)s），只有左上角那一格有内容，其余按空白处理")
        best.notes.append(text % {"n": len(merged), "cells": listed(merged)})
    return best


def _head(book: "Book", sheet: str, columns: Sequence[Column]) -> Table | None:
    known = {head_text(name): column for column in columns for name in (column.title, *column.aliases)}
    best: Table | None = None
    for number, cells in enumerate(book.rows(sheet), start=1):
        if number > book.limits.head_rows:
            break
        hits = sum(head_text(cell.text) in known for cell in cells)
        if hits and (best is None or hits > len(best.found)):
            best = Table(book, sheet, number, tuple(columns))
            best.match(cells, known)
    enough = best and (len(best.found) > 1 or len(columns) == 1)
    return best if enough else None
