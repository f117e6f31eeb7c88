"""Telling those who watch: something happened that a person should look at, whoever did it."""

from collections.abc import Iterable

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from portal.core import outbox
from portal.kit import days

#: The log's keeper and the auditors: none of them holds a business role (separation rules S5, S6).
WATCHERS = ("log", "auditor")


def watchers(roles: Iterable[str] = WATCHERS) -> QuerySet:
    """Accounts in use that hold one of the roles today."""
    today = days.today()
    held = Q(posts__until__isnull=True) | Q(posts__until__gte=today)
    found = get_user_model().objects.filter(held, is_active=True, posts__role__in=list(roles), posts__since__lte=today)
    return found.distinct()


def sound(subject: str, body: str, url: str = "", key: str = "") -> int:
    """Write it to every watcher, in the transaction of what happened; returns how many."""
    return outbox.tell(watchers(), subject, body, url, key)
