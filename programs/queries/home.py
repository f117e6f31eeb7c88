"""What the first page shows: what waits, what is coming, what we handed in. One set of queries for any numbers."""

import datetime
from dataclasses import dataclass

from django.db.models import Count, Max, Min, Q, QuerySet

from portal.accounts.models import Post, User
from portal.core.actor import Actor
from portal.core.models import Delivery, Job, Record, Seal
from portal.kit import days
from portal.policy import STAFF_ROLES
from portal.registry.models import Organization
from programs.models import Amendment, Call, Decision, Entry, Notice, Objection
from programs.queries.calls import closing_for
from programs.spec import State

SHOWN = 8
SOON = datetime.timedelta(days=30)


@dataclass(frozen=True)
class Pile:
    """Entries of one call that wait for the same step."""

    call: Call
    n: int
    oldest: datetime.datetime | None = None
    mended: int = 0


def _piles(rows: QuerySet[Entry], calls: dict[int, Call]) -> list[Pile]:
    grouped = (
        rows.order_by()
        .values_list("call_id")
        .annotate(n=Count("pk"), oldest=Min("desk_since"), mended=Count("pk", filter=Q(revision__gt=1)))
    )
    found = [Pile(calls[pk], n, oldest, mended) for pk, n, oldest, mended in grouped if pk in calls]
    return sorted(found, key=lambda pile: (pile.oldest is None, pile.oldest))


def known_calls(route: list[Organization], actor: Actor) -> dict[int, Call]:
    """Calls of ours and of the levels above, with the deadline that holds for us (``due_at``). One query."""
    calls = Call.objects.filter(owner__in=[one.pk for one in route]).exclude(state=Call.State.CLOSED)
    shown = calls.filter(~Q(state=Call.State.DRAFT) | Q(owner=actor.organization_id))
    return {call.pk: call for call in closing_for(shown, [one.pk for one in route])}


def reviews(actor: Actor, calls: dict[int, Call]) -> list[Pile]:
    """What lies on the acting post's desk to be reviewed, by call."""
    return _piles(Entry.objects.to_review(actor), calls)


def slates(actor: Actor, calls: dict[int, Call]) -> list[Pile]:
    """Slates of our calls that nobody has put on a notice."""
    return _piles(Entry.objects.filter(call__owner=actor.organization_id, state=State.SHORTLIST), calls)


def undecided(actor: Actor, calls: dict[int, Call]) -> list[Pile]:
    """Entries whose notice has ended and which no decision settles yet."""
    rows = Entry.objects.filter(
        call__owner=actor.organization_id, state=State.NOTICE, held=False, decision_lines__isnull=True,
        notice_lines__notice__state=Notice.State.ENDED,
    )  # fmt: skip
    return _piles(rows, calls)


#: States in which an entry still waits for somebody.
UNSETTLED = (State.REVIEW, State.RETURNED, State.JUDGING, State.SHORTLIST, State.NOTICE, State.PASSED_UP, State.RESERVE)


def unsettled(calls: list[Call]) -> set[int]:
    """Which of the calls have an entry that nobody has settled yet."""
    rows = Entry.objects.filter(call__in=[call.pk for call in calls], state__in=UNSETTLED)
    return set(rows.order_by().values_list("call_id", flat=True).distinct())


def own_open(actor: Actor) -> list[Entry]:
    """Our own drafts and what was returned to us, the most urgent kinds first."""
    rows = Entry.objects.filter(organization=actor.organization_id, state__in=[State.DRAFT, State.RETURNED])
    rows = rows.select_related("call", "category", "returned_from").defer("data")
    return list(rows.order_by("-state", "pk")[: SHOWN * 3])


def own_running(actor: Actor) -> list[Entry]:
    """What we handed in, newest movement first."""
    rows = Entry.objects.filter(organization=actor.organization_id, submitted_at__isnull=False)
    rows = rows.select_related("call", "category", "desk").defer("data")
    return list(rows.order_by("-updated_at", "-pk")[:SHOWN])


def own_count(actor: Actor) -> int:
    return Entry.objects.filter(organization=actor.organization_id, submitted_at__isnull=False).count()


def notices(actor: Actor) -> list[Notice]:
    """Notices of our calls that are being prepared or running, with the objections that are open."""
    open_ones = Count("objections", filter=Q(objections__state__in=Objection.OPEN))
    rows = Notice.objects.filter(call__owner=actor.organization_id, state__in=[Notice.State.DRAFT, Notice.State.POSTED])
    return list(rows.select_related("call").annotate(objected=open_ones).order_by("ends_on", "pk")[: SHOWN * 2])


def to_sign(actor: Actor) -> list[Decision]:
    """Decisions that wait for a leader's signature; one's own draft is somebody else's to sign."""
    rows = Decision.objects.filter(call__owner=actor.organization_id, state=Decision.State.DRAFT)
    rows = rows.exclude(drafted_by=actor.user).select_related("call", "drafted_by").annotate(n=Count("lines"))
    return list(rows.order_by("pk")[: SHOWN * 2])


def to_confirm(actor: Actor) -> list[Amendment]:
    """Changes of published editions that wait for a second person; one's own draft is somebody else's to confirm."""
    rows = Amendment.objects.filter(call__owner=actor.organization_id, state=Amendment.State.DRAFT)
    rows = rows.exclude(drafted_person=actor.person).select_related("call", "drafted_by")
    return list(rows.order_by("pk")[: SHOWN * 2])


def upheld(actor: Actor) -> list[Entry]:
    """Entries still on notice although an objection against them was found true."""
    rows = Entry.objects.filter(call__owner=actor.organization_id, state=State.NOTICE)
    rows = rows.filter(notice_lines__objections__state=Objection.State.UPHELD).distinct()
    return list(rows.select_related("call", "category", "organization").defer("data").order_by("pk")[: SHOWN * 2])


def open_objections(actor: Actor) -> list[Objection]:
    """Objections to answer, by the end of their notice."""
    rows = Objection.objects.visible_to(actor).filter(state__in=Objection.OPEN)
    rows = rows.select_related("notice__call", "line").defer("name", "contact", "text")
    return list(rows.order_by("notice__ends_on", "pk")[: SHOWN * 3])


def of_teacher(actor: Actor) -> list[Entry]:
    """The nominations of the person behind the account, once they were handed in."""
    rows = Entry.objects.visible_to(actor).select_related("call", "category", "desk").defer("data")
    return list(rows.order_by("-updated_at", "-pk")[:SHOWN])


# ── the three administrators and the auditors ──
def trail_state() -> dict:
    """How much was recorded today, and up to when the records are sealed."""
    start = days.local(days.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    sealed = Seal.objects.aggregate(last=Max("sealed_at"), n=Count("seq"))
    counted = Record.objects.aggregate(today=Count("pk", filter=Q(at__gte=start)), all=Count("pk"))
    return {**counted, "sealed": sealed["n"], "sealed_at": sealed["last"], "unsealed": counted["all"] - sealed["n"]}


def refused_today() -> int:
    """How many acts the rules refused today."""
    start = days.local(days.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    return Record.objects.filter(at__gte=start, act__endswith=".refused").count()


def post_state() -> dict:
    """Accounts, posts in force, posts that end soon, and staff without a second factor."""
    today = days.today()
    posts = Post.objects.current().aggregate(
        posts=Count("pk"),
        ending=Count("pk", filter=Q(until__lte=today + SOON)),
        units=Count("organization", distinct=True),
    )
    staff = User.objects.filter(
        pk__in=Post.objects.current().filter(role__in=STAFF_ROLES).values("user_id"), authenticator__isnull=True
    )
    return {**posts, "users": User.objects.filter(is_active=True).count(), "without_factor": staff.count()}


def machine_state() -> dict:
    """Jobs and deliveries: what is under way and what went wrong within a week. Figures only, no contents."""
    since = days.now() - datetime.timedelta(days=7)
    jobs = Job.objects.aggregate(
        running=Count("pk", filter=Q(state__in=[Job.State.QUEUED, Job.State.RUNNING])),
        failed=Count("pk", filter=Q(state=Job.State.FAILED, finished_at__gte=since)),
    )
    ways = Delivery.objects.filter(message__created_at__gte=since).aggregate(
        waiting=Count("pk", filter=Q(state=Delivery.State.QUEUED)),
        lost=Count("pk", filter=Q(state=Delivery.State.FAILED)),
    )
    return {**jobs, **ways}
