"""Reminding units that have not reported yet."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.core import outbox, trail
from portal.core.actor import Actor
from portal.core.calendar import current
from portal.core.models import Record
from portal.kit import days
from portal.kit.refusal import Refused
from portal.registry.models import Organization
from programs.models import Call
from programs.queries import calls as queries
from programs.queries import posts


def late_units(call: Call) -> list[Organization]:
    """Units with places that have handed nothing to the owner."""
    due = queries.places_by_unit([call]).get(call.pk, {})
    tally = queries.tallies([call], call.owner_id)[call.pk]
    late = [unit for unit in due if not tally[unit].up]
    return list(Organization.objects.filter(pk__in=late).order_by("kind", "pinyin"))


def reminded_today(call: Call) -> set[int]:
    """Units that were reminded of the call today: once a day is enough."""
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    rows = Record.objects.about(call).filter(act=queries.REMINDED, at__gte=start)
    return {unit for record in rows for unit in record.change.get("units", [])}


@transaction.atomic
def remind(by: Actor, call_id: int, unit_ids: Iterable[int]) -> tuple[int, int]:
    """Tell the late ones of these units how long they have; returns (units, people). Once a day per unit."""
    call = Call.objects.select_for_update().get(pk=call_id)
    if call.owner_id != by.organization_id or by.role != "officer":
        raise Refused(_("这项评选不归你们主办"))
    if not call.is_open:
        raise Refused(_("现在不在报送时间里，不用催"))
    chosen, done = set(unit_ids), reminded_today(call)
    units = [one.pk for one in late_units(call) if one.pk in chosen and one.pk not in done]
    if not units:
        raise Refused(_("选中的单位今天都催过，或者刚刚报了"))
    people = {user.pk: user for unit in units for user in posts.holders(unit)}
    closes = days.short_datetime(call.closes_at)
    subject = _("请报送：%(title)s") % {"title": call.title}
    body = _("%(at)s 截止，%(left)s。你们单位还没有报来。") % {
        "at": closes, "left": current().left_phrase(days.now(), call.closes_at),
    }  # fmt: skip
    key = f"remind-{call.pk}-{days.today():%Y%m%d}"
    outbox.tell(people.values(), subject, body, call.get_absolute_url(), key)
    trail.write(by, queries.REMINDED, call, change={"units": units})
    return len(units), len(people)
