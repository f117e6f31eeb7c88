"""What the account pages of allauth change is recorded, and the owner is told. The only signals of the portal."""

import time

from allauth.account import signals as account
from allauth.mfa import signals as second_factor
from django.contrib.auth.signals import user_logged_in
from django.dispatch import Signal
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.accounts import sessions, stepup
from portal.accounts.queries import posts_of
from portal.core import jobs, outbox, trail
from portal.core.actor import SYSTEM, Actor
from portal.kit import crypto

#: signal → (act, what the owner reads; "" tells nobody)
WATCHED: tuple[tuple[Signal, str, object], ...] = (
    (account.password_changed, "account.password_changed", _("密码改过了")),
    (account.password_set, "account.password_changed", _("密码改过了")),
    (account.password_reset, "account.password_reset", _("密码重设过了")),
    (account.email_added, "account.email_added", _("加了一个邮箱")),
    (account.email_changed, "account.email_changed", _("主邮箱改过了")),
    (account.email_removed, "account.email_removed", _("去掉了一个邮箱")),
    (second_factor.authenticator_added, "account.second_factor_added", _("开了两步验证")),
    (second_factor.authenticator_removed, "account.second_factor_removed", _("停了两步验证")),
    (second_factor.authenticator_reset, "account.recovery_codes", _("备用码换了一套")),
    (second_factor.authentication_failed, "account.second_factor_failed", ""),
)
_kept: list = []


def _watch(signal: Signal, act: str, told: object) -> None:
    def note(sender, request: HttpRequest | None = None, user=None, authenticator=None, **kwargs) -> None:
        if user is None or user.pk is None:
            return
        acting = request is not None and request.user.is_authenticated and request.user.pk == user.pk
        change = {"type": authenticator.type} if authenticator is not None else None
        trail.write(Actor(user) if acting else SYSTEM, act, user, change=change, name=user.username)
        if told:
            outbox.tell(
                [user],
                str(told),
                str(_("不是你本人改的，马上打电话给上一级工会。")),
                reverse("usersessions_list"),
                kind=outbox.Kind.SAFETY,
            )

    signal.connect(note)
    # signals hold their receivers weakly
    _kept.append(note)


def _begin(sender, request: HttpRequest | None = None, user=None, **kwargs) -> None:
    """A full log-in: the session's clock starts, and it is fresh."""
    if request is not None:
        sessions.begin(request, list(posts_of(user)))
        request.session[stepup.FRESH_KEY] = time.time()


def _tell_former(sender, request=None, user=None, from_email_address=None, **kwargs) -> None:
    """The former address learns of the change: whoever changed it may not be the owner (P-AUTH6)."""
    if from_email_address is not None and user is not None:
        params = {"user": user.pk, "to": crypto.seal(from_email_address.email, "former-address")}
        jobs.start("accounts.tell_former", SYSTEM, str(_("邮箱改过了")), params)


def start() -> None:
    """Connect once, when the app is ready."""
    if not _kept:
        user_logged_in.connect(_begin)
        account.email_changed.connect(_tell_former)
        for signal, act, told in WATCHED:
            _watch(signal, act, told)
