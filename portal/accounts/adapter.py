"""allauth's hooks: no open sign-up, encrypted phones, encrypted authenticator secrets, and a record of every entry."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.fields import PhoneField
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.ratelimit import get_ip
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from django.conf import settings
from django.contrib.sites.shortcuts import get_current_site
from django.core.validators import RegexValidator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from portal import policy
from portal.accounts import devices, sessions
from portal.accounts.actions import tries
from portal.accounts.models import Try, User
from portal.accounts.queries import by_login, phone_digits, posts_of
from portal.core import errors, letters, trail
from portal.core.actor import SYSTEM, Actor
from portal.core.models import Channel
from portal.kit import crypto

#: One sentence whatever was typed: it must not tell whether the account exists.
WRONG = _("账号或密码不对。忘了密码可以重设；没有账号，请上一级工会开通")
STAFF_SESSION = 12 * 3600


def limit_session(request: HttpRequest, user: User) -> None:
    """Staff log in again after twelve hours, whatever they ticked."""
    if any(post.role in policy.STAFF_ROLES for post in posts_of(user)):
        request.session.set_expiry(STAFF_SESSION)


def begin_try(request: HttpRequest, what: Try.What, user: User | None, typed: str = "") -> Try:
    """Take one try out of the budgets. Answers 429 instead of going on when they are used up: known or not."""
    one = tries.begin(what, user, typed, get_ip(request), devices.is_known(request, user))
    if one is None:
        seconds = int(tries.BUDGETS[what].window.total_seconds())
        raise ImmediateHttpResponse(errors.too_many(request, seconds=seconds))
    return one


def _typed(credentials: dict[str, Any]) -> str:
    return str(credentials.get("email") or credentials.get("phone") or credentials.get("username") or "")


class Adapter(DefaultAccountAdapter):
    """Accounts come from the unions, never from a form on the web."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": WRONG,
        "email_password_mismatch": WRONG,
        "phone_password_mismatch": WRONG,
        "invalid_login": WRONG,
        "incorrect_password": _("密码不对"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    # ── phones: from the roster, by the union above, never changed on the web ──
    def phone_form_field(self, **kwargs: Any) -> PhoneField:
        return PhoneField(validators=[RegexValidator(r"^1\d{10}\Z")], **kwargs)

    def clean_phone(self, phone: str) -> str:
        return phone_digits(phone)

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        return (user.phone, user.phone_verified) if user.phone else None

    def set_phone(self, user: User, phone: str, verified: bool) -> None:
        user.phone, user.phone_verified = phone, verified
        user.phone_index = crypto.blind(phone, "phone") or None
        user.save(update_fields=["phone", "phone_index", "phone_verified"])

    def set_phone_verified(self, user: User, phone: str) -> None:
        self.set_phone(user, phone, True)

    def get_user_by_phone(self, phone: str) -> User | None:
        return User.objects.filter(phone_index__in=crypto.blinds(phone, "phone")).first() if phone else None

    def send_verification_code_sms(self, user: User, phone: str, code: str, **kwargs: Any) -> None:
        letters.queue(Channel.SMS, phone, _("验证码 %(code)s，只给自己用，不要告诉别人") % {"code": code})

    # ── letters ──
    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Written now, sent by a worker: a mail server that is away keeps nobody waiting and loses no letter."""
        site = {"request": self.request, "email": email, "current_site": get_current_site(self.request)}
        letter = self.render_mail(template_prefix, email, {**site, **context})
        letters.queue(Channel.EMAIL, email, str(letter.subject), str(letter.body))

    # ── in and out ──
    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return settings.LOGIN_REDIRECT_URL

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        limit_session(request, user)
        trail.write(Actor(user), "account.login", user, change={"ip": self.get_client_ip(request)}, name=user.username)
        response = super().post_login(request, user, **kwargs)
        devices.remember(request, response, user)
        return response

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not when our own question, or the log-in, was answered within ten minutes: nobody is asked twice."""
        return not sessions.is_fresh(self.request) and super().is_reauthentication_required(app=app, **kwargs)

    def logout(self, request: HttpRequest) -> None:
        user = request.user
        trail.write(Actor(user), "account.logout", user, name=user.username)
        super().logout(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        typed = _typed(credentials)
        self._try = begin_try(request, Try.What.LOGIN, by_login(typed), typed)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        user = super().authenticate(request, **credentials)
        if user is not None:
            tries.succeeded(self._try)
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """What was typed is not kept: people type passwords and ID numbers into the wrong field."""
        user = self._try.user
        change = {"ip": self.get_client_ip(request), "known": user is not None}
        trail.write(SYSTEM, "account.login_failed", user, change=change, name=user.username if user else "")
        tries.failed(self._try)


class MfaAdapter(DefaultMFAAdapter):
    """The secrets of authenticators lie encrypted."""

    error_messages = {**DefaultMFAAdapter.error_messages, "incorrect_code": _("6 位数字不对，等它换一组再试")}

    def encrypt(self, text: str) -> str:
        return crypto.seal(text, "second-factor")

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.open_(encrypted_text, "second-factor")


class SessionsAdapter(DefaultUserSessionsAdapter):
    """Ending other sessions is recorded."""

    def end_sessions(self, sessions) -> None:
        sessions = list(sessions)
        super().end_sessions(sessions)
        for user in {session.user for session in sessions}:
            trail.write(
                Actor(user), "account.sessions_ended", user, change={"count": len(sessions)}, name=user.username
            )
