"""What an entry has been through: its desks and its story, read from the audit trail."""

import datetime
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.core.calendar import current
from portal.core.context import once
from portal.core.models import Record
from portal.kit import days
from portal.registry.models import Organization
from programs.models import Entry, NoticeLine
from programs.spec import State

#: What each act is called in the story of an entry, and its mark. Acts that are not here are the machine's own noise.
ACTS: dict[str, tuple[Any, str]] = {
    "entry.start": (gettext_lazy("开始填写"), ""),
    "entry.submit": (gettext_lazy("%(unit)s提交"), "ok"),
    "entry.withdraw": (gettext_lazy("%(unit)s撤回"), "back"),
    "entry.forward": (gettext_lazy("%(desk)s同意"), "ok"),
    "entry.return": (gettext_lazy("%(desk)s退回补正"), "back"),
    "entry.refuse": (gettext_lazy("%(desk)s：不通过"), "back"),
    "entry.propose": (gettext_lazy("列入拟定名单"), "ok"),
    "entry.reserve": (gettext_lazy("列为候补"), ""),
    "entry.unlist": (gettext_lazy("移出名单"), ""),
    "entry.publish": (gettext_lazy("开始公示"), "ok"),
    "entry.uphold": (gettext_lazy("异议成立，不通过"), "back"),
    "entry.approve": (gettext_lazy("通过"), "ok"),
    "entry.revoke": (gettext_lazy("撤销"), "back"),
    "entry.pass-up": (gettext_lazy("上报"), "ok"),
    "entry.grant": (gettext_lazy("上级批准"), "ok"),
    "entry.decline": (gettext_lazy("上级没批"), "back"),
    "entry.send-on": (gettext_lazy("另行上报"), "ok"),
    "entry.grant-more": (gettext_lazy("上级另行授予"), "ok"),
    "entry.decline-more": (gettext_lazy("上级没有另行授予"), ""),
    "entry.reopen": (gettext_lazy("延期了，接着填"), ""),
    "entry.recall": (gettext_lazy("下一级收回"), "back"),
    "entry.keep": (gettext_lazy("收回退回，仍在审核"), ""),
    "entry.lapse": (gettext_lazy("逾期没交"), "back"),
}
#: Where on the way an entry stands once it has left the desks.
STATIONS = (gettext_lazy("拟定名单"), gettext_lazy("公示"), gettext_lazy("决定"))
_STATION_OF = {
    State.SHORTLIST: 0,
    State.RESERVE: 0,
    State.NOTICE: 1,
    State.PASSED_UP: 2,
    State.APPROVED: 3,
    State.REVOKED: 3,
}


@dataclass
class Step:
    """One desk on the way: its name, what happened there, and whether the entry is past it, at it or back at it."""

    name: str
    lines: list[str] = field(default_factory=list)
    state: str = ""


def way_up(entry: Entry) -> list[Organization]:
    """The desks of an entry: its unit, the levels above it, up to the owner of the call."""
    found = []
    for one in reversed(entry.organization.route()):
        found.append(one)
        if one.pk == entry.call.owner_id:
            return found
    return [entry.organization, entry.call.owner]


def records(entry: Entry) -> list[Record]:
    """The acts of an entry's story, oldest first."""
    return list(Record.objects.about(entry).filter(act__in=ACTS).select_related("by").order_by("id"))


def events(entry: Entry, found: list[Record], way: list[Organization]) -> list[dict[str, str]]:
    """The story, newest first; where the entry lies now stands on top."""
    names = {one.pk: one.short for one in way}
    told = []
    submitted = 0
    for record in found:
        label, mark = ACTS[record.act]
        desk = record.change.get("desk", [None])[0]
        title = str(label) % {"unit": entry.organization.short, "desk": names.get(desk, entry.call.owner.short)}
        if record.act == "entry.submit":
            submitted += 1
            title = _("补正后再交") if submitted > 1 else title
        who = record.by.name if record.by else _("到期自动办理")
        told.append(
            {"title": title, "meta": f"{days.short_datetime(record.at)}，{who}", "quote": record.note, "mark": mark}
        )
    told.reverse()
    if entry.state == State.REVIEW and entry.desk_since:
        here = {"title": _("到%(desk)s") % {"desk": entry.desk.short}, "meta": days.short_datetime(entry.desk_since)}
        told.insert(0, {**here, "quote": "", "mark": "now"})
    return told


def stayed(entry: Entry) -> int | None:
    """Working days since the entry came to its desk, that day not counted; None where nobody has to act on it."""
    if entry.state not in (State.REVIEW, State.RETURNED) or entry.desk_since is None:
        return None
    since, today = days.local(entry.desk_since).date(), days.today()
    return once(("stood", since, today), lambda: _stood(since, today))


def _stood(since: datetime.date, today: datetime.date) -> int:
    calendar = current()
    return max(0, calendar.workdays_between(since, today) - calendar.is_workday(since))


def steps(entry: Entry, found: list[Record], way: list[Organization]) -> list[Step]:
    """The desks, then slate, notice and decision, with what happened at each in a line or two."""
    desks = [Step(one.short) for one in way]
    index = {one.pk: n for n, one in enumerate(way)}
    sent = 0
    for record in found:
        who, day = record.by.name if record.by else "", days.short_date(days.local(record.at).date())
        desk = desks[index.get(record.change.get("desk", [None])[0], len(desks) - 1)]
        if record.act == "entry.submit":
            sent += 1
            desks[0].lines.append(
                _("%(day)s %(who)s交") % {"day": day, "who": who}
                if sent == 1
                else _("%(day)s 补正后再交") % {"day": day}
            )
        elif record.act == "entry.forward":
            desk.lines.append(_("%(day)s %(who)s同意") % {"day": day, "who": who})
        elif record.act == "entry.return":
            desk.lines.append(_("%(day)s 退回") % {"day": day})
    if len(way) > 2 and entry.rank:
        desks[-2].lines.append(_("排第 %(n)s") % {"n": entry.rank_words})
    for desk in desks:
        del desk.lines[:-2]
    return _placed(entry, [*desks, *(Step(str(name)) for name in STATIONS)], index)


def _placed(entry: Entry, line: list[Step], index: dict[int, int]) -> list[Step]:
    at = index.get(entry.desk_id, 0)
    if entry.state in _STATION_OF:
        at = len(index) + _STATION_OF[State(entry.state)]
    for n, step in enumerate(line):
        step.state = "done" if n < at else "here" if n == at else ""
    if at < len(line):
        _here(entry, line[at])
    if entry.state == State.NOTICE:
        last = NoticeLine.objects.filter(entry=entry).select_related("notice").order_by("-id").first()
        if last and last.notice.ends_on:
            line[at].lines.append(_("%(day)s 期满") % {"day": days.short_date(last.notice.ends_on)})
    return line


def _here(entry: Entry, step: Step) -> None:
    if entry.state == State.RETURNED:
        step.state = "back here"
        step.lines.append(_("退回来补正"))
    elif entry.state == State.REVIEW:
        arrived = _("%(day)s 到") % {"day": days.short_date(days.local(entry.desk_since).date())}
        waited = stayed(entry)
        step.lines = [arrived, _("已停 %(n)d 个工作日") % {"n": waited}] if waited else [arrived]
    elif entry.state in (State.REFUSED, State.WITHDRAWN, State.LAPSED):
        step.state = "back here"
        step.lines.append(entry.get_state_display())
