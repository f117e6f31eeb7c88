"""Pages of the import: template, upload, preview, decisions, commit, the way back. One set for every room."""

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.core import files
from portal.core.models import Job
from portal.kit import days
from portal.kit.access import access
from portal.kit.dialogs import confirm, toast
from portal.kit.forms import first_time, give_back, refuse
from portal.kit.refusal import Refused
from portal.kit.tables import Act, listing_page
from portal.registry.forms import UploadForm
from portal.registry.imports import batches, sheets
from portal.registry.imports.spec import Importer, importer, importers
from portal.registry.models import ImportBatch, ImportRow
from portal.registry.queries import imports as queries
from portal.registry.tables import IMPORTS
from portal.registry.views.drawing import posted

State = ImportBatch.State


def _mine(request: HttpRequest) -> list[Importer]:
    return [one for one in importers() if batches.allowed(request.actor, one)]


def _wanted(request: HttpRequest) -> Importer:
    """The sheet named by ``what``; without it the first that this role may import."""
    allowed = _mine(request)
    what = request.GET.get("what", "") or (allowed[0].key if allowed else "")
    found = next((one for one in allowed if one.key == what), None)
    if found is None:
        raise Http404
    return found


def _batch(request: HttpRequest, import_id: int) -> tuple[ImportBatch, Importer]:
    rows = ImportBatch.objects.visible_to(request.actor).select_related("file", "job", "result_file", "created_by")
    batch = get_object_or_404(rows, pk=import_id)
    one = importer(batch.importer)
    if one is None or not batches.allowed(request.actor, one):
        raise Http404
    return batch, one


@access("member", "import", methods=("GET",))
def import_list(request: HttpRequest) -> HttpResponse:
    allowed = [one.key for one in _mine(request)]
    rows = ImportBatch.objects.visible_to(request.actor).filter(importer__in=allowed).select_related("file")
    acts = [Act(_("导入一份"), reverse("registry:import_new"), icon="upl", primary=True)]
    return listing_page(request, IMPORTS, rows, acts=acts, lead=_("上传的表都在这里，入了库的还能整批撤回。"))


@access("member", "import")
def import_new(request: HttpRequest) -> HttpResponse:
    """Template, instructions and the upload."""
    one = _wanted(request)
    form = UploadForm(posted(request), request.FILES or None, initial={"as_of": days.today()})
    if request.method == "POST" and form.is_valid():
        if not first_time(request):
            return redirect("registry:imports")
        try:
            batch = batches.upload(request.actor, one, form.cleaned_data["file"], form.cleaned_data["as_of"])
        except Refused as refusal:
            give_back(request)
            refuse(form, refusal)
        else:
            return redirect("registry:import", batch.pk)
    context = {"form": form, "one": one, "every": _mine(request)}
    return render(request, "registry/import_new.html", context, status=422 if form.errors else 200)


@access("member", "import", methods=("GET",))
def import_template(request: HttpRequest) -> HttpResponse:
    one = _wanted(request)
    return FileResponse(
        sheets.template(one), as_attachment=True, filename=f"{one.title}-模板.xlsx", content_type=sheets.XLSX
    )


@access("member", "import", methods=("GET",))
def import_detail(request: HttpRequest, import_id: int) -> HttpResponse:
    batch, one = _batch(request, import_id)
    return _page(request, batch, one)


def _page(request: HttpRequest, batch: ImportBatch, one: Importer, refusal: str = "") -> HttpResponse:
    """Work under way, what cannot be read, the preview, or what became of it."""
    busy = batch.job is not None and batch.job.open
    told = queries.tally(batch)
    wanted = request.GET.get("part", "")
    shown = {} if busy or batch.state not in (State.CHECKED, State.COMMITTED) else _parts(request, batch, told, wanted)
    context = {
        "batch": batch,
        "one": one,
        "told": told,
        "busy": busy,
        "job": _job(batch) if busy else None,
        "failed": batch.job.error if batch.job and batch.job.state == Job.State.FAILED else "",
        "refusal": refusal,
        "parts": shown,
        "pager": queries.pager(shown[wanted]) if wanted in shown else [],
        "wanted": wanted if wanted in shown else "",
        "steps": queries.steps(batch, told, busy, one.undoable),
        "twin": batches.twin(batch) if batch.state == State.CHECKED else None,
        "decisions": [(value, label) for value, label in ImportRow.Decision.choices if value],
    }
    return render(request, "registry/import.html", context, status=422 if refusal else 200)


def _parts(request: HttpRequest, batch: ImportBatch, told: queries.Tally, wanted: str) -> dict[str, queries.Part]:
    totals = {key: getattr(told, key) for key in queries.PARTS}
    if wanted in totals:
        page = request.GET.get("page", "1")
        number = int(page) if page.isdecimal() and len(page) < 7 else 1
        return {wanted: queries.part(batch, wanted, totals[wanted], max(1, number))}
    return {key: queries.part(batch, key, total) for key, total in totals.items() if total}


def _job(batch: ImportBatch) -> dict[str, Any]:
    job = batch.job
    return {
        "title": job.title,
        "text": job.text or _("排队，马上开始"),
        "percent": job.percent if job.total else None,
        "state": job.state,
        "done": not job.open,
        "poll_url": reverse("registry:import_job", args=[batch.pk]),
        "cancel_url": reverse("registry:import_stop", args=[batch.pk]),
    }


@access("member", "import", methods=("GET",))
def import_job(request: HttpRequest, import_id: int) -> HttpResponse:
    """The progress bar once more; when the work is done the page is asked for again."""
    batch, _one = _batch(request, import_id)
    if batch.job is None or not batch.job.open:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "components/job.html", {"job": _job(batch)})


@access("member", "import", methods=("POST",))
def import_stop(request: HttpRequest, import_id: int) -> HttpResponse:
    """Stop what is under way: a check gives the upload up, a commit or undo leaves everything as it was."""
    batch, _one = _batch(request, import_id)
    batches.stop(request.actor, batch.pk)
    return redirect("registry:import", batch.pk)


@access("member", "import", methods=("POST",))
def import_decide(request: HttpRequest, import_id: int) -> HttpResponse:
    """Decisions of single rows, or one for all the rest. htmx takes the new button out of the answer."""
    batch, one = _batch(request, import_id)
    refusal = ""
    try:
        if rest := request.POST.get("rest"):
            batches.decide_rest(request.actor, batch.pk, rest)
        else:
            batches.decide(request.actor, batch.pk, _decisions(request))
    except Refused as refused:
        refusal = str(refused)
    if request.headers.get("HX-Request") != "true" and not refusal:
        return redirect(reverse("registry:import", args=[batch.pk]) + "#conflict")
    return _page(request, batch, one, refusal)


def _decisions(request: HttpRequest) -> dict[int, str]:
    pairs = ((name[2:], value) for name, value in request.POST.items() if name.startswith("d-"))
    return {int(pk): value for pk, value in pairs if pk.isdecimal() and value in ImportRow.Decision.values}


@access("member", "import", methods=("POST",))
def import_commit(request: HttpRequest, import_id: int) -> HttpResponse:
    batch, one = _batch(request, import_id)
    version = request.POST.get("version", "")
    try:
        batches.start_commit(
            request.actor, batch.pk, int(version) if version.isdecimal() else 0, request.POST.get("skip") == "1"
        )
    except Refused as refused:
        return _page(request, batch, one, str(refused))
    return redirect("registry:import", batch.pk)


@access("member", "import", methods=("POST",))
def import_again(request: HttpRequest, import_id: int) -> HttpResponse:
    """Check the same file once more."""
    batch, one = _batch(request, import_id)
    try:
        batches.start_again(request.actor, batch.pk)
    except Refused as refused:
        return _page(request, batch, one, str(refused))
    return redirect("registry:import", batch.pk)


@access("member", "import", methods=("POST",))
def import_mean(request: HttpRequest, import_id: int) -> HttpResponse:
    """“就是这个”: a name in the sheet means the union that was suggested."""
    batch, one = _batch(request, import_id)
    unit = request.POST.get("unit", "")
    try:
        batches.mean(request.actor, batch.pk, request.POST.get("text", ""), int(unit) if unit.isdecimal() else 0)
    except Refused as refused:
        return _page(request, batch, one, str(refused))
    return redirect("registry:import", batch.pk)


@access("member", "import")
def import_drop(request: HttpRequest, import_id: int) -> HttpResponse:
    batch, _one = _batch(request, import_id)
    if request.method == "POST":
        batches.drop(request.actor, batch.pk)
        toast(request, _("放弃了这次导入，什么也没改"))
        return redirect("registry:imports")
    return confirm(
        request,
        title=_("放弃这次导入"),
        lead=_("核对到一半的决定不留，门户里的内容不变。"),
        verb=_("放弃导入"),
        grave=True,
        way_out=_("先留着"),
        back=reverse("registry:import", args=[batch.pk]),
    )


@access("member", "import")
def import_undo(request: HttpRequest, import_id: int) -> HttpResponse:
    batch, one = _batch(request, import_id)
    if not one.undoable:
        raise Http404
    if request.method == "POST":
        batches.start_undo(request.actor, batch.pk)
        return redirect("registry:import", batch.pk)
    written = batch.summary.get("written", 0)
    return confirm(
        request,
        title=_("撤回这一批，%(n)s 行回到入库前") % {"n": f"{written:,}"},
        lead=_("新增的删掉，变更的改回去。入库以后又有人改过的，整批撤不了，会说是哪几行。"),
        verb=_("撤回 %(n)s 行") % {"n": f"{written:,}"},
        grave=True,
        way_out=_("不撤了"),
        back=reverse("registry:import", args=[batch.pk]),
    )


@access("member", "import", methods=("GET", "POST"))
def import_result(request: HttpRequest, import_id: int) -> HttpResponse:
    """The uploaded rows with what became of each: at once where it was made with the check, else by a job."""
    batch, one = _batch(request, import_id)
    if request.method == "POST":
        try:
            batches.start_result(request.actor, batch.pk)
        except Refused as refused:
            return _page(request, batch, one, str(refused))
        return redirect("registry:import", batch.pk)
    if batch.result_file is None:
        raise Http404
    return files.respond(batch.result_file)
