"""The one writer of spreadsheets: lists, templates to fill in, and a workbook that shows what was wrong.

No text that leaves here can be computed by Excel, also not after a detour over CSV, and 18-digit numbers stay text.
Rows are streamed to disk (XlsxWriter's constant memory), so a list of 50,000 costs no more memory than one of 50.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from portal.kit.days import local
from portal.kit.refusal import Refused
from portal.kit.sheets_rows import Page, Rows
from portal.kit.sheets_table import EXAMPLE_MARK, LIST_SHEET

_MAX_ROWS = 1_000_000
_MAX_CELL = 32_767
_MAX_COMMENTS = 5_000
_INLINE_LIST = 255  # Excel's limit for a drop-down written into the cell rule
_FONT = "微软雅黑"
_COMPUTED = re.compile(r"[\t\r]|[\s\u200b-\u200d\u2060\ufeff]*(?:[=+\-@＝＋－＠]|<r>)")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_format_properties": {"font_name": _FONT, "font_size": 11, "valign": "vcenter"},
}


@dataclass(frozen=True, slots=True)
class Col:
    """A column to write. ``kind``: text, int, number, money (fen), date, datetime. ``hint``: a comment on the head."""

    key: str
    title: str
    kind: str = "text"
    width: float = 14
    choices: tuple[str, ...] = ()
    required: bool = False
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A watermark: ``lines`` on a sheet before all others, ``head`` and ``foot`` on every printed page."""

    head: str
    foot: str
    lines: tuple[str, ...] = ()


def _plain(text: str) -> str:
    """Without the signs that XML cannot hold; XlsxWriter lets them through outside of cells."""
    return _FORBIDDEN.sub("", text)


def safe_text(value: object) -> str:
    """Text that Excel shows and never computes: ``'`` in front of = + - @ (also full-width), TAB and CR.

    XlsxWriter passes text that looks like its own rich-string markup (``<r>…</r>``) into the XML as it stands, which
    would let a name write cells of its own; the same mark stops that.
    """
    text = _plain(str(value))
    if _COMPUTED.match(text):
        text = f"'{text}"
    return text if len(text) <= _MAX_CELL else text[: _MAX_CELL - 6] + _("（已截断）")


class _Book:
    """A workbook being written, with its formats."""

    def __init__(self, target: Path | BinaryIO) -> None:
        # XlsxWriter leaves its row files behind when the rows break off (a cancelled job); this folder goes in any case
        self._folder = TemporaryDirectory(prefix="sheet-")
        options = {**_OPTIONS, "tmpdir": self._folder.name}
        self.file = Workbook(str(target) if isinstance(target, Path) else target, options)
        self.lists: list[tuple[str, ...]] = []
        add = self.file.add_format
        edge = {"border": 1, "border_color": "#D0D0D0"}
        self.head = add({"bold": True, "bg_color": "#F3E9E8", "text_wrap": True, "align": "center", **edge})
        self.duty = add(
            {"bold": True, "bg_color": "#F3E9E8", "text_wrap": True, "align": "center", "font_color": "#B3261E"}
        )
        self.title = add({"bold": True, "font_size": 15})
        self.grey = add({"font_color": "#808080", "italic": True, "num_format": "@"})
        self.wrong = add({"bg_color": "#FBD5D5", "font_color": "#8C1D18", "num_format": "@"})
        self.wrap = add({"text_wrap": True, "valign": "top"})
        formats = {
            "text": "@",
            "int": "0",
            "number": "General",
            "money": "#,##0.00",
            "date": "yyyy-mm-dd",
            "datetime": "yyyy-mm-dd hh:mm",
        }
        self.kinds = {kind: add({"num_format": form}) for kind, form in formats.items()}

    def __enter__(self) -> "_Book":
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        try:
            if kind is None:
                self._close()
        finally:
            self._folder.cleanup()

    def list_source(self, choices: tuple[str, ...]) -> list[str] | str:
        """The source of a drop-down: the words themselves, or a range of the hidden sheet when they are many."""
        plain = [_plain(word) for word in choices]
        if len(",".join(plain)) <= _INLINE_LIST and not any(re.search(r'[,"\n\r]|^[=+\-@]', word) for word in plain):
            return plain
        if choices not in self.lists:
            self.lists.append(choices)
        letter = xl_col_to_name(self.lists.index(choices))
        return f"='{LIST_SHEET}'!${letter}$1:${letter}${len(choices)}"

    def _close(self) -> None:
        """Write the hidden lists and finish the file."""
        if self.lists:
            page = self.file.add_worksheet(LIST_SHEET)
            page.hide()
            for row in range(max(map(len, self.lists))):
                for column, words in enumerate(self.lists):
                    if row < len(words):
                        page.write_string(row, column, safe_text(words[row]))
        self.file.close()


def sheet_name(name: str) -> str:
    """A name Excel accepts: no ``[]:*?/\\``, at most 31 characters."""
    return re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", name).strip("' ")[:31] or "数据"


def _heads(book: _Book, page: Worksheet, columns: Sequence[Col], row: int, filling: bool) -> None:
    page.set_row(row, 30)
    for at, column in enumerate(columns):
        duty = filling and column.required
        page.set_column(at, at, column.width, book.kinds[column.kind] if filling else None)
        page.write_string(row, at, safe_text(("*" if duty else "") + column.title), book.duty if duty else book.head)
        if filling and column.hint:
            page.write_comment(row, at, _plain(column.hint), {"x_scale": 1.6})
    page.freeze_panes(row + 1, 1)


def _write(book: _Book, page: Worksheet, row: int, at: int, value: Any, kind: str) -> None:
    """One cell by its kind; a value that does not fit its column's kind is written as text."""
    form = book.kinds[kind]
    if kind == "text" and type(value) is str and value:
        page.write_string(row, at, safe_text(value), form)
    elif value is None or value == "":
        page.write_blank(row, at, None, form)
    elif isinstance(value, bool):
        page.write_string(row, at, _("是") if value else _("否"), book.kinds["text"])
    elif kind == "money" and isinstance(value, int):
        page.write_number(row, at, value / 100, form)
    elif kind in {"int", "number"} and isinstance(value, int | float) and abs(value) < 10**15:
        page.write_number(row, at, value, form)
    elif kind == "datetime" and isinstance(value, datetime):
        page.write_datetime(row, at, local(value).replace(tzinfo=None), form)
    elif kind == "date" and isinstance(value, date) and value.year >= 1900:
        page.write_datetime(row, at, local(value).date() if isinstance(value, datetime) else value, form)
    else:
        page.write_string(row, at, safe_text(value), book.kinds["text"])


def _values(row: Mapping[str, Any] | Sequence[Any], columns: Sequence[Col]) -> list[Any]:
    return [row.get(column.key) for column in columns] if isinstance(row, Mapping) else list(row)


def _lines(book: _Book, name: str, lines: Sequence[str]) -> None:
    page = book.file.add_worksheet(sheet_name(name))
    page.set_column(0, 0, 100)
    for row, line in enumerate(lines):
        page.write_string(row, 0, safe_text(line), book.wrap)


def write_table(
    target: Path | BinaryIO,
    columns: Sequence[Col],
    rows: Iterable[Mapping[str, Any] | Sequence[Any]],
    *,
    sheet: str = "",
    title: str = "",
    footer: Sequence[str] = (),
    mark: Mark | None = None,
) -> int:
    """A list. ``footer``: lines of a second sheet that says who took it out, when and why; ``mark``: a watermark on the
    first sheet and on each page. Returns the rows written.
    """
    with _Book(target) as book:
        if mark:
            _lines(book, _("使用须知"), mark.lines)
        page = book.file.add_worksheet(sheet_name(sheet or _("数据")), Page)
        if mark:
            page.activate()
            for each in book.file.worksheets():
                each.set_header(f"&C{_printed(mark.head)}")
                each.set_footer(f"&L{_printed(mark.foot)}&R&P / &N")
        head = 1 if title else 0
        if title:
            page.write_string(0, 0, safe_text(title), book.title)
        _heads(book, page, columns, head, filling=False)
        count, words = 0, {True: _("是"), False: _("否")}
        writer = Rows(page, [column.kind for column in columns], book.kinds, safe_text, words)
        for count, row in enumerate(rows, start=1):
            if count > _MAX_ROWS:
                raise Refused(_("超过 %(n)d 行，请缩小范围后再导出") % {"n": _MAX_ROWS})
            writer.write(head + count, _values(row, columns))
        if columns:
            page.autofilter(head, 0, head + max(count, 1), len(columns) - 1)
        if footer:
            _lines(book, _("导出说明"), footer)
    return count


def _printed(text: str) -> str:
    """Text of a page's head or foot: ``&`` begins a code there, and 255 signs are all that fit."""
    return _plain(text).replace("&", "&&")[:110]


def write_template(
    target: Path | BinaryIO,
    columns: Sequence[Col],
    example: Mapping[str, Any],
    instructions: Sequence[str],
    *,
    sheet: str = "",
    rows: int = 5_000,
) -> None:
    """A workbook to fill in: marked duties, hints, drop-downs, instructions, an example row the reader passes over."""
    with _Book(target) as book:
        page = book.file.add_worksheet(sheet_name(sheet or _("数据")))
        _heads(book, page, columns, 0, filling=True)
        for at, column in enumerate(columns):
            text = example.get(column.key, "")
            page.write_string(1, at, (EXAMPLE_MARK if at == 0 else "") + safe_text(text), book.grey)
            if column.choices:
                page.data_validation(
                    1,
                    at,
                    rows,
                    at,
                    {
                        "validate": "list",
                        "source": book.list_source(column.choices),
                        "error_title": _("请从下拉中选"),
                        "error_message": _("“%(title)s”只能填下拉里的词") % {"title": _plain(column.title)[:20]},
                    },
                )
        _lines(book, _("填写说明"), instructions)


def write_result(
    target: Path | BinaryIO,
    columns: Sequence[Col],
    rows: Iterable[tuple[Mapping[str, Any], Mapping[str, str]]],
    *,
    sheet: str = "",
    footer: Sequence[str] = (),
) -> int:
    """The rows of an upload with what is wrong: red cells with a comment, all reasons once more in the last column.

    ``rows`` yields (values, reasons by column key); a reason under ``""`` belongs to the whole row.
    """
    with _Book(target) as book:
        page = book.file.add_worksheet(sheet_name(sheet or _("处理结果")))
        wide = [*columns, Col("", _("处理结果"), width=60)]
        _heads(book, page, wide, 0, filling=False)
        count = comments = 0
        for count, (values, reasons) in enumerate(rows, start=1):
            for at, column in enumerate(columns):
                reason = reasons.get(column.key)
                if reason is None:
                    _write(book, page, count, at, values.get(column.key), column.kind)
                    continue
                page.write_string(count, at, safe_text(values.get(column.key) or ""), book.wrong)
                comments += 1
                if comments <= _MAX_COMMENTS:
                    page.write_comment(xl_rowcol_to_cell(count, at), _plain(reason)[:500], {"x_scale": 2})
            titles = {column.key: column.title for column in columns}
            told = [f"{titles[key]}：{text}" if key in titles else text for key, text in reasons.items()]
            page.write_string(count, len(columns), safe_text("；".join(told)), book.kinds["text"])
        page.autofilter(0, 0, max(count, 1), len(columns))
        if footer:
            _lines(book, _("导出说明"), footer)
    return count
