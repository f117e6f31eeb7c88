"""What the unit did before it recommended: its meeting and its own notice (R12, R16)."""

import datetime

from django.utils.translation import gettext as _

from portal.core.calendar import current
from portal.kit import days
from programs.models import Entry
from programs.queries.answers import number
from programs.spec import Finding, Meter


def votes_add_up(entry: Entry, move: str) -> list[Finding]:
    """R12: the democratic procedure is recorded and its figures fit: votes = present ≤ expected, and a
    majority agrees.
    """
    due, present = number(entry, "meeting_due"), number(entry, "meeting_present")
    parts = [number(entry, name) for name in ("votes_for", "votes_against", "votes_abstain")]
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


def members_satisfied(entry: Entry, move: str) -> list[Finding]:
    """A2: of the members' ballots that came back, at least N % are content; figures fit: content ≤ back ≤ sent."""
    bound = int(entry.call.param("satisfied_percent"))
    sent, back, good = (number(entry, name) for name in ("ballots_sent", "ballots_back", "ballots_good"))
    title = _("会员满意率不低于 %(n)d%%") % {"n": bound}
    if sent is None or not back or good is None:
        return [
            Finding("satisfied", title, _("没填全"), "stop", _("发出、收回、满意三个数都要填"), field="ballots_sent")
        ]
    if back > sent or good > back:
        text = _("发出 %(sent)d，收回 %(back)d，满意 %(good)d，后一个不能比前一个多") % {
            "sent": sent, "back": back, "good": good}  # fmt: skip
        return [Finding("satisfied", title, f"{good} / {back}", "stop", text, field="ballots_back")]
    need = -(-back * bound // 100)
    meter = Meter(good, back, back * bound / 100)
    words = {"sent": sent, "back": back, "good": good, "n": need - good}
    if good >= need:
        text = _("发出 %(sent)d，收回 %(back)d，满意 %(good)d") % words
        return [Finding("satisfied", title, f"{good * 100 / back:.1f}%", "near" if good == need else "good", text,
                        meter=meter)]  # fmt: skip
    text = _("收回 %(back)d，满意 %(good)d，少 %(n)d 票") % words
    return [Finding("satisfied", title, f"{good * 100 / back:.1f}%", "stop", text, field="ballots_good", meter=meter)]
