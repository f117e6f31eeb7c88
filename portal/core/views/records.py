"""The trail: for auditors and the log administrator."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from portal.core import jobs, trail
from portal.core.models import Job, Record, Seal
from portal.core.tables import RECORDS, clock, rows_of, what, who
from portal.kit import days
from portal.kit.access import access
from portal.kit.forms import first_time
from portal.kit.tables import is_fragment, listing_context, listing_page

CHECKS = 7


def _checks() -> list[dict]:
    """The last checks, oldest first, by whomever: their verdicts are no secret among those who see the trail."""
    rows = Job.objects.filter(kind="core.verify", state=Job.State.DONE).order_by("-finished_at")[:CHECKS]
    return [{"at": days.short_datetime(row.finished_at), **row.result} for row in reversed(rows)]


@access("trail", "read", methods=("GET",))
def records(request: HttpRequest) -> HttpResponse:
    rows = rows_of(Record.objects.visible_to(request.actor))
    if is_fragment(request, RECORDS):
        return listing_page(request, RECORDS, rows)
    checks = _checks()
    last = Seal.objects.order_by("-seq").first()
    context = {
        "list": listing_context(request, RECORDS, rows),
        "checks": checks,
        "check": checks[-1] if checks else None,
        "last": last,
        "short_mac": f"{last.mac[:4]}…{last.mac[-4:]}" if last else "",
        "unsealed": Record.objects.filter(seal__isnull=True).count(),
    }
    return render(request, "core/records.html", context)


@access("trail", "read", methods=("GET",))
def record(request: HttpRequest, record_id: int) -> HttpResponse:
    """One record with what it changed and its link in the chain."""
    row = get_object_or_404(rows_of(Record.objects.visible_to(request.actor)), pk=record_id)
    seal = getattr(row, "seal", None)
    facts = [
        (_("几时"), clock(row.at)),
        (_("谁"), who(row)),
        (_("身份"), row.as_name or _("本人")),
        (_("做了什么"), what(row)),
        (
            _("对什么"),
            f"{row.target_name} {row.target_type}#{row.target_id}" if row.target_id else row.target_name or "—",
        ),
        (_("理由"), row.note or "—"),
        (_("请求号"), row.request_id or "—"),
        (
            _("封记"),
            f"{seal.seq}，{seal.mac[:8]}…{seal.mac[-8:]}，{clock(seal.sealed_at)}" if seal else _("等封，半分钟内"),
        ),
    ]
    change = [(key, row.change[key]) for key in sorted(row.change)]
    return render(request, "core/record.html", {"record": row, "facts": facts, "change": change, "what": what(row)})


@access("trail", "read", methods=("POST",))
def trail_verify(request: HttpRequest) -> HttpResponse:
    """Check the whole chain now."""
    if not first_time(request):
        return redirect("core:jobs")
    job = jobs.start("core.verify", request.actor, _("从头核对操作记录"))
    trail.write(request.actor, "trail.verify", job)
    return redirect("core:job", job.pk)
