"""The buttons of an entry: one address for every move of every workflow. What needs words asks in a dialog first."""

import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from portal.core.calendar import current
from portal.kit import days
from portal.kit.access import access
from portal.kit.dialogs import dialog, toast
from portal.kit.forms import UNPROCESSABLE, refuse
from portal.kit.refusal import Refused
from programs.actions.moves import MENDING_DAYS, make_move, why_not
from programs.forms.entries import MoveForm, flag_choices
from programs.models import Entry
from programs.queries import entries
from programs.spec import Duty, Move, State
from programs.views import drawn

WEEKDAYS = "一二三四五六日"
MENDING_CHOICES = (2, 3, 5, 10)
SHOWN_FLAGS = 6


@access("entry", "move")
def entry_move(request: HttpRequest, entry_id: int, move: str) -> HttpResponse:
    """GET asks (reason, what to mend, until when); POST makes the move."""
    entry = drawn.visible_entry(request, entry_id)
    found = entry.call.workflow.move(move)
    if found is None or found.through:
        raise Http404
    if reason := why_not(request.actor, found, entry):
        messages.error(request, reason)
        return redirect("programs:entry", entry.pk)
    form = MoveForm(request.POST or None, **_words(found, entry))
    if request.method == "POST" and (form.is_valid() or not (found.note or found.flags)):
        return _make(request, entry, found, form)
    return _ask(request, entry, found, form)


def _back(request: HttpRequest, entry: Entry) -> str:
    wanted = request.POST.get("next") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else reverse("programs:entry", args=[entry.pk])


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else -1


def _make(request: HttpRequest, entry: Entry, move: Move, form: MoveForm) -> HttpResponse:
    flags = _flags(request, entry) if move.flags else {}
    note = form.cleaned_data.get("note", "") if form.is_valid() else ""
    try:
        if move.flags and not flags and not note.strip():
            raise Refused(_("勾出要改的地方，或者写一段说明"), "note")
        made = make_move(
            entry.pk, move.name, by=request.actor, note=note, flags=flags, version=_version(request), due=_due(request)
        )
    except Refused as refusal:
        if not (move.note or move.flags or move.grave):
            messages.error(request, str(refusal))
            return redirect(_back(request, entry))
        refuse(form, refusal)
        return _ask(request, entry, move, form)
    toast(request, _("%(subject)s：%(done)s") % {"subject": made.subject, "done": _done(made, move)})
    return redirect(_next(request, entry, move))


def _next(request: HttpRequest, entry: Entry, move: Move) -> str:
    """A reviewer goes on to the next one that waits; others go back to where they came from."""
    if request.POST.get("next"):
        return _back(request, entry)
    if move.by is Duty.DESK or move.hand == "desk":
        after = entries.inbox(request.actor).filter(state=State.REVIEW).values_list("pk", flat=True).first()
        return reverse("programs:entry", args=[after]) if after else reverse("programs:inbox")
    return reverse("programs:entry", args=[entry.pk])


def _done(entry: Entry, move: Move) -> str:
    if move.target == State.REVIEW and entry.desk_id != entry.organization_id:
        return _("到%(desk)s了") % {"desk": entry.desk.short}
    return str(State(entry.state).label)


def _flags(request: HttpRequest, entry: Entry) -> dict[str, str]:
    """Ticked places with what to mend there."""
    names = [name for name, _label in flag_choices(entry)]
    return {
        n: request.POST.get(f"say-{n}", "").strip()[:200] or _("请再核对")
        for n in names
        if request.POST.get(f"flag-{n}")
    }


def _due(request: HttpRequest) -> datetime.datetime | None:
    text = request.POST.get("due", "")
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        return None
    return days.end_of_day(day) if day >= days.today() else None


def _words(move: Move, entry: Entry) -> dict[str, Any]:
    """How the reason is asked for."""
    unit = entry.organization.short
    if move.flags:
        return {"label": _("总的说明"), "help_text": _("%(unit)s照原样看到") % {"unit": unit}, "required": False}
    return {"label": _("理由"), "help_text": _("%(unit)s照原样看到") % {"unit": unit}, "required": move.note}


def _titles(move: Move, entry: Entry) -> tuple[str, str, str]:
    """(title that says the consequence, verb, way out)."""
    who = {"subject": entry.subject, "unit": entry.organization.short}
    known = {
        "return": (_("退回%(subject)s的推荐，让%(unit)s补正"), _("退回"), _("先不退")),
        "refuse": (_("%(subject)s：不通过"), _("不通过，告诉%(unit)s"), _("先不定")),
        "withdraw": (_("撤回%(subject)s的推荐"), _("撤回这一件"), _("先不撤")),
        "uphold": (_("%(subject)s：异议成立，不通过"), _("不通过，告诉%(unit)s"), _("先不定")),
    }
    label = drawn.move_label(move, entry).rstrip("…")
    title, verb, out = known.get(move.name, (f"%(subject)s：{label}", label, _("先不办")))
    return title % who, verb % who, out


def _lead(move: Move, entry: Entry) -> str:
    leads = {
        State.RETURNED: _("名额保留，补好后直接回到你这里。"),
        State.REFUSED: _("这一件到此为止，名额退给%(unit)s。") % {"unit": entry.organization.short},
        State.WITHDRAWN: _("撤回后不能再交，名额退回。要再报得重新填。"),
    }
    return leads.get(State(move.target), "")


def _due_choices() -> list[tuple[str, str, bool]]:
    found = []
    for n in MENDING_CHOICES:
        day = current().add_workdays(days.today(), n, first_day_counts=False)
        label = _("%(day)s 周%(week)s，%(n)d 个工作日后") % {
            "day": days.short_date(day), "week": WEEKDAYS[day.weekday()], "n": n,
        }  # fmt: skip
        found.append((day.isoformat(), label, n == MENDING_DAYS))
    return found


def _flag_lines(request: HttpRequest, entry: Entry) -> list[dict[str, Any]]:
    """Every place that may be flagged: what the rules already doubt and what is asked most comes first."""
    doubted = {one.field for one in drawn.findings(entry) if one.level != "good" and one.field}
    long = {one.name for one in entry.call.fields if one.kind == "longtext"}
    lines = [
        {"name": name, "label": label, "on": bool(request.POST.get(f"flag-{name}")),
         "say": request.POST.get(f"say-{name}", ""),
         "first": name in doubted or name in long or name.startswith("file-")}
        for name, label in flag_choices(entry)
    ]  # fmt: skip
    return sorted(lines, key=lambda line: not (line["on"] or line["first"]))


def _ask(request: HttpRequest, entry: Entry, move: Move, form: MoveForm) -> HttpResponse:
    title, verb, out = _titles(move, entry)
    context = {
        "entry": entry, "move": move, "form": form, "title": title, "verb": verb, "way_out": out,
        "lead": _lead(move, entry), "back": _back(request, entry),
        "next": request.GET.get("next") or request.POST.get("next", ""),
        "asks_note": move.note or move.flags, "version": request.POST.get("version") or entry.version,
    }  # fmt: skip
    if move.flags:
        lines = _flag_lines(request, entry)
        context |= {"lines": lines[:SHOWN_FLAGS], "more": lines[SHOWN_FLAGS:], "dues": _due_choices(),
                    "ticked": sum(line["on"] for line in lines)}  # fmt: skip
    status = UNPROCESSABLE if form.is_bound and form.errors else 200
    return dialog(request, "programs/move.html", context, status)
