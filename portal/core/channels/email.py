"""E-mail through Django's mail backend: SMTP, or files for trying out. The Message-ID is fixed per message."""

import smtplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from portal.core.channels.spec import Adapter, Away, Note, Rejected
from portal.core.models import Channel

_PERMANENT = 500


class Email(Adapter):
    name = Channel.EMAIL

    def ready(self) -> bool:
        return True

    def per_minute(self) -> int:
        return settings.MAIL_PER_MINUTE

    def reaches(self, user: Any, wecom: str) -> bool:
        return bool(user.email)

    def address(self, user: Any, wecom: str) -> str:
        return user.email

    @contextmanager
    def session(self) -> Iterator[Callable[[Note], None]]:
        connection = get_connection(fail_silently=False)
        try:
            yield lambda note: self._send(note, connection)
        finally:
            connection.close()

    def _send(self, note: Note, connection: Any) -> None:
        host = urlsplit(settings.SITE_URL).hostname or "portal"
        mail = EmailMessage(
            note.subject,
            f"{note.name}：\n\n{note.text or note.subject}\n\n打开看：{note.link}\n" if note.link else note.text,
            to=[note.to],
            connection=connection,
            headers={"Message-ID": f"<{note.key}@{host}>", "Auto-Submitted": "auto-generated"},
        )
        try:
            connection.open()
            mail.send()
        except smtplib.SMTPRecipientsRefused as problem:
            code = next(iter(problem.recipients.values()))[0]
            raise Rejected(f"SMTP {code}", lasting=code >= _PERMANENT) from None
        except smtplib.SMTPSenderRefused as problem:
            raise Away(f"SMTP {problem.smtp_code}") from None
        except smtplib.SMTPDataError as problem:
            raise Rejected(f"SMTP {problem.smtp_code}") from None
        except OSError as problem:
            connection.close()
            raise Away(type(problem).__name__) from None
