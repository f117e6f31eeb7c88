"""Reading calls: who reported how much, what a unit may hand in, what differs from the edition before."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db import connection
from django.db.models import Case, Count, DateTimeField, F, Max, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext as _

from portal.accounts.models import Post, User
from portal.core.actor import Actor
from portal.core.models import Record
from portal.kit import days
from portal.registry.models import Organization
from programs.models import Call, Category, Entry, Extension, Quota
from programs.queries.branches import WITH_BRANCH
from programs.queries.posts import UNIT_ROLES
from programs.queries.quotas import of_units
from programs.spec import TAKES_A_PLACE, State

REMINDED = "call.remind"
#: Who answers for a unit, the first one found.
ANSWERS = ("clerk", "officer", "chair")
ANSWERING = Case(*(When(role=role, then=Value(n)) for n, role in enumerate(ANSWERS)))
#: Entries that have reached the owner: on its desk, or given back by it to be mended (``quotas.handed_up``).
_UP = Q(submitted_at__isnull=False) & (
    Q(desk=F("call__owner")) | Q(state=State.RETURNED, returned_from=F("call__owner"))
)
# By unit and prize and, from the same look at the entries, by state; the index entry_tally holds all that is read.
# Written out, because making this statement from expressions takes longer (3.5 ms) than PostgreSQL needs for 4,000
# entries. ``up`` is ``_UP``.
_TALLIES = f"""
SELECT call_id, unit, category_id, state,
    count(*) FILTER (WHERE up), count(*) FILTER (WHERE waits AND NOT up), count(*) FILTER (WHERE state = 'draft'),
    count(*) FILTER (WHERE state = 'lapsed'), count(*) FILTER (WHERE up AND state = ANY(%(taking)s)),
    count(*) FILTER (WHERE sent)
FROM (
    SELECT e.call_id, branch.unit, e.category_id, e.state, e.submitted_at IS NOT NULL AS sent,
        e.submitted_at IS NOT NULL AND e.state IN ('review', 'returned') AS waits,
        e.submitted_at IS NOT NULL
            AND (e.desk_id = %(owner)s OR e.state = 'returned' AND e.returned_from_id IS NOT DISTINCT FROM %(owner)s)
            AS up
    FROM programs_entry e JOIN {WITH_BRANCH} branch ON branch.id = e.organization_id
    WHERE e.call_id = ANY(%(calls)s)
) seen
GROUP BY GROUPING SETS ((call_id, unit, category_id), (call_id, state))
"""  # nosec B608 # constants, its values are bound


@dataclass
class Tally:
    """What one unit has in one call: handed to the owner, still below it, being written."""

    up: int = 0
    below: int = 0
    drafts: int = 0
    lapsed: int = 0
    by_category: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def taken(self) -> int:
        return sum(self.by_category.values())


class Counted(NamedTuple):
    """Of one call: unit → tally, and state → how many were handed in."""

    units: dict[int, Tally]
    states: dict[str, int]


def counted(calls: Iterable[Call], owner_id: int) -> dict[int, Counted]:
    """Call id → what its units have, and in which states. One query for any number of calls and entries."""
    found = {call.pk: Counted(defaultdict(Tally), {}) for call in calls}
    if not found:
        return found
    asked = {"calls": list(found), "owner": owner_id, "taking": [str(one) for one in TAKES_A_PLACE]}
    with connection.cursor() as cursor:
        cursor.execute(_TALLIES, asked)
        rows = cursor.fetchall()
    for call_id, unit, category_id, state, up, below, drafts, lapsed, taken, sent in rows:
        if unit is None:
            if sent:
                found[call_id].states[state] = sent
            continue
        tally = found[call_id].units[unit]
        tally.up += up
        tally.below += below
        tally.drafts += drafts
        tally.lapsed += lapsed
        tally.by_category[category_id] += taken
    return found


def tallies(calls: Iterable[Call], owner_id: int) -> dict[int, dict[int, Tally]]:
    """Call id → unit id → tally. One query."""
    return {pk: one.units for pk, one in counted(calls, owner_id).items()}


def places_by_unit(calls: Iterable[Call]) -> dict[int, dict[int, int]]:
    """Call id → unit id → places over all categories, only units with at least one."""
    rows = (
        of_units(Quota.objects.filter(category__call__in=[call.pk for call in calls]))
        .values_list("category__call_id", "organization_id")
        .annotate(n=Sum("places"))
        .order_by()
    )
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for call_id, unit, n in rows:
        if n:
            found[call_id][unit] = n
    return found


class Reporter(NamedTuple):
    """A unit by its number, with how it is called and who answers for it, "" where nobody does."""

    pk: int
    short: str
    contact: str


def with_contacts(units: QuerySet[Organization]) -> list[Reporter]:
    """Who answers for these units: the clerk before the officer before the chair. One query."""
    rows = Post.objects.current().filter(organization=OuterRef("pk"), role__in=ANSWERS)
    first = rows.annotate(rank=ANSWERING).order_by("rank", "id").values("user__name")[:1]
    found = units.values_list("pk", "short_name", "name", Coalesce(Subquery(first), Value("")))
    return [Reporter(pk, short or name, contact) for pk, short, name, contact in found]


def contacts(unit_ids: Iterable[int]) -> dict[int, str]:
    """Unit → its contact, where it has one. One query."""
    units = Organization.objects.filter(pk__in=list(unit_ids)).order_by()
    return {one.pk: one.contact for one in with_contacts(units) if one.contact}


class Reminders(NamedTuple):
    """How often each unit was reminded of a call, when last, and which ones today."""

    times: dict[int, int]
    last: datetime.datetime | None
    today: set[int]


def reminders(call: Call) -> Reminders:
    """Read from the trail: there is no second book."""
    times: dict[int, int] = defaultdict(int)
    last, today = None, set()
    for at, change in Record.objects.about(call).filter(act=REMINDED).order_by("id").values_list("at", "change"):
        last = at
        for unit in change.get("units", []):
            times[unit] += 1
        if days.local(at).date() == days.today():
            today.update(change.get("units", []))
    return Reminders(times, last, today)


def answering(owner: Organization) -> QuerySet[User]:
    """Everybody who holds a post in a unit below the owner: who is told of a call. Each account once."""
    below = Organization.objects.descendants(owner).filter(active=True).values("pk")
    posts = Post.objects.current().filter(organization__in=below, role__in=UNIT_ROLES)
    return User.objects.filter(pk__in=posts.values("user_id"), is_active=True).order_by("pk")


def nominated(call: Call) -> QuerySet[User]:
    """The accounts of those whom an entry of the call is about, once it was handed in."""
    members = Entry.objects.filter(call=call, submitted_at__isnull=False, member__isnull=False).values("member_id")
    return User.objects.filter(member__in=members, is_active=True).order_by("pk")


def answering_counts(owner: Organization) -> tuple[int, int]:
    """(units, people) that a publication tells."""
    below = Organization.objects.descendants(owner).filter(active=True).values("pk")
    posts = Post.objects.current().filter(organization__in=below, role__in=UNIT_ROLES, user__is_active=True)
    found = posts.aggregate(units=Count("organization", distinct=True), people=Count("user", distinct=True))
    return found["units"], found["people"]


# ── for a unit ──
@dataclass
class Offer:
    """A call as a unit sees it: until when, and its places."""

    call: Call
    closes_at: datetime.datetime
    extended: bool
    unit: Organization | None
    lines: list["OfferLine"] = field(default_factory=list)

    @property
    def given(self) -> int:
        return sum(line.given or 0 for line in self.lines)

    @property
    def used(self) -> int:
        return sum(line.used for line in self.lines)

    @property
    def ours(self) -> int:
        return sum(line.ours for line in self.lines)

    @property
    def open(self) -> bool:
        return self.call.opens_at <= days.now() <= self.closes_at


@dataclass
class OfferLine:
    """Places of the reporting unit in one category, and how many of the used ones are the acting unit's own.

    ``share`` is the acting unit's own part where the reporting unit has passed places on.
    """

    category: Category
    quota: Quota | None
    used: int
    ours: int
    share: Quota | None = None

    @property
    def given(self) -> int | None:
        return self.quota.places if self.quota else None

    @property
    def why(self) -> str:
        """What the places come from, and what became of them."""
        if self.quota is None:
            return ""
        said = [self.quota.sentence, self.quota.reason]
        if self.quota.given:
            said.append(_("已分给下面 %(n)d 个") % {"n": self.quota.given})
            said.append(_("分给我们 %(n)d 个") % {"n": self.share.places} if self.share else "")
        return "；".join(filter(None, said))

    @property
    def left(self) -> int:
        return max(0, (self.given or 0) - self.used)


def closing_for(calls: QuerySet[Call], route: list[int]) -> QuerySet[Call]:
    """The calls with ``due_at``: the latest of the call's end and the extensions on the way up from the unit."""
    later = Extension.objects.standing().filter(call=OuterRef("pk"), organization__in=route).order_by("-closes_at")
    return calls.annotate(
        extended_to=Subquery(later.values("closes_at")[:1], output_field=DateTimeField()),
        due_at=Greatest(F("closes_at"), Coalesce(F("extended_to"), F("closes_at"))),
    )


def offers(actor: Actor, route: list[Organization], only: Call | None = None) -> list[Offer]:
    """What the acting unit may hand in, by deadline. Queries do not grow with the number of calls."""
    above = [one.pk for one in route if one.pk != actor.organization_id]
    calls = Call.objects.filter(state=Call.State.PUBLISHED, owner__in=above)
    calls = calls.filter(pk=only.pk) if only else calls
    calls = closing_for(calls, [one.pk for one in route])
    if not only:
        calls = calls.filter(due_at__gte=days.now())
    rows = list(calls.order_by("due_at", "pk").prefetch_related("categories"))
    units = {call.pk: _reporting(route, call.owner_id) for call in rows}
    found = [
        Offer(call, call.due_at, call.due_at > call.closes_at, units[call.pk])
        for call in rows  # type: ignore[attr-defined]
    ]
    _fill(found, actor)
    return found


def _reporting(route: list[Organization], owner_id: int) -> Organization | None:
    return next((one for one in route if one.parent_id == owner_id), None)


def _fill(found: list[Offer], actor: Actor) -> None:
    ids = [offer.call.pk for offer in found]
    units = {offer.unit.pk for offer in found if offer.unit}
    rows = Quota.objects.filter(category__call__in=ids, organization__in=[*units, actor.organization_id])
    quotas = {(one.category_id, one.organization_id): one for one in rows.order_by()}
    takes = Entry.objects.filter(call__in=ids, state__in=TAKES_A_PLACE).order_by()
    ours = dict(takes.filter(organization=actor.organization_id).values_list("category_id").annotate(n=Count("pk")))
    used: dict[int, dict[int, int]] = {}
    for unit in {offer.unit.pk: offer.unit for offer in found if offer.unit}.values():
        below = takes.filter(_UP, organization__in=unit.subtree_ids())
        used[unit.pk] = dict(below.values_list("category_id").annotate(n=Count("pk")))
    for offer in found:
        if offer.unit is None:
            continue
        for category in offer.call.categories.all():
            quota = quotas.get((category.pk, offer.unit.pk))
            share = quotas.get((category.pk, actor.organization_id)) if quota and quota.given else None
            share = None if offer.unit.pk == actor.organization_id else share
            taken = used[offer.unit.pk].get(category.pk, 0)
            offer.lines.append(OfferLine(category, quota, taken, ours.get(category.pk, 0), share))


# ── for the owner ──
def before(call: Call) -> Call | None:
    """The edition that this one was copied from: the one before it of the same program and owner."""
    rows = Call.objects.filter(program_key=call.program_key, owner=call.owner_id, pk__lt=call.pk)
    return rows.order_by("-pk").first()


def with_counts(calls: QuerySet[Call], actor: Actor) -> QuerySet[Call]:
    """The calls of a list with what the actor may see of them: how many were handed in, and the last sign of life."""
    seen = Entry.objects.visible_to(actor).filter(call=OuterRef("pk"), submitted_at__isnull=False).order_by()
    counted = seen.values("call").annotate(n=Count("pk"), last=Max("updated_at"))
    return calls.select_related("owner").annotate(
        received=Coalesce(Subquery(counted.values("n")[:1]), Value(0)),
        phase=Case(
            When(state=Call.State.DRAFT, then=Value("draft")),
            When(state=Call.State.CLOSED, then=Value("done")),
            When(opens_at__gt=days.now(), then=Value("coming")),
            When(closes_at__lt=days.now(), then=Value("closed")),
            default=Value("open"),
        ),
    )
