"""A city can be made again: the same seed gives the same rows, and they hold what the front door would have held."""

import hashlib
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Count, F

from awards.honours.models import Honour
from portal.core import files, trail
from portal.core.models import Record, StoredFile
from portal.kit import crypto
from portal.registry.models import Member, Membership, Organization
from programs.models import Attachment, Call, Entry, Hand, Revision
from programs.queries.entries import content_digest
from programs.spec import State

SIZE = {"units": 130, "members": 500, "entries": 150}
#: What two runs may differ in: nonces, times of the run itself, codes that nobody shall guess.
FREE = {"password", "document_number", "phone", "card_number", "mac", "sealed_at", "last_login", "date_joined", "code"}


class Rollback(Exception):
    pass


def digests(**options) -> dict[str, str]:
    """Table → digest of its rows without what may differ; the world itself is rolled back."""
    found = {}
    try:
        with transaction.atomic():
            call_command("seed_world", scale="city", verbosity=0, stdout=open("/dev/null", "w"), **SIZE, **options)  # noqa: SIM115, PTH123
            for model in (Organization, Member, Membership, Entry, Revision, Attachment, Hand, Honour):
                names = [one.attname for one in model._meta.concrete_fields if one.name not in FREE]
                skip = {"id", "at", "updated_at"} if model in (Attachment, Honour) else set()
                rows = model.objects.order_by("pk").values_list(*(name for name in names if name not in skip))
                assert rows
                found[model.__name__] = hashlib.sha256(repr(list(rows)).encode()).hexdigest()
            raise Rollback
    except Rollback:
        return found


def where_counters_stand() -> list[tuple[str, int]]:
    """Every sequence and the number that comes next: what a rollback does not bring back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT schemaname || '.' || sequencename, coalesce(last_value, 0) + 1 FROM pg_sequences")
        return cursor.fetchall()


def set_counters(counters: list[tuple[str, int]]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany("SELECT setval(%s, %s, false)", counters)


@pytest.mark.django_db
def test_the_same_seed_makes_the_same_rows_and_another_does_not():
    runs, counters = [], where_counters_stand()
    for seed in (7, 7, 8):
        set_counters(counters)
        runs.append(digests(seed=seed))
    first, again, other = runs
    assert [name for name in first if first[name] != again[name]] == []
    assert first["Member"] != other["Member"]
    assert first["Entry"] != other["Entry"]


@pytest.mark.django_db
def test_the_rows_are_what_the_portal_would_have_written():
    call_command("seed_world", scale="city", verbosity=0, stdout=open("/dev/null", "w"), **SIZE)  # noqa: SIM115, PTH123
    assert Member.objects.count() == 500
    assert Entry.objects.count() == 150
    assert Organization.objects.count() == 130
    person = Member.objects.order_by("pk").last()
    assert Member.objects.get(document_index=crypto.blind(person.document_number, "document")) == person
    assert crypto.blind(person.phone, "phone") == person.phone_index
    trail_state = trail.verify(Path("/nowhere"))
    assert trail_state.good
    assert trail_state.sealed == Record.objects.count()
    assert {State.REVIEW, State.APPROVED, State.REFUSED, State.DRAFT} <= set(
        Entry.objects.values_list("state", flat=True)
    )
    for entry in Entry.objects.filter(submitted_at__isnull=False)[:20]:
        assert entry.revisions.order_by("-number").first().digest == content_digest(entry)
    approved = Entry.objects.filter(state__in=[State.APPROVED, State.REVOKED])
    assert approved.count() == Honour.objects.count() > 0
    assert not approved.annotate(n=Count("decision_lines")).exclude(n=1)
    assert not Entry.objects.filter(call__next_number__lte=0)
    for call in Call.objects.annotate(n=Count("entries")):
        assert call.n == 15
        assert call.next_number == call.entries.exclude(number="").count() + 1
    stored = StoredFile.objects.filter(pk__in=Attachment.objects.values("file")).first()
    assert files.path_of(stored).stat().st_size == stored.size
    assert settings.FILES_DIR.exists()
    assert not Member.objects.filter(memberships=None)
    assert not Membership.objects.filter(left_on__lt=F("joined_on"))
