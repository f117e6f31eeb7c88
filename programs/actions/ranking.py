"""The order that an endorsing level gives to the entries on its desk: one save for the whole of it (R3, R13)."""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from portal.core import trail
from portal.core.actor import Actor
from portal.kit.refusal import Refused
from programs import duties
from programs.models import Call, Entry
from programs.queries import ranking
from programs.spec import Duty


@transaction.atomic
def save_order(by: Actor, call_id: int, orders: Mapping[int, Sequence[int]], seen: Mapping[int, str]) -> int:
    """Rank the entries on the acting desk: category → their ids in order; one that is left out has no rank.

    ``seen`` is what the page showed (``ranking.state_of``): who saves an order of what has changed meanwhile is told
    the difference. Returns how many ranks changed. Ranks of entries that were handed up stay theirs.
    """
    if by.role not in duties.HOLDERS[Duty.DESK]:
        raise Refused(_("这个身份不能排名次"))
    call = Call.objects.get(pk=call_id)
    on_desk = ranking.on_desk(by, call).select_for_update(of=("self",)).order_by("pk")
    rows = {one.pk: one for one in on_desk}
    if any(duties.own_matter(by, one) for one in rows.values()):
        raise Refused(_("名单里有你本人，请别人来排"))
    changed: list[Entry] = []
    for category, ids in orders.items():
        here = [one for one in rows.values() if one.category_id == category]
        if said := ranking.difference(seen.get(category, ""), here):
            raise Refused(_("你看到以后变了：%(what)s。照新的再排一次") % {"what": said})
        if len(set(ids)) != len(ids) or not set(ids) <= {one.pk for one in here}:
            raise Refused(_("名次里有重复的，或者不在你这里的"))
        changed += _ranked(by, call, category, here, ids)
    for one in changed:
        one.version += 1
    Entry.objects.bulk_update(changed, ["rank", "ranked_by", "version"])
    for category in orders:
        # A second number beside the rank, which nobody decided anew: those that were handed up keep their version.
        group = Entry.objects.filter(call=call, category=category, ranked_by=by.organization_id, rank__isnull=False)
        group.update(rank_of=group.count())
    order = {str(category): list(ids) for category, ids in orders.items()}
    trail.write(by, "call.rank", call, change={"order": order, "changed": len(changed)})
    return len(changed)


def _ranked(by: Actor, call: Call, category: int, here: list[Entry], ids: Sequence[int]) -> list[Entry]:
    """The entries whose rank changes. Numbers of those that were handed up are taken."""
    taken = set(ranking.handed_up(by, call, category).values_list("rank", flat=True))
    wanted: dict[int, int | None] = dict.fromkeys((one.pk for one in here), None)
    number = 0
    for pk in ids:
        number += 1
        while number in taken:
            number += 1
        wanted[pk] = number
    changed = []
    for one in here:
        rank = wanted[one.pk]
        desk = by.organization_id if rank else None
        if (one.rank, one.ranked_by_id) != (rank, desk):
            one.rank, one.ranked_by_id = rank, desk
            changed.append(one)
    return changed
