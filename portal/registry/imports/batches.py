"""What a user does with an upload: send, decide conflicts, commit, give up, take back. Each act has its record."""

import datetime
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal import policy
from portal.core import files, jobs, trail
from portal.core.actor import Actor
from portal.core.jobs import JobRun
from portal.core.models import Job
from portal.kit.refusal import Refused
from portal.registry.imports.spec import Importer, Scope, importer
from portal.registry.imports.units import bare
from portal.registry.models import ImportBatch, ImportRow, Organization

CHECK, COMMIT, UNDO, RESULT = "registry.check", "registry.commit", "registry.undo", "registry.result"
Decision = ImportRow.Decision


def allowed(actor: Actor, one: Importer) -> bool:
    """Whether this actor may import this sheet."""
    return actor.organization is not None and policy.scope(actor.role, one.resource, "import") is not None


@transaction.atomic
def upload(by: Actor, one: Importer, uploaded: Any, as_of: datetime.date) -> ImportBatch:
    """Keep the file and start its check. Raises Refused when it is no sheet at all."""
    if not allowed(by, one):
        raise Refused(_("这个身份不能导入%(title)s") % {"title": one.title})
    try:
        stored = files.store(uploaded, by, kinds=("sheet",))
    except Refused as refusal:
        raise Refused(str(refusal), "file") from None
    batch = ImportBatch.objects.create(
        importer=one.key, organization=by.organization, file=stored, created_by=by.user,
        summary={"as_of": as_of.isoformat()},
    )  # fmt: skip
    _start(by, batch, CHECK, _("校验 %(name)s") % {"name": stored.name})
    trail.write(by, "import.upload", batch, change={"importer": one.key, "sha256": stored.sha256}, name=f"#{batch.pk}")
    return batch


def _start(by: Actor, batch: ImportBatch, kind: str, title: str) -> Job:
    batch.job = jobs.start(kind, by, title, {"batch": batch.pk})
    batch.save(update_fields=["job"])
    return batch.job


def twin(batch: ImportBatch) -> ImportBatch | None:
    """An earlier committed batch of exactly this file, for the same importer and organisation."""
    same = ImportBatch.objects.filter(
        importer=batch.importer, organization=batch.organization_id, file__sha256=batch.file.sha256,
        state=ImportBatch.State.COMMITTED, pk__lt=batch.pk,
    )  # fmt: skip
    return same.order_by("-pk").first()


def _open(batch_id: int, *states: str) -> ImportBatch:
    """The batch under lock, when it is in one of these states and no job works on it."""
    batch = ImportBatch.objects.select_for_update(of=("self",)).select_related("job", "file").get(pk=batch_id)
    if batch.job is not None and batch.job.open:
        raise Refused(_("后台正在处理这一批，等它做完"))
    if batch.state not in states:
        raise Refused(_("这一批现在是“%(state)s”，不能再这样办") % {"state": batch.get_state_display()})
    return batch


@transaction.atomic
def decide(by: Actor, batch_id: int, decisions: dict[int, str]) -> int:
    """Set decisions of conflict rows; returns how many changed."""
    batch = _open(batch_id, ImportBatch.State.CHECKED)
    changed = 0
    for value in Decision.values:
        ids = [pk for pk, decision in decisions.items() if decision == value]
        if ids:
            rows = batch.rows.filter(pk__in=ids, verdict=ImportRow.Verdict.CONFLICT).exclude(decision=value)
            changed += rows.update(decision=value)
    return changed


@transaction.atomic
def decide_rest(by: Actor, batch_id: int, decision: str) -> int:
    """One decision for all conflicts that have none yet."""
    if decision not in (Decision.TAKE, Decision.KEEP, Decision.SKIP):
        raise Refused(_("没有这种办法"))
    batch = _open(batch_id, ImportBatch.State.CHECKED)
    rows = batch.rows.filter(verdict=ImportRow.Verdict.CONFLICT, decision=Decision.UNDECIDED)
    return rows.update(decision=decision)


@transaction.atomic
def start_commit(by: Actor, batch_id: int, version: int, skip_wrong: bool) -> ImportBatch:
    """Queue the commit. Rows with errors stay out only when the user said so."""
    batch = _open(batch_id, ImportBatch.State.CHECKED)
    if batch.version != version:
        raise Refused(_("这一批刚重新校验过，请看过新的再入库"))
    if batch.rows.filter(verdict=ImportRow.Verdict.CONFLICT, decision=Decision.UNDECIDED).exists():
        raise Refused(_("还有冲突没定，定完再入库"))
    wrong = batch.rows.filter(verdict=ImportRow.Verdict.WRONG).count()
    if wrong and not skip_wrong:
        raise Refused(_("有 %(n)d 行有错。改好再传，或选择跳过它们") % {"n": wrong})
    _start(by, batch, COMMIT, _("入库 %(name)s") % {"name": batch.file.name})
    change = {"skipped": wrong}
    trail.write(by, "import.start", batch, change=change, name=f"#{batch.pk}")
    return batch


@transaction.atomic
def start_again(by: Actor, batch_id: int) -> ImportBatch:
    """Check the same file once more, after units were added or people changed."""
    batch = _open(batch_id, ImportBatch.State.CHECKED, ImportBatch.State.BROKEN, ImportBatch.State.UPLOADED)
    batch.state, batch.reason, batch.version = ImportBatch.State.UPLOADED, "", batch.version + 1
    batch.result_file = None
    batch.save(update_fields=["state", "reason", "version", "result_file"])
    _start(by, batch, CHECK, _("校验 %(name)s") % {"name": batch.file.name})
    return batch


@transaction.atomic
def start_undo(by: Actor, batch_id: int) -> ImportBatch:
    """Queue taking the whole batch back."""
    batch = _open(batch_id, ImportBatch.State.COMMITTED)
    if (one := importer(batch.importer)) is None or not one.undoable:
        raise Refused(_("这样的表入库以后不能整批撤回"))
    _start(by, batch, UNDO, _("撤回 %(name)s") % {"name": batch.file.name})
    return batch


@transaction.atomic
def mean(by: Actor, batch_id: int, text: str, unit_id: int) -> ImportBatch:
    """From now on this name in the sheet means that union; the file is checked again."""
    batch = _open(batch_id, ImportBatch.State.CHECKED)
    if not text.strip() or not Organization.objects.visible_to(by).filter(pk=unit_id).exists():
        raise Refused(_("没有这家工会"))
    batch.summary = {**batch.summary, "meant": {**batch.summary.get("meant", {}), bare(text): unit_id}}
    batch.save(update_fields=["summary"])
    return start_again(by, batch_id)


@transaction.atomic
def start_result(by: Actor, batch_id: int) -> ImportBatch:
    """Queue the workbook that says what became of each row; small files get it with the check."""
    batch = _open(batch_id, ImportBatch.State.CHECKED, ImportBatch.State.COMMITTED)
    _start(by, batch, RESULT, _("做处理结果 %(name)s") % {"name": batch.file.name})
    return batch


@transaction.atomic
def drop(by: Actor, batch_id: int) -> ImportBatch:
    """Give an upload up; its rows go, the file stays as evidence of what was sent."""
    batch = ImportBatch.objects.select_for_update(of=("self",)).select_related("job").get(pk=batch_id)
    waiting = (ImportBatch.State.UPLOADED, ImportBatch.State.CHECKED, ImportBatch.State.BROKEN)
    if batch.state not in waiting or (batch.job and batch.job.open and batch.job.kind != CHECK):
        raise Refused(_("这一批现在不能放弃"))
    if batch.job and batch.job.open:
        jobs.cancel(batch.job)
    batch.rows.all()._raw_delete(using="default")  # no signals, nothing points at them
    batch.state, batch.version = ImportBatch.State.DROPPED, batch.version + 1
    batch.save(update_fields=["state", "version"])
    trail.write(by, "import.drop", batch, name=f"#{batch.pk}")
    return batch


def stop(by: Actor, batch_id: int) -> None:
    """Stop the job under way. A check that is stopped gives the upload up; what was committed stays committed."""
    batch = ImportBatch.objects.select_related("job").get(pk=batch_id)
    if batch.job is None or not batch.job.open:
        return
    if batch.job.kind == CHECK:
        drop(by, batch_id)
    else:
        jobs.cancel(batch.job)
        trail.write(by, "job.cancel", batch.job)


# ── for the jobs ──


def opened(run: JobRun, day: Callable[[ImportBatch], datetime.date]) -> tuple[ImportBatch, Importer, Scope]:
    """The batch of a job with its importer, in the name of who started it. Rights are asked again (rule 6)."""
    batch = ImportBatch.objects.select_related("file", "organization").get(pk=run.params["batch"])
    one, by = importer(batch.importer), run.actor
    if one is None or not allowed(by, one) or by.organization_id != batch.organization_id:
        raise Refused(_("现在的身份不能再处理这一批"))
    return batch, one, Scope(by, batch.organization, day(batch), batch.summary.get("meant", {}))
