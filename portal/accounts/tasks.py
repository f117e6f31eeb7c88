"""Periodic tasks and jobs of accounts."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from celery import shared_task
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.accounts.actions import invitations, terms, tries
from portal.accounts.models import Invitation, User
from portal.core import letters
from portal.core.jobs import JobRun, handler
from portal.core.models import Channel
from portal.core.periods import once
from portal.kit import days


@shared_task(name="accounts.sweep")
def sweep() -> None:
    """Throw away old tries and ended sessions. Twice at once does no harm."""
    tries.sweep()
    call_command("clearsessions")


@shared_task(name="accounts.terms")
def tell_terms() -> None:
    """Once a day: committees and posts whose term ends. A second beat tells nobody."""
    with once("accounts.terms", days.today()) as mine:
        if mine:
            terms.tell(days.today())


@handler("accounts.reset")
def reset(run: JobRun) -> None:
    """Send the link that sets a new password. The link is made here: it lies in no row and no queue."""
    user = User.objects.filter(pk=run.params["user"], is_active=True).first()
    if user is None or not user.email:
        return
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"}).replace("UID-KEY", key)
    text = _("有人请求重设账号 %(username)s 的密码。是你本人，就打开下面的链接，设一个新密码：")
    after = _("不是你本人，不用理会，密码没有变。")
    body = f"{text % {'username': user.username}}\n\n{settings.SITE_URL}{path}\n\n{after}"
    letters.post(run, Channel.EMAIL, user.email, _("重设密码"), body)


@handler(invitations.SEND)
def send_invitation(run: JobRun) -> None:
    """Send the link. It is made here, as the reset's is: it lies in no row and no queue; sent twice, the last opens."""
    waiting = Invitation.objects.waiting().filter(pk=run.params["invitation"]).select_related("organization").first()
    if waiting is None or not waiting.email:
        return
    letters.awake(Channel.EMAIL)
    made, token = invitations.fresh_link(run.actor, waiting.pk)
    words = {"unit": waiting.organization.name, "role": made.get_role_display()}
    subject = _("请你开通账号：%(unit)s%(role)s") % words
    text = _("打开下面的链接，设用户名和密码。只能用一次，14 天内有效：")
    link = settings.SITE_URL + reverse("accounts:accept", args=[token])
    letters.post(run, Channel.EMAIL, made.email, subject, f"{text}\n\n{link}")
