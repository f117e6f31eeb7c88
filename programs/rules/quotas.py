"""How many places a unit gets, and the sentence that explains it (rules R2, R3).

A scheme is a few lines. A line says which units it is for (kind, sector, a band of a figure) and what each prize gives
them: a number, a range, a share of a figure, or a pot that all its units share.
"""

import datetime
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.rules.bands import Band, band_problems, read_band
from programs.rules.percent import WHOLE, percent_words, read_percent

#: The figures of a unit that a band or a share may go by → what they are called.
BASES = {"heads": gettext_lazy("教职工"), "women": gettext_lazy("女职工"), "members": gettext_lazy("会员")}
ROUNDINGS = {"down": gettext_lazy("舍去"), "half": gettext_lazy("四舍五入"), "up": gettext_lazy("进一")}
MOST = 9999


@dataclass(frozen=True)
class Amount:
    """What one prize gives to one unit. ``low``–``high`` bound a share; of a pot, ``high`` is its size."""

    kind: str
    low: int = 0
    high: int = 0
    percent: int = 0


_NUMBER = re.compile(r"\d{1,4}")
_RANGE = re.compile(r"(\d{1,4})[-—–~～至到](\d{1,4})")
_SHARE = re.compile(r"([\d.]+[%％])(?:[，,、]?(?:(\d{1,4})[-—–~～至到](\d{1,4})|至少(\d{1,4})))?")
_POT = re.compile(r"池(\d{1,4})")


def read_amount(text: str) -> Amount | None:
    """“2”, “1—2”, “0.3%”, “0.3% 1—5”, “池5”; empty is no places. Raises ValueError with the reason in Chinese."""
    plain = re.sub(r"\s", "", text)
    if not plain:
        return None
    if _NUMBER.fullmatch(plain):
        return Amount("fixed", int(plain), int(plain))
    if found := _RANGE.fullmatch(plain):
        low, high = int(found[1]), int(found[2])
        if low > high:
            raise ValueError(_("“%(text)s”上下颠倒") % {"text": plain})
        return Amount("range", low, high)
    if found := _SHARE.fullmatch(plain):
        low, high = int(found[2] or found[4] or 0), int(found[3] or MOST)
        if low > high:
            raise ValueError(_("“%(text)s”上下颠倒") % {"text": plain})
        return Amount("share", low, high, read_percent(found[1]))
    if found := _POT.fullmatch(plain):
        return Amount("pot", 0, int(found[1]))
    raise ValueError(_("看不懂“%(text)s”，写成 2、1—2、0.3%%、池5，空着就是没有") % {"text": text.strip()})


@dataclass(frozen=True)
class Line:
    """One line of a scheme: for which units, by which figure, and what each prize (by key) gives them."""

    kind: str = ""
    sector: str = ""
    basis: str = "heads"
    band: Band = field(default_factory=Band)
    amounts: Mapping[str, Amount] = field(default_factory=dict)
    cap: int | None = None


@dataclass(frozen=True)
class Scheme:
    """The lines, how a share is rounded, how many may be put forward per place (120 % → 12000), and the day whose
    head counts are taken; None is the day on which it is worked out.
    """

    lines: tuple[Line, ...] = ()
    rounding: str = "down"
    surplus: int = WHOLE
    as_of: datetime.date | None = None


@dataclass(frozen=True)
class Unit:
    """A reporting unit as the scheme sees it. ``days`` says of which day each figure is, in words."""

    pk: int
    kind: str
    sector: str
    figures: Mapping[str, int]
    days: Mapping[str, str] = field(default_factory=dict)

    def said(self, basis: str) -> str:
        """“教职工 1,183 人（3月31日的数）”: the figure with what it is and of which day."""
        day = self.days.get(basis, "")
        return _("%(basis)s %(figure)s 人%(day)s") % {
            "basis": BASES[basis], "figure": f"{self.figures.get(basis, 0):,}", "day": day and f"（{day}）",
        }  # fmt: skip


@dataclass(frozen=True)
class Grant:
    """What a unit gets in one prize: ``places`` it may put forward, of which ``base`` are its share of the prize."""

    places: int
    least: int
    base: int
    basis: str
    figure: int
    line: int
    pot: int | None
    sentence: str


def read_scheme(data: Mapping[str, Any]) -> Scheme:
    """The scheme from an edition's JSON. Raises ValueError naming the line."""
    lines = []
    for n, raw in enumerate(data.get("lines", ()), 1):
        try:
            amounts = {key: read_amount(str(text)) for key, text in raw.get("amounts", {}).items()}
            band = read_band(str(raw.get("band", "")))
        except ValueError as problem:
            raise ValueError(_("名额第 %(n)d 行：%(text)s") % {"n": n, "text": problem}) from problem
        given = {key: amount for key, amount in amounts.items() if amount is not None}
        cap = int(raw["cap"]) if str(raw.get("cap") or "").isdecimal() else None
        lines.append(Line(raw.get("kind", ""), raw.get("sector", ""), raw.get("basis") or "heads", band, given, cap))
    as_of = datetime.date.fromisoformat(data["as_of"]) if data.get("as_of") else None
    return Scheme(tuple(lines), data.get("rounding") or "down", int(data.get("surplus") or WHOLE), as_of)


def fits(line: Line, unit: Unit) -> bool:
    """Whether the line is for this unit."""
    if (line.kind and line.kind != unit.kind) or (line.sector and line.sector != unit.sector):
        return False
    return line.band.holds(unit.figures.get(line.basis, 0))


def line_for(scheme: Scheme, unit: Unit) -> tuple[int, Line] | None:
    """The line of the scheme that a unit falls under; its number counts from 1."""
    return next(((n, line) for n, line in enumerate(scheme.lines, 1) if fits(line, unit)), None)


def rounded(figure: int, percent: int, rounding: str) -> int:
    """``figure`` × ``percent`` as a whole number: down, up, or half up. Integers only."""
    whole, rest = divmod(figure * percent, WHOLE)
    if rounding == "up":
        return whole + (rest > 0)
    return whole + (rest * 2 >= WHOLE) if rounding == "half" else whole


def grant(scheme: Scheme, unit: Unit, prize: str) -> Grant | None:
    """The unit's places in one prize with the sentence that explains them; None where the scheme gives it none."""
    found = line_for(scheme, unit)
    amount = found[1].amounts.get(prize) if found else None
    if found is None or amount is None:
        return None
    number, line = found
    figure = unit.figures.get(line.basis, 0)
    if amount.kind == "pot":
        return Grant(amount.high, 0, 0, line.basis, figure, number, number, _pot_words(amount))
    if amount.kind == "share":
        exact = rounded(figure, amount.percent, scheme.rounding)
        base = min(max(exact, amount.low), amount.high)
        said = _share_words(scheme, unit.said(line.basis), amount, figure, exact, base)
    else:
        base = amount.high
        said = _given_words(line, amount, unit.said(line.basis))
    places = -(-base * scheme.surplus // WHOLE)
    if places != base:
        said += _("；差额 %(percent)s，可报 %(n)d 个") % {"percent": percent_words(scheme.surplus), "n": places}
    least = amount.low if amount.kind == "range" else 0
    return Grant(places, least, base, line.basis, figure, number, None, said)


def cap_of(scheme: Scheme, unit: Unit) -> int | None:
    """How many the unit may put forward over all prizes together; None without such a bound."""
    found = line_for(scheme, unit)
    return found[1].cap if found else None


def _given_words(line: Line, amount: Amount, of: str) -> str:
    n = f"{amount.low}—{amount.high}" if amount.kind == "range" else str(amount.high)
    if line.band.whole:
        return _("每家 %(n)s 个") % {"n": n}
    return _("%(of)s，按“%(band)s”档 %(n)s 个") % {"of": of, "band": line.band.words, "n": n}


def _share_words(scheme: Scheme, of: str, amount: Amount, figure: int, exact: int, base: int) -> str:
    product = figure * amount.percent
    plain = f"{product // WHOLE}" if product % WHOLE == 0 else f"{product / WHOLE:.2f}".rstrip("0")
    said = _("%(of)s，%(percent)s 是 %(exact)s") % {
        "of": of, "percent": percent_words(amount.percent), "exact": plain,
    }  # fmt: skip
    if product % WHOLE:
        said += _("，%(rounding)s得 %(n)d") % {"rounding": ROUNDINGS[scheme.rounding], "n": exact}
    if base > exact:
        return said + _("，至少 %(n)d 个") % {"n": base}
    if base < exact:
        return said + _("，至多 %(n)d 个") % {"n": base}
    return said + _("，%(n)d 个") % {"n": base}


def _pot_words(amount: Amount) -> str:
    return _("同类单位合用 %(n)d 个，先报到的先占") % {"n": amount.high}


def scheme_problems(scheme: Scheme, prizes: Mapping[str, str]) -> list[str]:
    """What the scheme leaves undefined, naming line or boundary; empty when every unit falls under one line at most."""
    found = []
    groups: dict[tuple[str, str], list[tuple[int, Line]]] = {}
    for n, line in enumerate(scheme.lines, 1):
        groups.setdefault((line.kind, line.sector), []).append((n, line))
        if strange := set(line.amounts) - set(prizes):
            found.append(_("名额第 %(n)d 行有不属于这一届的奖项：%(keys)s") % {"n": n, "keys": "、".join(strange)})
        for key, amount in line.amounts.items():
            if line.cap is not None and amount.kind != "pot" and amount.low > line.cap:
                found.append(
                    _("名额第 %(n)d 行：%(name)s给 %(low)d 个，比合计上限 %(cap)d 多")
                    % {"n": n, "name": prizes.get(key, key), "low": amount.low, "cap": line.cap}
                )
    for members in groups.values():
        found += _group_problems(members)
    return found + _crossing(list(groups))


def _group_problems(members: list[tuple[int, Line]]) -> list[str]:
    """Lines for the same units: one figure, and bands that cover every number once."""
    numbers = "、".join(str(n) for n, _line in members)
    if len({line.basis for _n, line in members}) > 1:
        return [_("名额第 %(n)s 行是同一类单位，却按不同的人数分档") % {"n": numbers}]
    where = _("名额第 %(n)s 行：") % {"n": numbers}
    return [where + text for text in band_problems(line.band for _n, line in members)]


def _crossing(groups: Iterable[tuple[str, str]]) -> list[str]:
    """Lines for all units beside lines for some: a unit would fall under both."""
    groups = list(groups)
    both = [
        (a, b)
        for i, a in enumerate(groups)
        for b in groups[i + 1 :]
        if all(x == y or not x or not y for x, y in zip(a, b, strict=True))
    ]
    return [_("有的行管所有单位，有的行只管一部分，重叠的单位不知道算哪一行")] if both else []
