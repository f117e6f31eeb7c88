"""Deadlines as they hold for one unit. The server's clock counts, to the second; pages show ``due``.

What is shown is when it ends; ``grace`` is what the edition lets pass after that (R35), and nothing else does.
"""

import datetime

from programs.models import Call, Entry, Extension
from programs.spec import State


def closes_for(call: Call, route: list[int]) -> datetime.datetime:
    """The deadline for a unit: the call's, or the latest extension given to it or to a unit above it."""
    later = (
        Extension.objects.standing()
        .filter(call=call, organization__in=route)
        .order_by("-closes_at")
        .values_list("closes_at", flat=True)
        .first()
    )
    return max(call.closes_at, later) if later else call.closes_at


def grace(call: Call) -> datetime.timedelta:
    """How long after a deadline the edition still takes what comes in."""
    return datetime.timedelta(minutes=call.param("grace_minutes"))


def due(entry: Entry) -> datetime.datetime:
    """Until when the unit may hand the entry in: the mending deadline of a returned one, else the call's."""
    if entry.state == State.RETURNED and entry.flags.get("due"):
        return datetime.datetime.fromisoformat(entry.flags["due"])
    route = [one.pk for one in entry.organization.route()]
    return closes_for(entry.call, route)
