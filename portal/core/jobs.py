"""Background work that survives its worker.

``start`` writes a row; the relay sends it to Celery; a worker claims it with one conditional UPDATE and reports
progress. A worker that dies stops its heartbeat, and the relay sends the job again: handlers must be safe to repeat.
"""

import datetime
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Q
from django.urls import reverse

from portal.core import outbox
from portal.core.actor import SYSTEM, Actor
from portal.core.models import Job, StoredFile
from portal.kit import days
from portal.kit.full import NO_ROOM_FOR_RESULT, is_full
from portal.kit.gather import gather
from portal.kit.refusal import Refused

log = logging.getLogger("portal.jobs")
HEARTBEAT = datetime.timedelta(seconds=20)
PULSE = 5.0
#: Work that took longer than this is told to its owner when it ends; the page has been left by then.
TOLD_AFTER = datetime.timedelta(seconds=30)
#: How long a job is tried again while what it needs is away.
PATIENCE = datetime.timedelta(days=1)
RESEND = datetime.timedelta(seconds=15)
ATTEMPTS = 5
HANDLERS: dict[str, Callable[["JobRun"], None]] = {}


class Cancelled(Exception):
    """The owner stopped the job; the handler's open transaction rolls back."""


class Again(Exception):
    """What the handler needs is away for a while: the job waits and is tried again, for a day."""


class Superseded(Exception):
    """Another worker has taken the job over; this one stops and leaves the row alone."""


def handler(kind: str) -> Callable:
    """Register the function that does jobs of this kind. Lives in an app's ``tasks.py``, where Celery finds it."""

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
    now = days.now()
    if not Job.objects.filter(pk=job.pk, state=Job.State.QUEUED).update(state=Job.State.CANCELLED, finished_at=now):
        Job.objects.filter(pk=job.pk, state=Job.State.RUNNING).update(cancel_asked=True)


def actor_of(job: Job) -> Actor:
    """In whose name a job runs, looked up now: rights that ended since it was started end it (rule 6)."""
    if job.owner is None:
        return SYSTEM
    post = job.owner.posts.current().select_related("organization").filter(pk=job.post_id).first()
    if not job.owner.is_active or (job.post_id and post is None):
        raise Refused("你已经不在发起这个任务时的岗位上")
    return Actor(job.owner, post)


class JobRun:
    """What a handler holds: the job's params and the ways to report."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.params: dict[str, Any] = job.params
        self._said = days.now()

    @cached_property
    def actor(self) -> Actor:
        """Who started it, in the post of then, if it is still theirs. Raises Refused."""
        return actor_of(self.job)

    def progress(self, done: int, total: int, text: str = "", force: bool = False) -> None:
        """Show progress, at most twice a second. Raises Cancelled when the owner asked to stop, and Refused when the
        rights with which it began have ended meanwhile (P-ACL6).

        Written on its own connection state: call it outside a long transaction, or the page will not see it.
        """
        now = days.now()
        if not force and now - self._said < datetime.timedelta(seconds=0.5):
            return
        self._said = now
        mine = Job.objects.filter(pk=self.job.pk, state=Job.State.RUNNING, attempts=self.job.attempts)
        if not mine.update(done=done, total=total, text=text[:200], beat_at=now):
            raise Superseded
        if Job.objects.filter(pk=self.job.pk, cancel_asked=True).exists():
            raise Cancelled
        if self.job.owner_id:
            actor_of(Job.objects.select_related("owner").get(pk=self.job.pk))

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
    """Jobs to send now: new ones, ones whose message got lost, ones whose worker died. Marks them as sent.

    A mark further ahead than its time was written by a clock that has been set back since: it counts for nothing.
    """
    now = days.now()
    fresh = Q(sent_at__isnull=True)
    lost = Q(state=Job.State.QUEUED) & (fresh | Q(sent_at__lt=now - RESEND) | Q(sent_at__gt=now + RESEND))
    dead = Q(state=Job.State.RUNNING) & (Q(beat_at__lt=now - HEARTBEAT) | Q(beat_at__gt=now + HEARTBEAT))
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


def _handler(kind: str) -> Callable[["JobRun"], None]:
    """The handler of a kind; every app's ``tasks`` module has been read by then, also outside a Celery worker."""
    if kind not in HANDLERS:
        list(gather("tasks", "HANDLERS"))
    return HANDLERS[kind]


def run(job_id: int) -> bool:
    """Claim and do one job; False when another worker has it. Never raises: the row says how it ended."""
    now = days.now()
    claimed = Job.objects.filter(pk=job_id, state=Job.State.QUEUED).update(
        state=Job.State.RUNNING, started_at=now, beat_at=now, attempts=F("attempts") + 1
    )
    if not claimed:
        return False
    job = Job.objects.select_related("owner").get(pk=job_id)
    state, error = Job.State.DONE, ""
    try:
        with _pulse(job):
            _handler(job.kind)(JobRun(job))
    except Superseded:
        return True
    except Again:
        if job.created_at > now - PATIENCE:
            return _put_off(job)
        state, error = Job.State.FAILED, "一天里一直没有回应，不再试了"
    except Cancelled:
        state = Job.State.CANCELLED
    except Refused as refusal:
        state, error = Job.State.FAILED, str(refusal)
    except (OperationalError, InterfaceError) as problem:
        # the database went away, or did not give a lock in time: the row stays, the relay sends it again
        log.warning("job %s (%s) interrupted: %s", job.pk, job.kind, type(problem).__name__)
        return True
    except Exception as problem:
        log.exception("job %s (%s) failed", job.pk, job.kind)
        unforeseen = f"出了没料到的错，已记下。告诉管理员任务号 {job.pk} 就能查到"
        state, error = Job.State.FAILED, str(NO_ROOM_FOR_RESULT) if is_full(problem) else unforeseen
    _finish(job, state, error)
    return True


def _put_off(job: Job) -> bool:
    """Back into the queue; a try that was no fault of the job does not count."""
    mine = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempts=job.attempts)
    mine.update(state=Job.State.QUEUED, sent_at=days.now(), attempts=job.attempts - 1)
    return True


def _finish(job: Job, state: str, error: str) -> None:
    now = days.now()
    with transaction.atomic():
        mine = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempts=job.attempts)
        if not mine.update(state=state, error=error, finished_at=now):
            return
        long = job.started_at is not None and now - job.started_at > TOLD_AFTER
        if long and job.owner is not None and state != Job.State.CANCELLED:
            words = "做好了" if state == Job.State.DONE else "没做成"
            outbox.tell(
                [job.owner], f"{job.title}：{words}", error, reverse("core:job", args=[job.pk]), f"job-{job.pk}"
            )


@contextmanager
def _pulse(job: Job) -> Iterator[None]:
    """Keep the heartbeat going while the handler is busy without reporting, as in one long statement."""
    stop = threading.Event()

    def beat() -> None:
        try:
            while not stop.wait(PULSE):
                mine = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempts=job.attempts)
                mine.update(beat_at=days.now())
        finally:
            connection.close()

    thread = threading.Thread(target=beat, name=f"pulse-{job.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
