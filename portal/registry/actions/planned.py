"""Changes of unions with a day ahead: planned now, done by the beat on that day, given up until then."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portal.core import outbox, trail
from portal.core.actor import SYSTEM, Actor
from portal.kit import days
from portal.kit.refusal import Refused
from portal.registry.actions import changes
from portal.registry.carrying import Asked
from portal.registry.models import OrganizationChange, PlannedChange

DO = "registry.change"
#: Days ahead; what is farther off is a slip of the pen.
FARTHEST = 366
Kind, State = OrganizationChange.Kind, PlannedChange.State


@transaction.atomic
def plan_ahead(
    by: Actor, asked: Asked, reason: str, document: str, name: str = "", short_name: str = ""
) -> PlannedChange:
    """Keep a change for its day. Refused where it makes no sense today; what is in the way now may be gone then."""
    if asked.on <= days.today():
        raise Refused(_("%(day)s 已经到了，现在就办") % {"day": asked.on.isoformat()}, "on")
    if (asked.on - days.today()).days > FARTHEST:
        raise Refused(_("%(day)s 太远，最远定到 %(n)d 天以后") % {"day": asked.on.isoformat(), "n": FARTHEST}, "on")
    if not reason.strip():
        raise Refused(_("请写明原因"), "reason")
    changes.sensible(asked, ahead=True)
    name = " ".join(name.split())
    if asked.kind == Kind.RENAME and name in ("", asked.unit.name):
        raise Refused(_("和现在的名字一样"), "name")
    try:
        with transaction.atomic():
            planned = PlannedChange.objects.create(
                organization=asked.unit, kind=asked.kind, on=asked.on, other=asked.other, name=name,
                short_name=short_name.strip(), reason=reason.strip(), document=document.strip(), by=by.user,
                post_id=by.post.pk if by.post else None,
            )  # fmt: skip
    except IntegrityError as problem:
        before = PlannedChange.objects.get(organization=asked.unit, state=State.WAITING)
        told = _("已经定了 %(day)s %(kind)s，先作废那一个")
        raise Refused(told % {"day": before.on.isoformat(), "kind": before.get_kind_display()}, "on") from problem
    told = {"planned": planned.pk, "kind": asked.kind, "on": str(asked.on)}
    trail.write(by, "organization.plan", asked.unit, note=planned.reason, change=told)
    return planned


def _waiting(planned_id: int) -> PlannedChange:
    planned = PlannedChange.objects.select_for_update(of=("self",)).select_related("organization").get(pk=planned_id)
    if planned.state != State.WAITING:
        raise Refused(_("这一个已经是“%(state)s”") % {"state": planned.get_state_display()})
    return planned


@transaction.atomic
def drop(by: Actor, planned_id: int) -> PlannedChange:
    """Give a planned change up before its day."""
    planned = _waiting(planned_id)
    planned.state = State.DROPPED
    planned.save(update_fields=["state"])
    trail.write(by, "organization.plan_drop", planned.organization, change={"planned": planned.pk})
    return planned


@transaction.atomic
def do(by: Actor, planned_id: int) -> PlannedChange:
    """Do a change whose day has come; what stands in its way is kept with it and told to who planned it.

    Safe to repeat: one that is done, refused or given up is left alone.
    """
    rows = PlannedChange.objects.select_for_update(of=("self",)).select_related("organization", "other", "by")
    planned = rows.get(pk=planned_id)
    if planned.state != State.WAITING or planned.on > days.today():
        return planned
    asked = Asked(planned.kind, planned.organization, planned.on, planned.other)
    why = (planned.reason, planned.document)
    try:
        with transaction.atomic():
            if planned.kind == Kind.RENAME:
                names = (planned.name, planned.short_name)
                planned.change = changes.rename(by, planned.organization, planned.on, *names, *why)
            else:
                planned.change = changes.change_tree(by, asked, *why)
        planned.state = State.DONE
    except Refused as refusal:
        _refused(planned, refusal.message)
    planned.save(update_fields=["state", "said", "change"])
    return planned


@transaction.atomic
def refuse(planned_id: int, said: str) -> None:
    """The one who planned it holds the post no more: somebody else decides anew."""
    planned = PlannedChange.objects.select_for_update(of=("self",)).get(pk=planned_id)
    if planned.state == State.WAITING:
        _refused(planned, said)
        planned.save(update_fields=["state", "said"])


def _refused(planned: PlannedChange, said: str) -> None:
    planned.state, planned.said = State.REFUSED, said
    words = {"kind": planned.get_kind_display(), "name": planned.organization.name}
    trail.write(SYSTEM, "organization.plan_refused", planned.organization, note=said, change={"planned": planned.pk})
    if planned.by:
        subject = _("今天的变动没办成：%(name)s%(kind)s") % words
        key = f"planned-{planned.pk}"
        outbox.tell([planned.by], subject, said, planned.get_absolute_url(), key, outbox.Kind.DUE)
