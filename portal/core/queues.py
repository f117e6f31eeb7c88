"""How much waits and since when: for /readyz, for watchers, and for the administrator's pages. Figures, no contents."""

import datetime
from typing import Any

from django.db.models import Count, Min, Q

from portal.core import channels
from portal.core.models import ChannelState, Delivery, Job, Message, Record
from portal.kit import days


def _age(now: datetime.datetime, since: datetime.datetime | None) -> int:
    """Whole seconds; 0 when nothing waits, and when a clock was set back."""
    return max(0, int((now - since).total_seconds())) if since else 0


def backlog() -> dict[str, int]:
    """What waits for a worker. ``…_age`` is the oldest one's, in seconds."""
    now = days.now()
    jobs = Job.objects.filter(state=Job.State.QUEUED).aggregate(n=Count("pk"), since=Min("created_at"))
    fresh = Message.objects.filter(routed=False).aggregate(n=Count("pk"), since=Min("created_at"))
    due = Delivery.objects.filter(state=Delivery.State.QUEUED, due_at__lte=now).aggregate(
        n=Count("pk"), since=Min("due_at")
    )
    return {
        "jobs": jobs["n"],
        "jobs_age": _age(now, jobs["since"]),
        "messages": fresh["n"],
        "messages_age": _age(now, fresh["since"]),
        "deliveries": due["n"],
        "deliveries_age": _age(now, due["since"]),
        "given_up": Delivery.objects.filter(state=Delivery.State.FAILED).count(),
        "unsealed": Record.objects.filter(seal__isnull=True).count(),
    }


def before(job: Job) -> int:
    """How many jobs of its queue, whoever's, come first."""
    return Job.objects.filter(state=Job.State.QUEUED, queue=job.queue, pk__lt=job.pk).count()


def channel_lines() -> list[dict[str, Any]]:
    """One line per channel that is set up or has something left: how it does, what waits."""
    now = days.now()
    queued = Q(state=Delivery.State.QUEUED)
    rows = (
        Delivery.objects.exclude(state=Delivery.State.SENT)
        .values("channel")
        .annotate(
            waiting=Count("pk", filter=queued),
            since=Min("due_at", filter=queued & Q(due_at__lte=now)),
            lost=Count("pk", filter=Q(state=Delivery.State.FAILED)),
        )
    )
    left = {row["channel"]: row for row in rows}
    states = ChannelState.objects.in_bulk()
    open_ones = channels.ready()
    return [
        {
            "adapter": adapter,
            "ready": name in open_ones,
            "state": states.get(name),
            "rests": bool(name in states and states[name].paused_until and states[name].paused_until > now),
            "waiting": left.get(name, {}).get("waiting", 0),
            "minutes": _age(now, left.get(name, {}).get("since")) // 60,
            "lost": left.get(name, {}).get("lost", 0),
        }
        for name, adapter in channels.ADAPTERS.items()
    ]
