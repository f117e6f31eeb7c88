"""Whether the portal and each of its parts are well."""

import time
from collections.abc import Callable

import redis
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection

from portal.core.files import MB, free
from portal.core.models import ChannelState
from portal.kit import days, weasy

SILENT_AFTER = 60
OK = "ok"


def pulse(worker: str) -> None:
    """A worker says that it lives."""
    cache.set(f"pulse:{worker}", int(time.time()), 600)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "does not answer"
    return OK


def _redis(url: str) -> str:
    try:
        server = redis.Redis.from_url(url, socket_connect_timeout=0.5, socket_timeout=0.5)
        server.ping()
        server.close()
    except (redis.RedisError, OSError):
        return "does not answer"
    return OK


def _worker(name: str) -> str:
    seen = cache.get(f"pulse:{name}")
    if seen is None:
        return "never seen"
    silent = int(time.time()) - seen
    return OK if silent <= SILENT_AFTER else f"silent for {silent} s"


def _disk() -> str:
    """Below this uploads are refused, and a moment later exports and anchors fail too."""
    short = any(free(place) < settings.UPLOAD_FREE_MB * MB for place in (settings.FILES_DIR, settings.ANCHOR_DIR))
    return f"less than {settings.UPLOAD_FREE_MB} MB free" if short else OK


def _channels() -> str:
    """Gateways that do not answer: their messages wait."""
    try:
        resting = list(ChannelState.objects.filter(paused_until__gt=days.now()).values_list("name", flat=True))
    except DatabaseError:
        return "not known without the database"
    return f"not answering: {', '.join(resting)}" if resting else OK


def _pdf() -> str:
    missing = weasy.missing_libraries()
    return f"missing: {', '.join(missing)}" if missing else OK


PARTS: dict[str, Callable[[], str]] = {
    "database": _database,
    "cache": lambda: _redis(settings.CACHES["default"]["LOCATION"]),
    "broker": lambda: _redis(settings.CELERY_BROKER_URL),
    "worker": lambda: _worker("worker"),
    "documents": lambda: _worker("documents"),
    "channels": _channels,
    "disk": _disk,
    "pdf": _pdf,
}


def parts() -> dict[str, str]:
    """Part → "ok" or what is wrong with it. Without the database nothing works; without the rest, less."""
    return {name: ask() for name, ask in PARTS.items()}
