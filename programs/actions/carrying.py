"""Entries and calls when a unit is moved or merged: nothing that is under way gets lost on the way."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _

from portal.core import trail
from portal.core.actor import Actor
from portal.registry.carrying import Asked, Load
from portal.registry.models import Organization, OrganizationChange
from programs.models import Call, Entry
from programs.queries.entries import SETTLED
from programs.spec import EDITABLE, State

_SHOWN = 5
Kind = OrganizationChange.Kind


# ── entries ──
def _open(asked: Asked) -> QuerySet[Entry]:
    """Entries that the change touches: of a closed unit and on its desk; of a moved one, those on desks it leaves."""
    rows = Entry.objects.exclude(state__in=SETTLED)
    if asked.closes:
        unit = asked.unit
        return rows.filter(Q(organization=unit) | Q(desk=unit) | Q(returned_from=unit) | Q(came_from=unit))
    if asked.kind != Kind.MOVE:
        return rows.none()
    left = _left_behind(asked)
    touched = Q(desk__in=left) | Q(returned_from__in=left) | Q(came_from__in=left) | Q(call__owner__in=left)
    return rows.filter(touched, organization__in=asked.unit.subtree_ids())


def _left_behind(asked: Asked) -> set[int]:
    """The levels above a moved unit that are not above it any more."""
    old = {one.pk for one in asked.unit.route()} - {asked.unit.pk}
    return old - {one.pk for one in asked.other.route()}  # type: ignore[union-attr]


def look_entries(asked: Asked) -> Load:
    """How many are under way, on whose desk they lie, and those that could not be finished after the change."""
    rows = _open(asked).select_related("call__owner", "desk").defer("data").order_by("call_id", "pk")
    found = list(rows)
    if not found:
        return Load()
    desks = Counter((one.desk.short, one.get_state_display()) for one in found)
    lines = [_("%(n)d 件在%(desk)s，%(state)s") % {"n": n, "desk": d, "state": s} for (d, s), n in desks.most_common()]
    return Load(len(found), tuple(lines[:_SHOWN]), tuple(_blocks(asked, found)))


def _blocks(asked: Asked, found: list[Entry]) -> Iterable[str]:
    if asked.kind == Kind.DISSOLVE:
        names = "、".join(one.subject for one in found[:_SHOWN])
        yield _("还有 %(n)d 件没办完：%(names)s，先办完或撤回") % {"n": len(found), "names": names}
    if asked.kind == Kind.MOVE:
        left = _left_behind(asked)
        for call in {one.call for one in found if one.call.owner_id in left}:
            n = sum(1 for one in found if one.call_id == call.pk)
            told = {"owner": call.owner.short, "title": call.title, "n": n}
            yield _("%(owner)s主办的“%(title)s”里还有 %(n)d 件没办完，移走就到不了那里") % told


def carry_entries(by: Actor, asked: Asked) -> int:
    """Put the heir, or the new level, where the old one stood. The state is nobody's business here."""
    found = list(_open(asked).select_for_update(of=("self",)).defer("data").order_by("pk"))
    rows = Entry.objects.filter(pk__in=[one.pk for one in found])
    if asked.closes:
        rows.filter(organization=asked.unit).update(organization=asked.other)
        rows.filter(ranked_by=asked.unit).update(ranked_by=asked.other)
        left = {asked.unit.pk}
    else:
        left = _left_behind(asked)
    rows.filter(returned_from__in=left).update(returned_from=asked.other)
    rows.filter(came_from__in=left).update(came_from=asked.other)
    rows.filter(desk__in=left).update(desk=asked.other)
    rows.update(version=F("version") + 1)
    change = {"from": asked.unit.pk, "to": asked.other.pk if asked.other else None, "by": asked.kind}
    trail.write_many(by, (("entry.carried", one, change, one.subject) for one in found))
    return len(found)


# ── calls ──
def look_calls(asked: Asked) -> Load:
    """Calls of a closed unit that are not over."""
    calls = list(_calls(asked))
    if not calls:
        return Load()
    titles = tuple(call.title for call in calls)
    if asked.other is None:
        told = _("还有 %(n)d 项评选没结束：%(titles)s") % {"n": len(calls), "titles": "、".join(titles[:_SHOWN])}
        return Load(blocks=(told,))
    twice = Call.objects.filter(owner=asked.other, title__in=titles).values_list("title", flat=True)
    told = tuple(_("两边都有叫“%(title)s”的评选，先改名") % {"title": title} for title in twice)
    return Load(len(calls), titles[:_SHOWN], told)


def _calls(asked: Asked) -> QuerySet[Call]:
    rows = Call.objects.filter(owner=asked.unit).exclude(state=Call.State.CLOSED)
    return rows if asked.closes else rows.none()


def carry_calls(by: Actor, asked: Asked) -> int:
    calls = list(_calls(asked).select_for_update(of=("self",)))
    Call.objects.filter(pk__in=[call.pk for call in calls]).update(owner=asked.other, version=F("version") + 1)
    change = {"from": asked.unit.pk, "to": asked.other.pk if asked.other else None}
    trail.write_many(by, (("call.carried", call, change, "") for call in calls))
    return len(calls)


def work(unit: Organization) -> list[dict[str, Any]]:
    """What lies with a unit and passes to whoever takes its post over. One query."""
    rows = Entry.objects.filter(Q(organization=unit, state__in=EDITABLE) | Q(desk=unit, state=State.REVIEW))
    counted = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    return [{"label": State(state).label, "n": n} for state, n in sorted(counted.items())]
