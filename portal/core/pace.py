"""How fast a channel goes and when it rests: one row per channel in PostgreSQL, the same for all workers."""

import datetime

from django.db.models import Case, F, Q, When
from django.db.models.functions import Greatest

from portal.core.channels import Adapter
from portal.core.models import ChannelState
from portal.kit import days

#: What was not used of the last seconds may be sent at once; the beat comes every five.
BURST = datetime.timedelta(seconds=10)
FIRST, LONGEST = 5.0, 300.0
#: A time further ahead than this was written by a clock that has been set back since: it counts for nothing.
STRAY = datetime.timedelta(seconds=60)


def take(adapter: Adapter) -> bool:
    """Take one slot of the channel; False while it rests or has sent as many as its gateway allows."""
    now, limit = days.now(), adapter.per_minute()
    stray_rest = Q(paused_until__gt=now + datetime.timedelta(seconds=LONGEST) + STRAY)
    awake = Q(paused_until=None) | Q(paused_until__lte=now) | stray_rest
    rows = ChannelState.objects.filter(awake, pk=adapter.name)
    if not limit:
        return rows.exists()
    step = datetime.timedelta(minutes=1) / limit
    stray = Q(slot_at__gt=now + BURST + step + STRAY)
    following = Case(When(stray, then=now + step), default=Greatest(F("slot_at"), now) + step)
    return bool(rows.filter(Q(slot_at__lte=now + BURST) | stray).update(slot_at=following))


def pause(name: str, problem: str) -> None:
    """Rest after a failure of the channel itself: 5 s, twice as long each time, five minutes at most."""
    failures = ChannelState.objects.filter(pk=name).values_list("failures", flat=True).first() or 0
    rest = datetime.timedelta(seconds=min(FIRST * 2 ** min(failures, 10), LONGEST))
    ChannelState.objects.filter(pk=name).update(
        paused_until=days.now() + rest, failures=failures + 1, problem=problem[:200]
    )


def recovered(name: str) -> None:
    """It works again."""
    ChannelState.objects.filter(pk=name, failures__gt=0).update(paused_until=None, failures=0, problem="")
