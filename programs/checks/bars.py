"""Bars on the person (rules R6, R10): born between two days, so many years in the unit, at most of a rank.

A program puts ``PERSON_PARAMS`` among its figures and ``PERSON_CHECKS`` among its checks; an edition leaves a bar out
by leaving its figure empty. Every bar says on which day it is counted and whether the day itself belongs.
"""

import datetime
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from portal.kit import days
from portal.registry.models import Member
from programs.models import Call, Entry
from programs.rules.ages import age_on, full_years, years_before
from programs.spec import Finding, Param

RANKS = (("", "不限"), ("none", "非领导职务"), ("section", "科级"), ("division", "县处级"))
_ORDER = [value for value, _label in Member.Rank.choices]

PERSON_PARAMS = (
    Param("service_years", "在本单位至少满", default=2, minimum=0, maximum=40, unit="年", section="条件"),
    Param("service_in", "正好满那一天的也算", "bool", default=True, section="条件", needs=("service_years",)),
    Param(
        "service_on",
        "年限算到哪一天",
        "date",
        default="",
        section="条件",
        help="空着就是截止那天",
        needs=("service_years",),
    ),
    Param("born_from", "出生不早于", "date", default="", section="条件", help="空着就是不限"),
    Param("born_from_in", "不早于：当天出生的也算", "bool", default=True, section="条件", needs=("born_from",)),
    Param("born_until", "出生不晚于", "date", default="", section="条件", help="空着就是不限"),
    Param("born_until_in", "不晚于：当天出生的也算", "bool", default=True, section="条件", needs=("born_until",)),
    Param("rank_most", "干部级别最高到", "choice", default="", choices=RANKS, section="条件"),
)


def day_of(value: Any) -> datetime.date | None:
    """The day that a figure names; None where it was left empty."""
    return datetime.date.fromisoformat(value) if value else None


def closing_day(call: Call) -> datetime.date:
    """The day on which the call closes, in Shanghai."""
    return days.local(call.closes_at).date()


def served_long_enough(entry: Entry, move: str) -> list[Finding]:
    """R10: at least (or, where the day itself does not count, more than) N full years in the unit on a stated day."""
    years = int(entry.call.param("service_years"))
    if not years or entry.member is None:
        return []
    inclusive = bool(entry.call.param("service_in"))
    title = (_("在本单位满 %(n)d 年") if inclusive else _("在本单位超过 %(n)d 年")) % {"n": years}
    hired = entry.member.hired_on
    if hired is None:
        return [Finding("served", title, _("没填"), "stop", _("花名册里没有入校日期"), _("去花名册补上"))]
    on = day_of(entry.call.param("service_on")) or closing_day(entry.call)
    limit = years_before(on, years)
    words = {
        "day": days.short_date(hired), "limit": days.short_date(limit), "on": days.short_date(on),
        "n": full_years(hired, on) if hired <= on else 0,
    }  # fmt: skip
    if hired < limit or (hired == limit and inclusive):
        level = "near" if hired == limit else "good"
        return [Finding("served", title, _("%(n)d 年") % words, level, _("%(day)s 入校，算到 %(on)s") % words)]
    text = _("%(day)s 入校，算到 %(on)s，要在 %(limit)s 或以前") if inclusive else _(
        "%(day)s 入校，算到 %(on)s，要在 %(limit)s 以前")  # fmt: skip
    return [Finding("served", title, _("%(n)d 年") % words, "stop", text % words, _("换一位推荐"))]


def born_in_time(entry: Entry, move: str) -> list[Finding]:
    """R10: born not before and not after stated days; whether each day itself belongs is said by the edition."""
    first, last = day_of(entry.call.param("born_from")), day_of(entry.call.param("born_until"))
    if (first is None and last is None) or entry.member is None:
        return []
    birth = entry.member.birth_date
    first_in, last_in = bool(entry.call.param("born_from_in")), bool(entry.call.param("born_until_in"))
    low = (_("不早于 %(day)s") if first_in else _("晚于 %(day)s")) % {"day": days.short_date(first)} if first else ""
    high = (_("不晚于 %(day)s") if last_in else _("早于 %(day)s")) % {"day": days.short_date(last)} if last else ""
    title = _("出生%(span)s") % {"span": "，".join(filter(None, (low, high)))}
    if birth is None:
        return [Finding("born", title, _("没填"), "stop", _("花名册里没有出生日期"), _("去花名册补上"))]
    figure = days.short_date(birth)
    early = first is not None and (birth < first or (birth == first and not first_in))
    late = last is not None and (birth > last or (birth == last and not last_in))
    if not early and not late:
        level = "near" if birth in (first, last) else "good"
        text = _("截止那天 %(n)d 岁") % {"n": age_on(birth, closing_day(entry.call))}
        return [Finding("born", title, figure, level, text)]
    bound = first if early else last
    off = abs((birth - bound).days) if bound else 0
    text = _("%(figure)s 出生，%(word)s %(n)d 天") % {
        "figure": figure, "word": _("早了") if early else _("晚了"), "n": off} if off else _(
        "%(figure)s 出生，正好是界限那天，不算在内") % {"figure": figure}  # fmt: skip
    return [Finding("born", title, figure, "stop", text, _("换一位推荐"))]


def rank_within(entry: Entry, move: str) -> list[Finding]:
    """R6: nobody above the rank that the edition names."""
    most = entry.call.param("rank_most")
    if not most or entry.member is None:
        return []
    rank = entry.member.rank
    title = _("干部级别不超过%(rank)s") % {"rank": dict(RANKS)[most]}
    figure = entry.member.get_rank_display()
    if _ORDER.index(rank) <= _ORDER.index(most):
        return [Finding("rank", title, figure)]
    text = _("花名册里%(name)s是%(rank)s") % {"name": entry.member.name, "rank": figure}
    return [Finding("rank", title, figure, "stop", text, _("换一位推荐，或去花名册改正"))]


PERSON_CHECKS = (served_long_enough, born_in_time, rank_within)


def born_clash(figures: Mapping[str, Any]) -> str:
    """What makes the days of birth impossible; empty when somebody can be born between them."""
    first, last = day_of(figures.get("born_from")), day_of(figures.get("born_until"))
    if first is None or last is None:
        return ""
    both = bool(figures.get("born_from_in")) and bool(figures.get("born_until_in"))
    if first < last or (first == last and both):
        return ""
    return _("出生不早于 %(a)s、不晚于 %(b)s，没有人符合") % {"a": first.isoformat(), "b": last.isoformat()}


#: What the engine itself refuses when an edition is set up; a program adds its own in ``Program.clashes``.
CLASHES: tuple[Callable[[Mapping[str, Any]], str], ...] = (born_clash,)
