"""Separation rules for posts (S5, S6). The database holds the same rules; here they have their Chinese reason."""

import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from portal import policy
from portal.accounts.models import ALONE, Post, User
from portal.core.actor import Actor
from portal.kit.refusal import Refused
from portal.registry.models import Organization

#: S6: one asks, another confirms.
OFFICERS = 2
#: Roles that exist only at the top: they see or mind the whole.
AT_THE_TOP = ("supervisor", "auditor", "system", "security", "log")


def may_grant(
    by: Actor, user: User, role: str, organization: Organization, since: datetime.date, until: datetime.date | None
) -> None:
    """Raise Refused when this post may not be granted."""
    if by.user is not None and by.user.pk == user.pk:
        raise Refused(_("不能给自己授予岗位，请另一位安全管理员来办"), "user")
    if by.user is not None and by.user.person == user.person:
        raise Refused(_("这个账号也是你本人的，请另一位安全管理员来办"), "user")
    if not user.is_active:
        raise Refused(_("这个账号停用了，先恢复再授予"), "user")
    if until and until < since:
        raise Refused(_("止的日子在起的日子之前"), "until")
    if role in AT_THE_TOP and organization.parent_id is not None:
        raise Refused(_("“%(role)s”只设在市教育工会") % {"role": policy.ROLES[role]}, "organization")
    _alone(user, role, since, until)


def _alone(user: User, role: str, since: datetime.date, until: datetime.date | None) -> None:
    overlapping = Post.objects.filter(Q(until__isnull=True) | Q(until__gte=since), user__person=user.person)
    if until:
        overlapping = overlapping.filter(since__lte=until)
    for held in overlapping.select_related("organization"):
        if held.role != role and (held.role in ALONE or role in ALONE):
            one = policy.ROLES[role if role in ALONE else held.role]
            raise Refused(
                _("“%(one)s”不能兼别的岗位，%(name)s现在是%(held)s") % {"one": one, "name": user.name, "held": held},
                "role",
            )


def may_end(by: Actor, post: Post) -> None:
    """Raise Refused when taking this post away would leave nobody to grant posts."""
    others = Post.objects.current().filter(role="security", user__is_active=True).exclude(user__person=post.user.person)
    left = others.values("user__person").distinct().count()
    if post.role == "security" and left < OFFICERS:
        raise Refused(
            _("收回以后只剩 %(left)d 位安全管理员，至少要 %(n)d 位，先授予另一位") % {"left": left, "n": OFFICERS}
        )


def two_officers(asker: User, by: Actor) -> None:
    """Raise Refused unless these are two people, both security officers now."""
    if by.user is None or by.role != "security":
        raise Refused(_("这件事由安全管理员办"))
    if asker.person == by.user.person:
        raise Refused(_("你是提出的人，请另一位安全管理员确认"))
    if not asker.is_active or not Post.objects.current().filter(user=asker, role="security").exists():
        raise Refused(_("提出的人已经不是安全管理员，请重新提出"))
