"""What a channel is: it knows whether it is set up, whom it can reach, and sends one note at a time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Note:
    """What goes out. ``key`` is the same at every try, so that a repeat can be recognised; ``link`` is absolute, and
    empty in a letter, which goes as it is written.
    """

    key: str
    to: str = field(repr=False)
    name: str
    subject: str
    text: str
    link: str


class Away(Exception):
    """The gateway does not answer or wants less: the channel rests, no message loses a try. Names no person."""


class Rejected(Exception):
    """The gateway does not take this note; ``lasting`` when another try cannot help. The text names no person."""

    def __init__(self, reason: str, lasting: bool = False) -> None:
        super().__init__(reason)
        self.lasting = lasting


class Adapter:
    """One channel. ``rings`` says that it wakes people: quiet hours are kept."""

    name = ""
    rings = False

    def ready(self) -> bool:
        """Whether this installation has set it up."""
        raise NotImplementedError

    def per_minute(self) -> int:
        """How many notes a minute the gateway takes; 0 is no limit."""
        raise NotImplementedError

    def reaches(self, user: Any, wecom: str) -> bool:
        """Whether there is an address; asked for many people at once, so it decrypts nothing."""
        raise NotImplementedError

    def address(self, user: Any, wecom: str) -> str:
        """The address itself, just before sending; empty when it is gone."""
        raise NotImplementedError

    @contextmanager
    def session(self) -> Iterator[Callable[[Note], None]]:
        """A function that sends one note over a connection kept for the batch. It raises Away or Rejected."""
        yield self.send

    def send(self, note: Note) -> None:
        raise NotImplementedError
