"""Decisions: drafting, the red-headed paper, signing."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from django.db.models import Count

from portal.kit import days
from portal.kit.access import access
from portal.kit.dialogs import confirm, toast
from portal.kit.forms import first_time, form_page, give_back, refuse
from portal.kit.pdf import render_pdf
from portal.kit.refusal import Refused
from portal.kit.tables import listing_page
from programs.actions import decisions as actions
from programs.forms_notices import DecisionForm, SignForm
from programs.models import Call, Decision, Entry
from programs.spec import State
from programs.tables_notices import DECISIONS


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
    return [{"name": name, "entries": entries, "collective": row.call.program.subject == "collective"} for name, entries in found.items()]


@access("decision", "read", methods=("GET",))
def decision(request: HttpRequest, decision_id: int) -> HttpResponse:
    row = get_object_or_404(Decision.objects.visible_to(request.actor).select_related("call__owner", "drafted_by", "signed_by"), pk=decision_id)
    notice = row.call.notices.order_by("-id").first()
    over = notice is not None and notice.ends_on is not None and days.today() > notice.ends_on
    context = {
        "decision": row, "sections": _lines(row), "notice": notice, "over": over,
        "signs": request.actor.role == "leader" and row.state == Decision.State.DRAFT,
        "drops": request.actor.role == "officer" and row.state == Decision.State.DRAFT,
    }  # fmt: skip
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
    row = get_object_or_404(Decision.objects.visible_to(request.actor), pk=decision_id, call__owner=request.actor.organization)
    if request.method == "POST":
        call = row.call
        actions.drop_decision(request.actor, row.pk)
        return redirect(call)
    return confirm(request, title=_("作废这份草稿？"), verb=_("作废"), back=row.get_absolute_url(), way_out=_("留着"), grave=True,
                   lead=_("名单上的推荐不受影响，可以重新起草。"))  # fmt: skip


@access("decision", "read", methods=("GET",))
def decision_pdf(request: HttpRequest, decision_id: int) -> HttpResponse:
    """The red-headed paper as PDF (GB/T 9704)."""
    row = get_object_or_404(Decision.objects.visible_to(request.actor).select_related("call__owner"), pk=decision_id)
    content = render_pdf("programs/papers/decision.html", {"decision": row, "sections": _lines(row), "owner": row.call.owner})
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, f"{row.number}.pdf")
    return response
