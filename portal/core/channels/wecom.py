"""WeCom (企业微信): messages of an application of one's own corporation, by its HTTP API."""

import time
from typing import Any

from django.conf import settings

from portal.core.channels import http
from portal.core.channels.spec import Adapter, Away, Note, Rejected
from portal.core.models import Channel

#: Codes of the API: token gone, too many calls or system busy, receiver not there.
TOKEN_GONE = frozenset({40014, 41001, 42001})
BUSY = frozenset({-1, 45009, 45033})
NOBODY = frozenset({40003, 60111, 81013})
#: WeCom itself drops the same text to the same person within so many seconds.
SAME_WITHIN = 4 * 3600
DESCRIPTION = 160


class WeCom(Adapter):
    name = Channel.WECOM
    rings = True

    def __init__(self) -> None:
        self._token, self._until = "", 0.0

    def ready(self) -> bool:
        return http.is_file(settings.WECOM_API) or bool(settings.WECOM_CORP_ID and settings.WECOM_SECRET)

    def per_minute(self) -> int:
        return settings.WECOM_PER_MINUTE

    def reaches(self, user: Any, wecom: str) -> bool:
        return bool(wecom)

    def address(self, user: Any, wecom: str) -> str:
        return wecom

    def send(self, note: Note) -> None:
        if http.is_file(settings.WECOM_API):
            http.write_down(self.name, note)
            return
        code = self._post(note)
        if code in TOKEN_GONE:
            self._until = 0.0
            code = self._post(note)
        if code in BUSY or code in TOKEN_GONE:
            raise Away(f"errcode {code}")
        if code:
            raise Rejected(f"errcode {code}", lasting=code in NOBODY)

    def _post(self, note: Note) -> int:
        card = {"title": note.subject[:64], "description": (note.text or note.subject)[:DESCRIPTION], "url": note.link}
        body = {
            "touser": note.to, "msgtype": "textcard", "agentid": settings.WECOM_AGENT_ID, "textcard": card,
            "enable_duplicate_check": 1, "duplicate_check_interval": SAME_WITHIN,
        }  # fmt: skip
        url = f"{settings.WECOM_API}/cgi-bin/message/send"
        answer = http.ask("POST", url, params={"access_token": self._access()}, json=body)
        return 81013 if answer.get("invaliduser") else int(answer.get("errcode", 0))

    def _access(self) -> str:
        """The token, asked for anew a while before it ends."""
        if time.monotonic() >= self._until:
            secret = {"corpid": settings.WECOM_CORP_ID, "corpsecret": settings.WECOM_SECRET}
            answer = http.ask("GET", f"{settings.WECOM_API}/cgi-bin/gettoken", params=secret)
            if answer.get("errcode"):
                raise Away(f"errcode {answer['errcode']}")
            self._token = answer["access_token"]
            self._until = time.monotonic() + int(answer.get("expires_in", 7200)) - 300
        return self._token
