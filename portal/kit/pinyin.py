"""Sort and search keys for Chinese names.

The embedded database has no Chinese collation, so a stored column carries the order. pypinyin reads surnames and
Shanghai's districts wrongly by default (曾 as ceng, 上海市长宁区 as "shi zhang"), so those are read here first.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice, product

from pypinyin import Style, pinyin
from pypinyin.constants import PHRASES_DICT

from portal.kit.text import surname

# How a character reads as a family name, where that is not its usual reading.
_SURNAMES = {
    "曾": "zeng", "解": "xie", "仇": "qiu", "朴": "piao", "查": "zha", "区": "ou", "单": "shan", "任": "ren",
    "华": "hua", "盖": "ge", "缪": "miao", "召": "shao", "秘": "bi", "冼": "xian", "黑": "he", "重": "chong",
    "繁": "po", "员": "yun", "尉": "wei", "乐": "yue", "乜": "nie", "逄": "pang", "翟": "zhai", "葛": "ge",
    "訾": "zi", "种": "chong", "能": "nai", "隗": "wei", "令": "ling", "折": "she", "覃": "qin", "洗": "xian",
    "臧": "zang", "祭": "zhai", "纪": "ji", "宁": "ning", "瞿": "qu", "佟": "tong", "褚": "chu", "谌": "chen",
    "阚": "kan", "晁": "chao", "幺": "yao", "牟": "mu", "柏": "bai", "鲍": "bao", "薄": "bo", "贲": "ben",
    "卜": "bu", "车": "che", "晟": "cheng", "都": "du", "费": "fei", "干": "gan", "过": "guo", "哈": "ha",
    "郝": "hao", "句": "gou", "郇": "huan", "俱": "ju", "阙": "que", "万": "wan", "沈": "shen", "石": "shi",
    "相": "xiang", "燕": "yan", "应": "ying", "於": "yu", "郁": "yu", "恽": "yun", "占": "zhan", "长": "chang",
    "诸": "zhu", "祝": "zhu", "尹": "yin", "适": "kuo", "殷": "yin", "强": "qiang", "奇": "qi", "曲": "qu",
    "舍": "she",
}  # fmt: skip
_COMPOUND = {
    "尉迟": "yu chi", "长孙": "zhang sun", "万俟": "mo qi", "澹台": "tan tai", "单于": "chan yu", "令狐": "ling hu",
    "鲜于": "xian yu", "亓官": "qi guan", "濮阳": "pu yang", "淳于": "chun yu", "呼延": "hu yan", "司马": "si ma",
    "尉遲": "yu chi", "長孫": "zhang sun",
}  # fmt: skip
_PLACES = {
    "长宁": "chang ning", "长江": "chang jiang", "长兴": "chang xing", "长征": "chang zheng", "长风": "chang feng",
    "长寿": "chang shou", "长桥": "chang qiao", "闵行": "min hang", "普陀": "pu tuo", "徐汇": "xu hui",
    "静安": "jing an", "虹口": "hong kou", "杨浦": "yang pu", "黄浦": "huang pu", "宝山": "bao shan",
    "嘉定": "jia ding", "浦东": "pu dong", "金山": "jin shan", "松江": "song jiang", "青浦": "qing pu",
    "奉贤": "feng xian", "崇明": "chong ming", "莘庄": "xin zhuang", "行知": "xing zhi", "大场": "da chang",
    "六合": "lu he", "重庆": "chong qing", "乐山": "le shan", "曹行": "cao hang", "银行": "yin hang",
    "音乐": "yin yue", "体育": "ti yu", "调解": "tiao jie", "女工": "nv gong",
}  # fmt: skip
_MAX_INITIALS = 190  # signs in the column, all variants together
_HAN = re.compile("[\u4e00-\u9fff]{1,8}")
_KNOWN = "|".join(_PLACES)
_PIECE = re.compile(rf"{_KNOWN}|[A-Za-z0-9']+|[^A-Za-z0-9\s]+?(?={_KNOWN}|[A-Za-z0-9\s]|$)")


def _run(piece: str) -> Iterator[list[str]]:
    """Readings of a run of characters, the one that fits the context first."""
    if len(piece) > 1 and _HAN.fullmatch(piece) and not _phrased(piece):
        for sign in piece:
            yield _sign(sign)
        return
    likely = pinyin(piece, style=Style.NORMAL, v_to_u=False)
    every = pinyin(piece, style=Style.NORMAL, v_to_u=False, heteronym=True)
    for first, others in zip(likely, every, strict=True):
        tidy = ("".join(sign for sign in reading.lower() if sign.isalnum()) for reading in (*first, *others))
        yield list(dict.fromkeys(reading for reading in tidy if reading))


@lru_cache(maxsize=8192)
def _sign(sign: str) -> list[str]:
    return next(_run(sign))


def _phrased(piece: str) -> bool:
    """Whether some of the characters stand together in pypinyin's list of phrases; else each reads as it does alone."""
    size = len(piece)
    return any(piece[a:b] in PHRASES_DICT for a in range(size - 1) for b in range(a + 2, size + 1))


def _readings(name: str, person: bool) -> list[list[str]]:
    """For every character (or Latin word) of the name its readings, the likeliest first."""
    rest, found = name.strip(), []
    family = surname(rest) if person else ""
    reading = _COMPOUND.get(family, "") or _SURNAMES.get(family, "")
    if reading:
        found += [[syllable] for syllable in reading.split()]
        if len(family) == 1:  # people also type it as it reads elsewhere
            found[0] += [other for other in next(_run(family)) if other != reading]
        rest = rest[len(family) :]
    for piece in _PIECE.findall(rest):
        if piece in _PLACES and not person:
            found += [[syllable] for syllable in _PLACES[piece].split()]
        elif piece.isascii():
            found.append([piece.lower()])
        else:
            found += _run(piece)
    return [readings for readings in found if readings]


@lru_cache(maxsize=16_384)
def keys(name: str, person: bool = True) -> tuple[str, str]:
    """(sort key, initials) for the two columns beside a name: ``方心宜`` -> (``fang xin yi``, ``fxy``).

    A blank between syllables makes 李安 (li an) sort before 连 (lian); ü is written v. The initials hold every way to
    type them, likeliest first, parted by blanks: ``曾乐`` -> ``zl zy cl cy``. ``person=False`` for organisations: their
    first character is no surname, but districts are known.
    """
    readings = _readings(name, person)
    letters = [list(dict.fromkeys(reading[0] for reading in every)) for every in readings]
    room = max(1, _MAX_INITIALS // (len(letters) + 1))
    variants = ["".join(choice) for choice in islice(product(*letters), room)] if letters else []
    return " ".join(every[0] for every in readings), " ".join(variants)
