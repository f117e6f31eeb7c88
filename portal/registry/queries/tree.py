"""The tree of unions as the page shows it: branches on demand, each with how many people stand below."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Count, Q, QuerySet

from portal.core.actor import Actor
from portal.kit import days
from portal.registry.models import Kind, Organization, OrganizationChange

#: More lines than these under one branch are left to the list.
BRANCH = 60
SOON = datetime.timedelta(days=183)
_WITH_TERM = (Kind.DISTRICT, Kind.UNIVERSITY, Kind.VOCATIONAL, Kind.AFFILIATED, Kind.GRASSROOTS)

# Members in each subtree, by one walk up from every union that has any.
_COUNTS = """
WITH RECURSIVE up(pk, n) AS (
    SELECT organization_id, count(*) FROM registry_member WHERE active GROUP BY organization_id
    UNION ALL
    SELECT o.parent_id, up.n FROM up JOIN registry_organization o ON o.id = up.pk WHERE o.parent_id IS NOT NULL
)
SELECT pk, sum(n)::int FROM up WHERE pk = ANY(%s) GROUP BY pk
"""


@dataclass
class Node:
    """A line of the tree. With ``kind`` it is a heading of its parent's unions of that kind: 区教育工会 16 家."""

    name: str
    pk: int
    kind: str = ""
    count: int = 0
    leaf: bool = False
    open: bool = False
    current: bool = False
    children: list["Node"] = field(default_factory=list)
    more: int = 0

    def walk(self) -> Iterator["Node"]:
        yield self
        for child in self.children:
            yield from child.walk()


def member_counts(ids: list[int]) -> dict[int, int]:
    """Members in force in the subtree of each of these unions."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, [ids])
        return dict(cursor.fetchall())


def _below(parent: Organization, actor: Actor) -> QuerySet[Organization]:
    return Organization.objects.visible_to(actor).filter(parent=parent, active=True).order_by("pinyin", "pk")


def _groups(parent: Organization, actor: Actor) -> list[Node]:
    """The headings below the city: there are too many unions for one branch."""
    rows = _below(parent, actor).order_by().values_list("kind").annotate(n=Count("pk"))
    counts = dict(rows)
    return [Node(f"{label} {counts[kind]} 家", parent.pk, kind) for kind, label in Kind.choices if kind in counts]


def _children(parent: Organization, actor: Actor, kind: str, keep: int | None) -> tuple[list[Node], int]:
    """The unions right below, at most ``BRANCH`` with ``keep`` among them, and how many were left out."""
    rows = _below(parent, actor)
    rows = rows.filter(kind=kind) if kind else rows
    found = list(rows[: BRANCH + 1])
    left = 0
    if len(found) > BRANCH:
        left, found = rows.count() - BRANCH, found[:BRANCH]
        if keep and keep not in {one.pk for one in found}:
            found[-1:] = rows.filter(pk=keep)
    ids = [one.pk for one in found]
    parents = set(Organization.objects.filter(parent__in=ids, active=True).values_list("parent_id", flat=True))
    return [Node(one.short, one.pk, leaf=one.pk not in parents) for one in found], left


def branch(parent: Organization, actor: Actor, kind: str = "") -> Node:
    """One opened branch, for the fragment that htmx asks for."""
    node = Node(parent.short, parent.pk, kind, open=True)
    if parent.kind == Kind.CITY and not kind:
        node.children = _groups(parent, actor)
    else:
        node.children, node.more = _children(parent, actor, kind, None)
    _count(node, parent, actor)
    return node


def route_to(current: Organization, actor: Actor) -> list[Organization]:
    """From the highest union that the actor may see down to ``current``."""
    route = current.route()
    if actor.tree_ids is None or actor.role in ("auditor", "supervisor"):
        return route
    return [one for one in route if one.pk in actor.tree_ids]


def tree_to(route: list[Organization], actor: Actor) -> Node:
    """The tree opened along this way."""
    current = route[-1]
    root = node = Node(route[0].short, route[0].pk)
    for place, one in enumerate(route):
        node.open, node.current = True, one.pk == current.pk
        below = route[place + 1] if place + 1 < len(route) else None
        if one.kind == Kind.CITY:
            node.children = _groups(one, actor)
            group = next((child for child in node.children if below and child.kind == below.kind), None)
            if group is None:
                break
            group.open, node = True, group
        node.children, node.more = _children(one, actor, node.kind, below.pk if below else None)
        node.leaf = not node.children
        node = next((child for child in node.children if below and child.pk == below.pk), node)
    _count(root, route[0], actor)
    return root


def _count(root: Node, top: Organization, actor: Actor) -> None:
    """Fill in the figures of all lines with one query (and one more for the headings)."""
    lines = list(root.walk())
    headed = {line.kind: line for line in lines if line.kind and line is not root}
    under: dict[int, str] = {}
    if headed:
        under = dict(_below(top, actor).filter(kind__in=headed).values_list("pk", "kind"))
    counts = member_counts([line.pk for line in lines if not line.kind] + list(under))
    for line in lines:
        line.count = 0 if line.kind else counts.get(line.pk, 0)
    for pk, kind in under.items():
        headed[kind].count += counts.get(pk, 0)


def find_units(text: str, actor: Actor, at_most: int = 20) -> list[Organization]:
    """Unions by a part of the name, by short name, code, pinyin or initials; also closed ones by a former name."""
    wanted = text.strip()
    if not wanted:
        return []
    hit = Q(name__contains=wanted) | Q(short_name__contains=wanted) | Q(code__iexact=wanted)
    if wanted.isascii():
        hit |= Q(pinyin__startswith=wanted.lower()) | Q(initials__contains=wanted.lower())
    former = OrganizationChange.objects.filter(old_name__contains=wanted).values("organization")
    hit = Q(hit, active=True) | Q(pk__in=former) | Q(name__contains=wanted)
    rows = Organization.objects.visible_to(actor).filter(hit).select_related("parent")
    return list(rows.order_by("-active", "pinyin", "pk")[:at_most])


def late_q(today: datetime.date) -> Q:
    """The committee's term is over."""
    return Q(term_until__lt=today)


def soon_q(today: datetime.date) -> Q:
    """The term ends within half a year: a re-election has to be prepared."""
    return Q(term_until__gte=today, term_until__lt=today + SOON)


def unknown_q() -> Q:
    """A union that should have a term has none written down."""
    return Q(term_until__isnull=True, kind__in=_WITH_TERM)


def attention(actor: Actor) -> dict[str, int]:
    """How many unions need a new committee, soon will, or have no term written down: one query."""
    today = days.today()
    rows = Organization.objects.visible_to(actor).filter(active=True)
    return rows.aggregate(
        late=Count("pk", filter=late_q(today)),
        soon=Count("pk", filter=soon_q(today)),
        unknown=Count("pk", filter=unknown_q()),
        every=Count("pk"),
    )
