"""Messages: written with the act they tell of. A request never talks to a gateway or the broker (adr 3)."""

import hashlib
from collections.abc import Iterable

from django.contrib.auth import get_user_model

from portal.core.models import Message
from portal.kit import days

Kind = Message.Kind


def tell(
    users: Iterable, subject: str, body: str = "", url: str = "", key: str = "", kind: str = Message.Kind.NEWS
) -> int:
    """Write one message per user; returns how many rows were offered. The same ``key`` reaches a user once, ever.

    Without a key, the key is the digest of the content and the minute, so that a double click does not tell twice.
    ``kind`` and what each person chose settle by which channels it goes, outside this transaction
    (``portal.core.deliveries``). Texts hold no personal values beyond names: they leave the house.
    """
    key = key or hashlib.sha256(f"{subject}|{body}|{url}|{days.now():%Y%m%d%H%M}".encode()).hexdigest()[:40]
    rows = [Message(user=user, subject=subject[:200], body=body, url=url, key=key, kind=kind) for user in users]
    Message.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)
    return len(rows)


def tell_ids(user_ids: Iterable[int], subject: str, body: str = "", url: str = "", key: str = "") -> int:
    """The same for users known by id, as in a job's params."""
    return tell(get_user_model().objects.filter(pk__in=list(user_ids)), subject, body, url, key)


def mark_read(user, message_ids: list[int] | None = None) -> int:
    """Mark the user's messages read (all of them without ids); returns how many changed."""
    rows = Message.objects.filter(user=user, read_at__isnull=True)
    if message_ids is not None:
        rows = rows.filter(pk__in=message_ids)
    return rows.update(read_at=days.now())
