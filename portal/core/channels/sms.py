"""SMS through any gateway that takes a JSON POST: the body is a template of the settings, signed with HMAC-SHA256."""

import hashlib
import hmac
import json
import time
from typing import Any

from django.conf import settings

from portal.core.channels import http
from portal.core.channels.spec import Adapter, Note, Rejected
from portal.core.models import Channel

#: One SMS of Chinese text is 70 signs; link and signature need theirs.
SUBJECT = 30


class Sms(Adapter):
    name = Channel.SMS
    rings = True

    def ready(self) -> bool:
        return bool(settings.SMS_URL)

    def per_minute(self) -> int:
        return settings.SMS_PER_MINUTE

    def reaches(self, user: Any, wecom: str) -> bool:
        return bool(user.phone_index)

    def address(self, user: Any, wecom: str) -> str:
        return user.phone

    def send(self, note: Note) -> None:
        if http.is_file(settings.SMS_URL):
            http.write_down(self.name, note)
            return
        body = self.body(note, int(time.time()))
        signed = hmac.new(settings.SMS_SECRET.encode(), body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", "X-Signature": signed, "X-Request-Id": note.key}
        answer = http.ask("POST", settings.SMS_URL, data=body, headers=headers)
        field, _equals, wanted = settings.SMS_OK.partition("=")
        if str(answer.get(field, "")) != wanted:
            raise Rejected(f"{field}={str(answer.get(field, ''))[:40]}")

    @staticmethod
    def body(note: Note, at: int) -> bytes:
        """The template with its values as JSON strings: a quotation mark in a title stays inside its string."""
        short = note.subject if len(note.subject) <= SUBJECT else f"{note.subject[: SUBJECT - 1]}…"
        text = f"【{settings.SMS_SIGN}】" + (f"{short}。打开看：{note.link}" if note.link else note.subject)
        body = settings.SMS_BODY
        for name, value in (("phone", note.to), ("text", text), ("id", note.key), ("time", str(at))):
            body = body.replace(f"{{{name}}}", json.dumps(value, ensure_ascii=False)[1:-1])
        return body.encode()
