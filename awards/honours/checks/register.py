"""Bars that look into the register: repeating an honour (R7), having the one below it (R9), who may lead a studio."""

import re
from collections.abc import Mapping
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext as _

from awards.honours import queries
from awards.honours.models import Honour
from portal.kit import days
from programs.checks.bars import closing_day, day_of
from programs.models import Entry
from programs.rules.ages import years_before
from programs.spec import Finding, Param

LEVELS = tuple((value, str(label)) for value, label in reversed(Honour.Level.choices))
REPEATS = ("no_repeat_years", "no_repeat_ever")
#: The bars that look into the register: repeating an honour (R7), having the one below it (R9).
REGISTER_PARAMS = (
    Param("no_repeat_years", "几年内得过同等荣誉的不报", default=2, minimum=0, maximum=20, unit="年", section="不重复"),
    Param("no_repeat_ever", "不论多久以前得过都不报", "bool", default=False, section="不重复"),
    Param("no_repeat_scope", "哪些荣誉算", "choice", default="family", section="不重复",
          choices=(("family", "同一系列的"), ("any", "任何系列的")), needs=REPEATS),
    Param("no_repeat_level", "从哪一级算起", "choice", default="system", section="不重复", choices=LEVELS,
          needs=REPEATS),
    Param("no_repeat_on", "从哪一天往前算", "choice", default="opens", section="不重复",
          choices=(("opens", "开始报送那天"), ("closes", "截止那天")), needs=("no_repeat_years",)),
    Param("ladder_level", "须先得过哪一级的荣誉", "choice", default="", section="条件",
          choices=(("", "不要求"), *LEVELS)),
    Param("ladder_on", "最晚哪一天得的", "date", default="", section="条件", help="含当天；空着就是截止那天",
          needs=("ladder_level",)),
)  # fmt: skip


def _levels_from(level: str) -> list[str]:
    """This level and every higher one."""
    return [one for one, height in Honour.HEIGHT.items() if height >= Honour.HEIGHT[level]]


def no_repeat(entry: Entry, move: str) -> list[Finding]:
    """R7: whoever got the same or an equal honour within N years, or ever, is not recommended again."""
    call = entry.call
    years, ever = int(call.param("no_repeat_years")), bool(call.param("no_repeat_ever"))
    if not years and not ever:
        return []
    base = days.local(call.opens_at if call.param("no_repeat_on") == "opens" else call.closes_at).date()
    since = None if ever else years_before(base, years)
    level = call.param("no_repeat_level")
    family = call.program.series if call.param("no_repeat_scope") == "family" else ""
    held = queries.held(_holder(entry), _levels_from(level), family=family, since=since)
    words = {
        "years": years, "since": days.short_date(since) if since else "", "what": family or _("荣誉"),
        "level": Honour.Level(level).label,
    }  # fmt: skip
    title = _("没得过同等荣誉") if ever else _("近 %(years)d 年没得过同等荣誉") % words
    span = _("查了登记簿里全部%(level)s及以上的%(what)s") if ever else _("查了 %(since)s 以来%(level)s及以上的%(what)s")
    if held is None:
        return [Finding("no_repeat", title, _("没有"), "good", span % words)]
    words |= {"day": days.short_date(held.awarded_on), "title": held.title}
    text = _("%(day)s 已获%(title)s，得过的不再报") if ever else _("%(day)s 已获%(title)s，%(since)s 以后得过的不再报")
    return [Finding("no_repeat", title, str(held.year), "stop", text % words, _("换一位推荐"))]


def holds_the_one_below(entry: Entry, move: str) -> list[Finding]:
    """R9: the honour of a lower level was given by a stated day; the day itself counts."""
    level = entry.call.param("ladder_level")
    if not level:
        return []
    until = day_of(entry.call.param("ladder_on")) or closing_day(entry.call)
    words = {"level": Honour.Level(level).label, "day": days.short_date(until)}
    title = _("先得过%(level)s或更高的荣誉") % words
    held = queries.held(_holder(entry), _levels_from(level), until=until)
    if held is not None:
        words |= {"title": held.title, "on": days.short_date(held.awarded_on)}
        return [Finding("ladder", title, str(held.year), "good", _("%(on)s 获%(title)s") % words)]
    text = _("登记簿里没有 %(day)s 或以前的%(level)s或更高的荣誉") % words
    return [Finding("ladder", title, _("没有"), "stop", text, _("得过没登记的，请主办单位导入登记簿"))]


def _holder(entry: Entry) -> Q:
    """Whose honours are looked up: the person's, the collective's of this unit, or the unit's own."""
    if entry.call.program.subject == "organization":
        # a unit's own honours are those that name it as it was called then
        return Q(collective=True, organization=entry.organization_id, name=F("unit"))
    if entry.call.program.subject == "collective":
        return Q(collective=True, name=entry.subject, organization=entry.organization_id)
    return Q(member=entry.member_id, member__isnull=False)


def ladder_clash(figures: Mapping[str, Any]) -> str:
    """An honour that is both asked for and barred for ever: nobody could be recommended."""
    asked, barred = figures.get("ladder_level"), figures.get("no_repeat_level")
    every = figures.get("no_repeat_ever") and figures.get("no_repeat_scope") == "any"
    if not asked or not barred or not every or Honour.HEIGHT[asked] < Honour.HEIGHT[barred]:
        return ""
    words = {"a": Honour.Level(asked).label, "b": Honour.Level(barred).label}
    return _("要先得过%(a)s的荣誉，又不许得过%(b)s及以上的荣誉，没有人符合") % words


#: Who may lead a studio named after them.
LEAD_PARAMS = (
    Param("lead_families", "领衔人须得过哪些荣誉", "str", default="劳动模范、五一劳动奖章", section="条件",
          help="写登记簿里的系列，多个用顿号隔开；空着就不要求"),
    Param("lead_level", "领衔人的荣誉从哪一级算起", "choice", default="city", section="条件", choices=LEVELS,
          needs=("lead_families",)),
)  # fmt: skip


def lead_is_honoured(entry: Entry, move: str) -> list[Finding]:
    """A3: the lead stands in the register with one of the honours that the edition names."""
    families = [name for name in re.split(r"[、,，;； ]+", entry.call.param("lead_families")) if name]
    if not families:
        return []
    title = _("领衔人得过%(names)s") % {"names": _("或").join(families)}
    if entry.member_id is None:
        return [Finding("lead", title, _("没选"), "stop", _("请从花名册里选"))]
    holder = Q(member=entry.member_id, family__in=families)
    held = queries.held(holder, _levels_from(entry.call.param("lead_level")))
    if held is not None:
        words = {"on": days.short_date(held.awarded_on), "title": held.title}
        return [Finding("lead", title, str(held.year), "good", _("%(on)s 获%(title)s") % words)]
    level = Honour.Level(entry.call.param("lead_level")).label
    text = _("登记簿里%(name)s没有%(level)s或更高的%(names)s") % {
        "name": entry.member.name if entry.member else "", "level": level, "names": _("、").join(families)}  # fmt: skip
    return [Finding("lead", title, _("没有"), "stop", text, _("得过没登记的，请主办单位导入登记簿"))]
