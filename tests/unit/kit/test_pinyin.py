"""Sort keys and initials of Chinese names."""

import pytest

from portal.kit.pinyin import keys


@pytest.mark.parametrize(
    ("name", "spelt"),
    [
        ("曾国强", "zeng guo qiang"), ("解小东", "xie xiao dong"), ("仇英", "qiu ying"), ("朴树", "piao shu"),
        ("查良镛", "zha liang yong"), ("区少安", "ou shao an"), ("单田芳", "shan tian fang"), ("尉迟恭", "yu chi gong"),
        ("长孙无忌", "zhang sun wu ji"), ("方心宜", "fang xin yi"), ("吕丽", "lv li"),
        ("阿依古丽·买买提", "a yi gu li mai mai ti"),
        ("John Smith", "john smith"), ("", ""),
    ],
)  # fmt: skip
def test_people(name, spelt):
    assert keys(name)[0] == spelt


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("上海市长宁区教育工会", "chang ning"),
        ("闵行中学工会", "min hang"),
        ("行知中学", "xing zhi"),
        ("曹杨二中2号", "2"),
    ],
)
def test_organisations(name, part):
    assert part in keys(name, person=False)[0]


def test_every_way_to_type_the_initials():
    assert keys("曾乐")[1].split() == ["zl", "zy", "cl", "cy"]
    assert keys("方心宜")[1].split()[0] == "fxy"
    assert keys("解放", person=True)[1].split()[0] == "xf"
    assert keys("")[1] == ""


def test_sorting_goes_by_syllable():
    names = ["连战", "李安", "李白", "方心宜"]
    assert sorted(names, key=lambda name: keys(name)[0]) == ["方心宜", "李安", "李白", "连战"]


def test_the_column_for_initials_is_never_overrun():
    assert len(keys("重重重重重重重重重重重重长长长长长长长长", person=False)[1]) <= 190
