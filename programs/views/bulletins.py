"""通报: made by one press, read on a page, taken along as PDF, Word or Excel. All four say the same frozen lines."""

import datetime
from tempfile import TemporaryFile
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from portal.core import exports
from portal.kit import days
from portal.kit.access import access
from portal.kit.dialogs import confirm, toast
from portal.kit.docx import render_docx
from portal.kit.forms import first_time
from portal.kit.pdf import render_pdf
from portal.kit.refusal import Refused
from portal.kit.sheets_write import Col, write_table
from programs import reports
from programs.actions.bulletins import freeze_bulletin
from programs.actions.reminders import late_units
from programs.models import Bulletin
from programs.views.deadlines import owned

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
COLUMNS = (
    Col("name", "单位", width=34), Col("kind", "类别", width=14), Col("places", "名额", kind="int"),
    Col("stage", "进度", width=26), Col("reminded", "已催", kind="int"), Col("due", "截止", width=18),
)  # fmt: skip


@access("bulletin", "create")
def bulletin_new(request: HttpRequest, call_id: int) -> HttpResponse:
    """Freeze who has not reported."""
    found = owned(request, call_id)
    if request.method == "POST":
        if not first_time(request):
            return redirect(found.get_absolute_url())
        try:
            made = freeze_bulletin(request.actor, found.pk)
        except Refused as refused:
            messages.warning(request, refused.message)
            return redirect(found.get_absolute_url())
        toast(request, _("第 %(n)d 次通报记下了") % {"n": made.number})
        return redirect(made.get_absolute_url())
    n = len(late_units(found))
    return confirm(
        request, title=_("通报还没报的 %(n)d 家") % {"n": n}, verb=_("记下这 %(n)d 家") % {"n": n},
        way_out=_("先不通报"),
        lead=_("按现在的情况定下来，以后不变。可以打印、导出，不会自动发给单位。"), back=found.get_absolute_url(),
    )  # fmt: skip


def _seen(request: HttpRequest, bulletin_id: int) -> Bulletin:
    rows = Bulletin.objects.visible_to(request.actor).select_related("call__owner", "made_by")
    return get_object_or_404(rows, pk=bulletin_id)


def _context(found: Bulletin) -> dict[str, Any]:
    lines = [
        {**line, "stage": reports.stage(0, line["below"], line["drafts"], line["lapsed"]),
         "due": days.short_datetime(datetime.datetime.fromisoformat(line["due"]))}
        for line in found.lines
    ]  # fmt: skip
    return {
        "one": found, "call": found.call, "lines": lines, "as_of": days.short_datetime(found.as_of),
        "share": round(100 * found.reported / found.units) if found.units else 100,
    }  # fmt: skip


@access("bulletin", "read", methods=("GET",))
def bulletin(request: HttpRequest, bulletin_id: int) -> HttpResponse:
    """The frozen lines on a page."""
    return render(request, "programs/bulletin.html", _context(_seen(request, bulletin_id)))


@access("bulletin", "read", methods=("GET",))
def bulletin_pdf(request: HttpRequest, bulletin_id: int) -> HttpResponse:
    """For printing and the notice board."""
    found = _seen(request, bulletin_id)
    response = HttpResponse(
        render_pdf("programs/papers/bulletin.html", _context(found)), content_type="application/pdf"
    )
    response["Content-Disposition"] = content_disposition_header(False, f"{found}.pdf")
    return response


@access("bulletin", "read", methods=("GET",))
def bulletin_docx(request: HttpRequest, bulletin_id: int) -> HttpResponse:
    """For those who circulate it with words of their own."""
    found = _seen(request, bulletin_id)
    context = _context(found)
    plain = {
        "title": str(found.call.title), "number": found.number, "as_of": context["as_of"], "units": found.units,
        "reported": found.reported, "late": len(found.lines), "owner": found.call.owner.name, "lines": context["lines"],
    }  # fmt: skip
    path = settings.BASE_DIR / "assets" / "paper" / "bulletin.docx"
    response = HttpResponse(render_docx(path, plain), content_type=WORD)
    response["Content-Disposition"] = content_disposition_header(True, f"{found}.docx")
    return response


@access("bulletin", "read", methods=("GET",))
def bulletin_xlsx(request: HttpRequest, bulletin_id: int) -> HttpResponse:
    """For counting further."""
    found = _seen(request, bulletin_id)
    context = _context(found)
    footer = (str(found), _("截至 %(at)s，应报 %(units)d 家，没报 %(late)d 家") % {
        "at": context["as_of"], "units": found.units, "late": len(found.lines),
    })  # fmt: skip
    rows = ([line[column.key] for column in COLUMNS] for line in context["lines"])
    target = TemporaryFile()  # noqa: SIM115 - FileResponse closes it
    write_table(target, COLUMNS, rows, sheet=_("通报"), footer=footer)
    target.seek(0)
    exports.record(
        request.actor, "bulletin", len(found.lines), [column.key for column in COLUMNS], "", bulletin=found.pk
    )
    return FileResponse(target, as_attachment=True, filename=f"{found}.xlsx", content_type=exports.XLSX)
