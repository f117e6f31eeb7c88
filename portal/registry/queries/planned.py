"""Changes of unions that wait for their day."""

from django.db.models import Q, QuerySet

from portal.core.actor import Actor
from portal.kit import days
from portal.registry.models import Organization, PlannedChange


def due() -> QuerySet[PlannedChange]:
    """Those whose day has come, the earliest first."""
    rows = PlannedChange.objects.filter(state=PlannedChange.State.WAITING, on__lte=days.today())
    return rows.select_related("organization", "by").order_by("on", "pk")


def of(unit: Organization) -> list[PlannedChange]:
    """What waits for the union or was not done, with what it is planned to take over from others. One query."""
    mine = Q(organization=unit) | Q(other=unit)
    rows = PlannedChange.objects.filter(mine, state__in=[PlannedChange.State.WAITING, PlannedChange.State.REFUSED])
    return list(rows.select_related("organization", "other", "by"))


def actor_of(planned: PlannedChange) -> Actor:
    """Who planned it, in the post of then; whether it is still theirs is asked when the work begins."""
    if planned.by is None:
        return Actor()
    return Actor(planned.by, planned.by.posts.filter(pk=planned.post_id).first())
