"""The working-day calendar with the overrides kept in the database."""

from django.core.cache import cache
from django.db import transaction

from portal.core import trail
from portal.core.actor import Actor
from portal.core.context import once
from portal.core.models import DayOverride
from portal.kit.days import Calendar

KEY = "day-overrides"


def current() -> Calendar:
    """The calendar as of now. The override table is tiny and cached for five minutes; a change empties the cache."""
    return once(KEY, _read)


def _read() -> Calendar:
    overrides = cache.get(KEY)
    if overrides is None:
        overrides = dict(DayOverride.objects.values_list("day", "works"))
        cache.set(KEY, overrides, 300)
    return Calendar(overrides)


@transaction.atomic
def override(by: Actor, day, works: bool, reason: str) -> DayOverride:
    """Say that a day is (not) worked, with the document it rests on."""
    row, _made = DayOverride.objects.update_or_create(day=day, defaults={"works": works, "reason": reason})
    trail.write(by, "calendar.override", row, note=reason, change={"day": str(day), "works": works})
    transaction.on_commit(lambda: cache.delete(KEY))
    return row


@transaction.atomic
def remove_override(by: Actor, row: DayOverride) -> None:
    """Go back to the published calendar for that day."""
    trail.write(by, "calendar.remove", row, change={"day": str(row.day)})
    row.delete()
    transaction.on_commit(lambda: cache.delete(KEY))
