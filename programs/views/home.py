"""The first page of each role: what waits, what is coming, what was handed in."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import policy
from portal.core.actor import Actor
from portal.core.calendar import current
from portal.kit import days
from portal.kit.access import access
from portal.kit.days import Calendar
from portal.kit.gather import gather
from portal.kit.text import mask_phone, surname
from portal.registry.models import Kind, Member, Organization
from programs import reports
from programs.models import Call, Notice, NoticeLine
from programs.queries import calls as call_queries
from programs.queries import home as queries
from programs.views import todo

Context = dict[str, Any]


@access("home", "read", methods=("GET",))
def home(request: HttpRequest) -> HttpResponse:
    """工作台."""
    actor, calendar = request.actor, current()
    context: Context = {"h1": _("工作台"), "groups": [], "calm": _("没有等你办的"), "dates": []}
    context |= PAGES.get(actor.role, _plain)(actor, calendar)
    lines = [one for _when, items in context["groups"] for one in items]
    context["today"] = f"{days.short_date(days.today())} {reports.WEEKDAYS[days.today().weekday()]}"
    context["waiting"] = len(lines)
    context["due_today"] = sum(1 for one in lines if one["at"] and reports.bucket(one["at"]) == 0)
    context["dates"] = sorted(context["dates"], key=lambda one: one["at"])[: queries.SHOWN]
    context["cards"] = [card for make in gather("home", "CARDS") if (card := make(actor))]  # type: ignore[operator]
    return render(request, "programs/home.html", context)


def menu_url(role: str, resource: str, action: str = "read") -> str:
    """Where the menu of this role leads for a resource; "" if nowhere. So a room's address is asked for, not known."""
    items = (one for one in gather("menu", "ITEMS") if (one.resource, one.action) == (resource, action))  # type: ignore[attr-defined]
    found = next(iter(items), None)
    return reverse(found.url_name) if found and policy.scope(role, resource, action) else ""  # type: ignore[attr-defined]


# ── officers: of the owner, of a level on the way, or both ──
def _officer(actor: Actor, calendar: Calendar) -> Context:
    route = actor.organization.route()
    calls = queries.known_calls(route, actor)
    mine = [call for call in calls.values() if call.owner_id == actor.organization_id]
    own = [todo.own(one, calendar, calls, _("你")) for one in queries.own_open(actor)]
    posted = queries.notices(actor)
    lines = [
        *(todo.review(pile, calendar, actor.organization_id) for pile in queries.reviews(actor, calls)),
        *(todo.slate(pile, calendar) for pile in queries.slates(actor, calls)),
        *(todo.undecided(pile, calendar) for pile in queries.undecided(actor, calls)),
        *(todo.draft_notice(one, calendar) for one in posted if one.state == Notice.State.DRAFT),
        *(todo.draft_call(call, calendar) for call in mine if call.state == Call.State.DRAFT),
        *own,
    ]
    context: Context = {"groups": todo.grouped(lines), "may_open": True}
    context |= _running(mine, actor, calendar)
    if actor.organization.parent_id:
        # What a level on the way may hand up stands under 可以申报, so it is not a second time under 往后的日子.
        context |= {"offers": _offers(actor, route, calendar), **_cases(actor, route, _("你"))}
        context["has_cases"], context["has_running"] = bool(context["cases"]), bool(context["running"])
    context["dates"] = todo.notice_days(posted) + todo.call_days(mine)
    return context


def _running(mine: list[Call], actor: Actor, calendar: Calendar) -> Context:
    """Our published calls with the units that reported; the chart and the laggards of the one that closes first."""
    published = [call for call in mine if call.state == Call.State.PUBLISHED]
    busy = queries.unsettled(published)
    going = (call for call in published if call.closes_at >= days.now() or call.pk in busy)
    calls = sorted(going, key=_urgency)[: queries.SHOWN]
    tallies = call_queries.tallies(calls, actor.organization_id)
    places = call_queries.places_by_unit(calls)
    rows = []
    for call in calls:
        due, tally = places.get(call.pk, {}), tallies[call.pk]
        reported = sum(1 for unit in due if tally[unit].up)
        late = len(due) - reported
        rows.append(
            {"call": call, "due": reports.due(calendar, call.closes_at), "open": call.is_open, "units": len(due),
             "reported": reported, "late": late, "received": sum(one.up for one in tally.values())}
        )  # fmt: skip
    if not calls:
        return {"running": [], "has_running": True}
    focus = calls[0]
    return {"running": rows, "has_running": True, **_focus(focus, places.get(focus.pk, {}), tallies[focus.pk])}


def _urgency(call: Call) -> tuple:
    over = call.closes_at < days.now()
    return (over, -call.closes_at.timestamp() if over else call.closes_at.timestamp())


def _stage(tally: call_queries.Tally) -> str:
    return reports.stage(tally.up, tally.below, tally.drafts)


def _focus(call: Call, due: dict[int, int], tally: dict[int, call_queries.Tally]) -> Context:
    units = Organization.objects.filter(pk__in=due).order_by("kind", "pinyin")
    districts = [one for one in units if one.kind == Kind.DISTRICT]
    drawn = sorted(districts if len(districts) > 1 else units, key=lambda one: -due[one.pk])
    late = [one for one in units if not tally[one.pk].up]
    reminded = call_queries.reminders(call)
    names = call_queries.contacts([one.pk for one in late[: queries.SHOWN]])
    return {
        "focus": call,
        "chart": reports.chart((reports.short_name(one), due[one.pk], tally[one.pk].taken) for one in drawn),
        "of_districts": len(districts) > 1,
        "late": [
            {"unit": one, "contact": names.get(one.pk, _("没有岗位")), "stage": _stage(tally[one.pk]),
             "times": reminded.times.get(one.pk, 0)}
            for one in late[: queries.SHOWN]
        ],
        "late_count": len(late),
        "reminded_at": reminded.last,
    }  # fmt: skip


# ── units ──
def _unit(actor: Actor, calendar: Calendar) -> Context:
    route = actor.organization.route()
    calls = queries.known_calls(route, actor)
    lines = [
        *(todo.own(one, calendar, calls, _("您")) for one in queries.own_open(actor)),
        *(todo.review(pile, calendar, actor.organization_id) for pile in queries.reviews(actor, calls)),
    ]
    unit, title = actor.organization, _("主席") if actor.role == "chair" else _("老师")
    hello = _("%(name)s%(title)s，有 %(n)d 件事等您办") if lines else _("%(name)s%(title)s，现在没有等您办的")
    return {
        "h1": hello % {"name": surname(actor.user.name), "title": title, "n": len(lines)},
        "who": _("%(unit)s · 教职工 %(heads)d 人，女 %(women)d 人")
        % {"unit": unit.name, "heads": unit.head_count, "women": unit.women_count},
        "groups": todo.grouped(lines, headings=False),
        "calm": _("没有等您办的"),
        "offers": _offers(actor, route, calendar),
        **_cases(actor, route, _("您")),
        **_ask(route),
    }  # fmt: skip


def _offers(actor: Actor, route: list[Organization], calendar: Calendar) -> list[dict]:
    found = []
    for offer in call_queries.offers(actor, route):
        found.append(
            {**reports.day_line(offer.closes_at, offer.call.title, offer_text(offer, actor), _url(offer)),
             "none": not offer.given, "due": reports.due(calendar, offer.closes_at)}
        )  # fmt: skip
    return found


def _url(offer: call_queries.Offer) -> str:
    return offer.call.get_absolute_url()


def offer_text(offer: call_queries.Offer, actor: Actor) -> str:
    """Places in one line, as the acting unit sees them."""
    if offer.call.opens_at > days.now():
        return _("%(when)s 开始报送") % {"when": days.short_datetime(offer.call.opens_at)}
    if offer.unit is None or not offer.given:
        return _("这一届没有名额")
    if offer.unit.pk == actor.organization_id:
        return _("名额 %(given)d 个，已用 %(used)d 个") % {"given": offer.given, "used": offer.used}
    return _("%(unit)s名额 %(given)d 个，我们报了 %(ours)d 件") % {
        "unit": offer.unit.short, "given": offer.given, "ours": offer.ours,
    }  # fmt: skip


def _cases(actor: Actor, route: list[Organization], you: str) -> Context:
    rows = queries.own_running(actor)
    lines = NoticeLine.objects.filter(entry__in=[one.pk for one in rows], notice__ends_on__isnull=False)
    ends = dict(lines.order_by("notice__ends_on").values_list("entry_id", "notice__ends_on"))
    return {
        "cases": [todo.case(one, route, ends, you) for one in rows], "has_cases": True,
        "cases_all": queries.own_count(actor), "cases_url": reverse("programs:entries"),
    }  # fmt: skip


def _ask(route: list[Organization]) -> Context:
    above = route[-2] if len(route) > 1 else None
    if above is None:
        return {}
    name = call_queries.contacts([above.pk]).get(above.pk, "")
    return {"ask": {"unit": above, "name": name}}


# ── leader, supervisor ──
def _leader(actor: Actor, calendar: Calendar) -> Context:
    posted = queries.notices(actor)
    lines = [
        *(todo.upheld(one, calendar) for one in queries.upheld(actor)),
        *(todo.decision(one, calendar) for one in queries.to_sign(actor)),
        *(todo.amendment(one, calendar) for one in queries.to_confirm(actor)),
    ]
    mine = list(Call.objects.owned_by(actor).filter(state=Call.State.PUBLISHED))
    return {
        "groups": todo.grouped(lines, headings=False),
        "dates": todo.notice_days(posted) + todo.call_days(_plain_due(mine)),
        **_running(mine, actor, calendar),
    }


def _plain_due(calls: list[Call]) -> list[Call]:
    for call in calls:
        call.due_at = call.closes_at  # type: ignore[attr-defined]
    return calls


def _supervisor(actor: Actor, calendar: Calendar) -> Context:
    lines = [todo.objection(one, calendar) for one in queries.open_objections(actor)]
    return {"groups": todo.grouped(lines), "dates": todo.notice_days(queries.notices(actor))}


# ── teachers ──
def _teacher(actor: Actor, calendar: Calendar) -> Context:
    member = Member.objects.visible_to(actor).select_related("organization").first()
    context: Context = {
        "h1": _("%(name)s老师，您好") % {"name": surname(actor.user.name)}, "calm": "",
        "nominations": queries.of_teacher(actor), "has_nominations": True,
    }  # fmt: skip
    if member:
        context["own_facts"] = [
            (_("所在工会"), member.organization.name), (_("职称"), member.title or _("没填")),
            (_("职务"), member.position or _("没填")), (_("政治面貌"), member.get_politics_display() or _("没填")),
            (_("入校日期"), days.short_date(member.hired_on) if member.hired_on else _("没填")),
            (_("手机"), mask_phone(member.phone) if member.phone else _("没填")),
        ]  # fmt: skip
        context["own_unit"] = member.organization
    return context


# ── auditors and the three administrators ──
def _trail_panel(actor: Actor) -> dict[str, Any]:
    state = queries.trail_state()
    sealed = days.short_datetime(state["sealed_at"]) if state["sealed_at"] else _("还没封过")
    facts = [
        (_("今天记了"), _("%(n)d 条") % {"n": state["today"]}), (_("一共"), _("%(n)d 条") % {"n": state["all"]}),
        (_("今天被规则拦下"), _("%(n)d 次") % {"n": queries.refused_today()}), (_("最近一次封存"), sealed),
        (_("还没封的"), _("%(n)d 条") % {"n": state["unsealed"]}),
    ]  # fmt: skip
    return {"title": _("操作记录"), "facts": facts, "url": menu_url(actor.role, "trail"), "verb": _("看操作记录")}


def _auditor(actor: Actor, calendar: Calendar) -> Context:
    calls = list(Call.objects.visible_to(actor).filter(state=Call.State.PUBLISHED).order_by("-pk")[: queries.SHOWN])
    return {"calm": "", "panels": [_trail_panel(actor)], "dates": todo.call_days(_plain_due(calls))}


def _log(actor: Actor, calendar: Calendar) -> Context:
    return {"calm": "", "panels": [_trail_panel(actor)]}


def _security(actor: Actor, calendar: Calendar) -> Context:
    state = queries.post_state()
    facts = [
        (_("在用账号"), _("%(n)d 个") % {"n": state["users"]}), (_("现任岗位"), _("%(n)d 个") % {"n": state["posts"]}),
        (_("有岗位的单位"), _("%(n)d 家") % {"n": state["units"]}),
        (_("30 天内到期的岗位"), _("%(n)d 个") % {"n": state["ending"]}),
        (_("工作人员里没开两步验证的"), _("%(n)d 人") % {"n": state["without_factor"]}),
    ]  # fmt: skip
    url = menu_url(actor.role, "post")
    return {"calm": "", "panels": [{"title": _("账号和岗位"), "facts": facts, "url": url, "verb": _("管岗位")}]}


def _system(actor: Actor, calendar: Calendar) -> Context:
    state = queries.machine_state()
    facts = [
        (_("正在做和排队的任务"), _("%(n)d 个") % {"n": state["running"]}),
        (_("7 天里没做成的任务"), _("%(n)d 个") % {"n": state["failed"]}),
        (_("等着发的邮件、短信"), _("%(n)d 条") % {"n": state["waiting"]}),
        (_("7 天里没发出的"), _("%(n)d 条") % {"n": state["lost"]}),
    ]  # fmt: skip
    url = menu_url(actor.role, "delivery")
    return {"calm": "", "panels": [{"title": _("运行"), "facts": facts, "url": url, "verb": _("看投递")}]}


def _plain(actor: Actor, calendar: Calendar) -> Context:
    return {}


PAGES: dict[str, Callable[[Actor, Calendar], Context]] = {
    "officer": _officer, "chair": _unit, "clerk": _unit, "leader": _leader, "supervisor": _supervisor,
    "teacher": _teacher, "auditor": _auditor, "log": _log, "security": _security, "system": _system,
}  # fmt: skip
