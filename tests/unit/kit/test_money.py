"""Fen, yuan, 大写. The reader of 大写 below is written apart from the writer, to check one by the other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kit.money import MAX_FEN, capital, format_fen, parse_yuan
from portal.kit.refusal import Refused

DIGITS = {sign: value for value, sign in enumerate("零壹贰叁肆伍陆柒捌玖")}
UNITS = {"拾": 10, "佰": 100, "仟": 1000}


def read_capital(text: str) -> int:
    """人民币…元…角…分 -> fen, by walking over the signs from the left."""
    total = part = digit = fen = 0
    for sign in text.removeprefix("人民币").removesuffix("整"):
        if sign in DIGITS:
            digit = DIGITS[sign]
        elif sign in UNITS:
            part, digit = part + digit * UNITS[sign], 0
        elif sign == "万":
            total, part, digit = total + (part + digit) * 10**4, 0, 0
        elif sign == "亿":
            total, part, digit = (total + part + digit) * 10**8, 0, 0
        elif sign == "元":
            total, part, digit = total + part + digit, 0, 0
        elif sign == "角":
            fen, digit = fen + digit * 10, 0
        elif sign == "分":
            fen, digit = fen + digit, 0
    return total * 100 + fen


# The first six are the examples of the Ministry's rules for filling in vouchers.
@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (140950, "人民币壹仟肆佰零玖元伍角"),
        (600714, "人民币陆仟零柒元壹角肆分"),
        (168032, "人民币壹仟陆佰捌拾元零叁角贰分"),
        (10700053, "人民币壹拾万柒仟元零伍角叁分"),
        (1640902, "人民币壹万陆仟肆佰零玖元零贰分"),
        (32504, "人民币叁佰贰拾伍元零肆分"),
        (800000, "人民币捌仟元整"),
        (0, "人民币零元整"),
        (50, "人民币伍角"),
        (5, "人民币伍分"),
        (10_050_000, "人民币壹拾万零伍佰元整"),
        (10**13 + 100_500, "人民币壹仟亿零壹仟零伍元整"),
        (100_000_000_00, "人民币壹亿元整"),
        (1_0001_0001_00, "人民币壹亿零壹万零壹元整"),
    ],
)
def test_capital(fen, text):
    assert capital(fen) == text
    assert read_capital(text) == fen


@given(st.integers(0, MAX_FEN))
def test_capital_reads_back(fen):
    text = capital(fen)
    assert read_capital(text) == fen
    assert "零零" not in text
    assert text.count("元") <= 1


@given(st.integers(0, MAX_FEN))
def test_amounts_read_back(fen):
    assert parse_yuan(format_fen(fen)) == fen
    assert parse_yuan(format_fen(fen, symbol=False)) == fen


def test_control_the_reader_sees_a_wrong_capital():
    assert read_capital("人民币壹仟伍元整") != read_capital("人民币壹仟伍佰元整")


@pytest.mark.parametrize(
    "text", ["8000", "8,000.00", "￥８，０００", "8000元", "人民币8000", " 8000.0 ", 8000, 8000.0, "8000."]
)
def test_amounts_as_they_are_typed(text):
    assert parse_yuan(text) == 800_000


def test_format():
    assert format_fen(800_000) == "¥8,000.00"
    assert format_fen(-5) == "-¥0.05"
    assert parse_yuan(0.1 + 0.2) == 30, "what a number cell makes of 0.3"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("-1", "负数"),
        ("8000.125", "最多 2 位"),
        ("八千", "不是金额"),
        ("1,00", "不是金额"),
        ("", "不是金额"),
        ("9" * 13, "超过"),
        ("9" * 40, "超过"),
        ("1e5", "不是金额"),
    ],
)
def test_a_wrong_amount_says_why(text, reason):
    with pytest.raises(Refused, match=reason):
        parse_yuan(text)


def test_a_voucher_takes_no_nonsense():
    with pytest.raises(ValueError, match="negative"):
        capital(-1)
    with pytest.raises(ValueError, match="large"):
        capital(MAX_FEN + 1)
