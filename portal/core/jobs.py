"""Background work that survives its worker.

``start`` writes a row; the relay sends it to Celery; a worker claims it with one conditional UPDATE and reports progress.
A worker that dies stops its heartbeat, and the relay sends the job again: handlers must be safe to repeat.
"""

import datetime
import logging
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from portal.core.actor import Actor
from portal.core.models import Job, StoredFile
from portal.kit.refusal import Refused

log = logging.getLogger("portal.jobs")
HEARTBEAT = datetime.timedelta(seconds=20)
RESEND = datetime.timedelta(seconds=15)
ATTEMPTS = 5
HANDLERS: dict[str, Callable[["JobRun"], None]] = {}


class Cancelled(Exception):
    """The owner stopped the job; the handler's open transaction rolls back."""


def handler(kind: str) -> Callable:
    """Register the function that does jobs of this kind. Lives in an app's ``tasks.py``, found by Celery's autodiscovery."""

    def register(function: Callable[["JobRun"], None]) -> Callable[["JobRun"], None]:
        HANDLERS[kind] = function
        return function

    return register


def start(kind: str, by: Actor, title: str, params: dict[str, Any] | None = None, queue: str = "celery") -> Job:
    """Queue a job. ``params`` are ids and choices, never personal values or secrets (rule 19)."""
    return Job.objects.create(
        kind=kind, queue=queue, title=title[:200], owner=by.user, post_id=by.post.pk if by.post else None,
        params=params or {},
    )  # fmt: skip


def cancel(job: Job) -> None:
    """Ask a running job to stop, or stop one that has not begun."""
    now = timezone.now()
    if not Job.objects.filter(pk=job.pk, state=Job.State.QUEUED).update(state=Job.State.CANCELLED, finished_at=now):
        Job.objects.filter(pk=job.pk, state=Job.State.RUNNING).update(cancel_asked=True)


class JobRun:
    """What a handler holds: the job's params and the ways to report."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.params: dict[str, Any] = job.params
        self._said = timezone.now()

    def progress(self, done: int, total: int, text: str = "", force: bool = False) -> None:
        """Show progress, at most twice a second. Raises Cancelled when the owner asked to stop.

        Written on its own connection state: call it outside a long transaction, or the page will not see it.
        """
        now = timezone.now()
        if not force and now - self._said < datetime.timedelta(seconds=0.5):
            return
        self._said = now
        row = Job.objects.filter(pk=self.job.pk, state=Job.State.RUNNING)
        row.update(done=done, total=total, text=text[:200], beat_at=now)
        if Job.objects.filter(pk=self.job.pk, cancel_asked=True).exists():
            raise Cancelled

    def result(self, data: dict | None = None, url: str = "", file: StoredFile | None = None) -> None:
        """Keep the result that the job's page shows."""
        fields: dict[str, Any] = {}
        if data is not None:
            fields["result"] = data
        if url:
            fields["result_url"] = url
        if file is not None:
            fields["file"] = file
        Job.objects.filter(pk=self.job.pk).update(**fields)


def due() -> list[Job]:
    """Jobs to send now: new ones, ones whose message got lost, ones whose worker died. Marks them as sent."""
    now = timezone.now()
    lost = Q(state=Job.State.QUEUED) & (Q(sent_at__isnull=True) | Q(sent_at__lt=now - RESEND))
    dead = Q(state=Job.State.RUNNING, beat_at__lt=now - HEARTBEAT)
    with transaction.atomic():
        jobs = list(Job.objects.select_for_update(skip_locked=True).filter(lost | dead).order_by("id")[:100])
        for job in jobs:
            if job.state == Job.State.RUNNING and job.attempts >= ATTEMPTS:
                job.state, job.error, job.finished_at = Job.State.FAILED, "试了 5 次，每次都中断", now
            elif job.state == Job.State.RUNNING:
                job.state = Job.State.QUEUED
            job.sent_at = now
            job.save(update_fields=["state", "error", "finished_at", "sent_at"])
    return [job for job in jobs if job.state == Job.State.QUEUED]


def run(job_id: int) -> bool:
    """Claim and do one job; False when another worker has it. Never raises: the row says how it ended."""
    now = timezone.now()
    claimed = Job.objects.filter(pk=job_id, state=Job.State.QUEUED).update(
        state=Job.State.RUNNING, started_at=now, beat_at=now, attempts=F("attempts") + 1
    )
    if not claimed:
        return False
    job = Job.objects.select_related("owner").get(pk=job_id)
    state, error = Job.State.DONE, ""
    try:
        HANDLERS[job.kind](JobRun(job))
    except Cancelled:
        state = Job.State.CANCELLED
    except Refused as refusal:
        state, error = Job.State.FAILED, str(refusal)
    except Exception:
        log.exception("job %s (%s) failed", job.pk, job.kind)
        state, error = Job.State.FAILED, f"出了没料到的错，已记下。告诉管理员任务号 {job.pk} 就能查到"
    Job.objects.filter(pk=job_id).update(state=state, error=error, finished_at=timezone.now())
    return True
