"""Which shown forms were sent already: in PostgreSQL, in the transaction of what they did (``portal.kit.forms``)."""

import datetime
import hashlib

from django.db import OperationalError, connection, transaction

from portal.core.models import Press
from portal.kit import days

KEPT = datetime.timedelta(days=1)


def take(slot: str) -> bool:
    """True once. While somebody is at it the second waits for how that ends, for as long as a lock may take."""
    sql = "INSERT INTO core_press (slot, at) VALUES (%s, %s) ON CONFLICT DO NOTHING"
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [_digest(slot), days.now()])
            return cursor.rowcount == 1
    except OperationalError as busy:
        if getattr(busy.__cause__, "pgcode", "") != "55P03":  # lock_not_available
            raise
        return False


def give_back(slot: str) -> None:
    Press.objects.filter(slot=_digest(slot)).delete()


def forget() -> int:
    """Drop what no page can send again; returns how many."""
    return Press.objects.filter(at__lt=days.now() - KEPT).delete()[0]


def _digest(slot: str) -> str:
    return hashlib.sha256(slot.encode()).hexdigest()
