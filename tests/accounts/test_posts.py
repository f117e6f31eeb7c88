"""Posts: who may grant what to whom, and acting in one's own."""

import datetime

import pgtrigger
import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from portal import policy
from portal.accounts import actions
from portal.accounts.models import Post
from portal.core.actor import Actor
from portal.core.models import Message, Record
from portal.kit.refusal import Refused
from tests import factories

TODAY = timezone.localdate


def grant(world, user, role="chair", org="a1", by="security", since=None, **more):
    """A unit's post at once, a post of staff through the second officer."""
    since = since or TODAY()
    if role not in policy.STAFF_ROLES:
        return actions.grant_post(world[by], user, role, world[org], since, **more)
    if "second" not in world.actors:
        world.actors["second"] = factories.post("security", world["city"])
    act = actions.ask_post(world[by], user, role, world[org], since, note="任命", **more)
    actions.answer(world["second"], act.pk, True)
    return Post.objects.get(user=user, role=role, organization=world[org], since=since)


def test_a_granted_post_works_at_once_and_is_recorded_and_told(world, client):
    somebody = factories.user("李新")
    post = grant(world, somebody)
    record = Record.objects.get(act="post.grant")
    assert (record.by, record.target_id) == (world["security"].user, post.pk)
    assert record.change["organization"] == world["a1"].pk
    assert Message.objects.filter(user=somebody, subject__contains="新的岗位").exists()
    client.force_login(somebody)
    assert client.get(reverse("core:days")).status_code == 200


def test_not_to_oneself(world):
    with pytest.raises(Refused, match="不能给自己"):
        grant(world, world["security"].user)
    with pytest.raises(IntegrityError), transaction.atomic():
        Post.objects.create(
            user=world["security"].user, role="log", organization=world["city"], since=TODAY(),
            granted_by=world["security"].user,
        )  # fmt: skip


@pytest.mark.parametrize("alone", ["auditor", "system", "security", "log"])
@pytest.mark.parametrize("other", ["chair", "officer", "leader", "auditor", "system", "security", "log"])
def test_who_checks_or_minds_the_machine_does_nothing_else(world, alone, other):
    if alone == other:
        return
    place = "a1" if other == "chair" else "city"
    for first, second in ((alone, other), (other, alone)):
        somebody = factories.user()
        grant(world, somebody, first, "city" if first == alone else place)
        with pytest.raises(Refused, match="不能兼别的岗位"):
            grant(world, somebody, second, "city" if second == alone else place)
        with pytest.raises(IntegrityError), transaction.atomic():
            Post.objects.create(user=somebody, role=second, organization=world["city"], since=TODAY())


def test_one_after_the_other_is_no_conflict(world):
    somebody = factories.user()
    grant(world, somebody, "officer", "city", until=TODAY())
    grant(world, somebody, "auditor", "city", since=TODAY() + datetime.timedelta(days=1))
    assert Post.objects.filter(user=somebody).count() == 2


def test_the_control_without_the_trigger_the_database_takes_it(world):
    somebody = factories.user()
    grant(world, somebody, "auditor", "city")
    with pgtrigger.ignore("accounts.Post:alone"):
        hands = {"granted_by": world["security"].user, "confirmed_by": world["second"].user}
        Post.objects.create(user=somebody, role="officer", organization=world["city"], since=TODAY(), **hands)
    assert Post.objects.filter(user=somebody).count() == 2


def test_top_posts_only_at_the_top(world):
    with pytest.raises(Refused, match="只设在市教育工会"):
        grant(world, factories.user(), "auditor", "a")


def test_the_same_post_twice_is_refused(world):
    somebody = factories.user()
    grant(world, somebody)
    with pytest.raises(Refused, match="已经有这个岗位"):
        grant(world, somebody)


def test_taken_away_works_with_the_next_request(world, client):
    somebody = factories.user()
    post = grant(world, somebody)
    client.force_login(somebody)
    assert client.get(reverse("core:days")).status_code == 200
    actions.end_post(world["security"], post.pk, "调离")
    assert client.get(reverse("core:days")).status_code == 404
    assert Record.objects.get(act="post.end").note == "调离"


def test_two_security_administrators_stay(world):
    with pytest.raises(Refused, match="只剩 0 位"):
        actions.end_post(world["security"], world["security"].post.pk, "退休")
    third = grant(world, factories.user(), "security", "city")
    actions.end_post(Actor(third.user, third), world["security"].post.pk, "退休")
    with pytest.raises(Refused, match="只剩 1 位"):
        actions.end_post(Actor(third.user, third), world["second"].post.pk, "退休")


# ── pages ──
def test_granting_in_the_browser(world, sign_in):
    client, somebody = sign_in(world["security"]), factories.user("王芳", username="wangfang")
    form = {"user": "wangfang", "role": "clerk", "organization": world["u"].name, "since": TODAY(), "note": "任职通知"}
    assert client.post(reverse("accounts:post_grant"), form).status_code == 302
    assert Post.objects.get(user=somebody).role == "clerk"
    page = client.get(reverse("accounts:posts")).content.decode()
    assert "王芳" in page
    assert "收回…" in page
    wrong = client.post(reverse("accounts:post_grant"), {**form, "user": "nobody", "organization": "没有这家"})
    assert wrong.status_code == 422
    assert "没有这个账号" in wrong.content.decode()
    assert "没有这家单位" in wrong.content.decode()


def test_taking_away_in_the_browser_needs_a_reason(world, sign_in):
    client = sign_in(world["security"])
    url = reverse("accounts:post_end", args=[world["u.clerk"].post.pk])
    assert client.post(url, {"note": ""}).status_code == 422
    assert client.post(url, {"note": "换届"}).status_code == 302
    assert not Post.objects.current().filter(pk=world["u.clerk"].post.pk).exists()


@pytest.mark.parametrize("who", ["officer", "auditor", "log"])
def test_reading_is_not_granting(world, sign_in, who):
    client = sign_in(world[who])
    assert client.get(reverse("accounts:posts")).status_code == 200
    assert client.get(reverse("accounts:post_grant")).status_code == 404
    assert client.get(reverse("accounts:users")).status_code == 404


def test_a_new_account_and_its_password_once(world, sign_in, client):
    answer = sign_in(world["security"]).post(
        reverse("accounts:user_create"), {"name": "新人", "username": "xinren", "email": "", "phone": "13700000001"}
    )
    password = answer.context["password"]
    assert password in answer.content.decode()
    client.logout()
    assert client.post(reverse("account_login"), {"login": "13700000001", "password": password}).status_code == 302
    assert Record.objects.filter(act="account.create").count() == 1
    assert not Record.objects.filter(change__icontains=password).exists()


@pytest.mark.parametrize("username", ["13700000001", "a@b.cn", "X y", "ab", "王"])
def test_user_names_that_could_be_something_else_are_refused(world, username):
    with pytest.raises(Refused):
        actions.create_user(world["security"], username, "某人")


def test_stopping_an_account_ends_its_sessions(world, sign_in, client):
    victim = world["a1.chair"].user
    client.post(reverse("account_login"), {"login": victim.username, "password": "Test-pass-2026"})
    assert client.get(reverse("core:messages")).status_code == 200
    actions.set_active(world["security"], victim.pk, False, "离职")
    assert client.get(reverse("core:messages")).status_code == 302
    with pytest.raises(Refused, match="自己"):
        actions.set_active(world["security"], world["security"].user.pk, False, "x")


# ── whose identity ──
def test_acting_in_one_of_several_posts(world, sign_in):
    both = factories.post("chair", world["a1"])
    second = factories.post("officer", world["b"], both.user)
    client = sign_in(both)
    before = client.session.session_key
    answer = client.post(reverse("accounts:act_as"), {"post": second.post.pk, "next": "https://elsewhere.example/"})
    assert (answer.status_code, answer.url) == (302, "/")
    assert client.session["post"] == second.post.pk
    assert client.session.session_key != before
    assert Record.objects.get(act="account.act_as").change == {"from": both.post.pk, "to": second.post.pk}
    assert client.post(reverse("accounts:act_as"), {"post": world["officer"].post.pk}).status_code == 404
    client.post(reverse("accounts:act_as"), {"post": "0"})
    assert client.get(reverse("core:days")).status_code == 404, "as oneself, in no post"


def test_a_post_that_ended_meanwhile_is_not_replaced_under_an_act(world, sign_in):
    both = factories.post("chair", world["a1"])
    factories.post("chair", world["a2"], both.user)
    client = sign_in(both)
    actions.end_post(world["security"], both.post.pk, "换届")
    assert client.post(reverse("core:messages_read")).status_code == 409
    assert client.post(reverse("core:messages_read")).status_code == 302


def test_head_runs_nothing(world, sign_in):
    """HEAD passes the CSRF check: a view for POST alone must not run for it."""
    client = sign_in(world["officer"])
    answer = client.head(reverse("accounts:act_as"))
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert client.options(reverse("core:messages_read")).status_code == 405


def test_the_guard_costs_one_query_for_account_and_posts(world, sign_in, django_assert_num_queries):
    client = sign_in(world["a1.chair"])
    with django_assert_num_queries(2):  # session, account and posts
        client.get(reverse("core:healthz"))


def test_a_form_sent_after_the_session_ended_comes_back_to_its_page(client, world):
    answer = client.post(reverse("core:messages_read"), headers={"referer": "http://testserver/messages/?page=2"})
    assert answer.url == "/account/login/?next=/messages/"
    assert client.post(reverse("core:messages_read"), headers={"referer": "http://evil.example/x"}).url.endswith(
        "next=/"
    )
