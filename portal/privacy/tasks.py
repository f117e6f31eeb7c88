"""Background work on people's data. Each may be repeated at any line."""

from celery import shared_task
from django.db import transaction
from django.utils.translation import gettext as _

from portal.core import exports, files, jobs
from portal.core.actor import SYSTEM
from portal.core.jobs import JobRun, handler
from portal.core.periods import once
from portal.kit import days
from portal.kit.refusal import Refused
from portal.kit.sheets_write import Mark
from portal.kit.tables import find_listing
from portal.privacy.actions import exports as actions
from portal.privacy.actions import keys, retention, sweep
from portal.privacy.models import ExportRequest


@handler("privacy.rotate")
def rotate(run: JobRun) -> None:
    """Bring every sealed value under the current key; the result says how many rows each key still holds."""
    result = keys.rotate(run.actor, run.progress)
    run.result({**result, "in_use": keys.in_use()})


@shared_task(name="privacy.expire_exports")
def expire_exports() -> None:
    """Lists that nobody decided on or fetched in time."""
    actions.expire()


@handler("privacy.export")
def export(run: JobRun) -> None:
    """Make an approved list in its requester's name. Rights are asked at the beginning and, anew, at the end."""
    request = ExportRequest.objects.select_related("requested_by", "decided_by", "organization").get(
        pk=run.params["request"]
    )
    if request.state != request.State.APPROVED:
        return
    try:
        listing = find_listing(request.listing)
        exports.still_allowed(run.actor, request.resource)
        content, rows = exports.write(run, listing, request.query, request.columns, request.count, mark(request))
        actor = jobs.actor_of(run.job)
        exports.still_allowed(actor, request.resource)
    except Refused as refusal:
        actions.failed(request.pk, str(refusal))
        raise
    with transaction.atomic():
        actions.made(actor, request, files.keep(content, exports.file_name(listing), exports.XLSX, actor), rows)
        run.result({"rows": rows}, url=request.get_absolute_url())


def mark(request: ExportRequest) -> Mark:
    """Who, when, why, by whose consent, under which number (P-EXP2)."""
    who = f"{request.organization.short} {request.requested_by.name}"
    when = f"{days.local(days.now()):%Y-%m-%d %H:%M}"
    lines = (
        _("%(title)s　%(number)s") % {"title": request.title, "number": request.number},
        _("谁要：%(who)s") % {"who": who},
        _("用来：%(why)s") % {"why": request.purpose},
        _("谁批：%(who)s %(at)s")
        % {"who": request.decided_by.name, "at": f"{days.local(request.decided_at):%Y-%m-%d %H:%M}"},
        _("做好：%(at)s") % {"at": when},
        _("里面有个人信息。只用在上面写的这件事上，不转给别人，用完删掉。谁几时取走，都有记录。"),
    )
    return Mark(f"{request.number}　{who}　{when}", _("只用来：%(why)s") % {"why": request.purpose}, lines)


@shared_task(name="privacy.retention_daily")
def retention_daily() -> None:
    """Once a night; a second beat finds it started."""
    with once("retention", days.today()) as mine:
        if mine:
            jobs.start("privacy.retention", SYSTEM, _("清到期的数据"))


@handler("privacy.retention")
def keep_or_go(run: JobRun) -> None:
    """Do what is due today. The result is the report: rows per rule."""
    run.result({**retention.run(run.actor, run.progress), **sweep.sweep(run.actor)})
