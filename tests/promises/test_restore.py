"""P-REST1: a server of its own, a base backup, many writes, a disaster; back to the minute before it, all the same."""

import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection

from portal.ops import embedded
from portal.ops.backup import check, drill, figures, make
from portal.ops.backup.place import Failed, Source, from_url
from portal.ops.backup.restore import Target, new_password, restore, running
from portal.ops.places import MAJOR, postgres_binaries
from tests.promises import workers

#: Writes over many tables, as acts leave them: a record, its seal, messages, a stored file.
WRITE = """
INSERT INTO accounts_user (id, password, is_superuser, username, email, is_staff, is_active, date_joined, name, phone,
  phone_verified) VALUES ({n}, '', false, 'u{n}', '', false, true, now(), '用户{n}', '', false);
INSERT INTO core_record (at, as_name, act, target_type, target_name, note, change, request_id)
  SELECT now(), '', 'test.write', '', '第 ' || i, '', '{{}}', '' FROM generate_series(1, {rows}) i;
INSERT INTO core_message (user_id, subject, body, url, key, created_at)
  SELECT {n}, '开会', '正文 ' || i, '', '{n}-' || i, now() FROM generate_series(1, {rows}) i;
INSERT INTO core_seal (seq, record_id, mac, sealed_at)
  SELECT row_number() OVER (ORDER BY id) + (SELECT count(*) FROM core_seal), id, md5(id::text), now()
  FROM core_record r WHERE NOT EXISTS (SELECT FROM core_seal s WHERE s.record_id = r.id);
"""
DISASTER = """ALTER TABLE core_seal DISABLE TRIGGER ALL; TRUNCATE core_seal; DELETE FROM core_message;
DROP TABLE core_job CASCADE;"""


@dataclass
class Place:
    """A live server with its files, and the folder of its backups. ``home`` is open to PostgreSQL's account."""

    source: Source
    home: Path
    folder: Path
    var: Path

    def write(self, n: int, rows: int) -> None:
        """Rows and one upload with its line in the database."""
        self.source.sql(WRITE.format(n=n, rows=rows))
        content = os.urandom(1000)
        name = hashlib.md5(content, usedforsecurity=False).hexdigest()
        path = self.var / "files" / name[:2] / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        self.source.sql(
            "INSERT INTO core_storedfile (id, name, mime, size, sha256, created_at) "
            f"VALUES ('{name}', 'f', 'x/y', 1000, '{digest}', now());"
        )


@pytest.fixture
def place(monkeypatch) -> Iterator[Place]:
    """The schema of the test database on a server that archives its log."""
    home = Path(tempfile.mkdtemp(prefix="portal-restore-"))
    home.chmod(0o755)
    var, folder = home / "var", home / "backups"
    monkeypatch.setenv("VAR_DIR", str(var))
    (folder / "wal").mkdir(parents=True)
    (folder / "wal").chmod(0o777)
    (var / "anchors").mkdir(parents=True)
    (var / "anchors" / "2026-11-23.txt").write_text("1 abc 2026-11-23T04:00:00Z\n")
    server = embedded.start_postgres(var, more={**make.archive_settings(folder), "fsync": "off"})
    server.drain()
    port = urlsplit(server.urls["owner"]).port
    source = Source("127.0.0.1", port, embedded.SUPERUSER, (var / MAJOR / "password-portal").read_text(), "portal")
    dump = [str(postgres_binaries() / "pg_dump"), "--schema-only", "--no-owner", "--no-privileges"]
    test = from_url(workers.environment(var)["DATABASE_URL"])
    schema = subprocess.run(dump, env=test.environment, capture_output=True, text=True, check=True).stdout
    source.sql(schema)
    try:
        yield Place(source, home, folder, var)
    finally:
        server.stop(30)
        shutil.rmtree(home, ignore_errors=True)


@pytest.mark.services
@pytest.mark.promise("P-REST1")
@pytest.mark.django_db(transaction=True)
def test_back_to_the_minute_before_the_disaster(place, figure, full_size):
    rows = 10_000 if full_size else 500
    assert connection.vendor == "postgresql"
    place.write(1, rows)
    began = time.monotonic()
    backup = make.base(place.source, place.folder)
    backup_seconds = time.monotonic() - began
    for n in range(2, 6):
        place.write(n, rows)
    before = figures.of(place.source)
    moment = datetime.now(UTC)
    time.sleep(0.05)
    place.source.sql(DISASTER)
    copied = {path.name for path in (place.folder / "files").iterdir()}
    shutil.rmtree(next(path for path in (place.var / "files").iterdir() if path.name not in copied))
    after = figures.of(place.source)
    make.mirror(place.folder)
    drill.archived(place.source)
    began = time.monotonic()
    restore(place.folder, place.home / "new" / "data", place.home / "new" / "files", Target(at=moment))
    restore_seconds = time.monotonic() - began
    with running(place.home / "new" / "data", {}, like=place.source) as restored:
        report = drill.compare(before, restored, place.home / "new" / "files")
        writes = int(restored.value("SELECT count(*) FROM core_record;"))
    lost = [line for line in report.wrong if line.startswith("file")]
    figure("tables compared", report.tables, wanted="> 40")
    figure("rows compared", report.rows, wanted="> 0")
    figure("writes after the base backup", 4 * (3 * rows + 2))
    figure("tables that differ", len(report.wrong) - len(lost), wanted="0")
    figure("base backup", backup_seconds, "s")
    figure("restored (RTO)", restore_seconds, "s", "≤ 300 s")
    figure("log archived at the latest after (RPO)", make.ARCHIVE_TIMEOUT, "s", "≤ 300 s")
    changed = sum(before[table] != after.get(table) for table in before)
    figure("control: tables that the disaster had changed", changed, wanted="> 0")
    assert report.tables > 40 and writes == 5 * rows
    assert [line for line in report.wrong if line not in lost] == []
    assert lost, "an upload removed before it was copied is named, not passed over"
    assert restore_seconds <= 300
    assert (backup / "anchors" / "2026-11-23.txt").exists()
    assert changed >= 3


@pytest.mark.services
@pytest.mark.promise("P-REST1")
@pytest.mark.django_db(transaction=True)
def test_the_drill_compares_while_people_write_and_damage_is_refused(place, figure):
    place.write(1, 300)
    backup = make.base(place.source, place.folder)
    with workers.in_background(lambda n: place.write(n + 10, 20)) as written:
        workers.until(lambda: written[0] > 2, 20, "the first writes")
        report = drill.drill(place.source, place.folder, place.home)
        during = written[0]
    figure("drill: writes meanwhile", during, wanted="> 2")
    figure("drill: rows compared", report.rows, wanted="> 0")
    figure("drill: differences", len(report.wrong), wanted="0")
    figure("drill: restored in", report.restore_seconds, "s", "≤ 300 s")
    assert report.wrong == [] and report.files >= 2 and report.head != "no seal yet"
    assert check.problems(place.folder, backup) == []
    refused = {}
    # one that came after the base backup: it is watched over too
    later = make.index(place.folder).keys() - {line.split("\t")[2] for line in
                                               (backup / "files.tsv").read_text().splitlines()}  # fmt: skip
    upload = place.folder / "files" / later.pop()
    segment = check.segments(place.folder, make.start_segment(backup))[-1]
    for path in (backup / "base.tar.gz", segment, upload):
        good = path.read_bytes()
        middle = len(good) // 2
        path.write_bytes(good[:middle] + bytes([good[middle] ^ 1]) + good[middle + 1 :])
        with pytest.raises(Failed, match="damaged"):
            restore(place.folder, place.home / "bad", place.home / "badfiles", Target())
        refused[path.name] = not (place.home / "bad").exists()
        path.write_bytes(good)
    segment.unlink()
    figure("one flipped byte in base, log, upload: refused", sum(refused.values()), wanted="3")
    assert list(refused.values()) == [True] * 3
    place.write(500, 1)
    drill.archived(place.source)
    assert any("missing" in line for line in check.problems(place.folder, backup)), "a gap in the log is seen"


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_restored_demo_starts_with_a_new_password_and_nothing_is_written_over(place):
    place.write(1, 10)
    make.base(place.source, place.folder)
    drill.archived(place.source)
    home = place.home / "demo" / MAJOR
    restore(place.folder, home / "data", place.home / "demo" / "files", Target())
    new_password(home / "data")
    server = embedded.start_postgres(place.home / "demo", throwaway=True)
    server.drain()
    try:
        owner = from_url(server.urls["owner"])
        assert owner.value("SELECT current_user;") == "portal_owner", "the roles came along, with new passwords"
    finally:
        server.stop(30)
    with pytest.raises(Failed, match="not empty"):
        restore(place.folder, home / "data", place.home / "demo" / "files", Target())


def test_prune_keeps_the_last_and_what_it_needs(tmp_path, monkeypatch):
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))
    manifest = '{"WAL-Ranges": [{"Timeline": 1, "Start-LSN": "0/%d000028", "End-LSN": "0/9000000"}]}'
    for day, segment in (("01", 2), ("02", 4)):
        folder = tmp_path / "base" / f"202001{day}T000000Z"
        folder.mkdir(parents=True)
        (folder / "about.json").write_text("{}")
        (folder / "files.tsv").write_text(f"x\t1\taa/{day}\n")
        (folder / "backup_manifest").write_text(manifest % segment)
        (tmp_path / "files" / "aa").mkdir(parents=True, exist_ok=True)
        (tmp_path / "files" / "aa" / day).write_text("x")
    (tmp_path / "files.tsv").write_text("x\t1\taa/01\nx\t1\taa/02\n")
    (tmp_path / "wal").mkdir()
    for number in range(1, 7):
        (tmp_path / "wal" / f"{1:08X}{0:08X}{number:08X}.gz").write_bytes(b"")
    assert make.prune(tmp_path) == ["20200101T000000Z"]
    assert [path.name for path in make.bases(tmp_path)] == ["20200102T000000Z"]
    assert sorted(path.stem[-1] for path in (tmp_path / "wal").iterdir()) == ["4", "5", "6"]
    assert [path.name for path in (tmp_path / "files" / "aa").iterdir()] == ["02"]
    assert list(make.index(tmp_path)) == ["aa/02"]
