"""Objections: how anybody hands one in and hears of it again, and how the supervisors handle them."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from portal.accounts.pace import too_fast
from portal.core import files, trail
from portal.core.actor import SYSTEM
from portal.kit import days
from portal.kit.access import access
from portal.kit.dialogs import confirm, toast
from portal.kit.forms import first_time, give_back, refuse
from portal.kit.refusal import Refused
from portal.kit.tables import listing_page
from programs.actions import notices as actions
from programs.forms.notices import ObjectionForm, ReviewForm
from programs.models import Notice, Objection
from programs.queries import notices as queries
from programs.tables.notices import OBJECTIONS

OBJECTIONS_AN_HOUR = 20
#: What a supervisor may do next with an objection, and how it is said.
STEPS = {"received": ("accepted", "declined"), "accepted": ("dismissed", "upheld")}
WORDS = {
    "accepted": (_l("受理这件异议？"), _l("受理"), _l("从受理起，那一件推荐停下，等核实完。")),
    "declined": (_l("不受理这件异议？"), _l("不受理"), _l("写明为什么，对方凭回执号看得到。")),
    "upheld": (
        _l("认定异议成立？"),
        _l("认定成立"),
        _l("那一件交分管领导定，不会自动不通过。对方凭回执号看得到答复。"),
    ),
    "dismissed": (
        _l("认定异议不成立？"),
        _l("认定不成立"),
        _l("没有别的异议的话，那一件接着走。对方凭回执号看得到答复。"),
    ),
}


# ── anybody ──
@access("objection", "create")
def object_to(request: HttpRequest, code: str) -> HttpResponse:
    """Anybody may object while the window is open; no account, no cookie needed beyond the form's own."""
    row = get_object_or_404(Notice.objects.public().select_related("call__owner"), code=code)
    if row.state != Notice.State.POSTED or days.today() > row.ends_on:
        return render(request, "programs/object_late.html", {"notice": row})
    form = ObjectionForm(
        request.POST or None, request.FILES or None, notice=row, initial={"line": request.GET.get("line")}
    )
    if request.method == "POST":
        if too_fast(request, "objection", OBJECTIONS_AN_HOUR, 3600):
            return render(request, "errors/429.html", status=429)
        if form.is_valid():
            made = _receive(request, row, form)
            if made is not None:
                return redirect(made)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "programs/object.html", {"notice": row, "form": form}, status=status)


def _receive(request: HttpRequest, notice: Notice, form: ObjectionForm) -> str | None:
    """The address of the receipt, the notice's on a second press; None when it was refused."""
    if not first_time(request):
        return reverse("programs:public_notice", args=[notice.code])
    data = form.cleaned_data
    # An anonymous objection leaves no trace of an account that happens to be signed in.
    by = SYSTEM if data["kind"] == Objection.Kind.ANONYMOUS else request.actor
    named = ("", "") if data["kind"] == Objection.Kind.ANONYMOUS else (data["name"], data["contact"])
    try:
        made = actions.object_to(notice, data["line"], data["kind"], data["text"], *named, data["evidence"], by)
    except Refused as refusal:
        give_back(request)
        refuse(form, refusal)
        return None
    return reverse("programs:objection_receipt", args=[made.receipt])


@access("public", "read", methods=("GET",))
def objection_receipt(request: HttpRequest, code: str) -> HttpResponse:
    """What became of one's own objection: known only to whoever holds the receipt code. Shows no text and no name."""
    row = get_object_or_404(Objection.objects.select_related("notice__call__owner"), receipt=code)
    return render(request, "programs/objection_receipt.html", {"objection": row, "notice": row.notice})


# ── objections, for the supervisors ──
@access("objection", "read", methods=("GET",))
def objections(request: HttpRequest) -> HttpResponse:
    rows = Objection.objects.visible_to(request.actor).select_related("notice", "line__entry")
    return listing_page(request, OBJECTIONS, rows, lead=_("提异议的人是谁，只有监督和经审看得到。"))


@access("objection", "read", methods=("GET",))
def objection(request: HttpRequest, objection_id: int) -> HttpResponse:
    rows = Objection.objects.visible_to(request.actor).select_related(
        "notice__call", "line__entry__organization", "evidence"
    )
    row = get_object_or_404(rows, pk=objection_id)
    trail.write(request.actor, "objection.read", row)
    handles = request.actor.role == "supervisor"
    records = (
        trail.Record.objects.about(row)
        .exclude(act__in=["objection.read", "objection.evidence"])
        .select_related("by")
        .order_by("-id")
    )
    context = {
        "objection": row,
        "steps": STEPS.get(row.state, ()) if handles else (),
        "handles": handles,
        "due": queries.window(row.notice),
        "events": [_event(record) for record in records],
    }
    return render(request, "programs/objection.html", context)


def _event(record: trail.Record) -> dict:
    state = record.act.partition(".")[2]
    label = _("收到") if state == "receive" else Objection.State(state).label
    who = record.by.name if record.by and state != "receive" else ""
    return {"title": label, "meta": " ".join(filter(None, [days.short_datetime(record.at), who]))}


@access("objection", "review")
def objection_review(request: HttpRequest, objection_id: int, step: str) -> HttpResponse:
    """Accept, decline, uphold, dismiss."""
    row = get_object_or_404(Objection.objects.visible_to(request.actor).select_related("notice"), pk=objection_id)
    if step not in WORDS:
        raise Http404
    back = reverse("programs:objection", args=[row.pk])
    form = ReviewForm(request.POST or None, initial={"version": row.version}, closes=step != "accepted")
    if request.method == "POST" and form.is_valid():
        try:
            actions.review_objection(
                request.actor, row.pk, step, form.cleaned_data["answer"], form.cleaned_data["version"]
            )
            toast(request, _("记下了：%(state)s") % {"state": Objection.State(step).label})
            return redirect(back)
        except Refused as refusal:
            refuse(form, refusal)
    title, verb, lead = WORDS[step]
    return confirm(
        request, title=title, verb=verb, lead=lead, back=back, form=form, way_out=_("先不办"), grave=step == "upheld"
    )


@access("objection", "review", methods=("GET",))
def objection_evidence(request: HttpRequest, objection_id: int) -> HttpResponse:
    """What was handed in with it: for the supervisors alone, and each look is recorded."""
    row = get_object_or_404(
        Objection.objects.visible_to(request.actor).select_related("evidence"), pk=objection_id, evidence__isnull=False
    )
    trail.write(request.actor, "objection.evidence", row)
    return files.respond(row.evidence)
