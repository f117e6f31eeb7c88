"""Accounts and posts."""

import datetime
import re
import secrets
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from portal import policy
from portal.accounts import checks
from portal.accounts.actions.contacts import tell_owner
from portal.accounts.models import Post, User
from portal.accounts.queries import phone_digits
from portal.core import jobs, outbox, trail
from portal.core.actor import SYSTEM, Actor
from portal.kit import crypto, days
from portal.kit.refusal import Refused
from portal.registry.models import Member, Organization

#: No capitals, no @, not digits only: a user name can never be taken for a phone or an e-mail.
USERNAME = re.compile(r"[a-z][a-z0-9._-]{2,29}", re.ASCII)
POST_KEY = "post"


def _first_password() -> str:
    return secrets.token_urlsafe(9)


@transaction.atomic
def create_user(
    by: Actor, username: str, name: str, email: str = "", phone: str = "", document_number: str = ""
) -> tuple[User, str]:
    """Open an account; returns it with its first password, which is shown once and kept nowhere.

    By ``document_number`` the holder is known for one person whatever their accounts, and found on the roster.
    """
    username, email = username.strip().lower(), email.strip().lower()
    if not USERNAME.fullmatch(username):
        raise Refused(_("用户名用小写字母开头，3 到 30 个字母、数字、点或横线"), "username")
    digits = phone_digits(phone)
    if phone.strip() and not digits:
        raise Refused(_("手机号是 1 开头的 11 位数字"), "phone")
    password = _first_password()
    user = User(
        username=username,
        name=name.strip(),
        email=email,
        password=make_password(password),
        phone=digits,
        phone_index=crypto.blind(digits, "phone") or None,
        phone_verified=bool(digits),
        document_number=document_number,
        document_index=crypto.blind(document_number, "document"),
    )
    holder = Member.objects.filter(document_index=user.document_index, user=None).first() if document_number else None
    user.member = holder
    for field, taken in _taken(user).items():
        raise Refused(taken, field)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as problem:
        raise Refused(_("用户名、手机或邮箱刚被别的账号用了")) from problem
    trail.write(by, "account.create", user, name=user.username)
    return user, password


def _taken(user: User) -> dict[str, str]:
    found = {}
    if User.objects.filter(username=user.username).exists():
        found["username"] = _("这个用户名有人用了")
    elif user.email and User.objects.filter(email=user.email).exists():
        found["email"] = _("这个邮箱有人用了")
    elif user.phone_index and User.objects.filter(phone_index__in=crypto.blinds(user.phone, "phone")).exists():
        found["phone"] = _("这个手机号有人用了")
    return found


@transaction.atomic
def renew_password(by: Actor, user_id: int) -> tuple[User, str]:
    """Give a new first password to somebody who cannot reset theirs; their sessions end. Not for oneself."""
    user = User.objects.select_for_update(of=("self",)).get(pk=user_id)
    if by.user.pk == user.pk:
        raise Refused(_("自己的密码在“改密码”里改"))
    password = _first_password()
    user.set_password(password)
    user.save(update_fields=["password"])
    end_sessions(user)
    trail.write(by, "account.password_renewed", user, name=user.username)
    warning = _("不是你请他重设的，马上打电话给上一级工会。")
    tell_owner(user, _("密码由管理员重设过"), warning, "")
    return user, password


@transaction.atomic
def ask_reset(user: User | None, email: str) -> None:
    """Have a link sent to set a new password. Nothing for unknown and stopped accounts, and nobody learns so."""
    if user is None or not user.is_active or user.email != email:
        return
    if not user.may_reset:
        trail.write(SYSTEM, "account.reset_too_soon", user, name=user.username)
        return
    jobs.start("accounts.reset", SYSTEM, _("重设密码的信"), {"user": user.pk})
    trail.write(SYSTEM, "account.reset_asked", user, name=user.username)


@transaction.atomic
def set_active(by: Actor, user_id: int, active: bool, reason: str) -> User:
    """Stop an account or restore it. A stopped one is out with its next request."""
    user = User.objects.select_for_update(of=("self",)).get(pk=user_id)
    if by.user.pk == user.pk:
        raise Refused(_("不能停用自己的账号"))
    if not reason.strip():
        raise Refused(_("请写明原因"), "reason")
    if user.is_active == active:
        raise Refused(_("已经是这样了，刷新看看"))
    user.is_active = active
    user.save(update_fields=["is_active"])
    if not active:
        end_sessions(user)
    trail.write(by, "account.restore" if active else "account.stop", user, note=reason.strip(), name=user.username)
    return user


def end_sessions(user: User) -> None:
    """Out everywhere, with the next request; tokens made until now are void too."""
    User.objects.filter(pk=user.pk).update(shut_at=days.now())
    open_ones = UserSession.objects.filter(user=user)
    Session.objects.filter(session_key__in=open_ones.values("session_key")).delete()
    open_ones.delete()


@transaction.atomic
def end_all_sessions(by: Actor, user_id: int) -> int:
    """A security officer signs somebody out everywhere; returns how many places that were."""
    user = User.objects.select_for_update(of=("self",)).get(pk=user_id)
    count = UserSession.objects.filter(user=user).count()
    end_sessions(user)
    trail.write(by, "account.sessions_ended", user, change={"count": count}, name=user.username)
    return count


@transaction.atomic
def grant_post(
    by: Actor,
    user: User,
    role: str,
    organization: Organization,
    since: datetime.date,
    until: datetime.date | None = None,
    note: str = "",
) -> Post:
    """Grant a post of a unit. Raises Refused for one's own, for roles that one person may not hold together (S5, S6),
    and for posts of staff, which take two security officers (``actions.duals``).
    """
    if role in policy.STAFF_ROLES and by.user is not None:
        raise Refused(_("“%(role)s”由两位安全管理员办：一位提出，另一位确认") % {"role": policy.ROLES[role]}, "role")
    return write_post(by, user, role, organization, since, until, note)


def write_post(
    by: Actor,
    user: User,
    role: str,
    organization: Organization,
    since: datetime.date,
    until: datetime.date | None,
    note: str,
    **hands: Any,
) -> Post:
    """Check and write one post inside the caller's transaction. ``hands``: granted_by, confirmed_by, emergency."""
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    checks.may_grant(by, user, role, organization, since, until)
    hands.setdefault("granted_by", by.user)
    post = Post(user=user, role=role, organization=organization, since=since, until=until, **hands)
    try:
        with transaction.atomic():
            post.save(force_insert=True)
    except IntegrityError as problem:
        raise Refused(_refusal(problem, user), "role") from problem
    change = {"user": user.pk, "role": role, "organization": organization.pk, "since": str(since)}
    change |= {key: value.pk if isinstance(value, User) else value for key, value in hands.items() if value}
    if until:
        change["until"] = str(until)
    trail.write(by, "post.emergency" if post.emergency else "post.grant", post, note=note.strip(), change=change)
    outbox.tell([user], _("你有了新的岗位：%(post)s") % {"post": post}, key=f"post-{post.pk}")
    return post


def _refusal(problem: IntegrityError, user: User) -> str:
    """The words for what the database refused."""
    rules = {
        "post_alone": _("经审和三类管理员不兼别的岗位，%(name)s名下（连同本人的别的账号）已有冲突的岗位"),
        "post_two_officers": _("这个岗位要两位在任的安全管理员，还得是两个人"),
        "post_not_to_oneself": _("不能给自己授予岗位，本人的别的账号也不行"),
        "post_once": _("%(name)s已经有这个岗位了"),
    }
    found = next((text for name, text in rules.items() if name in str(problem.__cause__)), _("没能授予，刷新看看"))
    return found % {"name": user.name} if "%" in found else found


@transaction.atomic
def end_post(by: Actor, post_id: int, note: str, until: datetime.date | None = None) -> Post:
    """Take a post away: at once (the last day was yesterday), or after the day given."""
    post = Post.objects.select_for_update(of=("self",)).select_related("organization", "user").get(pk=post_id)
    if not note.strip():
        raise Refused(_("请写明原因"), "note")
    until = until or days.today() - datetime.timedelta(days=1)
    if post.until and post.until <= until:
        raise Refused(_("这个岗位已经到 %(day)s 为止") % {"day": post.until})
    checks.may_end(by, post)
    # granted and taken away on one day: it was never in force, the record tells the story
    post.since, post.until = min(post.since, until), until
    post.save(update_fields=["since", "until"])
    trail.write(
        by, "post.end", post, note=note.strip(), change={"user": post.user_id, "until": str(until)}, name=f"{post}"
    )
    outbox.tell([post.user], _("岗位收回：%(post)s") % {"post": post}, note.strip(), key=f"post-end-{post.pk}-{until}")
    return post


@transaction.atomic
def renew_session(request: HttpRequest) -> None:
    """A new id for the session, as at every rise of rights (P-AUTH1); the old one opens nothing any more."""
    old = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=old).update(session_key=request.session.session_key)


@transaction.atomic
def act_as(request: HttpRequest, post: Post | None) -> None:
    """Act in another post from the next page on; the session gets a new id, as at every change of rights."""
    request.session[POST_KEY] = post.pk if post else 0
    renew_session(request)
    change = {"from": request.actor.post.pk if request.actor.post else None, "to": post.pk if post else None}
    trail.write(Actor(request.user, post), "account.act_as", request.user, change=change, name=request.user.username)
