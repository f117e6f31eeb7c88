"""The slate of an edition: per prize who is on it, who waits as reserve, who is still open; posted as one notice."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse

from portal.kit.access import access
from programs.actions.moves import moves_for
from programs.models import Call, Entry
from programs.spec import State
from programs.tables import entries as tables
from programs.views.drawn import move_label

#: The parts of a slate, in the order of the page.
PARTS = (State.SHORTLIST, State.RESERVE, State.REVIEW)
OUT = (State.NOTICE, State.APPROVED)


@access("slate", "read", methods=("GET",))
def slate(request: HttpRequest, call_id: int) -> HttpResponse:
    """Everything handed to the owner, by prize. The number of queries does not depend on the number of rows."""
    actor = request.actor
    calls = Call.objects.visible_to(actor) if actor.role == "auditor" else Call.objects.owned_by(actor)
    call = get_object_or_404(calls.exclude(state=Call.State.DRAFT).select_related("owner"), pk=call_id)
    rows = tables.listed(actor).filter(call=call, desk=call.owner_id, state__in=[*PARTS, *OUT])
    by_category: dict[int, list[Entry]] = {}
    for one in rows.select_related("desk__parent", "organization__parent").order_by("rank", "pinyin", "pk"):
        one.call = call  # one program, one workflow: read once
        by_category.setdefault(one.category_id, []).append(one)
    prizes = [_prize(actor, category, by_category.get(category.pk, [])) for category in call.categories.all()]
    listed = sum(prize["in"] for prize in prizes)
    context = {
        "call": call, "prizes": prizes, "listed": listed, "reserve": sum(prize["reserve"] for prize in prizes),
        "waiting": sum(prize["open"] for prize in prizes), "over": [p for p in prizes if p["over"] > 0],
        "may_post": actor.role == "officer", "notice_url": _notice_url(call), "back": request.get_full_path(),
        "noticed": sum(prize["out"] for prize in prizes),
    }  # fmt: skip
    return render(request, "programs/slate.html", context)


def _notice_url(call: Call) -> str:
    try:
        return reverse("programs:notice_new", args=[call.pk])
    except NoReverseMatch:
        return ""


def _prize(actor: Any, category: Any, rows: list[Entry]) -> dict[str, Any]:
    parts = {state: [_row(actor, one) for one in rows if one.state == state] for state in PARTS}
    out = [one for one in rows if one.state in OUT]
    # What is already out for notice or approved holds its place.
    taken = len(parts[State.SHORTLIST]) + len(out)
    return {
        "category": category, "parts": [(State(state).label, state, parts[state]) for state in PARTS],
        "rows": bool(rows),
        "in": len(parts[State.SHORTLIST]), "reserve": len(parts[State.RESERVE]), "open": len(parts[State.REVIEW]),
        "out": len(out), "taken": taken, "over": taken - category.places if category.places else 0,
        "free": max(0, category.places - taken),
    }  # fmt: skip


def _row(actor: Any, one: Entry) -> dict[str, Any]:
    moves = [
        {
            "label": move_label(move, one),
            "url": reverse("programs:entry_move", args=[one.pk, move.name]),
            "main": move.main,
        }
        for move in moves_for(actor, one)
        if not (move.note or move.flags or move.grave)
    ]
    return {"entry": one, "moves": moves}
