"""Places after publication: a unit splits its own among those below it or gives them back, the owner issues again."""

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from portal.kit.access import access
from portal.kit.dialogs import dialog, toast
from portal.kit.forms import UNPROCESSABLE, first_time, give_back, refuse
from portal.kit.refusal import Refused
from portal.registry.models import Organization
from programs.actions import quotas as actions
from programs.forms.wandering import BackForm, IssueForm, ShareForm
from programs.models import Call, Category, Quota
from programs.queries import quotas as queries


def _call(request: HttpRequest, call_id: int) -> Call:
    rows = Call.objects.visible_to(request.actor).filter(state=Call.State.PUBLISHED).select_related("owner")
    return get_object_or_404(rows, pk=call_id)


def _own(request: HttpRequest, call: Call) -> list[Quota]:
    """The acting unit's places in the edition; 404 for a unit that has none of its own."""
    rows = Quota.objects.filter(category__call=call, organization=request.actor.organization_id, pot__isnull=True)
    found = list(
        rows.select_related("category__call", "organization", "above__organization").order_by(
            "category__order", "category_id"
        )
    )
    if not found:
        raise Http404
    return found


@access("places", "share")
def share(request: HttpRequest, call_id: int) -> HttpResponse:
    """A table of the units below: how many of our places each gets, what stays with us."""
    call = _call(request, call_id)
    rows = _own(request, call)
    below = Organization.objects.filter(parent=request.actor.organization_id, active=True).order_by("kind", "pinyin")
    units = list(below)
    if not units:
        raise Http404
    shares = {one.pk: dict(one.shares.values_list("organization_id", "places")) for one in rows}
    used = {one.pk: queries.used_below(one.organization, one.category_id) for one in rows}
    form = ShareForm(request.POST or None, rows=rows, units=units, shares=shares, used=used)
    if form.is_valid():
        if not first_time(request):
            return redirect("programs:share", call.pk)
        try:
            with transaction.atomic():
                for quota in rows:
                    actions.share_out(request.actor, quota.pk, form.shares(quota))
        except Refused as refused:
            give_back(request)
            refuse(form, Refused(refused.message))
        else:
            toast(request, _("分好了，各单位在评选页上看得到"))
            return redirect("programs:share", call.pk)
    wrong = bool(form.errors)
    kept = [{"quota": one, "kept": one.left, "taken": sum(used[one.pk].values())} for one in rows]
    context = {"call": call, "form": form, "kept": kept, "wrong": wrong, "units": len(units)}
    return render(request, "programs/places_share.html", context, status=UNPROCESSABLE if wrong else 200)


@access("places", "share")
def back(request: HttpRequest, call_id: int) -> HttpResponse:
    """Give unused places back: to the unit that passed them on, else to the owner."""
    call = _call(request, call_id)
    rows = _own(request, call)
    free = [(one, max(0, one.left - queries.used_of(one))) for one in rows]
    form = BackForm(request.POST or None, free=free)
    if form.is_valid():
        if not first_time(request):
            return redirect(call.get_absolute_url())
        data = form.cleaned_data
        try:
            actions.give_back(request.actor, int(data["quota"]), data["n"], data["reason"])
        except Refused as refused:
            give_back(request)
            refuse(form, refused)
        else:
            toast(request, _("退了 %(n)d 个名额") % {"n": data["n"]})
            return redirect(call.get_absolute_url())
    above = next((one.above.organization for one in rows if one.above_id), call.owner)
    context = {
        "call": call, "form": form, "above": above, "any": any(n for _one, n in free), "back": call.get_absolute_url()
    }  # fmt: skip
    return dialog(request, "programs/places_back.html", context, UNPROCESSABLE if form.errors else 200)


@access("places", "issue")
def issue(request: HttpRequest, call_id: int) -> HttpResponse:
    """Give places that came back to another unit."""
    rows = Call.objects.owned_by(request.actor).filter(state=Call.State.PUBLISHED).select_related("owner")
    call = get_object_or_404(rows, pk=call_id)
    categories, units = list(Category.objects.filter(call=call)), queries.units_of(call)
    form = IssueForm(request.POST or None, categories=categories, units=units)
    if form.is_valid():
        if not first_time(request):
            return redirect(call.get_absolute_url())
        data = form.cleaned_data
        unit = next(one for one in units if one.pk == int(data["unit"]))
        try:
            actions.reissue(request.actor, int(data["category"]), unit, data["n"], data["reason"])
        except Refused as refused:
            give_back(request)
            refuse(form, refused)
        else:
            toast(request, _("%(unit)s多了 %(n)d 个名额") % {"unit": unit.short, "n": data["n"]})
            return redirect(call.get_absolute_url())
    context = {"call": call, "form": form, "back": call.get_absolute_url(), "any": any(c.returned for c in categories)}
    return dialog(request, "programs/places_issue.html", context, UNPROCESSABLE if form.errors else 200)
