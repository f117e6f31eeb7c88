"""What the register shows on other rooms' pages."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from awards.honours.models import Honour
from portal import policy
from portal.core.actor import Actor
from portal.registry.models import Member, Organization
from portal.registry.queries.dossier import Event
from programs.models import Decision

SHOWN = 5

Panel = tuple[str, str, dict[str, Any]]


def of_member(actor: Actor, member: Member) -> Panel | None:
    """Every honour of a person one may see, also those from another unit; a link only to what one may open."""
    if policy.scope(actor.role, "honour", "read") is None:
        return None
    mine = Honour.objects.filter(member=member, collective=False)
    rows = list(mine)
    opened = set(Honour.objects.visible_to(actor).filter(member=member).values_list("pk", flat=True))
    return _("荣誉"), "honours/_member.html", {"honours": [{"row": row, "opens": row.pk in opened} for row in rows]}


def of_organization(actor: Actor, organization: Organization) -> Panel | None:
    """The latest honours of a unit and its people."""
    if policy.scope(actor.role, "honour", "read") is None:
        return None
    rows = Honour.objects.visible_to(actor).filter(organization=organization)
    return (
        _("荣誉"),
        "honours/_organization.html",
        {"honours": rows[:SHOWN], "total": rows.count(), "unit": organization},
    )


def certificates_of(actor: Actor, decision: Decision) -> dict[str, str] | None:
    """After a decision comes the making of certificates."""
    if policy.scope(actor.role, "certificate", "read") is None or not decision.honours.exists():
        return None
    return {"label": _("证书"), "url": reverse("honours:certificates", args=[decision.call_id])}


def _events(rows: QuerySet[Honour], opened: set[int]) -> list[Event]:
    found = []
    for one in rows:
        tag, css = (_("已撤销"), "bad") if one.revoked else (one.get_level_display(), "good")
        url = one.get_absolute_url() if one.pk in opened else ""
        detail = "，".join(filter(None, [one.name, one.unit, one.document]))
        found.append(Event(one.awarded_on, _("获得"), one.title, detail, str(tag), css, url))
    return found


def events_of_member(actor: Actor, member: Member) -> list[Event]:
    """Every honour of a person one may see; a link only to what one may open."""
    if policy.scope(actor.role, "honour", "read") is None:
        return []
    opened = set(Honour.objects.visible_to(actor).filter(member=member).values_list("pk", flat=True))
    return _events(Honour.objects.filter(member=member, collective=False), opened)


def events_of_organization(actor: Actor, unit: Organization) -> list[Event]:
    """The honours of a unit and its people."""
    if policy.scope(actor.role, "honour", "read") is None:
        return []
    rows = Honour.objects.visible_to(actor).filter(organization=unit)
    return _events(rows, {one.pk for one in rows})


MEMBER = (of_member,)
ORGANIZATION = (of_organization,)
DECISION = (certificates_of,)
MEMBER_EVENTS = (events_of_member,)
ORGANIZATION_EVENTS = (events_of_organization,)
