"""Numbers that name a person or a unit: read, checked, and refused with the figure that is wrong.

For the resident ID only length, date and check digit are tested. The county is not: python-stdnum's table demands that
it existed in the birth year and so refuses real people of Pudong and Chongming, and everyone with a 港澳台居住证.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from stdnum import luhn as luhn_check
from stdnum.cn import ric, uscc

from portal.kit import days
from portal.kit.refusal import Refused

RESIDENT = "resident"
HMT_RESIDENCE = "hmt_residence"
HK_MACAU_PERMIT = "hk_macau_permit"
TAIWAN_PERMIT = "taiwan_permit"
PASSPORT = "passport"
FOREIGN_RESIDENCE = "foreign_residence"

KINDS = {
    RESIDENT: gettext_lazy("居民身份证"),
    HMT_RESIDENCE: gettext_lazy("港澳台居民居住证"),
    HK_MACAU_PERMIT: gettext_lazy("港澳居民来往内地通行证"),
    TAIWAN_PERMIT: gettext_lazy("台湾居民来往大陆通行证"),
    PASSPORT: gettext_lazy("护照"),
    FOREIGN_RESIDENCE: gettext_lazy("外国人永久居留身份证"),
}
FEMALE, MALE = "F", "M"
_HMT_PREFIXES = ("810000", "820000", "830000")
_USCC_UNUSED = "IOZSV"


@dataclass(frozen=True, slots=True)
class Document:
    """A checked identity document. Birth date and sex are known only where the number carries them."""

    kind: str
    number: str
    birth: date | None = None
    sex: str = ""


def normalise(text: str) -> str:
    """Half-width, upper case, without blanks: the form that is stored, compared and hashed."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).replace("\u200b", "").replace("\ufeff", "").upper()


def _tidy(text: str) -> str:
    """Normalised, also without the dashes people put between groups; refuses a blank and what Excel has rounded."""
    number = re.sub(r"[-‐‑–—]", "", normalise(str(text)))
    if not number:
        raise Refused(_("没有填写"))
    if re.fullmatch(r"[\d.]+E\+?\d+", number):
        raise Refused(
            _("表格把号码当成了数字（%(text)s），末几位已经丢失。请把这一列设为文本，重新填写") % {"text": number[:20]}
        )
    return number


def _only_digits(number: str, name: str) -> None:
    for place, sign in enumerate(number, start=1):
        if sign not in "0123456789":
            raise Refused(
                _("%(name)s第 %(place)d 位应是数字，填的是“%(sign)s”") % {"name": name, "place": place, "sign": sign}
            )


def _length(number: str, wanted: int, name: str) -> None:
    if len(number) != wanted:
        raise Refused(_("%(name)s要 %(wanted)d 位，现在 %(n)d 位") % {"name": name, "wanted": wanted, "n": len(number)})


def _check_digit(number: str, wanted: str, name: str) -> None:
    if number[-1] != wanted:
        raise Refused(
            _("%(name)s最后一位校验码应是 %(wanted)s，填的是 %(sign)s")
            % {"name": name, "wanted": wanted, "sign": number[-1]}
        )


def _birth(digits: str, on: date) -> date:
    try:
        birth = days.date_of(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except Refused as wrong:
        raise Refused(_("证件号里的出生日期不对：%(why)s") % {"why": wrong}) from None
    if not date(1880, 1, 1) <= birth <= on:
        raise Refused(_("证件号里的出生日期 %(birth)s 不可能") % {"birth": birth.isoformat()})
    return birth


def _resident(number: str, kind: str, on: date) -> Document:
    """18 digits: region, birth date, order (odd = male), check digit. Both the resident ID and the 居住证."""
    name = _("证件号")
    if len(number) == 15 and number.isdecimal():
        raise Refused(_("这是 15 位的旧证件号，请填 18 位的新号"))
    _length(number, 18, name)
    _only_digits(number[:17], name)
    birth = _birth(number[6:14], on)
    if kind == HMT_RESIDENCE and not number.startswith(_HMT_PREFIXES):
        raise Refused(_("港澳台居民居住证以 810000、820000 或 830000 开头，填的是 %(head)s") % {"head": number[:6]})
    wanted = ric.calc_check_digit(number)
    if number[-1] != wanted and number.endswith("000"):
        raise Refused(_("证件号末几位是 000 而且校验不对，多半是表格当数字存丢了末几位，请设为文本重新填写"))
    _check_digit(number, wanted, name)
    return Document(kind, number, birth, MALE if int(number[16]) % 2 else FEMALE)


def _foreign_residence(number: str, on: date) -> Document:
    """Old card: three letters and twelve digits. New card (2023): 18 digits from 9 on, built like a resident ID."""
    name = _("证件号")
    if number.startswith("9"):
        _length(number, 18, name)
        _only_digits(number[:17], name)
        birth = _birth(number[6:14], on)
        _check_digit(number, ric.calc_check_digit(number), name)
        return Document(FOREIGN_RESIDENCE, number, birth, MALE if int(number[16]) % 2 else FEMALE)
    if not re.fullmatch(r"[A-Z]{3}\d{12}", number):
        raise Refused(
            _("外国人永久居留身份证是 3 个字母加 12 位数字，或者以 9 开头的 18 位，现在 %(n)d 位") % {"n": len(number)}
        )
    return Document(FOREIGN_RESIDENCE, number)


_PATTERNS = {
    HK_MACAU_PERMIT: (
        r"[HM](\d{8}|\d{10})",
        gettext_lazy("港澳居民来往内地通行证是字母 H 或 M 加 8 位数字，填的是“%(text)s”"),
    ),
    TAIWAN_PERMIT: (r"\d{8}|\d{10}[A-Z]?|T\d{8}", gettext_lazy("台湾居民来往大陆通行证是 8 位数字，填的是“%(text)s”")),
    PASSPORT: (r"(?=.*\d)[A-Z0-9]{5,15}", gettext_lazy("护照号是 5 到 15 位字母和数字，填的是“%(text)s”")),
}


_PLAIN = re.compile(r"[0-9]{17}[0-9X]")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_LAST = "10X98765432"


@lru_cache(maxsize=4096)
def _weight(digits: str, place: int) -> int:
    """What some digits of a resident number from ``place`` on add to its check sum."""
    return sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS[place:], strict=False))


@lru_cache(maxsize=65_536)
def _born(digits: str, on: date) -> date | None:
    try:
        return _birth(digits, on)
    except Refused:
        return None


def _well_formed(number: str, on: date) -> Document | None:
    """A resident number that is right as it was typed, seen at a glance; None says: look closely."""
    if not _PLAIN.fullmatch(number):
        return None
    birth = _born(number[6:14], on)
    total = _weight(number[:6], 0) + _weight(number[6:14], 6) + _weight(number[14:17], 14)
    if birth is None or number[17] != _LAST[total % 11]:
        return None
    return Document(RESIDENT, number, birth, MALE if number[16] in "13579" else FEMALE)


def read_document(number: str, kind: str = RESIDENT, on: date | None = None) -> Document:
    """Check an identity document's number. ``on``: the day it is read, no birth may lie after it."""
    if kind == RESIDENT and (known := _well_formed(number, on or days.today())) is not None:
        return known
    tidy = _tidy(number)
    if kind in {RESIDENT, HMT_RESIDENCE}:
        return _resident(tidy, kind, on or days.today())
    if kind == FOREIGN_RESIDENCE:
        return _foreign_residence(tidy, on or days.today())
    pattern, reason = _PATTERNS[kind]
    if not re.fullmatch(pattern, tidy):
        raise Refused(str(reason) % {"text": tidy[:20]})
    return Document(kind, tidy)


def check_uscc(text: str) -> str:
    """统一社会信用代码: 18 signs without I O Z S V, the last one computed."""
    number, name = _tidy(text), _("统一社会信用代码")
    _length(number, 18, name)
    for place, sign in enumerate(number, start=1):
        if sign in _USCC_UNUSED:
            raise Refused(
                _("%(name)s不用字母 %(sign)s（第 %(place)d 位），请看是不是数字")
                % {"name": name, "sign": sign, "place": place}
            )
        if not re.fullmatch("[0-9A-Z]", sign):
            raise Refused(
                _("%(name)s第 %(place)d 位“%(sign)s”不是数字或字母") % {"name": name, "place": place, "sign": sign}
            )
    if not number[2:8].isdecimal():
        raise Refused(
            _("%(name)s第 3 到 8 位是行政区划，应是数字，填的是 %(text)s") % {"name": name, "text": number[2:8]}
        )
    _check_digit(number, uscc.calc_check_digit(number[:17]), name)
    return number


def check_phone(text: str) -> str:
    """A mobile number: 11 digits that start with 1; +86 is taken off."""
    number, name = _tidy(text), _("手机号")
    number = re.sub(r"^(\+86|0086|86(?=1\d{10}$))", "", number)
    _only_digits(number, name)
    _length(number, 11, name)
    if not re.match("1[3-9]", number):
        raise Refused(_("手机号以 13 到 19 开头，填的是 %(head)s") % {"head": number[:2]})
    return number


def check_bank_card(text: str, luhn: bool = True) -> str:
    """A bank card: 16 to 19 digits with Luhn's check digit; a passbook account (``luhn=False``) 9 to 30 digits."""
    number, name = _tidy(text), _("银行卡号")
    _only_digits(number, name)
    low, high = (16, 19) if luhn else (9, 30)
    if not low <= len(number) <= high:
        raise Refused(
            _("%(name)s要 %(low)d 到 %(high)d 位，现在 %(n)d 位")
            % {"name": name, "low": low, "high": high, "n": len(number)}
        )
    if luhn:
        _check_digit(number, luhn_check.calc_check_digit(number[:-1]), name)
    return number
