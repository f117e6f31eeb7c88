"""Messages on their way out: routed to the channels each person chose, sent at least once, given up in sight.

``route`` and ``send_due`` are run by every worker at once: rows are taken with SKIP LOCKED, one at a time, in the
transaction that marks them sent. A worker killed between the two repeats that one note, under the same key (P-NOTE2).
"""

import datetime
import random
import time
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from portal.core import channels, trail
from portal.core.actor import Actor
from portal.core.channels import Adapter, Away, Note, Rejected
from portal.core.models import Channel, ChannelState, Delivery, Message, Reachability
from portal.core.pace import pause, recovered, take
from portal.kit import days

ROUTED_AT_ONCE = 500
TRIES = 8
#: Seconds that one run may last: the next beat goes on, and imports get their turn on the worker.
BUDGET = 4.0
Kind = Message.Kind
#: Who chose nothing gets this; SMS is for what cannot wait.
HABITS: dict[str, tuple[str, ...]] = {
    Kind.SAFETY: (Channel.EMAIL, Channel.SMS, Channel.WECOM),
    Kind.DUE: (Channel.EMAIL, Channel.SMS, Channel.WECOM),
    Kind.NEWS: (Channel.EMAIL, Channel.WECOM),
    Kind.DIGEST: (Channel.EMAIL,),
}


# ── which ways ──
def chosen(reachability: Reachability | None, kind: str) -> tuple[str, ...]:
    """The channels for a kind. Of one's account's safety one is told by e-mail, whatever one chose."""
    if reachability is None or kind not in reachability.channels:
        return HABITS[kind]
    own = tuple(reachability.channels[kind])
    return (*own, Channel.EMAIL) if kind == Kind.SAFETY and Channel.EMAIL not in own else own


def not_before(now: datetime.datetime, kind: str, reachability: Reachability | None) -> datetime.datetime:
    """When a channel that rings may: after the quiet hours, which safety does not wait for."""
    since, until = settings.QUIET_HOURS
    if reachability is not None and reachability.quiet_from and reachability.quiet_until:
        since, until = reachability.quiet_from, reachability.quiet_until
    here = days.local(now)
    over_midnight = since > until
    quiet = since <= here.time() < until if not over_midnight else here.time() >= since or here.time() < until
    if kind == Kind.SAFETY or since == until or not quiet:
        return now
    day = here.date() + datetime.timedelta(days=int(over_midnight and here.time() >= since))
    return datetime.datetime.combine(day, until, days.SHANGHAI)


@transaction.atomic
def route() -> int:
    """Give a bunch of new messages their deliveries; returns how many messages."""
    rows = Message.objects.select_for_update(skip_locked=True, of=("self",)).select_related("user__reachability")
    messages = list(rows.filter(routed=False).order_by("id")[:ROUTED_AT_ONCE])
    now, open_ones = days.now(), channels.ready()
    made = [
        Delivery(message=message, channel=name, due_at=due)
        for message in messages
        if message.user.is_active
        for name, due in _ways(message, open_ones, now)
    ]
    for name in open_ones:
        ChannelState.objects.get_or_create(name=name, defaults={"slot_at": now})
    Delivery.objects.bulk_create(made, batch_size=1000, ignore_conflicts=True)
    Message.objects.filter(pk__in=[message.pk for message in messages]).update(routed=True)
    return len(messages)


def _ways(
    message: Message, open_ones: dict[str, Adapter], now: datetime.datetime
) -> Iterable[tuple[str, datetime.datetime]]:
    own = getattr(message.user, "reachability", None)
    wanted = chosen(own, message.kind)
    for name, adapter in open_ones.items():
        if name in wanted and adapter.reaches(message.user, own.wecom if own else ""):
            yield name, not_before(now, message.kind, own) if adapter.rings else now


def send_to(address: str, channel: str, user: Any, subject: str, body: str, key: str) -> None:
    """A message to an address that is not the user's any more; in their inbox it stands as read. Nothing where this
    installation has no such channel.
    """
    now = days.now()
    if channel in channels.ready():
        message = Message.objects.create(
            user=user, subject=subject[:200], body=body, key=key, kind=Kind.SAFETY, routed=True, read_at=now
        )
        Delivery.objects.create(message=message, channel=channel, to=address, due_at=now)


# ── sending ──
def send_due(seconds: float = BUDGET) -> int:
    """Send what is due, channel by channel, for at most so long; returns how many went out."""
    until = time.monotonic() + seconds
    return sum(_send_channel(adapter, until) for adapter in channels.ready().values())


def _send_channel(adapter: Adapter, until: float) -> int:
    sent, queue = 0, Delivery.objects.filter(channel=adapter.name, state=Delivery.State.QUEUED)
    with adapter.session() as send:
        while time.monotonic() < until and queue.filter(due_at__lte=days.now()).exists() and take(adapter):
            state = _send_next(adapter, send)
            if state is None:
                break
            sent += state == Delivery.State.SENT
    if sent:
        recovered(adapter.name)
    return sent


@transaction.atomic
def _send_next(adapter: Adapter, send: Callable[[Note], None]) -> str | None:
    """Send one; its new state, None when others hold all that is due or the channel rests now."""
    now = days.now()
    rows = Delivery.objects.select_for_update(skip_locked=True, of=("self",)).order_by("due_at")
    rows = rows.filter(channel=adapter.name, state=Delivery.State.QUEUED, due_at__lte=now)
    row = rows.select_related("message__user__reachability").first()
    if row is None:
        return None
    try:
        send(_note(row, adapter))
    except Away as problem:
        pause(adapter.name, str(problem))
        return None
    except Rejected as problem:
        _postpone(row, problem, now)
    else:
        row.state, row.sent_at, row.problem, row.to = Delivery.State.SENT, now, "", ""
        row.tries += 1
    row.save(update_fields=["state", "tries", "due_at", "sent_at", "problem", "to"])
    return row.state


def _note(row: Delivery, adapter: Adapter) -> Note:
    message, user = row.message, row.message.user
    own = getattr(user, "reachability", None)
    to = row.to or adapter.address(user, own.wecom if own else "")
    if not to:
        raise Rejected("no address", lasting=True)
    link = settings.SITE_URL + reverse("core:message", args=[message.pk])
    return Note(f"message-{message.pk}", to, user.name, message.subject, message.body, link)


def _postpone(row: Delivery, problem: Rejected, now: datetime.datetime) -> None:
    """Twice as long each time, a quarter more or less so that a crowd does not come back as one."""
    row.tries += 1
    row.problem = str(problem)[:200]
    spread = random.uniform(0.75, 1.25)  # nosec B311 # no secret
    row.due_at = now + datetime.timedelta(minutes=2**row.tries * spread)
    if problem.lasting or row.tries >= TRIES:
        row.state = Delivery.State.FAILED


# ── what the administrator does ──
@transaction.atomic
def resend(by: Actor, deliveries: Iterable[int]) -> int:
    """Queue given-up deliveries again, under their old keys; returns how many."""
    rows = Delivery.objects.visible_to(by).filter(pk__in=list(deliveries), state=Delivery.State.FAILED)
    ids = list(rows.select_for_update(of=("self",)).values_list("pk", flat=True))
    Delivery.objects.filter(pk__in=ids).update(state=Delivery.State.QUEUED, tries=0, due_at=days.now(), problem="")
    if ids:
        trail.write(by, "delivery.resend", None, change={"deliveries": ids[:1000], "count": len(ids)})
    return len(ids)


@transaction.atomic
def choose(by: Actor, values: dict[str, list[str]], quiet: tuple, wecom: str) -> None:
    """Keep what a person chose for themselves."""
    Reachability.objects.update_or_create(
        user=by.user,
        defaults={"channels": values, "quiet_from": quiet[0], "quiet_until": quiet[1], "wecom": wecom},
    )
    trail.write(by, "message.choose", by.user, change={"channels": values}, name=by.user.username)
