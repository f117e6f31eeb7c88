"""What the account pages of allauth change is recorded, and the owner is told. The only signals of the portal."""

import time

from allauth.account import signals as account
from allauth.mfa import signals as second_factor
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.signals import user_logged_in
from django.dispatch import Signal
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.accounts import sessions
from portal.accounts.actions import contacts
from portal.accounts.actions.accounts import end_sessions
from portal.accounts.actions.recovery import void_codes
from portal.accounts.queries import posts_of
from portal.core import trail
from portal.core.actor import SYSTEM, Actor

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
    (second_factor.authentication_failed, "account.second_factor_failed", ""),
)
CALL = _("不是你本人改的，马上打电话给上一级工会。新换的邮箱、手机 24 小时内不能重设密码。")
_kept: list = []


def _watch(signal: Signal, act: str, told: object) -> None:
    def note(sender, request: HttpRequest | None = None, user=None, authenticator=None, **kwargs) -> None:
        if user is None or user.pk is None:
            return
        acting = request is not None and request.user.is_authenticated and request.user.pk == user.pk
        change = {"type": authenticator.type} if authenticator is not None else None
        trail.write(Actor(user) if acting else SYSTEM, act, user, change=change, name=user.username)
        if told:
            contacts.tell_owner(user, str(told), str(CALL), reverse("usersessions_list"))

    signal.connect(note)
    # signals hold their receivers weakly
    _kept.append(note)


def _begin(sender, request: HttpRequest | None = None, user=None, **kwargs) -> None:
    """A full log-in: the session's clock starts, and it is fresh."""
    if request is not None:
        sessions.begin(request, posts_of(user))
        request.session[sessions.FRESH_KEY] = time.time()


def _reset(sender, user=None, **kwargs) -> None:
    """Whoever had to reset a password has lost it, or somebody else has it."""
    if user is not None:
        end_sessions(user)


def _removed(sender, user=None, **kwargs) -> None:
    if user is not None and not is_mfa_enabled(user):
        void_codes(user)


def start() -> None:
    """Connect once, when the app is ready."""
    if not _kept:
        user_logged_in.connect(_begin)
        account.password_reset.connect(_reset)
        second_factor.authenticator_removed.connect(_removed)
        for signal, act, told in WATCHED:
            _watch(signal, act, told)
