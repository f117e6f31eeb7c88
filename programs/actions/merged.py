"""Entries of two people who are made one: what a person is recommended for once is held once (R8)."""

from collections import defaultdict

from django.db.models import F, Q, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext as _

from portal.core.actor import Actor
from portal.registry.merging import Pair
from portal.registry.models import Member
from programs.models import Entry
from programs.queries.entries import BESIDE, claimed, holder_of
from programs.spec import TAKES_A_PLACE

_SHOWN = 3


def move_entries(by: Actor, pair: Pair) -> list[int]:
    """All entries go to the survivor; where both hold the same claim, the one handed in first keeps it."""
    both = Q(member=pair.survivor) | Q(member=pair.absorbed)
    rows = list(Entry.objects.select_for_update().filter(both).order_by("pk").values_list("pk", "member_id"))
    ids = [pk for pk, member in rows if member == pair.absorbed.pk]
    Entry.objects.filter(pk__in=ids).update(member=pair.survivor)
    _settle(pair.survivor)
    return ids


def back_entries(by: Actor, pair: Pair, moved: list[int]) -> None:
    """What was the other one's is theirs again, and everybody holds their own claims."""
    rows = Entry.objects.select_for_update().filter(pk__in=moved, member=pair.survivor)
    Entry.objects.filter(pk__in=[one.pk for one in rows.order_by("pk").only("pk")]).update(member=pair.absorbed)
    _settle(pair.absorbed)  # first: what they held in the survivor's name is free then
    _settle(pair.survivor)


def _settle(person: Member) -> None:
    """Write the claims of a person's entries anew: the plain one to the first handed in, the others beside it.

    First all step beside, then the holders take theirs: no statement ever asks the constraint for two at once.
    """
    rows = list(Entry.objects.filter(member=person).exclude(claim="").order_by("submitted_at", "pk"))
    held: dict[str, Entry] = {}
    for one in rows:
        if one.state in TAKES_A_PLACE:
            held.setdefault(claimed(one), one)
    for claim in {claimed(one) for one in rows}:
        same = Entry.objects.filter(pk__in=[one.pk for one in rows if claimed(one) == claim])
        same.update(claim=Concat(Value(f"{claim}{BESIDE}"), F("pk")))
        same.filter(pk=held[claim].pk if claim in held else None).update(claim=claim)


def warn(pair: Pair) -> list[str]:
    """Before anybody merges: which entries of the two would count as one person's twice. One query."""
    both = Q(member=pair.survivor) | Q(member=pair.absorbed)
    rows = Entry.objects.filter(both, state__in=TAKES_A_PLACE).exclude(claim="")
    rows = rows.select_related("call", "category", "organization").defer("data").order_by("submitted_at", "pk")
    found: dict[str, list[Entry]] = defaultdict(list)
    for one in rows:
        found[holder_of(one)].append(one)
    clashes = [same for same in found.values() if len({one.member_id for one in same}) > 1]
    told = _("都报了“%(title)s”：%(entries)s。一人只能报一项，合并以后要撤回一件，两件才能往下走")
    return [
        told % {
            "title": same[0].call.title,
            "entries": "；".join(
                f"{one.organization.short}的{one.category.name}（{one.get_state_display()}）" for one in same[:_SHOWN]
            ),
        }
        for same in clashes
    ]  # fmt: skip
