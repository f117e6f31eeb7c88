"""Lists of entries, and starting one."""

from dataclasses import replace

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import policy
from portal.core.actor import Actor
from portal.kit import days
from portal.kit.access import access
from portal.kit.forms import UNPROCESSABLE, first_time, give_back, refuse
from portal.kit.refusal import Refused
from portal.kit.tables import Act, listing_page
from portal.registry.models import Member
from programs.actions import entries as actions
from programs.duties import HOLDERS
from programs.forms.entries import StartForm
from programs.models import Call, Category, Entry, Quota
from programs.queries import deadlines, quotas, ranking
from programs.spec import Duty
from programs.tables import entries as tables

FOUND = 12
MOST_ORDERS = 3


@access("entry", "read", methods=("GET",))
def entry_list(request: HttpRequest) -> HttpResponse:
    """Everything one may see; the tabs say what is whose."""
    may_export = policy.scope(request.actor.role, "entry", "export") is not None
    if request.GET.get("export") and not may_export:
        raise Http404
    listing = tables.ENTRIES if may_export else replace(tables.ENTRIES, export_name="")
    return listing_page(request, listing, tables.drawn(request.actor), h1=_("推荐"))


@access("entry", "move", methods=("GET",))
def inbox(request: HttpRequest) -> HttpResponse:
    """What waits for the acting post, longest first. From here an endorsing level goes to its order."""
    opened = _("审核在一页里办完：看改动、看材料、看条件，然后同意、退回或不通过。")
    return listing_page(
        request, tables.INBOX, tables.waiting(request.actor), h1=_("等我办"), lead=opened, acts=_orders(request.actor)
    )


def _orders(actor: Actor) -> list[Act]:
    """The ways to the orders of what lies on a desk below the owner."""
    if actor.role not in HOLDERS[Duty.DESK] or not actor.organization.parent_id:
        return []
    calls = list(ranking.calls_to_rank(actor)[:MOST_ORDERS])
    words = _("排名次") if len(calls) == 1 else _("排名次：%(title)s")
    return [Act(words % {"title": call.title}, reverse("programs:order", args=[call.pk]), "list") for call in calls]


# ── starting one ──
def roster(actor: Actor, text: str) -> QuerySet[Member]:
    """People of the acting unit whose name, pinyin or initials fit; nobody without a word to look for."""
    found = Member.objects.visible_to(actor).filter(active=True).select_related("organization")
    word = text.strip()
    if not word:
        return found.none()
    if word.isascii():
        low = word.lower()
        bare = "".join(low.split())
        return (found.filter(initials__startswith=bare) | found.filter(pinyin__startswith=low)).order_by("pinyin", "pk")
    return found.filter(name__found=word).order_by("pinyin", "pk")


def _choices(call: Call, prizes: list[Category], actor: Actor) -> list[tuple[str, str]]:
    """The prizes with the places that the acting unit's reporting unit has in each: one query for all."""
    unit = quotas.reporting_unit(call, actor.organization)
    given = dict(Quota.objects.filter(category__call=call, organization=unit).values_list("category_id", "places"))
    return [
        (
            str(one.pk),
            _("%(name)s（%(unit)s有 %(n)d 个名额）")
            % {"name": one.name, "unit": unit.short, "n": given.get(one.pk, 0)},
        )
        for one in prizes
    ]


@access("entry", "create")
def entry_new(request: HttpRequest, call_id: int) -> HttpResponse:
    """Choose the prize and the person; the rest is filled in from the roster."""
    calls = Call.objects.visible_to(request.actor).filter(state=Call.State.PUBLISHED)
    call = get_object_or_404(calls, pk=call_id)
    prizes = list(call.categories.all())
    start = request.GET.get("category") or (str(prizes[0].pk) if prizes else "")
    choices = _choices(call, prizes, request.actor)
    form = StartForm(request.POST or None, call=call, categories=choices, initial={"category": start})
    if request.method == "POST" and form.is_valid():
        if not first_time(request):
            return redirect("programs:entries")
        try:
            entry = _begin(request, call, prizes, form)
        except Refused as refusal:
            give_back(request)
            refuse(form, refusal)
        else:
            return redirect("programs:entry_edit", entry.pk)
    called = call.program.called
    text = (request.POST or request.GET).get("q", "")
    found = list(roster(request.actor, text)[: FOUND + 1])
    closes = deadlines.closes_for(call, [one.pk for one in request.actor.organization.route()])
    context = {
        "call": call, "form": form, "q": text, "found": found[:FOUND], "more": len(found) > FOUND,
        "picked": form["member"].value() if called.head else "", "closed": closes < days.now(), "closes": closes,
        "called": called,
    }  # fmt: skip
    part = request.headers.get("HX-Target") == "people"
    template = "programs/_people.html" if part else "programs/entry_new.html"
    return render(request, template, context, status=UNPROCESSABLE if form.is_bound and form.errors else 200)


def _begin(request: HttpRequest, call: Call, prizes: list[Category], form: StartForm) -> Entry:
    cleaned = form.cleaned_data
    category = next(one for one in prizes if str(one.pk) == cleaned["category"])
    member = None
    if cleaned.get("member"):
        member = Member.objects.visible_to(request.actor).filter(pk=cleaned["member"], active=True).first()
    if member is None and call.program.called.head:
        raise Refused(_("请先找到人，再选中"), "member")
    subject = cleaned.get("subject", "")
    return actions.start_entry(request.actor, call, category, member, subject)
