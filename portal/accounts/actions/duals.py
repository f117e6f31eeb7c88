"""What takes two security officers: posts of staff (S6), a second factor taken off (S7), and the way round it (S8)."""

import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import policy
from portal.accounts import checks
from portal.accounts.actions.accounts import end_sessions, write_post
from portal.accounts.actions.contacts import tell_owner
from portal.accounts.actions.recovery import void_codes
from portal.accounts.models import DualAct, Post, User
from portal.core import outbox, trail
from portal.core.actor import Actor
from portal.kit import days
from portal.kit.refusal import Refused
from portal.registry.models import Organization

#: S7: after a reset of the second factor nothing may leave through the account for so long.
RESTRAINED = datetime.timedelta(hours=24)


def _ask(by: Actor, user: User, note: str, **what: Any) -> DualAct:
    if by.user is not None and by.user.person == user.person:
        raise Refused(_("自己的事请另外两位安全管理员办"), "user")
    act = DualAct(user=user, note=note.strip(), asked_by=by.user, asked_at=days.now(), **what)
    try:
        with transaction.atomic():
            act.save(force_insert=True)
    except IntegrityError as problem:
        raise Refused(_("已经有人提出过，等另一位安全管理员确认"), "user") from problem
    trail.write(by, "dual.ask", act, note=act.note, change={"kind": act.kind, "user": user.pk}, name=f"{act}")
    others = User.objects.filter(posts__in=Post.objects.current().filter(role="security")).exclude(pk=by.user.pk)
    subject = _("等你确认：%(name)s，%(act)s") % {"name": user.name, "act": act}
    outbox.tell(others, subject, act.note, reverse("accounts:dual", args=[act.pk]), key=f"dual-{act.pk}")
    return act


@transaction.atomic
def ask_post(
    by: Actor,
    user: User,
    role: str,
    organization: Organization,
    since: datetime.date,
    until: datetime.date | None = None,
    note: str = "",
) -> DualAct:
    """Ask for a post of staff. Another security officer confirms it; until then it gives no right."""
    checks.may_grant(by, user, role, organization, since, until)
    kind = DualAct.Kind.GRANT
    return _ask(by, user, note, kind=kind, role=role, organization=organization, since=since, until=until)


@transaction.atomic
def ask_factor_reset(by: Actor, user: User, note: str) -> DualAct:
    """Ask to take the second factor off an account whose holder has lost it."""
    if not Authenticator.objects.filter(user=user).exists():
        raise Refused(_("这个账号没有开两步验证"), "user")
    if not note.strip():
        raise Refused(_("请写明怎么核实的是本人"), "note")
    return _ask(by, user, note, kind=DualAct.Kind.FACTOR)


@transaction.atomic
def answer(by: Actor, act_id: int, agreed: bool, note: str = "") -> DualAct:
    """The second officer's word; with agreement the act is done in the same transaction."""
    act = DualAct.objects.select_for_update(of=("self",)).get(pk=act_id)
    _waits(act)
    checks.two_officers(act.asked_by, by)
    if by.user.person == act.user.person:
        raise Refused(_("这是给你本人办的，请别的安全管理员确认"))
    if not agreed and not note.strip():
        raise Refused(_("请写明为什么不同意"), "note")
    if agreed:
        (_grant if act.kind == DualAct.Kind.GRANT else _reset_factor)(by, act)
    _close(by, act, DualAct.State.DONE if agreed else DualAct.State.REFUSED, note)
    return act


@transaction.atomic
def withdraw(by: Actor, act_id: int) -> DualAct:
    """Whoever asked takes it back."""
    act = DualAct.objects.select_for_update(of=("self",)).get(pk=act_id)
    _waits(act)
    if by.user.pk != act.asked_by_id:
        raise Refused(_("只有提出的人能收回"))
    _close(by, act, DualAct.State.WITHDRAWN, "")
    return act


def _waits(act: DualAct) -> None:
    if act.state != DualAct.State.WAITING:
        raise Refused(_("这一件已经是“%(state)s”") % {"state": act.get_state_display()})


def _close(by: Actor, act: DualAct, state: DualAct.State, note: str) -> None:
    act.state, act.answered_by, act.answered_at, act.answer = state, by.user, days.now(), note.strip()
    act.save(update_fields=["state", "answered_by", "answered_at", "answer"])
    trail.write(by, f"dual.{state}", act, note=act.answer, change={"user": act.user_id}, name=f"{act}")
    if by.user.pk != act.asked_by_id:
        subject = _("%(act)s：%(state)s") % {"act": f"{act.user.name}，{act}", "state": act.get_state_display()}
        outbox.tell([act.asked_by], subject, act.answer, key=f"dual-{act.pk}-answered")


def _grant(by: Actor, act: DualAct) -> None:
    hands = {"granted_by": act.asked_by, "confirmed_by": by.user}
    write_post(by, act.user, act.role, act.organization, act.since, act.until, act.note, **hands)


def _reset_factor(by: Actor, act: DualAct) -> None:
    user = User.objects.select_for_update(of=("self",)).get(pk=act.user_id)
    Authenticator.objects.filter(user=user).delete()
    void_codes(user)
    user.restrained_until = days.now() + RESTRAINED
    user.save(update_fields=["restrained_until"])
    end_sessions(user)
    trail.write(by, "account.second_factor_reset", user, note=act.note, name=user.username)
    hours = int(RESTRAINED.total_seconds() // 3600)
    words = _("两位安全管理员重设了%(name)s的两步验证，%(hours)d 小时内不能导出。不是本人要求的，马上打电话。")
    subject, body = _("两步验证重设过：%(name)s") % {"name": user.name}, words % {"name": user.name, "hours": hours}
    tell_owner(user, subject, body, "", key=f"factor-{act.pk}")
    outbox.tell(User.objects.filter(pk__in=_chairs(user)), subject, body, key=f"factor-{act.pk}")


def _chairs(user: User) -> list[int]:
    """The chairs of the unions where the person works or belongs."""
    unions = [*Post.objects.current().filter(user=user).values_list("organization", flat=True)]
    if user.member_id:
        unions.append(user.member.organization_id)
    chairs = Post.objects.current().filter(role__in=("chair", "leader"), organization__in=unions)
    return list(chairs.exclude(user=user).values_list("user", flat=True))


@transaction.atomic
def grant_in_emergency(by: Actor, user: User, role: str, organization: Organization, note: str) -> Post:
    """Break the glass (S8): one security officer alone, until tomorrow, with a reason, and the alarm goes off."""
    if role not in policy.STAFF_ROLES:
        raise Refused(_("这个岗位一位安全管理员就能授予，用不着紧急授予"), "role")
    if not note.strip():
        raise Refused(_("请写明为什么等不到另一位安全管理员"), "note")
    today = days.today()
    until = today + datetime.timedelta(days=1)
    post = write_post(by, user, role, organization, today, until, note, emergency=True)
    watchers = User.objects.filter(posts__in=Post.objects.current().filter(role__in=("log", "auditor")))
    subject = _("紧急授予岗位：%(name)s，%(post)s，到 %(until)s") % {"name": user.name, "post": post, "until": until}
    outbox.tell(watchers, subject, note.strip(), reverse("accounts:posts") + "?view=emergency", f"emergency-{post.pk}")
    return post
