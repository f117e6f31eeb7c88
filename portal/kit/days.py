"""Dates as the office counts them: Asia/Shanghai, working days with 调休, short forms, and the portal's one clock.

The published calendar ends with the current year, so a year without data falls back to Monday-Friday and *says so*
(``Calendar.notes_for``). What an administrator has entered by hand overrides both.
"""

import os
import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import chinese_calendar
from django.utils.translation import gettext as _

from portal.kit.refusal import Refused

SHANGHAI = ZoneInfo("Asia/Shanghai")
_WEEKDAYS = "一二三四五六日"
_DAY = timedelta(days=1)

# ---------------------------------------------------------------- the clock

_frozen: ContextVar[datetime | None] = ContextVar("portal_now", default=None)

AHEAD = timedelta(days=float(os.environ.get("DAYS_AHEAD") or 0))


def now() -> datetime:
    """The moment, aware, in UTC. Everything that compares times asks here, so a test can set it.

    ``DAYS_AHEAD`` moves the clock for trying out what takes days (a public notice); ``check --deploy`` refuses it.
    """
    return _frozen.get() or datetime.now(UTC) + AHEAD


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Set the clock for this context, for tests: ``with at(datetime(2023, 3, 1, 9, tzinfo=SHANGHAI)):``."""
    token = _frozen.set(_aware(moment).astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)


@cache
def _worked(day: date) -> bool:
    """The published calendar, looked up once a day: the package goes through all its years at each question."""
    return bool(chinese_calendar.is_workday(day))


def _aware(moment: datetime) -> datetime:
    if moment.utcoffset() is None:
        raise ValueError(f"a time without a zone cannot be placed: {moment!r}")
    return moment


def local(moment: datetime) -> datetime:
    """The same moment on the wall clock in Shanghai."""
    return _aware(moment).astimezone(SHANGHAI)


def today() -> date:
    """The date in Shanghai."""
    return local(now()).date()


def end_of_day(day: date) -> datetime:
    """The last second of a day in Shanghai; a deadline given as a date means this."""
    return datetime.combine(day, time(23, 59, 59), SHANGHAI)


# ---------------------------------------------------------------- how a date is written

_DATE = re.compile(r"(\d{4})(?:年|[-./])(\d{1,2})(?:月|[-./])(\d{1,2})(?:日|号)?(?:[T ]0{1,2}:00(?::00)?(?:\.0+)?)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")


def short_date(day: date, relative_to: date | None = None) -> str:
    """``11月23日``; with the year when it is not the current one."""
    text = f"{day.month}月{day.day}日"
    return text if day.year == (relative_to or today()).year else f"{day.year}年{text}"


def short_datetime(moment: datetime, relative_to: date | None = None) -> str:
    """``11月23日 17:00`` in Shanghai."""
    there = local(moment)
    return f"{short_date(there.date(), relative_to)} {there:%H:%M}"


def date_of(year: int, month: int, day: int) -> date:
    """A date, or a refusal that says which figure is wrong."""
    if not 1 <= month <= 12:
        raise Refused(_("没有 %(month)d 月") % {"month": month})
    if not 1 <= year <= 9999:
        raise Refused(_("没有公元 %(year)d 年") % {"year": year})
    try:
        return date(year, month, day)
    except ValueError:
        if month == 2 and day == 29:
            raise Refused(_("%(year)d 年 2 月没有 29 日") % {"year": year}) from None
        raise Refused(_("%(month)d 月没有 %(day)d 日") % {"month": month, "day": day}) from None


def parse_date(value: str | date | datetime) -> date:
    """Read a date as clerks type it: 2026.3.1, 2026-03-01, 2026/3/1, 2026年3月1日, 20260301, also full-width."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", value)).strip().replace("。", ".")
    packed = re.sub(r" ?([-./年月日号]) ?", r"\1", text)
    match = _DATE.fullmatch(packed) or _COMPACT.fullmatch(packed)
    if match is None:
        raise Refused(_("“%(text)s”不是日期，请写成 2026-03-01 这样") % {"text": value.strip()[:30]})
    return date_of(*(int(part) for part in match.groups()))


# ---------------------------------------------------------------- working days


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a window: whether it counts, which one it is (0 when it does not), and why."""

    date: date
    counts: bool
    ordinal: int
    reason: str


@cache
def _published(year: int) -> bool:
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True


@dataclass(frozen=True)
class Calendar:
    """Working days. ``overrides``: what was entered by hand, True = a working day, False = a day off."""

    overrides: Mapping[date, bool] = field(default_factory=dict)

    def is_workday(self, day: date) -> bool:
        """Whether the office works on that day."""
        if day in self.overrides:
            return self.overrides[day]
        if _published(day.year):
            return _worked(day)
        return day.weekday() < 5

    def reason(self, day: date) -> str:
        """Why the day counts or does not, in a few Chinese characters."""
        if day in self.overrides:
            return _("单独规定上班") if self.overrides[day] else _("单独规定放假")
        if _published(day.year):
            off, name = chinese_calendar.get_holiday_detail(day)
            if name is not None:
                return str(chinese_calendar.Holiday(name).chinese) if off else _("调休上班")
        if day.weekday() < 5:
            return _("工作日")
        return _("周%(day)s") % {"day": _WEEKDAYS[day.weekday()]}

    def window(self, start: date, n: int, first_day_counts: bool) -> list[Day]:
        """Every calendar day of a window of ``n`` working days, from the start day to the last one.

        A start day that is no working day is never the first, whatever ``first_day_counts`` says.
        """
        if n < 1:
            raise ValueError("a window has at least one working day")
        days: list[Day] = []
        ordinal, day = 0, start
        while ordinal < n:
            if day == start and not first_day_counts:
                days.append(Day(day, False, 0, _("起始日不计")))
            else:
                counts = self.is_workday(day)
                ordinal += counts
                days.append(Day(day, counts, ordinal if counts else 0, self.reason(day)))
            day += _DAY
        return days

    def add_workdays(self, start: date, n: int, first_day_counts: bool) -> date:
        """The last day of a window of ``n`` working days."""
        return self.window(start, n, first_day_counts)[-1].date

    def workdays_between(self, first: date, last: date) -> int:
        """How many working days lie in [first, last], both ends included; 0 when last is before first."""
        span = (last - first).days + 1
        return sum(self.is_workday(first + _DAY * i) for i in range(span))

    def workdays_left(self, moment: datetime, deadline: datetime) -> int:
        """Working days after today up to and including the deadline's day; negative when it has passed."""
        here, there = local(moment).date(), local(deadline).date()
        if here <= there:
            return self.workdays_between(here + _DAY, there)
        return -self.workdays_between(there + _DAY, here)

    def left_phrase(self, moment: datetime, deadline: datetime) -> str:
        """``还剩 5 个工作日``, ``今天 17:00``, ``已过 2 个工作日``: what stands beside a deadline."""
        here, there = local(moment), local(deadline)
        distance = (there.date() - here.date()).days
        figures = {"n": abs(self.workdays_left(moment, deadline)), "days": abs(distance), "clock": f"{there:%H:%M}"}
        if distance == 0:
            return (_("今天 %(clock)s") if here <= there else _("今天 %(clock)s 已截止")) % figures
        if distance == 1:
            return _("明天 %(clock)s") % figures
        if figures["n"]:
            return (_("还剩 %(n)d 个工作日") if distance > 0 else _("已过 %(n)d 个工作日")) % figures
        return (_("还剩 %(days)d 天，都是休息日") if distance > 0 else _("已过 %(days)d 天，都是休息日")) % figures

    def unsure(self, *years: int) -> list[int]:
        """The years of these for which no calendar has been published."""
        return sorted({year for year in years if not _published(year)})

    def notes_for(self, first: date, last: date) -> list[str]:
        """One sentence per year of the span whose days off are not known yet; shown wherever a date was computed."""
        notes = []
        for year in self.unsure(*range(first.year, last.year + 1)):
            entered = sum(day.year == year for day in self.overrides)
            text = _("%(year)d年的放假和调休安排还没有收入日历，按周一至周五上班计算，公布后请核对。")
            if entered:
                text = _(
                    "%(year)d年的放假和调休安排还没有收入日历，除单独登记的 %(n)d 天外，按周一至周五上班计算，请核对。"
                )
            notes.append(text % {"year": year, "n": entered})
        return notes
