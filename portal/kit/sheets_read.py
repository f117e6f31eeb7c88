"""The one reader of spreadsheets: .xlsx and .csv, row by row, every cell as text with what it was.

It decides nothing about the content. It says where things are (sheet, row, column), what cannot be trusted (a number
where an ID should be text, a broken formula), and refuses a workbook as a whole with ``SheetError`` when it must.
"""

import csv
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetVisibleEnum,
    XmlError,
    ZipError,
)

from portal.kit.sheets_cells import CONTROL, Cell, listed, read_cell
from portal.kit.sheets_guard import LIMITS, Limits, Seen, SheetError, clean_copy, column_letter, kind_of
from portal.kit.sheets_table import LIST_SHEET, Column, Problem, Row, Table, find_table

__all__ = [
    "LIMITS",
    "Book",
    "Cell",
    "Column",
    "Limits",
    "Problem",
    "Row",
    "SheetError",
    "SheetInfo",
    "Table",
    "open_book",
]


@dataclass(frozen=True, slots=True)
class SheetInfo:
    """A worksheet of the workbook."""

    name: str
    visible: bool = True


@dataclass
class Book:
    """An opened workbook. Use it inside ``with open_book(...)``."""

    kind: str
    sheets: tuple[SheetInfo, ...]
    notes: list[str]
    limits: Limits
    _source: Any = field(repr=False)

    def rows(self, sheet: str) -> Iterator[list[Cell]]:
        """Every row from the first, blank rows as empty lists; blank cells are left out. Counts against the limits."""
        return (self.cells(*row) for row in self.raw(sheet))

    def raw(self, sheet: str) -> Iterator[tuple[int, list[Any], int]]:
        """(number, values as the format holds them, number of the first column) of every row."""
        data = 0
        for number, values, first in self._source.values(sheet):
            if first + len(values) - 1 > self.limits.columns:
                self.cells(number, values, first)
            data += values.count("") < len(values)
            if data > self.limits.rows + self.limits.head_rows:
                raise SheetError(_("数据超过 %(limit)d 行，请拆成几个文件") % {"limit": self.limits.rows})
            yield number, values, first

    def cells(self, number: int, values: Sequence[Any], first: int) -> list[Cell]:
        """The cells of one raw row, without the blank ones."""
        cells = [cell for at, value in enumerate(values, first) if (cell := read_cell(value, at, number, self.limits))]
        if cells and cells[-1].column > self.limits.columns:
            raise SheetError(
                _("第 %(row)d 行有 %(n)d 列，最多 %(limit)d 列")
                % {"row": number, "n": cells[-1].column, "limit": self.limits.columns}
            )
        return cells

    def height(self, sheet: str) -> int:
        """About how many rows a sheet has, for those who wait."""
        return self._source.height(sheet)

    def table(self, columns: Sequence[Column], sheet: str = "") -> Table:
        """The sheet and the row that hold these heads, in any order; what is missing is in ``problems``."""
        return find_table(self, columns, sheet)

    def merged(self, sheet: str) -> list[str]:
        """Merged ranges of a sheet: ``A5:B6``."""
        return self._source.merged(sheet)


# ---------------------------------------------------------------- the two formats


class _Xlsx:
    """python-calamine over the clean copy."""

    def __init__(self, workbook: CalamineWorkbook) -> None:
        self.workbook = workbook
        self._page: CalamineSheet | None = None

    def _open(self, sheet: str) -> CalamineSheet:
        if self._page is None or self._page.name != sheet:
            self._page = None  # let the other sheet's memory go first
            self._page = self.workbook.get_sheet_by_name(sheet)
        return self._page

    def merged(self, sheet: str) -> list[str]:
        """``A5:B6`` for each merged range."""
        ranges = self._open(sheet).merged_cell_ranges or []
        return [f"{column_letter(a[1] + 1)}{a[0] + 1}:{column_letter(b[1] + 1)}{b[0] + 1}" for a, b in ranges]

    def height(self, sheet: str) -> int:
        """Up to its last cell."""
        return self._open(sheet).height

    def values(self, sheet: str) -> Iterator[tuple[int, list[Any], int]]:
        """(row number, values, number of the first column)."""
        page = self._open(sheet)
        first = page.start[1] + 1 if page.start else 1
        for number, values in enumerate(page.iter_rows(), start=1):
            yield number, values, first


class _Csv:
    """A text file, read again for every pass."""

    def __init__(self, path: Path, encoding: str, dialect: str) -> None:
        self.path, self.encoding, self.delimiter = path, encoding, dialect

    def merged(self, sheet: str) -> list[str]:
        """A text file merges nothing."""
        return []

    def height(self, sheet: str) -> int:
        """One more pass: a record may have several lines."""
        return sum(1 for _row in self.values(sheet))

    def values(self, sheet: str) -> Iterator[tuple[int, list[Any], int]]:
        """(record number, values, 1)."""
        try:
            with self.path.open(encoding=self.encoding, newline="") as stream:
                yield from ((n, row, 1) for n, row in enumerate(csv.reader(stream, delimiter=self.delimiter), start=1))
        except csv.Error:
            raise SheetError(_("有一格超过了 131,072 个字符，或引号没有成对，读不下去")) from None
        except UnicodeDecodeError:
            raise SheetError(_("文件里混有几种编码，请用 Excel 另存为“CSV UTF-8”或 .xlsx")) from None


def _encoding(path: Path) -> str:
    raw = path.read_bytes()
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        # GB18030 accepts nearly every byte sequence: control characters give a binary file away
        if len(CONTROL.findall(text[:100_000])) * 50 > len(text[:100_000]):
            break
        return encoding
    raise SheetError(_("读不出文字编码。请用 Excel 另存为“CSV UTF-8”或 .xlsx 再上传"))


def _delimiter(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, errors="replace") as stream:
        line = next((text for text in stream if text.strip()), "")
    return max(",\t;，", key=line.count) if line else ","


def _open_csv(path: Path, name: str, limits: Limits) -> Book:
    encoding = _encoding(path)
    delimiter = _delimiter(path, encoding)
    sheet = Path(name or path.name).stem[:31] or "CSV"
    book = Book("csv", (SheetInfo(sheet),), [], limits, _Csv(path, encoding, delimiter))
    for _row in book.raw(sheet):
        pass  # what is too long or unreadable at its end is refused before anybody has checked its first 200,000 rows
    return book


def _notes(seen: dict[str, Seen], sheets: Sequence[SheetInfo]) -> list[str]:
    """What the user should know although it is no error."""
    notes = []
    for info in sheets:
        if not info.visible and info.name != LIST_SHEET:
            notes.append(_("工作表“%(name)s”是隐藏的，没有读取") % {"name": info.name})
    for part in seen.values():
        if part.formulas:
            text = _("有 %(n)d 个公式单元格（%(cells)s），读的是保存时的计算结果")
            notes.append(text % {"n": len(part.formulas), "cells": listed(part.formulas)})
        if part.broken:
            text = _("有 %(n)d 个单元格是错误值（%(cells)s），按空白处理")
            notes.append(text % {"n": len(part.broken), "cells": listed(part.broken)})
        if part.hidden_rows:
            text = _("有 %(n)d 行是隐藏的（第 %(rows)s 行），也一并读取了")
            notes.append(text % {"n": len(part.hidden_rows), "rows": listed(part.hidden_rows)})
        if part.hidden_columns:
            notes.append(_("有隐藏的列，也一并读取了"))
    return notes


@contextmanager
def open_book(path: Path, name: str = "", limits: Limits = LIMITS) -> Iterator[Book]:
    """Open an upload after the guards. ``name``: the uploader's file name, for the kind and the sheet's title."""
    path = Path(path)
    if kind_of(path, name, limits) == "csv":
        yield _open_csv(path, name, limits)
        return
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as copy:
        seen = clean_copy(path, copy, limits)
        copy.flush()
        try:
            with CalamineWorkbook.from_path(copy.name) as workbook:
                sheets = tuple(
                    SheetInfo(meta.name, meta.visible == SheetVisibleEnum.Visible) for meta in workbook.sheets_metadata
                )
                notes = _notes(seen, sheets)
                yield Book("xlsx", sheets, notes, limits, _Xlsx(workbook))
        except PasswordError:
            raise SheetError(_("文件加了密码，请去掉密码后再上传")) from None
        except (CalamineError, XmlError, ZipError):
            raise SheetError(_("工作簿的内部结构已损坏。请用 Excel 打开后另存为 .xlsx 再上传")) from None
