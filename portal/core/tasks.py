"""Periodic tasks of the ground floor, and its own jobs. Each may run twice at once without harm."""

from celery import shared_task
from django.db import transaction
from django.utils.translation import gettext as _

from portal import policy
from portal.core import deliveries, exports, files, health, jobs, letters, outbox, periods, presses, trail
from portal.core.actor import SYSTEM
from portal.core.jobs import JobRun, handler
from portal.core.periods import once
from portal.kit import days
from portal.kit.refusal import Refused
from portal.kit.tables import find_listing


@shared_task(name="core.run_job")
def run_job(job_id: int) -> None:
    """Do one job on the general queue."""
    jobs.run(job_id)


@shared_task(name="core.run_document_job")
def run_document_job(job_id: int) -> None:
    """Do one job on the documents queue, where memory-hungry rendering has a worker of its own."""
    jobs.run(job_id)


@shared_task(name="core.relay")
def relay() -> None:
    """Send queued jobs to their queue. The only road from PostgreSQL to the broker."""
    health.pulse("worker")
    for job in jobs.due():
        (run_document_job if job.queue == "documents" else run_job).delay(job.pk)


@shared_task(name="core.pulse")
def pulse() -> None:
    """Routed to the documents queue: says that its worker lives. The relay says it for the general one."""
    health.pulse("documents")


@shared_task(name="core.send")
def send() -> None:
    """Give new messages their ways out, and send what is due. Runs on several workers at once."""
    while deliveries.route() == deliveries.ROUTED_AT_ONCE:
        pass
    deliveries.send_due()


@shared_task(name="core.seal")
def seal() -> None:
    """Chain new records."""
    while trail.seal():
        pass


@shared_task(name="core.anchor")
def anchor() -> None:
    """Write the head of the chain outside the database, once an hour, and by mail once a day."""
    with once("core.anchor", f"{days.local(days.now()):%Y-%m-%dT%H}") as mine:
        if mine:
            trail.anchor()
    with once("core.anchor_mail", days.today()) as mine:
        if mine:
            trail.mail_anchor()


@shared_task(name="core.verify_daily")
def verify_daily() -> None:
    """Check the chain from its start once a day, and drop old marks of periodic work and of pressed buttons."""
    with once("core.verify", days.today()) as mine:
        if mine:
            jobs.start("core.verify", SYSTEM, _("每天从头核对操作记录"))
            periods.forget()
            presses.forget()


@handler("core.verify")
def verify(run: JobRun) -> None:
    """Recompute the whole chain; the verdict is the result, a bad one is no failure of the job."""
    if run.job.owner is not None and policy.scope(run.actor.role, "trail", "read") is None:
        raise Refused(_("你已经不能看操作记录"))
    total = trail.Seal.objects.count()
    run.progress(0, total, _("从第 1 条开始核"), force=True)
    verdict = trail.verify(progress=lambda done: run.progress(done, total, _("核到第 %(n)d 条") % {"n": done}))
    run.result(
        {
            "good": verdict.good,
            "sealed": verdict.sealed,
            "unsealed": verdict.unsealed,
            "bad": verdict.bad_record,
            "reason": verdict.reason,
            "anchored": verdict.anchored,
        }
    )


@handler("core.letter")
def letter(run: JobRun) -> None:
    """A letter that an act has queued."""
    letters.send(run)


@handler("core.export")
def export(run: JobRun) -> None:
    """Write a list that is too long for a request into a file of the job. Rights are asked again, now (rule 6)."""
    actor, listing = run.actor, find_listing(run.params["listing"])
    exports.still_allowed(actor, run.params["resource"])
    query = exports.open_query(run.params["query"])
    content, rows = exports.write(run, listing, query, run.params["columns"], run.params["count"])
    exports.still_allowed(jobs.actor_of(run.job), run.params["resource"])
    with transaction.atomic():
        stored = files.keep(content, exports.file_name(listing), exports.XLSX, actor)
        exports.record(actor, listing.key, rows, run.params["columns"], query, job=run.job.pk, sha256=stored.sha256)
        run.result({"rows": rows}, file=stored)


@handler("core.broadcast")
def broadcast(run: JobRun) -> None:
    """Tell many users (ids) the same, part by part. Dying between two parts repeats none: one key per job."""
    users, part = run.params["users"], 50
    for start in range(0, len(users), part):
        outbox.tell_ids(
            users[start : start + part],
            run.params["subject"],
            run.params.get("body", ""),
            run.params.get("url", ""),
            key=f"job-{run.job.pk}-told",
        )
        run.progress(start + part, len(users), force=True)
    run.result({"told": len(users)})
