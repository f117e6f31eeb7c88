"""Writing a chunk of the roster in bulk, and taking it back."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from portal.core import trail
from portal.core.actor import Actor
from portal.kit import copying, crypto, days, pinyin
from portal.registry.actions.members import fill_keys
from portal.registry.imports.members import GONE, UPDATABLE, Look
from portal.registry.imports.spec import Line
from portal.registry.models import ImportRow, Member, Membership

_DAYS = ("birth_date", "hired_on")
_NEW = ("name", "document", "document_number", *[name for name in UPDATABLE if name != "name"])
_SEALED = ("document_number", "phone", "card_number")
_COPIED = (
    "id", "organization", "active", "updated_at", "pinyin", "initials", "document_index", "phone_index", *_NEW,
)  # fmt: skip
_STAY = ("member", "organization", "joined_on", "joined_by", "left_on", "left_by")
#: Columns that an import may change on a registered person. A bulk insert that meets the row's id updates these.
_STORED = (
    *UPDATABLE, "organization", "active", "version", "updated_at", "pinyin", "initials", "phone_index",
    "document_index",
)  # fmt: skip


def write(lines: Sequence[Line], by: Actor, look: Look) -> None:
    _add([line for line in lines if line.found.existing is None], by, look)
    _change([line for line in lines if line.found.existing is not None], by, look)


def _add(lines: list[Line], by: Actor, look: Look) -> None:
    """New people and their first stays, by COPY: constraints and triggers hold as for any insert."""
    if not lines:
        return
    for pk, line in zip(copying.reserve(Member, len(lines)), lines, strict=True):
        line.row.target_id, line.undo = pk, {"new": True, "version": 1}
    copying.copy_rows(Member, _COPIED, map(_Person(look), lines))
    copying.copy_rows(Membership, _STAY, (_stay(line, look) for line in lines))
    batch = lines[0].row.batch_id
    told = ((line.row.target_id, {"import": batch, "organization": line.values["unit"]}) for line in lines)
    trail.write_rows(by, (("member.add", "registry.member", pk, change, f"#{pk}") for pk, change in told))


class _Person:
    """A new person as the columns of ``_COPIED``; sealed, with the search keys."""

    def __init__(self, look: Look) -> None:
        self.look, self.now = look, days.now()
        self.seals = {name: Member._meta.get_field(name).sealer() for name in _SEALED}
        self.blank = {name: Member._meta.get_field(name).get_default() for name in _NEW}

    def __call__(self, line: Line) -> tuple:
        values, ring = line.values, self.look.ring
        given = [values.get(name) or self.blank[name] for name in _NEW]
        for at, name in enumerate(_NEW):
            if name in _SEALED:
                given[at] = self.seals[name](given[at])
        phone = crypto.blind(values.get("phone") or "", "phone", ring)
        return (
            line.row.target_id, values["unit"], not _gone(line), self.now, *pinyin.keys(values["name"]),
            self.look.index(values["document_number"]), phone, *given,
        )  # fmt: skip


def _stay(line: Line, look: Look) -> tuple:
    """The first stay of a new person as the columns of ``_STAY``."""
    values = line.values
    joined = values.get("joined_on") or values.get("hired_on") or look.today
    left, how = (_left(line, look, joined), values["standing"]) if _gone(line) else (None, "")
    return line.row.target_id, values["unit"], joined, Membership.Joined.JOIN.value, left, how


def _left(line: Line, look: Look, joined: datetime.date) -> datetime.date:
    """Without a day of its own, a stay ends on the day that the sheet tells of."""
    return max(line.values.get("left_on") or look.scope.as_of, joined)


def _gone(line: Line) -> bool:
    return line.values.get("standing") in GONE


def _close(stay: Membership, line: Line, look: Look) -> None:
    """End a stay as the sheet says."""
    stay.left_on = _left(line, look, stay.joined_on)
    stay.left_by = line.values["standing"]


def _change(lines: list[Line], by: Actor, look: Look) -> None:
    leaves, moves, people, records = [], [], [], []
    for line in lines:
        member: Member = line.found.existing  # type: ignore[assignment]
        changed = _wanted(line, member, look)
        if not changed:
            continue
        old = {name: getattr(member, name) for name in changed if name not in ("organization", "active")}
        line.undo = {"old": old, "organization": member.organization_id, "active": member.active}
        for name in old:
            setattr(member, name, line.values[name])
        if _gone(line) and "active" in changed:
            leaves.append((line, member))
            member.active = False
        elif {"organization", "active"} & changed:
            moves.append((line, member))
            member.organization_id, member.active = line.values["unit"], True
        fill_keys(member)
        member.version += 1
        line.row.target_id, line.undo["version"] = member.pk, member.version
        people.append(member)
        change = {"import": line.row.batch_id, "fields": sorted(changed)}
        records.append(("member.import", member, change, f"#{member.pk}"))
    store(people)
    _transfer(moves)
    _leave(leaves, look)
    trail.write_many(by, records)


def _wanted(line: Line, member: Member, look: Look) -> set[str]:
    """The fields that this row writes: those that differ, without what the portal keeps."""
    changed = {change.field for change in line.found.changes}
    if member.organization_id not in look.tree:  # a transfer: from now on the sheet's union answers for the data
        changed |= {n for n in UPDATABLE if line.values.get(n) not in (None, "", getattr(member, n))}
    return changed - line.kept


def store(people: list[Member]) -> None:
    """Update many whole rows at once: an insert that always meets its id. Sealed fields and their indexes are refilled.

    ``bulk_update`` would send one CASE per row and column, some twenty times slower for rosters.
    """
    Member.objects.bulk_create(
        people, batch_size=1000, update_conflicts=True, unique_fields=["id"], update_fields=_STORED
    )


def _transfer(moves: list[tuple[Line, Member]]) -> None:
    if not moves:
        return
    today = days.today()
    stays = Membership.objects.filter(member__in=[member.pk for _line, member in moves], left_on__isnull=True)
    open_now = {stay.member_id: stay for stay in stays}
    for stay in open_now.values():
        stay.left_on, stay.left_by = max(today, stay.joined_on), Membership.Left.TRANSFER
    Membership.objects.bulk_update(open_now.values(), ["left_on", "left_by"], batch_size=500)
    fresh = [
        Membership(
            member=member,
            organization_id=member.organization_id,
            joined_on=today,
            joined_by=Membership.Joined.TRANSFER if member.pk in open_now else Membership.Joined.JOIN,
        )
        for _line, member in moves
    ]
    Membership.objects.bulk_create(fresh, batch_size=1000)
    for (line, member), stay in zip(moves, fresh, strict=True):
        line.undo |= {"opened": stay.pk, "closed": open_now[member.pk].pk if member.pk in open_now else None}


def _leave(leaves: list[tuple[Line, Member]], look: Look) -> None:
    """Retirement and leaving: the open stay is closed."""
    lines = {member.pk: line for line, member in leaves}
    stays = list(Membership.objects.filter(member__in=lines, left_on__isnull=True))
    for stay in stays:
        _close(stay, lines[stay.member_id], look)
        lines[stay.member_id].undo["closed"] = stay.pk
    Membership.objects.bulk_update(stays, ["left_on", "left_by"], batch_size=500)


# ── the way back ──


def undo(rows: Sequence[tuple[ImportRow, dict[str, Any]]], by: Actor) -> list[str]:
    """Take a chunk back; the names of those that were changed since, or that other things now hang on."""
    ids = [row.target_id for row, _undo in rows]
    people = {m.pk: m for m in Member.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")}
    moved = [
        row.name for row, u in rows if row.target_id not in people or people[row.target_id].version != u["version"]
    ]
    if moved:
        return moved
    added = [people[row.target_id] for row, u in rows if u.get("new")]
    held = _remove(added)
    if held:
        return held
    changed = [(people[row.target_id], u) for row, u in rows if not u.get("new")]
    for member, u in changed:
        for name, value in u["old"].items():
            setattr(member, name, datetime.date.fromisoformat(value) if name in _DAYS and value else value)
        member.organization_id, member.active = u["organization"], u["active"]
        member.version += 1
        fill_keys(member)
    store([member for member, _u in changed])
    Membership.objects.filter(pk__in=[u["opened"] for _m, u in changed if u.get("opened")]).delete()
    closed = [u["closed"] for _m, u in changed if u.get("closed")]
    Membership.objects.filter(pk__in=closed).update(left_on=None, left_by="")
    lines = [("member.import_undone", m, {}, f"#{m.pk}") for m in [*people.values()]]
    trail.write_many(by, lines)
    return []


def _remove(people: list[Member]) -> list[str]:
    """Delete the added people; the names of those that entries, honours or accounts point to."""
    Membership.objects.filter(member__in=[member.pk for member in people]).delete()
    try:
        Member.objects.filter(pk__in=[member.pk for member in people]).delete()
    except ProtectedError as problem:
        names = {getattr(held, "member", None) and held.member.name for held in problem.protected_objects}
        return sorted(str(name) for name in names if name) or [_("其中几个人")]
    return []
