"""The page on which an endorsing level puts its entries in order."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from portal.kit.access import access
from portal.kit.dialogs import toast
from portal.kit.forms import UNPROCESSABLE
from portal.kit.refusal import Refused
from programs.actions.ranking import save_order
from programs.models import Call, Entry
from programs.queries import ranking


@access("entry", "move")
def order(request: HttpRequest, call_id: int) -> HttpResponse:
    """Numbers, or dragging; one save for all prizes. What was typed stays when the save is refused."""
    actor = request.actor
    call = get_object_or_404(Call.objects.visible_to(actor), pk=call_id)
    if actor.organization_id in (None, call.owner_id):
        return redirect(call.get_absolute_url())  # the owner orders nothing: it has the slate
    refusal = ""
    typed: dict[int, str] = {}
    if request.method == "POST":
        typed = {
            int(name[2:]): value.strip()
            for name, value in request.POST.items()
            if name.startswith("r-") and name[2:].isdecimal() and len(name) < 20
        }
        try:
            n = save_order(actor, call.pk, *_sent(request, typed))
        except Refused as refused:
            refusal = refused.message
        else:
            toast(request, _("排好了，%(n)d 件的名次有变") % {"n": n} if n else _("名次没有变"))
            return redirect("programs:order", call.pk)
    groups = _groups(request, call, typed)
    to_rank = any(group["lines"] for group in groups)
    context = {"call": call, "groups": groups, "to_rank": to_rank, "refusal": refusal}
    return render(request, "programs/order.html", context, status=UNPROCESSABLE if refusal else 200)


def _sent(request: HttpRequest, typed: dict[int, str]) -> tuple[dict[int, list[int]], dict[int, str]]:
    """Category → ids by the numbers that were typed, and what the page had shown."""
    numbers: dict[int, int] = {}
    for pk, text in typed.items():
        if text and not (text.isdecimal() and 0 < int(text) < 10000):
            raise Refused(_("名次写 1 到 9999 的数字，现在有一个是“%(text)s”") % {"text": text[:20]})
        if text:
            numbers[pk] = int(text)
    place = dict(Entry.objects.filter(pk__in=typed).values_list("pk", "category_id"))
    seen = {int(name[5:]): value for name, value in request.POST.items() if name.startswith("seen-")}
    orders: dict[int, list[int]] = {category: [] for category in seen}
    used: set[tuple[int, int]] = set()
    for pk, number in sorted(numbers.items(), key=lambda pair: pair[1]):
        category = place.get(pk)
        if category not in orders:
            raise Refused(_("名次里有不在你这里的"))
        if (category, number) in used:
            raise Refused(_("第 %(n)d 写了两件") % {"n": number})
        used.add((category, number))
        orders[category].append(pk)
    return orders, seen


def _groups(request: HttpRequest, call: Call, typed: dict[int, str]) -> list[dict[str, Any]]:
    """Prize by prize: the entries in their order, those without a rank last; and what was handed up before."""
    related = ("organization", "category")
    rows = list(ranking.on_desk(request.actor, call).select_related(*related).defer("data", "flags"))
    up = list(ranking.handed_up(request.actor, call).select_related(*related).defer("data", "flags").order_by("rank"))
    found = []
    for category in call.categories.all():
        here = [one for one in rows if one.category_id == category.pk]
        gone = [one for one in up if one.category_id == category.pk]
        here.sort(key=lambda one: (one.rank is None, one.rank or 0, one.pinyin, one.pk))
        if here or gone:
            lines = [{"entry": one, "value": typed.get(one.pk, one.rank or "")} for one in here]
            found.append({"category": category, "lines": lines, "up": gone, "seen": ranking.state_of(here)})
    return found
