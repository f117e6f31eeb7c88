"""The figures of a union: year by year, the yearly report, and a district or the city added up."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from portal.kit import days
from portal.kit.access import access
from portal.kit.dialogs import toast
from portal.kit.figures import Bars
from portal.kit.forms import first_time, give_back, refuse
from portal.kit.refusal import Refused
from portal.registry.actions import figures as actions
from portal.registry.checks import holds
from portal.registry.forms_units import FiguresForm
from portal.registry.models import HeadCount, Organization
from portal.registry.queries import figures

SHOWN = 200


@access("organization", "read")
def organization_figures(request: HttpRequest, organization_id: int) -> HttpResponse:
    """Whoever may edit the union also reports its figures here."""
    rows = Organization.objects.visible_to(request.actor).select_related("parent")
    unit = get_object_or_404(rows, pk=organization_id)
    may = unit.active and holds(request.actor, "organization", "update", unit.pk)
    today = days.today()
    start = {"day": today, "heads": unit.head_count, "women": unit.women_count}
    form = FiguresForm(request.POST if may and request.method == "POST" else None, initial=start)
    if form.is_valid() and first_time(request):
        data = form.cleaned_data
        try:
            actions.report(request.actor, unit.pk, data["day"], data["heads"], data["women"])
        except Refused as refusal:
            give_back(request)
            refuse(form, refusal)
        else:
            toast(request, _("报好了，截至 %(day)s") % {"day": data["day"].isoformat()})
            return redirect("registry:organization_figures", unit.pk)
    years = figures.by_year(unit)
    context: dict[str, Any] = {
        "unit": unit, "form": form if may else None, "may": may, "year": today.year,
        "years": [{"year": year, "figure": one, "source": HeadCount.Source(one.source).label} for year, one in years],
        "chart": Bars([(str(year), one.heads) for year, one in years], _("教职工人数")) if len(years) > 1 else None,
        **_below(unit),
    }  # fmt: skip
    return render(request, "registry/organization_figures.html", context, status=422 if form.errors else 200)


def _below(unit: Organization) -> dict[str, Any]:
    """The units below with what each reported, those without this year's report first."""
    units = figures.workplaces(unit)
    if not units:
        return {"sum": None}
    today = days.today()
    added, found = figures.added_up(units, today)
    lines = [{"unit": one, "figure": found[one.pk], "late": not _this_year(found[one.pk])} for one in units]
    lines.sort(key=lambda line: not line["late"])
    return {"sum": added, "lines": lines[:SHOWN], "more": max(0, len(lines) - SHOWN)}


def _this_year(figure: figures.Figure) -> bool:
    reported = figure.source == HeadCount.Source.REPORT and figure.day is not None
    return reported and figure.day.year == days.today().year  # type: ignore[union-attr]
