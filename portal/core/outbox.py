"""Messages: written with the act they tell of, e-mailed by one periodic task. A request never talks to the broker."""

import datetime
import hashlib
from collections.abc import Iterable

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.utils import timezone

from portal.core.models import Message

BATCH = 50
TRIES = 6


def tell(users: Iterable, subject: str, body: str = "", url: str = "", key: str = "") -> int:
    """Write one message per user; returns how many rows were offered. The same ``key`` reaches a user once, ever.

    Without a key, the key is the digest of the content and the minute, so that a double click does not tell twice.
    """
    key = key or hashlib.sha256(f"{subject}|{body}|{url}|{timezone.now():%Y%m%d%H%M}".encode()).hexdigest()[:40]
    now = timezone.now()
    rows = [
        Message(
            user=user,
            subject=subject[:200],
            body=body,
            url=url,
            key=key,
            mail=Message.Mail.QUEUED if user.email else Message.Mail.NONE,
            mail_after=now if user.email else None,
        )
        for user in users
    ]
    Message.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)
    return len(rows)


def tell_ids(user_ids: Iterable[int], subject: str, body: str = "", url: str = "", key: str = "") -> int:
    """The same for users known by id, as in a job's params."""
    return tell(get_user_model().objects.filter(pk__in=list(user_ids)), subject, body, url, key)


def send_due() -> int:
    """E-mail one batch of due messages; returns how many went. At least once: the Message-ID shows a repeat
    for what it is.
    """
    sent = 0
    connection = get_connection(fail_silently=False)
    with transaction.atomic():
        due = (
            Message.objects.select_for_update(skip_locked=True)
            .filter(mail=Message.Mail.QUEUED, mail_after__lte=timezone.now())
            .select_related(None)
            .order_by("mail_after")[:BATCH]
        )
        for message in due:
            sent += _send_one(message, connection)
    return sent


def _send_one(message: Message, connection) -> int:
    message.mail_tries += 1
    link = f"\n\n{settings.SITE_URL}{message.url}" if message.url else ""
    mail = EmailMessage(
        message.subject,
        message.body + link,
        to=[message.user.email],
        connection=connection,
        headers={"Message-ID": f"<message-{message.pk}@portal>"},
    )
    try:
        mail.send()
    except OSError as problem:
        message.mail_error = type(problem).__name__
        message.mail_after = timezone.now() + datetime.timedelta(minutes=2**message.mail_tries)
        if message.mail_tries >= TRIES:
            message.mail = Message.Mail.FAILED
        message.save(update_fields=["mail", "mail_tries", "mail_after", "mail_error"])
        return 0
    message.mail, message.mail_sent_at, message.mail_error = Message.Mail.SENT, timezone.now(), ""
    message.save(update_fields=["mail", "mail_tries", "mail_sent_at", "mail_error"])
    return 1


def mark_read(user, message_ids: list[int] | None = None) -> int:
    """Mark the user's messages read (all of them without ids); returns how many changed."""
    rows = Message.objects.filter(user=user, read_at__isnull=True)
    if message_ids is not None:
        rows = rows.filter(pk__in=message_ids)
    return rows.update(read_at=timezone.now())
