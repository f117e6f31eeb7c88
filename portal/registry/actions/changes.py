"""Changing the tree: rename, move, merge, dissolve. Each is one act with a day, a reason and a document.

What the act will carry along is looked up first and shown (``plan``); the act looks again under lock and refuses when
that is no longer what was shown.
"""

import datetime
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal.core import trail
from portal.core.actor import Actor
from portal.kit import days
from portal.kit.refusal import Refused
from portal.registry.actions.organizations import fill_keys, place_allowed
from portal.registry.carrying import Asked, Carrier, Load, carriers
from portal.registry.models import Organization, OrganizationChange

Kind = OrganizationChange.Kind


@dataclass(frozen=True)
class Plan:
    """What a change would do: what goes along, what to know, what forbids it. ``digest`` names exactly this plan."""

    asked: Asked
    loads: list[tuple[Carrier, Load]] = field(default_factory=list)

    @property
    def blocks(self) -> list[str]:
        return [text for _one, load in self.loads for text in load.blocks]

    @property
    def digest(self) -> str:
        asked = self.asked
        shown = [asked.kind, asked.unit.pk, asked.other.pk if asked.other else 0, str(asked.on)]
        loads = [(one.key, load.count, load.lines, load.blocks) for one, load in self.loads]
        return hashlib.sha256(json.dumps([shown, loads], ensure_ascii=False).encode()).hexdigest()[:16]


def plan(asked: Asked) -> Plan:
    """The dry run. Raises Refused when the change makes no sense at all, whatever there is to carry."""
    sensible(asked, ahead=True)
    return Plan(asked, [(one, one.look(asked)) for one in carriers()])


def sensible(asked: Asked, ahead: bool = False) -> None:
    """Raises Refused where the change cannot be meant; ``ahead``: it may be for a day to come."""
    unit, other = asked.unit, asked.other
    if not unit.active:
        raise Refused(_("%(name)s已经不在用了") % {"name": unit.name})
    if asked.on > days.today() and not ahead:
        raise Refused(_("%(day)s 还没到，到那天再办") % {"day": asked.on.isoformat()}, "on")
    last = unit.changes.order_by("-on", "-id").first()  # type: ignore[attr-defined]
    if last and asked.on < last.on:
        told = _("%(day)s 已经%(kind)s过，要晚于那一天") % {"day": last.on.isoformat(), "kind": last.get_kind_display()}
        raise Refused(told, "on")
    if asked.kind != Kind.RENAME and unit.parent_id is None:
        raise Refused(_("最上层的工会只能改名"))
    if other is None and asked.kind in (Kind.MOVE, Kind.MERGE):
        raise Refused(_("请选另一家"), "other")
    if other is not None:
        _other_fits(asked, unit, other)


def _other_fits(asked: Asked, unit: Organization, other: Organization) -> None:
    if not other.active:
        raise Refused(_("%(name)s已经不在用了") % {"name": other.name}, "other")
    if other.pk in unit.subtree_ids():
        raise Refused(_("%(name)s就是它自己或在它下面") % {"name": other.name}, "other")
    if asked.kind == Kind.MOVE:
        if other.pk == unit.parent_id:
            raise Refused(_("上级已经是%(name)s") % {"name": other.name}, "other")
        place_allowed(unit.kind, other)
        if Organization.objects.filter(parent=other, name=unit.name).exists():
            raise Refused(_("%(name)s下面已经有叫这个名字的工会") % {"name": other.name}, "other")
    if asked.kind == Kind.MERGE and other.kind != unit.kind:
        told = _("%(one)s不能并入%(two)s，类别要相同")
        raise Refused(told % {"one": unit.get_kind_display(), "two": other.get_kind_display()}, "other")


def _locked(unit: Organization, other: Organization | None) -> tuple[Organization, Organization | None]:
    """Both rows, locked in order of their ids."""
    wanted = [unit.pk] + ([other.pk] if other else [])
    rows = Organization.objects.select_for_update(of=("self",)).filter(pk__in=wanted).order_by("pk")
    found = {row.pk: row for row in rows}
    return found[unit.pk], found[other.pk] if other else None


def _record(by: Actor, asked: Asked, reason: str, document: str, **values: Any) -> OrganizationChange:
    if not reason.strip():
        raise Refused(_("请写明原因"), "reason")
    return OrganizationChange.objects.create(
        organization=asked.unit, kind=asked.kind, on=asked.on, other=asked.other, reason=reason.strip(),
        document=document.strip(), by=by.user, **values,
    )  # fmt: skip


@transaction.atomic
def rename(
    by: Actor, unit: Organization, on: datetime.date, name: str, short_name: str, reason: str, document: str
) -> OrganizationChange:
    """Give the union a new name from a day on. Its papers of before keep the old one."""
    unit, _other = _locked(unit, None)
    asked, name = Asked(Kind.RENAME, unit, on), " ".join(name.split())
    sensible(asked)
    if name == unit.name:
        raise Refused(_("和现在的名字一样"), "name")
    if Organization.objects.filter(parent=unit.parent_id, name=name).exclude(pk=unit.pk).exists():
        raise Refused(_("同一个上级下面已经有叫这个名字的工会"), "name")
    change = _record(by, asked, reason, document, old_name=unit.name, new_name=name)
    unit.name, unit.short_name = name, short_name.strip()
    fill_keys(unit)
    unit.version += 1
    unit.save()
    told = {"change": change.pk, "on": str(on), "fields": ["name", "short_name"]}
    trail.write(by, "organization.rename", unit, note=reason, change=told)
    return change


@transaction.atomic
def change_tree(by: Actor, asked: Asked, reason: str, document: str, shown: str | None = None) -> OrganizationChange:
    """Move, merge or dissolve, with everything that goes along. ``shown``: the digest of the plan the actor saw."""
    unit, other = _locked(asked.unit, asked.other)
    asked = Asked(asked.kind, unit, asked.on, other)
    sensible(asked)
    found = plan(asked)
    if shown is not None and shown != found.digest:
        raise Refused(_("刚有变化，下面是新的。请看过再办"))
    if found.blocks:
        raise Refused("；".join(found.blocks))
    carried = {one.key: load.count for one, load in found.loads if load.count}
    change = _record(by, asked, reason, document, old_parent=unit.parent, carried=carried)
    for one, load in found.loads:
        if load.count:
            one.carry(by, asked)
    if asked.kind == Kind.MOVE:
        unit.parent = other
    else:
        unit.active = False
    unit.version += 1
    unit.save()
    told = {"change": change.pk, "on": str(asked.on), "other": other.pk if other else None, "carried": carried}
    if asked.kind == Kind.MOVE:
        told["fields"] = ["parent"]
    trail.write(by, f"organization.{asked.kind}", unit, note=reason, change=told)
    return change
