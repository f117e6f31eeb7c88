"""Writing a chunk of the list of unions in bulk, and taking it back."""

import datetime
import uuid
from collections.abc import Sequence
from typing import Any

from django.db.models import CharField, ProtectedError, Value
from django.db.models.functions import Cast, Concat, LPad
from django.utils.translation import gettext as _

from portal.core import trail
from portal.core.actor import Actor
from portal.kit import days
from portal.kit.refusal import Refused
from portal.registry.actions.changes import change_tree
from portal.registry.actions.organizations import fill_keys
from portal.registry.carrying import Asked
from portal.registry.imports.organizations import UPDATABLE, Look
from portal.registry.imports.spec import Line
from portal.registry.models import HeadCount, ImportRow, Organization, OrganizationChange
from portal.registry.queries.figures import as_of

_STORED = (*UPDATABLE, "version", "pinyin", "initials")
Kind = OrganizationChange.Kind
_DAYS = ("term_from", "term_until")
_DIGITS = 6


def write(lines: Sequence[Line], by: Actor, look: Look) -> None:
    """New unions wave by wave, a union before those below it; then the changed ones."""
    for line in lines:
        if line.found.existing is not None:
            look.made[str(line.row)] = line.found.existing.pk
    waiting = [line for line in lines if line.found.existing is None]
    while waiting:
        ready = [line for line in waiting if _parent(line, look)]
        if not ready:
            told = _("%(place)s 的上级（%(parent)s）没有入库，请先定它那一行")
            raise Refused(told % {"place": waiting[0].row, "parent": waiting[0].values.get("parent_row", "")})
        _add(ready, by, look)
        waiting = [line for line in waiting if str(line.row) not in look.made]
    _change([line for line in lines if line.found.existing is not None], by, look)


def _parent(line: Line, look: Look) -> int | None:
    return line.values.get("parent") or look.made.get(line.values.get("parent_row", ""))


def _add(lines: list[Line], by: Actor, look: Look) -> None:
    fresh, nameless = [], []
    for line in lines:
        given = {name: line.values[name] for name in UPDATABLE if line.values.get(name) not in (None, "")}
        code = line.values.get("code") or ""
        one = Organization(parent_id=_parent(line, look), kind=line.values["kind"], code=code or _passing(), **given)
        fill_keys(one)
        fresh.append(one)
        if not code:
            nameless.append(one)
    Organization.objects.bulk_create(fresh, batch_size=1000)
    if nameless:
        number = LPad(Cast("pk", CharField()), _DIGITS, Value("0"))
        Organization.objects.filter(pk__in=[one.pk for one in nameless]).update(code=Concat(Value("Z"), number))
    for one, line in zip(fresh, lines, strict=True):
        look.made[str(line.row)] = line.row.target_id = one.pk
        line.undo = {"new": True, "version": one.version}
    _count(fresh, by, look.scope.as_of)
    batch = lines[0].row.batch_id
    change = {"import": batch}
    records = (("organization.create", one, {**change, "kind": one.kind, "parent": one.parent_id}, "") for one in fresh)
    trail.write_many(by, records)


def _passing() -> str:
    """A code for the moment until the row has a number of its own."""
    return uuid.uuid4().hex[:20]


def _change(lines: list[Line], by: Actor, look: Look) -> None:
    changed_rows, moved, records = [], [], []
    for line in lines:
        one: Organization = line.found.existing  # type: ignore[assignment]
        names = {change.field for change in line.found.changes} - line.kept
        if not names:
            continue
        line.undo = {"old": {name: getattr(one, name) for name in names - {"parent"}}, "parent": one.parent_id}
        for name in names - {"parent"}:
            setattr(one, name, line.values[name])
        if "parent" in names:
            moved.append((line, one, _parent(line, look)))
        fill_keys(one)
        one.version += 1
        line.row.target_id, line.undo["version"] = one.pk, one.version
        changed_rows.append(one)
        records.append(("organization.import", one, {"import": line.row.batch_id, "fields": sorted(names)}, ""))
    store(changed_rows, by)
    _count(changed_rows, by, look.scope.as_of)
    trail.write_many(by, records)
    for line, one, parent in moved:
        _move(by, one, parent, _("导入组织名单"))
        line.undo["version"] = one.version


def _count(rows: list[Organization], by: Actor, day: datetime.date) -> None:
    """The figures of the sheet, as of the day it tells of; members are counted by the reports."""
    known = as_of([one.pk for one in rows], day)
    HeadCount.objects.bulk_create(
        HeadCount(
            organization=one, day=day, heads=one.head_count, women=one.women_count,
            members=known[one.pk].members, source=HeadCount.Source.IMPORT, by=by.user,
        )
        for one in rows
        if known[one.pk].day is None or known[one.pk][:2] != (one.head_count, one.women_count)
    )  # fmt: skip


def _move(by: Actor, one: Organization, parent: int | None, reason: str) -> None:
    """To another parent, with everything that goes along; the row then has a new version."""
    change_tree(by, Asked(Kind.MOVE, one, days.today(), Organization.objects.get(pk=parent)), reason, "")
    one.refresh_from_db()


def store(rows: list[Organization], by: Actor) -> None:
    """Update many whole rows at once: an insert that always meets its id. New names go into the history first."""
    names = dict(Organization.objects.filter(pk__in=[one.pk for one in rows]).values_list("pk", "name"))
    OrganizationChange.objects.bulk_create(
        OrganizationChange(
            organization=one, kind=Kind.RENAME, on=days.today(), old_name=names[one.pk], new_name=one.name,
            reason=_("导入组织名单"), by=by.user,
        )
        for one in rows
        if one.name != names[one.pk]
    )  # fmt: skip
    Organization.objects.bulk_create(
        rows, batch_size=1000, update_conflicts=True, unique_fields=["id"], update_fields=_STORED
    )


def undo(rows: Sequence[tuple[ImportRow, dict[str, Any]]], by: Actor) -> list[str]:
    """Take a chunk back; the names of those that were changed since, or that other things now hang on."""
    ids = [row.target_id for row, _undo in rows]
    there = {one.pk: one for one in Organization.objects.select_for_update(of=("self",)).filter(pk__in=ids)}
    moved = [row.name for row, u in rows if row.target_id not in there or there[row.target_id].version != u["version"]]
    if moved:
        return moved
    added = [there[row.target_id] for row, u in rows if u.get("new")]
    held = _remove(added)
    if held:
        return held
    changed = [(there[row.target_id], u) for row, u in rows if not u.get("new")]
    for one, u in changed:
        for name, value in u["old"].items():
            setattr(one, name, datetime.date.fromisoformat(value) if name in _DAYS and value else value)
        one.version += 1
        fill_keys(one)
    store([one for one, _u in changed], by)
    _count([one for one, _u in changed], by, days.today())
    for one, u in changed:
        if one.parent_id != u["parent"]:
            _move(by, one, u["parent"], _("撤回导入"))
    trail.write_many(by, (("organization.import_undone", one, {}, "") for one in there.values()))
    return []


def _remove(rows: list[Organization]) -> list[str]:
    """Delete the added unions; the names of those that something hangs on.

    A parent's deletion would take its branch along, so whatever was put below since is looked for first.
    """
    ids = [one.pk for one in rows]
    HeadCount.objects.filter(organization__in=ids, source=HeadCount.Source.IMPORT).delete()
    below = Organization.objects.filter(parent__in=ids).exclude(pk__in=ids).select_related("parent")
    if names := sorted({one.parent.name for one in below}):
        return names
    try:
        Organization.objects.filter(pk__in=ids).delete()
    except ProtectedError:
        held = [one.name for one in rows if one.members.exists() or one.posts.exists()]  # type: ignore[attr-defined]
        return held or [_("其中几家已经有了评选或记录")]
    return []
