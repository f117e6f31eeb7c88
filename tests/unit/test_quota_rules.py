"""Quota rules (R2, R3): what each kind gives, what it says, which schemes are refused; against a second computation."""

from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.rules.bands import band_problems, read_band
from programs.rules.percent import percent_words, read_percent
from programs.rules.quotas import Unit, cap_of, grant, read_amount, read_scheme, scheme_problems

TIERS = [{"kind": "university", "band": "不满1000", "amounts": {"a": "2"}},
         {"kind": "university", "band": "满1000", "amounts": {"a": "3"}}]  # fmt: skip


def unit(heads: int = 0, kind: str = "university", sector: str = "higher", **figures: int) -> Unit:
    return Unit(1, kind, sector, {"heads": heads, "women": 0, "members": 0, **figures})


def places(scheme: dict, one: Unit, prize: str = "a") -> int | None:
    found = grant(read_scheme(scheme), one, prize)
    return found.places if found else None


# the worked examples of the domain report ---------------------------------------------------------------------


@pytest.mark.parametrize(("heads", "expected"), [(0, 2), (999, 2), (1000, 3), (1001, 3), (5872, 3)])
def test_tier_by_head_count(heads, expected):
    """S-STA: under 1000 staff two pairs, from 1000 three; here somebody owns the 1000."""
    assert places({"lines": TIERS}, unit(heads)) == expected


@pytest.mark.parametrize(
    ("women", "percent", "rounding", "expected"),
    [(400, "5%", "down", 20), (1240, "1%", "down", 12), (1240, "1%", "half", 12), (1250, "1%", "half", 13),
     (1240, "1%", "up", 13), (15204, "0.3%", "down", 45), (15204, "0.3%", "half", 46), (0, "5%", "up", 0)],
)  # fmt: skip
def test_share_of_women(women, percent, rounding, expected):
    """S-SUMHS21 (5 % of the women), S-SHU12 (about 1 %)."""
    scheme = {"rounding": rounding, "lines": [{"basis": "women", "amounts": {"a": percent}}]}
    assert places(scheme, unit(women=women)) == expected


def test_a_share_has_its_own_least_and_most():
    scheme = {"lines": [{"basis": "women", "amounts": {"a": "0.3% 1—5"}}]}
    assert [places(scheme, unit(women=n)) for n in (10, 700, 99999)] == [1, 2, 5]
    said = grant(read_scheme(scheme), unit(women=10), "a").sentence
    assert said == "女职工 10 人，0.3% 是 0.03，舍去得 0，至少 1 个"


def test_range_fixed_nothing_and_pot():
    scheme = read_scheme({"lines": [{"amounts": {"a": "1—2", "b": "0", "c": "池5"}}]})
    first, none, pot = (grant(scheme, unit(), key) for key in "abc")
    assert (first.least, first.places) == (1, 2)
    assert (none.places, none.sentence) == (0, "每家 0 个")
    assert (pot.places, pot.pot) == (5, 1)
    assert grant(scheme, unit(), "d") is None


def test_surplus_is_rounded_up():
    """R3, S-GRRB18: nominations = ⌈places × 120 %⌉."""
    scheme = {"surplus": 12000, "lines": [{"amounts": {"a": "7", "b": "5", "c": "1"}}]}
    assert [places(scheme, unit(), key) for key in "abc"] == [9, 6, 2]
    assert grant(read_scheme(scheme), unit(), "a").sentence == "每家 7 个；差额 120%，可报 9 个"


def test_cap_over_several_prizes():
    """S-DHU16: one per group, five in all; vocational colleges three."""
    scheme = read_scheme({"lines": [{"sector": "higher", "amounts": {"a": "1"}, "cap": 5},
                                {"sector": "vocational", "amounts": {"a": "1—2"}, "cap": 3}]})  # fmt: skip
    assert [cap_of(scheme, unit(sector=s)) for s in ("higher", "vocational", "basic")] == [5, 3, None]


def test_the_sentence_names_figure_and_band():
    said = grant(read_scheme({"lines": TIERS}), unit(1240), "a").sentence
    assert said == "教职工 1,240 人，按“满 1,000 人”档 3 个"


# what is refused ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bands", "named"),
    [
        (["1000以下", "1000以上"], "“1,000 人以下”没说含不含 1,000"),
        (["不满1000", "超过1000"], "正好 1,000 人的哪一档都不算"),
        (["不超过1000", "满1000"], "正好 1,000 人的两档都算"),
        (["不满1000", "满2000"], "1,000—1,999 人的哪一档都不算"),
        (["不满1500", "满1000"], "1,000—1,499 人的两档都算"),
        (["不满1000", "1000—2999"], "3,000 人及以上的哪一档都不算"),
        (["满100"], "0—99 人的哪一档都不算"),
        (["满3000不满1000", "不满3000"], "上下颠倒"),
        (["", "满1000"], "1,000 人及以上的两档都算"),
    ],
)
def test_an_undefined_boundary_is_named(bands, named):
    found = band_problems([read_band(text) for text in bands])
    assert any(named in text for text in found), found
    scheme = read_scheme({"lines": [{"kind": "university", "band": text, "amounts": {"a": "1"}} for text in bands]})
    assert any(named in text for text in scheme_problems(scheme, {"a": "甲"}))


@pytest.mark.parametrize(
    "bands",
    [["不满1000", "满1000"], ["不超过1000", "超过1000"], ["0—999", "1000—2999", "≥3000"], [""], ["满1,000", "<1,000"]],
)
def test_bands_that_cover_every_number_once_are_taken(bands):
    assert band_problems([read_band(text) for text in bands]) == []


@pytest.mark.parametrize("text", ["千人以下", "1000", "满1000满2000", "-5以下"])
def test_a_band_nobody_can_read_is_refused(text):
    with pytest.raises(ValueError, match="看不懂"):
        read_band(text)


@pytest.mark.parametrize("text", ["两个", "-1", "2—1", "101%", "池", "0.003%", "1.5"])
def test_an_amount_nobody_can_read_is_refused(text):
    with pytest.raises(ValueError):
        read_amount(text)


def test_two_figures_for_one_kind_and_crossing_lines_are_refused():
    mixed = read_scheme({"lines": [{**TIERS[0]}, {**TIERS[1], "basis": "women"}]})
    assert any("不同的人数分档" in text for text in scheme_problems(mixed, {"a": "甲"}))
    crossing = read_scheme({"lines": [{"amounts": {"a": "1"}}, {"kind": "district", "amounts": {"a": "2"}}]})
    assert any("重叠" in text for text in scheme_problems(crossing, {"a": "甲"}))
    too_much = read_scheme({"lines": [{"amounts": {"a": "4"}, "cap": 3}]})
    assert any("比合计上限 3 多" in text for text in scheme_problems(too_much, {"a": "甲"}))


# against a second computation ---------------------------------------------------------------------


@given(st.integers(0, 400_000), st.integers(1, 10_000), st.sampled_from(["down", "half", "up"]))
def test_shares_agree_with_fractions(figure, percent, rounding):
    exact = Fraction(figure) * Fraction(percent, 10_000)
    expected = {"down": floor(exact), "up": ceil(exact), "half": floor(exact + Fraction(1, 2))}[rounding]
    scheme = {"rounding": rounding, "lines": [{"amounts": {"a": percent_words(percent)}}]}
    assert read_percent(percent_words(percent)) == percent
    assert places(scheme, unit(figure)) == min(expected, 9999)


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=6, unique=True), st.integers(0, 6000), st.data())
def test_complete_bands_hold_every_figure_exactly_once(bounds, figure, data):
    """Bounds in order, each owned by one side by lot; then any one bound disowned, and the hole is named."""
    bounds = sorted(bounds)
    owned = [data.draw(st.booleans()) for _b in bounds]  # True: the band above owns it
    low = [""] + [f"{'满' if up else '超过'}{n}" for n, up in zip(bounds, owned, strict=True)]
    high = [f"{'不满' if up else '不超过'}{n}" for n, up in zip(bounds, owned, strict=True)] + [""]
    bands = [read_band(a + b) for a, b in zip(low, high, strict=True)]
    if any(band.last is not None and band.last < band.first for band in bands):
        return  # neighbours like 超过5不满6 are empty, and said so
    assert band_problems(bands) == []
    assert sum(band.holds(figure) for band in bands) == 1
    at = data.draw(st.integers(0, len(bounds) - 1))
    low[at + 1], high[at] = f"超过{bounds[at]}", high[at].replace("不超过", "不满")
    broken = [read_band(a + b) for a, b in zip(low, high, strict=True)]
    assert not any(band.holds(bounds[at]) for band in broken)
    assert any(f"{bounds[at]:,}" in text for text in band_problems(broken))
