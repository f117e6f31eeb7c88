"""Storing and serving files. Whether somebody may have a file is asked by the view of its owner, through
``visible_to``.
"""

import hashlib
import uuid
from pathlib import Path

from django.conf import settings
from django.http import FileResponse
from django.utils.http import content_disposition_header

from portal.core.actor import Actor
from portal.core.models import StoredFile
from portal.kit import uploads


def path_of(stored: StoredFile) -> Path:
    """Where the bytes lie: two levels of folders by the random name."""
    name = stored.pk.hex
    return Path(settings.FILES_DIR) / name[:2] / name


def keep(content: bytes, name: str, mime: str, by: Actor) -> StoredFile:
    """Store bytes that we made ourselves (a report, a PDF). Uploads go through ``store``."""
    stored = StoredFile(
        id=uuid.uuid4(),
        name=name[:200],
        mime=mime,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        created_by=by.user,
    )
    path = path_of(stored)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written beside it and renamed: a reader never sees half a file, and a crash leaves only a stray .part.
    part = path.with_suffix(".part")
    part.write_bytes(content)
    part.rename(path)
    stored.save(force_insert=True)
    return stored


def store(uploaded, by: Actor, kinds: tuple[str, ...] = ("image", "pdf")) -> StoredFile:
    """Check an upload by its content and store it; images are re-encoded without metadata. Raises Refused in
    Chinese.
    """
    checked = uploads.inspect(uploaded, uploaded.name, kinds)
    return keep(checked.data, checked.name, checked.mime, by)


def read(stored: StoredFile) -> bytes:
    return path_of(stored).read_bytes()


def respond(stored: StoredFile, name: str = "", inline: bool = False) -> FileResponse:
    """Serve a file as attachment (or a PDF/image inline) that no browser will run."""
    inline = inline and stored.mime in ("application/pdf", "image/jpeg", "image/png", "image/webp")
    response = FileResponse(path_of(stored).open("rb"), content_type=stored.mime)
    response["Content-Disposition"] = content_disposition_header(not inline, name or stored.name)
    response["Content-Length"] = stored.size
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'none'"
    return response
