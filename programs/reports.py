"""Figures made ready to be drawn: deadlines in working days, the chart of units, what differs between two editions."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from portal.kit import days
from portal.kit.days import Calendar
from portal.registry.models import Organization
from programs.models import Call, Category
from programs.spec import Param

SOON_DAYS = 3
#: A unit that has filled less than this share of its places is drawn in amber.
LAGS_BELOW = 0.7
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


def due(calendar: Calendar, deadline: datetime.datetime | None) -> dict[str, str] | None:
    """``{"text", "css", "when"}`` of a deadline for the ``due`` component; None stays None."""
    if deadline is None:
        return None
    now = days.now()
    left = calendar.workdays_left(now, deadline)
    today = days.local(deadline).date() <= days.today()
    css = "now" if today else "soon" if left <= SOON_DAYS else ""
    return {"text": calendar.left_phrase(now, deadline), "css": css, "when": days.short_datetime(deadline)}


def bucket(deadline: datetime.datetime | None) -> int:
    """0 today or over, 1 this week, 2 without a deadline, 3 later: what may be done now comes before what has time."""
    if deadline is None:
        return 2
    day, today = days.local(deadline).date(), days.today()
    if day <= today:
        return 0
    return 1 if day <= today + datetime.timedelta(days=6 - today.weekday()) else 3


def buckets() -> tuple[str, ...]:
    return (_("今天到期"), _("本周"), _("没有期限，停得久的在前"), _("以后"))


def day_line(moment: datetime.datetime, title: str, detail: str = "", url: str = "") -> dict[str, Any]:
    """One line of 往后的日子: the day as a small sheet, soon ones marked."""
    day, today = days.local(moment).date(), days.today()
    monday = day - datetime.timedelta(days=day.weekday())
    this_monday = today - datetime.timedelta(days=today.weekday())
    weeks = (monday - this_monday).days // 7
    if weeks in (0, 1):
        under = (_("下") if weeks else "") + WEEKDAYS[day.weekday()]
    else:
        under = _("%(n)d月") % {"n": day.month}
    return {
        "at": moment, "day": day.day, "under": under, "soon": (day - today).days <= SOON_DAYS,
        "title": title, "detail": detail, "url": url,
    }  # fmt: skip


def stage(up: int, below: int, drafts: int, lapsed: int = 0) -> str:
    """How far a unit is: handed over, still below it, being written, too late."""
    said = []
    if up:
        said.append(_("已报 %(n)d 件") % {"n": up})
    if below:
        said.append(_("下面在审 %(n)d 件") % {"n": below})
    if drafts:
        said.append(_("草稿 %(n)d 件") % {"n": drafts})
    if lapsed:
        said.append(_("逾期 %(n)d 件") % {"n": lapsed})
    return "，".join(said) or _("未开始")


# ── chart ──
@dataclass(frozen=True)
class Bar:
    """One unit of the chart: places behind, handed in before."""

    name: str
    given: int
    done: int
    x: float
    given_y: float
    given_h: float
    done_y: float
    done_h: float
    width: float

    @property
    def lags(self) -> bool:
        return self.done < self.given * LAGS_BELOW

    @property
    def middle(self) -> float:
        return self.x + self.width / 2

    @property
    def label_y(self) -> float:
        return min(self.given_y, self.done_y) - 5


@dataclass(frozen=True)
class Chart:
    """Geometry of 560 × 240: the axis lines with their figures, and the bars."""

    bars: list[Bar]
    lines: list[tuple[float, int]]

    @property
    def by_share(self) -> list[Bar]:
        """For the phone: the emptiest first."""
        return sorted(self.bars, key=lambda bar: bar.done / bar.given if bar.given else 1)

    @property
    def lagging(self) -> str:
        names = [bar.name for bar in self.bars if bar.lags]
        return _("不足七成：%(names)s") % {"names": "、".join(names)} if names else _("都满七成")


def chart(rows: Iterable[tuple[str, int, int]]) -> Chart | None:
    """(name, places, handed in) → bars; None for fewer than two units, where a sentence says more."""
    rows = list(rows)[:20]
    if len(rows) < 2:
        return None
    top = max(max(given, done) for _name, given, done in rows) or 1
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 100000) if step * 5 >= top)
    high = -(-top // step) * step
    scale = 184 / high
    pitch = 528 / len(rows)
    width = min(28.0, pitch * 0.62)
    bars = []
    for n, (name, given, done) in enumerate(rows):
        heights = round(given * scale, 1), round(done * scale, 1)
        x = round(30 + n * pitch + (pitch - width) / 2, 1)
        bars.append(
            Bar(name, given, done, x, 212 - heights[0], heights[0], 212 - heights[1], heights[1], round(width, 1))
        )
    lines = [(round(212 - value * scale, 1), value) for value in range(0, high + 1, step)]
    return Chart(bars, lines)


def short_name(unit: Organization) -> str:
    """The name under a bar: what is left of it without the words that all of them share."""
    name = unit.short
    for word in ("教育工会", "新区", "区", "工会"):
        name = name.removesuffix(word) if len(name.removesuffix(word)) >= 2 else name
    return name[:4]


# ── two editions ──
def shown(param: Param, value: Any) -> str:
    """A figure with its unit, a switch as 是/否, a choice by its label; what was left empty says so."""
    if param.kind == "bool":
        return _("是") if value else _("否")
    if param.kind == "choice":
        return dict(param.choices).get(value, str(value))
    if value == "":
        return _("没有")
    return f"{value} {param.unit}".strip()


def in_force(call: Call) -> list[tuple[str, str]]:
    """(label, figure) of every figure that says something in this edition; what was left empty is left out."""
    found = []
    for one in call.program.params:
        value = call.param(one.name)
        idle = one.needs and not any(call.param(name) for name in one.needs)
        if not idle and value != "" and not (one.kind == "int" and value == 0):
            found.append((one.label, shown(one, value)))
    return found


def differences(
    call: Call, old: Call | None, sums: dict[int, dict[str, int]], categories: dict[int, list[Category]]
) -> list[tuple[str, str, str]]:
    """(what, before, now) for every figure that differs from the edition before."""
    if old is None:
        return []
    found = []
    for one in call.program.params:
        was, now = old.params.get(one.name, one.default), call.params.get(one.name, one.default)
        if was != now:
            found.append((one.label, shown(one, was), shown(one, now)))
    older = {one.key: one for one in categories[old.pk]}
    for category in categories[call.pk]:
        was = older.get(category.key)
        if was is None:
            found.append((category.name, "", _("新设")))
            continue
        if was.places != category.places:
            found.append((_("%(name)s，全市取") % {"name": category.name}, str(was.places), str(category.places)))
        totals = sums[old.pk].get(category.key, 0), sums[call.pk].get(category.key, 0)
        if totals[0] != totals[1]:
            found.append((_("%(name)s，名额合计") % {"name": category.name}, str(totals[0]), str(totals[1])))
    return found + _form_differences(call, old)


def _form_differences(call: Call, old: Call) -> list[tuple[str, str, str]]:
    pairs = ((_("表格"), old.fields, call.fields), (_("材料"), old.materials, call.materials))
    found = []
    for word, was, now in pairs:
        gone = [one.label for one in was if one.name not in {x.name for x in now}]
        new = [one.label for one in now if one.name not in {x.name for x in was}]
        if gone or new:
            found.append((word, "、".join(gone), "、".join(new)))
    return found
