"""Inviting the chair or clerk of a union below: a link that opens once, for fourteen days, to exactly this post."""

import datetime
import hashlib
import secrets

from django.contrib.auth.password_validation import validate_password
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.actions.accounts import create_user, grant_post
from portal.accounts.models import Invitation, Post, User
from portal.accounts.models.invitations import INVITED
from portal.accounts.queries import phone_digits
from portal.core import jobs, trail
from portal.core.actor import Actor
from portal.kit import crypto, days
from portal.kit.refusal import Refused
from portal.registry.models import Member, Organization

SEND = "accounts.invite"
VALID = datetime.timedelta(days=14)
_SALT = "portal.invitation"


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _new_token() -> str:
    return signing.dumps(secrets.token_urlsafe(24), salt=_SALT)


@transaction.atomic
def invite(
    by: Actor, organization: Organization, role: str, name: str, email: str = "", phone: str = ""
) -> tuple[Invitation, str]:
    """Write the invitation; returns it with its link's token, which is kept nowhere. An address gets it by e-mail."""
    if role not in INVITED:
        raise Refused(_("这个岗位由安全管理员授予"), "role")
    if by.role != "officer" or not (by.tree_ids is None or organization.pk in by.tree_ids):
        raise Refused(_("只能请自己下面的单位"), "organization")
    if organization.pk == by.organization_id or not organization.active:
        raise Refused(_("请选一家在用的下级单位"), "organization")
    digits, email = phone_digits(phone), email.strip().lower()
    if phone.strip() and not digits:
        raise Refused(_("手机号是 1 开头的 11 位数字"), "phone")
    if not digits and not email:
        raise Refused(_("手机、邮箱至少填一个"), "phone")
    _nobody_has(email, digits)
    Invitation.objects.waiting().filter(organization=organization, role=role, name=name.strip()).update(
        withdrawn_at=days.now()
    )
    token = _new_token()
    made = Invitation.objects.create(
        organization=organization, role=role, name=name.strip(), email=email, phone=digits, token_hash=digest(token),
        invited_by=by.user, expires_at=days.now() + VALID,
    )  # fmt: skip
    if email:
        jobs.start(SEND, by, _("发邀请"), {"invitation": made.pk})
    change = {"organization": organization.pk, "role": role}
    trail.write(by, "post.invite", made, change=change, name=f"#{made.pk}")
    return made, token


def _nobody_has(email: str, digits: str) -> None:
    taken = User.objects.filter(email=email) if email else User.objects.none()
    if taken.exists():
        raise Refused(_("这个邮箱已经有账号，请用“移交”，或请安全管理员授予"), "email")
    if digits and User.objects.filter(phone_index__in=crypto.blinds(digits, "phone")).exists():
        raise Refused(_("这个手机已经有账号，请用“移交”，或请安全管理员授予"), "phone")


@transaction.atomic
def fresh_link(by: Actor, invitation_id: int) -> tuple[Invitation, str]:
    """Another link for an invitation that waits; the old one does not open any more."""
    made = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation_id)
    if made.used_at or made.withdrawn_at:
        raise Refused(_("这份邀请%(state)s") % {"state": made.state})
    token = _new_token()
    made.token_hash, made.expires_at = digest(token), days.now() + VALID
    made.save(update_fields=["token_hash", "expires_at"])
    trail.write(by, "post.invite_again", made, name=f"#{made.pk}")
    return made, token


@transaction.atomic
def withdraw(by: Actor, invitation_id: int) -> Invitation:
    """The link does not open any more."""
    made = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation_id)
    if made.used_at or made.withdrawn_at:
        raise Refused(_("这份邀请%(state)s") % {"state": made.state})
    made.withdrawn_at = days.now()
    made.save(update_fields=["withdrawn_at"])
    trail.write(by, "post.invite_withdrawn", made, name=f"#{made.pk}")
    return made


def opened(token: str) -> Invitation | None:
    """The waiting invitation of this link. A token that we did not sign is not even looked up."""
    try:
        signing.loads(token, salt=_SALT, max_age=VALID)
    except signing.BadSignature:
        return None
    rows = Invitation.objects.waiting().filter(token_hash=digest(token), organization__active=True)
    return rows.select_related("organization", "invited_by").first()


@transaction.atomic
def accept(token: str, username: str, password: str) -> Post:
    """Open the account and give it the post; the link is spent. Raises Refused, also when two accept at once."""
    found = opened(token)
    made = Invitation.objects.select_for_update(of=("self",)).get(pk=found.pk) if found else None
    if made is None or made.used_at or made.withdrawn_at:
        raise Refused(_("这个链接用过了或过期了，请上一级工会再发一次"))
    host = Actor(made.invited_by)
    _still_entitled(made)
    user, _first = create_user(host, username, made.name, made.email, made.phone)
    try:
        validate_password(password, user)
    except ValidationError as problem:
        raise Refused(" ".join(problem.messages), "password1") from problem
    user.set_password(password)
    user.member = _person(made)
    user.save(update_fields=["password", "member"])
    made.used_at, made.user = days.now(), user
    made.save(update_fields=["used_at", "user"])
    return grant_post(host, user, made.role, made.organization, days.today(), None, _("接受邀请"))


def _still_entitled(made: Invitation) -> None:
    """The inviter is still an officer above the union; rights that ended end their invitations too."""
    above = [one.pk for one in made.organization.route()]
    posts = Post.objects.current().filter(user=made.invited_by, role="officer", organization__in=above)
    if not made.invited_by.is_active or not posts.exists():
        raise Refused(_("请你的人已经不在岗位上，请上一级工会再发一次"))


def _person(made: Invitation) -> Member | None:
    """The member of the union whom the invitation means: same name, same phone, nobody's account yet."""
    if not made.phone:
        return None
    rows = Member.objects.filter(
        organization=made.organization, name=made.name, phone_index__in=crypto.blinds(made.phone, "phone"), active=True,
        user__isnull=True,
    )  # fmt: skip
    found = list(rows[:2])
    return found[0] if len(found) == 1 else None
