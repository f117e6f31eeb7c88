"""Places when a unit is moved or merged: they go along with what uses them, and none is lost or made on the way."""

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from portal.core import trail
from portal.core.actor import Actor
from portal.registry.carrying import Asked, Load
from portal.registry.models import OrganizationChange
from programs.models import Call, Cap, Entry, Extension, Quota
from programs.queries.entries import SETTLED
from programs.spec import TAKES_A_PLACE

_SHOWN = 5
Kind = OrganizationChange.Kind


def _rows(asked: Asked) -> QuerySet[Quota]:
    """The unit's places in editions that are not over: all of a merged one's, the shares that a moved one was given."""
    rows = Quota.objects.filter(organization=asked.unit).exclude(category__call__state=Call.State.CLOSED)
    rows = rows.select_related("category__call", "above__organization").order_by("pk")
    if asked.kind == Kind.MERGE:
        return rows
    return rows.filter(above__isnull=False) if asked.kind == Kind.MOVE else rows.none()


def _heirs(asked: Asked, rows: list[Quota]) -> dict[int, Quota]:
    """The heir's rows of the same categories."""
    found = Quota.objects.filter(organization=asked.other, category__in=[row.category_id for row in rows])
    return {row.category_id: row for row in found}


def _stays(asked: Asked, row: Quota) -> int:
    """Places used by entries that stay with the old unit."""
    states = [state for state in TAKES_A_PLACE if state in SETTLED]
    used = Entry.objects.filter(category=row.category_id, organization=asked.unit, state__in=states)
    return min(row.places, used.count())


def _goes_back(asked: Asked, row: Quota, heir: Quota | None) -> bool:
    """Whether the share returns to the level that gave it: that level is not the heir's."""
    return row.above_id is not None and (heir is None or heir.above_id != row.above_id)


def look(asked: Asked) -> Load:
    """How many places go along or back, and to whom."""
    rows = list(_rows(asked))
    heirs = _heirs(asked, rows) if asked.kind == Kind.MERGE else {}
    lines, blocks = [], []
    for row in rows:
        back = _goes_back(asked, row, heirs.get(row.category_id))
        n = row.places - (_used(row) if asked.kind == Kind.MOVE else _stays(asked, row))
        words = {"call": row.category.call, "category": row.category, "n": n}
        if back and row.given:
            blocks.append(_("“%(call)s”%(category)s的名额分给了下面，先收回") % words)
        elif back and n > 0:
            words["above"] = row.above.organization.short
            lines.append(_("“%(call)s”%(category)s %(n)d 个退回%(above)s") % words)
        elif n > 0:
            lines.append(_("“%(call)s”%(category)s %(n)d 个") % words)
    return Load(len(rows), tuple(lines[:_SHOWN]), tuple(blocks))


def _used(row: Quota) -> int:
    used = Entry.objects.filter(category=row.category_id, organization=row.organization_id, state__in=TAKES_A_PLACE)
    return min(row.places, used.count())


def carry(by: Actor, asked: Asked) -> int:
    """Bring the rows in line; the trigger on the table adds everything up at the end. Later deadlines go along."""
    rows = list(_rows(asked))
    above = {row.above_id for row in rows if row.above_id}
    # down the tree, like every other lock of places
    list(Quota.objects.select_for_update().filter(pk__in=above).order_by("pk"))
    list(Quota.objects.select_for_update().filter(pk__in=[row.pk for row in rows]).order_by("pk"))
    heirs = _heirs(asked, rows) if asked.kind == Kind.MERGE else {}
    for row in rows:
        heir = heirs.get(row.category_id)
        if _goes_back(asked, row, heir):
            _give_back(row)
        elif heir is None:
            Quota.objects.filter(pk=row.pk).update(organization=asked.other)
        elif row.pot_id is None:
            _join(row, heir, row.places - _stays(asked, row))
    if asked.kind == Kind.MERGE:
        _join_bounds(asked)
    change = {"from": asked.unit.pk, "to": asked.other.pk if asked.other else None, "by": asked.kind}
    calls = {row.category.call for row in rows}
    trail.write_many(by, (("call.places", call, change, "") for call in calls))
    return len(rows)


def _give_back(row: Quota) -> None:
    free = row.places - _used(row)
    Quota.objects.filter(pk=row.pk).update(places=F("places") - free)
    Quota.objects.filter(pk=row.above_id).update(given=F("given") - free)


def _join(row: Quota, heir: Quota, n: int) -> None:
    Quota.objects.filter(above=row.pk).update(above=heir.pk)
    Quota.objects.filter(pk=heir.pk).update(places=F("places") + n, given=F("given") + row.given)
    Quota.objects.filter(pk=row.pk).update(places=F("places") - n, given=0)


def _join_bounds(asked: Asked) -> None:
    """Bounds over all categories add up; a later deadline goes to an heir that has none."""
    for cap in Cap.objects.filter(organization=asked.unit).exclude(call__state=Call.State.CLOSED):
        Cap.objects.filter(call=cap.call_id, organization=asked.other).update(places=F("places") + cap.places)
    taken = Extension.objects.filter(organization=asked.other).values("call_id")
    Extension.objects.filter(organization=asked.unit).exclude(call_id__in=taken).update(organization=asked.other)
