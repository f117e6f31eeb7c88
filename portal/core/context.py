"""What belongs to the current request: its name, and what was already looked up for it. Empty in tasks."""

from collections.abc import Callable, Hashable
from contextvars import ContextVar
from typing import Any

#: Set by the middleware, for records and error pages.
request_id: ContextVar[str] = ContextVar("request_id", default="")
#: Set by the middleware: what ``once`` has looked up.
looked_up: ContextVar[dict[Hashable, Any] | None] = ContextVar("looked_up", default=None)


def once(key: Hashable, make: Callable[[], Any]) -> Any:
    """What ``make`` gives, asked once in a request however many rows want it; outside of one it is asked each time."""
    known = looked_up.get()
    if known is None:
        return make()
    if key not in known:
        known[key] = make()
    return known[key]


def anew(key: Hashable, make: Callable[[], Any]) -> Any:
    """What ``make`` gives now, for whoever has just taken a lock; ``once`` gives that from here on."""
    found, known = make(), looked_up.get()
    if known is not None:
        known[key] = found
    return found
