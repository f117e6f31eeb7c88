"""Titles of official papers break where a word ends."""

import pytest

from programs.views.decisions import title_lines


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("关于表彰三八红旗手的决定", ["关于表彰三八红旗手的决定"]),
        ("关于表彰2025—2026年度三八红旗集体的决定", ["关于表彰2025—2026年度", "三八红旗集体的决定"]),
        ("关于表彰2024—2025年度上海市教育系统三八红旗手、三八红旗集体的决定",
         ["关于表彰2024—2025年度上海市教育系统", "三八红旗手、三八红旗集体的决定"]),
    ],
)  # fmt: skip
def test_a_long_title_breaks_between_words(title, lines):
    assert title_lines(title) == lines


def test_a_figure_is_never_torn():
    for n in range(1, 30):
        first, *rest = title_lines("关" * n + "2025" * 10)
        assert not (rest and first[-1].isascii() and rest[0][0].isascii()), n
