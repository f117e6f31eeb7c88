"""How a cell becomes a value. Each reader raises ``Refused`` with the figure that is wrong."""

import datetime
from collections.abc import Callable, Mapping
from unicodedata import normalize

from django.utils.translation import gettext as _

from portal.kit import days, idcard
from portal.kit.refusal import Refused
from portal.kit.sheets_cells import DATE, listed
from portal.kit.sheets_read import Cell


def plain(cell: Cell, limit: int) -> str:
    """One line of text, half-width blanks, at most ``limit`` signs."""
    text = " ".join(cell.text.split())
    if len(text) > limit:
        raise Refused(_("最多 %(limit)d 个字，现在 %(n)d 个") % {"limit": limit, "n": len(text)})
    return text


def words(limit: int) -> Callable[[Cell], str]:
    """A reader of short texts."""
    return lambda cell: plain(cell, limit)


def person(cell: Cell) -> str:
    """A person's name: blanks between Chinese characters (王 芳) are only for the eye."""
    text = plain(cell, 80)
    if any(sign.isdigit() for sign in text):
        raise Refused(_("姓名里有数字"))
    return text if text.isascii() else text.replace(" ", "")


def choice(options: Mapping[str, str], also: Mapping[str, str] | None = None) -> Callable[[Cell], str]:
    """A reader of one of some words: ``options`` is value -> label; ``also`` other words people use -> value."""
    known = {_key(str(label)): value for value, label in options.items()}
    known |= {_key(word): value for word, value in (also or {}).items()}

    def read(cell: Cell) -> str:
        value = known.get(_key(cell.text))
        if value is None:
            allowed = listed([str(label) for label in options.values()])
            raise Refused(_("没有“%(text)s”这一项，可填：%(allowed)s") % {"text": cell.text[:20], "allowed": allowed})
        return value

    return read


def _key(text: str) -> str:
    return "".join(normalize("NFKC", text).split()).lower()


def day(cell: Cell) -> datetime.date:
    """A date, as Excel's own or as text."""
    if cell.kind == DATE:
        return cell.value.date() if isinstance(cell.value, datetime.datetime) else cell.value
    return days.parse_date(cell.text)


def past_day(cell: Cell) -> datetime.date:
    """A date that is not in the future."""
    value = day(cell)
    if value > days.today():
        raise Refused(_("%(day)s 还没到") % {"day": value.isoformat()})
    if value.year < 1900:
        raise Refused(_("%(day)s 太早了") % {"day": value.isoformat()})
    return value


def whole(limit: int = 1_000_000) -> Callable[[Cell], int]:
    """A reader of counts."""

    def read(cell: Cell) -> int:
        text = normalize("NFKC", cell.text).replace(",", "").removesuffix("人").strip()
        if not text.isdecimal():
            raise Refused(_("要填整数，填的是“%(text)s”") % {"text": cell.text[:20]})
        if len(text) > 9 or int(text) > limit:
            raise Refused(_("%(text)s 太大，最多 %(limit)d") % {"text": text[:20], "limit": limit})
        return int(text)

    return read


def exact(cell: Cell) -> str:
    """A long number as it was typed; one that Excel kept as a number has lost its end."""
    if cell.lossy:
        raise Refused(_("号码被 Excel 存成了数字，后几位已丢"))
    return cell.text


def phone(cell: Cell) -> str:
    return idcard.check_phone(exact(cell))


def card(cell: Cell) -> str:
    """A union service card or a bank card: digits, length and check digit."""
    return idcard.check_bank_card(exact(cell))


def uscc(cell: Cell) -> str:
    return idcard.check_uscc(exact(cell))
