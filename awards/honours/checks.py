"""Rules of honours that the engine does not know. Each is named as the rule should be (domain report A5 and D1)."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from awards.honours import queries
from awards.honours.models import Honour
from portal.core.calendar import current
from portal.kit import days
from programs.checks.bars import closing_day, day_of
from programs.models import Entry
from programs.rules.ages import years_before
from programs.spec import Finding, Meter, Param

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


def _number(entry: Entry, name: str) -> int | None:
    value = entry.data.get(name)
    return value if isinstance(value, int) else None


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
    """Whose honours are looked up: the person's, or the collective's of this unit."""
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


def is_woman(entry: Entry, move: str) -> list[Finding]:
    """The award is for women; a collective's head must be one (A5)."""
    collective = entry.call.program.subject == "collective"
    title = _("负责人是女性") if collective else _("被推荐人是女性")
    if entry.member is None:
        return [Finding("is_woman", title, _("没选"), "stop", _("请从花名册里选"), field="head")]
    if not entry.member.sex:
        text = _("花名册里%(name)s的性别没填") % {"name": entry.member.name}
        return [Finding("is_woman", title, _("没填"), "stop", text, _("去花名册补上"))]
    level = "good" if entry.member.sex == "f" else "stop"
    text = "" if level == "good" else _("花名册里%(name)s是男性") % {"name": entry.member.name}
    return [Finding("is_woman", title, entry.member.name, level, text)]


def votes_add_up(entry: Entry, move: str) -> list[Finding]:
    """R12: the democratic procedure is recorded and its figures fit: votes = present ≤ expected, and a
    majority agrees.
    """
    due, present = _number(entry, "meeting_due"), _number(entry, "meeting_present")
    parts = [_number(entry, name) for name in ("votes_for", "votes_against", "votes_abstain")]
    title = _("民主程序票数相符")
    if due is None or present is None or any(part is None for part in parts):
        return [Finding("votes", title, _("没填全"), "stop", _("应到、实到和三种票数都要填"), _("去填"), "meeting_due")]
    total = sum(part or 0 for part in parts)
    agree = parts[0] or 0
    if present > due:
        text = _("实到 %(present)d，比应到 %(due)d 多 %(over)d") % {
            "present": present,
            "due": due,
            "over": present - due,
        }
        return [Finding("votes", title, f"{present} / {due}", "stop", text, field="meeting_present")]
    if total != present:
        text = _("同意、不同意、弃权合计 %(total)d，比实到 %(present)d %(word)s %(n)d") % {
            "total": total,
            "present": present,
            "word": _("多") if total > present else _("少"),
            "n": abs(total - present),
        }
        return [Finding("votes", title, f"{total} / {present}", "stop", text, field="votes_abstain")]
    share = agree * 100 / present if present else 0
    quorum = int(entry.call.param("quorum_percent"))
    if due and present * 100 < due * quorum:
        need = -(-due * quorum // 100)
        text = _("应到 %(due)d，至少要到 %(need)d，少 %(n)d 人") % {"due": due, "need": need, "n": need - present}
        return [Finding("votes", title, f"{present} / {due}", "stop", text, field="meeting_present")]
    if agree * 2 <= present:
        text = _("同意 %(agree)d，过半要 %(need)d，少 %(n)d 票") % {
            "agree": agree, "need": present // 2 + 1, "n": present // 2 + 1 - agree,
        }  # fmt: skip
        return [
            Finding("votes", _("同意过半"), f"{share:.1f}%", "stop", text, meter=Meter(agree, present, present / 2))
        ]
    text = _("应到 %(due)d，实到 %(present)d，同意 %(agree)d") % {"due": due, "present": present, "agree": agree}
    return [Finding("votes", title, f"{share:.1f}%", "good", text, meter=Meter(agree, present, present / 2))]


def unit_notice_long_enough(entry: Entry, move: str) -> list[Finding]:
    """R16 at the unit: the unit's own notice ran N working days; whether its first day counts is data of the
    edition.
    """
    need = int(entry.call.param("unit_notice_days"))
    first = bool(entry.call.param("unit_notice_first_day"))
    title = _("本单位公示满 %(n)d 个工作日") % {"n": need}
    start, end = entry.data.get("unit_notice_from"), entry.data.get("unit_notice_until")
    try:
        start_day, end_day = datetime.date.fromisoformat(start or ""), datetime.date.fromisoformat(end or "")
    except ValueError:
        return [
            Finding("unit_notice", title, _("没填"), "stop", _("公示起止日期都要填"), _("去填"), "unit_notice_from")
        ]
    calendar = current()
    counted = calendar.workdays_between(start_day, end_day)
    if not first and calendar.is_workday(start_day):
        counted -= 1
    meter = Meter(min(counted, need), need, pips=True)
    last = calendar.add_workdays(start_day, need, first)
    if counted < need:
        text = _("%(a)s—%(b)s 是 %(n)d 个工作日，少 %(short)d 个，要到 %(last)s") % {
            "a": days.short_date(start_day), "b": days.short_date(end_day), "n": counted, "short": need - counted,
            "last": days.short_date(last),
        }  # fmt: skip
        return [
            Finding("unit_notice", title, f"{counted} / {need}", "stop", text, field="unit_notice_until", meter=meter)
        ]
    if end_day >= days.today():
        text = _("%(b)s 才公示完") % {"b": days.short_date(end_day)}
        return [Finding("unit_notice", title, f"{counted} / {need}", "stop", text, field="unit_notice_until")]
    span = f"{days.short_date(start_day)}—{days.short_date(end_day)}"
    if counted == need:
        return [
            Finding(
                "unit_notice", title, _("刚好 %(n)d 个") % {"n": need}, "near", span + _("，一天也没多"), meter=meter
            )
        ]
    return [Finding("unit_notice", title, _("%(n)d 个") % {"n": counted}, "good", span)]


def women_share(entry: Entry, move: str) -> list[Finding]:
    """A5: at least N % of a collective are women; says how many people and points are short."""
    bound = int(entry.call.param("women_percent"))
    title = _("女职工不低于 %(n)d%%") % {"n": bound}
    staff, women = _number(entry, "staff"), _number(entry, "women")
    if not staff or women is None:
        return [Finding("women_share", title, _("没填"), "stop", _("在编教职工和其中女性都要填"), _("去填"), "staff")]
    if women > staff:
        text = _("女性 %(women)d，比教职工 %(staff)d 多") % {"women": women, "staff": staff}
        return [Finding("women_share", title, f"{women} / {staff}", "stop", text, field="women")]
    share = women * 100 / staff
    meter = Meter(women, staff, staff * bound / 100)
    if women * 100 >= staff * bound:
        level = "near" if (women - 1) * 100 < staff * bound else "good"
        text = _("%(staff)d 人中女 %(women)d 人") % {"staff": staff, "women": women}
        return [Finding("women_share", title, f"{share:.1f}%", level, text, meter=meter)]
    need = -(-staff * bound // 100)
    text = _("%(staff)d 人中女 %(women)d 人，少 %(n)d 人，差 %(points).1f 个百分点") % {
        "staff": staff, "women": women, "n": need - women, "points": bound - share,
    }  # fmt: skip
    return [Finding("women_share", title, f"{share:.1f}%", "stop", text, field="women", meter=meter)]
