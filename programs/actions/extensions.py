"""A later deadline for one unit: given with a reason, changed, taken back. The unit hears of each (R35)."""

import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from portal.core import outbox, trail
from portal.core.actor import SYSTEM, Actor
from portal.kit import days
from portal.kit.refusal import Refused
from portal.registry.models import Organization
from programs.actions.moves import make_move
from programs.models import Call, Entry, Extension
from programs.queries import deadlines, posts
from programs.spec import State


def _owned(by: Actor, call_id: int) -> Call:
    call = Call.objects.select_for_update().get(pk=call_id)
    if call.owner_id != by.organization_id or by.role != "officer":
        raise Refused(_("这项评选不归你们主办"))
    return call


@transaction.atomic
def extend(by: Actor, call_id: int, organization: Organization, closes_at: datetime.datetime, reason: str) -> Extension:
    """Give one unit, and all below it, a later deadline. Its drafts that have lapsed can be written on."""
    call = _owned(by, call_id)
    if closes_at <= call.closes_at:
        raise Refused(_("要晚于原来的截止时间"), "closes_at")
    if closes_at <= days.now():
        raise Refused(_("要晚于现在"), "closes_at")
    if not reason.strip():
        raise Refused(_("请写明理由"), "reason")
    row, _made = Extension.objects.standing().update_or_create(
        call=call, organization=organization,
        defaults={"closes_at": closes_at, "reason": reason.strip(), "granted_by": by.user, "granted_at": days.now()},
    )  # fmt: skip
    reopened = _reopen(call, organization)
    change = {"organization": organization.pk, "reopened": reopened, "until": closes_at.isoformat()}
    trail.write(by, "call.extend", call, note=row.reason, change=change)
    subject = _("延期到 %(at)s：%(title)s") % {"at": days.short_datetime(closes_at), "title": call.title}
    _tell(organization, call, subject, row.reason, f"{row.pk}-{closes_at:%Y%m%d%H%M}")
    return row


def lapsed(call: Call) -> QuerySet[Entry]:
    """Drafts that lapsed before they were ever handed in; one that was returned and not mended stays lapsed."""
    return Entry.objects.filter(call=call, state=State.LAPSED, submitted_at__isnull=True).order_by("pk")


def reopen_where_open(entry_id: int) -> None:
    """A lapsed draft whose deadline has moved on, as by an amendment of the call. Safe to repeat."""
    entry = Entry.objects.select_related("call", "organization").get(pk=entry_id)
    route = [one.pk for one in entry.organization.route()]
    if entry.state == State.LAPSED and deadlines.closes_for(entry.call, route) > days.now():
        make_move(entry.pk, "reopen", by=SYSTEM, through="extension")


def _reopen(call: Call, organization: Organization) -> int:
    ids = list(lapsed(call).filter(organization__in=organization.subtree_ids()).values_list("pk", flat=True))
    for pk in ids:
        make_move(pk, "reopen", by=SYSTEM, through="extension")
    return len(ids)


@transaction.atomic
def take_back(by: Actor, call_id: int, extension_id: int, reason: str) -> Extension:
    """The call's own deadline holds again. What was handed in meanwhile stays handed in."""
    call = _owned(by, call_id)
    rows = Extension.objects.standing().select_related("organization")
    row = rows.filter(call=call, pk=extension_id).first()
    if row is None:
        raise Refused(_("这个延期已经撤回了"))
    if not reason.strip():
        raise Refused(_("请写明理由"), "reason")
    row.withdrawn_by, row.withdrawn_at, row.withdrawn_reason = by.user, days.now(), reason.strip()
    row.save()
    change = {"organization": row.organization_id, "extension": row.pk}
    trail.write(by, "call.extend_back", call, note=row.withdrawn_reason, change=change)
    subject = _("延期撤回了，%(at)s 截止：%(title)s") % {
        "at": days.short_datetime(call.closes_at), "title": call.title,
    }  # fmt: skip
    _tell(row.organization, call, subject, row.withdrawn_reason, f"{row.pk}-back")
    return row


def _tell(organization: Organization, call: Call, subject: str, body: str, key: str) -> None:
    outbox.tell(posts.holders(organization.pk), subject, body, call.get_absolute_url(), f"extension-{key}")
