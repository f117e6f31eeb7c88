"""Reading what was typed when: what changed behind a page's back, and the sittings of an entry."""

import datetime
from dataclasses import dataclass
from typing import Any

from portal.accounts.models import User
from programs.models import Edit, Entry


@dataclass(frozen=True)
class Change:
    """What another page did to one answer: the words it began with, and who left it as it is, when."""

    base: Any
    by: User
    at: datetime.datetime


def changed_since(entry: Entry, version: int, page: str = "") -> dict[str, Change]:
    """Name of the answer → what other pages did to it after the version; one query."""
    found: dict[str, Change] = {}
    edits = entry.edits.filter(version__gt=version).select_related("by").order_by("version")
    for edit in edits:
        if page and edit.page == page:
            continue
        for name, (before, _after) in edit.changes.items():
            base = found[name].base if name in found else before
            found[name] = Change(base, edit.by, edit.at)
    return found


def sittings(entry: Entry, limit: int = 50) -> list[Edit]:
    """The newest sittings of typing."""
    return list(entry.edits.select_related("by")[:limit])
