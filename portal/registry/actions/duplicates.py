"""Finding people who may be one, saying that they are two, making them one, and taking that back."""

import datetime
import json
from collections.abc import Collection
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from portal.core import trail
from portal.core.actor import Actor
from portal.kit import days
from portal.kit.refusal import Refused
from portal.registry.actions.members import fill_keys
from portal.registry.merging import Merge, Pair, merges
from portal.registry.models import Duplicate, Member, MemberMerge
from portal.registry.queries import duplicates as queries

FIND = "registry.duplicates"
#: As long as a merger can be taken back.
UNDO_DAYS = 60
_DAYS = ("birth_date", "hired_on")
Verdict = Duplicate.Verdict


@transaction.atomic
def find(by: Actor) -> int:
    """Look through the whole register; returns how many pairs are open. One statement for any number of people."""
    now = days.now()
    with connection.cursor() as cursor:
        cursor.execute(queries.FIND, {"now": now})
    gone = Duplicate.objects.filter(verdict=Verdict.OPEN, seen_at__lt=now).exclude(rules__contains="hand")
    gone.delete()
    return Duplicate.objects.filter(verdict=Verdict.OPEN).count()


@transaction.atomic
def point_out(by: Actor, one: Member, two: Member) -> Duplicate:
    """Put a pair into the queue by hand."""
    if one.pk == two.pk:
        raise Refused(_("是同一条登记"), "number")
    first, second = sorted((one, two), key=lambda person: person.pk)
    pair, made = Duplicate.objects.get_or_create(
        first=first, second=second, defaults={"rules": ["hand"], "seen_at": days.now()}
    )
    if not made and pair.verdict == Verdict.DIFFERENT:
        told = _("%(day)s 定过是两个人：%(reason)s")
        raise Refused(
            told % {"day": days.short_date(days.local(pair.decided_at).date()), "reason": pair.reason}, "number"
        )
    if made:
        trail.write(by, "member.alike", first, change={"other": second.pk}, name=f"#{first.pk}")
    return pair


def _open(pair_id: int) -> Duplicate:
    pair = Duplicate.objects.select_for_update(of=("self",)).get(pk=pair_id)
    if pair.verdict != Verdict.OPEN:
        raise Refused(_("刚有人定过：%(verdict)s") % {"verdict": pair.get_verdict_display()})
    return pair


def _decide(pair: Duplicate, by: Actor, verdict: str, reason: str) -> None:
    if not reason.strip():
        raise Refused(_("请写明理由"), "reason")
    pair.verdict, pair.reason, pair.decided_by, pair.decided_at = verdict, reason.strip(), by.user, days.now()
    pair.save(update_fields=["verdict", "reason", "decided_by", "decided_at"])


@transaction.atomic
def keep_apart(by: Actor, pair_id: int, reason: str) -> Duplicate:
    """They are two people; no later search asks again."""
    pair = _open(pair_id)
    _decide(pair, by, Verdict.DIFFERENT, reason)
    trail.write(
        by, "member.different", pair.first, note=reason, change={"other": pair.second_id}, name=f"#{pair.first_id}"
    )
    return pair


@transaction.atomic
def merge(by: Actor, pair_id: int, keep_id: int, taken: Collection[str], reason: str) -> MemberMerge:
    """Make one person of two. ``taken``: the fields whose value comes from the one that goes.

    Everything that points to that one points to the survivor afterwards; the row stays and leads there.
    """
    row = _open(pair_id)
    people = Member.objects.select_for_update(of=("self",)).filter(pk__in=[row.first_id, row.second_id]).order_by("pk")
    found = {person.pk: person for person in people}
    if any(person.merged_into_id for person in found.values()) or keep_id not in found:
        raise Refused(_("其中一个刚并给了别人"))
    survivor = found.pop(keep_id)
    absorbed = found.popitem()[1]
    to = absorbed.organization_id if "organization" in taken else survivor.organization_id
    pair = Pair(survivor, absorbed, to)
    if told := queries.blocks(pair):
        raise Refused("；".join(told))
    done = MemberMerge(
        survivor=survivor, absorbed=absorbed, reason=reason.strip(), by=by.user, at=days.now(),
        was_active=absorbed.active,
    )  # fmt: skip
    _decide(row, by, Verdict.MERGED, reason)
    done.moved = {one.link: moved for one in merges() if (moved := _move(one, by, pair))}
    done.values = json.dumps(_take(pair, taken), ensure_ascii=False, default=str)
    done.save()
    Duplicate.objects.filter(verdict=Verdict.OPEN, first=absorbed).delete()
    Duplicate.objects.filter(verdict=Verdict.OPEN, second=absorbed).delete()
    change = {"absorbed": absorbed.pk, "fields": sorted(taken), "moved": sorted(done.moved)}
    trail.write(by, "member.merge", survivor, note=reason, change=change, name=f"#{survivor.pk}")
    trail.write(by, "member.merged", absorbed, note=reason, change={"into": survivor.pk}, name=f"#{absorbed.pk}")
    return done


def _move(one: Merge, by: Actor, pair: Pair) -> Any:
    """Re-point one link; returns what takes it back."""
    if one.move:
        return one.move(by, pair)
    rows = one.model._default_manager.filter(**{one.field: pair.absorbed})
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    one.model._default_manager.filter(pk__in=ids).update(**{one.field: pair.survivor})
    return ids


def _take(pair: Pair, taken: Collection[str]) -> dict[str, list[Any]]:
    """Give the survivor what was chosen from the other, and close the other's row; {field: [old, new]}."""
    survivor, absorbed = pair.survivor, pair.absorbed
    changed: dict[str, list[Any]] = {}
    for name in queries.FIELDS:
        key = "organization_id" if name == "organization" else name
        if name in taken and name != "document_number" and getattr(survivor, key) != getattr(absorbed, key):
            changed[key] = [getattr(survivor, key), getattr(absorbed, key)]
            setattr(survivor, key, getattr(absorbed, key))
    if absorbed.active and not survivor.active:
        changed["active"] = [False, True]
        survivor.active = True
    absorbed.active, absorbed.merged_into = False, survivor
    if "document_number" in taken:
        changed["document"] = [survivor.document, absorbed.document]
        changed["document_number"] = [survivor.document_number, absorbed.document_number]
        _swap_documents(survivor, absorbed)
    for person in (absorbed, survivor):
        fill_keys(person)
        person.version += 1
        person.save()
    return changed


def _swap_documents(one: Member, two: Member) -> None:
    """Exchange the documents of two rows: the number is unique, so one steps aside first."""
    mine, theirs = (one.document, one.document_number), (two.document, two.document_number)
    two.document_number = f"-{two.pk}"
    two.save()
    one.document, one.document_number = theirs
    one.save()
    two.document, two.document_number = mine


@transaction.atomic
def undo(by: Actor, merge_id: int, reason: str) -> MemberMerge:
    """Make two people of one again: what was moved goes back, what the survivor was given is given back."""
    done = MemberMerge.objects.select_for_update(of=("self",)).get(pk=merge_id)
    if done.undone_at:
        raise Refused(_("已经撤回过"))
    if days.now() - done.at > datetime.timedelta(days=UNDO_DAYS):
        raise Refused(_("过了 %(n)d 天，不能再撤回") % {"n": UNDO_DAYS})
    if not reason.strip():
        raise Refused(_("请写明理由"), "reason")
    people = Member.objects.select_for_update(of=("self",)).filter(pk__in=[done.survivor_id, done.absorbed_id])
    found = {person.pk: person for person in people.order_by("pk")}
    survivor, absorbed = found[done.survivor_id], found[done.absorbed_id]
    if survivor.merged_into_id:
        raise Refused(_("留下的那一位后来又并给了别人，先撤回那一次"))
    pair = Pair(survivor, absorbed, survivor.organization_id)
    _give_back(done, survivor, absorbed)
    for one in merges():
        if one.link in done.moved:
            _back(one, by, pair, done.moved[one.link])
    done.undone_by, done.undone_at = by.user, days.now()
    done.save(update_fields=["undone_by", "undone_at"])
    Duplicate.objects.filter(first_id=min(found), second_id=max(found), verdict=Verdict.MERGED).update(
        verdict=Verdict.OPEN, reason="", decided_at=None, decided_by=None
    )
    for person, other in ((survivor, absorbed), (absorbed, survivor)):
        trail.write(by, "member.unmerge", person, note=reason, change={"other": other.pk}, name=f"#{person.pk}")
    return done


def _give_back(done: MemberMerge, survivor: Member, absorbed: Member) -> None:
    changed = json.loads(done.values) if done.values else {}
    documents = changed.pop("document_number", None), changed.pop("document", None)
    for name, (old, new) in changed.items():
        now = getattr(survivor, name)
        if (str(now) if name in _DAYS and now else now) == new:  # changed since by somebody: theirs stands
            setattr(survivor, name, datetime.date.fromisoformat(old) if name in _DAYS and old else old)
    absorbed.merged_into, absorbed.active = None, done.was_active
    if documents[0] and survivor.document_number == documents[0][1]:
        _swap_documents(survivor, absorbed)
    for person in (survivor, absorbed):
        fill_keys(person)
        person.version += 1
        person.save()


def _back(one: Merge, by: Actor, pair: Pair, moved: Any) -> None:
    if one.back:
        one.back(by, pair, moved)
        return
    rows = one.model._default_manager.filter(pk__in=moved, **{one.field: pair.survivor})
    try:
        with transaction.atomic():
            rows.update(**{one.field: pair.absorbed})
    except IntegrityError as problem:
        raise Refused(_("%(label)s后来改过，退不回去") % {"label": one.label}) from problem
