"""Writing head counts: each change leaves the old figure standing for its day."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from portal.core import trail
from portal.core.actor import Actor
from portal.kit import days
from portal.kit.refusal import Refused
from portal.registry.models import HeadCount, Organization
from portal.registry.queries.figures import members_now


def note(by: Actor, unit: Organization, source: str, day: datetime.date | None = None) -> HeadCount:
    """Keep what the union's data say now, as of today or of the day of the sheet."""
    return HeadCount.objects.create(
        organization=unit, day=day or days.today(), heads=unit.head_count, women=unit.women_count,
        members=members_now(unit), source=source, by=by.user,
    )  # fmt: skip


@transaction.atomic
def report(by: Actor, unit_id: int, day: datetime.date, heads: int, women: int) -> HeadCount:
    """The yearly report. The newest one also becomes the union's present figure."""
    unit = Organization.objects.select_for_update().get(pk=unit_id)
    if not unit.active:
        raise Refused(_("%(name)s已经不在用了") % {"name": unit.name})
    if day > days.today():
        raise Refused(_("%(day)s 还没到") % {"day": day.isoformat()}, "day")
    if women > heads:
        told = _("女教职工 %(women)d，比教职工 %(heads)d 多 %(n)d")
        raise Refused(told % {"women": women, "heads": heads, "n": women - heads}, "women")
    newer = HeadCount.objects.filter(organization=unit, day__gt=day).exists()
    if not newer:
        unit.head_count, unit.women_count, unit.version = heads, women, unit.version + 1
        unit.save()
    made = HeadCount.objects.create(
        organization=unit, day=day, heads=heads, women=women, members=members_now(unit),
        source=HeadCount.Source.REPORT, by=by.user,
    )  # fmt: skip
    change = {"day": str(day), "heads": heads, "women": women, "fields": [] if newer else ["head_count", "women_count"]}
    trail.write(by, "organization.report", unit, change=change)
    return made
