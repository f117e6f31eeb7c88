"""Background work: how far it is, what came of it. Only one's own."""

import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from portal.core import exports, files, jobs, queues, trail
from portal.core.models import Job
from portal.core.tables import JOBS
from portal.kit import days
from portal.kit.access import access
from portal.kit.dialogs import toast
from portal.kit.refusal import Refused
from portal.kit.tables import listing_page

RECENT = 5
#: So long a job waits when all is well.
SOON = datetime.timedelta(seconds=60)


def _mine(request: HttpRequest, job_id: int) -> Job:
    return get_object_or_404(Job.objects.visible_to(request.actor).select_related("file"), pk=job_id)


@access("job", "read", methods=("GET",))
def job_list(request: HttpRequest) -> HttpResponse:
    return listing_page(request, JOBS, Job.objects.visible_to(request.actor).select_related("file"))


def card(job: Job) -> dict:
    """What ``components/job.html`` draws."""
    words = {
        Job.State.QUEUED: _waiting(job),
        Job.State.RUNNING: job.text or _("正在做"),
        Job.State.DONE: _("做完了"),
        Job.State.FAILED: job.error or _("没做成"),
        Job.State.CANCELLED: _("停下来了"),
    }
    steps = [_("排队"), _("在做"), _("做完")]
    here = {Job.State.QUEUED: 0, Job.State.RUNNING: 1}.get(job.state, 3)
    ended = not job.open
    return {
        "title": job.title,
        "state": job.state,
        "percent": job.percent if job.total or ended else None,
        "text": words[job.state],
        "done": ended,
        "note": _("%(at)s 结束") % {"at": days.short_datetime(job.finished_at)} if job.finished_at else "",
        "poll_url": reverse("core:job_card", args=[job.pk]),
        "cancel_url": "" if job.cancel_asked else reverse("core:job_cancel", args=[job.pk]),
        "result_url": reverse("core:job_file", args=[job.pk]) if job.file else _way(job),
        "result_text": _("下载") if job.file else _("看结果"),
        "steps": [
            {"name": name, "state": "done" if n < here else "here" if n == here else ""} for n, name in enumerate(steps)
        ]
        if not ended or job.state == Job.State.DONE
        else [],
    }


def _waiting(job: Job) -> str:
    """What is true of a job that nobody has begun: soon, behind others, or that the workers are busy or away."""
    if job.state != Job.State.QUEUED or days.now() - job.created_at < SOON:
        return _("排队，马上开始")
    before = queues.before(job)
    place = _("前面还有 %(n)d 件") % {"n": before} if before else _("下一件就是它")
    words = _("排队中，%(place)s，%(since)s 起一直在等。后台忙或者停着，恢复以后自动做，不用再提交一次")
    return words % {"place": place, "since": days.short_datetime(job.created_at)}


def _way(job: Job) -> str:
    return job.result_url if url_has_allowed_host_and_scheme(job.result_url, allowed_hosts=None) else ""


@access("job", "read", methods=("GET",))
def job(request: HttpRequest, job_id: int) -> HttpResponse:
    row = _mine(request, job_id)
    recent = Job.objects.visible_to(request.actor).exclude(pk=row.pk).select_related("file").order_by("-id")[:RECENT]
    lead = _("%(at)s 发起") % {"at": days.short_datetime(row.created_at)}
    return render(request, "core/job.html", {"row": row, "job": card(row), "recent": recent, "lead": lead})


@access("job", "read", methods=("GET",))
def job_card(request: HttpRequest, job_id: int) -> HttpResponse:
    """The part that asks again every second; when the work has ended the whole page is fetched once."""
    row = _mine(request, job_id)
    response = render(request, "components/job.html", {"job": card(row)})
    if not row.open:
        response.headers["HX-Refresh"] = "true"
    return response


@access("job", "cancel", methods=("POST",))
def job_cancel(request: HttpRequest, job_id: int) -> HttpResponse:
    row = _mine(request, job_id)
    if row.open:
        jobs.cancel(row)
        trail.write(request.actor, "job.cancel", row, change={"kind": row.kind})
        toast(request, _("已请它停下，做到一半的不算数"))
    return redirect("core:job", row.pk)


@access("job", "read", methods=("GET",))
def job_file(request: HttpRequest, job_id: int) -> HttpResponse:
    """The file that the work made: for its owner, while the post it was made in is still theirs."""
    row = _mine(request, job_id)
    if row.file is None:
        raise Http404
    try:
        actor = exports.taker_of(row)
    except Refused as gone:
        raise Http404 from gone
    trail.write(actor, "job.download", row, change={"kind": row.kind, "sha256": row.file.sha256})
    return files.respond(row.file)
