"""Periodic work of the engine, and the job that tells the units of a new call. Each may run twice without harm."""

import logging
from collections.abc import Callable
from typing import Any

from celery import shared_task
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.core import jobs, outbox
from portal.core.actor import SYSTEM
from portal.kit import days
from portal.kit.refusal import Refused
from programs.actions import bulk
from programs.actions.moves import make_move
from programs.actions.notices import end_notice
from programs.models import Call, Entry, Notice
from programs.queries import calls as queries
from programs.queries import deadlines as due_dates
from programs.spec import EDITABLE, State

log = logging.getLogger("portal.deadlines")
CHUNK = 500


@shared_task(name="programs.deadlines")
def deadlines() -> None:
    """Let drafts lapse whose deadline is over, and end notices whose days have run."""
    lapse_late()
    end_notices()


def lapse_late() -> int:
    """Every draft and every returned entry past its deadline, with extensions and mending deadlines honoured."""
    now, lapsed = days.now(), 0
    rows = Entry.objects.filter(call__state=Call.State.PUBLISHED, state__in=EDITABLE)
    # A returned entry may have its own, earlier or later day; a draft never ends before its call does.
    rows = rows.exclude(state=State.DRAFT, call__closes_at__gte=now)
    for entry in rows.select_related("call", "organization").order_by("pk").iterator(chunk_size=CHUNK):
        if due_dates.due(entry) + due_dates.grace(entry.call) >= now:
            continue
        try:
            # The version is the one whose deadline was looked at: who handed in a moment ago is left alone.
            make_move(entry.pk, "lapse", by=SYSTEM, through="deadline", version=entry.version)
            lapsed += 1
        except Refused as refused:
            log.info("entry %s did not lapse: %s", entry.pk, refused)
    return lapsed


def end_notices() -> int:
    """Every posted notice whose last day is over."""
    over = Notice.objects.filter(state=Notice.State.POSTED, ends_on__lt=days.today())
    found = list(over.order_by("pk").values_list("pk", flat=True))
    for pk in found:
        try:
            end_notice(pk, by=SYSTEM)
        except Refused as refused:
            log.info("notice %s did not end: %s", pk, refused)
    return len(found)


@jobs.handler("programs.announce")
def announce(run: jobs.JobRun) -> None:
    """Tell everybody who answers for a unit below the owner that a call is open, chunk by chunk.

    The key makes a message once per person and call: a run that died goes on where it stopped and tells nobody twice.
    """
    call = Call.objects.select_related("owner").get(pk=run.params["call"])
    key = f"call-{call.pk}-open"
    people = queries.answering(call.owner)
    total = people.count()
    left = people.exclude(inbox__key=key)
    subject = _("可以报了：%(title)s") % {"title": call.title}
    body = _("%(opens)s 开始，%(closes)s 截止。打开看你们单位的名额和要交的材料。") % {
        "opens": days.short_datetime(call.opens_at), "closes": days.short_datetime(call.closes_at),
    }  # fmt: skip
    done, last = total - left.count(), 0
    while chunk := list(left.filter(pk__gt=last)[:CHUNK]):
        outbox.tell(chunk, subject, body, call.get_absolute_url(), key, outbox.Kind.DUE)
        done, last = done + len(chunk), chunk[-1].pk
        run.progress(done, total, _("已通知 %(n)d 人") % {"n": done}, force=True)
    run.result({"told": total}, url=call.get_absolute_url())


@jobs.handler("programs.bulk_weigh")
def bulk_weigh(run: jobs.JobRun) -> None:
    """The dry run of a move over many entries."""
    _bulk(run, bulk.weigh_rows, gettext_lazy("试算了 %(n)s 件"))


@jobs.handler("programs.bulk_make")
def bulk_make(run: jobs.JobRun) -> None:
    """The moves themselves. A run that died goes on at the next entry: what is done is marked with the move."""
    _bulk(run, bulk.make_rows, gettext_lazy("办了 %(n)s 件"))


def _bulk(run: jobs.JobRun, work: Callable, said: Any) -> None:
    url = reverse("programs:bulk", args=[run.params["run"]])
    run.result(url=url)
    work(run.actor, run.params["run"], lambda done, total: run.progress(done, total, said % {"n": f"{done:,}"}))
