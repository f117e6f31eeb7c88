"""Working days as the city office settles them."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import policy
from portal.core import calendar
from portal.core.actor import Actor
from portal.core.forms import DayForm
from portal.core.models import DayOverride
from portal.kit import days
from portal.kit.access import access
from portal.kit.dialogs import confirm, toast
from portal.kit.forms import form_page


def _may_settle(actor: Actor) -> bool:
    """Officers of the city: one calendar holds for all."""
    top = actor.organization is not None and actor.organization.parent_id is None
    return top and policy.scope(actor.role, "calendar", "update") is not None


@access("calendar", "read", methods=("GET",))
def days_page(request: HttpRequest) -> HttpResponse:
    this_year = days.today().year
    context = {
        "rows": DayOverride.objects.all(),
        "notes": calendar.current().unsure(this_year, this_year + 1),
        "may_settle": _may_settle(request.actor),
    }
    return render(request, "core/days.html", context)


@access("calendar", "update")
def day_add(request: HttpRequest) -> HttpResponse:
    if not _may_settle(request.actor):
        raise Http404
    form = DayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        row = calendar.override(request.actor, **form.cleaned_data)
        toast(request, _("%(day)s 定好了") % {"day": days.short_date(row.day)})
        return redirect("core:days")
    return form_page(
        request,
        form,
        title=_("定一天上不上班"),
        submit=_("定下来"),
        back=(_("先不定"), reverse("core:days")),
        crumbs=[(_("工作日"), reverse("core:days"))],
        lead=_("公示和补正的期限都按它算，马上生效；已经发出的公示不变。"),
    )


@access("calendar", "update")
def day_remove(request: HttpRequest, day_id: int) -> HttpResponse:
    if not _may_settle(request.actor):
        raise Http404
    row = get_object_or_404(DayOverride, pk=day_id)
    if request.method == "POST":
        calendar.remove_override(request.actor, row)
        toast(request, _("%(day)s 回到国务院公布的安排") % {"day": days.short_date(row.day)})
        return redirect("core:days")
    return confirm(
        request,
        title=_("去掉 %(day)s 的定法？") % {"day": days.short_date(row.day)},
        verb=_("去掉"),
        way_out=_("先不去掉"),
        lead=_("那天回到国务院公布的安排；没公布的年份按周一到周五。"),
        back=reverse("core:days"),
    )
