"""One move over many entries: choose the move, see what will go and what will not, confirm, see each row's result."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.core.models import Job
from portal.kit import crypto
from portal.kit.access import access
from portal.kit.dialogs import confirm
from portal.kit.forms import UNPROCESSABLE, refuse
from portal.kit.refusal import Refused
from portal.kit.table_query import Asked
from portal.kit.tables import Listing, listing_page, selected
from programs.actions import bulk as actions
from programs.forms.entries import MoveForm
from programs.models import BulkMove, BulkRow, Entry
from programs.tables import bulk as tables
from programs.tables import entries as entry_tables

State, Outcome = BulkMove.State, BulkRow.Outcome
OFFERED = (State.CHOSEN, State.WEIGHED)


def _run(request: HttpRequest, run_id: int) -> BulkMove:
    rows = BulkMove.objects.visible_to(request.actor).select_related("job", "undoes", "undone_by")
    return get_object_or_404(rows, pk=run_id)


# ── choosing ──
@access("entry", "move", methods=("POST",))
def bulk_entries(request: HttpRequest) -> HttpResponse:
    """From the list of all: the ticked ones, or all that its filters find."""
    return _choose(request, entry_tables.ENTRIES, entry_tables.listed(request.actor))


@access("entry", "move", methods=("POST",))
def bulk_inbox(request: HttpRequest) -> HttpResponse:
    """From what waits."""
    return _choose(request, entry_tables.INBOX, entry_tables.waiting(request.actor))


def _choose(request: HttpRequest, listing: Listing, queryset: QuerySet[Entry]) -> HttpResponse:
    everything = request.POST.get("all") == "1"
    query = request.GET.urlencode() if everything else ""
    rows = selected(request, listing, queryset)
    rows = rows if rows.ordered else rows.order_by(*listing.order, "pk")
    try:
        run = actions.choose(request.actor, rows, listing.key, query or ("&" if everything else ""))
    except Refused as refusal:
        messages.warning(request, refusal.message)
        return redirect(f"{reverse(_LISTS[listing.key])}?{request.GET.urlencode()}")
    return redirect("programs:bulk", run.pk)


_LISTS = {"entries": "programs:entries", "inbox": "programs:inbox"}


# ── the page of a run ──
@access("entry", "move", methods=("GET",))
def bulk(request: HttpRequest, run_id: int) -> HttpResponse:
    """What may be done, what a dry run says, or what became of each entry; while work is under way its progress."""
    return _page(request, _run(request, run_id))


def _page(request: HttpRequest, run: BulkMove, form: MoveForm | None = None) -> HttpResponse:
    counts = dict(run.rows.order_by().values_list("outcome").annotate(n=Count("pk")))
    busy = run.job is not None and run.job.open
    offered = actions.offered(request.actor, run) if run.state in OFFERED and not run.undoes_id else []
    context: dict[str, Any] = {
        "run": run, "total": sum(counts.values()), "counts": counts, "busy": busy,
        "left": counts.get(Outcome.WILL, 0) + counts.get(Outcome.ASKED, 0),
        "not_done": counts.get(Outcome.WONT, 0) + counts.get(Outcome.REFUSED, 0),
        "offered": [(move.name, move.bulk, n, move.name == run.move) for move, n in offered],
        "groups": _groups(run), "changed": _changed(request, run),
        "list_url": reverse(_LISTS.get(run.listing, "programs:entries")),
    }  # fmt: skip
    if busy:
        return render(request, "programs/bulk.html", context | {"job": _job(run)})
    if run.state == State.WEIGHED:
        asks = actions.asks_note(run)
        words = {"label": _("理由"), "help_text": _("每家都照原样看到"), "required": asks}
        context |= {"asks": asks, "form": form or MoveForm(**words), "undoable": _undoable(run)}
    if run.state == State.MADE:
        context |= {"undoable": actions.can_undo(run), "undone": BulkMove.objects.filter(undoes=run).first()}
    if run.state not in (State.WEIGHED, State.MADE):
        return render(request, "programs/bulk.html", context)
    listing = tables.MADE if run.state == State.MADE else tables.WEIGHED
    response = listing_page(request, listing, tables.rows_of(run), template="programs/bulk.html", **context)
    if form is not None and form.errors:
        response.status_code = UNPROCESSABLE
    return response


def _groups(run: BulkMove) -> list[tuple[str, int]]:
    """Why rows will not go or did not, the commonest first."""
    if run.state not in (State.WEIGHED, State.MADE):
        return []
    rows = run.rows.filter(outcome__in=[Outcome.WONT, Outcome.REFUSED]).order_by()
    return list(rows.values_list("why").annotate(n=Count("pk")).order_by("-n", "why"))


def _undoable(run: BulkMove) -> bool:
    """Whether the table names a way back, so that the page can say so before anybody presses."""
    row = run.rows.select_related("entry__call").filter(outcome=Outcome.WILL).first()
    move = row.entry.call.workflow.move(run.move) if row else None
    return bool(move and move.back)


def _changed(request: HttpRequest, run: BulkMove) -> int | None:
    """How many the list finds now where everything it found was meant, None where that is the same number."""
    if not run.query or run.state not in OFFERED:
        return None
    inbox = run.listing == entry_tables.INBOX.key
    listing = entry_tables.INBOX if inbox else entry_tables.ENTRIES
    rows = (entry_tables.waiting if inbox else entry_tables.listed)(request.actor)
    asked = Asked(listing, rows, QueryDict(crypto.open_(run.query, "bulk")), request.actor)
    now = asked.rows.count()
    return now if now != run.rows.count() else None


def _job(run: BulkMove) -> dict[str, Any]:
    job: Job = run.job
    return {
        "title": job.title, "text": job.text or _("排队，马上开始"), "percent": job.percent if job.total else None,
        "state": job.state, "done": not job.open, "poll_url": reverse("programs:bulk_job", args=[run.pk]),
        "cancel_url": "" if job.cancel_asked else reverse("core:job_cancel", args=[job.pk]),
    }  # fmt: skip


@access("entry", "move", methods=("GET",))
def bulk_job(request: HttpRequest, run_id: int) -> HttpResponse:
    """The progress bar once more; when the work is done the page is asked for again."""
    run = _run(request, run_id)
    if run.job is None or not run.job.open:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "components/job.html", {"job": _job(run)})


# ── the steps ──
@access("entry", "move", methods=("POST",))
def bulk_weigh(request: HttpRequest, run_id: int) -> HttpResponse:
    """Choose the move: a dry run says what will go."""
    run = _run(request, run_id)
    try:
        actions.weigh(request.actor, run.pk, request.POST.get("move", ""))
    except Refused as refusal:
        messages.warning(request, refusal.message)
    return redirect("programs:bulk", run.pk)


@access("entry", "move", methods=("POST",))
def bulk_start(request: HttpRequest, run_id: int) -> HttpResponse:
    """Make the moves. What was typed comes back when the reason is missing."""
    run = _run(request, run_id)
    form = MoveForm(request.POST, required=False)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    try:
        actions.begin(request.actor, run.pk, note)
    except Refused as refusal:
        refuse(form, refusal)
        return _page(request, _run(request, run.pk), form)
    return redirect("programs:bulk", run.pk)


@access("entry", "move", methods=("POST",))
def bulk_resume(request: HttpRequest, run_id: int) -> HttpResponse:
    """Go on with what was stopped."""
    run = actions.resume(request.actor, _run(request, run_id).pk)
    return redirect("programs:bulk", run.pk)


@access("entry", "move")
def bulk_undo(request: HttpRequest, run_id: int) -> HttpResponse:
    """Take a run back; what somebody has touched since stays."""
    run = _run(request, run_id)
    if request.method == "POST":
        try:
            run = actions.undo(request.actor, run.pk)
        except Refused as refusal:
            messages.warning(request, refusal.message)
        return redirect("programs:bulk", run.pk)
    n = run.rows.filter(outcome=Outcome.MOVED).count()
    return confirm(
        request, title=_("撤回“%(title)s”，%(n)s 件") % {"title": run.title, "n": f"{n:,}"},
        lead=_("先试算：上一级或单位已经动过的不撤，会说是哪几件。"), verb=_("试算能撤回几件"), way_out=_("不撤了"),
        back=run.get_absolute_url(),
    )  # fmt: skip
