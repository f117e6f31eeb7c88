"""Keeping what is typed into an entry. A draft is never refused for its content, and two pages never overwrite
each other: what only one of them changed is merged, what both changed is shown to whoever came second.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal.core import trail
from portal.core.actor import Actor
from portal.kit import days, pinyin
from portal.kit.refusal import Refused
from programs.actions.entries import may_write
from programs.actions.moves import lock, make_move
from programs.models import Edit, Entry, Look
from programs.queries import drafts
from programs.queries.answers import clean_answer
from programs.queries.drafts import Change

#: The name under which a collective's own name is typed and kept among the answers' changes.
SUBJECT = "subject"
#: What typing changes in an entry.
TYPED = ("data", "subject", "pinyin", "initials", "version", "saved_at", "saved_by", "updated_at")
#: A page that goes on typing within this time goes on with the same sitting.
SITTING = datetime.timedelta(minutes=10)


@dataclass(frozen=True)
class Clash:
    """One answer that two pages changed: nobody's words were overwritten."""

    name: str
    mine: Any
    theirs: Any
    change: Change


@dataclass
class Kept:
    """What became of a save: the entry, what others changed meanwhile and this page did not, what both changed.

    ``refused`` says why it was not handed in as well.
    """

    entry: Entry
    fresh: dict[str, Any] = field(default_factory=dict)
    clashes: list[Clash] = field(default_factory=list)
    refused: Refused | None = None


def same(one: Any, other: Any) -> bool:
    """Whether two answers say the same; not asked, not ticked and empty are one. A nought is an answer."""
    return _said(one) == _said(other)


def _said(value: Any) -> Any:
    return "" if value is None or value is False or value == [] else value


def save_draft(by: Actor, entry_id: int, data: Mapping[str, Any], version: int, subject: str = "") -> Entry:
    """Keep what was typed, or nothing: refuses a save that clashes with what somebody else wrote meanwhile."""
    with transaction.atomic():
        kept = merge_draft(by, entry_id, data, version, subject)
        if kept.clashes:
            raise Refused(told(by, kept.clashes[0]))
    return kept.entry


def told(by: Actor, clash: Clash) -> str:
    """Who else wrote into an answer, and when."""
    who = _("你在另一个窗口") if clash.change.by == by.user else clash.change.by.name
    return _("%(who)s %(at)s 也改了这一处") % {"who": who, "at": days.short_datetime(clash.change.at)}


@transaction.atomic
def merge_draft(
    by: Actor, entry_id: int, data: Mapping[str, Any], version: int, subject: str = "", page: str = ""
) -> Kept:
    """Keep what was typed, valid or not, on top of what others saved since ``version``, the one the page shows.

    Answers that both changed are left as they stand and come back as clashes. ``page`` is the key of the shown form.
    """
    entry = lock(entry_id)
    may_write(by, entry)
    typed = _typed(entry, data, subject)
    kept = Kept(entry)
    changed = {} if version == entry.version else drafts.changed_since(entry, version, page)
    takes: dict[str, list[Any]] = {}
    for name, mine in typed.items():
        theirs = answer(entry, name)
        if same(mine, theirs):
            continue
        if name not in changed:
            takes[name] = [theirs, mine]
        elif not same(mine, changed[name].base):
            kept.clashes.append(Clash(name, mine, theirs, changed[name]))
    clashing = {one.name for one in kept.clashes}
    kept.fresh = {name: answer(entry, name) for name in changed if name not in clashing}
    if takes:
        _write(by, entry, takes, page)
    return kept


@transaction.atomic
def hand_in(
    by: Actor, entry_id: int, move: str, data: Mapping[str, Any], version: int, subject: str = "", page: str = ""
) -> Kept:
    """Keep what was typed, as ``merge_draft`` does, and hand the entry in, under one lock.

    What was typed stays when the hand-in is refused: it comes back in ``refused``. Without a ``move`` it is only kept.
    """
    kept = merge_draft(by, entry_id, data, version, subject, page)
    try:
        if kept.clashes:
            raise Refused(_("有 %(n)d 处两边都改过，先选一边") % {"n": len(kept.clashes)})
        if move:
            make_move(entry_id, move, by=by, version=kept.entry.version, held=kept.entry)
    except Refused as refusal:
        kept.refused = refusal
    return kept


def answer(entry: Entry, name: str) -> Any:
    """What the entry says now, its own name among the answers."""
    return entry.subject if name == SUBJECT else entry.data.get(name)


def _typed(entry: Entry, data: Mapping[str, Any], subject: str) -> dict[str, Any]:
    known = {one.name: one for one in entry.call.fields if not one.locked}
    typed = {name: clean_answer(known[name], raw) for name, raw in data.items() if name in known}
    if subject.strip() and entry.call.program.called.name:
        typed[SUBJECT] = subject.strip()[:120]
    return typed


def _write(by: Actor, entry: Entry, takes: Mapping[str, list[Any]], page: str) -> None:
    for name, (_before, after) in takes.items():
        if name == SUBJECT:
            entry.subject = after
            entry.pinyin, entry.initials = pinyin.keys(after)
        else:
            entry.data[name] = after
    now = days.now()
    _remember(entry, by, takes, page, now)
    entry.version += 1
    entry.saved_at, entry.saved_by = now, by.user
    entry.save(update_fields=TYPED)


def _remember(entry: Entry, by: Actor, takes: Mapping[str, list[Any]], page: str, now: datetime.datetime) -> None:
    """Lengthen this page's sitting if nothing came between, else begin one."""
    last = entry.edits.first() if page else None
    if last and last.page == page and last.version == entry.version and now - last.at < SITTING:
        for name, (before, after) in takes.items():
            last.changes[name] = [last.changes[name][0] if name in last.changes else before, after]
        last.version, last.at = entry.version + 1, now
        last.save(update_fields=["changes", "version", "at"])
        return
    Edit.objects.create(
        entry=entry, by=by.user, page=page, since=entry.version, version=entry.version + 1, began_at=now, at=now,
        changes=dict(takes),
    )  # fmt: skip


@transaction.atomic
def put_back(by: Actor, entry_id: int, edit_id: int, name: str) -> Entry:
    """Give an answer the words it had before a sitting changed them. Raises DoesNotExist for a wrong sitting."""
    entry = lock(entry_id)
    edit = entry.edits.get(pk=edit_id)
    if name not in edit.changes:
        raise Refused(_("那一次没有改这一处"))
    before = edit.changes[name][0]
    kept = merge_draft(by, entry_id, {name: before}, entry.version, str(before) if name == SUBJECT else "").entry
    trail.write(by, "entry.put-back", kept, change={"field": name, "version": edit.version})
    return kept


def look(by: Actor, entry: Entry) -> Look | None:
    """Note that a reader sees the newest handed-in version; returns what they saw before. None before any hand-in."""
    if not entry.revision:
        return None
    now = days.now()
    seen, made = Look.objects.get_or_create(
        entry=entry, by=by.user, defaults={"revision": entry.revision, "before": 0, "at": now}
    )
    if not made and seen.revision < entry.revision:
        seen.before, seen.revision, seen.at = seen.revision, entry.revision, now
        seen.save(update_fields=["before", "revision", "at"])
    return seen
