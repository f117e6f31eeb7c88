"""How fast an account may ask. Counted in the database by one statement, so it holds without Redis."""

import time

from django.conf import settings
from django.db import connection
from django.http import HttpRequest

from portal.api.models import PaceCount

MINUTE = 60


def too_fast(request: HttpRequest) -> int:
    """0, or in how many seconds the account may ask again. ``API_PACE``."""
    token = getattr(request, "token", None)
    who = f"t{token.pk}" if token is not None else f"u{request.user.pk}" if request.user.is_authenticated else ""
    if not who:
        return 0
    now = int(time.time())
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO api_pacecount (who, minute, count) VALUES (%s, %s, 1) "
            "ON CONFLICT (who, minute) DO UPDATE SET count = api_pacecount.count + 1 RETURNING count",
            [who, now // MINUTE],
        )
        counted = cursor.fetchone()[0]
    return MINUTE - now % MINUTE if counted > settings.API_PER_MINUTE else 0


def forget() -> int:
    """Drop counters that nobody asks for any more; returns how many."""
    past = int(time.time()) // MINUTE - 2
    return PaceCount.objects.filter(minute__lt=past).delete()[0]
