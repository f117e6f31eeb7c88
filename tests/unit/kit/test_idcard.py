"""Numbers that name people and units."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kit import idcard
from portal.kit.idcard import check_bank_card, check_phone, check_uscc, read_document
from portal.kit.refusal import Refused

ON = date(2026, 11, 23)


def with_check_digit(seventeen: str) -> str:
    """By the standard's weights, apart from the library the code uses."""
    weights = [pow(2, 17 - at, 11) for at in range(17)]
    total = sum(int(sign) * weight for sign, weight in zip(seventeen, weights, strict=True))
    return seventeen + "10X98765432"[total % 11]


@pytest.mark.parametrize(
    ("number", "birth", "sex"),
    [
        (with_check_digit("31010119900101204"), date(1990, 1, 1), "F"),
        (with_check_digit("31011519850505123"), date(1985, 5, 5), "M"),  # Pudong, before it was a county
        (with_check_digit("31015119900228001"), date(1990, 2, 28), "M"),  # Chongming
        (" 3101 0119 9001 0120 4" + with_check_digit("31010119900101204")[-1], date(1990, 1, 1), "F"),
        ("３１０１０１１９９００１０１２０４" + with_check_digit("31010119900101204")[-1], date(1990, 1, 1), "F"),
    ],
)
def test_a_resident_id_tells_birth_and_sex(number, birth, sex):
    document = read_document(number, on=ON)
    assert (document.birth, document.sex) == (birth, sex)
    assert len(document.number) == 18


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("31010119900101204", "要 18 位，现在 17 位"),
        ("3101011990010120422", "要 18 位，现在 19 位"),
        ("310101900101204", "15 位的旧证件号"),
        ("31010119900230204X", "2 月没有 30 日"),
        ("31010119901301204X", "没有 13 月"),
        ("31010118500101204X", "不可能"),
        ("31010120270101204X", "不可能"),
        ("3101O1199001012042", "第 5 位应是数字，填的是“O”"),
        ("3.1010119900101e+17", "末几位已经丢失"),
        ("310101198001010000", "多半是表格当数字存丢了"),
        ("", "没有填写"),
    ],
)
def test_a_wrong_id_says_the_figure(number, reason):
    with pytest.raises(Refused, match=reason):
        read_document(number, on=ON)


def test_the_check_digit_is_named():
    right = with_check_digit("31010119900101204")
    wrong = right[:-1] + ("3" if right[-1] != "3" else "4")
    with pytest.raises(Refused, match=f"校验码应是 {right[-1]}，填的是 {wrong[-1]}"):
        read_document(wrong, on=ON)


@given(st.integers(0, 10**6 - 1), st.dates(date(1900, 1, 1), date(2026, 1, 1)), st.integers(0, 999), st.data())
def test_every_single_wrong_digit_is_found(region, birth, order, data):
    good = with_check_digit(f"{region:06d}{birth:%Y%m%d}{order:03d}")
    assert read_document(good, on=ON).birth == birth
    place = data.draw(st.integers(0, 17))
    other = data.draw(st.sampled_from([sign for sign in "0123456789" if sign != good[place]]))
    with pytest.raises(Refused):
        read_document(good[:place] + other + good[place + 1 :], on=ON)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (idcard.HMT_RESIDENCE, with_check_digit("81000019900101204"), with_check_digit("31010119900101204")),
        (idcard.HK_MACAU_PERMIT, "H12345678", "A12345678"),
        (idcard.TAIWAN_PERMIT, "12345678", "1234567"),
        (idcard.PASSPORT, "E12345678", "ABCDEF"),
        (idcard.FOREIGN_RESIDENCE, "CAN110085042701", "CA110085042701"),
        (idcard.FOREIGN_RESIDENCE, with_check_digit("91112419900101204"), with_check_digit("91112419900101204")[:-1]),
    ],
)
def test_other_documents(kind, good, bad):
    assert read_document(good.lower(), kind, on=ON).number == good
    with pytest.raises(Refused):
        read_document(bad, kind, on=ON)


def test_uscc():
    assert check_uscc("91110000600037341l") == "91110000600037341L"
    with pytest.raises(Refused, match="校验码应是 L，填的是 M"):
        check_uscc("91110000600037341M")
    with pytest.raises(Refused, match="不用字母 I（第 17 位）"):
        check_uscc("9111000060003734IL")
    with pytest.raises(Refused, match="要 18 位，现在 5 位"):
        check_uscc("12345")
    with pytest.raises(Refused, match="行政区划"):
        check_uscc("91A10000600037341L")


def test_phone():
    assert check_phone("+86 138-1234-5678") == "13812345678"
    assert check_phone("１３８１２３４５６７８") == "13812345678"
    with pytest.raises(Refused, match="手机号要 11 位，现在 10 位"):
        check_phone("1381234567")
    with pytest.raises(Refused, match="填的是 12"):
        check_phone("12812345678")
    with pytest.raises(Refused, match="第 4 位应是数字"):
        check_phone("138A2345678")


def test_bank_card():
    assert check_bank_card("6222 0212 3456 7894") == "6222021234567894"
    with pytest.raises(Refused, match="校验码应是 4，填的是 0"):
        check_bank_card("6222021234567890")
    with pytest.raises(Refused, match="16 到 19 位，现在 5 位"):
        check_bank_card("12345")
    assert check_bank_card("123456789", luhn=False) == "123456789"
