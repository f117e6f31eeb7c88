"""P-AUD1–2: every tampering with the trail is found, and the portal's own role cannot even try."""

import datetime
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg2.errors
import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from portal.core import trail
from portal.core.actor import SYSTEM, Actor
from portal.core.models import APPEND_ONLY, Record, Seal

pytestmark = pytest.mark.django_db
ROWS = 400


@contextmanager
def without_triggers() -> Iterator[None]:
    """As the owner of the tables, with every guard of the database switched off."""
    with connection.cursor() as cursor:
        for table in ("core_record", "core_seal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    with connection.cursor() as cursor:
        for table in ("core_record", "core_seal"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@pytest.fixture
def chain(db, settings):
    """A sealed chain, its head written outside half-way and at the end."""
    for n in range(ROWS):
        trail.write(SYSTEM, "test.write", None, note=f"第 {n} 条", change={"n": n}, name=f"对象{n}")
        if n == ROWS // 2:
            trail.seal()
            trail.anchor()
    trail.seal()
    trail.anchor()
    # deferred checks of foreign keys would keep the tables busy for ALTER TABLE
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert trail.verify().good
    return list(Record.objects.order_by("id").values_list("pk", flat=True))


# ── the ways to tamper; each returns the first record that can no longer be trusted ──
def edit(pk: int) -> int:
    Record.objects.filter(pk=pk).update(note="改过的")
    return pk


def edit_change(pk: int) -> int:
    Record.objects.filter(pk=pk).update(change={"n": -1})
    return pk


def delete(pk: int) -> int:
    Seal.objects.filter(record=pk)._raw_delete("default")
    Record.objects.filter(pk=pk)._raw_delete("default")
    return pk + 1


def insert(pk: int) -> int:
    """A record from the past, with a number below the newest and waiting for its seal."""
    Seal.objects.filter(record=pk)._raw_delete("default")
    Record.objects.filter(pk=pk)._raw_delete("default")
    at = timezone.now() - datetime.timedelta(days=3)
    Record.objects.bulk_create([Record(pk=pk, at=at, act="test.forged", target_type="", change={})])
    return pk + 1


def swap(pk: int) -> int:
    one, two = Record.objects.get(pk=pk), Record.objects.get(pk=pk + 1)
    Record.objects.filter(pk=pk).update(note=two.note, change=two.change, target_name=two.target_name)
    Record.objects.filter(pk=pk + 1).update(note=one.note, change=one.change, target_name=one.target_name)
    return pk


def move(pk: int) -> int:
    Record.objects.filter(pk=pk).update(at=timezone.now() - datetime.timedelta(days=40))
    return pk


def edit_seal(pk: int) -> int:
    Seal.objects.filter(record=pk).update(mac="0" * 64)
    return pk


def point_seal_elsewhere(pk: int) -> int:
    later = Record.objects.order_by("-id").first()
    Seal.objects.filter(record=later.pk)._raw_delete("default")
    Seal.objects.filter(record=pk).update(record=later.pk)
    return later.pk


def cut_tail(pk: int) -> int:
    Seal.objects.filter(record__gte=pk)._raw_delete("default")
    Record.objects.filter(pk__gte=pk)._raw_delete("default")
    return pk - 1


def rewrite_with_the_key(pk: int) -> int:
    """By somebody who has the key: an edit, and every later seal made anew."""
    Record.objects.filter(pk=pk).update(note="改过的")
    first = Seal.objects.get(record=pk)
    mac = Seal.objects.get(seq=first.seq - 1).mac
    for link in Seal.objects.filter(seq__gte=first.seq).order_by("seq").select_related("record"):
        mac = trail._mac(mac, link.record)
        Seal.objects.filter(pk=link.pk).update(mac=mac)
    return 0


KINDS: tuple[Callable[[int], int], ...] = (
    edit, edit_change, delete, insert, swap, move, edit_seal, point_seal_elsewhere, cut_tail, rewrite_with_the_key,
)  # fmt: skip
#: Found only by comparing with what lies outside.
ANCHORED = ("cut_tail", "rewrite_with_the_key")


def tampered(kind: Callable[[int], int], pk: int, folder=None) -> tuple[trail.Verdict, int]:
    """The verdict after one tampering, and the record that should be named; taken back."""
    with transaction.atomic():
        with without_triggers():
            meant = kind(pk)
        verdict = trail.verify(folder)
        transaction.set_rollback(True)
    return verdict, meant


@pytest.mark.promise("P-AUD1")
def test_every_tampering_is_found_and_named(chain, figure, full_size):
    pick = random.Random(20261123)
    missed, misnamed, tried = [], [], 0
    for kind in KINDS:
        for pk in pick.sample(chain[2:-2], 100 if full_size else 10):
            verdict, meant = tampered(kind, pk)
            tried += 1
            if verdict.good:
                missed.append(f"{kind.__name__} at {pk}")
            elif meant and verdict.bad_record != meant:
                misnamed.append(f"{kind.__name__} at {pk}: named {verdict.bad_record}, not {meant}")
    figure("kinds of tampering", len(KINDS))
    figure("tamperings tried", tried)
    figure("found", 100 * (tried - len(missed)) / tried, "%", "100 %")
    figure("named otherwise than the first bad row", len(misnamed), wanted="0")
    assert trail.verify().good, "nothing of it stayed"
    assert not missed, missed
    assert not misnamed, misnamed


@pytest.mark.promise("P-AUD1")
def test_the_control_without_what_lies_outside_two_kinds_pass(chain, figure, tmp_path):
    unseen = [kind.__name__ for kind in KINDS if tampered(kind, chain[-5], tmp_path / "nothing")[0].good]
    figure("control: kinds not seen without the anchor", len(unseen), wanted="2")
    assert sorted(unseen) == sorted(ANCHORED)


def test_a_late_commit_is_no_insertion(chain):
    """Two transactions end in the other order than they began: a lower number is sealed after a higher one."""
    first = Record.objects.order_by("-id").first().pk + 10
    now = timezone.now()
    Record.objects.bulk_create([Record(pk=first + 1, at=now, act="test.b", target_type="", change={})])
    trail.seal()
    Record.objects.bulk_create([Record(pk=first, at=now, act="test.a", target_type="", change={})])
    assert trail.verify().good
    trail.seal()
    assert trail.verify().good


# ── P-AUD2 ──
@contextmanager
def as_the_portal(role: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {role}")
        yield
        cursor.execute("RESET ROLE")


def attempt(role: str, statement: str) -> str:
    """ "" when it went through, else the name of the error; taken back."""
    try:
        with transaction.atomic():
            with as_the_portal(role), connection.cursor() as cursor:
                cursor.execute(statement)
            transaction.set_rollback(True)
    except ProgrammingError as problem:
        return type(problem.__cause__).__name__
    return ""


@pytest.mark.promise("P-AUD2")
def test_the_portal_s_own_role_cannot_alter_what_is_only_appended(world, settings, figure):
    refused, passed = 0, []
    assert {"core_record", "core_seal"} <= set(APPEND_ONLY)
    for table in APPEND_ONLY:
        column = next(model for model in apps.get_models() if model._meta.db_table == table)._meta.pk.column
        for statement in (
            f"UPDATE {table} SET {column} = {column}",
            f"DELETE FROM {table}",
            f"TRUNCATE {table} CASCADE",
        ):
            answer = attempt(settings.APP_ROLE, statement)
            if answer == psycopg2.errors.InsufficientPrivilege.__name__:
                refused += 1
            else:
                passed.append(f"{statement}: {answer or 'went through'}")
    figure("tables", len(APPEND_ONLY))
    figure("statements refused by the database", refused, wanted=f"{3 * len(APPEND_ONLY)}")
    assert not passed, passed


@pytest.mark.promise("P-AUD2")
def test_the_control_with_the_right_it_works(world, settings, figure):
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"GRANT DELETE ON core_message TO {settings.APP_ROLE}")
            cursor.execute(f"GRANT UPDATE, DELETE ON core_storedfile TO {settings.APP_ROLE}")
        assert attempt(settings.APP_ROLE, "UPDATE core_storedfile SET name = name") == ""
        transaction.set_rollback(True)
    assert attempt(settings.APP_ROLE, "DELETE FROM core_message WHERE false") == "", "the role works elsewhere"
    figure("control: statements that pass once the right is granted", 1, wanted="1")


def test_even_with_the_right_the_trigger_stops_an_edit(world):
    trail.write(SYSTEM, "test.write", None)
    with pytest.raises(Exception, match="append_only"), transaction.atomic():
        Record.objects.update(note="x")


def test_the_portal_s_role_may_append(world, settings):
    with transaction.atomic(), as_the_portal(settings.APP_ROLE):
        trail.write(Actor(world["officer"].user), "test.write", None)
        assert Record.objects.filter(act="test.write").exists()
