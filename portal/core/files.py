"""Storing and serving files. Whether somebody may have a file is asked by the view of its owner, through
``visible_to``.
"""

import hashlib
import logging
import shutil
import uuid
from pathlib import Path

from django.conf import settings
from django.db.models import Sum
from django.http import FileResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from portal.core.actor import Actor
from portal.core.models import StoredFile
from portal.kit import uploads
from portal.kit.full import NO_ROOM, is_full
from portal.kit.refusal import NoRoom, TooMuch

log = logging.getLogger("portal.files")
MB = 1 << 20


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
    # Written beside it and renamed: a reader never sees half a file, and a crash leaves only a stray .part.
    part = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        part.rename(path)
    except OSError as problem:
        part.unlink(missing_ok=True)
        if is_full(problem):
            log.error("the store is full: %s bytes of %s", len(content), mime)
            raise NoRoom(NO_ROOM) from problem
        raise
    stored.save(force_insert=True)
    return stored


def store(uploaded, by: Actor, kinds: tuple[str, ...] = ("image", "pdf"), case: int = 0) -> StoredFile:
    """Check an upload by its content and store it; images are re-encoded without metadata. ``case`` is how many bytes
    the matter it belongs to holds already. Raises Refused in Chinese: beyond a quota as TooMuch, on a full disk as
    NoRoom (P-FILE2).
    """
    checked = uploads.inspect(uploaded, uploaded.name, kinds)
    _within(len(checked.data), checked.kind, by, case)
    return keep(checked.data, checked.name, checked.mime, by)


def _within(size: int, kind: str, by: Actor, case: int) -> None:
    """The quotas: per file by its kind, per matter, per account, and what must stay free for the rest of the portal."""
    kind_mb = int(settings.UPLOAD_KIND_MB.get(kind, uploads.MAX_BYTES // MB))
    if size > kind_mb * MB:
        raise TooMuch(_("这种文件一个最多 %(limit)d MB，这个有 %(size)s") % {"limit": kind_mb, "size": _size(size)})
    if case + size > settings.UPLOAD_CASE_MB * MB:
        words = _("一件的材料一共最多 %(limit)d MB，已经有 %(has)s，这个 %(size)s。先拿掉不用的，或者压缩以后再传")
        raise TooMuch(words % {"limit": settings.UPLOAD_CASE_MB, "has": _size(case), "size": _size(size)})
    if by.user is not None:
        mine = StoredFile.objects.filter(created_by=by.user).aggregate(all=Sum("size"))["all"] or 0
        if mine + size > settings.UPLOAD_USER_MB * MB:
            words = _("一个账号一共最多存 %(limit)d MB，你已经有 %(has)s。拿掉不用的，第二天就空出来")
            raise TooMuch(words % {"limit": settings.UPLOAD_USER_MB, "has": _size(mine)})
    if free() < size + settings.UPLOAD_FREE_MB * MB:
        log.error("less than %s MB free in the store: uploads are refused", settings.UPLOAD_FREE_MB)
        raise NoRoom(NO_ROOM)


def free(folder: Path | None = None) -> int:
    """Bytes that are free where files are kept, or in another folder, whether it was made already or not."""
    place = Path(folder or settings.FILES_DIR)
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free


def _size(size: int) -> str:
    return f"{size / MB:.1f} MB" if size >= MB else f"{size // 1024 + 1} KB"


def discard(stored: StoredFile) -> None:
    """Take the bytes away; the row, with its digest, stays. Harmless when they are gone already."""
    path_of(stored).unlink(missing_ok=True)


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
