"""Reminding units that have not reported yet."""

import datetime
from collections.abc import Container, Iterable, Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from portal.core import outbox, trail
from portal.core.actor import Actor
from portal.core.calendar import current
from portal.kit import days
from portal.kit.refusal import Refused
from portal.registry.models import Organization
from programs.models import Call, Extension
from programs.queries import calls as queries
from programs.queries import posts


def late_units(call: Call) -> list[Organization]:
    """Units with places that have handed nothing to the owner."""
    due = queries.places_by_unit([call]).get(call.pk, {})
    tally = queries.tallies([call], call.owner_id)[call.pk]
    late = [unit for unit in due if not tally[unit].up]
    return list(Organization.objects.filter(pk__in=late).order_by("kind", "pinyin"))


def to_remind(call: Call) -> list[Organization]:
    """The late ones whose own deadline is still to come and who were not reminded today, with ``due_at``."""
    later = dict(Extension.objects.standing().filter(call=call).values_list("organization", "closes_at"))
    late = late_units(call)
    due = remindable(call, [unit.pk for unit in late], later, queries.reminders(call).today)
    found = [unit for unit in late if unit.pk in due]
    for unit in found:
        unit.due_at = due[unit.pk]  # type: ignore[attr-defined]
    return found


def remindable(
    call: Call, late: Iterable[int], later: Mapping[int, datetime.datetime], done: Container[int]
) -> dict[int, datetime.datetime]:
    """The same among the late units of these numbers, unit → its deadline: with the later deadlines and who was
    reminded today.
    """
    now = days.now()
    due = {unit: max(call.closes_at, later.get(unit, call.closes_at)) for unit in late}
    return {unit: at for unit, at in due.items() if unit not in done and at >= now}


@transaction.atomic
def remind(by: Actor, call_id: int, unit_ids: Iterable[int]) -> tuple[int, int]:
    """Tell the late ones of these units how long they have; returns (units, people). Once a day per unit."""
    call = Call.objects.select_for_update().get(pk=call_id)
    if call.owner_id != by.organization_id or by.role != "officer":
        raise Refused(_("这项评选不归你们主办"))
    if call.state != Call.State.PUBLISHED or call.opens_at > days.now():
        raise Refused(_("现在不在报送时间里，不用催"))
    chosen = set(unit_ids)
    units = [one for one in to_remind(call) if one.pk in chosen]
    if not units:
        raise Refused(_("选中的单位今天都催过，已经截止，或者刚刚报了"))
    told: set[int] = set()
    for unit in units:
        told |= _tell(call, unit)
    trail.write(by, queries.REMINDED, call, change={"units": [unit.pk for unit in units]})
    return len(units), len(told)


def _tell(call: Call, unit: Organization) -> set[int]:
    """One message a person, call and day, with the deadline that holds for the unit."""
    people = posts.holders(unit.pk)
    due = unit.due_at  # type: ignore[attr-defined]
    subject = _("请报送：%(title)s") % {"title": call.title}
    body = _("%(at)s 截止，%(left)s。你们单位还没有报来。") % {
        "at": days.short_datetime(due), "left": current().left_phrase(days.now(), due),
    }  # fmt: skip
    key = f"remind-{call.pk}-{days.today():%Y%m%d}"
    outbox.tell(people, subject, body, call.get_absolute_url(), key, outbox.Kind.DUE)
    return {user.pk for user in people}
