"""Amending a published edition: drafted on a page like set-up, read as a difference, confirmed by another person."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from portal.kit.access import access
from portal.kit.dialogs import confirm, toast
from portal.kit.figures import marked
from portal.kit.forms import UNPROCESSABLE, first_time, give_back, refuse
from portal.kit.refusal import Refused
from programs.actions import amendments as actions
from programs.actions.amended_rules import as_written
from programs.actions.ratios import as_typed
from programs.forms.amendments import AmendForm, IssuedForm
from programs.forms.places import SchemeForm
from programs.forms.ratios import RatiosForm
from programs.models import Amendment, Call
from programs.queries import calls as call_queries
from programs.queries import lists, versions
from programs.queries.quotas import units_of
from programs.views.deadlines import owned


# ── drafting ──
@access("call", "amend")
def amendment_new(request: HttpRequest, call_id: int) -> HttpResponse:
    """Change what should differ, say why; nothing changes until another person confirms."""
    call = owned(request, call_id)
    waiting = Amendment.objects.filter(call=call, state=Amendment.State.DRAFT).first()
    if waiting:
        return redirect(waiting.get_absolute_url())
    categories = list(call.categories.all())
    data = request.POST if request.method == "POST" else None
    form = AmendForm(data, call=call)
    units = units_of(call)
    places = IssuedForm(data, categories=categories, units=units, table=versions.issued(call))
    scheme = SchemeForm(data, scheme=call.rules.get("quota", {}), categories=categories, units=units)
    ratios = RatiosForm(data, ratios=as_typed(call), facts=lists.facts_for(call), categories=categories)
    parts = (form, places, scheme, ratios)
    valid = [one.is_valid() for one in parts]  # each of them, so that every error is shown at once
    if data is not None and all(valid):
        if not first_time(request):
            return redirect(call.get_absolute_url())
        try:
            rules = as_written(call, scheme.scheme(), ratios.ratios())
            change = form.change() | places.change() | {"rules": rules}
            made = actions.draft_amendment(request.actor, call.pk, change, form.cleaned_data["reason"])
        except Refused as refused:
            give_back(request)
            field = f"p-{refused.field}" if f"p-{refused.field}" in form.fields else refused.field
            refuse({"quota": scheme, "ratios": ratios}.get(field, form), Refused(refused.message, field))
        else:
            toast(request, _("起草好了，等另一个人确认"))
            return redirect(made.get_absolute_url())
    wrong = any(one.errors for one in parts)
    context = {
        "call": call, "form": form, "places": places, "groups": places.groups, "scheme": scheme, "ratios": ratios,
    }  # fmt: skip
    return render(request, "programs/amend.html", context, status=UNPROCESSABLE if wrong else 200)


# ── reading and deciding ──
def _seen(request: HttpRequest, amendment_id: int) -> Amendment:
    rows = Amendment.objects.visible_to(request.actor)
    related = ("call", "call__owner", "drafted_by", "confirmed_by", "makes")
    return get_object_or_404(rows.select_related(*related), pk=amendment_id)


def drawn(amendment: Amendment) -> list[dict[str, Any]]:
    """The difference as the component draws it."""
    base = amendment.call.versions.get(number=amendment.base)
    lines = versions.differences(amendment.call, base.content, amendment.change)
    return [{"label": line.label, "html": marked(line.old, line.new), "asked": True} for line in lines]


@access("call", "read", methods=("GET",))
def amendment(request: HttpRequest, amendment_id: int) -> HttpResponse:
    """What changes, why, who drafted and who confirmed; before that also what it would break."""
    found = _seen(request, amendment_id)
    actor, call = request.actor, found.call
    draft = found.state == Amendment.State.DRAFT
    mine = call.owner_id == actor.organization_id and actor.role in ("officer", "leader")
    context: dict[str, Any] = {"one": found, "call": call, "changes": drawn(found), "draft": draft}
    if draft:
        content = versions.stands(call)
        units, people = call_queries.answering_counts(call.owner)
        context |= {
            "breaks": versions.breaks(call, content, found.change), "units": units, "people": people,
            "own": actor.person == found.drafted_person, "mine": mine,
        }  # fmt: skip
    return render(request, "programs/amendment.html", context)


@access("call", "confirm")
def amendment_confirm(request: HttpRequest, amendment_id: int) -> HttpResponse:
    """The second person's yes."""
    found = _seen(request, amendment_id)
    if request.method == "POST":
        try:
            actions.confirm_amendment(request.actor, found.pk)
        except Refused as refused:
            return _ask(request, found, refused.message)
        toast(request, _("改好了，正在通知各单位"))
        return redirect(found.get_absolute_url())
    return _ask(request, found)


def _ask(request: HttpRequest, found: Amendment, refused: str = "") -> HttpResponse:
    if found.state != Amendment.State.DRAFT:
        return redirect(found.get_absolute_url())
    units, people = call_queries.answering_counts(found.call.owner)
    n = len(drawn(found))
    lead = _("%(n)d 处马上生效，发消息给 %(units)s 家、%(people)s 人。已经交上来的不变。") % {
        "n": n, "units": f"{units:,}", "people": f"{people:,}",
    }  # fmt: skip
    return confirm(
        request, title=_("确认修改 %(title)s") % {"title": found.call.title}, lead=refused or lead,
        verb=_("确认这 %(n)d 处") % {"n": n}, way_out=_("先不确认"), back=found.get_absolute_url(),
    )  # fmt: skip


@access("call", "confirm")
def amendment_drop(request: HttpRequest, amendment_id: int) -> HttpResponse:
    """Give the draft up."""
    found = _seen(request, amendment_id)
    if found.state != Amendment.State.DRAFT:
        return redirect(found.get_absolute_url())
    if request.method == "POST":
        try:
            actions.drop_amendment(request.actor, found.pk)
        except Refused as refused:
            messages.warning(request, refused.message)
        else:
            toast(request, _("作废了，评选没有变"))
        return redirect(found.call.get_absolute_url())
    return confirm(
        request, title=_("作废这份修改"), lead=_("评选保持现在的样子。"), verb=_("作废"), grave=True,
        way_out=_("先留着"), back=found.get_absolute_url(),
    )  # fmt: skip


def confirmed(call: Call) -> list[dict[str, Any]]:
    """The amendments in force, newest first, for a unit's page of a call. Empty without a query where none are."""
    return standing(call)[0] if call.amended else []


def standing(call: Call) -> tuple[list[dict[str, Any]], Amendment | None]:
    """The amendments in force, newest first, and the draft that waits for another person: one query."""
    rows = Amendment.objects.filter(call=call, state__in=[Amendment.State.CONFIRMED, Amendment.State.DRAFT])
    rows = list(rows.select_related("makes", "drafted_by").defer("change", "makes__content"))
    in_force = [{"one": one, "number": one.makes.number} for one in rows if one.makes]
    return in_force, next((one for one in rows if one.state == Amendment.State.DRAFT), None)
