"""Signing in: by user name, phone or e-mail; what is recorded; what is not told."""

import re
import secrets
from time import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client
from django.urls import reverse

from portal.accounts.models import User
from portal.core.models import Record
from portal.kit import crypto
from tests import factories

PASSWORD = "Test-pass-2026"
PHONE = "13812345678"


def login(client: Client, name: str, password: str = PASSWORD):
    """From an address of its own: limits count per address, and every test here tries often."""
    client.defaults.setdefault("REMOTE_ADDR", f"10.66.{secrets.randbelow(250)}.{secrets.randbelow(250)}")
    return client.post(reverse("account_login"), {"login": name, "password": password})


@pytest.fixture
def person(db) -> User:
    return factories.user(
        "方心宜", username="fangxinyi", email="fang@example.cn", phone=PHONE, phone_index=crypto.blind(PHONE, "phone")
    )


@pytest.mark.parametrize(
    "name",
    ["fangxinyi", "FangXinyi", "fang@example.cn", "Fang@Example.cn", PHONE, "138 1234 5678", "+8613812345678"],
)
def test_the_same_person_by_each_name(client, person, name):
    assert login(client, name).status_code == 302
    assert client.session["_auth_user_id"] == str(person.pk)
    record = Record.objects.get(act="account.login")
    assert (record.by_id, record.target_id) == (person.pk, person.pk)


def test_the_phone_lies_encrypted(person):
    raw = User.objects.filter(pk=person.pk).extra(select={"raw": "phone::text"}).values_list("raw", flat=True)[0]
    assert raw != PHONE
    assert PHONE not in raw


def words(response) -> str:
    """The page without what differs by itself (token, the name typed)."""
    text = response.content.decode()
    text = re.sub(r'(name="csrfmiddlewaretoken" value|data-csrf)="[^"]*"', "", text)
    return re.sub(r'value="[^"]*"', "", text)


@pytest.mark.parametrize("unknown", ["nobody", "nobody@example.cn", "13900000000"])
def test_a_wrong_password_and_an_unknown_name_read_the_same(client, person, unknown):
    known = {"nobody": "fangxinyi", "nobody@example.cn": "fang@example.cn", "13900000000": PHONE}[unknown]
    wrong, missing = login(client, known, "not it"), login(Client(), unknown, "not it")
    assert (wrong.status_code, words(wrong)) == (missing.status_code, words(missing))
    assert "账号或密码不对" in words(wrong)
    assert "_auth_user_id" not in client.session


def test_a_failed_login_is_recorded_without_what_was_typed(client, person):
    login(client, "my-secret-typed-by-mistake", "x")
    login(client, "fangxinyi", "x")
    first, second = Record.objects.filter(act="account.login_failed").order_by("id")
    assert first.change["known"] is False
    assert second.target_id == person.pk
    assert "my-secret" not in str(vars(first))


def test_one_password_check_whatever_was_typed(client, person, monkeypatch):
    """Known and unknown take the same work; otherwise the clock tells which addresses exist."""
    counted = []
    for name in ("fang@example.cn", "nobody@example.cn", PHONE, "13900000000", "fangxinyi", "nobody"):
        tries = []
        original = User.check_password, User.set_password
        monkeypatch.setattr(User, "check_password", lambda self, raw, t=tries: t.append("check"))
        monkeypatch.setattr(User, "set_password", lambda self, raw, t=tries: t.append("set"))
        login(Client(), name, "not it")
        monkeypatch.setattr(User, "check_password", original[0])
        monkeypatch.setattr(User, "set_password", original[1])
        counted.append(len(tries))
    assert counted == [1] * 6


def test_a_stopped_account_is_out_with_its_next_request(client, person):
    login(client, "fangxinyi")
    assert client.get(reverse("core:messages")).status_code == 200
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert client.get(reverse("core:messages")).status_code == 302


def test_logout_is_recorded(client, person):
    login(client, "fangxinyi")
    client.post(reverse("account_logout"))
    assert Record.objects.filter(act="account.logout", by=person).exists()


def test_nobody_signs_up(client, db):
    answer = client.post(reverse("account_signup"), {"username": "new", "password1": PASSWORD, "password2": PASSWORD})
    assert answer.status_code == 200
    assert not User.objects.exists()


def test_staff_sessions_last_twelve_hours_and_get_a_new_id(client, world):
    staff = world["officer"].user
    client.get(reverse("account_login"))
    client.post(reverse("account_login"), {"login": staff.username, "password": PASSWORD, "remember": "on"})
    assert client.session.get_expiry_age() == 12 * 3600


# ── second factor ──
def test_staff_are_led_to_the_second_factor(client, world, settings):
    settings.STAFF_SECOND_FACTOR = "required"
    login(client, world["officer"].user.username)
    answer = client.get(reverse("core:messages"))
    assert (answer.status_code, answer.url) == (302, reverse("mfa_activate_totp"))
    settings.STAFF_SECOND_FACTOR = "optional"
    assert client.get(reverse("core:messages")).status_code == 200


def test_a_unit_s_chair_needs_none(client, world, settings):
    settings.STAFF_SECOND_FACTOR = "required"
    login(client, world["a1.chair"].user.username)
    assert client.get(reverse("core:messages")).status_code == 200


def code(secret: str) -> str:
    """What the authenticator shows now."""
    return format_hotp_value(hotp_value(secret, int(time()) // 30))


def test_with_the_second_factor_the_password_alone_opens_nothing(client, world, settings):
    settings.STAFF_SECOND_FACTOR = "required"
    staff = world["officer"].user
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(staff, secret)
    assert secret not in str(Authenticator.objects.get(user=staff, type="totp").data), "the secret lies encrypted"
    answer = login(client, staff.username)
    assert answer.url.startswith(reverse("mfa_authenticate"))
    assert client.get(reverse("core:messages")).status_code == 302
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "6 位数字不对" in wrong.content.decode()
    assert Record.objects.filter(act="account.second_factor_failed", target_id=staff.pk).exists()
    used = code(secret)
    client.post(reverse("mfa_authenticate"), {"code": used})
    assert client.get(reverse("core:messages")).status_code == 200
    other = Client()
    login(other, staff.username)
    other.post(reverse("mfa_authenticate"), {"code": used})
    assert other.get(reverse("core:messages")).status_code == 302, "a code works once"


def test_setting_it_up_leads_to_recovery_codes_and_leaves_a_record(
    client, world, settings, django_capture_on_commit_callbacks
):
    settings.STAFF_SECOND_FACTOR = "required"
    staff = world["officer"].user
    login(client, staff.username)
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("mfa_activate_totp"), {"code": code(secret)})
    assert answer.status_code == 302
    assert {one.type for one in Authenticator.objects.filter(user=staff)} == {"totp"}
    assert Record.objects.filter(act="account.second_factor_added", by=staff).count() == 1
    assert reverse("accounts:recovery") in client.get(answer.url).content.decode()
    assert client.get(reverse("core:messages")).status_code == 200
