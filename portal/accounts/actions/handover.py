"""Handing a post over: one ends and another begins on a day, in one act."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from portal import policy
from portal.accounts import checks
from portal.accounts.actions.accounts import grant_post
from portal.accounts.models import Post, User
from portal.core import outbox, trail
from portal.core.actor import Actor
from portal.kit import days
from portal.kit.refusal import Refused

#: Posts that a unit or the level above hands over; staff posts are granted by security administrators.
HANDED_OVER = ("chair", "clerk")


def may_hand_over(by: Actor, post: Post) -> bool:
    """The holder in that very post, or an officer of a level above."""
    if post.role not in HANDED_OVER or policy.scope(by.role, "post", "hand_over") is None:
        return False
    if by.post is not None and by.post.pk == post.pk:
        return True
    return by.role == "officer" and (by.tree_ids is None or post.organization_id in by.tree_ids)


@transaction.atomic
def hand_over(by: Actor, post_id: int, to: User, on: datetime.date, note: str) -> Post:
    """The holder has the post up to the day before ``on``, the successor from ``on``; returns the new post."""
    post = Post.objects.select_for_update(of=("self",)).select_related("organization", "user").get(pk=post_id)
    if not may_hand_over(by, post):
        raise Refused(_("这个岗位不归你移交"))
    if on < days.today():
        raise Refused(_("%(day)s 已经过去，从今天起移交") % {"day": on.isoformat()}, "on")
    if post.until and post.until < days.today():
        raise Refused(_("这个岗位已经到 %(day)s 为止") % {"day": post.until})
    if to.pk == post.user_id:
        raise Refused(_("现在就是%(name)s") % {"name": to.name}, "user")
    if not note.strip():
        raise Refused(_("请写明依据"), "note")
    checks.may_grant(by, to, post.role, post.organization, on, None)
    last = on - datetime.timedelta(days=1)
    post.since, post.until = min(post.since, last), last
    post.save(update_fields=["since", "until"])
    change = {"user": post.user_id, "until": str(last), "to": to.pk}
    trail.write(by, "post.hand_over", post, note=note.strip(), change=change, name=f"{post}")
    told = _("岗位移交：%(post)s，%(day)s 起由%(name)s接任")
    words = {"post": post, "day": on.isoformat(), "name": to.name}
    outbox.tell([post.user], told % words, note.strip(), key=f"post-over-{post.pk}-{on}")
    return grant_post(by, to, post.role, post.organization, on, None, note)
