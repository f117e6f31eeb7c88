"""The tree by date: what a union was called, where it belonged, what became of it."""

import datetime
from collections.abc import Iterable, Sequence

from django.db.models import Q

from portal.registry.models import Organization, OrganizationChange

Kind = OrganizationChange.Kind


def changes_of(unit: Organization) -> list[OrganizationChange]:
    """The union's own changes and the unions that came into it, newest first. One query."""
    came = Q(other=unit, kind__in=OrganizationChange.CLOSING)
    rows = OrganizationChange.objects.filter(Q(organization=unit) | came)
    return list(rows.select_related("organization", "old_parent", "other", "by"))


def closing(unit: Organization) -> OrganizationChange | None:
    """How a closed union ended."""
    rows = OrganizationChange.objects.filter(organization=unit, kind__in=OrganizationChange.CLOSING)
    return rows.select_related("other").first()


def names_on(units: Iterable[Organization], day: datetime.date) -> dict[int, str]:
    """What each of these unions was called on that day. One query."""
    units = list(units)
    names = {unit.pk: unit.name for unit in units}
    later = OrganizationChange.objects.filter(organization__in=names, kind=Kind.RENAME, on__gt=day)
    # newest first, so that the first renaming after the day has the last word
    names.update(later.order_by("-on", "-id").values_list("organization_id", "old_name"))
    return names


def name_on(unit: Organization, day: datetime.date) -> str:
    """What the union was called on that day: papers of that time keep its name."""
    return names_on([unit], day)[unit.pk]


def parent_on(unit: Organization, day: datetime.date) -> Organization | None:
    """To whom the union reported on that day. One query."""
    moved = OrganizationChange.objects.filter(organization=unit, kind=Kind.MOVE, on__gt=day)
    first = moved.select_related("old_parent").order_by("on", "id").first()
    return first.old_parent if first else unit.parent


def route_on(unit: Organization, day: datetime.date) -> list[Organization]:
    """From the root down to the union, as the tree stood on that day."""
    route = [unit]
    while (above := parent_on(route[0], day)) is not None:
        route.insert(0, above)
    return route


def closed_by(unit: Organization, day: datetime.date) -> bool:
    """Whether the union had ended by that day."""
    return OrganizationChange.objects.filter(
        organization=unit, kind__in=OrganizationChange.CLOSING, on__lte=day
    ).exists()


def heirs(ids: Sequence[int]) -> dict[int, int]:
    """Closed union → the one that took it over, also through several mergers. One query."""
    rows = OrganizationChange.objects.filter(kind__in=OrganizationChange.CLOSING, other__isnull=False)
    into = dict(rows.values_list("organization_id", "other_id"))
    found = {}
    for start in ids:
        end = start
        while end in into:
            end = into[end]
        if end != start:
            found[start] = end
    return found


def forerunners(unit: Organization) -> list[int]:
    """The unions that came into this one, also through others that came into it. One query."""
    rows = OrganizationChange.objects.filter(kind=Kind.MERGE).values_list("organization_id", "other_id")
    into: dict[int, list[int]] = {}
    for old, heir in rows:
        into.setdefault(heir, []).append(old)
    found, waiting = [], list(into.get(unit.pk, ()))
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += into.get(one, ())
    return found
