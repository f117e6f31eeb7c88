"""Chinese text as the office handles it: counted, masked, compared."""

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any

# Signs that take no place on paper: control, format (zero-width), combining marks and variation selectors.
_WEIGHTLESS = frozenset({"Cc", "Cf", "Mn", "Me", "Cs"})

_COMPOUND = (
    "欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 长孙 宇文 司徒 司空 夏侯 轩辕 端木 独孤 南宫 西门 东郭 百里 "
    "呼延 赫连 澹台 公冶 宗政 濮阳 淳于 单于 太叔 申屠 仲孙 钟离 鲜于 闾丘 亓官 司寇 万俟 闻人 第五 拓跋 夹谷 谷梁 "
    "完颜 颛孙 梁丘 左丘 东门 南门 纳兰 叶赫 歐陽 司馬 諸葛 東方 長孫 尉遲"
)
_COMPOUND_SURNAMES = frozenset(_COMPOUND.split())


def count_chars(text: str) -> int:
    """How long a clerk says a text is: every character, mark and digit is one, blanks and line ends are none.

    The browser counts the same with ``[...s.replace(/[\\s\\p{Cc}\\p{Cf}\\p{Mn}\\p{Me}\\p{Cs}]/gu, '')].length``, so a
    rare character outside the basic plane is one in both.
    """
    return sum(map(_weighs, text))


@lru_cache(8192)
def _weighs(sign: str) -> bool:
    return not sign.isspace() and unicodedata.category(sign) not in _WEIGHTLESS


def escaped(value: Any) -> str:
    """Text for a page, as Django's ``conditional_escape`` gives it but without the detour for lazy words: cells and
    options are escaped by the thousand.
    """
    if hasattr(value, "__html__"):
        return value.__html__()
    text = str(value)
    return text if hasattr(text, "__html__") else html.escape(text)


# ---------------------------------------------------------------- masks


def surname(name: str) -> str:
    """The family name: one character, or two for a compound one."""
    bare = name.strip()
    return bare[:2] if len(bare) > 2 and bare[:2] in _COMPOUND_SURNAMES else bare[:1]


def _mask_part(part: str) -> str:
    return part[:1] + "*" * (len(part) - 1) if len(part) > 1 else "*"


def mask_name(name: str) -> str:
    """方心宜 -> 方*宜, 陆敏 -> 陆*, 欧阳修 -> 欧阳*, 阿依古丽·买买提 -> 阿***·买**, John Smith -> J*** S****."""
    bare = name.strip()
    parts = re.split(r"([·•・‧.\s]+)", bare)
    if len(parts) > 1:
        return "".join(_mask_part(part) if index % 2 == 0 and part else part for index, part in enumerate(parts))
    family = surname(bare)
    given = len(bare) - len(family)
    if not given:
        return "*" * len(bare)
    if given == 1 or bare.isascii():
        return family + "*" * given
    return family + "*" * (given - 1) + bare[-1]


def _mask_middle(value: str, head: int, tail: int) -> str:
    bare = re.sub(r"\s+", "", value)
    if len(bare) < head + tail + 4:  # too short to hide anything behind: keep a third at most, at the end
        tail = len(bare) // 3
        return "*" * (len(bare) - tail) + bare[len(bare) - tail :]
    return bare[:head] + "*" * (len(bare) - head - tail) + bare[-tail:]


def mask_id(number: str) -> str:
    """3101**********2046."""
    return _mask_middle(number, 4, 4)


def mask_phone(number: str) -> str:
    """138****1234."""
    return _mask_middle(number, 3, 4)


def mask_card(number: str) -> str:
    """***************1234: banks themselves show the last four."""
    return _mask_middle(number, 0, 4)


# ---------------------------------------------------------------- what changed

SAME, CUT, ADD = "same", "cut", "add"
_TOKEN = re.compile(r"[A-Za-z]+|\d+(?:[.,]\d+)*|[ \t]+|.", re.DOTALL)
_SENTENCE = re.compile(r"[^。！？；\n]*[。！？；\n]+|[^。！？；\n]+")
_FINE = 4000  # tokens; a longer pair is first matched sentence by sentence, because the match is quadratic


@dataclass(frozen=True, slots=True)
class Change:
    """A run of text that stayed (``same``), went (``cut``) or came (``add``)."""

    op: str
    text: str


def diff_words(before: str, after: str) -> list[Change]:
    """What changed between two texts, by Chinese character, Latin word and whole number.

    ``same`` + ``cut`` in order is the text before, ``same`` + ``add`` the text after. Islands of a single unchanged
    character between two changes are taken into the change: nobody can read a text with every second sign struck out.
    """
    if before == after:
        return [Change(SAME, after)] if after else []
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    if len(old) + len(new) <= _FINE:
        return _tidy(_runs(old, new))
    return _tidy(_by_sentence(before, after))


def _runs(old: list[str], new: list[str]) -> Iterator[tuple[str, str]]:
    """(text before, text after) for each run, equal where nothing changed."""
    for _op, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        yield "".join(old[i:j]), "".join(new[k:m])


def _by_sentence(before: str, after: str) -> Iterator[tuple[str, str]]:
    old, new = _SENTENCE.findall(before), _SENTENCE.findall(after)
    for op, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        left, right = "".join(old[i:j]), "".join(new[k:m])
        if op == "replace" and len(left) + len(right) <= _FINE:
            yield from _runs(_TOKEN.findall(left), _TOKEN.findall(right))
        else:
            yield left, right


def _tidy(runs: Iterator[tuple[str, str]]) -> list[Change]:
    """Join neighbours of one kind; a cut comes before the addition that stands in its place."""
    pairs = list(runs)
    merged: list[list[str]] = []  # [same] or [cut, add]
    for index, (left, right) in enumerate(pairs):
        inside = 0 < index < len(pairs) - 1
        same = left == right and not (inside and len(left) == 1 and not left.isspace())
        if same and merged and len(merged[-1]) == 1:
            merged[-1][0] += left
        elif same:
            merged.append([left])
        elif merged and len(merged[-1]) == 2:
            merged[-1][0] += left
            merged[-1][1] += right
        else:
            merged.append([left, right])
    found = []
    for run in merged:
        kinds = (SAME,) if len(run) == 1 else (CUT, ADD)
        found += [Change(op, text) for op, text in zip(kinds, run, strict=True) if text]
    return found
