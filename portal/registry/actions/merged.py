"""Stays of two people who are made one: a person has one open stay."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from portal.core.actor import Actor
from portal.kit import days
from portal.kit.refusal import Refused
from portal.registry.merging import Pair
from portal.registry.models import Membership


def move_stays(by: Actor, pair: Pair) -> dict[str, Any]:
    """All stays go to the survivor; of two open ones the one at the union that was chosen stays open."""
    ids = list(Membership.objects.filter(member=pair.absorbed).order_by("pk").values_list("pk", flat=True))
    both = Q(member=pair.survivor) | Q(member=pair.absorbed)
    still = list(Membership.objects.filter(both, left_on__isnull=True).order_by("pk"))
    closed = []
    if len(still) > 1:
        kept = min(
            still, key=lambda stay: (stay.organization_id != pair.organization_id, stay.member_id != pair.survivor.pk)
        )
        for stay in still:
            if stay is not kept:
                stay.left_on, stay.left_by = max(days.today(), stay.joined_on), Membership.Left.TRANSFER
                stay.save(update_fields=["left_on", "left_by"])
                closed.append(stay.pk)
    Membership.objects.filter(pk__in=ids).update(member=pair.survivor)
    return {"ids": ids, "closed": closed}


def back_stays(by: Actor, pair: Pair, moved: dict[str, Any]) -> None:
    try:
        with transaction.atomic():
            Membership.objects.filter(pk__in=moved["ids"]).update(member=pair.absorbed)
            Membership.objects.filter(pk__in=moved["closed"]).update(left_on=None, left_by="")
    except IntegrityError as problem:
        raise Refused(_("会籍后来改过，退不回去")) from problem
