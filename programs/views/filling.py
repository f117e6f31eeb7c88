"""The form of an entry: saved while typing, the rules beside it, handed in at the end. What was typed is never lost."""

import datetime
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.core.calendar import current
from portal.kit import days
from portal.kit.access import access
from portal.kit.dialogs import toast
from portal.kit.drawing import Section, sections_of
from portal.kit.forms import UNPROCESSABLE, saved
from portal.kit.refusal import Refused
from programs import duties
from programs.actions.drafts import Kept, hand_in, merge_draft
from programs.checks import answer_problem
from programs.forms.entries import SUBJECT, EntryForm, flag_choices, typed
from programs.models import Entry
from programs.queries import deadlines, entries
from programs.queries.answers import clean_answer
from programs.spec import Duty, Finding, Move, State
from programs.views import clashes, drawn

CONFLICT, OTHER = 409, 401
#: Shown by the table of contents and the bar, so not once more in the panel.
ELSEWHERE = ("answers_complete", "materials_complete")


def _mine(request: HttpRequest, entry: Entry) -> Entry | None:
    """The entry if the acting unit may write it now."""
    return entry if entry.editable and duties.holds(request.actor, Duty.OWNER, entry) else None


@access("entry", "update")
def entry_edit(request: HttpRequest, entry_id: int) -> HttpResponse:
    """GET the form; POST keeps it and hands it in; POST from the autosave only keeps it."""
    if request.headers.get("X-Autosave") == "1":
        return _autosave(request, entry_id)
    if request.method == "POST":
        entry = _mine(request, drawn.found_entry(request, entry_id, "call"))
        return _hand_in(request, entry) if entry else redirect("programs:entry", entry_id)
    entry = _mine(request, drawn.visible_entry(request, entry_id))
    if entry is None:
        return redirect("programs:entry", entry_id)
    return _page(request, entry, EntryForm(entry.call, entry.data, subject=entry.subject))


def _autosave(request: HttpRequest, entry_id: int) -> HttpResponse:
    """200 with what others changed meanwhile, 409 where both changed the same answer, 401 for somebody else's page."""
    if request.headers.get("X-User", "") not in ("", str(request.user.pk)):
        return JsonResponse({"message": _("这台电脑现在登录的是%(who)s") % {"who": request.user.name}}, status=OTHER)
    entry = _mine(request, drawn.found_entry(request, entry_id, "call"))
    if entry is None:
        return JsonResponse({"message": _("这一件已经不归你们改了。你的字存在这台电脑")}, status=CONFLICT)
    try:
        kept = merge_draft(request.actor, entry.pk, **_sent(request, entry, request.headers.get("X-Page", "")))
    except Refused as refusal:
        return JsonResponse({"message": str(refusal)}, status=CONFLICT)
    answer = saved(version=kept.entry.version, fresh=kept.fresh, clashes=clashes.told(request, kept))
    answer.status_code = CONFLICT if kept.clashes else 200
    return answer


def _posted(request: HttpRequest, entry: Entry) -> tuple[dict[str, Any], str]:
    """(answers as they would be kept, the collective's name)."""
    raw = typed(entry.call, request.POST)
    known = {one.name: one for one in entry.call.fields}
    answers = {**entry.data, **{name: clean_answer(known[name], value) for name, value in raw.items()}}
    return answers, request.POST.get(SUBJECT, entry.subject)


def _sent(request: HttpRequest, entry: Entry, page: str) -> dict[str, Any]:
    """What came with the form, as the actions take it."""
    version = request.POST.get("version", "")
    number = int(version) if version.isdecimal() and len(version) < 10 else 0
    # Answers that the page holds back until somebody has chosen between two people's words.
    held = request.POST.getlist("_held")
    answers = {name: value for name, value in typed(entry.call, request.POST).items() if name not in held}
    return {"data": answers, "version": number, "subject": request.POST.get(SUBJECT, ""), "page": page[:40]}


def _hand_in(request: HttpRequest, entry: Entry) -> HttpResponse:
    move = sending(entry)
    more = request.POST.get("_more", "")
    sent = _sent(request, entry, request.POST.get("_key", ""))
    try:
        kept = hand_in(request.actor, entry.pk, "" if more else move.name, **sent)
    except Refused as refusal:
        return _not_yet(request, entry, move, refusal)
    if kept.refused:
        return _not_yet(request, entry, move, kept.refused, kept)
    if more:
        return redirect(f"{request.path}#id_{quote(more)}")
    toast(request, _("已交给%(up)s") % {"up": kept.entry.desk.short})
    return redirect("programs:entry", entry.pk)


def _not_yet(
    request: HttpRequest, entry: Entry, move: Move, refusal: Refused, kept: Kept | None = None
) -> HttpResponse:
    """The form as it was sent, with what stops the hand-in at its fields."""
    answers, subject = _posted(request, entry)
    fresh = drawn.visible_entry(request, entry.pk)
    changed = kept.fresh if kept else {}
    form = EntryForm(entry.call, {**answers, **changed}, subject=changed.get(SUBJECT, subject), checked=True)
    _explain(form, fresh, move, refusal)
    return _page(request, fresh, form, status=UNPROCESSABLE, kept=kept)


def sending(entry: Entry) -> Move:
    """The unit's own main move from here: handing in."""
    return next(one for one in entry.call.workflow.open_to(entry.state) if one.main and one.by is Duty.OWNER)


def receiver(entry: Entry) -> str:
    """On whose desk the entry will lie."""
    if entry.state == State.RETURNED and entry.returned_from_id:
        return entry.returned_from.short
    above = entry.organization.parent if entry.organization_id != entry.call.owner_id else None
    return (above or entry.call.owner).short


def _explain(form: EntryForm, entry: Entry, move: Move, refusal: Refused) -> None:
    """Everything that stops the hand-in, at its field where it has one; else the refusal itself."""
    stops = [one for one in drawn.findings(entry, move.name) if one.stops and one.rule != "answers_complete"]
    for one in stops:
        if one.field in form.fields:
            if not form.has_error(one.field):
                form.add_error(one.field, one.sentence or one.figure)
        else:
            form.add_error(None, f"{one.title}：{one.sentence or one.figure}")
    if not form.errors:
        form.add_error(None, str(refusal))


# ── the page ──
@access("entry", "update", methods=("GET",))
def entry_rules(request: HttpRequest, entry_id: int) -> HttpResponse:
    """After an autosave: the rules, the table of contents and what is still missing, drawn anew."""
    entry = _mine(request, drawn.visible_entry(request, entry_id))
    if entry is None:
        return HttpResponse(status=204)
    form = EntryForm(entry.call, entry.data, subject=entry.subject)
    return render(request, "programs/_entry_live.html", live(entry, form))


def live(entry: Entry, form: EntryForm) -> dict[str, Any]:
    """What changes while somebody types: rules, sections with what is missing, the list of what is left."""
    found = drawn.findings(entry)
    panel = [one for one in found if one.rule not in ELSEWHERE and (one.rule, one.level) != ("window_open", "good")]
    stops = [one for one in panel if one.stops]
    sections = _sections(entry, form)
    left = [(f"{s['name']} {s['left']} 处", f"#{s['id']}", s["left"]) for s in sections if s["left"]]
    asked, untouched = _asked_state(entry)
    if untouched:
        left.insert(0, (_("要改的 %(n)d 处") % {"n": untouched}, "#asked", untouched))
    papers = sum(1 for line in drawn.file_list(entry, {}) if line["state"] == "want")
    if papers:
        left.append((_("附件 %(n)d 样") % {"n": papers}, "#files-h", papers))
    others = [one for one in stops if one.rule not in ("print_matches", "window_open")]
    left += [(one.title, _target(one, form) or "#rules", 1) for one in others if not _told(one, entry)]
    return {
        "entry": entry, "findings": drawn.rules(panel, lambda name: _link(name, form)), "toc": sections,
        "asked_count": asked, "asked_left": untouched, "papers_left": papers, "left": left[:4],
        "left_count": sum(n for *_x, n in left),
        "cannot": stops[:2], "refresh": reverse("programs:entry_rules", args=[entry.pk]),
    }  # fmt: skip


def _asked_state(entry: Entry) -> tuple[int, int]:
    """(places that the reviewer flagged, those of them that still say what they said when it was returned)."""
    words = entry.flags.get("fields", {}) if entry.state == State.RETURNED else {}
    if not words:
        return 0, 0
    kept = entry.revisions.filter(number=entry.revision).first()
    before = kept.data if kept else {}
    papers: dict[str, set[str]] = {}
    for one in kept.files if kept else []:
        papers.setdefault(f"file-{one['item']}", set()).add(one["sha256"])
    now: dict[str, set[str]] = {}
    for item, digest in entry.attachments.values_list("item", "file__sha256"):
        now.setdefault(f"file-{item}", set()).add(digest)
    same = [
        name for name in words
        if (papers.get(name) == now.get(name) if name.startswith("file-") else before.get(name) == entry.data.get(name))
        and name != SUBJECT
    ]  # fmt: skip
    return len(words), len(same)


def _told(finding: Finding, entry: Entry) -> bool:
    """Whether the field that a finding points to is already counted as not filled."""
    one = next((one for one in entry.call.fields if one.name == finding.field), None)
    return one is not None and bool(answer_problem(one, entry.data.get(one.name)))


def _target(finding: Finding, form: EntryForm) -> str:
    return _link(finding.field, form) if finding.field else ""


def _link(name: str, form: EntryForm) -> str:
    if name in form.fields:
        return f"#{form[name].auto_id}"
    return "#files-h" if name.startswith("file-") else ""


def _sections(entry: Entry, form: EntryForm) -> list[dict[str, Any]]:
    known = {one.name: one for one in entry.call.fields}
    drawn_sections = sections_of(form)
    for section in drawn_sections:
        names = [bound.name for row in section["rows"] for bound in row.fields]
        wrong = [name for name in names if name in known and answer_problem(known[name], entry.data.get(name))]
        section["left"], section["name"] = len(wrong), section["title"].partition("、")[2] or section["title"]
    return drawn_sections


def _asked_first(entry: Entry, form: EntryForm) -> tuple[list[dict[str, Any]], list[tuple[str, str]]]:
    """Fields that the reviewer flagged leave their section and come first, each with the reviewer's words."""
    words: Mapping[str, str] = entry.flags.get("fields", {}) if entry.state == State.RETURNED else {}
    labels = dict(flag_choices(entry))
    fields = [{"bound": form[name], "words": text} for name, text in words.items() if name in form.fields]
    papers = [(labels.get(name, name), text) for name, text in words.items() if name not in form.fields]
    form.layout = [
        Section(s.title, [kept for row in s.rows if (kept := _without(row, words))], id=s.id) for s in form.layout
    ]
    return fields, papers


def _without(row: str | tuple[str, ...], names: Mapping[str, str]) -> Any:
    if isinstance(row, str):
        return "" if row in names else row
    kept = [name for name in row if name not in names]
    return tuple([*kept, "", "", ""][:3]) if any(kept) else ()


def _clock(at: datetime.datetime) -> str:
    local = days.local(at)
    return f"{local:%H:%M}" if local.date() == days.today() else days.short_datetime(at)


def _page(
    request: HttpRequest, entry: Entry, form: EntryForm, status: int = 200, kept: Kept | None = None
) -> HttpResponse:
    asked, asked_papers = _asked_first(entry, form)
    words = entry.flags.get("fields", {}) if entry.state == State.RETURNED else {}
    due = deadlines.due(entry)
    left_days = current().workdays_left(days.now(), due)
    moves = drawn.open_moves(request.actor, entry)
    button = next((one for one in moves if one.move == sending(entry)), None)
    others = [one for one in moves if one is not button]
    context = {
        **live(entry, form), "form": form, "sections": sections_of(form), "asked": asked, "asked_papers": asked_papers,
        "files": drawn.file_list(entry, words), "up": receiver(entry),
        "due": {
            "text": f"{days.short_datetime(due)} 截止，{current().left_phrase(days.now(), due)}",
            "css": "now" if left_days <= 0 else "soon" if left_days <= 3 else "",
        },
        "button": button, "others": others, "own": duties.own_matter(request.actor, entry),
        "saved": _("%(at)s 已自动保存") % {"at": _clock(entry.saved_at)} if entry.saved_at else "",
        "clashes": clashes.told(request, kept) if kept else [],
        "print_code": entries.check_digits(entries.content_digest(entry)),
    }  # fmt: skip
    return render(request, "programs/entry_form.html", context, status=status)
