"""Counting places, and what an edition's scheme gives to its units."""

import datetime
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection
from django.db.models import Count, Q, QuerySet, Value
from django.utils.translation import gettext as _

from portal.kit import days
from portal.kit.prepared import Prepared, slot
from portal.registry.models import Membership, Organization
from portal.registry.queries import figures
from programs.models import Call, Cap, Category, Entry, Quota
from programs.queries.branches import branches
from programs.rules.quotas import Grant, Scheme, Unit, cap_of, grant, read_scheme
from programs.spec import TAKES_A_PLACE, State


def reporting_unit(call: Call, organization: Organization) -> Organization:
    """The organisation on the way from ``organization`` up to the owner that reports to the owner itself."""
    unit = organization
    while unit.parent_id not in (None, call.owner_id):
        unit = unit.parent
    return unit


def child_of(unit: Organization, organization: Organization) -> Organization | None:
    """The organisation directly below ``unit`` that ``organization`` belongs to; None for the unit itself."""
    if organization.pk == unit.pk:
        return None
    child = organization
    while child.parent_id not in (None, unit.pk):
        child = child.parent
    return child


def handed_up(call: Call) -> Q:
    """Entries that the units have handed to the owner, including those the owner gave back to be mended."""
    return _up(call.owner_id)


def _up(owner: int | Value) -> Q:
    return Q(desk=owner) | Q(state=State.RETURNED, returned_from=owner)


# ── what the scheme gives ──
def reporting(call: Call) -> QuerySet[Organization]:
    """The units that report to the owner, in the order of their names."""
    return Organization.objects.filter(parent=call.owner_id, active=True).order_by("kind", "pinyin")


def units_of(call: Call) -> list[Organization]:
    """``reporting``, read."""
    return list(reporting(call))


def scheme_of(call: Call) -> Scheme:
    """The edition's scheme of places; one without lines where every place is set by hand."""
    return read_scheme(call.rules.get("quota", {}))


def measured(call: Call, scheme: Scheme, organizations: list[Organization]) -> list[Unit]:
    """The units with the figures that the scheme goes by, as of its day: what each had reported by then, and who was a
    member then. Members are counted only where a line asks for them.
    """
    day = scheme.as_of or days.today()
    bases = {line.basis for line in scheme.lines}
    reported = figures.as_of([one.pk for one in organizations], day) if bases & {"heads", "women"} else {}
    members = _members_on(call, day) if "members" in bases else {}
    return [_measured(one, day, reported.get(one.pk), members.get(one.pk, 0)) for one in organizations]


def _measured(one: Organization, day: datetime.date, known: figures.Figure | None, members: int) -> Unit:
    heads, women = (known.heads, known.women) if known else (one.head_count, one.women_count)
    said = _("那天以前没报过，按现在登记的")
    if known and known.day:
        said = _("%(day)s的数") % {"day": days.short_date(known.day)}
    on = _("%(day)s在会") % {"day": days.short_date(day)}
    return Unit(
        one.pk, one.kind, one.sector, {"heads": heads, "women": women, "members": members},
        {"heads": said, "women": said, "members": on},
    )  # fmt: skip


def _members_on(call: Call, day: datetime.date) -> dict[int, int]:
    """Reporting unit → members of it and of what lies below it, on that day. One query besides the tree."""
    unit_of = branches(call.owner_id)
    found: dict[int, int] = defaultdict(int)
    stays = Membership.objects.filter(Q(left_on__isnull=True) | Q(left_on__gt=day), joined_on__lte=day)
    for organization, n in stays.values_list("organization_id").annotate(n=Count("pk")).order_by():
        found[unit_of.get(organization, organization)] += n
    return found


@dataclass(frozen=True)
class Worked:
    """What the scheme comes to: unit → category → grant, and the bounds over all categories."""

    grants: dict[int, dict[int, Grant]]
    caps: dict[int, int]


def work_out(call: Call, scheme: Scheme, categories: list[Category], organizations: list[Organization]) -> Worked:
    """What every unit gets by the scheme, with the figures as of its day."""
    grants: dict[int, dict[int, Grant]] = {}
    caps: dict[int, int] = {}
    for unit in measured(call, scheme, organizations):
        found = {one.pk: grant(scheme, unit, one.key) for one in categories}
        grants[unit.pk] = {pk: given for pk, given in found.items() if given is not None}
        if (most := cap_of(scheme, unit)) is not None:
            caps[unit.pk] = most
    return Worked(grants, caps)


def of_units(rows: QuerySet[Quota]) -> QuerySet[Quota]:
    """The rows of the reporting units, without what they passed on below."""
    return rows.filter(above__isnull=True)


def quota_table(call: Call, categories: list[Category]) -> dict[int, dict[int, int]]:
    """Unit id → category id → places: one query."""
    rows = of_units(Quota.objects.filter(category__in=categories)).order_by()
    given = rows.values_list("organization_id").annotate(ids=ArrayAgg("category_id"), given=ArrayAgg("places"))
    return {unit: dict(zip(ids, places, strict=True)) for unit, ids, places in given}


# ── counting ──
@dataclass(frozen=True)
class Share:
    """What a unit below got of the reporting unit's places. ``kept``: what that one still has for anybody."""

    unit: Organization
    given: int
    used: int
    kept: int
    beyond: int


@dataclass(frozen=True)
class Places:
    """Places of one unit in one category. ``given`` is None where the edition gave the unit no quota at all."""

    unit: Organization
    given: int | None
    used: int
    waiting: int
    sentence: str = ""
    pot: bool = False
    cap: int | None = None
    cap_used: int = 0
    share: Share | None = None


def _locked(rows: QuerySet, lock: bool) -> QuerySet:
    return rows.select_for_update(of=("self",)) if lock else rows


def _quota_rows() -> QuerySet[Quota]:
    return Quota.objects.filter(category=slot("category"), organization=slot("unit")).select_related("pot")


_QUOTA, _QUOTA_LOCKED = Prepared(_quota_rows), Prepared(lambda: _locked(_quota_rows(), True))


def _taken() -> QuerySet:
    """One row: handed up in the category, in the category at all, handed up in all categories. None for no entry."""
    rows = Entry.objects.filter(call=slot("call"), organization__in=slot("units"), state__in=sorted(TAKES_A_PLACE))
    up, here = _up(slot("owner")), Q(category=slot("category"))
    counts = {"used": Count("pk", filter=up & here), "here": Count("pk", filter=here), "all": Count("pk", filter=up)}
    return rows.exclude(pk=slot("entry")).order_by().values(one=Value(1)).annotate(**counts).values_list(*counts)


_TAKEN = Prepared(_taken)


def places(entry: Entry, lock: bool = False) -> Places:
    """Places of the entry's reporting unit, not counting the entry itself. ``lock`` takes the rows' locks first.

    Who only looks, outside a transaction, takes none.
    """
    lock = lock and connection.in_atomic_block
    unit, call = reporting_unit(entry.call, entry.organization), entry.call
    capped = any(line.get("cap") for line in call.rules.get("quota", {}).get("lines", ()))
    cap = _locked(Cap.objects.filter(call=call, organization=unit), lock).first() if capped else None
    quota = (_QUOTA_LOCKED if lock else _QUOTA).first(category=entry.category_id, unit=unit.pk)
    used, here, every = _TAKEN.first(
        call=call.pk, owner=call.owner_id, category=entry.category_id, units=tuple(unit.subtree_ids()), entry=entry.pk
    ) or (0, 0, 0)  # fmt: skip
    waiting = here - used
    pot = quota.pot if quota else None
    if pot is not None:
        used = _used_of_pot(entry, pot, lock)
    return Places(
        unit, pot.places if pot else quota.places if quota else None, used, waiting, quota.sentence if quota else "",
        pot is not None, cap.places if cap else None, every, _share(entry, quota, unit, lock),
    )  # fmt: skip


def _used_of_pot(entry: Entry, pot, lock: bool) -> int:
    """How many of the pot's places are taken, by whichever unit."""
    if lock:
        type(pot).objects.select_for_update().get(pk=pot.pk)
    sharing = set(pot.quotas.values_list("organization_id", flat=True))
    unit_of = branches(entry.call.owner_id)
    rows = Entry.objects.filter(handed_up(entry.call), category=entry.category_id, state__in=TAKES_A_PLACE)
    counts = rows.exclude(pk=entry.pk).values_list("organization_id").annotate(n=Count("pk")).order_by()
    return sum(n for organization, n in counts if unit_of.get(organization) in sharing)


def _share(entry: Entry, quota: Quota | None, unit: Organization, lock: bool) -> Share | None:
    """The share of the unit below that the entry comes from; None where nothing was passed on."""
    child = child_of(unit, entry.organization)
    if quota is None or child is None or not quota.given:
        return None
    if lock:
        Quota.objects.select_for_update().filter(pk=quota.pk).first()
    shares = dict(quota.shares.values_list("organization_id", "places"))
    used = used_below(unit, entry.category_id, entry.pk)
    others = sum(max(0, n - shares.get(pk, 0)) for pk, n in used.items() if pk != child.pk)
    return Share(child, shares.get(child.pk, 0), used.get(child.pk, 0), quota.left, others)


def used_below(unit: Organization, category_id: int, but: int | None = None, **where: Any) -> dict[int, int]:
    """Unit directly below → entries of the category that it has handed in and that still take a place."""
    parents = dict(Organization.objects.descendants(unit).values_list("pk", "parent_id"))
    rows = Entry.objects.filter(category=category_id, organization__in=list(parents), state__in=TAKES_A_PLACE)
    found: dict[int, int] = defaultdict(int)
    rows = rows.filter(**where).exclude(pk=but)
    for organization, n in rows.values_list("organization_id").annotate(n=Count("pk")).order_by():
        child = organization
        while parents[child] != unit.pk:
            child = parents[child]
        found[child] += n
    return found


def used_of(quota: Quota) -> int:
    """Places of the row that are taken, besides those passed on below.

    A reporting unit's are taken by what it handed to the owner, a share by what its unit handed in at all.
    """
    unit, call = quota.organization, quota.category.call
    rows = Entry.objects.filter(category=quota.category_id, state__in=TAKES_A_PLACE)
    if quota.above_id is None:
        rows = rows.filter(handed_up(call))
    up = set(rows.filter(organization__in=unit.subtree_ids()).values_list("pk", flat=True))
    below = used_below(unit, quota.category_id, pk__in=up)
    shares = dict(quota.shares.values_list("organization_id", "places"))
    within = sum(min(n, shares.get(pk, 0)) for pk, n in below.items())
    return len(up) - within
