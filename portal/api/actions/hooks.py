"""Telling other systems: subscriptions, what is told to them, and the sending itself.

The record of an act, written in the act's own transaction, is the event; so nothing is told of what was rolled back,
and nothing that was committed is left out, however long the workers were away.
"""

import datetime
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.accounts.models import Post
from portal.api.models import Hook, HookCall
from portal.core import outbox, trail
from portal.core.actor import Actor
from portal.core.models import Record
from portal.kit import days, outward
from portal.kit.api.events import Event
from portal.kit.gather import gather
from portal.kit.refusal import Refused

AT_MOST = 5
#: After each failed try, so many minutes; then it is given up.
WAITS = (1, 5, 30, 120, 360)
GIVE_UP = 20
#: A transaction may commit so much later than it wrote its record.
SLOWEST = datetime.timedelta(hours=1)
LEASE = datetime.timedelta(minutes=2)
BATCH = 50


def events() -> dict[str, Event]:
    """What may be subscribed to, by key."""
    return {one.key: one for one in gather("api", "EVENTS")}  # type: ignore[attr-defined]


# ── subscriptions ──
@transaction.atomic
def create_hook(by: Actor, url: str, wanted: Sequence[str]) -> tuple[Hook, str]:
    """A subscription of the acting organisation and its secret, shown once and kept sealed."""
    outward.parts(url)
    type(by.organization).objects.select_for_update().get(pk=by.organization_id)
    if Hook.objects.visible_to(by).filter(active=True).count() >= AT_MOST:
        raise Refused(_("一个单位最多 %(n)d 个订阅，先停掉不用的") % {"n": AT_MOST})
    secret = secrets.token_urlsafe(32)
    hook = Hook.objects.create(
        organization=by.organization, post=by.post, created_by=by.user, url=url.strip(), events=list(wanted),
        secret=secret, looked_at=days.now(),
    )  # fmt: skip
    trail.write(by, "hook.create", hook, change={"events": list(wanted)}, name=f"#{hook.pk}")
    return hook, secret


@transaction.atomic
def set_hook(by: Actor, hook_id: int, active: bool) -> Hook:
    """Stop a subscription, or start it again: of what was missed meanwhile the last hour is told."""
    hook = Hook.objects.visible_to(by).select_for_update(of=("self",)).get(pk=hook_id)
    if hook.active != active:
        hook.active, hook.failures, hook.stopped_because = active, 0, "" if active else _("自己停的")
        hook.looked_at = days.now()
        hook.save(update_fields=["active", "failures", "stopped_because", "looked_at"])
        trail.write(by, "hook.start" if active else "hook.stop", hook, name=f"#{hook.pk}")
    return hook


@transaction.atomic
def send_again(by: Actor, call_id: int) -> HookCall:
    """Put one call back into the queue."""
    call = HookCall.objects.visible_to(by).select_for_update(of=("self",)).get(pk=call_id)
    if not call.hook.active:
        raise Refused(_("这个订阅停着，先恢复"))
    call.state, call.tries, call.due_at = HookCall.State.QUEUED, 0, days.now()
    call.save(update_fields=["state", "tries", "due_at"])
    trail.write(by, "hook.again", call.hook, change={"call": call.pk}, name=f"#{call.hook_id}")
    return call


def _stop(hook: Hook, why: str) -> None:
    """The machine stops a subscription and tells whoever made it."""
    with transaction.atomic():
        if not Hook.objects.filter(pk=hook.pk, active=True).update(active=False, stopped_because=why):
            return
        trail.write(Actor(), "hook.stopped", hook, note=why, name=f"#{hook.pk}")
        page = reverse("hooks:hook", args=[hook.pk])
        key = f"hook-{hook.pk}-{days.now():%Y%m%d%H%M}"
        outbox.tell([hook.created_by], _("事件推送停了"), why, page, key)


# ── what is told ──
def collect() -> int:
    """Queue what happened since each subscription was last looked at; two at once queue nothing twice."""
    count = 0
    for hook in Hook.objects.filter(active=True).select_related("post__organization", "created_by"):
        if not hook.created_by.is_active or not Post.objects.current().filter(pk=hook.post_id).exists():
            _stop(hook, _("建订阅的人已经不在那个岗位上"))
            continue
        count += _collect(hook)
    return count


def _collect(hook: Hook) -> int:
    now, actor = days.now(), Actor(hook.created_by, hook.post)
    told = HookCall.objects.filter(hook=hook, record_id=OuterRef("pk"))
    fresh = Record.objects.filter(~Exists(told), at__gte=max(hook.looked_at - SLOWEST, hook.created_at))
    calls: list[HookCall] = []
    for key in hook.events:
        event = events().get(key)
        if event is not None:
            rows = list(fresh.filter(act__in=event.acts, target_type=event.target).order_by("id")[:1000])
            seen = set(event.rows(actor).filter(pk__in=[one.target_id for one in rows]).values_list("pk", flat=True))
            calls += [_call(hook, event, one) for one in rows if one.target_id in seen]
    HookCall.objects.bulk_create(calls, ignore_conflicts=True)
    Hook.objects.filter(pk=hook.pk, looked_at__lt=now).update(looked_at=now)
    return len(calls)


def _call(hook: Hook, event: Event, record: Record) -> HookCall:
    """Ids and states; never a name, never a value."""
    states = record.change.get("state")
    payload = {"event": record.act, "at": record.at.isoformat(), event.key: record.target_id}
    if isinstance(states, list):
        payload["state"] = states[-1]
    return HookCall(hook=hook, record_id=record.pk, event=record.act, payload=payload, due_at=days.now())


# ── sending ──
def send_due() -> int:
    """Send one batch of what is due; returns how many arrived."""
    return sum(_send(call) for call in _due())


def _due() -> Iterable[HookCall]:
    """Calls claimed one by one, each leased: a worker that dies holds none for long."""
    for _n in range(BATCH):
        with transaction.atomic():
            waiting = HookCall.objects.filter(state=HookCall.State.QUEUED, due_at__lte=days.now(), hook__active=True)
            call = waiting.select_related("hook__created_by").select_for_update(skip_locked=True, of=("self",))
            call = call.order_by("due_at").first()
            if call is None:
                return
            call.tries += 1
            call.due_at = days.now() + LEASE
            call.save(update_fields=["tries", "due_at"])
        yield call


def signature(secret: str, stamp: str, body: bytes) -> str:
    """HMAC-SHA256 over ``timestamp.body``, so that an old call cannot be sent again by somebody else."""
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _send(call: HookCall) -> bool:
    body = json.dumps({"id": call.pk, **call.payload}, sort_keys=True).encode()
    stamp = str(int(days.now().timestamp()))
    headers = {
        "Content-Type": "application/json", "User-Agent": "union-portal", "X-Portal-Event": call.event,
        "X-Portal-Delivery": str(call.pk), "X-Portal-Timestamp": stamp,
        "X-Portal-Signature": f"sha256={signature(call.hook.secret, stamp, body)}",
    }  # fmt: skip
    try:
        call.status, call.problem = outward.post(call.hook.url, body, headers), ""
    except (outward.Unreached, Refused) as problem:
        call.status, call.problem = None, str(problem)[:100]
    good = call.status is not None and 200 <= call.status < 300
    if good:
        call.state, call.sent_at = HookCall.State.SENT, days.now()
    elif call.tries > len(WAITS):
        call.state = HookCall.State.FAILED
    else:
        call.due_at = days.now() + datetime.timedelta(minutes=WAITS[call.tries - 1])
    call.save(update_fields=["state", "status", "problem", "due_at", "sent_at"])
    _count(call.hook, good)
    return good


def _count(hook: Hook, good: bool) -> None:
    if good:
        Hook.objects.filter(pk=hook.pk, failures__gt=0).update(failures=0)
        return
    Hook.objects.filter(pk=hook.pk).update(failures=F("failures") + 1)
    hook.refresh_from_db(fields=["failures"])
    if hook.failures >= GIVE_UP:
        _stop(hook, _("连着 %(n)d 次没送到，先停了；对方修好再恢复") % {"n": hook.failures})
