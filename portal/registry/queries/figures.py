"""Head counts by date: what a union had reported by a day, year by year, and added up over a district or the city."""

import datetime
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Count, Q

from portal.kit import days
from portal.registry.models import HeadCount, Kind, Member, Organization

#: Unions of places where people work; those above them add up, those below are counted with them.
WORKPLACES = (Kind.GRASSROOTS, Kind.UNIVERSITY, Kind.AFFILIATED)
_INSIDE = (Kind.UNIVERSITY, Kind.AFFILIATED, Kind.GRASSROOTS)


class Figure(NamedTuple):
    """``day`` is the day it was reported for, None where nothing was reported by then and the unit's own data stand."""

    heads: int
    women: int
    members: int
    day: datetime.date | None
    source: str


def as_of(unit_ids: Iterable[int], day: datetime.date) -> dict[int, Figure]:
    """What each of these unions had reported by that day. Two queries for any number of unions."""
    ids = list(unit_ids)
    rows = HeadCount.objects.filter(organization__in=ids, day__lte=day)
    rows = rows.order_by("organization_id", "-day", "-id").distinct("organization_id")
    found = {row.organization_id: Figure(row.heads, row.women, row.members, row.day, row.source) for row in rows}
    left = Organization.objects.filter(pk__in=[pk for pk in ids if pk not in found])
    left = left.annotate(n=Count("members", filter=Q(members__active=True))).order_by()
    for pk, heads, women, members in left.values_list("pk", "head_count", "women_count", "n"):
        found[pk] = Figure(heads, women, members, None, "")
    return found


def members_now(unit: Organization) -> int:
    """In force in the union and below it: what a report says of its members."""
    return Member.objects.filter(organization__in=unit.subtree_ids(), active=True).count()


def by_year(unit: Organization, years: int = 6) -> list[tuple[int, Figure]]:
    """The last report of each year, oldest first; years without one are left out. One query."""
    since = datetime.date(days.today().year - years + 1, 1, 1)
    latest: dict[int, Figure] = {}
    for row in unit.head_counts.filter(day__gte=since).order_by("day", "id"):  # type: ignore[attr-defined]
        latest[row.day.year] = Figure(row.heads, row.women, row.members, row.day, row.source)
    return sorted(latest.items())


class Sum(NamedTuple):
    """Added up over the workplaces below; ``reported`` of ``units`` gave a yearly report this year."""

    units: int
    reported: int
    heads: int
    women: int
    members: int


def workplaces(unit: Organization) -> list[Organization]:
    """The schools, universities and offices below a union. One query for the tree, one for the rows."""
    rows = Organization.objects.filter(pk__in=unit.subtree_ids(), active=True, kind__in=WORKPLACES)
    rows = rows.exclude(parent__kind__in=_INSIDE).exclude(pk=unit.pk)
    return list(rows.select_related("parent").order_by("parent_id", "pinyin", "pk"))


def added_up(units: list[Organization], day: datetime.date) -> tuple[Sum, dict[int, Figure]]:
    """The sum over these units as of the day, and each one's figure."""
    found = as_of([one.pk for one in units], day)
    own = [found[one.pk] for one in units]
    reported = sum(1 for one in own if one.source == HeadCount.Source.REPORT and one.day and one.day.year == day.year)
    sums = (sum(getattr(one, name) for one in own) for name in ("heads", "women", "members"))
    return Sum(len(own), reported, *sums), found
