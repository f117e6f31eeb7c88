"""Working days, short dates, the clock."""

import threading
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kit import days
from portal.kit.days import SHANGHAI, Calendar
from portal.kit.refusal import Refused


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)


CALENDAR = Calendar()


@pytest.mark.parametrize(
    ("day", "works", "reason"),
    [
        (date(2026, 10, 1), False, "国庆节"),
        (date(2026, 10, 10), True, "调休上班"),
        (date(2026, 10, 17), False, "周六"),
        (date(2026, 10, 19), True, "工作日"),
        (date(2026, 2, 14), True, "调休上班"),
        (date(2024, 2, 10), False, "春节"),
    ],
)
def test_a_published_day(day, works, reason):
    assert (CALENDAR.is_workday(day), CALENDAR.reason(day)) == (works, reason)


def test_the_start_day_counts_or_not():
    """Five working days over the National Day week: the make-up Saturday counts."""
    start = date(2026, 9, 30)
    assert CALENDAR.add_workdays(start, 5, first_day_counts=True) == date(2026, 10, 12)
    assert CALENDAR.add_workdays(start, 5, first_day_counts=False) == date(2026, 10, 13)


def test_a_window_says_why_a_day_does_not_count():
    window = CALENDAR.window(date(2026, 9, 30), 3, first_day_counts=False)
    assert [day.ordinal for day in window if day.counts] == [1, 2, 3]
    assert window[0].reason == "起始日不计"
    assert {day.reason for day in window[1:8]} == {"国庆节"}
    assert window[-1].date == date(2026, 10, 10)


def test_what_was_entered_by_hand_wins():
    own = Calendar({date(2026, 11, 24): False, date(2026, 11, 28): True})
    assert CALENDAR.add_workdays(date(2026, 11, 23), 5, True) == date(2026, 11, 27)
    assert own.add_workdays(date(2026, 11, 23), 5, True) == date(2026, 11, 28)
    assert own.reason(date(2026, 11, 24)) == "单独规定放假"
    assert own.reason(date(2026, 11, 28)) == "单独规定上班"


def test_a_year_without_data_falls_back_and_says_so():
    assert CALENDAR.is_workday(date(2031, 10, 1))  # a Wednesday: nobody knows yet that it is off
    assert not CALENDAR.is_workday(date(2031, 10, 4))
    assert CALENDAR.unsure(2026, 2031, 2030, 2031) == [2030, 2031]
    assert CALENDAR.notes_for(date(2026, 1, 1), date(2026, 12, 31)) == []
    (note,) = CALENDAR.notes_for(date(2026, 12, 20), date(2027, 1, 10))
    assert note.startswith("2027年")
    entered = Calendar({date(2027, 1, 1): False})
    assert "1 天" in entered.notes_for(date(2027, 1, 1), date(2027, 1, 1))[0]


@given(st.dates(date(2005, 1, 1), date(2025, 6, 1)), st.integers(1, 40), st.booleans())
def test_a_window_holds_exactly_its_working_days(start, n, first):
    last = CALENDAR.add_workdays(start, n, first)
    begin = start if first else date.fromordinal(start.toordinal() + 1)
    assert CALENDAR.workdays_between(begin, last) == n
    assert CALENDAR.is_workday(last)


@pytest.mark.parametrize(
    ("now", "deadline", "phrase"),
    [
        (at(2026, 11, 23, 9), at(2026, 11, 30, 17), "还剩 5 个工作日"),
        (at(2026, 11, 23, 9), at(2026, 11, 23, 17), "今天 17:00"),
        (at(2026, 11, 23, 17, 0, 1), at(2026, 11, 23, 17), "今天 17:00 已截止"),
        (at(2026, 11, 23, 9), at(2026, 11, 24, 17), "明天 17:00"),
        (at(2026, 11, 25, 9), at(2026, 11, 23, 17), "已过 2 个工作日"),
        (at(2026, 10, 1, 9), at(2026, 10, 4, 17), "还剩 3 天，都是休息日"),
        (at(2026, 10, 4, 9), at(2026, 10, 2, 17), "已过 2 天，都是休息日"),
        (datetime(2026, 11, 23, 16, 30, tzinfo=UTC), at(2026, 11, 24, 17), "今天 17:00"),  # past midnight in Shanghai
    ],
)
def test_the_phrase_beside_a_deadline(now, deadline, phrase):
    assert CALENDAR.left_phrase(now, deadline) == phrase


def test_the_clock_can_be_set_and_comes_back():
    before = days.now()
    with days.at(at(2023, 3, 1, 7)):
        assert days.now() == at(2023, 3, 1, 7)
        assert days.now().tzinfo is UTC
        assert days.today() == date(2023, 3, 1)
        seen = []
        thread = threading.Thread(target=lambda: seen.append(days.now()))
        thread.start()
        thread.join()
        assert seen[0] > before, "a thread has the true time"
    assert days.now() >= before


def test_a_time_without_zone_is_refused():
    with pytest.raises(ValueError, match="without a zone"):
        days.local(datetime(2026, 1, 1))  # noqa: DTZ001
    assert days.local(datetime(2026, 1, 1, 16, tzinfo=UTC)).date() == date(2026, 1, 2)


def test_short_dates():
    today = date(2026, 11, 23)
    assert days.short_date(date(2026, 11, 3), today) == "11月3日"
    assert days.short_date(date(2025, 11, 23), today) == "2025年11月23日"
    assert days.short_datetime(at(2026, 11, 23, 17), today) == "11月23日 17:00"


@pytest.mark.parametrize(
    "text",
    [
        "2026.3.1",
        "2026-03-01",
        "2026/3/1",
        "2026年3月1日",
        "20260301",
        "２０２６年３月１日",
        "2026-03-01 00:00:00",
        " 2026 年 3 月 1 日 ",
    ],
)
def test_dates_as_clerks_type_them(text):
    assert days.parse_date(text) == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2026-02-30", "2 月没有 30 日"),
        ("2026-2-29", "2026 年 2 月没有 29 日"),
        ("2026-13-01", "没有 13 月"),
        ("3月1日", "不是日期"),
        ("26.3.1", "不是日期"),
        ("", "不是日期"),
        ("2026-04-31", "4 月没有 31 日"),
    ],
)
def test_a_wrong_date_says_which_figure(text, reason):
    with pytest.raises(Refused, match=reason):
        days.parse_date(text)
