"""Reading notices for their pages."""

import datetime
from collections import Counter
from typing import NamedTuple

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from portal.core.calendar import current
from portal.kit import days
from programs.models import Notice, NoticeLine, Objection
from programs.spec import State

WEEKDAYS = "一二三四五六日"
GONE = (State.REFUSED, State.WITHDRAWN, State.REVOKED)


class Listed(NamedTuple):
    """A notice of the public list. ``size`` counts its lines."""

    code: str
    title: str
    number: str
    state: str
    starts_on: datetime.date
    ends_on: datetime.date
    program_key: str
    owner: str
    size: int


class Line(NamedTuple):
    """A line of the public list; a ``gone`` one is shown struck, a ``held`` one waits for an answer."""

    name: str
    unit: str
    detail: str
    gone: bool = False
    held: bool = False


def listed(find: str = "", at_most: int = 100) -> list[Listed]:
    """What is on notice now, and what ran out lately and was not taken down yet, the latest first. One query."""
    lines = NoticeLine.objects.filter(notice=OuterRef("pk")).order_by().values("notice").annotate(n=Count("*"))
    rows = Notice.objects.public().order_by("-starts_on", "-id")
    if find:
        rows = rows.filter(title__icontains=find)
    size = Coalesce(Subquery(lines.values("n")), 0)
    shown = ("code", "title", "number", "state", "starts_on", "ends_on", "call__program_key", "call__owner__name")
    return [Listed(*row) for row in rows.values_list(*shown, size)[:at_most]]


def left(ends_on: datetime.date) -> str:
    """How long the public page still shows it, in a few words."""
    return _left(current(), ends_on, days.today() > ends_on)


def window(notice: Notice) -> dict:
    """The strip of days of the public page, and the two sentences above it."""
    calendar, today = current(), days.today()
    span = calendar.window(notice.starts_on, notice.days, notice.first_day_counts)
    nth = sum(1 for one in span if one.counts and one.date <= today)
    over = today > notice.ends_on
    return {
        "strip": [_day(one, notice, today) for one in span],
        "over": over,
        "words": _words(notice, nth, over, counts=any(one.counts and one.date == today for one in span)),
        "left": _left(calendar, notice.ends_on, over),
        "css": "now" if over or today == notice.ends_on else "soon",
        "notes": calendar.notes_for(notice.starts_on, notice.ends_on),
    }


def _day(one: days.Day, notice: Notice, today: datetime.date) -> dict:
    if one.date == today:
        words = _("今天")
    elif one.counts:
        words = _("第 %(n)d 个") % {"n": one.ordinal}
    elif one.date == notice.starts_on and not notice.first_day_counts:
        words = _("张贴")
    else:
        words = _("不计") if one.date.weekday() >= 5 else one.reason
    css = [
        "" if one.counts else "off",
        "now" if one.date == today else "past" if one.counts and one.date < today else "",
    ]
    return {
        "day": one.date, "weekday": WEEKDAYS[one.date.weekday()], "words": words, "css": " ".join(filter(None, css)),
        "now": one.date == today, "counts": one.counts,
    }  # fmt: skip


def _words(notice: Notice, nth: int, over: bool, counts: bool) -> str:
    figures = {"days": notice.days, "n": nth}
    if over:
        return _("公示了 %(days)d 个工作日，已期满") % figures
    if counts:
        return _("公示 %(days)d 个工作日，今天是第 %(n)d 个") % figures
    return (
        _("公示 %(days)d 个工作日，已过 %(n)d 个，今天不计") if nth else _("公示 %(days)d 个工作日，今天不计")
    ) % figures


def _left(calendar: days.Calendar, ends_on: datetime.date, over: bool) -> str:
    last, gap = days.short_date(ends_on), (ends_on - days.today()).days
    if over:
        return _("%(day)s 24:00 已期满") % {"day": last}
    if gap < 2:
        return _("明天 24:00 止") if gap else _("今天 24:00 止")
    left = calendar.left_phrase(days.now(), days.end_of_day(ends_on))
    return _("%(left)s，%(day)s 24:00 止") % {"left": left, "day": last}


def sections(notice: Notice, find: str = "") -> list[dict]:
    """The public list by prize, narrowed to the lines in which ``find`` occurs.

    Lines of entries that fell are shown struck, never silently removed; a held one says that it waits and not why.
    """
    found: dict[str, list[Line]] = {}
    sizes: Counter[str] = Counter()
    wanted = find.strip()
    rows = notice.lines.values_list("category", "name", "unit", "detail", "entry__state", "entry__held")
    for category, name, unit, detail, state, held in rows:
        kept = found.setdefault(category, [])
        sizes[category] += 1
        if wanted in name or wanted in unit or wanted in detail:
            gone = state in GONE
            kept.append(Line(name, unit, detail, gone, held and not gone))
    return [
        {"name": name, "lines": lines, "size": sizes[name], "detailed": any(line.detail for line in lines)}
        for name, lines in found.items()
    ]


def with_counts(rows):
    """Notices with the number of their lines, of all objections and of the open ones."""
    return rows.annotate(
        size=Count("lines", distinct=True),
        objected=Count("objections", distinct=True),
        waiting=Count("objections", filter=Q(objections__state__in=Objection.OPEN), distinct=True),
    )
