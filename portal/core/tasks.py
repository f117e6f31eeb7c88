"""Periodic tasks of the ground floor: the relay, the mail sender, the sealer. Each may run twice at once without harm."""

from celery import shared_task

from portal.core import jobs, outbox, trail


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
    for job in jobs.due():
        (run_document_job if job.queue == "documents" else run_job).delay(job.pk)


@shared_task(name="core.send")
def send() -> None:
    """E-mail what is due, batch by batch."""
    while outbox.send_due() == outbox.BATCH:
        pass


@shared_task(name="core.seal")
def seal() -> None:
    """Chain new records."""
    while trail.seal():
        pass


@shared_task(name="core.anchor")
def anchor() -> None:
    """Write the head of the chain outside the database."""
    trail.anchor()
