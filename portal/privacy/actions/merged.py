"""What becomes of consents and requests when two registrations turn out to be one person."""

from django.utils.translation import gettext as _

from portal.core import trail
from portal.core.actor import Actor
from portal.privacy.models import Consent, Wish
from portal.registry.merging import Pair


def move_consents(by: Actor, pair: Pair) -> list[int]:
    """A no holds for both registrations; a yes was given under one of them and is not stretched to the other."""
    theirs, mine = _last(pair.absorbed.pk), _last(pair.survivor.pk)
    refused = [one for purpose, one in theirs.items() if not one.given and purpose in mine and mine[purpose].given]
    made = []
    for one in refused:
        copy = Consent.objects.create(member=pair.survivor, text=one.text, given=False, at=one.at, by=one.by)
        change = {"purpose": one.text.purpose, "version": one.text.version}
        trail.write(by, "consent.withdraw", copy, change=change, name=f"#{pair.survivor.pk}")
        made.append(copy.pk)
    return made


def back_consents(by: Actor, pair: Pair, moved: list[int]) -> None:
    """What was said stays said: the person is asked again before anything is stored."""


def _last(member_id: int) -> dict[str, Consent]:
    """Purpose → the last word."""
    rows = Consent.objects.filter(member=member_id).select_related("text", "by").order_by("id")
    return {one.text.purpose: one for one in rows}


def move_wishes(by: Actor, pair: Pair) -> list[int]:
    """All requests go to the survivor. Where both wait for the same thing, ``blocks_wishes`` has said so."""
    rows = Wish.objects.filter(member=pair.absorbed)
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    rows.update(member=pair.survivor)
    return ids


def back_wishes(by: Actor, pair: Pair, moved: list[int]) -> None:
    Wish.objects.filter(pk__in=moved).update(member=pair.absorbed)


def blocks_wishes(pair: Pair) -> str:
    """Two open requests of one kind cannot be one person's: one of them is answered first."""
    waiting = Wish.objects.filter(state=Wish.State.ASKED)
    kinds = set(waiting.filter(member=pair.survivor).values_list("kind", flat=True))
    both = waiting.filter(member=pair.absorbed, kind__in=kinds).first()
    return _("两边都有没办的“%(kind)s”要求，先办好一件") % {"kind": both.get_kind_display()} if both else ""
