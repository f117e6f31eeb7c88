"""The list of calls, and the page of one: a unit sees what it may hand in, the owner who has reported."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import policy
from portal.core.actor import Actor
from portal.core.calendar import current
from portal.kit import days
from portal.kit.access import access
from portal.kit.tables import Act, Column, Empty, Listing, View, listing_page
from portal.registry.models import Organization
from programs import reports
from programs.actions import reminders
from programs.duties import HOLDERS
from programs.models import Call, Category, Entry, Extension
from programs.models.entries import badge
from programs.queries import calls as queries
from programs.queries import passings
from programs.queries.papers import DECISION, papers_of
from programs.queries.quotas import quota_table, reporting
from programs.spec import Duty, State
from programs.views import amendments, todo, unit_rows
from programs.views.unit_rows import UnitRow

PHASES = {
    "draft": (gettext_lazy("草稿"), ""), "coming": (gettext_lazy("还没开始"), ""),
    "open": (gettext_lazy("报送中"), "good"), "closed": (gettext_lazy("已截止"), ""),
    "done": (gettext_lazy("已结束"), ""),
}  # fmt: skip


def phase_tag(phase: str) -> str:
    label, css = PHASES[phase]
    return format_html('<span class="tag {}">{}</span>', css, label)


def _published(**when: Any) -> Q:
    return Q(state=Call.State.PUBLISHED, **when)


CALLS = Listing(
    key="calls", title=gettext_lazy("评选表彰"), noun=gettext_lazy("项"),
    columns=(
        Column("title", gettext_lazy("评选"), phone="k", link=lambda call: call.get_absolute_url(), fixed=True,
               sort="title"),
        Column("year", gettext_lazy("年度"), value=lambda call: str(call.year), css="num", phone="h", sort="year"),
        Column("owner", gettext_lazy("主办"), value="owner.short", phone="w"),
        Column("opens_at", gettext_lazy("开始"), value=lambda call: days.short_datetime(call.opens_at), css="num",
               export=lambda call: call.opens_at, default=False),
        Column("closes_at", gettext_lazy("截止"), value=lambda call: days.short_datetime(call.closes_at), css="num",
               export=lambda call: call.closes_at, sort="closes_at"),
        Column("received", gettext_lazy("推荐"), css="n num", phone="h", export=lambda call: call.received),
        Column("phase", gettext_lazy("情形"), value=lambda call: phase_tag(call.phase), phone="s"),
    ),
    search=("title", "owner__name"), search_hint=gettext_lazy("评选名称、主办单位"),
    views=(
        View("open", gettext_lazy("进行中"), lambda actor: _published(closes_at__gte=days.now())),
        View("closed", gettext_lazy("已截止"), lambda actor: _published(closes_at__lt=days.now())),
        View("draft", gettext_lazy("草稿"), Q(state=Call.State.DRAFT)),
        View("all", gettext_lazy("全部")),
    ),
    default_view="all", order=("-year", "-closes_at"), export_name="评选",
    empty=Empty(gettext_lazy("还没有评选"), gettext_lazy("主办单位发布以后就在这里，也会发消息。")),
    source=lambda actor: queries.with_counts(Call.objects.visible_to(actor), actor),
)  # fmt: skip


@access("call", "read", methods=("GET",))
def calls(request: HttpRequest) -> HttpResponse:
    """Every call that one may see, the latest first."""
    rows = queries.with_counts(Call.objects.visible_to(request.actor), request.actor)
    acts = [Act(_("开一项评选"), reverse("programs:call_new"), primary=True)] if request.actor.role == "officer" else []
    return listing_page(request, CALLS, rows, acts=acts)


@access("call", "read", methods=("GET",))
def call(request: HttpRequest, call_id: int) -> HttpResponse:
    """The owner and the auditor see the state of the whole, everybody else what their unit may hand in."""
    actor = request.actor
    found = get_object_or_404(Call.objects.visible_to(actor).select_related("owner", "published_by"), pk=call_id)
    mine = found.owner_id == actor.organization_id and actor.role in ("officer", "leader")
    if found.state == Call.State.DRAFT and mine and actor.role == "officer":
        return redirect("programs:edition", found.pk)
    calendar = current()
    context = {
        "call": found, "due": reports.due(calendar, found.closes_at), "tag": phase_tag(_phase(found)),
        "conditions": reports.in_force(found),
    }  # fmt: skip
    if mine or actor.role == "auditor":
        context |= _dashboard(request, found, mine and actor.role == "officer")
        return render(request, "programs/call.html", context)
    context["amendments"] = amendments.confirmed(found)
    return render(request, "programs/call_unit.html", context | _for_unit(actor, found))


def _phase(found: Call) -> str:
    if found.state != Call.State.PUBLISHED:
        return "draft" if found.state == Call.State.DRAFT else "done"
    return "coming" if found.opens_at > days.now() else "open" if found.closes_at >= days.now() else "closed"


# ── a unit's view ──
def _for_unit(actor: Actor, found: Call) -> dict[str, Any]:
    route = actor.organization.route() if actor.organization else []
    above = found.owner_id in {one.pk for one in route}
    offer = next(iter(queries.offers(actor, route, only=found)), None) if above else None
    ours = Entry.objects.filter(call=found, organization=actor.organization_id).select_related("category", "desk")
    may = actor.role in HOLDERS[Duty.OWNER]
    context: dict[str, Any] = {"offer": offer, "may": may, "materials": found.materials}
    if offer:
        context["due"] = reports.due(current(), offer.closes_at)
        context["own_unit"] = own = offer.unit is not None and offer.unit.pk == actor.organization_id
        places = any(line.given and not line.quota.pot_id for line in offer.lines if line.quota)
        sharing = found.state == Call.State.PUBLISHED and policy.scope(actor.role, "places", "share") is not None
        context["may_share"] = own and places and sharing
        context["has_below"] = own and Organization.objects.filter(parent=actor.organization_id, active=True).exists()
        context["shared_back"] = sharing and any(line.share and line.share.places for line in offer.lines) and not own
    if may:
        context["ours"] = list(ours.defer("data").order_by("-updated_at", "-pk")[:20])
    context["blocked"] = _why_not_start(offer)
    return context


def _why_not_start(offer: queries.Offer | None) -> str:
    """Why the start button is grey, "" when it is not."""
    if offer is None:
        return _("这一项不由你们单位报")
    if offer.call.state != Call.State.PUBLISHED:
        return _("还没有发布")
    if offer.call.opens_at > days.now():
        return _("%(at)s 才开始报送") % {"at": days.short_datetime(offer.call.opens_at)}
    if offer.closes_at < days.now():
        return _("%(at)s 已截止") % {"at": days.short_datetime(offer.closes_at)}
    if not offer.given:
        return _("这一届没有给名额")
    return ""


# ── the owner's view ──
def _dashboard(request: HttpRequest, found: Call, manages: bool) -> dict[str, Any]:
    categories = list(found.categories.all())
    extended = {one.organization_id: one for one in Extension.objects.standing().filter(call=found)}
    reminded = queries.reminders(found)
    counted = queries.counted([found], found.owner_id)[found.pk]
    rows = _unit_rows(found, categories, counted.units, extended, reminded)
    late = [row for row in rows if row.late]
    remindable = _remindable(found, late, extended, reminded)
    shown = request.GET.get("units", "")
    kept = {"late": late, "extended": [row for row in rows if row.extension]}.get(shown, rows)
    states = counted.states
    papers = papers_of(found, request.actor)
    decided = any(one.kind == DECISION for one in papers)
    confirmed, waiting = amendments.standing(found)
    all_url = todo.entries_url(found)
    return {
        "categories": categories, "units": len(rows), "shown": shown, "manages": manages, "listed": len(kept),
        "rows": unit_rows.drawn(kept, found, categories, manages and bool(remindable), manages and not decided),
        "late": len(late), "reported": sum(1 for row in rows if row.tally.up),
        "extended": len(extended), "reminded_at": reminded.last, "remindable": remindable,
        "returned": sum(one.returned for one in categories),
        "received": sum(states.values()),
        "states": [(badge(state), states[state], f"{all_url}&state={state}") for state in State if state in states],
        "all_url": all_url,
        "amendments": confirmed, "to_confirm": waiting, "papers": papers,
        "bulletins": list(found.bulletins.defer("lines")[:5]),
        "passable": manages and passings.anything(found, states),
        "to_propose": bool({State.REVIEW, State.SHORTLIST} & set(states)),
    }  # fmt: skip


def _unit_rows(
    found: Call, categories: list[Category], tally: dict[int, queries.Tally], extended: dict[int, Extension],
    reminded: queries.Reminders,
) -> list[UnitRow]:  # fmt: skip
    places = quota_table(found, categories)
    rows = []
    for unit in queries.with_contacts(reporting(found)):
        there, given = tally[unit.pk], places.get(unit.pk, {})
        row = UnitRow(unit, given, there, reminded.times.get(unit.pk, 0), extended.get(unit.pk))
        if row.due or there.up or there.below:
            rows.append(row)
    return rows


def _remindable(found: Call, late: list[UnitRow], extended: dict[int, Extension], reminded: queries.Reminders) -> int:
    """How many of the late ones may be reminded now; marks their rows."""
    if not late or found.state != Call.State.PUBLISHED or found.opens_at > days.now():
        return 0
    later = {unit: one.closes_at for unit, one in extended.items()}
    due = reminders.remindable(found, [row.unit.pk for row in late], later, reminded.today)
    for row in late:
        row.remind = row.unit.pk in due
    return len(due)
