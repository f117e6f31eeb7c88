"""Everything about a person or a union over the years, from every room, in one line of time."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from portal.core.actor import Actor
from portal.kit.gather import gather
from portal.registry.models import Member, Organization, OrganizationChange
from portal.registry.queries import history


@dataclass(frozen=True)
class Event:
    """One line. ``kind`` is what the tabs sort by: 获得, 推荐, 会籍 …; ``css`` colours the tag."""

    day: datetime.date
    kind: str
    title: str
    detail: str = ""
    tag: str = ""
    css: str = ""
    url: str = ""


def of(name: str, actor: Actor, row: Any) -> list[Event]:
    """The events that all rooms know (``panels.MEMBER_EVENTS``, ``ORGANIZATION_EVENTS``), newest first."""
    found: list[Event] = []
    for make in gather("panels", name):
        found += make(actor, row)  # type: ignore[operator]
    return sorted(found, key=lambda one: one.day, reverse=True)


def kinds(events: Iterable[Event]) -> dict[str, int]:
    """Kind → how many."""
    counted: dict[str, int] = {}
    for one in events:
        counted[one.kind] = counted.get(one.kind, 0) + 1
    return counted


def years(events: Iterable[Event]) -> list[dict[str, Any]]:
    """The line of time, year by year."""
    found: list[dict[str, Any]] = []
    for one in events:
        if not found or found[-1]["year"] != one.day.year:
            found.append({"year": one.day.year, "events": []})
        found[-1]["events"].append(one)
    return found


def stays(_actor: Actor, person: Member) -> list[Event]:
    """Where the person belonged."""
    events = []
    for stay in person.memberships.select_related("organization"):  # type: ignore[attr-defined]
        events.append(Event(stay.joined_on, _("会籍"), f"{stay.get_joined_by_display()}{stay.organization.name}"))
        if stay.left_on:
            events.append(Event(stay.left_on, _("会籍"), f"{stay.get_left_by_display()}，{stay.organization.name}"))
    return events


def changes(_actor: Actor, unit: Organization) -> list[Event]:
    """What became of the union."""
    events = []
    for one in history.changes_of(unit):
        title = one.get_kind_display()
        if one.kind == OrganizationChange.Kind.RENAME:
            title = _("由“%(old)s”改名“%(new)s”") % {"old": one.old_name, "new": one.new_name}
        elif one.organization_id != unit.pk:
            title = _("%(name)s并入") % {"name": one.organization.name}
        elif one.other is not None:
            title = f"{title}{one.other.name}"
        events.append(Event(one.on, _("沿革"), title, "，".join(filter(None, [one.document, one.reason]))))
    return events


def reports(_actor: Actor, unit: Organization) -> list[Event]:
    """The yearly figures."""
    rows = unit.head_counts.filter(source="report")  # type: ignore[attr-defined]
    text = _("教职工 %(heads)d 人，女 %(women)d；在会会员 %(members)d 人")
    return [Event(r.day, _("人数"), text % {"heads": r.heads, "women": r.women, "members": r.members}) for r in rows]
