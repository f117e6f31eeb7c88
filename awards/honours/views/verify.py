"""The public page behind a certificate's QR code. No account, no index, nothing of a person but a masked name."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from awards.honours import queries, reports
from awards.honours.models import Certificate
from portal.accounts.pace import too_fast
from portal.kit import days
from portal.kit.access import access
from portal.kit.text import mask_name
from programs.models.entries import badge
from programs.spec import State

#: A school or a printer sits behind one address.
SEARCHES_A_MINUTE, PAGES_A_MINUTE = 30, 240
#: What the page says; an entry's answers and an edition's form stay in the database.
SHOWN = (
    "number", "code", "batch__call__owner__name", "batch__call__owner__phone", "honour__title", "honour__year",
    "honour__name", "honour__collective", "honour__unit", "honour__document", "honour__awarded_on",
    "honour__revoked_at", "honour__revoked_document", "honour__organization__name", "honour__organization__kind",
    "honour__entry__call__title",
)  # fmt: skip


@access("public", "read", methods=("GET",))
def search(request: HttpRequest) -> HttpResponse:
    """By the printed number, exactly: there is no list to leaf through."""
    number = request.GET.get("number", "").strip()[:60]
    if not number:
        return render(request, "honours/verify_search.html", {"number": ""})
    if too_fast(request, "verify-search", SEARCHES_A_MINUTE):
        return render(request, "errors/429.html", status=429)
    found = queries.certificate_numbered(number)
    return redirect("verify:certificate", found.code) if found else _unknown(request, number)


@access("public", "read", methods=("GET",))
def certificate(request: HttpRequest, code: str) -> HttpResponse:
    """Valid or revoked, as the register says at this moment."""
    if too_fast(request, "verify-page", PAGES_A_MINUTE):
        return render(request, "errors/429.html", status=429)
    rows = Certificate.objects.select_related("honour__entry__call", "honour__organization", "batch__call__owner")
    found = rows.only(*SHOWN).filter(code=code).first()
    if found is None:
        return _unknown(request)
    honour = found.honour
    context = {
        "certificate": found,
        "honour": honour,
        "name": reports.bearer(honour) if honour.collective else mask_name(honour.name),
        "period": reports.period(honour),
        "issuer": found.batch.call.owner,
        "badge": badge(State.REVOKED if honour.revoked else State.APPROVED),
        "checked_at": days.now(),
    }
    return render(request, "honours/verify.html", context)


def _unknown(request: HttpRequest, number: str = "") -> HttpResponse:
    return render(request, "honours/verify_search.html", {"number": number, "unknown": True}, status=404)
