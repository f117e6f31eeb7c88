"""The find box in the header: people, unions, entries and calls, each only as far as one may see them."""

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from portal import policy
from portal.kit.access import access
from portal.registry.models import Member, Organization
from programs.models import Call
from programs.queries import entries
from programs.tables import entries as tables
from programs.views.entries import roster

EACH = 20


def _allowed(request: HttpRequest, resource: str) -> bool:
    return policy.scope(request.actor.role, resource, "read") is not None


@access("home", "read", methods=("GET",))
def find(request: HttpRequest) -> HttpResponse:
    """Four short lists; whoever needs more goes on in the list itself. A whole number of an entry opens it."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:40]
    context: dict = {"q": text, "people": [], "units": [], "entries": [], "calls": [], "title": _("查找")}
    if text and _allowed(request, "entry"):
        rows = tables.listed(request.actor)
        if exact := rows.filter(number=text).first():
            return redirect(exact)
        context["entries"] = list(rows.filter(entries.search(text)).order_by("-updated_at")[:EACH])
    if text and _allowed(request, "member"):
        context["people"] = list(roster(request.actor, text)[:EACH]) or list(_inactive(request, text)[:EACH])
    if text and _allowed(request, "organization"):
        context["units"] = list(_units(request, text)[:EACH])
    if text and _allowed(request, "call"):
        found = Call.objects.visible_to(request.actor).filter(title__contains=text).select_related("owner")
        context["calls"] = list(found.defer("form", "params", "intro").order_by("-pk")[:EACH])
    return render(request, "programs/find.html", context)


def _inactive(request: HttpRequest, text: str) -> QuerySet[Member]:
    """Who has left is found by the whole name only."""
    return Member.objects.visible_to(request.actor).filter(name=text).select_related("organization")


def _units(request: HttpRequest, text: str) -> QuerySet[Organization]:
    found = Organization.objects.visible_to(request.actor).without_tree_fields().order_by("kind", "pinyin")
    if text.isascii():
        return found.filter(Q(initials__startswith=text.lower()) | Q(code=text))
    return found.filter(name__contains=text)
