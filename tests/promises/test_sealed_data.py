"""P-PI1: what identifies people is encrypted at rest; the blind index still finds everybody.

Canaries are written through the actions, then the database's own files, its write-ahead log, Redis and the job rows are
searched for them, byte by byte. Negative control: one canary written into a plain column is found by the same search.
"""

import contextlib
import datetime
import re
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.core.cache import cache
from django.db import connection

from portal.core import jobs, outbox
from portal.core.actor import SYSTEM
from portal.kit.crypto import blind
from portal.registry.actions.members import add_member
from portal.registry.models import Member, Organization
from tests import factories

pytestmark = [pytest.mark.promise("P-PI1"), pytest.mark.django_db(transaction=True)]
NUMBERS = re.compile(rb"(?<!\d)\d{17}[\dX](?!\d)|(?<!\d)1\d{10}(?!\d)")


def canaries(n: int, org: Organization) -> set[bytes]:
    """``n`` members with a document, a phone and a card that occur nowhere else; returns the secret texts."""
    secrets: set[bytes] = set()
    for i in range(n):
        number = factories.resident_id(i, "f", f"{1950 + i // 250}0307")
        phone, card = f"139{77000000 + i}", f"62220{i:014d}"
        add_member(
            SYSTEM, org, datetime.date(2020, 9, 1), name=f"金丝雀{i}", sex="f", document_number=number, phone=phone,
            card_number=card,
        )  # fmt: skip
        secrets |= {number.encode(), phone.encode()}
    return secrets


def hits_on_disk(secrets: set[bytes]) -> tuple[int, int]:
    """(hits, files looked through): the server's tables and its write-ahead log, as a checkpoint leaves them."""
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute("SELECT current_setting('data_directory')")
        root = Path(cursor.fetchone()[0])
    found = (path for folder in ("base", "pg_wal") for path in (root / folder).rglob("*") if path.is_file())
    count = files = 0
    for path in found:
        # a table that another test throws away takes its files along while we read
        with contextlib.suppress(FileNotFoundError):
            count, files = count + hits(secrets, path.read_bytes()), files + 1
    return count, files


def hits(secrets: set[bytes], content: bytes) -> int:
    return len({found for found in NUMBERS.findall(content) if found in secrets})


def dumped() -> bytes:
    """Every row of every table of ours as text, as a dump would hold it."""
    out = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            out += [row[0] for row in cursor.fetchall()]
    return "\n".join(out).encode()


def redis_content() -> bytes:
    client = redis.Redis.from_url(settings.REDIS_URL)
    return b"\n".join((client.dump(key) or b"") + key for key in client.scan_iter(count=1000))


def test_no_canary_lies_anywhere_in_plain(full_size, figure, tmp_path):
    n = 1000 if full_size else 60
    org = factories.organization("city", "市教育工会")
    secrets = canaries(n, org)
    user = factories.user("收信人", email="a@example.cn")
    person = Member.objects.get(document_index=blind(factories.resident_id(0, "f", "19500307"), "document"))
    outbox.tell([user], "会员资料", f"{person.name} 的资料已更新", key="canary")
    jobs.start("registry.check", SYSTEM, "导入会员", {"batch": 1})
    cache.set("somebody", person.pk)

    on_disk, files = hits_on_disk(secrets)
    in_rows, in_redis = hits(secrets, dumped()), hits(secrets, redis_content())
    assert files > 50 and len(secrets) == 2 * n, "the search looked at something"
    figure("canaries", len(secrets), wanted=f"{2 * n}")
    figure("found in the database's files and log", on_disk, wanted="0")
    figure("found in a dump of all rows", in_rows, wanted="0")
    figure("found in Redis", in_redis, wanted="0")
    assert (on_disk, in_rows, in_redis) == (0, 0, 0)

    found = sum(
        Member.objects.filter(
            document_index=blind(factories.resident_id(i, "f", f"{1950 + i // 250}0307"), "document")
        ).exists()
        for i in range(n)
    )
    figure("found again by the blind index", found, wanted=str(n))
    assert found == n
    assert Member.objects.get(document_index=person.document_index).document_number.encode() in secrets


def test_control_a_plain_column_is_found(figure):
    """The search is not blind: the same number in a plain column is found on the disk and in the dump."""
    org = factories.organization("city", "市教育工会")
    secrets = canaries(1, org)
    number = next(one for one in secrets if len(one) == 18).decode()
    Organization.objects.filter(pk=org.pk).update(area=number)
    on_disk, _files = hits_on_disk(secrets)
    figure("control: a number in a plain column is found", on_disk, wanted="≥ 1")
    assert on_disk >= 1 and hits(secrets, dumped()) == 1


def test_sealed_columns_cannot_be_compared_and_say_so():
    with pytest.raises(Exception, match="sealed"):
        Member.objects.filter(phone="13800000000").exists()
