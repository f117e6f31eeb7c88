"""Entries of whole editions with all that a life in the engine leaves: revisions, files, hands, records, messages.

The rows say what ``make_move`` would have written, move by move; they come in by COPY, because forty thousand lives
through the front door take hours. What an entry says is the room's matter (``Planned.data``).
"""

import datetime
import hashlib
import os
import random
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse

from portal.core.models import Message, Record, StoredFile
from portal.kit import copying, days
from portal.registry.models import Organization
from programs.demo import plan
from programs.models import Attachment, Call, Entry, Hand, Revision
from programs.queries.entries import content_digest
from programs.spec import State

#: Fate → the moves that lead to it once the entry has been handed in and has reached the owner.
LIVES: dict[str, tuple[str, ...]] = {
    "review": (), "mended": ("return", "submit"), "returned": ("return",), "refused": ("refuse",),
    "shortlist": ("propose",), "reserve": ("reserve",), "notice": ("propose", "publish"),
    "approved": ("propose", "publish", "approve"), "revoked": ("propose", "publish", "approve", "revoke"),
}  # fmt: skip
TARGETS = {
    "submit": State.REVIEW, "forward": State.REVIEW, "return": State.RETURNED, "refuse": State.REFUSED,
    "propose": State.SHORTLIST, "reserve": State.RESERVE, "publish": State.NOTICE, "approve": State.APPROVED,
    "revoke": State.REVOKED, "withdraw": State.WITHDRAWN, "lapse": State.LAPSED,
}  # fmt: skip
#: Days from the edition's opening until the move is made.
LATER = {"propose": 38, "reserve": 38, "publish": 46, "approve": 62, "revoke": 300, "lapse": 46, "refuse": 36}
#: As many names as a file may have on every file system.
LINKS = 30_000
NOTES = {"return": "票数对不上", "refuse": "事迹不够突出，名额有限。", "withdraw": "重新酝酿人选", "revoke": "材料不实"}
TOLD = {"refuse": "“{}”不通过", "approve": "“{}”通过了", "revoke": "“{}”的荣誉已撤销", "return": "“{}”退回补正"}


@dataclass(frozen=True)
class Hands:
    """An account as the rows name it: its user, its post, the person behind it and the post's words."""

    user: int | None
    post: int | None
    person: str
    words: str


@dataclass(frozen=True)
class Planned:
    """One entry to write: who and where, what it says, and what becomes of it (a key of ``LIVES`` or a state)."""

    unit: Organization
    member: int | None
    subject: str
    keys: tuple[str, str]
    category: int
    data: dict[str, Any]
    fate: str
    day: int


@dataclass
class Life:
    """An entry on its way through the moves, not in the database yet."""

    pk: int
    unit: Organization
    category_id: int
    member: int | None
    subject: str
    data: dict[str, Any]
    desk: int
    desk_since: datetime.datetime
    updated_at: datetime.datetime
    state: str = State.DRAFT
    flags: dict[str, Any] = field(default_factory=dict)
    number: str = ""
    version: int = 1
    revision: int = 0
    returned_from: int | None = None
    submitted_at: datetime.datetime | None = None


class Lives:
    """Writes the entries of calls; keeps the ids that the next one gets."""

    COLUMNS = {
        Entry: ("id", "call", "category", "organization", "member", "subject", "pinyin", "initials", "number", "state",
                "desk", "desk_since", "returned_from", "data", "flags", "version", "revision", "created_by",
                "created_at", "submitted_at", "saved_at", "saved_by", "updated_at"),
        Revision: ("entry", "number", "data", "files", "digest", "at", "by"),
        StoredFile: ("id", "name", "mime", "size", "sha256", "created_at", "created_by"),
        Attachment: ("entry", "item", "file", "digest", "added_at", "added_by"),
        Hand: ("entry", "user", "hand"),
        Record: ("at", "by", "post_id", "as_name", "act", "target_type", "target_id", "target_name", "note", "change"),
        Message: ("user", "subject", "body", "url", "key", "created_at", "read_at", "routed"),
    }  # fmt: skip

    def __init__(self, pdf: bytes, hands: dict[int, Hands], officer: Hands, leader: Hands) -> None:
        self.pdf, self.hands, self.officer, self.leader = pdf, hands, officer, leader
        self.sha256, self.random = hashlib.sha256(pdf).hexdigest(), random.Random(5)
        self.next_id, self.linked, self.now = 1, 0, days.end_of_day(days.today() - datetime.timedelta(days=1))
        self.rows: dict[type, list[tuple]] = defaultdict(list)
        self.signed: dict[tuple[int, int], str] = {}

    def write(self, call: Call, planned: Iterable[Planned]) -> dict[str, list[int]]:
        """Write the entries; returns fate → ids. The call's next number follows the last one given."""
        self.call, self.opened = call, call.opens_at
        self.files = [(one.name, one.label, one.printed) for one in call.materials if one.required]
        self.categories = {one.pk: one.name for one in call.categories.all()}
        self.number, found = 0, defaultdict(list)
        for one in planned:
            found[one.fate].append(self.next_id)
            self._live(one)
            self.next_id += 1
        self.rows[Hand] = [(*key, hand) for key, hand in self.signed.items()]
        self.signed.clear()
        for model, names in self.COLUMNS.items():
            copying.copy_rows(model, names, self.rows.pop(model, []))
        copying.advance(Entry)
        Call.objects.filter(pk=call.pk).update(next_number=self.number + 1)
        return found

    # ── one entry ──
    def _live(self, one: Planned) -> None:
        unit, started = self.hands[one.unit.pk], self.opened + datetime.timedelta(days=one.day, hours=one.day % 7)
        direct = one.unit.parent_id == self.call.owner_id
        life = Life(
            self.next_id, one.unit, one.category, one.member, one.subject, one.data, one.unit.pk, started, started
        )
        self._record(life, started, unit, "start", {"call": self.call.pk, "category": one.category})
        kept = self._attach(life, unit, started) if one.fate not in (State.DRAFT, State.LAPSED) else []
        for name in self._moves(one.fate, direct):
            self._move(life, name, started, kept)
        self.rows[Entry].append(
            (life.pk, self.call.pk, one.category, one.unit.pk, one.member, one.subject, *one.keys, life.number,
             life.state, life.desk, life.desk_since, life.returned_from, life.data, life.flags,
             life.version, life.revision, unit.user, started, life.submitted_at, started, unit.user,
             life.updated_at)
        )  # fmt: skip

    def _moves(self, fate: str, direct: bool) -> tuple[str, ...]:
        up = ("submit",) if direct else ("submit", "forward")
        alone = {"draft": (), "lapsed": ("lapse",), "withdrawn": ("submit", "withdraw"), "below": ("submit",)}
        return alone[fate] if fate in alone else (*up, *LIVES[fate])

    def _by(self, life: Life, name: str) -> Hands:
        if name in ("submit", "withdraw"):
            return self.hands[life.unit.pk]
        if name == "forward":
            return self.hands[life.desk]
        return self.leader if name in ("approve", "revoke") else self.officer

    def _move(self, life: Life, name: str, started: datetime.datetime, kept: list[dict]) -> None:
        before, by = [life.state, life.desk], self._by(life, name)
        at = max(life.updated_at, self.opened + datetime.timedelta(days=LATER.get(name, 0)))
        at = min(at + datetime.timedelta(hours=3 + life.pk % 31), self.now - datetime.timedelta(minutes=life.pk % 50))
        self._desk(life, name)
        life.state, life.version, life.updated_at = TARGETS[name], life.version + 1, at
        if life.desk != before[1] or name in ("submit", "return"):
            life.desk_since = at
        if name == "submit":
            self._freeze(life, by, at, kept)
        change = {"move": name, "state": [before[0], life.state], "desk": [before[1], life.desk]}
        if name == "lapse":
            return self._record(life, at, Hands(None, None, "", ""), name, change)
        hand = "unit" if name in ("submit", "withdraw") else "leader" if by is self.leader else f"desk:{before[1]}"
        self.signed.setdefault((life.pk, by.user), hand)
        if name in TOLD:
            self.rows[Message].append(
                (self.hands[life.unit.pk].user, TOLD[name].format(life.subject), NOTES.get(name, ""),
                 reverse("programs:entry", args=[life.pk]), f"entry-{life.pk}-{life.version}", at,
                 at if life.pk % 3 else None, True)
            )  # fmt: skip
        return self._record(life, at, by, name, change, NOTES.get(name, ""))

    def _desk(self, life: Life, name: str) -> None:
        """Where the move puts the life, and what a returned one is asked to mend."""
        if name == "submit":
            life.desk = life.returned_from or life.unit.parent_id
        elif name == "forward":
            life.desk = self.call.owner_id
        elif name in ("withdraw", "lapse"):
            life.desk = life.unit.pk
        life.flags = life.flags if name == "submit" else {}
        if name == "return":
            due = days.end_of_day(days.local(self.now).date() + datetime.timedelta(days=4))
            asked = {"votes_for": "与会议纪要不符", "story": "写出年份和数字"}
            life.returned_from, life.desk = life.desk, life.unit.pk
            life.flags = {"fields": asked, "note": NOTES[name], "due": due.isoformat(), "revision": life.revision}

    def _freeze(self, life: Life, by: Hands, at: datetime.datetime, kept: list[dict]) -> None:
        if not life.number:
            self.number += 1
            life.number = f"{self.call.program.number_prefix}〔{self.call.year}〕{self.number:04d}"
            life.submitted_at = at
        else:
            votes = {"votes_for": life.data["votes_for"] - 1, "votes_abstain": life.data["votes_abstain"] + 1}
            life.data = {**life.data, **votes}
        life.revision += 1
        row = (life.pk, life.revision, life.data, kept, content_digest(life), at, by.user)
        self.rows[Revision].append(row)

    def _attach(self, life: Life, by: Hands, at: datetime.datetime) -> list[dict]:
        """The required papers, each a file of its own; all of them hold the same page."""
        kept = []
        for name, label, printed in self.files:
            key = uuid.UUID(int=self.random.getrandbits(128), version=4)
            self._link(key)
            self.rows[StoredFile].append(
                (key, f"{label}.pdf", "application/pdf", len(self.pdf), self.sha256, at, by.user)
            )
            digest = content_digest(life) if printed else ""
            self.rows[Attachment].append((life.pk, name, key, digest, at, by.user))
            kept.append({"item": name, "name": f"{label}.pdf", "sha256": self.sha256, "id": str(key)})
        return kept

    def _link(self, key: uuid.UUID) -> None:
        path = Path(settings.FILES_DIR) / key.hex[:2] / key.hex
        path.parent.mkdir(parents=True, exist_ok=True)
        if self.linked % LINKS == 0:
            path.write_bytes(self.pdf)
            self.base = path
        elif not path.exists():
            os.link(self.base, path)
        self.linked += 1

    def _record(self, life: Life, at: datetime.datetime, by: Hands, act: str, change: dict, note: str = "") -> None:
        name = f"{life.subject} · {self.categories[life.category_id]}"
        self.rows[Record].append(
            (at, by.user, by.post, by.words, f"entry.{act}", "programs.entry", life.pk, name, note, change)
        )


CITY = (plan,)
