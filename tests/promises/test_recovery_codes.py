"""P-AUTH2: recovery codes are shown once, kept as hashes, and each opens once."""

import re
import threading
from importlib import import_module

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.urls import reverse

from portal.accounts import actions
from portal.accounts.actions import recovery
from portal.accounts.models import RecoveryCode, SpentCode, User
from portal.core.actor import Actor
from portal.core.models import Message, Record
from tests import factories
from tests.promises.test_sessions import SECRET, enter, inside

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P-AUTH2")]


@pytest.fixture
def staff(world) -> User:
    TOTP.activate(world["officer"].user, SECRET)
    return world["officer"].user


def log_in(user: User, typed: str) -> bool:
    client = Client()
    client.post(reverse("account_login"), {"login": user.username, "password": "Test-pass-2026"})
    client.post(reverse("mfa_authenticate"), {"code": typed})
    return inside(client)


def test_codes_are_shown_once_and_nowhere_kept(world, figure):
    user = world["officer"].user
    client = enter(world["officer"])
    TOTP.activate(user, SECRET)
    page = client.post(reverse("accounts:recovery"))
    codes = page.context["codes"]
    assert len(set(codes)) == recovery.COUNT and all(code in page.content.decode() for code in codes)
    assert "no-store" in page.headers["Cache-Control"]
    again = (
        client.get(reverse("mfa_index")).content.decode() + client.get(reverse("accounts:recovery")).content.decode()
    )
    kept = [str(list(kind.objects.values())) for kind in (RecoveryCode, Authenticator, Message, Record, SpentCode)]
    kept += [str(session.get_decoded()) for session in Session.objects.all()]
    found = [code for code in codes if any(code in text or code.replace("-", "") in text for text in [again, *kept])]
    figure("recovery codes found on later pages and in the rows", len(found), wanted="0")
    assert found == [] and "还剩 10 个" in again
    digests = RecoveryCode.objects.values_list("digest", flat=True)
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in digests)


def test_a_code_opens_once_however_it_is_typed(staff, world, figure):
    first, second, *_rest = actions.make_codes(world["officer"])
    opened = [log_in(staff, first), log_in(staff, first), log_in(staff, second.upper().replace("-", " "))]
    figure("log-ins with one recovery code", sum(opened[:2]), wanted="1")
    assert opened == [True, False, True] and staff.recovery_left == 8
    assert Record.objects.filter(act="account.recovery_used", by=staff, change={"left": 8}).exists()
    assert Message.objects.filter(user=staff, subject__contains="还剩 8 个").exists()
    RecoveryCode.objects.update(spent_at=None)
    SpentCode.objects.all().delete()
    figure("control: the same code without its marks", int(log_in(staff, first)), wanted="1")
    assert staff.recovery_left == 9


@pytest.mark.django_db(transaction=True)
def test_racers_with_one_code(figure):
    user = factories.user("王芳")
    code, *_rest = actions.make_codes(Actor(user))
    won, gate = [], threading.Barrier(8)

    def race() -> None:
        gate.wait()
        won.append(recovery.use_code(user, code))
        connection.close()

    racers = [threading.Thread(target=race) for _n in range(8)]
    for one in racers:
        one.start()
    for one in racers:
        one.join()
    figure("of 8 racers with one code came in", sum(won), wanted="1")
    assert sum(won) == 1


def test_a_new_set_or_no_authenticator_voids_the_codes(staff, world):
    old, *_rest = actions.make_codes(world["officer"])
    new, *_rest = actions.make_codes(world["officer"])
    assert not log_in(staff, old) and log_in(staff, new)
    second = factories.post("security", world["city"])
    act = actions.ask_factor_reset(world["security"], staff, "本人带工作证来过")
    actions.answer(second, act.pk, True)
    assert staff.recovery_left == 0, "two officers took the second factor off"


def test_taking_the_authenticator_off_voids_them_too(staff, world):
    code, *_rest = actions.make_codes(world["officer"])
    client = enter(world["officer"])
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert inside(client) and staff.recovery_left == 9
    answer = client.post(reverse("mfa_deactivate_totp"))
    assert answer.status_code == 302
    assert not Authenticator.objects.filter(user=staff).exists() and staff.recovery_left == 0


def test_the_seeds_of_before_are_void_and_their_owners_told(staff):
    Authenticator.objects.create(user=staff, type="recovery_codes", data={"seed": "sealed", "used_mask": 0})
    import_module("portal.accounts.migrations.0009_void_recovery_seeds").void(apps, None)
    assert [one.type for one in Authenticator.objects.filter(user=staff)] == ["totp"]
    told = Message.objects.get(user=staff, key="recovery-seeds")
    assert told.kind == Message.Kind.SAFETY and told.url == reverse("mfa_index")
