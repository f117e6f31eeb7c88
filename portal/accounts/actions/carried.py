"""Posts when their union is merged or dissolved: they end, and those of the unit itself begin anew with the heir."""

import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from portal import policy
from portal.accounts.models import Post
from portal.core import outbox, trail
from portal.core.actor import Actor
from portal.kit import days
from portal.registry.carrying import Asked, Load

_SHOWN = 5


def _held(asked: Asked) -> QuerySet[Post]:
    """Posts at the union that have not ended by the day."""
    rows = Post.objects.filter(Q(until__isnull=True) | Q(until__gte=days.today()), organization=asked.unit)
    return rows.select_related("user", "organization").order_by("role", "pk")


def look(asked: Asked) -> Load:
    """Chairs and clerks go along; what needs a security administrator to grant ends and is named."""
    if not asked.closes:
        return Load()
    held = list(_held(asked))
    ending = [post for post in held if asked.other is None or post.role in policy.STAFF_ROLES]
    going = [post for post in held if post not in ending]
    told = ((going, _("跟过去：%(names)s")), (ending, _("到这天为止：%(names)s")))
    return Load(len(held), tuple(text % {"names": _names(posts)} for posts, text in told if posts))


def _names(posts: list[Post]) -> str:
    return "、".join(f"{post.user.name}（{post.get_role_display()}）" for post in posts[:_SHOWN])


def carry(by: Actor, asked: Asked) -> int:
    """End each post and begin it again at the heir, where its holder has none like it yet."""
    start = max(asked.on, days.today())
    held = list(_held(asked).select_for_update(of=("self",)))
    for post in held:
        heir = None if asked.other is None or post.role in policy.STAFF_ROLES else asked.other
        _end(by, post, start - datetime.timedelta(days=1))
        if heir is None:
            outbox.tell([post.user], _("岗位到期：%(post)s") % {"post": post}, key=f"post-closed-{post.pk}")
        elif not Post.objects.filter(user=post.user, role=post.role, organization=heir, until__isnull=True).exists():
            _begin(by, post, asked, start)
    return len(held)


def _end(by: Actor, post: Post, last: datetime.date) -> None:
    post.since, post.until = min(post.since, last), last
    post.save(update_fields=["since", "until"])
    trail.write(by, "post.end", post, change={"user": post.user_id, "until": str(last)}, name=f"{post}")


def _begin(by: Actor, post: Post, asked: Asked, start: datetime.date) -> None:
    granted_by = by.user if by.user is not None and by.user.pk != post.user_id else None
    fresh = Post.objects.create(
        user=post.user, role=post.role, organization=asked.other, since=start, granted_by=granted_by
    )
    change = {"user": post.user_id, "role": post.role, "organization": fresh.organization_id, "since": str(start)}
    trail.write(by, "post.grant", fresh, change=change, name=f"{fresh}")
    told = _("%(old)s并入%(new)s，你的岗位跟着过去：%(post)s")
    names = {"old": asked.unit.short, "new": fresh.organization.short, "post": fresh}
    outbox.tell([post.user], told % names, key=f"post-{fresh.pk}")
