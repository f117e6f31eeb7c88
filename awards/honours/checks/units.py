"""What a unit must be like to be honoured, or to recommend: its term, its members, nothing against it (R6)."""

import datetime

from django.utils.translation import gettext as _

from portal.kit import days
from portal.registry.models import Member
from programs.checks.bars import closing_day
from programs.models import Entry
from programs.rules.ages import years_before
from programs.spec import Finding, Meter


def term_in_force(entry: Entry, move: str) -> list[Finding]:
    """A2: the union's term is not over on the day that the call closes; its last day still counts."""
    if not entry.call.param("term_required"):
        return []
    title, last, on = _("工会没有逾期换届"), entry.organization.term_until, closing_day(entry.call)
    if last is None:
        return [Finding("term", title, _("没填"), "stop", _("单位资料里没有本届止"), _("去单位资料补上"))]
    words = {"last": days.short_date(last), "on": days.short_date(on), "n": (on - last).days}
    if last >= on:
        level = "near" if last == on else "good"
        return [Finding("term", title, days.short_date(last), level, _("本届到 %(last)s，截止是 %(on)s") % words)]
    text = _("本届 %(last)s 到期，到截止 %(on)s 过了 %(n)d 天") % words
    return [Finding("term", title, days.short_date(last), "stop", text, _("换届以后改单位资料"))]


def enough_members(entry: Entry, move: str) -> list[Finding]:
    """A2: at least N % of the staff are members, counted from the roster of the unit and what lies below it."""
    bound = int(entry.call.param("members_percent"))
    if not bound:
        return []
    title, staff = _("入会率不低于 %(n)d%%") % {"n": bound}, entry.organization.head_count
    if not staff:
        return [Finding("density", title, _("没填"), "stop", _("单位资料里没有教职工人数"), _("去单位资料补上"))]
    units = entry.organization.subtree_ids()
    members = Member.objects.filter(organization__in=units, active=True).exclude(personnel="retired").count()
    need = -(-staff * bound // 100)
    words = {"staff": staff, "members": members, "n": need - members}
    figure = f"{members * 100 / staff:.1f}%"
    meter = Meter(min(members, staff), staff, staff * bound / 100)
    if members >= need:
        text = _("教职工 %(staff)d 人，在册会员 %(members)d 人") % words
        return [Finding("density", title, figure, "near" if members == need else "good", text, meter=meter)]
    text = _("教职工 %(staff)d 人，在册会员 %(members)d 人，少 %(n)d 人") % words
    return [Finding("density", title, figure, "stop", text, _("去花名册登记会员"), meter=meter)]


def no_recent_incident(entry: Entry, move: str) -> list[Finding]:
    """R6: the unit's last accident or collective incident, if any, lies N years before the closing day."""
    years = int(entry.call.param("incident_years"))
    if not years:
        return []
    title = _("近 %(n)d 年没有事故和群体性事件") % {"n": years}
    try:
        last = datetime.date.fromisoformat(entry.data.get("incident_on") or "")
    except ValueError:
        return [Finding("incident", title, _("没有"))]
    since = years_before(closing_day(entry.call), years)
    words = {"last": days.short_date(last), "since": days.short_date(since)}
    if last < since:
        return [Finding("incident", title, days.short_date(last), "good", _("最近一次在 %(last)s") % words)]
    text = _("%(last)s 有过，%(since)s 以后有过的不报") % words
    return [Finding("incident", title, days.short_date(last), "stop", text, field="incident_on")]
