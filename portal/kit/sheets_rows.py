"""Rows of a long list, written as XML past the writer's cell objects, which cost more than all else in an export.

XlsxWriter in constant-memory mode keeps one row and appends it to a file; here the row comes ready made. Everything
else (styles, widths, heads, the archive) stays XlsxWriter's. Cells look exactly as it would have written them.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from portal.kit.days import local

#: Days of the calendar before Excel's day 0. Its year 1900 has a 29 February, so days before March are left to others.
_EPOCH, _FIRST = 693_594, date(1900, 3, 1)
_EXACT = 10**15
_KEPT = 20_000
_MARKUP = re.compile("[&<>]")


class Page(Worksheet):
    """A worksheet that takes whole rows. Only in constant-memory mode, and only downwards."""

    def write_cells(self, row: int, cells: str, width: int) -> None:
        """Append a row whose cells are XML; ``width``: how many columns it spans."""
        self._write_single_row(row)  # what was written cell by cell comes first
        self._check_dimensions(row, width - 1)
        self.fh.write(f'<row r="{row + 1}">{cells}</row>')


class Rows:
    """Turns values into the XML of a row, by the kinds of its columns.

    ``safe`` makes a text harmless; a value that does not fit its column's kind is written as text.
    """

    def __init__(
        self, page: Page, kinds: Sequence[str], formats: dict[str, Format], safe: Callable[[object], str], words: Any
    ) -> None:
        self.page, self.safe, self.words = page, safe, words
        style = {kind: f' s="{form._get_xf_index()}"' for kind, form in formats.items()}
        self.text_style, self.known = style["text"], {}
        self.columns = [(f'<c r="{xl_col_to_name(at)}', kind, style[kind]) for at, kind in enumerate(kinds)]

    def write(self, row: int, values: Sequence[Any]) -> None:
        """One row; ``row`` counts from 0."""
        place, cells = f'{row + 1}"', []
        for (begin, kind, style), value in zip(self.columns, values, strict=True):
            if value is None or value == "":
                cells.append(f"{begin}{place}{style}/>")
            elif type(value) is str:
                cells.append(f"{begin}{place}{self._text(value)}")
            elif (number := _number(value, kind)) is not None:
                cells.append(f"{begin}{place}{style}><v>{number:.16G}</v></c>")
            else:
                text = self.words[value] if isinstance(value, bool) else value
                cells.append(f"{begin}{place}{self._text(str(text))}")
        self.page.write_cells(row, "".join(cells), len(self.columns))

    def _text(self, value: str) -> str:
        """The end of a text cell. Names of units and states come again and again."""
        done = self.known.get(value)
        if done is None:
            text = self.safe(value)
            if "_x" in text:
                text = self.page._escape_control_characters(text)
            keep = ' xml:space="preserve"' if text != text.strip() else ""
            if _MARKUP.search(text):
                text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
            done = f'{self.text_style} t="inlineStr"><is><t{keep}>{text}</t></is></c>'
            if len(self.known) < _KEPT:
                self.known[value] = done
        return done


def _number(value: Any, kind: str) -> float | None:
    """What Excel keeps for a value of that kind: yuan, days since 1900. None: it is no number, write it as text."""
    if isinstance(value, bool):
        return None
    if kind == "money":
        return value / 100 if isinstance(value, int) else None
    if kind in ("int", "number"):
        return value if isinstance(value, int | float) and abs(value) < _EXACT else None
    if kind == "datetime" and isinstance(value, datetime):
        moment = local(value)
        seconds = moment.hour * 3600 + moment.minute * 60 + moment.second + moment.microsecond / 1_000_000
        return moment.toordinal() - _EPOCH + seconds / 86_400 if moment.date() >= _FIRST else None
    if kind == "date" and isinstance(value, date):
        day = local(value).date() if isinstance(value, datetime) else value
        return day.toordinal() - _EPOCH if day >= _FIRST else None
    return None
