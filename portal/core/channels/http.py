"""Speaking to a gateway over HTTP: with time limits, without redirects, and without a word of it in the log."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings

from portal.core.channels.spec import Away, Note, Rejected

TIMEOUT = (5, 10)
_BUSY = 429
_SERVER = 500
_CLIENT = 400


def ask(method: str, url: str, **what: Any) -> dict[str, Any]:
    """The gateway's JSON answer. Raises Away for silence, 429 and 5xx, Rejected for other refusals."""
    try:
        answer = requests.request(method, url, timeout=TIMEOUT, allow_redirects=False, **what)
    except requests.RequestException as problem:
        raise Away(type(problem).__name__) from None  # its text holds the address with its secrets
    if answer.status_code == _BUSY or answer.status_code >= _SERVER:
        raise Away(f"HTTP {answer.status_code}")
    if answer.status_code >= _CLIENT or answer.is_redirect:
        raise Rejected(f"HTTP {answer.status_code}")
    try:
        found = answer.json()
    except ValueError:
        raise Rejected("answer is not JSON") from None
    return found if isinstance(found, dict) else {}


def is_file(url: str) -> bool:
    """``file:`` writes to the folder of outgoing notes instead: for trying out."""
    return urlsplit(url).scheme == "file"


def write_down(channel: str, note: Note) -> None:
    """One JSON line per note in ``VAR_DIR/outgoing``."""
    folder = Path(settings.OUTGOING_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    line = json.dumps({**vars(note)}, ensure_ascii=False)
    with (folder / f"{channel}.jsonl").open("a", encoding="utf-8") as file:
        file.write(line + "\n")
