"""Dossiers: one page, and one sheet to print, with everything over the years."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _

from portal.core import trail
from portal.kit import days
from portal.kit.access import access
from portal.kit.pdf import render_pdf
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
    """As PDF, marked with who took it and when; taking it is on record."""
    mark = _("%(who)s %(at)s 取用") % {"who": request.actor.user.name, "at": days.short_datetime(days.now())}
    made = render_pdf(
        "registry/papers/dossier.html", {**context, "mark": mark, "years": dossier.years(context["events"])}
    )
    row = context["row"]
    trail.write(request.actor, act, row, change={"lines": len(context["events"])}, name=f"#{row.pk}")
    response = HttpResponse(made, content_type="application/pdf")
    name = get_valid_filename(_("%(name)s档案.pdf") % {"name": context["name"]})
    response["Content-Disposition"] = content_disposition_header(False, name)
    response["Cache-Control"] = "private, no-store"
    return response


@access("member", "read", methods=("GET",))
def member_dossier(request: HttpRequest, member_id: int) -> HttpResponse:
    return _page(request, _person(request, member_id))


@access("member", "read", methods=("GET",))
def member_dossier_pdf(request: HttpRequest, member_id: int) -> HttpResponse:
    return _paper(request, _person(request, member_id), "member.dossier")


@access("organization", "read", methods=("GET",))
def organization_dossier(request: HttpRequest, organization_id: int) -> HttpResponse:
    return _page(request, _unit(request, organization_id))


@access("organization", "read", methods=("GET",))
def organization_dossier_pdf(request: HttpRequest, organization_id: int) -> HttpResponse:
    return _paper(request, _unit(request, organization_id), "organization.dossier")
