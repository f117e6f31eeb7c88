"""One cell of a spreadsheet, as text with what it was."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from portal.kit.sheets_guard import Limits, SheetError, column_letter

TEXT, NUMBER, DATE, BOOL = "text", "number", "date", "bool"
CONTROL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_EXACT = 10**15  # Excel keeps 15 digits; a longer number has lost its end
_SHOWN = 5


def listed(names: Sequence[str]) -> str:
    """The first few of a list, for a sentence."""
    return "、".join(names[:_SHOWN]) + ("……" if len(names) > _SHOWN else "")


class Cell(NamedTuple):
    """One cell: text as the user sees it, and the value with its kind where the workbook knew one."""

    column: int
    row: int
    text: str
    kind: str = TEXT
    value: Any = None

    @property
    def letter(self) -> str:
        return column_letter(self.column)

    @property
    def ref(self) -> str:
        """``C5``."""
        return f"{column_letter(self.column)}{self.row}"

    @property
    def lossy(self) -> bool:
        """A number too long for Excel: an ID typed into a number cell has lost its last digits."""
        return self.kind == NUMBER and abs(self.value) >= _EXACT


def _number_text(number: float) -> str:
    return str(int(number)) if float(number).is_integer() else repr(float(number))


def _tidy(text: str, place: str, limits: Limits) -> str:
    if len(text) > limits.cell:
        raise SheetError(
            _("%(cell)s 有 %(n)d 个字符，一格最多 %(limit)d 个") % {"cell": place, "n": len(text), "limit": limits.cell}
        )
    if "\0" in text:
        raise SheetError(_("%(cell)s 里有空字符（NUL），文件可能已损坏") % {"cell": place})
    text = CONTROL.sub("", text).replace("\r\n", "\n").replace("\r", "\n").strip()
    # our own exports put ' before what Excel would compute; a file of ours comes back as it was
    return text[1:] if len(text) > 1 and text[0] == "'" and text[1] in "=+-@＝＋－＠" else text


def read_cell(value: Any, column: int, row: int, limits: Limits) -> Cell | None:
    """The cell, or None for a blank one."""
    if value == "" or value is None:
        return None
    if isinstance(value, str):
        text = _tidy(value, f"{column_letter(column)}{row}", limits)
        return Cell(column, row, text) if text else None
    if isinstance(value, bool):
        return Cell(column, row, _("是") if value else _("否"), BOOL, value)
    if isinstance(value, int | float):
        return Cell(column, row, _number_text(value), NUMBER, value)
    if isinstance(value, datetime):
        plain = value.time() == time(0)
        return Cell(column, row, value.date().isoformat() if plain else value.isoformat(" ", "minutes"), DATE, value)
    if isinstance(value, date):
        return Cell(column, row, value.isoformat(), DATE, value)
    if isinstance(value, timedelta):
        return Cell(column, row, str(value), NUMBER, value.total_seconds() / 86400)
    return Cell(column, row, str(value))
