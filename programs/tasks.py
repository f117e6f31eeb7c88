"""Periodic work of the engine, and the job that tells the units of a new call. Each may run twice without harm."""

import datetime
import logging
from collections.abc import Callable
from typing import Any

from celery import shared_task
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.core import deliveries, jobs, outbox
from portal.core.actor import SYSTEM
from portal.core.calendar import current
from portal.core.models import Message
from portal.core.periods import once
from portal.kit import days
from portal.kit.refusal import Refused
from programs.actions import bulk, extensions
from programs.actions.moves import make_move
from programs.actions.notices import end_notice
from programs.models import Amendment, Call, Entry, Notice
from programs.queries import calls as queries
from programs.queries import deadlines as due_dates
from programs.queries import digest as digests
from programs.queries import versions
from programs.spec import EDITABLE, State

log = logging.getLogger("portal.deadlines")
CHUNK = 500
#: When the morning's message may go out; a machine that was off all morning sends none in the afternoon.
MORNING, NOON = datetime.time(7, 30), datetime.time(12)


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


@shared_task(name="programs.morning")
def morning() -> None:
    """On working mornings, one message a person with what waits. Asked every ten minutes, done once a day."""
    now = days.local(days.now())
    if not MORNING <= now.time() < NOON or not current().is_workday(now.date()):
        return
    with once("programs.digest", now.date()) as mine:
        if mine:
            jobs.start("programs.digest", SYSTEM, _("早上的汇总"), {"day": now.date().isoformat()})


@jobs.handler("programs.digest")
def digest(run: jobs.JobRun) -> None:
    """Nobody with nothing to do is written to, nobody twice a day, and nobody who wants it by no way at all."""
    key = f"digest-{run.params['day']}"
    waiting = list(digests.people(digests.lines(), key))
    told = 0
    for n, (user, lines) in enumerate(waiting, 1):
        if deliveries.chosen(getattr(user, "reachability", None), Message.Kind.DIGEST):
            subject = _("今天有 %(n)d 样等您：%(first)s") % {"n": len(lines), "first": lines[0]}
            outbox.tell([user], subject, "\n".join(lines), reverse("programs:home"), key, Message.Kind.DIGEST)
            told += 1
        run.progress(n, len(waiting))
    run.result({"told": told})


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


@jobs.handler("programs.tell_amendment")
def tell_amendment(run: jobs.JobRun) -> None:
    """Tell everybody who answers for a unit, and those who were nominated, what changed. Once each, by the key.

    Drafts that had lapsed can be written on where the window is open again.
    """
    one = Amendment.objects.select_related("call__owner", "makes").get(pk=run.params["amendment"])
    call = one.call
    for pk in extensions.lapsed(call).values_list("pk", flat=True):
        extensions.reopen_where_open(pk)
    base = call.versions.get(number=one.base)
    lines = versions.differences(call, base.content, one.change)
    said = "；".join(_("%(label)s：%(old)s → %(new)s") % vars(line) for line in lines[:6])
    more = _("；共 %(n)d 处") % {"n": len(lines)} if len(lines) > 6 else ""
    subject = _("有修改：%(title)s") % {"title": call.title}
    key, url = f"call-{call.pk}-v{one.makes.number}", one.get_absolute_url()
    told = 0
    for people in (queries.answering(call.owner), queries.nominated(call)):
        left, last = people.exclude(inbox__key=key), 0
        while chunk := list(left.filter(pk__gt=last)[:CHUNK]):
            outbox.tell(chunk, subject, f"{one.reason}\n{said}{more}", url, key)
            told, last = told + len(chunk), chunk[-1].pk
            run.progress(told, told, _("已通知 %(n)d 人") % {"n": told}, force=True)
    run.result({"told": told}, url=url)
