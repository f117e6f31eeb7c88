"""Dossiers: one page, and one sheet to print, with everything over the years."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _

from portal.core import exports, trail
from portal.kit.access import access
from portal.kit.forms import form_page
from portal.kit.pdf import marked, render_pdf
from portal.registry.forms import PurposeForm
from portal.registry.models import Member, Organization
from portal.registry.queries import dossier
from portal.registry.queries.history import forerunners


def _person(request: HttpRequest, member_id: int) -> dict[str, Any]:
    rows = Member.objects.visible_to(request.actor).select_related("organization")
    person = get_object_or_404(rows, pk=member_id)
    about = [person.organization.name, person.get_sex_display(), person.title, person.position]
    return {
        "row": person, "name": person.name, "about": "，".join(filter(None, about)),
        "events": dossier.of("MEMBER_EVENTS", request.actor, person), "what": "member",
    }  # fmt: skip


def _unit(request: HttpRequest, organization_id: int) -> dict[str, Any]:
    rows = Organization.objects.visible_to(request.actor).select_related("parent")
    unit = get_object_or_404(rows, pk=organization_id)
    events = dossier.of("ORGANIZATION_EVENTS", request.actor, unit)
    for former in rows.filter(pk__in=forerunners(unit)):
        events += dossier.of("ORGANIZATION_EVENTS", request.actor, former)
    about = [unit.get_kind_display(), unit.parent.name if unit.parent else "", _("编号 %(code)s") % {"code": unit.code}]
    return {
        "row": unit, "name": unit.name, "about": "，".join(filter(None, about)), "what": "organization",
        "events": sorted(events, key=lambda one: one.day, reverse=True),
    }  # fmt: skip


def _page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    events, kind = context["events"], request.GET.get("kind", "")
    counted = dossier.kinds(events)
    shown = [one for one in events if one.kind == kind] if kind in counted else events
    more = {"kinds": counted, "kind": kind if kind in counted else "", "total": len(events)}
    return render(request, "registry/dossier.html", {**context, **more, "years": dossier.years(shown)})


def _paper(request: HttpRequest, context: dict[str, Any], act: str) -> HttpResponse:
    """As PDF, for a purpose that is asked first and stands on every sheet; taking it is on record."""
    exports.not_restrained(request.actor)
    form, row = PurposeForm(request.POST if request.method == "POST" else None), context["row"]
    if not form.is_valid():
        back = reverse(f"registry:{context['what']}_dossier", args=[row.pk])
        return form_page(
            request, form, title=_("取%(name)s的档案") % {"name": context["name"]}, submit=_("取 PDF"),
            back=(_("先不取"), back), crumbs=[(_("%(name)s的档案") % {"name": context["name"]}, back)],
            lead=_("每一页上都印着谁、几时、用来做什么。"),
        )  # fmt: skip
    purpose = form.cleaned_data["purpose"]
    made = marked(
        render_pdf("registry/papers/dossier.html", {**context, "years": dossier.years(context["events"])}),
        exports.paper_mark(request.actor, purpose),
    )
    trail.write(request.actor, act, row, note=purpose, change={"lines": len(context["events"])}, name=f"#{row.pk}")
    response = HttpResponse(made, content_type="application/pdf")
    name = get_valid_filename(_("%(name)s档案.pdf") % {"name": context["name"]})
    response["Content-Disposition"] = content_disposition_header(False, name)
    response["Cache-Control"] = "private, no-store"
    return response


@access("member", "read", methods=("GET",))
def member_dossier(request: HttpRequest, member_id: int) -> HttpResponse:
    return _page(request, _person(request, member_id))


@access("member", "read")
def member_dossier_pdf(request: HttpRequest, member_id: int) -> HttpResponse:
    return _paper(request, _person(request, member_id), "member.dossier")


@access("organization", "read", methods=("GET",))
def organization_dossier(request: HttpRequest, organization_id: int) -> HttpResponse:
    return _page(request, _unit(request, organization_id))


@access("organization", "read")
def organization_dossier_pdf(request: HttpRequest, organization_id: int) -> HttpResponse:
    return _paper(request, _unit(request, organization_id), "organization.dossier")
