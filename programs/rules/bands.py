"""Bands of a figure (“满1000不满3000”), and what a set of them leaves undefined (rule R2)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

#: A word for a bound → (which end, whether the number itself belongs to it; None where Chinese usage is not agreed).
_BEFORE = {
    "不超过": ("high", True), "不足": ("high", False), "不满": ("high", False), "少于": ("high", False),
    "不少于": ("low", True), "超过": ("low", False), "满": ("low", True), "多于": ("low", False),
    "≥": ("low", True), ">=": ("low", True), "≤": ("high", True), "<=": ("high", True),
    ">": ("low", False), "＞": ("low", False), "<": ("high", False), "＜": ("high", False),
}  # fmt: skip
_AFTER = {
    "及以上": ("low", True), "以上（含）": ("low", True), "以上(含)": ("low", True), "以上": ("low", None),
    "及以下": ("high", True), "以下（含）": ("high", True), "以下(含)": ("high", True), "以下": ("high", None),
    "以上（不含）": ("low", False), "以上(不含)": ("low", False),
    "以下（不含）": ("high", False), "以下(不含)": ("high", False),
}  # fmt: skip


def _either(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_PART = re.compile(rf"(?:({_either(_BEFORE)})(\d+)人?|(\d+)人?({_either(_AFTER)}))[，,、且至]?")
_SPAN = re.compile(r"(\d+)人?[-—–~～至到](\d+)人?")


@dataclass(frozen=True)
class Band:
    """Whole numbers from ``low`` to ``high``. ``*_in`` says whether the bound itself belongs; None: nobody said."""

    low: int | None = None
    high: int | None = None
    low_in: bool | None = True
    high_in: bool | None = False

    @property
    def first(self) -> int:
        """The smallest whole number that belongs to the band."""
        return 0 if self.low is None else self.low + (not self.low_in)

    @property
    def last(self) -> int | None:
        """The greatest whole number that belongs to it; None without an upper end."""
        return None if self.high is None else self.high - (not self.high_in)

    @property
    def whole(self) -> bool:
        """Whether everybody belongs to it."""
        return self.low is None and self.high is None

    def holds(self, figure: int) -> bool:
        """Whether the figure belongs to the band."""
        return figure >= self.first and (self.last is None or figure <= self.last)

    @property
    def words(self) -> str:
        """“满 1,000 人不满 3,000 人”."""
        said = {True: _("满 %(n)s 人"), False: _("超过 %(n)s 人"), None: _("%(n)s 人以上")}[self.low_in]
        low = "" if self.low is None else said % {"n": f"{self.low:,}"}
        said = {True: _("不超过 %(n)s 人"), False: _("不满 %(n)s 人"), None: _("%(n)s 人以下")}[self.high_in]
        high = "" if self.high is None else said % {"n": f"{self.high:,}"}
        return low + high


def read_band(text: str) -> Band:
    """Read a band; empty text is everybody. Raises ValueError with the reason in Chinese."""
    plain = re.sub(r"[\s,，](?=\d{3}(?!\d))", "", text.strip())
    plain = re.sub(r"\s", "", plain)
    if not plain:
        return Band()
    if span := _SPAN.fullmatch(plain):
        return Band(int(span[1]), int(span[2]), True, True)
    found: dict[str, tuple[int, bool | None]] = {}
    at = 0
    while at < len(plain):
        part = _PART.match(plain, at)
        end, inside = (_BEFORE[part[1]] if part[1] else _AFTER[part[4]]) if part else ("", None)
        if part is None or end in found:
            raise ValueError(_("看不懂“%(text)s”，写成 不满1000、满1000不满3000、满3000") % {"text": text.strip()})
        found[end] = int(part[2] or part[3]), inside
        at = part.end()
    low, low_in = found.get("low", (None, True))
    high, high_in = found.get("high", (None, False))
    return Band(low, high, low_in, high_in)


def band_problems(bands: Iterable[Band]) -> list[str]:
    """What these bands leave undefined, each naming the boundary: unsaid ends, reversed ones, gaps and overlaps."""
    bands = list(bands)
    found = [text for band in bands for text in _unsaid(band)]
    reversed_ = [band for band in bands if band.last is not None and band.last < band.first]
    found += [_("“%(band)s”上下颠倒，没有人在里面") % {"band": band.words} for band in reversed_]
    if found:
        return found
    follows: int | None = 0
    for band in sorted(bands, key=lambda one: (one.first, one.last is None, one.last or 0)):
        if follows is None:
            found.append(_("%(who)s两档都算") % {"who": _who(band.first, band.last)})
            continue
        if band.first > follows:
            found.append(_("%(who)s哪一档都不算，没有名额") % {"who": _who(follows, band.first - 1)})
        elif band.first < follows:
            upto = follows - 1 if band.last is None else min(follows - 1, band.last)
            found.append(_("%(who)s两档都算") % {"who": _who(band.first, upto)})
        follows = None if band.last is None else max(follows, band.last + 1)
    if bands and follows is not None:
        found.append(_("%(who)s哪一档都不算，没有名额") % {"who": _who(follows, None)})
    return found


def _unsaid(band: Band) -> list[str]:
    ends = [(band.low, band.low_in, _("%(n)s 人以上"), _("满"), _("超过")),
            (band.high, band.high_in, _("%(n)s 人以下"), _("不超过"), _("不满"))]  # fmt: skip
    return [
        _("“%(band)s”没说含不含 %(n)s：写成“%(a)s%(plain)d”或“%(b)s%(plain)d”")
        % {"band": words % {"n": f"{n:,}"}, "n": f"{n:,}", "a": with_it, "b": without, "plain": n}
        for n, inside, words, with_it, without in ends
        if n is not None and inside is None
    ]


def _who(first: int, last: int | None) -> str:
    if last is None:
        return _("%(n)s 人及以上的") % {"n": f"{first:,}"}
    if first == last:
        return _("正好 %(n)s 人的") % {"n": f"{first:,}"}
    return _("%(a)s—%(b)s 人的") % {"a": f"{first:,}", "b": f"{last:,}"}
