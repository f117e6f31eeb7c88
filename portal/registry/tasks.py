"""Background work of the registry: checking, committing and undoing an import. Each may be repeated at any line."""

from celery import shared_task
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.core import jobs
from portal.core.actor import SYSTEM, Actor
from portal.core.jobs import JobRun, handler
from portal.core.periods import once
from portal.kit import days
from portal.kit.refusal import Refused
from portal.registry.actions import duplicates, planned
from portal.registry.imports import batches, checking, committing, sheets
from portal.registry.imports.spec import Importer
from portal.registry.models import ImportBatch
from portal.registry.queries import planned as queries_planned
from portal.registry.queries.duplicates import open_count

#: Up to so many rows the workbook with the results is made at once; longer ones are made on demand.
AT_ONCE = 5000


@handler(batches.CHECK)
def check(run: JobRun) -> None:
    """Read the file; where rows have errors, also make the workbook that shows them."""
    batch, importer, scope = batches.opened(run, checking.as_of)
    if batch.state != ImportBatch.State.UPLOADED:
        return
    checking.check(batch, importer, scope, run)
    batch.refresh_from_db()
    if batch.state == ImportBatch.State.CHECKED and batch.summary["wrong"] > 0 and batch.summary["rows"] <= AT_ONCE:
        _result(batch, importer, scope.by, run)


@handler(batches.COMMIT)
def commit(run: JobRun) -> None:
    """Write the rows, then the workbook that says what became of each."""
    batch, importer, scope = batches.opened(run, checking.as_of)
    committing.commit(batch, importer, scope, run)
    batch.refresh_from_db()
    if batch.summary["rows"] <= AT_ONCE:
        _result(batch, importer, scope.by, run)


@handler(batches.UNDO)
def undo(run: JobRun) -> None:
    """Take the batch back."""
    batch, importer, scope = batches.opened(run, checking.as_of)
    committing.undo(batch, importer, scope.by, run)


@handler(batches.RESULT)
def result(run: JobRun) -> None:
    """The workbook with the results, on demand."""
    batch, importer, scope = batches.opened(run, checking.as_of)
    _result(batch, importer, scope.by, run)


def _result(batch: ImportBatch, importer: Importer, by: Actor, run: JobRun) -> None:
    run.progress(99, 100, _("写处理结果"), force=True)
    sheets.keep_result(batch, importer, by)


@shared_task(name="registry.nightly")
def nightly() -> None:
    """Once a day: look for people who are registered twice."""
    with once("registry.nightly", days.today()) as mine:
        if mine:
            jobs.start(duplicates.FIND, SYSTEM, _("查疑似重复的会员"))


@shared_task(name="registry.changes")
def changes_of_today() -> None:
    """Once a day: a job for every change of a union whose day has come, in the name of who planned it."""
    with once("registry.changes", days.today()) as mine:
        for one in queries_planned.due() if mine else ():
            title = _("%(name)s%(kind)s") % {"name": one.organization.name, "kind": one.get_kind_display()}
            jobs.start(planned.DO, queries_planned.actor_of(one), title, {"planned": one.pk})


@handler(planned.DO)
def change_union(run: JobRun) -> None:
    """Rename, move, merge or dissolve on the day. Who planned it must still hold the post (rule 6)."""
    try:
        by = run.actor
    except Refused as refusal:
        planned.refuse(run.params["planned"], str(refusal))
        raise
    done = planned.do(by, run.params["planned"])
    run.result({"state": done.state}, url=done.get_absolute_url())


@handler(duplicates.FIND)
def find_duplicates(run: JobRun) -> None:
    """One statement over the whole register; who asked is only told how many pairs they can see."""
    run.progress(0, 1, _("按姓名、生日、手机、单位比"), force=True)
    duplicates.find(run.actor)
    run.result({"open": open_count(run.actor)}, url=reverse("registry:duplicates"))
