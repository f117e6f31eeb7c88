"""The slate of an edition: per prize who is on it, who waits as reserve, who is still open; posted as one notice."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse

from portal.kit.access import access
from programs.actions.moves import moves_for
from programs.checks.ratios import finding_of, share_words
from programs.models import Call, Entry
from programs.queries import lists
from programs.rules.ratios import Standing
from programs.spec import State
from programs.tables import entries as tables
from programs.views.drawn import move_label, rules

#: The parts of a slate, in the order of the page.
PARTS = (State.SHORTLIST, State.RESERVE, State.REVIEW)
OUT = (State.NOTICE, State.PASSED_UP, State.APPROVED)


@access("slate", "read", methods=("GET",))
def slate(request: HttpRequest, call_id: int) -> HttpResponse:
    """Everything handed to the owner, by prize. The number of queries does not depend on the number of rows."""
    actor = request.actor
    calls = Call.objects.visible_to(actor) if actor.role == "auditor" else Call.objects.owned_by(actor)
    call = get_object_or_404(calls.exclude(state=Call.State.DRAFT).select_related("owner"), pk=call_id)
    rows = tables.listed(actor).filter(call=call, desk=call.owner_id, state__in=[*PARTS, *OUT])
    by_category: dict[int, list[Entry]] = {}
    for one in rows.select_related("desk__parent", "organization__parent", "member", "created_by").order_by(
        "rank", "pinyin", "pk"
    ):
        one.call = call  # one program, one workflow: read once
        by_category.setdefault(one.category_id, []).append(one)
    prizes = [_prize(actor, category, by_category.get(category.pk, [])) for category in call.categories.all()]
    listed = sum(prize["in"] for prize in prizes)
    context = {
        "call": call, "prizes": prizes, "listed": listed, "reserve": sum(prize["reserve"] for prize in prizes),
        "waiting": sum(prize["open"] for prize in prizes), "over": [p for p in prizes if p["over"] > 0],
        "may_post": actor.role == "officer", "notice_url": _notice_url(call), "back": request.get_full_path(),
        "noticed": sum(prize["out"] for prize in prizes), **_ratios(request, call),
    }  # fmt: skip
    return render(request, "programs/slate.html", context)


# ── ratios ──
def _ratios(request: HttpRequest, call: Call) -> dict[str, Any]:
    """The edition's ratios over what is chosen; with ``?drop=`` and ``?take=`` also after that change, only tried."""
    ratios = lists.ratios_of(call)
    if not ratios:
        return {}
    rows = Entry.objects.filter(call=call.pk, desk=call.owner_id, state__in=[*PARTS, *OUT])
    rows = list(lists.with_facts(call, rows).order_by("rank", "pinyin", "pk"))
    chosen = [one for one in rows if one.state in lists.CHOSEN]
    drop, take = (_picked(request, name) for name in ("drop", "take"))
    tried = [one for one in rows if (one in chosen and one.pk != drop) or (one.pk == take and one not in chosen)]
    before = lists.standings(call, chosen, ratios)
    after = lists.standings(call, tried, ratios) if tried != chosen else before
    drawn = [_meter(call, was, now) for was, now in zip(before, after, strict=True)]
    return {
        "ratios": drawn, "short": sum(1 for one in after if not one.kept), "trying": tried != chosen,
        "was_short": sum(1 for one in before if not one.kept), "drop": drop, "take": take,
        "may_drop": [one for one in chosen if one.state == State.SHORTLIST],
        "may_take": [one for one in rows if one not in chosen],
    }  # fmt: skip


def _picked(request: HttpRequest, name: str) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _meter(call: Call, was: Standing, now: Standing) -> dict[str, Any]:
    """One ratio as the component draws it; where a change is tried, the figure before it stands beside."""
    found = finding_of(now, call.program.noun, "stop")
    (drawn,) = rules([found])
    if was != now:
        drawn["figure"] = f"{share_words(was)} → {share_words(now)}"
        if now.d and was.d:
            drawn["meter"] = replace(drawn["meter"], before=was.n / was.d)
    return drawn


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
