"""Money is an integer number of fen. Only this module turns it into text and back."""

import re
import unicodedata

from django.utils.translation import gettext as _

from portal.kit.refusal import Refused

MAX_FEN = 10**14 - 1  # 999,999,999,999.99 yuan: the last amount that 大写 needs no 万亿 for
_AMOUNT = re.compile(r"(?P<yuan>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<fen>\d*))?")
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_SECTIONS = ("", "万", "亿")


def format_fen(fen: int, symbol: bool = True) -> str:
    """``¥8,000.00``; without the sign when the column's head says it."""
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{'¥' if symbol else ''}{yuan:,}.{rest:02d}"


def parse_yuan(value: str | int | float) -> int:
    """Fen from what somebody typed in yuan: ``8000``, ``8,000.00``, ``￥８，０００``, ``8000元``; never negative."""
    if isinstance(value, float):  # a number cell: Excel keeps 15 digits, so two places are exact below MAX_FEN
        value = f"{value:.6f}".rstrip("0").rstrip(".")
    text = unicodedata.normalize("NFKC", str(value)).replace(" ", "").replace("，", ",").removesuffix("元")
    text = text.lstrip("¥").removeprefix("人民币").lstrip("¥").removeprefix("RMB")
    if text.startswith("-"):
        raise Refused(_("金额不能是负数"))
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise Refused(_("“%(text)s”不是金额，请写成 8000 或 8,000.00 这样") % {"text": str(value).strip()[:30]})
    places = (match["fen"] or "").rstrip("0")
    if len(places) > 2:
        raise Refused(_("金额只到分，小数点后最多 2 位，现在 %(n)d 位") % {"n": len(places)})
    yuan = match["yuan"].replace(",", "")
    if len(yuan) > 15:
        raise Refused(_("金额超过了 %(limit)s 元") % {"limit": format_fen(MAX_FEN, symbol=False)})
    fen = int(yuan) * 100 + int(places.ljust(2, "0"))
    if fen > MAX_FEN:
        raise Refused(_("金额超过了 %(limit)s 元") % {"limit": format_fen(MAX_FEN, symbol=False)})
    return fen


def _section(number: int) -> str:
    """Four digits: 1024 -> 壹仟零贰拾肆. One 零 for a run of zeros between digits, none at the end."""
    text, gap = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            text += ("零" if gap and text else "") + _DIGITS[digit] + _PLACES[place]
            gap = False
        else:
            gap = True
    return text


def _whole(yuan: int) -> str:
    text = ""
    for index in (2, 1, 0):
        part = yuan // 10 ** (4 * index) % 10**4
        if not part:
            continue
        # 零 stands where the higher figure and this one do not touch: 10 0500 -> 壹拾万零伍佰
        skipped = text and (part < 1000 or yuan // 10 ** (4 * index + 4) % 10**4 == 0)
        text += ("零" if skipped else "") + _section(part) + _SECTIONS[index]
    return text


def capital(fen: int) -> str:
    """The amount as vouchers want it: 人民币捌仟元整, 人民币壹仟陆佰捌拾元零叁角贰分.

    After the Ministry's rules for filling in vouchers: 整 closes yuan, nothing closes 角 or 分; 零 stands before 分
    without 角, and before 角 when the yuan end in 0.
    """
    if fen < 0:
        raise ValueError("a voucher has no negative amount")
    if fen > MAX_FEN:
        raise ValueError("amount too large for a voucher")
    yuan, rest = divmod(fen, 100)
    jiao, cents = divmod(rest, 10)
    if not fen:
        return "人民币零元整"
    text = "人民币" + (f"{_whole(yuan)}元" if yuan else "")
    if not rest:
        return text + "整"
    if yuan and (not jiao or yuan % 10 == 0):
        text += "零"
    return text + (f"{_DIGITS[jiao]}角" if jiao else "") + (f"{_DIGITS[cents]}分" if cents else "")
