"""Decisions: drafting, the red-headed paper, signing."""

import io

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from pypdf import PdfReader

from portal.kit import days
from portal.kit.access import access
from portal.kit.dialogs import confirm, toast
from portal.kit.forms import first_time, form_page, give_back, refuse
from portal.kit.gather import gather
from portal.kit.pdf import render_pdf
from portal.kit.refusal import Refused
from portal.kit.tables import listing_page
from programs.actions import decisions as actions
from programs.forms.notices import DecisionForm, SignForm
from programs.models import Call, Decision, Entry
from programs.spec import State
from programs.tables.notices import DECISIONS

#: Characters of a title of 22 pt on a line of 156 mm, and where a title breaks well.
TITLE_WIDTH, TITLE_BREAKS = 19.5, ("年度", "系统", "表彰", "、", "，")
ORDINALS = "一二三四五六七八九十"
CITY_ADDRESSEES = _l("各区教育工会，各高校工会，中职联，各直属单位工会")


@access("decision", "read", methods=("GET",))
def decisions(request: HttpRequest) -> HttpResponse:
    rows = Decision.objects.visible_to(request.actor).select_related("signed_by").annotate(size=Count("lines"))
    return listing_page(request, DECISIONS, rows)


@access("decision", "create")
def decision_new(request: HttpRequest, call_id: int) -> HttpResponse:
    """Draft a decision over everything that is on public notice and not held."""
    call = get_object_or_404(Call.objects.owned_by(request.actor), pk=call_id)
    noticed = Entry.objects.filter(call=call, state=State.NOTICE)
    held = noticed.filter(held=True).count()
    initial = {
        "title": _("关于表彰%(call)s的决定") % {"call": call.title},
        "text": _("经基层民主推荐、审核、公示，研究决定，授予下列个人（集体）称号。希望受到表彰的珍惜荣誉，再接再厉。"),
    }
    form = DecisionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and first_time(request):
        try:
            made = actions.draft_decision(request.actor, call, **form.cleaned_data)
            return redirect(made)
        except Refused as refusal:
            give_back(request)
            refuse(form, refusal)
    lead = _("公示中 %(n)d 件，其中 %(held)d 件因异议暂停，留到下一份决定。") % {"n": noticed.count(), "held": held}
    return form_page(
        request, form, title=_("起草决定"), lead=lead, crumbs=[(call.title, call.get_absolute_url())],
        submit=_("存好，送领导签发"), back=(_("先不起草"), call.get_absolute_url()),
    )  # fmt: skip


def _lines(row: Decision) -> list[dict]:
    """The list of the paper, by prize, in the order of names."""
    found: dict[str, list] = {}
    rows = row.lines.select_related("entry__category", "entry__organization")
    for line in rows.order_by("entry__category__order", "entry__pinyin", "entry_id"):
        found.setdefault(line.entry.category.name, []).append(line.entry)
    program = row.call.program
    words = {"collective": program.subject == "collective", "called": program.called, "noun": program.noun}
    return [{"name": name, "entries": entries, **words} for name, entries in found.items()]


@access("decision", "read", methods=("GET",))
def decision(request: HttpRequest, decision_id: int) -> HttpResponse:
    """The text and the list that are (to be) signed, and what is still in the way."""
    rows = Decision.objects.visible_to(request.actor).select_related("call__owner", "drafted_by", "signed_by")
    row = get_object_or_404(rows, pk=decision_id)
    notice = row.call.notices.exclude(starts_on=None).order_by("-id").first()
    over = notice is not None and notice.ends_on is not None and days.today() > notice.ends_on
    draft = row.state == Decision.State.DRAFT
    sections = _lines(row)
    context = {
        "decision": row,
        "sections": sections,
        "size": sum(len(section["entries"]) for section in sections),
        "held": sum(entry.held for section in sections for entry in section["entries"]) if draft else 0,
        "notice": notice,
        "over": over,
        "signs": request.actor.role == "leader" and draft and row.call.owner_id == request.actor.organization_id,
        "drops": request.actor.role == "officer" and draft and row.call.owner_id == request.actor.organization_id,
        "own_draft": row.drafted_by_id == request.actor.user.pk,
        # a room above says what follows a signed decision (certificates, payments): the engine does not know them
        "links": [] if draft else [one for link in gather("panels", "DECISION") if (one := link(request.actor, row))],
    }
    return render(request, "programs/decision.html", context)


@access("decision", "decide")
def decision_sign(request: HttpRequest, decision_id: int) -> HttpResponse:
    """Sign: approves every entry on the list in one transaction."""
    row = get_object_or_404(Decision.objects.visible_to(request.actor), pk=decision_id)
    form = SignForm(request.POST or None, initial={"decided_on": days.today(), "version": row.version})
    if request.method == "POST" and form.is_valid():
        try:
            actions.sign_decision(request.actor, row.pk, form.cleaned_data["version"], form.cleaned_data["decided_on"])
            toast(request, _("已签发"))
            return redirect(row)
        except Refused as refusal:
            refuse(form, refusal)
    n = row.lines.count()
    return confirm(
        request, title=_("签发 %(number)s？") % {"number": row.number}, verb=_("签发，通过 %(n)d 件") % {"n": n},
        back=row.get_absolute_url(), way_out=_("先不签"), form=form,
        lead=_("名单上的 %(n)d 件一起通过，登进荣誉登记簿。签发后只能逐件撤销。") % {"n": n},
    )  # fmt: skip


@access("decision", "create")
def decision_drop(request: HttpRequest, decision_id: int) -> HttpResponse:
    """Throw an unsigned draft away."""
    row = get_object_or_404(
        Decision.objects.visible_to(request.actor), pk=decision_id, call__owner=request.actor.organization
    )
    if request.method == "POST":
        try:
            actions.drop_decision(request.actor, row.pk)
        except Refused as refusal:
            messages.error(request, refusal.message)
            return redirect(row)
        toast(request, _("草稿已作废"))
        return redirect(row.call)
    return confirm(
        request, title=_("作废这份草稿？"), verb=_("作废"), back=row.get_absolute_url(), way_out=_("留着"),
        grave=True, lead=_("名单上的推荐不受影响，可以重新起草。"),
    )  # fmt: skip


@access("decision", "read", methods=("GET",))
def decision_pdf(request: HttpRequest, decision_id: int) -> HttpResponse:
    """The red-headed paper as PDF (GB/T 9704)."""
    row = get_object_or_404(Decision.objects.visible_to(request.actor).select_related("call__owner"), pk=decision_id)
    response = HttpResponse(_paper(row), content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, f"{row.number}.pdf")
    return response


def _paper(row: Decision) -> bytes:
    """The standard wants the imprint on an even page: an odd paper is drawn again, with a page for the imprint."""
    context = {
        "decision": row,
        "sections": [_for_paper(n, section) for n, section in enumerate(_lines(row))],
        "title_lines": title_lines(row.title),
        "paragraphs": [text.strip() for text in row.text.splitlines() if text.strip()],
        "owner": row.call.owner,
        "addressees": CITY_ADDRESSEES if row.call.owner.parent_id is None else _("各基层工会"),
        "draft": row.state == Decision.State.DRAFT,
    }
    content = render_pdf("programs/papers/decision.html", context)
    if context["draft"] or len(PdfReader(io.BytesIO(content)).pages) % 2 == 0:
        return content
    return render_pdf("programs/papers/decision.html", {**context, "pad": True})


def title_lines(title: str) -> list[str]:
    """A long title in two lines of like length, broken where a word ends and never inside a figure."""
    widths = [0.5 if sign.isascii() else 1.0 for sign in title]
    if sum(widths) <= TITLE_WIDTH:
        return [title]
    half = sum(widths) / 2

    def cost(at: int) -> float:
        inside = title[at - 1].isascii() and title[at].isascii()
        return abs(sum(widths[:at]) - half) + (0 if title[:at].endswith(TITLE_BREAKS) else 4) + (20 if inside else 0)

    at = min(range(1, len(title)), key=cost)
    return [title[:at], title[at:]]


def _for_paper(n: int, section: dict) -> dict:
    """A part of the list as the paper words it; names of two characters are spaced to three."""
    for entry in section["entries"]:
        entry.spaced = "　".join(entry.subject) if len(entry.subject) == 2 else entry.subject
    first = section["entries"][0]
    name = f"{first.organization.workplace}{first.subject}" if section["collective"] else first.subject
    measure = f"{section['noun']}{section['called'].whole}"
    return {**section, "ordinal": ORDINALS[n], "first": name, "measure": measure}
