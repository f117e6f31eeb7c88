"""Ratios over a list (R5): standing, margin and cure, against a list that is really changed."""

import datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.rules.ages import age_on, full_years
from programs.rules.ratios import Condition, Ratio, Standing, contradictions, measure

day = datetime.date.fromisoformat
WOMEN = Condition("sex", "eq", "f")


def ratio(percent: int = 4000, floor: bool = True, **values) -> Ratio:
    return Ratio("女职工", floor, percent, (WOMEN,), **values)


def people(women: int, men: int) -> list[dict]:
    return [{"sex": "f"}] * women + [{"sex": "m"}] * men


# worked examples ---------------------------------------------------------------------


def test_a_floor_says_its_points_and_what_would_cure_it():
    found = measure(ratio(), people(3, 7))
    assert (found.n, found.d, found.kept, found.spare) == (3, 10, False, -1)
    assert found.margin == -10
    assert [(cure.kind, cure.n) for cure in found.cures] == [("add", 2), ("swap", 1)]


def test_nested_denominator():
    """S-NX22: 县处级 at most 20 % of those in offices and schools, not of everybody."""
    rule = Ratio("县处级", False, 2000, (Condition("rank", "in", ("division", "bureau")),),
                 (Condition("nature", "eq", "public"),))  # fmt: skip
    rows = [{"rank": "division", "nature": "public"}] * 3 + [{"rank": "none", "nature": "public"}] * 9
    rows += [{"rank": "division", "nature": "private"}] * 40
    found = measure(rule, rows)
    assert (found.n, found.d, found.margin) == (3, 12, -5)
    assert [(cure.kind, cure.n) for cure in found.cures] == [("drop", 1), ("swap", 1)]


def test_ratios_of_the_national_notice():
    """S-163-24: front line at least 60 % of the teachers, exactly at the bound and one short of it."""
    rule = Ratio("一线", True, 6000, (Condition("post", "eq", "front"),))
    at = measure(rule, [{"post": "front"}] * 36 + [{"post": "office"}] * 24)
    assert (at.kept, at.spare, at.margin) == (True, 0, 0)
    below = measure(rule, [{"post": "front"}] * 35 + [{"post": "office"}] * 25)
    assert not below.kept and below.spare == -1


def test_an_empty_denominator_is_kept_and_has_no_percentage():
    found = measure(ratio(10_000), [])
    assert found.kept and found.margin is None and found.cures == ()


def test_the_unknown_do_not_count_as_kept():
    found = measure(ratio(), [{"sex": "f"}, {"sex": ""}, {}])
    assert (found.n, found.d, found.unknown) == (1, 3, 2)


def test_one_prize_only():
    rows = [{"sex": "m", "category": "x"}, {"sex": "f", "category": "y"}]
    assert measure(ratio(category="y"), rows).d == 1


@pytest.mark.parametrize(
    ("condition", "facts", "holds"),
    [
        (Condition("age", "age_le", 40), {"age": 40}, True), (Condition("age", "age_le", 40), {"age": 41}, False),
        (Condition("age", "age_ge", 40), {"age": 40}, True), (Condition("n", "ge", 5), {"n": "words"}, False),
        (Condition("n", "le", 5), {"n": 5}, True), (Condition("n", "le", 5), {}, False),
    ],
)  # fmt: skip
def test_operators(condition, facts, holds):
    assert condition.holds(facts) is holds


def test_a_floor_above_a_ceiling_is_a_contradiction():
    assert contradictions([ratio(6000), ratio(5000, floor=False)])
    assert not contradictions([ratio(5000), ratio(5000, floor=False)])
    assert not contradictions([ratio(6000), ratio(5000, floor=False, category="other")])


# against lists that are really changed ---------------------------------------------------------------------


def changed(women: int, men: int, floor: bool, kind: str, n: int) -> list[dict] | None:
    """The list after ``n`` of that cure; None where there are not so many to change."""
    if kind == "add":
        women += n
    elif kind == "drop":
        women -= n
    elif floor:
        women, men = women + n, men - n
    else:
        women, men = women - n, men + n
    return people(women, men) if women >= 0 and men >= 0 else None


@given(st.integers(0, 80), st.integers(0, 80), st.integers(0, 10_000), st.booleans())
def test_a_cure_cures_and_one_less_does_not(women, men, percent, floor):
    rule = ratio(percent, floor)
    found = measure(rule, people(women, men))
    share = Fraction(women, women + men) if women + men else None
    assert found.kept == (share is None or (share >= Fraction(percent, 10_000) if floor else
                                            share <= Fraction(percent, 10_000)))  # fmt: skip
    assert bool(found.cures) == (not found.kept)
    for cure in found.cures:
        cured = changed(women, men, floor, cure.kind, cure.n)
        assert cured is not None, "a cure can be carried out"
        assert measure(rule, cured).kept
        almost = changed(women, men, floor, cure.kind, cure.n - 1)
        assert not measure(rule, almost).kept


@given(st.integers(0, 80), st.integers(0, 80), st.integers(0, 10_000), st.booleans())
def test_spare_people_may_be_lost_and_not_one_more(women, men, percent, floor):
    found = measure(ratio(percent, floor), people(women, men))
    if not found.kept or found.d == 0:
        assert found.d == 0 or found.spare < 0
        return
    step = -1 if floor else 1
    assert Standing(found.ratio, women + step * found.spare, found.d).kept
    assert not Standing(found.ratio, women + step * (found.spare + 1), found.d).kept


# ages ---------------


@pytest.mark.parametrize(
    ("birth", "on", "age"),
    [("1976-08-31", "2016-08-31", 40), ("1976-09-01", "2016-08-31", 39), ("2004-02-29", "2021-02-28", 16),
     ("2004-02-29", "2021-03-01", 17), ("2004-02-29", "2024-02-29", 20), ("2000-01-01", "2000-01-01", 0)],
)  # fmt: skip
def test_age_on_the_birthday(birth, on, age):
    assert age_on(day(birth), day(on)) == age


@given(st.dates(day("1930-01-01"), day("2010-12-31")), st.dates(day("2011-01-01"), day("2040-12-31")))
def test_full_years_agree_with_counting_birthdays(birth, on):
    months = (on.year - birth.year) * 12 + on.month - birth.month - (on.day < birth.day)
    assert full_years(birth, on) == months // 12
