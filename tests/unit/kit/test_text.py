"""Counting, masks, differences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kit.text import ADD, CUT, SAME, count_chars, diff_words, mask_card, mask_id, mask_name, mask_phone, surname

words = st.text(alphabet="她从教二十年带出徒弟1234abc。，！\n ", max_size=60)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("三八红旗手", 5),
        ("从教 20 年，\n带出徒弟。", 11),
        ("", 0),
        ("  \t\n\u3000", 0),
        ("𫖮䶮", 2),  # outside the basic plane: two units in a browser, one sign for a clerk
        ("a\u200bb\ufeff", 2),
        ("葛\U000e0100", 1),  # a variation selector takes no place
        ("……——", 4),
    ],
)
def test_count(text, count):
    assert count_chars(text) == count


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("方心宜", "方*宜"),
        ("陆敏", "陆*"),
        ("欧阳修", "欧阳*"),
        ("欧阳修文", "欧阳*文"),
        ("阿依古丽·买买提", "阿***·买**"),
        ("John Smith", "J*** S****"),
        ("Ana", "A**"),
        ("李", "*"),
        ("", ""),
    ],
)
def test_mask_name(name, masked):
    assert mask_name(name) == masked


@given(st.text(alphabet="方心宜陆敏欧阳·abc ", min_size=1, max_size=12))
def test_a_mask_always_hides_something(name):
    if name.strip(" ·"):
        assert "*" in mask_name(name)


@given(st.text(alphabet="0123456789X", min_size=1, max_size=30))
def test_a_mask_never_shows_more_than_half(number):
    for mask in (mask_id, mask_phone, mask_card):
        masked = mask(number)
        assert len(masked) == len(number)
        assert masked.count("*") >= 4 or masked.count("*") * 2 >= len(number)


def test_masks():
    assert mask_id("310101199001012046") == "3101**********2046"
    assert mask_phone("13812341234") == "138****1234"
    assert mask_card("6222021234567890123") == "***************0123"
    assert surname("欧阳修") == "欧阳"
    assert surname("欧阳") == "欧"


def test_diff_shows_what_changed_in_whole_words():
    changes = diff_words("从教二十年，带出徒弟12人。", "从教二十年，带出徒弟15人，获奖。")
    assert [(change.op, change.text) for change in changes] == [
        (SAME, "从教二十年，带出徒弟"),
        (CUT, "12人"),  # the single 人 between two changes is taken in
        (ADD, "15人，获奖"),
        (SAME, "。"),
    ]


@given(words, words)
def test_both_texts_can_be_put_together_again(before, after):
    changes = diff_words(before, after)
    assert "".join(change.text for change in changes if change.op != ADD) == before
    assert "".join(change.text for change in changes if change.op != CUT) == after
    assert all(change.text for change in changes)


def test_a_long_text_is_still_quick():
    before = "".join(f"第{n}条，认真履行职责，做好本职工作。" for n in range(800))
    after = before.replace("第400条，认真", "第400条，非常认真")
    changes = diff_words(before, after)
    assert [change.text for change in changes if change.op == ADD] == ["非常"]
    assert not [change for change in changes if change.op == CUT]
