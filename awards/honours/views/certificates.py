"""Certificates: looking at one, making a batch, taking it to the printer."""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from awards.honours import actions, reports
from awards.honours.models import Certificate, CertificateBatch, Honour
from portal.core import files, trail
from portal.core.actor import Actor
from portal.core.models import Record
from portal.core.views.jobs import card
from portal.kit.access import access
from portal.kit.dialogs import toast
from portal.kit.forms import first_time, give_back
from portal.kit.refusal import Refused
from programs.models import Call

PDF = "application/pdf"
SHOWN_PRINTS = 20


def _calls(actor: Actor):
    """Calls whose certificates the actor may look at: the own ones, for the auditors all."""
    rows = Call.objects.visible_to(actor) if actor.role == "auditor" else Call.objects.owned_by(actor)
    return rows.select_related("owner")


def _honours(call: Call):
    rows = Honour.objects.filter(entry__call=call)
    return rows.select_related("entry__call__owner", "member", "organization", "decision", "certificate")


@access("certificate", "read", methods=("GET",))
def certificates(request: HttpRequest, call_id: int) -> HttpResponse:
    """What is to be made, how far it is, what to look at before printing."""
    call = get_object_or_404(_calls(request.actor), pk=call_id)
    batches = list(CertificateBatch.objects.filter(call=call).select_related("job__owner", "file", "created_by"))
    standing = _honours(call).standing()
    waiting = list(standing.filter(certificate__isnull=True).order_by("entry__number"))
    shown = waiting or list(standing.order_by("certificate__number"))
    first = shown[0] if shown else None
    running = next((one for one in batches if one.job and one.job.open), None)
    context = {
        "call": call,
        "decision": call.decisions.filter(state="signed").order_by("-decided_on").first(),
        "sorts": _sorts(call),
        "waiting": len(waiting),
        "total": len(shown),
        "doubts": list(reports.doubts(shown)),
        "batches": [_batch(one, request.actor) for one in batches],
        "newest": next((one for one in batches if one.file_id), None),
        "job": _card(running, request.actor) if running else None,
        "first": first,
        "sheet": reports.wording(first, _certificate(first)) if first else None,
        "prints": _prints(call),
        "makes": request.actor.role == "officer",
    }
    return render(request, "honours/certificates.html", context)


def _sorts(call: Call) -> list[dict]:
    """How many of each title: standing, with certificate, revoked."""
    rows = (
        Honour.objects.filter(entry__call=call)
        .values("title", "entry__category__order")
        .order_by("entry__category__order")
    )
    standing = Q(revoked_at__isnull=True)
    return list(
        rows.annotate(
            n=Count("pk", filter=standing),
            made=Count("pk", filter=standing & Q(certificate__isnull=False)),
            revoked=Count("pk", filter=~standing),
        )
    )


def _certificate(honour: Honour) -> Certificate | None:
    return getattr(honour, "certificate", None)


def _card(batch: CertificateBatch, actor: Actor) -> dict:
    """The job's card; only its owner's page asks on and may stop it."""
    drawn = card(batch.job)
    if batch.job.owner != actor.user:
        drawn |= {"poll_url": "", "cancel_url": ""}
    return drawn


def _batch(batch: CertificateBatch, actor: Actor) -> dict:
    state = "done" if batch.file_id else "open" if batch.job and batch.job.open else "broken"
    retry = state == "broken" and actor.role == "officer"
    error = batch.job.error if batch.job else ""
    return {"row": batch, "state": state, "error": error, "retry": retry}


def _prints(call: Call) -> list[dict]:
    """Single sheets that were printed again."""
    by_honour = {
        one.honour_id: one for one in Certificate.objects.filter(honour__entry__call=call).select_related("honour")
    }
    rows = Record.objects.filter(act="certificate.print", target_type=Honour._meta.label_lower, target_id__in=by_honour)
    return [
        {"certificate": by_honour[one.target_id], "at": one.at, "by": one.by.name if one.by else ""}
        for one in rows.select_related("by").order_by("-id")[:SHOWN_PRINTS]
    ]


@access("certificate", "create", methods=("POST",))
def start(request: HttpRequest, call_id: int) -> HttpResponse:
    """Queue a batch for everything that has no certificate yet."""
    call = get_object_or_404(_calls(request.actor), pk=call_id)
    page = redirect("honours:certificates", call.pk)
    if not first_time(request):
        return page
    try:
        batch = actions.start_certificates(request.actor, call)
        toast(request, _("开始做 %(n)d 张") % {"n": batch.count})
    except Refused as refusal:
        give_back(request)
        messages.error(request, refusal.message)
    return page


@access("certificate", "create", methods=("POST",))
def retry(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Make a batch again whose work failed or was stopped."""
    batch = get_object_or_404(CertificateBatch.objects.filter(call__in=_calls(request.actor)), pk=batch_id)
    try:
        actions.restart_certificates(request.actor, batch.pk)
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("honours:certificates", batch.call_id)


@access("certificate", "read", methods=("GET",))
def batch_pdf(request: HttpRequest, batch_id: int) -> HttpResponse:
    """The printer's PDF of a batch."""
    rows = CertificateBatch.objects.filter(call__in=_calls(request.actor), file__isnull=False).select_related(
        "file", "call"
    )
    batch = get_object_or_404(rows, pk=batch_id)
    trail.write(request.actor, "certificate.download", batch, change={"sha256": batch.file.sha256})
    return files.respond(batch.file)


@access("certificate", "read", methods=("GET",))
def sample_pdf(request: HttpRequest, call_id: int) -> HttpResponse:
    """One sheet to look at, ``?honour=`` or the first; marked as a sample, without number and code."""
    call = get_object_or_404(_calls(request.actor), pk=call_id)
    rows = _honours(call).standing().order_by("entry__number")
    wanted = request.GET.get("honour", "")
    if wanted.isdecimal():
        rows = rows.filter(pk=int(wanted))
    row = rows.first()
    if row is None:
        messages.warning(request, _("还没有要做证书的荣誉"))
        return redirect("honours:certificates", call.pk)
    return _sheet(request, reports.wording(row, None), _("样张-%(name)s") % {"name": row.name})


@access("certificate", "create", methods=("GET",))
def certificate_pdf(request: HttpRequest, honour_id: int) -> HttpResponse:
    """One sheet again, under its own number. Who printed it when stands in the history."""
    rows = Honour.objects.visible_to(request.actor).standing().filter(certificate__isnull=False)
    rows = rows.filter(entry__call__owner=request.actor.organization).select_related(
        "certificate", "entry__call__owner"
    )
    row = get_object_or_404(rows, pk=honour_id)
    response = _sheet(request, reports.wording(row, row.certificate), row.certificate.number)
    trail.write(request.actor, "certificate.print", row, change={"certificate": row.certificate.pk})
    return response


def _sheet(request: HttpRequest, sheet: dict, name: str) -> HttpResponse:
    response = HttpResponse(reports.pdf(request.actor, [sheet]), content_type=PDF)
    response["Content-Disposition"] = content_disposition_header(False, f"{name}.pdf")
    return response
