"""Periodic work that is done once, however many beats ask for it (P-NOTE4)."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from portal.core.models import PeriodicRun
from portal.kit import days

#: The first half of the advisory lock's key; the second is the hash of name and period.
_LOCK = 714300
KEPT = datetime.timedelta(days=400)


@contextmanager
def once(name: str, period: object) -> Iterator[bool]:
    """Whether this call does the work ``name`` of ``period``; the block and its mark are one transaction.

    ``period`` is what it is done for: a date, ``"2026-11-23T04"``, a call's number with a day. Use it in a Celery task
    that a beat starts::

        with once("digest", days.today()) as mine:
            if mine:
                ...  # rows only: messages through the outbox, long work through jobs.start

    True for one caller ever. False when the work was done, and when somebody is at it this moment. A block that raises
    leaves no mark and no effect, so the next beat tries again: let the beat ask more often than the period is long.
    """
    with transaction.atomic():
        mine = _free(name, str(period))
        if mine:
            PeriodicRun.objects.create(name=name, period=str(period), at=days.now())
        yield mine


def _free(name: str, period: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [_LOCK, f"{name} {period}"])
        if not cursor.fetchone()[0]:
            return False
    return not PeriodicRun.objects.filter(name=name, period=period).exists()


def forget() -> int:
    """Drop marks that no beat can ask for any more; returns how many."""
    return PeriodicRun.objects.filter(at__lt=days.now() - KEPT).delete()[0]
