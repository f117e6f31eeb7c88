"""The lines of the first page: what waits, with its figure, its deadline and the one verb that finishes it."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.kit import days
from portal.kit.days import Calendar
from portal.registry.models import Organization
from programs import reports
from programs.models import Amendment, Call, Decision, Entry, Notice, Objection
from programs.queries.home import Pile
from programs.spec import State

Line = dict[str, Any]
#: What a level is called where there is room for one word only.
LEVELS = {
    "city": gettext_lazy("市"), "district": gettext_lazy("区"), "university": gettext_lazy("学校"),
    "grassroots": gettext_lazy("学校"), "vocational": gettext_lazy("中职联"), "affiliated": gettext_lazy("单位"),
    "department": gettext_lazy("部门"), "group": gettext_lazy("小组"),
}  # fmt: skip


def line(
    title: Any, verb: Any, url: str, calendar: Calendar, at: datetime.datetime | None = None, detail: Any = ""
) -> Line:
    return {"title": title, "detail": detail, "url": url, "verb": verb, "at": at, "due": reports.due(calendar, at)}


def grouped(lines: list[Line], headings: bool = True) -> list[tuple[str, list[Line]]]:
    """Oldest deadline first; the first line of all has the red button."""
    far = datetime.datetime.max.replace(tzinfo=datetime.UTC)
    lines = sorted(lines, key=lambda one: (reports.bucket(one["at"]), one["at"] or far))
    for one in lines[:1]:
        one["primary"] = True
    if not headings:
        return [("", lines)] if lines else []
    found: dict[int, list[Line]] = {}
    for one in lines:
        found.setdefault(reports.bucket(one["at"]), []).append(one)
    return [(reports.buckets()[key], found[key]) for key in sorted(found)]


def entries_url(call: Call, name: str = "entries", **query: str) -> str:
    """A list of entries (all, or what waits: ``inbox``), narrowed to a call."""
    pairs = "".join(f"&{name}={value}" for name, value in query.items())
    return f"{reverse(f'programs:{name}')}?call={call.pk}{pairs}"


def _stood(calendar: Calendar, since: datetime.datetime | None) -> str:
    waited = calendar.workdays_left(since, days.now()) if since else 0
    return _("最久的已停 %(n)d 个工作日") % {"n": waited} if waited > 0 else _("今天刚到")


def review(pile: Pile, calendar: Calendar, home_id: int) -> Line:
    """Entries to review. The owner has no deadline of its own; a level on the way has the call's."""
    detail = _("%(n)d 件，%(stood)s") % {"n": pile.n, "stood": _stood(calendar, pile.oldest)}
    if pile.mended:
        detail += _("；其中 %(n)d 件是补正后送回的") % {"n": pile.mended}
    at = None if pile.call.owner_id == home_id else pile.call.due_at  # type: ignore[attr-defined]
    title = _("%(call)s · 审核") % {"call": pile.call.title}
    return line(title, _("审核 %(n)d 件") % {"n": pile.n}, entries_url(pile.call, "inbox"), calendar, at, detail)


def slate(pile: Pile, calendar: Calendar) -> Line:
    title = _("%(call)s · 拟定名单") % {"call": pile.call.title}
    detail = _("名单上有 %(n)d 件，还没公示") % {"n": pile.n}
    return line(title, _("看名单"), reverse("programs:slate", args=[pile.call.pk]), calendar, None, detail)


def undecided(pile: Pile, calendar: Calendar) -> Line:
    title = _("%(call)s · 公示期满") % {"call": pile.call.title}
    detail = _("%(n)d 件可以定了，起草决定后由领导签发") % {"n": pile.n}
    return line(title, _("起草决定"), reverse("programs:decision_new", args=[pile.call.pk]), calendar, None, detail)


def draft_call(call: Call, calendar: Calendar) -> Line:
    title = format_html('{} <span class="st st-draft">{}</span>', call.title, _("草稿"))
    url = reverse("programs:edition", args=[call.pk])
    return line(title, _("接着设"), url, calendar, call.opens_at, _("还没发布，单位看不到"))


def draft_notice(notice: Notice, calendar: Calendar) -> Line:
    return line(notice.title, _("看公示稿"), notice.get_absolute_url(), calendar, None, _("公示写好了，还没发出"))


def objection(one: Objection, calendar: Calendar) -> Line:
    """Named by the public words of the notice; who objected is not on the first page."""
    who = one.line.name if one.line else _("整份公示")
    title = _("异议 · %(who)s（%(title)s）") % {"who": who, "title": one.notice.call.title}
    received = days.short_date(days.local(one.received_at).date())
    detail = _("%(kind)s，%(day)s收到，%(state)s") % {
        "kind": one.get_kind_display(), "day": received,
        "state": _("还没受理") if one.state == Objection.State.RECEIVED else _("在核实"),
    }  # fmt: skip
    at = days.end_of_day(one.notice.ends_on) if one.notice.ends_on else None
    return line(title, _("办理异议"), reverse("programs:objection", args=[one.pk]), calendar, at, detail)


def decision(one: Decision, calendar: Calendar) -> Line:
    title = _("签发决定 · %(title)s") % {"title": one.title}
    figures = {"number": one.number, "n": one.n, "who": one.drafted_by.name}  # type: ignore[attr-defined]
    detail = _("%(number)s，%(n)d 件，%(who)s起草") % figures
    return line(title, _("看过签发"), one.get_absolute_url(), calendar, None, detail)


def amendment(one: Amendment, calendar: Calendar) -> Line:
    title = _("确认修改 · %(title)s") % {"title": one.call.title}
    detail = _("%(who)s %(at)s 起草：%(reason)s") % {
        "who": one.drafted_by.name, "at": days.short_datetime(one.drafted_at), "reason": one.reason,
    }  # fmt: skip
    return line(title, _("看改了什么"), one.get_absolute_url(), calendar, None, detail)


def upheld(entry: Entry, calendar: Calendar) -> Line:
    title = _("异议成立 · %(name)s") % {"name": entry.subject}
    detail = _("%(unit)s，%(category)s。要不要不通过，由你定") % {
        "unit": entry.organization.name, "category": entry.category.name,
    }  # fmt: skip
    return line(title, _("定这一件"), entry.get_absolute_url(), calendar, None, detail)


def own(entry: Entry, calendar: Calendar, calls: dict[int, Call], you: str) -> Line:
    """A draft or a returned entry of the acting unit."""
    title = format_html("{} · {} {}", entry.subject, entry.category.name, entry.badge)
    call = calls.get(entry.call_id, entry.call)
    at = getattr(call, "due_at", call.closes_at)
    if entry.state != State.RETURNED:
        saved = entry.saved_at or entry.updated_at
        detail = _("填到一半，%(when)s 存的") % {"when": days.short_datetime(saved)}
        return line(title, _("接着填"), entry.get_absolute_url(), calendar, at, detail)
    if entry.flags.get("due"):
        at = datetime.datetime.fromisoformat(entry.flags["due"])
    asked = entry.flags.get("fields", {})
    labels = {one.name: one.label for one in (*entry.call.fields, *entry.call.materials)}
    names = "、".join(labels.get(name, name) for name in list(asked)[:4])
    desk = entry.returned_from.short if entry.returned_from else _("上级")
    if asked:
        figures = {"desk": desk, "you": you, "n": len(asked), "names": names}
        detail = _("%(desk)s请%(you)s改 %(n)d 处：%(names)s") % figures
        verb = _("改这 %(n)d 处") % {"n": len(asked)}
    else:
        detail = _("%(desk)s：%(note)s") % {"desk": desk, "note": entry.flags.get("note", "")}
        verb = _("去补正")
    return line(title, verb, entry.get_absolute_url(), calendar, at, detail)


# ── our own cases ──
def case(entry: Entry, route: list[Organization], ends: dict[int, datetime.date], you: str) -> dict[str, Any]:
    """An entry with the desks it visits and what comes next."""
    return {
        "entry": entry, "title": f"{entry.subject} · {entry.category.name}", "badge": entry.badge,
        "desks": steps(entry, route), "next": _next(entry, ends, you),
    }  # fmt: skip


_SETTLED = (State.APPROVED, State.REFUSED, State.REVOKED)


def steps(entry: Entry, route: list[Organization]) -> list[dict[str, Any]]:
    """From the unit up to the owner; only levels that this entry visits."""
    ids = [one.pk for one in route]
    first = ids.index(entry.call.owner_id) if entry.call.owner_id in ids else 0
    path = route[first:][::-1]
    here = next((n for n, one in enumerate(path) if one.pk == entry.desk_id), len(path) - 1)
    found = []
    for n, one in enumerate(path):
        state = "done" if n < here or (entry.state in _SETTLED and n == here) else "here" if n == here else ""
        if n == here and entry.state == State.RETURNED:
            state = "back here"
        found.append({"name": LEVELS.get(one.kind, one.short), "lines": [], "state": state})
    return found


def _next(entry: Entry, ends: dict[int, datetime.date], you: str) -> str:
    if entry.state == State.RETURNED:
        until = entry.flags.get("due")
        day = days.short_date(days.local(datetime.datetime.fromisoformat(until)).date()) if until else ""
        return _("%(you)s补正，%(day)s前") % {"you": you, "day": day} if day else _("%(you)s补正") % {"you": you}
    if entry.state == State.NOTICE and entry.pk in ends:
        text = _("%(day)s公示期满") % {"day": days.short_date(ends[entry.pk])}
        return text + _("，因异议暂停") if entry.held else text
    words = {
        State.REVIEW: _("%(desk)s审核") % {"desk": entry.desk.short},
        State.SHORTLIST: _("等公示"),
        State.RESERVE: _("有空额才递补"),
        State.NOTICE: _("公示期满后决定"),
        State.APPROVED: _("已登记"),
        State.REFUSED: _("理由在经过里"),
        State.LAPSED: _("过了截止没交"),
        State.WITHDRAWN: _("已收回"),
    }
    return words.get(State(entry.state), "")


# ── days to come ──
def call_days(calls: Iterable[Call]) -> list[dict]:
    """Openings and ends of published calls that are still to come."""
    now, found = days.now(), []
    for call in calls:
        if call.state != Call.State.PUBLISHED:
            continue
        clock = f"{days.local(call.due_at):%H:%M}"
        if call.opens_at > now:
            title = _("%(t)s 开始报送") % {"t": call.title}
            found.append(reports.day_line(call.opens_at, title, "", call.get_absolute_url()))
        if call.due_at > now:
            title, text = _("%(t)s 报送截止") % {"t": call.title}, _("%(clock)s，逾期不能提交") % {"clock": clock}
            found.append(reports.day_line(call.due_at, title, text, call.get_absolute_url()))
    return found


def notice_days(notices: list[Notice]) -> list[dict]:
    """Last days of running notices."""
    found = []
    for one in notices:
        if one.state == Notice.State.POSTED and one.ends_on:
            text = _("24:00 止")
            if one.objected:  # type: ignore[attr-defined]
                text += _("；%(n)d 件异议未结") % {"n": one.objected}  # type: ignore[attr-defined]
            title = _("%(t)s 公示期满") % {"t": one.call.title}
            found.append(reports.day_line(days.end_of_day(one.ends_on), title, text, one.get_absolute_url()))
    return found
