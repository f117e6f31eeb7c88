"""P-PI9: keys and suites change while people work. Real rows, real threads, both suites.

Negative control: without the old index key beside the new one, people are not found while the index changes.
"""

import contextlib
import random
import threading
from collections.abc import Callable

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings

from portal.accounts.adapter import MfaAdapter
from portal.accounts.models import FormerContact
from portal.core import jobs
from portal.core.actor import SYSTEM
from portal.kit import crypto
from portal.kit.refusal import Refused
from portal.privacy.actions import keys
from portal.registry.actions.members import update_member
from portal.registry.models import Member
from portal.registry.queries.people import by_document
from tests import factories

pytestmark = [pytest.mark.promise("P-PI9"), pytest.mark.django_db(transaction=True)]
NEW = {"k2": crypto.new_key(), "index": crypto.new_key()}


def turned(suite: str) -> override_settings:
    """The next period: a new key, a new index key, the old ones beside them, maybe another suite."""
    old = settings.FIELD_KEYS
    ring = {**old, "current": "k2", "k2": NEW["k2"], "index": NEW["index"], "index_old": old["index"]}
    return override_settings(FIELD_KEYS=ring, CRYPTO_SUITE=suite)


def revoked(suite: str) -> override_settings:
    """The old keys are gone."""
    return override_settings(FIELD_KEYS={"current": "k2", **NEW}, CRYPTO_SUITE=suite)


def people(n: int) -> list[tuple[int, str, str]]:
    """Members, with their numbers and phones; one has an account with a phone and a second factor."""
    org, made = factories.organization("city", "市教育工会"), []
    for i in range(n):
        number = factories.resident_id(i, "f", f"{1950 + i // 250}0307")
        secrets = {"document_number": number, "phone": f"139{55000000 + i}", "card_number": f"62220{i:014d}"}
        person = factories.member(org, f"会员{i}", **secrets)
        made.append((person.pk, person.document_number, person.phone))
    user = factories.user("有手机的人")
    user.phone, user.phone_index = "13900000001", crypto.blind("13900000001", "phone")
    user.save()
    user.authenticator_set.create(type="totp", data={"secret": MfaAdapter().encrypt("SECRET")})
    return made


def at_work(rows: list[tuple[int, str, str]], stop: threading.Event, errors: list[str], done: list[int]) -> None:
    """One user: finds people by their number, opens them, saves a new phone."""
    chance, officer = random.Random(threading.get_ident()), factories.MACHINE
    auditor = type("Auditor", (), {"role": "auditor"})()
    try:
        while not stop.is_set():
            pk, number, _phone = chance.choice(rows)
            found = by_document(auditor, number)
            if found is None or found.pk != pk or found.document_number != number:
                errors.append(f"{pk} not found by its number")
                continue
            with contextlib.suppress(Refused):  # two chose the same person: the second is told, as always
                update_member(officer, pk, found.version, phone=f"138{chance.randrange(10**8):08d}")
            done.append(pk)
    except Exception as problem:  # noqa: BLE001 - whatever goes wrong is the figure
        errors.append(repr(problem))
    finally:
        connection.close()


def with_users(n: int, rows: list, act: Callable[[], None]) -> tuple[list[str], int]:
    """Do ``act`` while ``n`` users work; their errors and how often they came through."""
    stop, errors, done = threading.Event(), [], []
    users = [threading.Thread(target=at_work, args=(rows, stop, errors, done)) for _n in range(n)]
    for one in users:
        one.start()
    try:
        act()
    finally:
        stop.set()
        for one in users:
            one.join()
    return errors, len(done)


@pytest.mark.parametrize("suite", ["intl", "sm"])
def test_keys_change_while_people_work(suite, figure, full_size):
    rows = people(3000 if full_size else 120)
    with turned(suite):
        job = jobs.start("privacy.rotate", SYSTEM, "换密钥")
        errors, acts = with_users(20 if full_size else 6, rows, lambda: jobs.run(job.pk))
        keys.rotate(SYSTEM)  # what was saved between reading and writing has the new key already; nothing is left
        job.refresh_from_db()
        assert job.state == "done", job.error
        left = {mark: n for mark, n in keys.in_use().items() if mark != f"{suite}:k2"}
        figure(f"{suite}: members, and users at work meanwhile", f"{len(rows)}, {20 if full_size else 6}")
        figure(f"{suite}: their acts", acts, wanted="> 0")
        figure(f"{suite}: their errors", len(errors), wanted="0")
        figure(f"{suite}: values not under the new key", sum(left.values()), wanted="0")
        figure(f"{suite}: indexes not under the new key", keys.old_indexes(), wanted="0")
        assert errors == [] and acts > 10 and left == {} and keys.old_indexes() == 0
        assert not FormerContact.objects.exists(), "a new key is no new telephone"
    with revoked(suite):
        opened = [(m.pk, m.document_number) for m in Member.objects.order_by("pk")]
        assert opened == [(pk, number) for pk, number, _phone in rows]
        found = sum(
            Member.objects.filter(document_index=crypto.blind(number, "document"), pk=pk).exists()
            for pk, number, _phone in rows
        )
        figure(f"{suite}: found by the new index alone, old keys removed", found, wanted=str(len(rows)))
        assert found == len(rows)
        user = factories.User.objects.get(phone_index=crypto.blind("13900000001", "phone"))
        assert MfaAdapter().decrypt(user.authenticator_set.get().data["secret"]) == "SECRET"


def test_a_run_that_was_broken_off_is_run_again(figure):
    people(30)
    with turned("sm"):
        table = next(one for one in keys.tables() if one.model is Member)
        part = keys._part(table, None)[:10]
        keys._bring(table, part)
        assert 0 < keys.in_use()["sm:k2"] < sum(keys.in_use().values())
        found = keys.rotate(SYSTEM)
        again = keys.rotate(SYSTEM)
    figure("changed by the run after a broken one, and by one more", f"{found['changed']}, {again['changed']}")
    assert found["changed"] == 30 - 10 + 2 and again["changed"] == 0


def test_somebody_who_saves_meanwhile_wins():
    rows = people(1)
    with turned("intl"):
        table = next(one for one in keys.tables() if one.model is Member)
        read = keys._part(table, None)
        update_member(SYSTEM, rows[0][0], 1, phone="13811112222")
        assert keys._bring(table, read)["changed"] == 0
        assert Member.objects.get().phone == "13811112222"
        keys.rotate(SYSTEM)
        assert Member.objects.get().phone == "13811112222" and list(keys.in_use()) == ["intl:k2"]


def test_control_without_the_old_index_key_people_are_not_found(figure):
    """The same search, the old index key left out: the guard is what makes the change invisible."""
    rows = people(5)
    ring = {**settings.FIELD_KEYS, "current": "k2", "k2": NEW["k2"], "index": NEW["index"]}
    with override_settings(FIELD_KEYS=ring):
        auditor = type("Auditor", (), {"role": "auditor"})()
        lost = sum(by_document(auditor, number) is None for _pk, number, _phone in rows)
    figure("control: not found without the old index key", lost, wanted="5")
    assert lost == 5


def test_control_a_removed_key_that_is_still_in_use_is_seen():
    people(2)
    with revoked("intl"), pytest.raises(crypto.CryptoError, match="no key 'k1'"):
        list(Member.objects.all())
    assert keys.in_use()["intl:k1"] > 0
