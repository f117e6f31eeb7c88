"""Reading members: the figures of a union, who looked at what, who waits on the same page."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from django.db.models import Count, Q

from portal.core.actor import Actor
from portal.core.models import Record
from portal.kit import crypto, days
from portal.kit.gather import gather
from portal.registry.models import Member, Membership, Organization
from portal.registry.queries.duplicates import survivor_of

Panel = Callable[[Actor, Any], "tuple[str, str, dict[str, Any]] | None"]


class Figures(NamedTuple):
    """What is counted of a union's own members (without the unions below)."""

    members: int
    women: int


def figures(organization: Organization) -> Figures:
    """One query."""
    rows = Member.objects.filter(organization=organization, active=True)
    found = rows.aggregate(n=Count("pk"), women=Count("pk", filter=Q(sex=Member.Sex.FEMALE)))
    return Figures(found["n"], found["women"])


def moves_this_year(organization: Organization) -> dict[str, int]:
    """Who came and went this year: one query for each direction."""
    year = days.today().year
    came = Membership.objects.filter(organization=organization, joined_on__year=year)
    went = Membership.objects.filter(organization=organization, left_on__year=year)
    return came.aggregate(
        joined=Count("pk", filter=Q(joined_by=Membership.Joined.JOIN)),
        moved_in=Count("pk", filter=Q(joined_by=Membership.Joined.TRANSFER)),
    ) | went.aggregate(
        moved_out=Count("pk", filter=Q(left_by=Membership.Left.TRANSFER)),
        retired=Count("pk", filter=Q(left_by=Membership.Left.RETIRE)),
    )


def by_document(actor: Actor, number: str) -> Member | None:
    """The one person with this document, among those the actor may see."""
    found = Member.objects.filter(document_index__in=crypto.blinds(number, "document")).first()
    return Member.objects.visible_to(actor).filter(pk=survivor_of(found).pk).first() if found else None


def looks(member: Member, at_most: int = 20) -> list[Record]:
    """Who looked at protected values of this person, newest first."""
    rows = Record.objects.about(member).filter(act="member.plain").select_related("by")
    return list(rows.order_by("-id")[:at_most])


def panels(name: str, actor: Actor, row: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """What other rooms show on the page of a person or a union: (title, template, context), from its ``panels``."""
    for make in gather("panels", name):
        drawn = make(actor, row)  # type: ignore[operator]
        if drawn is not None:
            yield drawn
