"""The level above invites; the link opens once, to exactly one post, while the inviter is in office."""

import datetime

import pytest
from django.core import mail, signing
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from portal.accounts.actions import invitations as actions
from portal.accounts.models import Invitation, Post, User
from portal.kit import days
from portal.kit.refusal import Refused
from tests import factories
from tests.registry.rosters import work

pytestmark = pytest.mark.django_db
PASSWORD = "Ban-gong-shi-2026"


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.STAFF_SECOND_FACTOR = "optional"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def invited(world, unit="a1", role="chair", **values) -> tuple[Invitation, str]:
    values = {"phone": "13512340001", **values}
    return actions.invite(world["a.officer"], world[unit], role, "丁若琳", **values)


def test_the_invited_sets_a_password_and_gets_exactly_that_post(world):
    person = factories.member(world["a1"], "丁若琳", phone="13512340001")
    made, token = invited(world)
    assert token not in str(Invitation.objects.values().get(pk=made.pk)), "only the digest is kept"
    post = actions.accept(token, "dingruolin", PASSWORD)
    user = User.objects.get(username="dingruolin")
    assert (post.user, post.role, post.organization, post.granted_by) == (
        user, "chair", world["a1"], world["a.officer"].user,
    )  # fmt: skip
    assert (user.check_password(PASSWORD), user.member) == (True, person)
    with pytest.raises(Refused, match="用过了或过期"):
        actions.accept(token, "again", PASSWORD)
    assert User.objects.filter(username="again").count() == 0


@pytest.mark.parametrize(
    ("unit", "role", "values", "why"),
    [
        ("a1", "officer", {}, "安全管理员授予"),
        ("b1", "chair", {}, "自己下面的"),
        ("a", "chair", {}, "下级单位"),
        ("city", "chair", {}, "自己下面的"),
        ("a1", "chair", {"phone": ""}, "至少填一个"),
        ("a1", "chair", {"phone": "12"}, "11 位"),
        ("a1", "chair", {"email": "taken@example.cn"}, "已经有账号"),
    ],
)
def test_what_is_refused(world, unit, role, values, why):
    factories.user(email="taken@example.cn")
    with pytest.raises(Refused, match=why):
        invited(world, unit, role, **values)


def test_a_chair_invites_nobody(world):
    with pytest.raises(Refused, match="自己下面的"):
        actions.invite(world["a1.chair"], world["a1"], "clerk", "某", phone="13512340001")


def test_the_database_knows_no_invitation_to_a_staff_post(world):
    made, _token = invited(world)
    for change in ({"role": "officer"}, {"used_at": days.now()}, {"used_at": days.now(), "user": made.invited_by}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Invitation.objects.filter(pk=made.pk).update(**change)


def test_expired_withdrawn_replaced_and_forged_links_do_not_open(world):
    made, token = invited(world)
    assert actions.opened(token) == made, "control: the link as it is opens"
    Invitation.objects.filter(pk=made.pk).update(expires_at=days.now() - datetime.timedelta(seconds=1))
    assert actions.opened(token) is None
    made, fresh = actions.fresh_link(world["a.officer"], made.pk)
    assert (actions.opened(token), actions.opened(fresh)) == (None, made)
    forged = signing.dumps("x", salt="another")
    assert actions.opened(forged) is None and actions.opened(fresh[:-1]) is None
    actions.withdraw(world["a.officer"], made.pk)
    assert actions.opened(fresh) is None


def test_rights_that_ended_end_their_invitations(world):
    _made, token = invited(world)
    post = world["a.officer"].post
    Post.objects.filter(pk=post.pk).update(until=days.today() - datetime.timedelta(days=1))
    with pytest.raises(Refused, match="不在岗位上"):
        actions.accept(token, "dingruolin", PASSWORD)
    assert not User.objects.filter(username="dingruolin").exists()


def test_the_mail_carries_a_link_that_opens(world):
    made, _token = invited(world, email="ding@example.cn", phone="")
    work()
    text = mail.outbox[-1].body
    assert mail.outbox[-1].to == ["ding@example.cn"]
    token = text.rsplit("/accept/", 1)[1].strip().rstrip("/")
    assert actions.opened(token) == made


def test_the_pages(world, sign_in):
    client = sign_in(world["a.officer"])
    data = {"unit": world["a1"].pk, "role": "clerk", "name": "丁若琳", "phone": "13512340001"}
    assert client.post(reverse("accounts:invite"), {**data, "phone": ""}).status_code == 422
    shown = client.post(reverse("accounts:invite"), data).content.decode()
    token = shown.split("/accept/", 1)[1].split("/", 1)[0]
    assert token not in client.get(reverse("accounts:invitations")).content.decode(), "shown once"
    path, guest = reverse("accounts:accept", args=[token]), Client()
    assert "丁若琳" in guest.get(path).content.decode()
    weak = {"username": "dingruolin", "password1": "12345678", "password2": "12345678"}
    assert guest.post(path, weak).status_code == 422
    assert guest.post(path, {**weak, "password1": PASSWORD}).status_code == 422
    good = {"username": "dingruolin", "password1": PASSWORD, "password2": PASSWORD}
    assert guest.post(path, good).url == reverse("account_login")
    assert guest.get(path).status_code == 404
    made = Invitation.objects.get()
    assert sign_in(world["b.officer"]).get(reverse("accounts:invitation", args=[made.pk])).status_code == 404
