"""What the morning's message says: what waits on each desk, what is due soon, what came back. By sets, not persons."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from portal.accounts.models import Post, User
from portal.core.calendar import current
from portal.kit import days
from programs.models import Amendment, Call, Decision, Entry
from programs.queries import calls as call_queries
from programs.spec import State

#: Working days before a deadline in which the morning's message speaks of it.
SOON_WORKDAYS = 3
#: Which of an organisation's piles concern whom.
_WRITES, _REVIEWS, _SIGNS = ("chair", "clerk", "officer"), ("chair", "officer"), ("leader",)

Lines = dict[tuple[int, str], list[str]]


def lines() -> Lines:
    """(organisation, role) → what that post is told. As many queries for 3,000 posts as for three."""
    found: Lines = defaultdict(list)

    def say(organization: int, roles: Iterable[str], text: str) -> None:
        for role in roles:
            found[organization, role].append(text)

    for desk, n, mended in _reviews():
        back = _("，其中 %(n)d 件补正后送回") % {"n": mended} if mended else ""
        say(desk, _REVIEWS, _("等您审 %(n)d 件%(back)s") % {"n": n, "back": back})
    for organization, n in _counted(Entry.objects.filter(state=State.RETURNED), "organization"):
        say(organization, _WRITES, _("退回来要补正 %(n)d 件") % {"n": n})
    for organization, text in _due():
        say(organization, _WRITES, text)
    drafts = Decision.objects.filter(state=Decision.State.DRAFT)
    for owner, n in _counted(drafts, "call__owner"):
        say(owner, _SIGNS, _("等签发的决定 %(n)d 份") % {"n": n})
    for owner, n in _counted(Amendment.objects.filter(state=Amendment.State.DRAFT), "call__owner"):
        say(owner, _SIGNS, _("等确认的修改 %(n)d 份") % {"n": n})
    return found


def _counted(rows, field: str) -> list[tuple[int, int]]:
    return list(rows.order_by().values_list(field).annotate(n=Count("pk")))


def _reviews() -> list[tuple[int, int, int]]:
    yesterday = days.now() - datetime.timedelta(days=1)
    rows = Entry.objects.filter(state=State.REVIEW).order_by().values_list("desk")
    mended = Count("pk", filter=Q(revision__gt=1, desk_since__gte=yesterday))
    return list(rows.annotate(n=Count("pk"), mended=mended))


def _due() -> Iterator[tuple[int, str]]:
    """Calls that end soon: who has drafts in them, and which reporting units have handed nothing up."""
    now, calendar = days.now(), current()
    last = days.end_of_day(calendar.add_workdays(days.today(), SOON_WORKDAYS, first_day_counts=False))
    calls = list(Call.objects.filter(state=Call.State.PUBLISHED, closes_at__gte=now, closes_at__lte=last))
    ends = {
        call.pk: _("%(title)s %(at)s 截止，%(left)s") % {
            "title": call.title, "at": days.short_datetime(call.closes_at),
            "left": calendar.left_phrase(now, call.closes_at),
        }
        for call in calls
    }  # fmt: skip
    drafts = Entry.objects.filter(call__in=ends, state=State.DRAFT).order_by().values_list("call", "organization")
    writing = set()
    for call, organization, n in drafts.annotate(n=Count("pk")):
        writing.add((call, organization))
        yield organization, _("%(end)s，草稿 %(n)d 件还没交") % {"end": ends[call], "n": n}
    for call in calls:
        places = call_queries.places_by_unit([call]).get(call.pk, {})
        tally = call_queries.tallies([call], call.owner_id)[call.pk]
        for unit in places:
            if not tally[unit].up and (call.pk, unit) not in writing:
                yield unit, _("%(end)s，还没有报") % {"end": ends[call.pk]}


def people(found: Lines, key: str) -> Iterator[tuple[User, list[str]]]:
    """Everybody who has something to hear and was not told yet, with their lines over all posts they hold."""
    at = {organization for organization, _role in found}
    posts = Post.objects.current().filter(organization__in=at, user__is_active=True).exclude(user__inbox__key=key)
    rows = posts.select_related("user", "organization", "user__reachability").order_by("user_id", "pk")
    told: dict[int, tuple[User, list[tuple[str, str]]]] = {}
    for post in rows:
        for text in found.get((post.organization_id, post.role), ()):
            told.setdefault(post.user_id, (post.user, []))[1].append((post.organization.short, text))
    for user, pairs in told.values():
        several = len({place for place, _text in pairs}) > 1
        yield user, list(dict.fromkeys(f"{place}：{text}" if several else text for place, text in pairs))
