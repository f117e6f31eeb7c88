"""Writing, sealing and verifying the audit trail.

``write`` is called by every action in its own transaction. ``seal`` chains new records with an HMAC;
``anchor`` writes the
head of the chain to a file outside the database; ``verify`` names the first record that does not fit (promise P-AUD1).
"""

import datetime
import errno
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection, models, transaction
from django.utils import timezone

from portal.core.actor import Actor
from portal.core.context import request_id
from portal.core.models import Record, Seal
from portal.kit import copying, days

_SEAL_LOCK = 714001
#: A link and its mac in an anchor file or in a mail.
_ANCHOR = re.compile(r"^\W*(\d+) ([0-9a-f]{64})\b", re.MULTILINE)
#: A record may be committed, and so sealed, a little after a higher number; never this much after.
LATE = datetime.timedelta(minutes=10)
FIELDS = (
    "id", "at", "by_id", "post_id", "as_name", "act", "target_type", "target_id", "target_name", "note", "change",
    "request_id",
)  # fmt: skip
COPIED = ("at", "by", "post_id", "as_name", "act", "target_type", "target_id", "target_name", "change", "request_id")


def write(
    by: Actor, act: str, target: models.Model | None, note: str = "", change: dict | None = None, name: str = ""
) -> Record:
    """Append one record. ``change`` holds ids, states and field names only, never personal values."""
    return Record.objects.create(
        at=days.now(),
        by=by.user,
        post_id=by.post.pk if by.post else None,
        as_name=str(by.post or "")[:200],
        act=act,
        target_type=target._meta.label_lower if target is not None else "",
        target_id=target.pk if target is not None and isinstance(target.pk, int) else None,
        target_name=(name or (str(target) if target is not None else ""))[:200],
        note=note,
        change=change or {},
        request_id=request_id.get(),
    )


def write_many(by: Actor, lines: Iterable[tuple[str, models.Model, dict, str]]) -> None:
    """Append one record for each (act, target, change, name): an act on thousands of rows explains each of them."""
    write_rows(by, ((act, one._meta.label_lower, one.pk, change, name or str(one)) for act, one, change, name in lines))


def write_rows(by: Actor, lines: Iterable[tuple[str, str, int, dict, str]]) -> None:
    """The same for rows that are no models yet: (act, label of the model, id, change, name). By COPY."""
    user, post, as_name = by.user.pk if by.user else None, by.post.pk if by.post else None, str(by.post or "")[:200]
    now, request = days.now(), request_id.get()
    rows = (
        (now, user, post, as_name, act, label, pk, name[:200], change, request)
        for act, label, pk, change, name in lines
    )
    copying.copy_rows(Record, COPIED, rows)


def canonical(record: Record) -> bytes:
    """The bytes of a record that the chain covers: sorted JSON, times as UTC ISO strings."""
    values = {name: getattr(record, name) for name in FIELDS}
    values["at"] = record.at.astimezone(timezone.get_default_timezone()).isoformat()
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _mac(previous: str, record: Record) -> str:
    key = bytes.fromhex(settings.SEAL_KEY)
    return hmac.new(key, previous.encode() + canonical(record), hashlib.sha256).hexdigest()


def seal(limit: int = 5000) -> int:
    """Chain up to ``limit`` unsealed records; returns how many. Two sealers at once are harmless (advisory lock)."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_SEAL_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        last = Seal.objects.order_by("-seq").first()
        seq, mac = (last.seq, last.mac) if last else (0, "")
        now, seals = days.now(), []
        for record in Record.objects.filter(seal__isnull=True).order_by("id")[:limit]:
            seq, mac = seq + 1, _mac(mac, record)
            seals.append(Seal(seq=seq, record=record, mac=mac, sealed_at=now))
        Seal.objects.bulk_create(seals, batch_size=1000)
        return len(seals)


def anchor(folder: Path | None = None) -> Path | None:
    """Append the head of the chain to today's anchor file. The folder should lie with another administrator."""
    head = Seal.objects.order_by("-seq").first()
    if head is None:
        return None
    folder = folder or settings.ANCHOR_DIR
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{days.today():%Y-%m-%d}.txt"
    line = f"{_line(head)}\n".encode()
    with path.open("ab", buffering=0) as file:
        end = file.tell()
        try:
            whole = file.write(line) == len(line)
        except OSError:
            whole = False
            raise
        finally:
            if not whole:
                file.truncate(end)
    if not whole:
        raise OSError(errno.ENOSPC, "no room for the whole line")
    return path


@dataclass(frozen=True)
class Verdict:
    """Result of a check of the chain. ``bad_record`` is the id of the first record that does not fit, 0 if none.

    ``anchored`` is the last link that was compared with its copy outside; 0 says that nothing outside was found.
    """

    sealed: int
    unsealed: int
    bad_record: int
    reason: str
    anchored: int = 0

    @property
    def good(self) -> bool:
        return not self.reason


def mail_anchor() -> int:
    """Send the head of the chain to the addresses outside; returns to how many. ``verify_trail --anchors`` reads it."""
    head = Seal.objects.order_by("-seq").first()
    if head is None or not settings.ANCHOR_MAIL:
        return 0
    line = _line(head)
    text = (
        f"{line}\n\n这一行是操作记录的封记，请保存这封信。以后核对时交给审计：manage.py verify_trail --anchors 这封信\n"
    )
    subject = f"操作记录封记 {days.today():%Y-%m-%d} 第 {head.seq} 号"
    EmailMessage(subject, text, to=settings.ANCHOR_MAIL).send()
    return len(settings.ANCHOR_MAIL)


def _line(head: Seal) -> str:
    return f"{head.seq} {head.mac} {days.now():%Y-%m-%dT%H:%M:%SZ}"


def _anchored(folder: Path, more: Iterable[Path] = ()) -> dict[int, set[str]]:
    """Link → every mac that was ever written outside for it: after a rewrite there are two. ``more``: mails, notes."""
    found: dict[int, set[str]] = {}
    for path in (*sorted(folder.glob("*.txt")), *more) if folder.exists() else more:
        for seq, mac in _ANCHOR.findall(path.read_text("utf-8", "replace")):
            found.setdefault(int(seq), set()).add(mac)
    return found


def verify(
    folder: Path | None = None,
    progress: Callable[[int], None] = lambda done: None,
    more: Iterable[Path] = (),
) -> Verdict:
    """Recompute the chain and compare it with the seals and the anchors. Reads every record once, in chunks."""
    anchors = _anchored(folder or settings.ANCHOR_DIR, more)
    mac, seq, highest, anchored = "", 0, 0, 0
    unsealed = Record.objects.filter(seal__isnull=True).count()

    def bad(record: int, reason: str) -> Verdict:
        return Verdict(seq, unsealed, record, reason, anchored)

    for link in Seal.objects.order_by("seq").select_related("record").iterator(chunk_size=2000):
        if link.seq != seq + 1:
            return bad(link.record_id, f"第 {seq + 1} 号封记或它的记录不见了")
        mac = _mac(mac, link.record)
        if not hmac.compare_digest(mac, link.mac):
            return bad(link.record_id, f"第 {link.record_id} 条记录与封记不符")
        if link.record_id < highest and link.sealed_at - link.record.at > LATE:
            return bad(link.record_id, f"第 {link.record_id} 条记录是后来插进去的")
        seq, highest = link.seq, max(highest, link.record_id)
        if seq in anchors:
            if anchors[seq] != {mac}:
                return bad(link.record_id, f"第 {seq} 号封记与外存的不同，整条链被重写过")
            anchored = seq
        if seq % 2000 == 0:
            progress(seq)
    return _tail(seq, highest, anchors, bad) or Verdict(seq, unsealed, 0, "", anchored)


def _tail(seq: int, highest: int, anchors: dict[int, set[str]], bad: Callable[[int, str], Verdict]) -> Verdict | None:
    """What a walk along the links cannot see: a cut end, and records that slipped in between and wait for a seal."""
    if Seal.objects.count() != seq:
        return bad(highest, f"第 {seq + 1} 号封记的记录不见了")
    if anchors and max(anchors) > seq:
        return bad(highest, f"外存记到第 {max(anchors)} 号，库里只到第 {seq} 号，尾部被截掉")
    old = days.now() - LATE
    slipped = Record.objects.filter(seal__isnull=True, id__lt=highest, at__lt=old).order_by("id").first()
    if slipped is not None:
        return bad(slipped.pk, f"第 {slipped.pk} 条记录是后来插进去的")
    return None
