"""The find box in the header: people, units and entries, each only as far as one may see them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from portal import policy
from portal.kit.access import access
from portal.registry.models import Member, Organization
from programs import tables
from programs.queries import entries
from programs.views.entries import roster

EACH = 8


def _allowed(request: HttpRequest, resource: str) -> bool:
    return policy.scope(request.actor.role, resource, "read") is not None


@access("home", "read", methods=("GET",))
def find(request: HttpRequest) -> HttpResponse:
    """Three short lists; whoever needs more goes on in the list itself."""
    text = request.GET.get("q", "").strip()[:40]
    context: dict = {"q": text, "people": [], "units": [], "entries": [], "title": _("查找")}
    if text and _allowed(request, "entry"):
        context["entries"] = list(tables.listed(request.actor).filter(entries.search(text)).order_by("-updated_at")[:EACH])
    if text and _allowed(request, "member"):
        context["people"] = list(roster(request.actor, text)[:EACH]) or list(_inactive(request, text)[:EACH])
    if text and _allowed(request, "organization"):
        context["units"] = list(_units(request, text)[:EACH])
    return render(request, "programs/find.html", context)


def _inactive(request: HttpRequest, text: str):
    return Member.objects.visible_to(request.actor).filter(name=text).select_related("organization")


def _units(request: HttpRequest, text: str):
    found = Organization.objects.visible_to(request.actor).without_tree_fields()
    if text.isascii():
        return found.filter(initials__startswith=text.lower()).order_by("kind", "pinyin")
    return found.filter(name__contains=text).order_by("kind", "pinyin")
