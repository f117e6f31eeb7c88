"""Opening an edition, setting it up, publishing it."""

import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.core.calendar import current
from portal.kit import days
from portal.kit.access import access
from portal.kit.dialogs import dialog, toast
from portal.kit.forms import UNPROCESSABLE, first_time, form_page, give_back, refuse
from portal.kit.refusal import Refused
from portal.registry.models import Organization
from programs import reports
from programs.actions import calls as actions
from programs.actions.quotas import set_places, set_scheme
from programs.actions.ratios import as_typed, set_ratios
from programs.forms.calls import EditionForm, NewCallForm
from programs.forms.places import PlacesForm, SchemeForm
from programs.forms.ratios import RatiosForm
from programs.models import Call, Category, Quota
from programs.queries import calls as queries
from programs.queries import lists, quotas

OPENS, CLOSES, WINDOW_DAYS = datetime.time(9), datetime.time(17), 20


@access("call", "create")
def new(request: HttpRequest) -> HttpResponse:
    """Choose what to award; the last edition's categories, places and figures come along."""
    form = NewCallForm(request.POST or None, initial=_usual(request.GET.get("program", "")))
    if form.is_valid():
        if not first_time(request):
            return redirect("programs:calls")
        data = form.cleaned_data
        try:
            call = actions.create_call(
                request.actor, data["program"], data["title"], data["year"], data["opens_at"], data["closes_at"],
                data["intro"],
            )  # fmt: skip
        except Refused as refused:
            give_back(request)
            refuse(form, refused)
        else:
            toast(request, _("建好了草稿，单位还看不到"))
            return redirect("programs:edition", call.pk)
    return form_page(
        request, form, title=_("开一项评选"), submit=_("建草稿，接着设名额和条件"),
        lead=_("有上一届的，奖项、名额和条件照上一届复制过来，再改。"),
        crumbs=[(_("评选表彰"), reverse("programs:calls")), (_("开一项评选"), request.path)],
        back=(_("先不开"), reverse("programs:calls")),
    )  # fmt: skip


def _usual(program: str) -> dict[str, Any]:
    """From the next working day at nine to twenty working days later at five."""
    calendar, today = current(), days.today()
    first = calendar.add_workdays(today, 1, first_day_counts=False)
    last = calendar.add_workdays(first, WINDOW_DAYS, first_day_counts=False)
    at = [datetime.datetime.combine(day, hour, days.SHANGHAI) for day, hour in ((first, OPENS), (last, CLOSES))]
    return {"program": program, "year": today.year, "opens_at": at[0], "closes_at": at[1]}


@access("call", "update")
def setup(request: HttpRequest, call_id: int) -> HttpResponse:
    """Window, places, figures on one page; what is missing is said, nothing typed is lost."""
    rows = Call.objects.owned_by(request.actor).select_related("owner")
    call = get_object_or_404(rows, pk=call_id)
    if call.state != Call.State.DRAFT:
        return redirect(call.get_absolute_url())
    categories, units = list(call.categories.all()), quotas.units_of(call)
    data = request.POST if request.method == "POST" else None
    forms = _forms(call, categories, units, data)
    if data is not None and all(one.is_valid() for one in forms) and _save(request, call, forms):
        if "publish" in request.POST:
            return redirect("programs:publish", call.pk)
        toast(request, _("存好了"))
        return redirect("programs:edition", call.pk)
    wrong = any(one.errors for one in forms)
    context = _setup_context(call, forms, categories) | {"wrong": wrong}
    return render(request, "programs/call_setup.html", context, status=UNPROCESSABLE if wrong else 200)


class Forms(NamedTuple):
    """The parts of the page, each a form of its own."""

    edition: EditionForm
    scheme: SchemeForm
    places: PlacesForm
    ratios: RatiosForm


def _forms(call: Call, categories: list[Category], units: list[Organization], data: Any) -> Forms:
    rows = Quota.objects.filter(category__in=categories, source=Quota.Source.HAND)
    by_hand: dict[int, dict[int, int]] = {}
    reasons: dict[int, str] = {}
    for unit, category, n, reason in rows.values_list("organization_id", "category_id", "places", "reason"):
        by_hand.setdefault(unit, {})[category] = n
        reasons[unit] = reasons.get(unit) or reason
    grants = quotas.work_out(call, quotas.scheme_of(call), categories, units).grants
    return Forms(
        EditionForm(data, call=call),
        SchemeForm(data, scheme=call.rules.get("quota", {}), categories=categories, units=units),
        PlacesForm(data, categories=categories, units=units, by_hand=by_hand, reasons=reasons, grants=grants),
        RatiosForm(data, ratios=as_typed(call), facts=lists.facts_for(call), categories=categories),
    )


def _save(request: HttpRequest, call: Call, forms: Forms) -> bool:
    """All parts or none. False when refused, with the reason on its form."""
    form, scheme, places, ratios = forms
    if form.cleaned_data["version"] != call.version:
        refuse(form, Refused(_("刚有人在别处改过这一届，你看到的是旧的。你填的还在下面，对照新的再存一次")))
        form.data = form.data.copy()
        form.data["version"] = call.version
        return False
    try:
        with transaction.atomic():
            actions.update_call(request.actor, call.pk, form.params(), **form.values())
            set_scheme(request.actor, call.pk, scheme.scheme())
            set_places(request.actor, call.pk, places.totals(), places.table(), places.reasons())
            set_ratios(request.actor, call.pk, ratios.ratios())
    except Refused as refused:
        _put(forms, refused)
        return False
    return True


def _put(forms: Forms, refused: Refused) -> None:
    """The refusal at the field it names, else above the part it is about."""
    part = {"scheme": forms.scheme, "ratios": forms.ratios}.get(refused.field)
    if part is not None:
        refuse(part, Refused(refused.message))
    elif refused.field in forms.places.fields:
        refuse(forms.places, refused)
    else:
        field = f"p-{refused.field}" if f"p-{refused.field}" in forms.edition.fields else refused.field
        refuse(forms.edition, Refused(refused.message, field))


def _setup_context(call: Call, forms: Forms, categories: list[Category]) -> dict[str, Any]:
    places, old = forms.places, queries.before(call)
    by_call = {call.pk: categories}
    tables = {call.pk: quotas.quota_table(call, categories)}
    if old:
        by_call[old.pk] = list(old.categories.all())
        tables[old.pk] = quotas.quota_table(old, by_call[old.pk])
    sums = {pk: _sums(by_call[pk], tables[pk]) for pk in by_call}
    told, people = queries.answering_counts(call.owner)
    groups, table = list(places.groups), tables[call.pk]
    return {
        "call": call, "form": forms.edition, "places": places, "scheme": forms.scheme, "ratios": forms.ratios,
        "groups": groups, "old": old, "problems": actions.problems(call),
        "differences": reports.differences(call, old, sums, by_call),
        "less": _less(call, places, by_call, tables, old),
        "previews": _previews(groups, categories, table), "told": told, "people": people,
        "due": reports.due(current(), call.closes_at), "total": sum(sums[call.pk].values()),
        "with_places": sum(1 for row in table.values() if sum(row.values())),
        "units": len(places.units), "kept_ratios": lists.ratios_of(call),
    }  # fmt: skip


def _sums(categories: list[Category], table: dict[int, dict[int, int]]) -> dict[str, int]:
    return {one.key: sum(row.get(one.pk, 0) for row in table.values()) for one in categories}


def _less(call: Call, places: PlacesForm, by_call: dict, tables: dict, old: Call | None) -> list[str]:
    """Units that get fewer places than in the edition before, as “黄浦 −1”."""
    if old is None:
        return []
    found = []
    for unit in places.units:
        now, was = (sum(tables[pk].get(unit.pk, {}).values()) for pk in (call.pk, old.pk))
        if now < was:
            found.append(f"{reports.short_name(unit)} −{was - now}")
    return found


def _previews(groups: list[dict], categories: list[Category], table: dict) -> list[dict[str, Any]]:
    """What the first unit of each kind will see."""
    found = []
    for group in groups:
        unit = group["rows"][0]["unit"]
        row = table.get(unit.pk, {})
        given = [(one.name, row.get(one.pk, 0)) for one in categories if row.get(one.pk)]
        found.append({"unit": unit, "places": given})
    return found


@access("call", "publish")
def publish(request: HttpRequest, call_id: int) -> HttpResponse:
    """Say what freezes and who is told; then freeze it."""
    call = get_object_or_404(Call.objects.owned_by(request.actor).select_related("owner"), pk=call_id)
    if call.state != Call.State.DRAFT:
        return redirect(call.get_absolute_url())
    missing = actions.problems(call)
    if request.method == "POST" and first_time(request):
        try:
            actions.publish_call(request.actor, call.pk)
        except Refused as refused:
            give_back(request)
            missing = [refused.message]
        else:
            toast(request, _("发布了，正在通知各单位"))
            return redirect(call.get_absolute_url())
    categories = list(call.categories.all())
    table = quotas.quota_table(call, categories)
    told, people = queries.answering_counts(call.owner)
    units = sum(1 for row in table.values() if sum(row.values()))
    total = sum(_sums(categories, table).values())
    facts = [
        (_("开放"), days.short_datetime(call.opens_at)), (_("截止"), days.short_datetime(call.closes_at)),
        (_("名额合计"), _("%(n)d 个，给了 %(units)d 家") % {"n": total, "units": units}),
        (_("全市取"), "、".join(f"{one.name} {one.places}" for one in categories)),
        (_("要填"), _("%(n)d 项，材料 %(m)d 样") % {"n": len(call.fields), "m": len(call.materials)}),
        (_("通知"), _("%(units)d 家，%(people)d 人，站内和邮件") % {"units": told, "people": people}),
    ]  # fmt: skip
    back = reverse("programs:edition", args=[call.pk])
    context = {"call": call, "missing": missing, "facts": facts, "units": units, "back": back}
    status = UNPROCESSABLE if request.method == "POST" and missing else 200
    return dialog(request, "programs/call_publish.html", context, status)
