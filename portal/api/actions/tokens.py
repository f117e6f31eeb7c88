"""Making and ending tokens."""

import datetime
import secrets

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.accounts.actions.contacts import tell_owner
from portal.accounts.models import Post, User
from portal.api.models import Token
from portal.api.queries import PREFIX, digest
from portal.core import trail
from portal.core.actor import Actor
from portal.kit import days
from portal.kit.refusal import Refused

LONGEST_DAYS = 365
AT_MOST = 10
USED_EVERY = datetime.timedelta(minutes=1)


@transaction.atomic
def create_token(by: Actor, name: str, reach: str, post: Post | None, expires_on: datetime.date) -> tuple[Token, str]:
    """A new token of one's own and its secret, which is shown once and never kept."""
    # the account's row is the lock of the counting
    User.objects.select_for_update().get(pk=by.user.pk)
    mine = Token.objects.visible_to(by).in_force().count()
    if mine >= AT_MOST:
        raise Refused(_("最多 %(n)d 把，先作废不用的") % {"n": AT_MOST})
    last = days.today() + datetime.timedelta(days=LONGEST_DAYS)
    if not days.today() < expires_on <= last:
        raise Refused(_("到期日在明天到 %(last)s 之间") % {"last": last}, "expires_on")
    if post is not None and not Post.objects.current().filter(pk=post.pk, user=by.user).exists():
        raise Refused(_("这不是你现在的身份"), "post")
    secret = PREFIX + secrets.token_urlsafe(32)
    token = Token.objects.create(
        user=by.user, post=post, name=name.strip(), reach=reach, digest=digest(secret), hint=secret[:8],
        expires_at=days.end_of_day(expires_on),
    )  # fmt: skip
    change = {"reach": reach, "post": post.pk if post else None, "until": str(expires_on)}
    trail.write(by, "token.create", token, change=change)
    called = _("不是你本人做的，马上作废它，改密码，打电话给上一级工会。")
    tell_owner(by.user, _("生成了一把接口令牌：%(name)s") % {"name": token.name}, called, reverse("keys:tokens"))
    return token, secret


@transaction.atomic
def revoke_token(by: Actor, token_id: int) -> Token:
    """End one's token at once."""
    token = Token.objects.visible_to(by).select_for_update(of=("self",)).get(pk=token_id)
    if token.revoked_at is None:
        token.revoked_at = days.now()
        token.save(update_fields=["revoked_at"])
        trail.write(by, "token.revoke", token)
    return token


def mark_used(token: Token) -> None:
    """Remember when it was last used, to the minute: not a write for every request."""
    now = days.now()
    stale = Q(used_at__isnull=True) | Q(used_at__lt=now - USED_EVERY)
    if token.used_at is None or token.used_at < now - USED_EVERY:
        Token.objects.filter(stale, pk=token.pk).update(used_at=now)
