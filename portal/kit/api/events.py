"""What others may subscribe to: acts of the trail, told with ids and states only."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Event:
    """A matter whose acts are told. A room lists its own in ``api.EVENTS``; ``portal.api`` gathers them.

    ``target`` is the model's label as the trail writes it, ``acts`` the acts that are told, and ``rows`` what an actor
    may see of it: a subscriber hears of nothing that its post could not open.
    """

    key: str
    title: Any
    target: str
    acts: tuple[str, ...]
    rows: Callable[[Any], Any]
