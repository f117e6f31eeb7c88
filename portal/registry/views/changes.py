"""Pages that change the tree: a new union, a new name, another parent, merging, dissolving; and the history of it."""

import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.kit import days
from portal.kit.access import access
from portal.kit.dialogs import confirm, toast
from portal.kit.forms import first_time, form_page, give_back, refuse
from portal.kit.refusal import Refused
from portal.registry.actions import changes, planned
from portal.registry.actions.organizations import create_organization
from portal.registry.carrying import Asked
from portal.registry.checks import may_change
from portal.registry.forms_units import ChangeForm, NewOrganizationForm
from portal.registry.models import Organization, OrganizationChange, PlannedChange
from portal.registry.queries import history
from portal.registry.queries import planned as queries_planned
from portal.registry.views.drawing import posted

Kind = OrganizationChange.Kind
#: Kind → heading, button of the first step, button of the last.
WORDS = {
    Kind.RENAME: (_("%(name)s改名"), "", _("改名")),
    Kind.MOVE: (_("%(name)s换上级"), _("看会带走什么"), _("换上级")),
    Kind.MERGE: (_("%(name)s并入另一家"), _("看会带走什么"), _("并入")),
    Kind.DISSOLVE: (_("撤销%(name)s"), _("看会带走什么"), _("撤销")),
}


@access("organization", "change")
def organization_new(request: HttpRequest) -> HttpResponse:
    """One union, without a workbook."""
    upper = request.GET.get("upper", "")
    start = {"upper": int(upper) if upper.isdecimal() else request.actor.organization_id}
    form = NewOrganizationForm(posted(request), actor=request.actor, initial=start)
    if form.is_valid():
        if not first_time(request):
            return redirect("registry:organizations")
        values = dict(form.cleaned_data)
        try:
            made = create_organization(
                request.actor, values.pop("upper"), values.pop("kind"), values.pop("code"), **values
            )
        except Refused as refusal:
            give_back(request)
            refuse(form, Refused(str(refusal), "upper" if refusal.field == "parent" else refusal.field))
        else:
            toast(request, _("建好了，编号 %(code)s") % {"code": made.code})
            return redirect("registry:organization", made.pk)
    home = reverse("registry:home")
    return form_page(
        request, form, title=_("新建组织"), submit=_("建这一家"), back=(_("先不建"), home),
        crumbs=[(_("组织"), home), (_("新建"), reverse("registry:organization_new"))],
    )  # fmt: skip


def _changing(request: HttpRequest, organization_id: int) -> Organization:
    rows = Organization.objects.visible_to(request.actor).select_related("parent")
    unit = get_object_or_404(rows, pk=organization_id)
    if not may_change(request.actor, unit):
        raise Http404
    return unit


@access("organization", "change")
def organization_change(request: HttpRequest, organization_id: int, change: str) -> HttpResponse:
    """Rename, move, merge, dissolve. All but the first show what goes along before they are done."""
    unit = _changing(request, organization_id)
    if change not in Kind.values:
        raise Http404
    form = ChangeForm(posted(request), actor=request.actor, unit=unit, kind=change, initial={"on": days.today()})
    found = None
    if form.is_valid():
        asked = Asked(change, unit, form.cleaned_data["on"], form.cleaned_data.get("other"))
        try:
            found = _step(request, form, asked)
        except Refused as refusal:
            give_back(request)
            refuse(form, refusal)
            found = _again(asked)
        if isinstance(found, HttpResponse):
            return found
    title, look, verb = WORDS[change]
    context = {
        "unit": unit, "form": form, "plan": found, "verb": verb, "look": look, "title": title % {"name": unit.name},
        "every": [(kind, Kind(kind).label) for kind in Kind.values], "change": change,
    }  # fmt: skip
    return render(request, "registry/organization_change.html", context, status=422 if form.errors else 200)


def _step(request: HttpRequest, form: ChangeForm, asked: Asked) -> Any:
    """The plan to be shown, or, where it was shown and nothing changed since, the act and the way on."""
    data, unit, seen = form.cleaned_data, asked.unit, request.POST.get("seen", "")
    if asked.on > days.today() and (seen or asked.kind == Kind.RENAME):
        return _ahead(request, data, asked)
    if asked.kind == Kind.RENAME:
        if first_time(request):
            why = (data["reason"], data["document"])
            changes.rename(request.actor, unit, asked.on, data["name"], data["short_name"], *why)
            toast(request, _("改好了，从前的文件还是原来的名字"))
        return redirect("registry:organization", unit.pk)
    if not seen:
        return changes.plan(asked)
    if first_time(request):
        done = changes.change_tree(request.actor, asked, data["reason"], data["document"], seen)
        toast(request, _("办好了，从 %(day)s 起") % {"day": days.short_date(done.on)})
    return redirect("registry:organization", asked.other.pk if asked.closes and asked.other else unit.pk)


def _ahead(request: HttpRequest, data: dict[str, Any], asked: Asked) -> HttpResponse:
    """A day to come: kept, and done by itself on that day."""
    if first_time(request):
        names = (data.get("name", ""), data.get("short_name", ""))
        made = planned.plan_ahead(request.actor, asked, data["reason"], data["document"], *names)
        toast(request, _("定下了，%(day)s 自动办") % {"day": days.short_date(made.on)})
    return redirect("registry:organization_history", asked.unit.pk)


@access("organization", "change")
def planned_drop(request: HttpRequest, planned_id: int) -> HttpResponse:
    """Give a planned change up."""
    found = get_object_or_404(PlannedChange, pk=planned_id)
    unit = _changing(request, found.organization_id)
    back = reverse("registry:organization_history", args=[unit.pk])
    if request.method == "POST":
        try:
            planned.drop(request.actor, found.pk)
        except Refused as refusal:
            toast(request, refusal.message)
        else:
            toast(request, _("作废了，到那天不办"))
        return redirect(back)
    title = _("作废 %(day)s 的%(kind)s") % {"day": days.short_date(found.on), "kind": found.get_kind_display()}
    return confirm(
        request, title=title, lead=_("%(name)s保持现在的样子。") % {"name": unit.name}, verb=_("作废"), grave=True,
        way_out=_("先留着"), back=back,
    )  # fmt: skip


def _again(asked: Asked) -> changes.Plan | None:
    """What would go along now, after the act was refused because of it; nothing for what makes no sense."""
    try:
        return None if asked.kind == Kind.RENAME else changes.plan(asked)
    except Refused:
        return None


@access("organization", "read", methods=("GET",))
def organization_history(request: HttpRequest, organization_id: int) -> HttpResponse:
    """What became of the union, and where it stood on a day."""
    unit = get_object_or_404(
        Organization.objects.visible_to(request.actor).select_related("parent"), pk=organization_id
    )
    context: dict[str, Any] = {
        "unit": unit, "events": timeline(unit), "on": request.GET.get("on", ""), "planned": queries_planned.of(unit),
        "may": may_change(request.actor, unit),
    }  # fmt: skip
    if context["on"]:
        try:
            day = datetime.date.fromisoformat(context["on"])
        except ValueError:
            context["wrong"] = _("写成 2024-09-01 这样的日期")
        else:
            route = history.route_on(unit, day)
            names = history.names_on(route, day)
            context |= {
                "day": day,
                "then": [names[one.pk] for one in route],
                "closed": history.closed_by(unit, day),
            }
    return render(request, "registry/organization_history.html", context)


def timeline(unit: Organization) -> list[dict[str, str]]:
    """The changes as lines of a timeline, newest first."""
    lines = []
    for one in history.changes_of(unit):
        what = {"old": one.old_name, "new": one.new_name, "other": one.other, "unit": one.organization.name}
        what["above"] = one.old_parent
        if one.organization_id != unit.pk:
            title = _("%(unit)s并入") % what if one.kind == Kind.MERGE else _("接收%(unit)s的会员") % what
        else:
            title = {
                Kind.RENAME: _("由“%(old)s”改名“%(new)s”"),
                Kind.MOVE: _("由%(above)s移到%(other)s"),
                Kind.MERGE: _("并入%(other)s"),
                Kind.DISSOLVE: _("撤销"),
            }[Kind(one.kind)] % what
        why = "，".join(part for part in (days.short_date(one.on), one.document, one.reason) if part)
        lines.append({"title": title, "meta": why, "mark": ""})
    return lines
