"""Counting places."""

from dataclasses import dataclass

from django.db.models import Count, Q

from portal.registry.models import Organization
from programs.models import Call, Category, Entry, Quota
from programs.spec import TAKES_A_PLACE, State


def reporting_unit(call: Call, organization: Organization) -> Organization:
    """The organisation on the way from ``organization`` up to the owner that reports to the owner itself."""
    unit = organization
    while unit.parent_id not in (None, call.owner_id):
        unit = unit.parent
    return unit


def handed_up(call: Call) -> Q:
    """Entries that the units have handed to the owner, including those the owner gave back to be mended."""
    return Q(desk=call.owner_id) | Q(state=State.RETURNED, returned_from=call.owner_id)


@dataclass(frozen=True)
class Places:
    """Places of one unit in one category. ``given`` is None where the edition gave the unit no quota at all."""

    unit: Organization
    given: int | None
    used: int
    waiting: int


def places(entry: Entry, lock: bool = False) -> Places:
    """Places of the entry's reporting unit, not counting the entry itself. ``lock`` takes the quota row's lock
    first.
    """
    unit = reporting_unit(entry.call, entry.organization)
    rows = Quota.objects.filter(category=entry.category_id, organization=unit)
    quota = (rows.select_for_update() if lock else rows).first()
    counted = (
        Entry.objects.filter(
            call=entry.call_id,
            category=entry.category_id,
            organization__in=unit.subtree_ids(),
            state__in=TAKES_A_PLACE,
        )
        .exclude(pk=entry.pk)
        .aggregate(used=Count("pk", filter=handed_up(entry.call)), all=Count("pk"))
    )
    used = counted["used"]
    return Places(unit, quota.places if quota else None, used, counted["all"] - used)


def units_of(call: Call) -> list[Organization]:
    """The units that report to the owner, in the order of their names."""
    return list(Organization.objects.filter(parent=call.owner_id, active=True).order_by("kind", "pinyin"))


def quota_table(call: Call, categories: list[Category]) -> dict[int, dict[int, int]]:
    """Unit id → category id → places: one query."""
    table: dict[int, dict[int, int]] = {}
    for unit, category, n in Quota.objects.filter(category__in=categories).values_list(
        "organization_id", "category_id", "places"
    ):
        table.setdefault(unit, {})[category] = n
    return table
