"""Deadlines as they hold for one unit. The server's clock counts, to the second; pages show ``due``.

What is shown is when it ends; ``grace`` is what the edition lets pass after that (R35), and nothing else does.
"""

import datetime

from portal.kit.prepared import Prepared, slot
from programs.models import Call, Entry, Extension
from programs.spec import State

_LATER = Prepared(
    lambda: (
        Extension.objects.standing().filter(call=slot("call"), organization__in=slot("route")).values_list("closes_at")
    )
)


def closes_for(call: Call, route: list[int]) -> datetime.datetime:
    """The deadline for a unit: the call's, or the latest extension given to it or to a unit above it. One query."""
    later = _LATER.all(call=call.pk, route=tuple(route))
    return max([call.closes_at, *(at for (at,) in later)])


def grace(call: Call) -> datetime.timedelta:
    """How long after a deadline the edition still takes what comes in."""
    return datetime.timedelta(minutes=call.param("grace_minutes"))


def due(entry: Entry) -> datetime.datetime:
    """Until when the unit may hand the entry in: the mending deadline of a returned one, else the call's."""
    if entry.state == State.RETURNED and entry.flags.get("due"):
        return datetime.datetime.fromisoformat(entry.flags["due"])
    # a page asks three times: kept with this reading of the entry, never longer
    if "_closes" not in entry.__dict__:
        entry.__dict__["_closes"] = closes_for(entry.call, [one.pk for one in entry.organization.route()])
    return entry.__dict__["_closes"]
