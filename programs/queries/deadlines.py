"""Deadlines as they hold for one unit."""

import datetime

from programs.models import Call, Entry, Extension
from programs.spec import State


def closes_for(call: Call, route: list[int]) -> datetime.datetime:
    """The deadline for a unit: the call's, or the latest extension given to it or to a unit above it."""
    later = (
        Extension.objects.filter(call=call, organization__in=route)
        .order_by("-closes_at")
        .values_list("closes_at", flat=True)
        .first()
    )
    return max(call.closes_at, later) if later else call.closes_at


def due(entry: Entry) -> datetime.datetime:
    """Until when the unit may hand the entry in: the mending deadline of a returned one, else the call's."""
    if entry.state == State.RETURNED and entry.flags.get("due"):
        return datetime.datetime.fromisoformat(entry.flags["due"])
    route = [one.pk for one in entry.organization.route()]
    return closes_for(entry.call, route)
