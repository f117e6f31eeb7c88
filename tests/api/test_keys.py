"""Tokens, the pace, and answers kept for a repeated request; with their controls."""

import datetime
import threading

import pytest
from allauth.account.signals import password_reset
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from portal.accounts.actions import end_all_sessions, end_post, renew_password
from portal.api.actions import keeping, tokens
from portal.api.models import KeptAnswer, Token
from portal.core.models import Message, Record
from portal.kit import days
from programs.api import filling
from programs.models import Entry
from tests import factories
from tests.api.calls import Api


# ── tokens ──
@pytest.mark.django_db
def test_a_token_acts_in_its_post_and_needs_no_csrf(world):
    api = Api(world["u.chair"])
    status, me = api.get("me/")
    assert status == 200 and me["acting"]["organization"] == world["u"].pk
    assert Token.objects.get().used_at is not None
    assert api.secret not in str(list(Token.objects.values())), "only the digest is kept"


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["revoked", "expired", "account", "post", "wrong", "other scheme"])
def test_a_token_ends_with_itself_its_account_and_its_post(world, how):
    actor = world["u.chair"]
    api = Api(actor)
    assert api.get("me/")[0] == 200
    if how == "revoked":
        tokens.revoke_token(actor, api.token.pk)
    elif how == "expired":
        past = days.now() - datetime.timedelta(seconds=1)
        Token.objects.update(created_at=past - datetime.timedelta(days=9), expires_at=past)
    elif how == "account":
        type(actor.user).objects.filter(pk=actor.user.pk).update(is_active=False)
    elif how == "post":
        end_post(world["security"], actor.post.pk, "退休")
    else:
        api.secret = "gh_" + "x" * 43 if how == "wrong" else f"{api.secret} x"
    assert api.get("me/")[0] == 401


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["renewed by an officer", "reset by a letter", "signed out by an officer", "control"])
def test_what_shuts_an_account_voids_its_tokens(world, how):
    """Whoever was in long enough to make a token must not stay in by it."""
    api, user = Api(world["u.chair"]), world["u.chair"].user
    if how == "renewed by an officer":
        renew_password(world["security"], user.pk)
    elif how == "reset by a letter":
        password_reset.send(sender=type(user), request=None, user=user)
    elif how == "signed out by an officer":
        end_all_sessions(world["security"], user.pk)
    assert api.get("me/")[0] == (200 if how == "control" else 401)
    world["u.chair"].user.refresh_from_db()
    assert Api(world["u.chair"]).get("me/")[0] == 200, "a new one is good again"


@pytest.mark.django_db
def test_the_owner_is_told_of_a_new_token(world):
    Api(world["u.chair"])
    told = Message.objects.get(user=world["u.chair"].user)
    assert "令牌" in told.subject and told.kind == Message.Kind.SAFETY


@pytest.mark.django_db
def test_a_repeat_goes_through_the_same_door(world, settings):
    """The kept answer is for whoever may do the act, at the pace of any request; with its control."""
    running, key = factories.call(world["officer"]), {"Idempotency-Key": "one"}
    person = factories.member(world["u"], "林一")
    body = {"call": running.pk, "category": running.categories.first().key, "member": person.pk}
    api = Api(world["u.chair"])
    assert api.post("entries/", body, **key)[0] == 201
    assert api.post("entries/", body, **key)[0] == 201 and api.headers["Idempotent-Replay"]
    reader = Api(world["u.chair"], reach="read")
    assert reader.post("entries/", body, **key)[0] == 403
    client = Client(enforce_csrf_checks=True)
    client.force_login(world["u.chair"].user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    assert client.post("/api/v1/entries/", body, "application/json", headers=key).status_code == 403
    settings.API_PER_MINUTE = 1
    answers = [api.post("entries/", body, **key)[0] for _n in range(3)]
    assert 429 in answers


@pytest.mark.django_db
def test_a_token_that_only_reads_changes_nothing(world):
    running = factories.call(world["officer"])
    api = Api(world["u.chair"], reach="read")
    body = {"call": running.pk, "category": running.categories.first().key}
    assert api.get("entries/")[0] == 200
    assert api.post("entries/", body)[0] == 403 and Entry.objects.count() == 0
    status, told = api.get("me/", **{"X-Post": "0"})
    assert status == 403 and "自己的身份" in told["detail"]


@pytest.mark.django_db
def test_a_bad_token_never_falls_back_to_the_session(world, sign_in):
    client = sign_in(world["officer"])
    assert client.get("/api/v1/me/").status_code == 200
    assert client.get("/api/v1/me/", headers={"Authorization": "Bearer gh_nonsense"}).status_code == 401


@pytest.mark.django_db
def test_a_session_needs_its_csrf_token(world):
    client = Client(enforce_csrf_checks=True)
    client.force_login(world["u.chair"].user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    assert client.get("/api/v1/me/").status_code == 200
    answer = client.post("/api/v1/messages/read/", {}, "application/json")
    assert answer.status_code == 403 and "X-CSRFToken" in answer.json()["detail"]
    client.get(reverse("keys:tokens"))
    token = client.cookies["csrftoken"].value
    answer = client.post("/api/v1/messages/read/", {}, "application/json", headers={"X-CSRFToken": token})
    assert answer.status_code == 200


@pytest.mark.django_db
def test_the_pages_make_show_once_and_revoke(world, sign_in):
    client, actor = sign_in(world["u.chair"]), world["u.chair"]
    body = {"name": "人事系统", "post": actor.post.pk, "reach": "write",
            "expires_on": days.today() + datetime.timedelta(days=90)}  # fmt: skip
    page = client.post(reverse("keys:token_new"), body).content.decode()
    token = Token.objects.get()
    assert token.hint in page and token.post == actor.post
    assert token.hint + "…" in client.get(reverse("keys:tokens")).content.decode()
    assert Record.objects.filter(act="token.create", target_id=token.pk).count() == 1
    client.post(reverse("keys:token_revoke", args=[token.pk]))
    token.refresh_from_db()
    assert token.revoked_at and Record.objects.filter(act="token.revoke").count() == 1
    late = {**body, "expires_on": days.today() + datetime.timedelta(days=366)}
    assert client.post(reverse("keys:token_new"), late).status_code == 422
    foreign = {**body, "post": world["officer"].post.pk}
    assert client.post(reverse("keys:token_new"), foreign).status_code == 422 and Token.objects.count() == 1


# ── pace ──
@pytest.mark.django_db
def test_the_pace_holds_without_redis(world, settings):
    settings.API_PER_MINUTE = 5
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    api = Api(world["u.chair"])
    found = [api.get("me/")[0] for _n in range(7)]
    assert found.count(429) >= 1 and found[:1] == [200]
    assert 0 < int(api.headers["Retry-After"]) <= 60


# ── one request, one act ──
@pytest.fixture
def ready(world):
    running = factories.call(world["officer"])
    person = factories.member(world["u"], "林一")
    body = {"call": running.pk, "category": running.categories.first().key, "member": person.pk}
    return Api(world["u.chair"]), body


@pytest.mark.django_db
def test_the_same_request_again_gets_the_same_answer_and_acts_once(ready):
    api, body = ready
    key = {"Idempotency-Key": "hr-2026-0001"}
    first = api.post("entries/", body, **key)
    assert first[0] == 201 and "Idempotent-Replay" not in api.headers
    assert api.post("entries/", dict(reversed(body.items())), **key) == first
    assert api.headers["Idempotent-Replay"] == "true"
    assert Entry.objects.count() == 1
    status, told = api.post("entries/", {**body, "subject": "x"}, **key)
    assert status == 422 and "钥匙" in told["detail"] and Entry.objects.count() == 1
    assert api.post("messages/read/", {}, **key)[0] == 422, "another address is another request"


@pytest.mark.django_db
def test_a_refusal_is_kept_as_well_and_a_key_of_another_account_is_another_key(world, ready):
    api, body = ready
    first = api.post("entries/", {**body, "member": 99999999}, **{"Idempotency-Key": "k"})
    assert first[0] == 422 and api.post("entries/", {**body, "member": 99999999}, **{"Idempotency-Key": "k"}) == first
    other = Api(world["u.clerk"])
    assert other.post("entries/", body, **{"Idempotency-Key": "k"})[0] == 201


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", " ", "x" * 101])
def test_a_key_that_is_none_is_refused(ready, key):
    api, body = ready
    assert api.post("entries/", body, **{"Idempotency-Key": key})[0] == 400


@pytest.mark.django_db
def test_an_error_of_ours_keeps_neither_the_act_nor_the_key(ready, monkeypatch):
    api, body = ready
    api.client.raise_request_exception = False

    def broken(*args, **kwargs):
        raise RuntimeError("after the act")

    monkeypatch.setattr(filling.StartEntries, "told", broken)
    assert api.post("entries/", body, **{"Idempotency-Key": "k"})[0] == 500
    assert Entry.objects.count() == 0 and KeptAnswer.objects.count() == 0
    monkeypatch.undo()
    assert api.post("entries/", body, **{"Idempotency-Key": "k"})[0] == 201


def racers(api: Api, body: dict, count: int = 8) -> list[int]:
    """The same request from many connections at once."""
    found, gate = [], threading.Barrier(count)

    def ask() -> None:
        one = Api.__new__(Api)
        one.secret, one.client = api.secret, type(api.client)()
        gate.wait()
        found.append(one.post("entries/", body, **{"Idempotency-Key": "race"})[0])
        connection.close()

    threads = [threading.Thread(target=ask) for _n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_act_once(ready):
    api, body = ready
    found = racers(api, body)
    assert set(found) <= {201, 409} and 201 in found
    assert Entry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_control_without_the_keeper_they_act_many_times(ready, monkeypatch):
    api, body = ready
    monkeypatch.setattr(keeping, "once", lambda request, view, run: run())
    racers(api, body)
    assert Entry.objects.count() > 1
