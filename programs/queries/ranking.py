"""What an endorsing level has to put in order, and whether that is still what its page showed."""

from collections.abc import Iterable

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from portal.core.actor import Actor
from programs.models import Call, Entry
from programs.spec import State


def on_desk(actor: Actor, call: Call) -> QuerySet[Entry]:
    """Entries of the call that lie on the acting desk to be reviewed, below the owner."""
    rows = Entry.objects.filter(call=call, desk=actor.organization_id, state=State.REVIEW)
    return rows.exclude(call__owner=actor.organization_id)


def handed_up(actor: Actor, call: Call, category: int | None = None) -> QuerySet[Entry]:
    """What this desk ranked and handed on: those ranks stand."""
    rows = Entry.objects.filter(call=call, ranked_by=actor.organization_id, rank__isnull=False)
    rows = rows.exclude(desk=actor.organization_id, state=State.REVIEW)
    return rows.filter(category=category) if category else rows


def calls_to_rank(actor: Actor) -> QuerySet[Call]:
    """Calls of which more than nothing lies on the acting desk below the owner."""
    there = Entry.objects.filter(desk=actor.organization_id, state=State.REVIEW).exclude(call__owner=F("desk"))
    return Call.objects.filter(pk__in=there.values("call_id")).order_by("closes_at", "pk")


def state_of(rows: Iterable[Entry]) -> str:
    """What a page shows of an order, to be sent back with it: ``12:3,15:`` is entry 12 in third place, 15 in none."""
    return ",".join(f"{one.pk}:{one.rank or ''}" for one in sorted(rows, key=lambda one: one.pk))


def difference(seen: str, rows: list[Entry]) -> str:
    """What changed between what was seen and what is, in words; "" when nothing did."""
    if seen == state_of(rows):
        return ""
    pairs = (part.partition(":") for part in seen.split(",") if part)
    before = {int(pk): rank for pk, _colon, rank in pairs if pk.isdecimal() and len(pk) < 19}
    now = {one.pk: one for one in rows}
    gone = Entry.objects.filter(pk__in=[pk for pk in before if pk not in now])
    words = [
        (_("新到%(names)s"), [one.subject for pk, one in now.items() if pk not in before]),
        (_("%(names)s已不在这里"), [one.subject for one in gone]),
        (_("有人改了%(names)s的名次"), [
            one.subject for pk, one in now.items() if pk in before and before[pk] != str(one.rank or "")
        ]),
    ]  # fmt: skip
    return "，".join(text % {"names": "、".join(names[:5])} for text, names in words if names)
